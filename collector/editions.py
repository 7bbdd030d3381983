"""Which edition and phase a moment belongs to, counted in the campaign's own time zone. Pure; it reads no text.

A campaign's time is cut into windows, one an edition. In a dated edition's window the phases follow each other without
a gap: *early* (from the end of the previous edition's window), *lead-up*, *week*, *after*. An edition whose dates are
not set yet has a waiting window that ends with its year: posts in it belong to no phase until the dates are set.
Every boundary is a local midnight and every window and phase is half-open, so a moment belongs to at most one of them,
on the days when the clocks change too. What a blog's title or address claims about the year plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from collector.campaign import Campaign
from collector.posts import moment, utc

Phase = Literal["early", "lead-up", "week", "after"]

BEGINNING = "1970-01-01T00:00:00Z"
"""Where a campaign's first edition begins: before any blog."""

FROZEN_AFTER_DAYS = 56
"""An edition's figures stop changing this many days after its week, at the next local midnight."""


class Window(Struct, frozen=True, kw_only=True):
    """The stretch of time that belongs to one edition; the moments are UTC, as everywhere (`posts.utc`).

    While the edition waits for its dates, only `early_from` and `after_to` are set: where the waiting begins and ends.
    """

    edition_id: str
    time_zone: str
    early_from: str
    lead_up_from: str | None = None
    week_from: str | None = None
    week_to: str | None = None
    after_to: str
    frozen_at: str | None = None

    @property
    def waiting(self) -> bool:
        """Whether nobody has set the edition's dates yet."""
        return self.week_from is None


class Placed(Struct, frozen=True, kw_only=True):
    """Where a moment falls."""

    edition_id: str
    phase: Phase
    local_day: str
    """YYYY-MM-DD in the campaign's time zone."""
    local_hour: int
    """0 to 23 there; the hour that the clocks repeat in autumn counts twice, the one they skip in spring never."""


def timeline(campaign: Campaign) -> tuple[Window, ...]:
    """The windows of a campaign's editions, oldest first: each begins where the one before it ended.

    A waiting window never reaches into the lead-up of the edition after it, and is left out where that leaves nothing.
    """
    editions = sorted(campaign.editions, key=lambda edition: edition.year)
    zone = ZoneInfo(campaign.time_zone)
    windows: list[Window] = []
    taken_to = BEGINNING
    for position, edition in enumerate(editions):
        if edition.starts_on is not None and edition.ends_on is not None:
            window = _dated(campaign, edition.id, (edition.starts_on, edition.ends_on), taken_to)
        else:
            ends = local_midnight(date(edition.year + 1, 1, 1), zone)
            for later in editions[position + 1 :]:
                if later.starts_on is not None:
                    ends = min(ends, local_midnight(later.starts_on - timedelta(days=campaign.lead_up_days), zone))
                    break
            if ends <= taken_to:
                continue
            window = Window(edition_id=edition.id, time_zone=campaign.time_zone, early_from=taken_to, after_to=ends)
        windows.append(window)
        taken_to = window.after_to
    return tuple(windows)


def _dated(campaign: Campaign, edition_id: str, days: tuple[date, date], taken_to: str) -> Window:
    """The window of an edition with a first and a last day. What an earlier window has taken is not taken again."""
    zone = ZoneInfo(campaign.time_zone)
    starts_on, ends_on = days
    day_after = ends_on + timedelta(days=1)
    week_from = max(local_midnight(starts_on, zone), taken_to)
    week_to = max(local_midnight(day_after, zone), week_from)
    return Window(
        edition_id=edition_id,
        time_zone=campaign.time_zone,
        early_from=taken_to,
        lead_up_from=max(local_midnight(starts_on - timedelta(days=campaign.lead_up_days), zone), taken_to),
        week_from=week_from,
        week_to=week_to,
        after_to=max(local_midnight(day_after + timedelta(days=campaign.after_days), zone), week_to),
        frozen_at=local_midnight(day_after + timedelta(days=FROZEN_AFTER_DAYS), zone),
    )


def place(windows: Iterable[Window], published_at: str) -> Placed | None:
    """Where a post published at that moment (UTC text) falls; None when it waits, or lies in no edition's window."""
    for window in windows:
        if window.early_from <= published_at < window.after_to:
            phase = _phase(window, published_at)
            if phase is None:
                return None
            local = datetime.fromisoformat(published_at).astimezone(ZoneInfo(window.time_zone))
            return Placed(
                edition_id=window.edition_id,
                phase=phase,
                local_day=local.date().isoformat(),
                local_hour=local.hour,
            )
    return None


def local_day(published_at: str, time_zone: str) -> str:
    """The day, YYYY-MM-DD, on which a moment falls in a time zone."""
    return moment(published_at).astimezone(ZoneInfo(time_zone)).date().isoformat()


def local_midnight(day: date, zone: ZoneInfo) -> str:
    """The UTC moment at which a local day begins.

    Where the clocks skip midnight, that is the moment at which they skip; where midnight comes twice, the first one.
    """
    return utc(datetime(day.year, day.month, day.day, tzinfo=zone))


def _phase(window: Window, at: str) -> Phase | None:
    if window.lead_up_from is None or window.week_from is None or window.week_to is None:
        return None
    if at < window.lead_up_from:
        return "early"
    if at < window.week_from:
        return "lead-up"
    return "week" if at < window.week_to else "after"
