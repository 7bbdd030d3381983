"""Where an edition stands today, in words. Pure."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct

from dashboards import wording
from dashboards.editions import EditionInfo
from dashboards.site import words

STALE_HOURS = 6
"""In its lead-up and its week an edition is asked for much oftener than this."""


class Freshness(Struct, frozen=True):
    """How old what is shown is."""

    text: str
    stale: bool


def dates(edition: EditionInfo) -> str | None:
    """6 to 10 July 2026; None while nobody has set the dates."""
    return wording.span(edition.starts_on, edition.ends_on) if edition.starts_on and edition.ends_on else None


def standing(edition: EditionInfo, now: str) -> str:
    """The week is running: day 3 of 5. Empty while the edition has no dates."""
    if not (edition.starts_on and edition.ends_on and edition.lead_up_from_utc and edition.week_from_utc):
        return ""
    today = words.moment(now).astimezone(ZoneInfo(edition.time_zone)).date()
    first, last = date.fromisoformat(edition.starts_on), date.fromisoformat(edition.ends_on)
    if today < first:
        days = words.counted((first - today).days, "day")
        if now < edition.lead_up_from_utc:
            return f"The week begins in {days}. Its lead-up has not begun."
        return f"The lead-up is running. The week begins in {days}, on {wording.day(edition.starts_on)}."
    if today <= last:
        length = (last - first).days + 1
        number = (today - first).days + 1
        ends = ", its last day" if number == length and length > 1 else ""
        return f"The week is running: day {number} of {length}{ends}, {wording.day(today.isoformat())}."
    if edition.after_to_utc is not None and now < edition.after_to_utc:
        days = words.counted((today - last).days, "day")
        return f"The week ended {days} ago. Posts that follow it are still counted."
    if edition.frozen_at_utc is not None and now < edition.frozen_at_utc:
        frozen = words.moment(edition.frozen_at_utc).astimezone(ZoneInfo(edition.time_zone)).date()
        return f"The week is over. Its figures are final on {wording.day(frozen.isoformat())}."
    return "The week is over and its figures are final."


def freshness(last_success_at: str | None, edition: EditionInfo | None, now: str, zone: str) -> Freshness:
    """When anything was last collected, and whether that is too long ago."""
    if last_success_at is None:
        return Freshness("No source has answered yet.", stale=True)
    age = (words.moment(now) - words.moment(last_success_at)).total_seconds()
    running = bool(edition and edition.lead_up_from_utc and edition.after_to_utc) and (
        edition is not None and (edition.lead_up_from_utc or "") <= now < (edition.after_to_utc or "")
    )
    limit = STALE_HOURS * 3600 * (1 if running else 8)
    text = f"A source last answered {words.ago(last_success_at, now)}, at {words.local(last_success_at, zone)}."
    return Freshness(text, stale=age > limit)
