"""What the report alone needs said: counts with their nouns, stretches of time, lists, addresses a reader can follow.

Pure functions of values. How a figure's values read is in `dashboards.wording`, for every page alike. Days and months
are spelled there and not by `strftime`, whose language is the machine's.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dashboards.wording import day


def count(how_many: int, one: str, many: str | None = None) -> str:
    """`1 post`, `1,240 posts`, `no posts`."""
    noun = one if how_many == 1 else (many or f"{one}s")
    return f"{'no' if how_many == 0 else f'{how_many:,}'} {noun}"


def part_of(part: int, whole: int, one: str) -> str:
    """`6 of 9 posts`, `all 9 posts`, `none of 9 posts`, `the only post`."""
    if part == whole:
        return f"the only {one}" if whole == 1 else f"all {count(whole, one)}" if whole else count(0, one)
    return f"{f'{part:,}' if part else 'none'} of {count(whole, one)}"


def listed(things: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} and {things[-1]}"


def capital(text: str) -> str:
    """The text with its first letter as a sentence begins."""
    return text[:1].upper() + text[1:]


def parse_utc(text: str) -> datetime:
    """A time as the archive writes it, `YYYY-MM-DDTHH:MM:SSZ`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def local_day(utc: str, time_zone: str) -> str:
    """The day of a moment in a time zone, YYYY-MM-DD."""
    return parse_utc(utc).astimezone(ZoneInfo(time_zone)).date().isoformat()


def moment(utc: str, time_zone: str) -> str:
    """`09:05 on Monday 6 July 2026`, in the campaign's time zone."""
    local = parse_utc(utc).astimezone(ZoneInfo(time_zone))
    return f"{local:%H:%M} on {day(local.date().isoformat())}"


def duration(length: timedelta) -> str:
    """`40 minutes`, `3 hours`, `2 days and 4 hours`; what is under two days is said in hours."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return count(minutes, "minute")
    hours = round(minutes / 60)
    if hours < 48:
        return count(hours, "hour")
    whole_days, rest = divmod(hours, 24)
    return count(whole_days, "day") + (f" and {count(rest, 'hour')}" if rest else "")


def is_email(address: str | None) -> bool:
    """Whether a configured contact is an e-mail address, which can stand in a To: line."""
    return bool(address and re.fullmatch(r"[^@\s<>\"',;:\\?&#%]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", address))


def public_link(address: str | None) -> str | None:
    """The address where a reader elsewhere could follow it; None for anything else.

    A report is read on other machines: a loopback or private address leads nowhere there, or to something else.
    """
    address = (address or "").strip()
    if not address or any(c.isspace() or not c.isprintable() for c in address):
        return None
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    try:
        return address if ipaddress.ip_address(host).is_global else None
    except ValueError:
        pass
    if "." not in host or host.endswith((".localhost", ".local", ".internal", ".lan", ".home.arpa")):
        return None
    # To a browser 127.1, 2130706433 and 0x7f.0.0.1 are addresses too: a name's last label is never a number.
    return None if re.fullmatch(r"0x[0-9a-f]*|[0-9]+", host.rsplit(".", 1)[-1]) else address
