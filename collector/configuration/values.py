"""What config.toml says, as one Configuration: its campaigns, organisations and sources, checked against each other.

`read` answers every mistake at once. How a single value is read is in `table.py`, how the file's text is in
`text.py`.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from msgspec.structs import replace

from collector import __version__
from collector.campaign import Account, Campaign, Configuration, Edition, Fetching, Organisation, Schedule, SourceSpec
from collector.configuration.table import Document, Table
from collector.configuration.text import ConfigurationError, lines_of, parse, read_text
from collector.matching import fold_hashtag, fold_phrase, terms_fingerprint
from collector.platforms import Limits

SHARED_HOSTS = frozenset(
    "wordpress.com blogspot.com substack.com tumblr.com linkedin.com facebook.com youtube.com google.com "
    "sites.google.com news.google.com notion.site github.io x.com twitter.com instagram.com threads.net".split()
)
"""Hosts on which many people publish: a post there is not its organisation's because of its host."""

NETWORKS = {
    "x.com": "X",
    "twitter.com": "X",
    "bsky.app": "Bluesky",
    "linkedin.com": "LinkedIn",
    "facebook.com": "Facebook",
    "instagram.com": "Instagram",
    "threads.net": "Threads",
    "threads.com": "Threads",
    "tiktok.com": "TikTok",
}
"""Places whose pages are no blogs: they cannot be watched by their address."""

MEGABYTE = 1_000_000
LONGEST_WEEK_DAYS = 100
FIRST_YEAR, LAST_YEAR = 1990, 2200


def read(path: Path) -> Configuration:
    """The configuration in a file; raises ConfigurationError with every mistake in it."""
    text, problems = read_text(path)
    tables, understood, more = parse(text, path.name)
    document = Document(path.name, lines_of(understood), [*problems, *more])
    configuration = _configuration(Table(document, "", (), tables), path)
    if document.problems:
        raise ConfigurationError(document.problems)
    return configuration


def _configuration(top: Table, path: Path) -> Configuration:
    campaigns = _campaigns(top)
    organisations = _organisations(top)
    _organisers(top, campaigns, organisations)
    sources = _sources(top, organisations, terms_fingerprint(campaigns))
    collecting = top.one("collecting")
    return Configuration(
        path=str(path),
        archive=_archive(top, path),
        contact=_contact(top),
        opt_out_page=top.address("opt_out_page"),
        campaigns=campaigns,
        organisations=_with_blogs(organisations, sources),
        sources=sources,
        fetching=_fetching(top.one("fetching")),
        schedule=_schedule(top.one("schedule")),
        limits=_limits(collecting),
        keep_days=collecting.number("keep_days", 0, 0, 36_500) or None,
    )


def _archive(top: Table, path: Path) -> str:
    """The archive's path; one that does not begin at the root begins at the folder of config.toml."""
    given = top.text("archive", 1_000) or "data/archive.db"
    try:
        archive = (path.resolve().parent / Path(given).expanduser()).resolve()
        if archive.is_dir():
            what = f"{given} is a folder, and the archive is a file"
            top.wrong("archive", what, f'Write: archive = "{given.rstrip("/")}/archive.db"')
    except (OSError, RuntimeError, ValueError):  # too long a name, a home folder that nobody has
        top.wrong("archive", "archive is no path that this computer can have")
        return given
    return str(archive)


def _contact(top: Table) -> str | None:
    contact = top.text("contact")
    if contact and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+|https?://\S+\.\S+", contact):
        top.wrong("contact", "contact must be one mail address, or the address of a page with a form")
    return contact or None


def _fetching(table: Table) -> Fetching:
    return Fetching(
        user_agent=f"coproweek/{__version__}",
        deadline_seconds=table.number("deadline_seconds", 60, 5, 600),
        max_bytes=table.number("max_megabytes", 5, 1, 100) * MEGABYTE,
        max_decompressed_bytes=table.number("max_unpacked_megabytes", 20, 1, 500) * MEGABYTE,
        max_redirects=table.number("max_redirects", 5, 0, 20),
        per_host=table.number("per_host", 1, 1, 10),
        workers=table.number("workers", 8, 1, 64),
        allow_private_addresses=table.flag("allow_private_addresses", False),
    )


def _schedule(table: Table) -> Schedule:
    return Schedule(
        in_week_minutes=table.number("in_week_minutes", 15, 5, 1440),
        in_phase_minutes=table.number("in_phase_minutes", 60, 5, 1440),
        otherwise_minutes=table.number("otherwise_minutes", 360, 15, 10_080),
    )


def _limits(table: Table) -> Limits:
    return Limits(
        pages=table.number("pages", 50, 1, 1_000),
        items=table.number("entries", 5_000, 10, 100_000),
        comments=table.flag("comments", True),
        comment_text=table.flag("comment_text", False),
    )


# Campaigns --------------------------------------------------------------------------------------------------------


def _campaigns(top: Table) -> tuple[Campaign, ...]:
    tables = top.several("campaign")
    if not tables and "campaign" not in top.values:
        top.wrong(
            "campaign",
            "no campaign is there, so nothing can be watched",
            "Copy one from the project's config.toml: [[campaign]] and the lines below it",
        )
    known: dict[str, int | None] = {}
    return tuple(_campaign(table, _id(table, known)) for table in tables)


def _campaign(table: Table, name: str) -> Campaign:
    title = "" if table.missing("title") else table.text("title") or ""
    zone = _time_zone(table)
    hashtags = _hashtags(table)
    lead_up_days = table.number("lead_up_days", 28, 0, 366)
    after_days = table.number("after_days", 28, 0, 366)
    editions = _editions(table, name, title, lead_up_days, after_days)
    return Campaign(
        id=name,
        title=title,
        organiser=table.text("organiser"),
        time_zone=zone,
        hashtags=hashtags,
        phrases=_phrases(table, "phrases"),
        baseline=_phrases(table, "baseline"),
        lead_up_days=lead_up_days,
        after_days=after_days,
        editions=editions,
    )


def _id(table: Table, known: dict[str, int | None]) -> str:
    """A short name that is used in addresses; noted where it is missing, no such name, or another's."""
    if table.missing("id"):
        return ""
    name = table.text("id") or ""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", name):
        slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40] or "name"
        table.wrong("id", "id must be a short name of small letters, digits and hyphens", f'Write: id = "{slug}"')
    elif name in known:
        table.wrong("id", f"the id “{name}” is already used in line {known[name]}", "Give each an id of its own")
    known.setdefault(name, table.document.line((*table.key, "id")))
    return name


def _time_zone(table: Table) -> str:
    name = table.text("time_zone") if "time_zone" in table.values else "Europe/London"
    if not name:
        return "UTC"
    try:
        if name == "UTC" or (re.fullmatch(r"[A-Z]\w+(/[A-Za-z0-9_+-]+){1,2}", name) and ZoneInfo(name)):
            return name
    except (OSError, ValueError, LookupError):  # ZoneInfoNotFoundError is a LookupError
        pass
    if not available_timezones():
        fix = "Install it: pip install tzdata"
        table.wrong("time_zone", "this computer has no list of time zones", fix)
        return "UTC"
    places = {zone.casefold(): zone for zone in available_timezones() if "/" in zone}
    place = re.sub(r"\s+", "_", name.casefold())
    ends = [zone for key, zone in places.items() if key.rpartition("/")[2] == place.rpartition("/")[2]]
    close = ends or [places[key] for key in difflib.get_close_matches(place, places, 1)]
    what = f"“{name}” is no time zone; one is named after a place, so that its summer time is known"
    table.wrong("time_zone", what, f'Write: time_zone = "{close[0] if close else "Europe/London"}"')
    return "UTC"


def _hashtags(table: Table) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for position, given in table.texts("hashtags"):
        hashtag = given.lstrip("#＃ ")
        if not re.fullmatch(r"\w+", hashtag) or hashtag.isdigit():
            joined = "".join(word[:1].upper() + word[1:] for word in re.findall(r"\w+", hashtag))
            what = f"“{given}” cannot be a hashtag: a hashtag ends at a space, a hyphen or a dot"
            fix = f'Write: "{joined}"; words with spaces belong in phrases' if joined else "Delete it"
            table.wrong("hashtags", what, fix, at=position)
        else:
            found.setdefault(fold_hashtag(hashtag), hashtag)
    if not found and not table.values.get("hashtags"):
        table.wrong("hashtags", "a campaign needs at least one hashtag; the first one is its name on the pages")
    return tuple(found.values())


def _phrases(table: Table, name: str) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for position, given in table.texts(name):
        folded = fold_phrase(given)
        if given.startswith("#"):
            table.wrong(
                name, f"“{given}” is a hashtag", "Move it to hashtags, and write a phrase here, without #", at=position
            )
        elif sum(map(str.isalnum, folded)) < 3:
            table.wrong(
                name,
                f"“{given}” is too short to be told from other words",
                "Write a whole name, or delete it",
                at=position,
            )
        else:
            found.setdefault(folded, given)
    return tuple(found.values())


# Editions ---------------------------------------------------------------------------------------------------------


def _editions(
    table: Table, campaign_id: str, campaign_title: str, lead_up_days: int, after_days: int
) -> tuple[Edition, ...]:
    editions: dict[int, tuple[Table, Edition]] = {}
    for one in table.several("edition"):
        if one.missing("year"):
            continue
        year = one.number("year", 0, FIRST_YEAR, LAST_YEAR)
        if not year:
            continue
        if year in editions:
            first = editions[year][0]
            line = first.document.line((*first.key, "year"))
            one.wrong("year", f"the edition of {year} is already there in line {line}", "Keep one of the two")
            continue
        starts_on, ends_on = _week(one, year)
        edition = Edition(
            id=f"{campaign_id}-{year}",
            campaign_id=campaign_id,
            year=year,
            title=one.text("title") or f"{campaign_title} {year}",
            theme=one.text("theme"),
            starts_on=starts_on,
            ends_on=ends_on,
            dates_from=one.text("dates_from", 500),
        )
        editions[year] = one, edition
    dated = sorted((pair for pair in editions.values() if pair[1].starts_on), key=lambda pair: pair[1].year)
    for (_, before), (one, after) in pairwise(dated):
        _apart(one, before, after, lead_up_days, after_days)
    return tuple(edition for _, edition in sorted(editions.values(), key=lambda pair: pair[1].year))


def _week(table: Table, year: int) -> tuple[date | None, date | None]:
    """First and last day of an edition; both None while they are not known, or not rightly written."""
    starts_on, ends_on = table.day("starts_on"), table.day("ends_on")
    if starts_on is None or ends_on is None:
        for name, other in (("starts_on", "ends_on"), ("ends_on", "starts_on")):
            if name in table.values and other not in table.values:
                table.wrong(
                    name, f"{name} is there without {other}", "Write both days, or neither while they are not known"
                )
        return None, None
    if starts_on.year != year:
        table.wrong(
            "starts_on",
            f"the edition of {year} starts in {starts_on.year}",
            f"Correct the year: {year}-{starts_on:%m-%d}",
        )
    elif ends_on < starts_on:
        table.wrong(
            "ends_on",
            f"the week ends on {_said(ends_on)}, before it starts on {_said(starts_on)}",
            "Look at a calendar and correct one of the two",
        )
    elif (ends_on - starts_on).days >= LONGEST_WEEK_DAYS:
        days = (ends_on - starts_on).days + 1
        table.wrong("ends_on", f"the week would last {days} days", "Look at a calendar and correct one of the two")
    else:
        return starts_on, ends_on
    return None, None


def _apart(table: Table, before: Edition, after: Edition, lead_up_days: int, after_days: int) -> None:
    """Notes where two editions lie over each other, with their lead-up and after: a post belongs to one of them."""
    assert before.starts_on and before.ends_on and after.starts_on and after.ends_on
    if after.starts_on <= before.ends_on:
        what = (
            f"{after.title} starts on {_said(after.starts_on)}, while {before.title} runs until {_said(before.ends_on)}"
        )
        table.wrong("starts_on", what, "Look at a calendar and correct one of the two")
        return
    over = before.ends_on + timedelta(days=after_days)
    lead_up = after.starts_on - timedelta(days=lead_up_days)
    if lead_up <= over:
        between = (after.starts_on - before.ends_on).days - 1
        what = (
            f"the {lead_up_days} days before {after.title} begin on {_said(lead_up)}, "
            f"and the {after_days} days after {before.title} end on {_said(over)}"
        )
        fix = f"Write: lead_up_days = {between // 2} and after_days = {between - between // 2} in the campaign"
        table.wrong("starts_on", what, fix)


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


# Organisations and sources ----------------------------------------------------------------------------------------


def _organisations(top: Table) -> list[Organisation]:
    """The organisations, with their accounts but not yet their blogs."""
    known: dict[str, int | None] = {}
    owners: dict[tuple[str, str], str] = {}
    found = []
    for table in top.several("organisation"):
        name = _id(table, known)
        title = "" if table.missing("name") else table.text("name") or ""
        accounts = []
        handles = table.one("accounts")
        for platform in handles.values:
            for position, given in handles.texts(platform):
                handle = given.lstrip("@").casefold()
                if not re.fullmatch(r"[\w.@:+-]+", handle):
                    what = f"“{given}” is no account's name"
                    last = re.sub(r"[^\w.@-]", "", given.rstrip("/").rpartition("/")[2]) or "example"
                    handles.wrong(platform, what, f'Write the name alone: "{last}"', at=position)
                elif owners.setdefault((platform, handle), name) != name:
                    other = owners[platform, handle]
                    handles.wrong(
                        platform, f"“{given}” is already the account of {other}", "Keep one of the two", at=position
                    )
                else:
                    accounts.append(Account(platform=platform, handle=handle))
        found.append(
            Organisation(
                id=name, name=title, url=table.address("website"), kind=table.text("kind"), accounts=tuple(accounts)
            )
        )
    return found


def _organisers(top: Table, campaigns: tuple[Campaign, ...], organisations: list[Organisation]) -> None:
    for number, campaign in enumerate(campaigns):
        if campaign.organiser:
            _known_organisation(top.document, ("campaign", number, "organiser"), campaign.organiser, organisations)


def _known_organisation(
    document: Document, key: tuple[str | int, ...], name: str, organisations: list[Organisation]
) -> bool:
    ids = [organisation.id for organisation in organisations]
    if name in ids:
        return True
    close = difflib.get_close_matches(name.casefold(), ids, 1)
    fix = f'Write: {key[-1]} = "{close[0]}"' if close else f'Add it: [[organisation]] with id = "{name}" and its name'
    document.wrong(key, f"there is no organisation with the id “{name}”", fix)
    return False


def _sources(top: Table, organisations: list[Organisation], terms: str) -> tuple[SourceSpec, ...]:
    """The sources. One without an organisation is the organisation's whose website is on the same host."""
    sites = {host: organisation.id for organisation in organisations if (host := _own_host(organisation.url))}
    seen: dict[str, int | None] = {}
    found = []
    for table in top.several("source"):
        if table.missing("address"):
            continue
        address = table.address("address")
        if address is None:
            if not table.values["address"]:
                table.wrong("address", "the address is empty")
            continue
        if network := NETWORKS.get(".".join((urlsplit(address).hostname or "").split(".")[-2:])):
            table.wrong(
                "address",
                f"{network} is not a blog and cannot be watched by this version",
                "Take it out. What your own account published there can be brought in with `coproweek import` "
                "(docs/importing.md says from which networks)",
            )
            continue
        same = _same(address)
        if same in seen:
            table.wrong("address", f"this address is already there in line {seen[same]}", "Keep one of the two")
            continue
        seen[same] = table.document.line((*table.key, "address"))
        organisation = table.text("organisation")
        if organisation:
            _known_organisation(table.document, (*table.key, "organisation"), organisation, organisations)
        spec = SourceSpec(
            platform="blogs",
            kind="feed",
            locator=address,
            title=table.text("title") or _short(address),
            organisation_id=organisation or sites.get(_own_host(address) or ""),
        )
        found.append(_with_query_hash(spec, terms))
    return tuple(found)


def _with_query_hash(spec: SourceSpec, terms: str) -> SourceSpec:
    """A feed gives all its entries, but of those that did not match only a hash is kept: new terms ask anew."""
    asked = "\n".join([spec.platform, spec.kind, spec.locator, terms])
    digest = hashlib.blake2b(asked.encode("utf-8"), digest_size=8).hexdigest()
    return replace(spec, query_hash=digest)


def _with_blogs(organisations: list[Organisation], sources: tuple[SourceSpec, ...]) -> tuple[Organisation, ...]:
    """The organisations, each with the hosts of its blogs among its accounts: so are its posts there recognised.

    A host on which anybody may publish, or on which another blog is watched that is not theirs, is nobody's.
    """
    on_host: dict[str, set[str | None]] = {}
    for source in sources:
        if host := _own_host(source.locator):
            on_host.setdefault(host, set()).add(source.organisation_id)
    return tuple(
        replace(
            organisation,
            accounts=(
                *organisation.accounts,
                *(Account(platform="blogs", handle=h) for h, theirs in on_host.items() if theirs == {organisation.id}),
            ),
        )
        for organisation in organisations
    )


def _own_host(address: str | None) -> str | None:
    """The site as authors of blogs have it (`feeds.articles.home`): the host without www., on Medium with the first
    part of the path. None for a host that many share."""
    parts = urlsplit(address or "")
    host = (parts.hostname or "").removeprefix("www.")
    if host == "medium.com":
        first = parts.path.strip("/").partition("/")[0].lower()
        return f"{host}/{first}" if first else None
    return host if host and host not in SHARED_HOSTS else None


def _same(address: str) -> str:
    """What two spellings of one address have in common."""
    parts = urlsplit(address)
    return f"{(parts.netloc).casefold().removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _short(address: str) -> str:
    """An address as a title, until the blog's own is known."""
    parts = urlsplit(address)
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}"
