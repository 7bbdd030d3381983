"""What a report holds, as frozen values: everything is decided and worded before a template sees it.

`compose.py` fills these from stored figures and the archive; `page.py` and `mail.py` only set them out.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from dashboards.editions import EditionInfo
from dashboards.figures import Figure
from dashboards.metrics import Metric
from dashboards.report.methods import Facts, Watched

Stage = Literal["so far", "first", "final"]
"""The week is still running; it is over and numbers may still change; the edition's figures are frozen."""


class Number(Struct, frozen=True, kw_only=True):
    """One of the five numbers of the one-page summary."""

    value: str
    """'' where it is not known."""
    label: str
    """What the number is of; where it is not known, a whole sentence that says so."""
    of: str
    """Its denominator in words; '' where it is not known."""


class Table(Struct, frozen=True, kw_only=True):
    """A figure's rows as they are printed."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    """Which columns hold numbers, and are set to the right."""
    note: str = ""
    """What was withheld, and why."""


class Exhibit(Struct, frozen=True, kw_only=True):
    """One metric in the report: chart, table, and how it is counted."""

    metric: Metric
    figure: Figure
    svg: str | None
    """The chart, with its headline and subtitle in it."""
    no_chart: str
    """Why there is no chart, where there is none."""
    summary: str
    table: Table
    table_number: int
    as_at: str


class OnePage(Struct, frozen=True, kw_only=True):
    """The week on one page: the same words in the report and in the mail."""

    sentences: tuple[str, ...]
    numbers: tuple[Number, ...]
    watched: str
    """How much of the week was watched or read back, in sentences; empty where nothing is known."""
    cannot_know: tuple[str, ...]


class Report(Struct, frozen=True, kw_only=True):
    edition: EditionInfo
    stage: Stage
    made_up: bool
    dates: str
    """Monday 6 to Friday 10 July 2026."""
    made_at: str
    as_at: str
    frozen_on: str
    contact: str | None
    contact_email: str | None
    """The contact where it is an e-mail address, else None."""
    contact_link: str | None
    """The contact where it is a public web address, else None."""
    opt_out_link: str | None
    software: str
    cautions: tuple[str, ...]
    """What the reader must know before any number."""
    one_page: OnePage
    audience: tuple[str, ...]
    """What is known of views and followers, each platform alone; empty where nothing is."""
    exhibits: dict[str, tuple[Exhibit, ...]]
    """By section: outputs, people, audience, engagement, access, methods, more."""
    watched: tuple[Watched, ...]
    not_watched: tuple[str, ...]
    facts: Facts

    @property
    def all_exhibits(self) -> list[Exhibit]:
        """In the order of their tables."""
        return sorted((one for many in self.exhibits.values() for one in many), key=lambda one: one.table_number)
