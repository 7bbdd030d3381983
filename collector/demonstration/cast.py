"""Who and what the demonstration is made of: a made-up campaign, made-up organisations and people, made-up servers.

Every name is plainly invented and every address ends in `.example`, which nobody can ever register. What they say is in
`words.py`, when in `week.py`.
"""

from __future__ import annotations

from datetime import date
from random import Random

from msgspec import Struct

from collector.campaign import Account, Campaign, Configuration, Edition, Fetching, Organisation, Schedule, SourceSpec
from collector.posts import Author

CAMPAIGN = "demo"
SOFTWARE = "demonstration generator"
X, MASTODON, BLUESKY, BLOGS = "x", "mastodon", "bluesky", "blogs"
SERVERS = ("social.example", "toots.example", "chatter.example")
"""The Mastodon servers people are on; the first two are also asked."""
BLUESKY_HOST = "bluesky.example"
X_HOST = "x.example"

FIRST_NAMES = (
    "Ada Ahmed Aisha Alun Amara Ann Bea Bilal Carys Chidi Dee Dewi Ela Emeka Esi Fatima Femi Gil Gwen Hana Hari Idris "
    "Ines Ivo Jade Jin Joy Kai Kasia Kit Lena Leo Lowri Maya Mei Mo Nia Noor Olu Owen Pat Priya Quinn Rae Ravi Rhys "
    "Roza Sal Seren Sol Tam Tariq Uma Val Wes Xan Yasmin Yusuf Zadie Zoe"
).split()
LAST_NAMES = "Example Sample Madeup Placeholder Pretend Imaginary Fictional Invented Notional Dychmygol".split()


class Voice(Struct, frozen=True, kw_only=True):
    """Somebody who posts: an organisation (with an `organisation_id`) or a person, on one platform or several."""

    id: str
    name: str
    platforms: tuple[str, ...]
    organisation_id: str | None = None
    weight: float = 1.0
    """How much more or less than others it posts."""
    newcomer: bool = False
    """In 2026 for the first time."""
    language: str = "en"
    lower_case: bool = False
    """Writes hashtags in lower case, which screen readers cannot take apart."""
    careful: bool = False
    """Always writes text alternatives for images."""
    followers: int = 0
    server: str = SERVERS[0]

    @property
    def is_organiser(self) -> bool:
        return self.organisation_id == ORGANISER

    def author(self, platform: str) -> Author:
        """The voice as one platform shows it."""
        if platform == BLOGS:
            return Author(
                platform=BLOGS,
                native_id=blog_host(self),
                handle=blog_host(self),
                name=self.name,
                url=f"https://{blog_host(self)}/",
            )
        handle = handle_of(self, platform)
        host = {X: X_HOST, MASTODON: self.server, BLUESKY: BLUESKY_HOST}[platform]
        native = {
            X: f"made-up-{self.id}",
            MASTODON: f"https://{host}/users/{self.id}",
            BLUESKY: f"did:example:{self.id}",
        }
        return Author(
            platform=platform,
            native_id=native[platform],
            handle=handle,
            name=self.name,
            url=f"https://{host}/@{handle}",
            is_bot=False,
            followers=self.followers if platform == X else self.followers // 3,
        )


def handle_of(voice: Voice, platform: str) -> str:
    """The account name without @."""
    if platform == MASTODON:
        return f"{voice.id}@{voice.server}"
    if platform == BLUESKY:
        return f"{voice.id.replace('_', '-')}.{BLUESKY_HOST}"
    return voice.id


def blog_host(voice: Voice) -> str:
    """Where the voice's blog lives."""
    return f"{voice.id.replace('_', '-')}.blogs.example"


def byline(host: Voice, guest: Voice) -> Author:
    """A guest as the author of an article on somebody else's blog: known there by the name alone."""
    return Author(
        platform=BLOGS,
        native_id=f"{blog_host(host)}/{guest.name.casefold()}",
        handle=blog_host(host),
        name=guest.name,
    )


ORGANISER = "imaginary_institute"
_ORGANISATIONS: tuple[tuple[str, str, str, float, str], ...] = (
    # id, name, kind, weight, platforms by their first letters: Blogs, X, Mastodon, bluesKy
    (ORGANISER, "Imaginary Institute for Co-production", "charity", 26.0, "BXMK"),
    ("elsewhere_county", "Elsewhere County Council", "council", 10.0, "BX"),
    ("exampleton_city", "Exampleton City Council", "council", 7.0, "XK"),
    ("nowhere_on_sea", "Nowhere-on-Sea Town Council", "council", 4.0, "BX"),
    ("pretendshire_trust", "Pretendshire Health Trust", "NHS", 9.0, "BXK"),
    ("sampleford_hospital", "Sampleford Hospital", "NHS", 6.0, "X"),
    ("anytown_carers", "Anytown Carers Circle", "charity", 9.0, "BXMK"),
    ("fictional_families", "Fictional Families Forum", "charity", 7.0, "BK"),
    ("madeup_minds", "Made-up Minds Collective", "charity", 8.0, "BMK"),
    ("placeholder_homes", "Placeholder Homes", "housing", 4.0, "XK"),
    ("someplace_together", "Someplace Together Network", "network", 7.0, "BMK"),
    ("hypothetical_hospice", "Hypothetical Hospice", "charity", 3.0, "BX"),
    ("invented_university", "Invented University", "university", 5.0, "BMK"),
    ("supposed_sports", "Supposed Sports Club", "charity", 2.0, "X"),
    ("llanddychmygol", "Cyngor Llanddychmygol Council", "council", 6.0, "BXK"),
    ("notional_museum", "Notional Museum of Everyday Things", "charity", 3.0, "MK"),
)
_LETTERS = {"B": BLOGS, "X": X, "M": MASTODON, "K": BLUESKY}
PEOPLE = 430
PEOPLE_WITH_BLOGS = 5


def voices(seed: int) -> tuple[Voice, ...]:
    """Everybody, organisations first; the same seed gives the same people."""
    random = Random(f"{seed}/voices")
    cast = [
        Voice(
            id=id,
            name=name,
            platforms=tuple(_LETTERS[letter] for letter in letters),
            organisation_id=id,
            weight=weight,
            newcomer=id in ("supposed_sports", "notional_museum", "placeholder_homes"),
            language="cy" if id == "llanddychmygol" else "en",
            lower_case=id in ("elsewhere_county", "sampleford_hospital", "supposed_sports"),
            careful=id in (ORGANISER, "anytown_carers", "madeup_minds"),
            followers=random.randint(900, 24_000),
            server=SERVERS[random.randrange(2)],
        )
        for id, name, _, weight, letters in _ORGANISATIONS
    ]
    names = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    random.shuffle(names)
    for number, (first, last) in enumerate(names[:PEOPLE]):
        platforms = [random.choices((X, MASTODON, BLUESKY), (0.42, 0.2, 0.38))[0]]
        if random.random() < 0.08:
            platforms.append(random.choice([p for p in (X, MASTODON, BLUESKY) if p not in platforms]))
        if number < PEOPLE_WITH_BLOGS:
            platforms.insert(0, BLOGS)
        cast.append(
            Voice(
                id=f"{first}_{last}_madeup".lower(),
                name=f"{first} {last} (made up)",
                platforms=tuple(platforms),
                weight=3.0 if number < PEOPLE_WITH_BLOGS else min(9.0, random.paretovariate(1.5) * 0.6),
                newcomer=random.random() < 0.45,
                language="cy" if random.random() < 0.04 else "en",
                lower_case=random.random() < 0.35,
                careful=random.random() < 0.3,
                followers=int(min(9_000, 40 * random.paretovariate(0.9))),
                server=random.choice(SERVERS),
            )
        )
    return tuple(cast)


def configuration(cast: tuple[Voice, ...], path: str) -> Configuration:
    """What config.toml would say of the made-up campaign; `path` is the archive's."""
    organisations = tuple(
        Organisation(
            id=id,
            name=name,
            url=f"https://{id.replace('_', '-')}.example/",
            kind=kind,
            accounts=tuple(
                Account(platform=platform, handle=voice.author(platform).handle or "") for platform in voice.platforms
            ),
        )
        for (id, name, kind, _, _), voice in zip(_ORGANISATIONS, cast, strict=False)
    )
    return Configuration(
        path="demonstration",
        archive=path,
        contact="hello@imaginary-institute.example",
        opt_out_page="https://imaginary-institute.example/opting-out",
        campaigns=(
            Campaign(
                id=CAMPAIGN,
                title="Co-production Week (made up)",
                organiser=ORGANISER,
                time_zone="Europe/London",
                hashtags=("CoProWeek", "CoProductionWeek", "WythnosCydgynhyrchu"),
                phrases=("co-production week", "coproduction week"),
                baseline=("co-production", "coproduction"),
                lead_up_days=28,
                after_days=28,
                editions=tuple(
                    Edition(
                        id=f"{CAMPAIGN}-{starts.year}",
                        campaign_id=CAMPAIGN,
                        year=starts.year,
                        title=f"Co-production Week {starts.year} (made up)",
                        theme=theme,
                        starts_on=starts,
                        ends_on=ends,
                        dates_from="made up",
                    )
                    for starts, ends, theme in (
                        (date(2025, 6, 30), date(2025, 7, 4), "Around one table"),
                        (date(2026, 7, 6), date(2026, 7, 10), "Who is missing?"),
                    )
                ),
            ),
        ),
        organisations=organisations,
        sources=sources(cast),
        fetching=Fetching(
            user_agent="coproweek demonstration; asks nobody",
            deadline_seconds=30,
            max_bytes=1,
            max_decompressed_bytes=1,
            max_redirects=0,
            per_host=1,
            workers=1,
            allow_private_addresses=False,
        ),
        schedule=Schedule(in_week_minutes=15, in_phase_minutes=60, otherwise_minutes=360),
    )


def sources(cast: tuple[Voice, ...]) -> tuple[SourceSpec, ...]:
    """The places that are asked: one search, two servers' hashtag timelines, another search, and every blog."""
    asked = [
        SourceSpec(platform=X, kind="search", locator="#CoProWeek", title="X search (made up)", query_hash="demo-x"),
        *(
            SourceSpec(
                platform=MASTODON,
                kind="tag_timeline",
                locator=f"https://{server}/tags/CoProWeek",
                title=f"Mastodon: {server}",
                query_hash="demo-mastodon",
            )
            for server in SERVERS[:2]
        ),
        SourceSpec(
            platform=BLUESKY,
            kind="search",
            locator="#CoProWeek",
            title="Bluesky search (made up)",
            query_hash="demo-bluesky",
        ),
    ]
    asked.extend(
        SourceSpec(
            platform=BLOGS,
            kind="feed",
            locator=f"https://{blog_host(voice)}/",
            title=voice.name,
            organisation_id=voice.organisation_id,
            query_hash="demo-feed",
        )
        for voice in cast
        if BLOGS in voice.platforms
    )
    return tuple(asked)
