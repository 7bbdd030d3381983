"""Small builders for tests of rounds: a made-up blog on loopback, and a configuration that watches it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

from collector.campaign import (
    Account,
    Campaign,
    Configuration,
    Edition,
    Fetching,
    Organisation,
    Schedule,
    SourceSpec,
)


@dataclass(frozen=True)
class Entry:
    """One blog entry. `number` is its identity; everything else may change."""

    number: int
    title: str = ""
    body: str = "<p>We say #CoProWeek together.</p>"
    published: str = "2026-07-06T09:00:00Z"
    comments: int | None = None
    categories: tuple[str, ...] = ()
    link: str = ""
    guid: str = ""

    def rss(self, base: str) -> str:
        when = format_datetime(datetime.strptime(self.published, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC))
        link = self.link or f"{base}post-{self.number}/"
        return (
            f"<item><title>{escape(self.title or f'Post {self.number}')}</title><link>{escape(link)}</link>"
            f"<guid isPermaLink='false'>{escape(self.guid or f'guid-{self.number}')}</guid><pubDate>{when}</pubDate>"
            + "".join(f"<category>{escape(category)}</category>" for category in self.categories)
            + (f"<slash:comments>{self.comments}</slash:comments>" if self.comments is not None else "")
            + f"<content:encoded><![CDATA[{self.body}]]></content:encoded></item>"
        )


def rss(base: str, entries: Iterable[Entry], title: str = "A made-up blog") -> bytes:
    """An RSS 2.0 document as WordPress writes it."""
    return (
        "<?xml version='1.0' encoding='UTF-8'?>"
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' "
        "xmlns:slash='http://purl.org/rss/1.0/modules/slash/'><channel>"
        f"<title>{escape(title)}</title><link>{base}</link><language>en-GB</language>"
        + "".join(entry.rss(base) for entry in entries)
        + "</channel></rss>"
    ).encode()


UK = Campaign(
    id="uk",
    title="Co-production Week",
    organiser="organiser",
    time_zone="Europe/London",
    hashtags=("CoProWeek", "CoProductionWeek"),
    phrases=("co-production week",),
    baseline=("co-production",),
    lead_up_days=28,
    after_days=28,
    editions=tuple(
        Edition(
            id=f"uk-{year}",
            campaign_id="uk",
            year=year,
            title=f"Co-production Week {year}",
            starts_on=first,
            ends_on=last,
        )
        for year, first, last in (
            (2016, date(2016, 7, 4), date(2016, 7, 8)),
            (2017, date(2017, 7, 3), date(2017, 7, 7)),
            (2018, date(2018, 7, 2), date(2018, 7, 6)),
            (2026, date(2026, 7, 6), date(2026, 7, 10)),
        )
    ),
)


def watching(folder: Path, addresses: Sequence[str], *, campaigns: tuple[Campaign, ...] = (UK,)) -> Configuration:
    """A configuration with its archive in `folder` that watches these blogs; loopback is allowed."""
    return Configuration(
        path=str(folder / "config.toml"),
        archive=str(folder / "archive.db"),
        contact=None,
        opt_out_page=None,
        campaigns=campaigns,
        organisations=(
            Organisation(id="organiser", name="The Organiser", accounts=(Account(platform="x", handle="organiser"),)),
        ),
        sources=tuple(
            SourceSpec(platform="blogs", kind="feed", locator=address, title=address, query_hash="1")
            for address in addresses
        ),
        fetching=Fetching(
            user_agent="coproweek-tests",
            deadline_seconds=5,
            max_bytes=5_000_000,
            max_decompressed_bytes=20_000_000,
            max_redirects=5,
            per_host=2,
            workers=4,
            allow_private_addresses=True,
        ),
        schedule=Schedule(in_week_minutes=20, in_phase_minutes=60, otherwise_minutes=360),
    )
