"""config.toml as typed values: campaigns and editions, sources, organisations, limits. Nothing is asked or stored.

`load` reads the file and answers every mistake at once, each with its line, what is wrong and what to write instead;
how it does so is in `text.py`, `table.py` and `collector/configuration/`.
Which edition a moment belongs to is in `editions.py`; what makes a post an item is in `matching.py`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from msgspec import Struct

from collector.configuration.text import ConfigurationError, Problem
from collector.platforms import Limits

__all__ = [
    "Account",
    "Campaign",
    "Configuration",
    "ConfigurationError",
    "Edition",
    "Fetching",
    "Organisation",
    "Problem",
    "Schedule",
    "SourceSpec",
    "load",
]


class Edition(Struct, frozen=True, kw_only=True):
    """One year's week. Dates are None while nobody has set them."""

    id: str
    campaign_id: str
    year: int
    title: str
    theme: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    dates_from: str | None = None


class Campaign(Struct, frozen=True, kw_only=True):
    id: str
    title: str
    organiser: str | None
    time_zone: str
    hashtags: tuple[str, ...]
    phrases: tuple[str, ...]
    baseline: tuple[str, ...]
    lead_up_days: int
    after_days: int
    editions: tuple[Edition, ...]


class Account(Struct, frozen=True, kw_only=True):
    platform: str
    handle: str


class Organisation(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    url: str | None = None
    kind: str | None = None
    accounts: tuple[Account, ...] = ()


class SourceSpec(Struct, frozen=True, kw_only=True):
    """A source as configured; the archive gives it its number."""

    platform: str
    kind: str
    locator: str
    title: str
    organisation_id: str | None = None
    query_hash: str = ""


class Fetching(Struct, frozen=True, kw_only=True):
    """Politeness and safety, for the one HTTP client."""

    user_agent: str
    deadline_seconds: float
    max_bytes: int
    max_decompressed_bytes: int
    max_redirects: int
    per_host: int
    workers: int
    allow_private_addresses: bool


class Schedule(Struct, frozen=True, kw_only=True):
    in_week_minutes: int
    in_phase_minutes: int
    otherwise_minutes: int


class Configuration(Struct, frozen=True, kw_only=True):
    path: str
    archive: str
    contact: str | None
    opt_out_page: str | None
    campaigns: tuple[Campaign, ...]
    organisations: tuple[Organisation, ...]
    sources: tuple[SourceSpec, ...]
    fetching: Fetching
    schedule: Schedule
    limits: Limits = Limits()
    """How much of one source one round takes."""
    keep_days: int | None = None
    """So many days after an edition's figures are frozen its posts are deleted; None: they are kept."""


def load(path: Path) -> Configuration:
    """The configuration that a file describes, paths made absolute; raises ConfigurationError with every mistake in it.

    Nothing is asked, and nothing is written: a file with one mistake configures nothing.
    """
    from collector.configuration.values import read

    return read(path)
