"""The keys of config.toml, and how its tables are read: each value typed, each mistake noted with its line.

What the values mean for each other (an edition in its campaign, a source's organisation) is in `values.py`.
"""

from __future__ import annotations

import difflib
import json
import re
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from collector.configuration.text import NO_SECRETS, ONCE, SECRET, Key, Problem, day_in

KEYS: dict[str, dict[str, str]] = {
    "": {
        "archive": '"data/archive.db"',
        "contact": '"comms@example.org"',
        "opt_out_page": '"https://example.org/opt-out"',
        "fetching": "[fetching]",
        "collecting": "[collecting]",
        "schedule": "[schedule]",
        "campaign": "[[campaign]]",
        "organisation": "[[organisation]]",
        "source": "[[source]]",
    },
    "fetching": {
        "deadline_seconds": "60",
        "max_megabytes": "5",
        "max_unpacked_megabytes": "20",
        "max_redirects": "5",
        "per_host": "1",
        "workers": "8",
        "allow_private_addresses": "false",
    },
    "collecting": {"pages": "50", "entries": "5000", "comments": "true", "comment_text": "false", "keep_days": "730"},
    "schedule": {"in_week_minutes": "15", "in_phase_minutes": "60", "otherwise_minutes": "360"},
    "campaign": {
        "id": '"uk"',
        "title": '"Co-production Week"',
        "organiser": '"scie"',
        "time_zone": '"Europe/London"',
        "hashtags": '["CoProWeek"]',
        "phrases": '["co-production week"]',
        "baseline": '["co-production"]',
        "lead_up_days": "28",
        "after_days": "28",
        "edition": "[[campaign.edition]]",
    },
    "campaign.edition": {
        "year": "2025",
        "title": '"Co-production Week 2025"',
        "theme": '"Innovation through co-production"',
        "starts_on": "2025-06-30",
        "ends_on": "2025-07-04",
        "dates_from": '"https://example.org/the-page-that-names-them"',
    },
    "organisation": {
        "id": '"scie"',
        "name": '"Social Care Institute for Excellence"',
        "kind": '"charity"',
        "website": '"https://www.example.org"',
        "accounts": '{ x = ["example"] }',
    },
    "organisation.accounts": {
        platform: '["example"]'
        for platform in ("x", "mastodon", "bluesky", "linkedin", "facebook", "instagram", "threads", "youtube")
    },
    "source": {
        "address": '"https://blog.example.org"',
        "title": '"The example blog"',
        "organisation": '"scie"',
    },
}
"""Every key of every table, with an example of what it may hold. `docs/configuring.md` describes each of them."""

MEANT = {
    "url": "address", "link": "address", "feed": "address", "blog": "address", "rss": "address", "site": "website",
    "homepage": "website", "timezone": "time_zone", "tz": "time_zone", "zone": "time_zone", "start": "starts_on",
    "starts": "starts_on", "from": "starts_on", "begins_on": "starts_on", "end": "ends_on", "ends": "ends_on",
    "to": "ends_on", "until": "ends_on", "tags": "hashtags", "hashtag": "hashtags", "names": "phrases",
    "phrase": "phrases", "email": "contact", "mail": "contact", "database": "archive", "db": "archive",
    "organization": "organisation", "org": "organisation", "organizer": "organiser", "blogs": "source",
    "feeds": "source", "sources": "source", "campaigns": "campaign", "editions": "edition", "years": "edition",
    "organisations": "organisation", "organizations": "organisation", "type": "kind", "heading": "title",
    "handles": "accounts", "opt_out": "opt_out_page", "optout": "opt_out_page", "twitter": "x",
    "timeout": "deadline_seconds",
}  # fmt: skip
"""What people write for a key whose letters are not alike."""


class Document:
    """The file under examination: where everything stands in it, and what is wrong so far."""

    def __init__(self, name: str, lines: dict[Key, int], problems: list[Problem]) -> None:
        self.name = name
        self.lines = lines
        self.problems = problems

    def line(self, key: Key) -> int | None:
        """The line of a value, or of the nearest thing that holds it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key)

    def wrong(self, key: Key, what: str, fix: str) -> None:
        self.problems.append(Problem(self.line(key), what, fix, self.name))


class Table:
    """One table of the file. Each method gives a value of the right type, or notes what is wrong and a default."""

    def __init__(self, document: Document, kind: str, key: Key, values: dict[str, Any]) -> None:
        self.document = document
        self.kind = kind
        self.key = key
        self.values = values
        self.meant: set[str] = set()
        """Keys that the file seems to give under another name."""
        for name in values:
            if name not in KEYS[kind]:
                self._unknown(name)

    def wrong(self, name: str, what: str, fix: str = "", *, at: int | None = None) -> None:
        """Notes a mistake at a key of this table, or at an element of its list."""
        key = (*self.key, name) if at is None else (*self.key, name, at)
        self.document.wrong(key, what, fix or f"Write: {name} = {KEYS[self.kind][name]}")

    def _unknown(self, name: str) -> None:
        where = f"in {_header(self.kind)}" if self.kind else "at the top of the file"
        if SECRET.search(name):
            self.wrong(name, *NO_SECRETS)
            return
        known = KEYS[self.kind]
        meant = MEANT.get(name.casefold().replace("-", "_"))
        close = [meant] if meant in known else difflib.get_close_matches(name.casefold().replace("-", "_"), known, 1)
        self.meant.update(close)
        value = self.values[name]
        tables = isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict) for one in value))
        if close and not tables:
            fix = f"Write: {close[0]} = {toml(value)}"
            self.wrong(name, f"“{name}” is not known {where}; did you mean {close[0]}?", fix)
        elif close:
            self.wrong(name, f"there is no [{name}]; did you mean {known[close[0]]}?", f"Write: {known[close[0]]}")
        elif homes := [kind for kind, keys in KEYS.items() if name in keys]:
            home = "above the first line that begins with [" if "" in homes else f"under {_header(homes[0])}"
            self.wrong(name, f"“{name}” does not belong {where}", f"Move the line {home}")
        else:
            self.wrong(name, f"“{name}” is not known {where}", f"Known there: {', '.join(known)}")

    def _of(self, name: str, types: type | tuple[type, ...], what: str) -> Any:
        """The value if it is there and of the right type; a boolean is no number."""
        value = self.values.get(name)
        if value is None or (isinstance(value, types) and (types is bool or not isinstance(value, bool))):
            return value
        self.wrong(name, f"{name} must be {what}")
        return None

    def missing(self, name: str) -> bool:
        """Whether a value that cannot be done without is not there; notes it."""
        if name in self.values:
            return False
        if name in self.meant:
            return True
        self.document.wrong(self.key, f"{name} is missing here", f"Write: {name} = {KEYS[self.kind][name]}")
        return True

    def text(self, name: str, most: int = 200) -> str | None:
        """A line of words; None where it is missing or empty."""
        value = self._of(name, str, "words between quotation marks")
        return self.words(name, value, most) if value else None

    def words(self, name: str, value: str, most: int = 200, *, at: int | None = None) -> str | None:
        """A text without what cannot be seen."""
        if hidden := re.search(r"[\x00-\x1f\x7f]", value):
            what = "holds an invisible character"
            fix = f"Write: {name} = {toml(' '.join(value.split()))}"
            if "\\" not in value and hidden[0] in "\t\n\b\f\r":
                what += ": in double quotation marks \\n, \\t and \\b mean something else"
                fix = f"Write a Windows path between single quotation marks: {name} = 'C:\\folder\\file'"
            self.wrong(name, f"{name} {what}", fix, at=at)
            return None
        if len(value) > most:
            self.wrong(name, f"{name} is longer than {most} letters", "Write less", at=at)
            return None
        return value.strip()

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self._of(name, int, "a whole number, written with digits alone")
        if value is not None and not least <= value <= most:
            example = default or KEYS[self.kind][name]
            self.wrong(name, f"{name} is {value}, and must be from {least} to {most}", f"Write: {name} = {example}")
            return default
        return default if value is None else int(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self._of(name, bool, "true or false, without quotation marks")
        return default if value is None else bool(value)

    def day(self, name: str) -> date | None:
        """A date. One between quotation marks is understood where it cannot be misread."""
        value = self.values.get(name)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
            try:
                return date.fromisoformat(value.strip())
            except ValueError:
                self.wrong(name, f"there is no day {value}", "Look at a calendar and correct it")
                return None
        meant = str(value.date()) if isinstance(value, datetime) else day_in(str(value))
        fix = f"Write: {name} = {meant}" if meant else ""
        self.wrong(name, f"{name} must be a date, year-month-day without quotation marks", fix)
        return None

    def texts(self, name: str) -> list[tuple[int, str]]:
        """The words of a list with their positions."""
        value = self.values.get(name, [])
        if isinstance(value, str):
            self.wrong(name, f"{name} must be a list, even of one", f"Write: {name} = [{toml(value)}]")
            return []
        if not isinstance(value, list):
            self.wrong(name, f"{name} must be a list of words between quotation marks")
            return []
        found = []
        for position, element in enumerate(value):
            if not isinstance(element, str):
                fix = f'Write: "{element}"' if isinstance(element, int | float) else ""
                self.wrong(name, f"{name} holds something that is not words between quotation marks", fix, at=position)
            elif (text := self.words(name, element, at=position)) is not None:
                found.append((position, text))
        return found

    def one(self, name: str) -> Table:
        """The table [name], empty where the file has none."""
        value = self.values.get(name, {})
        kind = f"{self.kind}.{name}" if self.kind else name
        if not isinstance(value, dict):
            self.wrong(name, f"{name} must be a table", f"Write: {KEYS[self.kind][name]}")
            value = {}
        return Table(self.document, kind, (*self.key, name), value)

    def several(self, name: str) -> list[Table]:
        """The tables [[name]], in the order of the file."""
        value = self.values.get(name, [])
        kind = f"{self.kind}.{name}" if self.kind else name
        if isinstance(value, dict):
            self.wrong(name, f"there can be several of [{kind}]", f"Write: [[{kind}]]")
            return [Table(self.document, kind, (*self.key, name), value)]
        if not isinstance(value, list) or not all(isinstance(element, dict) for element in value):
            self.wrong(name, f"{name} must be tables, each beginning with [[{kind}]]", f"Write: [[{kind}]]")
            return []
        return [Table(self.document, kind, (*self.key, name, n), element) for n, element in enumerate(value)]

    def address(self, name: str) -> str | None:
        """A web address, with https:// where nothing is said."""
        value = self.text(name, 2_000)
        if value is None:
            return None
        value = value.strip("<> ")
        if re.match(r"(?i)feed:(//)?", value):
            value = re.sub(r"(?i)^feed:(//)?", "", value)
        if re.match(r"(?i)[a-z]:[\\/]|\\\\|/|\.|~|file:", value):
            fix = "To read a saved file, use: coproweek import FILE"
            self.wrong(name, f"{name} is a file on a computer, and must be a web address", fix)
            return None
        if not re.match(r"(?i)[a-z][a-z0-9+.-]*://", value):
            value = f"https://{value}"
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
            parts = urlsplit("")
        if host and parts.scheme.lower() not in {"http", "https"}:
            rest = value.partition("://")[2]
            self.wrong(name, f"{name} must begin with https:// or http://", f'Write: {name} = "https://{rest}"')
        elif not host or not re.fullmatch(r"[^\s/?#@\\\"<>]+", host) or re.search(r"\s", value):
            self.wrong(name, f"{name} is not a web address")
        elif "." not in host.strip(".") and host != "localhost" and ":" not in host:
            self.wrong(name, f"{name} is not a whole web address: {host} has no dot")
        elif parts.username is not None or parts.password is not None:
            fix = f"Write the address without what stands before the @: {host}"
            self.wrong(name, f"{name} holds a user name or password, and secrets are never kept in this file", fix)
        else:
            return value
        return None


def toml(value: Any) -> str:
    """A value as it is written in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value)


def _header(kind: str) -> str:
    return f"[{kind}]" if kind in ONCE else f"[[{kind}]]"
