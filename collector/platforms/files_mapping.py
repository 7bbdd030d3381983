"""What the columns of a spreadsheet mean: a mapping, ready or written by a user, and by it a row → a Post. Pure.

The ready mappings are the TOML files in `collector/mappings/`; `docs/importing.md` describes their settings. Traps of
real exports that are handled here: numbers written for people, dates without a time, counts per day beside counts for a
post's whole life, and what a spreadsheet program does to a file that was opened and saved in it (long numbers rounded,
American dates read as European ones).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from collector.archive.addresses import canonical
from collector.platforms import Trouble
from collector.platforms.feeds.words import declared_language, detected_language, hashtags
from collector.platforms.files_tables import Cell, Row
from collector.posts import Author, Engagement, Hashtag, Link, Post, utc

Names = str | tuple[str, ...]
"""The name of a column, or several of which the first that the file has counts."""

LONGEST_TEXT = 200_000
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)

# The moment at which a number was given out is part of it: on X and LinkedIn its upper bits count milliseconds.
TWITTER_EPOCH_MS = 1_288_834_974_657

NAMED_IN_LINK = frozenset({"x", "facebook"})
"""Platforms whose links say whose post it is."""


class Columns(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which column holds what."""

    id: Names = ()
    link: Names = ()
    published: Names = ()
    time: Names = ()
    title: Names = ()
    text: Names = ()
    language: Names = ()
    hashtags: Names = ()
    account: Names = ()
    account_id: Names = ()
    account_name: Names = ()
    views: Names = ()
    likes: Names = ()
    replies: Names = ()
    reposts: Names = ()
    quotes: Names = ()
    bookmarks: Names = ()
    comments: Names = ()
    shares: Names = ()


COUNTS = ("views", "likes", "replies", "reposts", "quotes", "bookmarks", "comments", "shares")


class Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to understand one kind of file."""

    title: str
    platform: str
    columns: Columns
    needs: tuple[str, ...] = ()
    """The columns by which such a file is recognised."""
    kind: Literal["post", "article", "video"] = "post"
    sheet: str = ""
    dates: tuple[str, ...] = ()
    """How its dates are written, as Python's strptime has it; year-month-day is always understood."""
    time_zone: str = "UTC"
    """Where its times are counted, unless they say so themselves."""
    thousands: str = ","
    html_escaped: bool = False
    uri: str = ""
    """The post's identity, with {id} in it; without this it is the link."""
    only: dict[str, tuple[str, ...]] = {}
    """Rows that count: where the file has the column, and has one of these words in it."""


class Header(NamedTuple):
    """The row with the names of the columns."""

    row: int
    names: list[str]
    places: AnyMapping[str, int]
    """Folded name → column."""


class Understood(NamedTuple):
    """What a row is. Neither a post nor a reason: it does not count, such as an empty one."""

    post: Post | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    """What was doubtful and how it was taken."""


def ready() -> dict[str, Mapping]:
    """The mappings that come with the program, by name."""
    folder = resources.files("collector").joinpath("mappings")
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".toml"): _decoded(entry.read_bytes(), entry.name) for entry in files}


def load_mapping(path: Path) -> Mapping:
    """A user's own mapping; raises Trouble that says what is wrong with it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Trouble("not_found", f"the mapping {path} cannot be read ({error.strerror})") from None
    return _decoded(data.removeprefix(b"\xef\xbb\xbf"), path.name)


def _decoded(data: bytes, name: str) -> Mapping:
    try:
        mapping = msgspec.toml.decode(data, type=Mapping)
        ZoneInfo(mapping.time_zone)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Trouble("not_a_feed", f"the mapping {name} is not right: {error}") from None
    except (OSError, ValueError, LookupError):
        raise Trouble("not_a_feed", f"the mapping {name} names no time zone; write Europe/London or UTC") from None
    if not mapping.columns.published or not (mapping.columns.text or mapping.columns.title):
        raise Trouble("not_a_feed", f"the mapping {name} must name the columns `published`, and `text` or `title`")
    if not (mapping.columns.link or mapping.columns.id):
        raise Trouble("not_a_feed", f"the mapping {name} must name the column `link` or `id`, to know a post again")
    return mapping


def header_of(mapping: Mapping, first: Sequence[Row]) -> Header | None:
    """The row among the first ones that names the columns that the mapping needs."""
    for row in first:
        header = named(row)
        if all(folded(name) in header.places for name in needed(mapping)):
            return header
    return None


def needed(mapping: Mapping) -> tuple[str, ...]:
    """The columns without which a file is not what the mapping is about."""
    columns = mapping.columns
    return mapping.needs or (names_of(columns.published)[0], names_of(columns.text or columns.title)[0])


def used_columns(mapping: Mapping) -> set[str]:
    """The columns of which something is taken, folded."""
    columns = {
        folded(name) for field in Columns.__struct_fields__ for name in names_of(getattr(mapping.columns, field))
    }
    return columns | {folded(name) for name in mapping.only}


def named(row: Row) -> Header:
    """A row taken as the names of columns."""
    names = [str(cell).strip() if cell is not None else "" for cell in row.cells]
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name:
            places.setdefault(folded(name), place)
    return Header(row.number, names, places)


def folded(name: str) -> str:
    return " ".join(name.casefold().split())


def names_of(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


# A row ------------------------------------------------------------------------------------------------------------


class Reader:
    """Understands the rows of one file."""

    def __init__(
        self, mapping: Mapping, header: Header, *, now: datetime, observed_at: str, account: str | None, zone: ZoneInfo
    ) -> None:
        self.mapping = mapping
        self.header = header
        self.now = now
        self.observed_at = observed_at
        self.account = account
        self.zone = zone
        places = {
            field: [
                header.places[folded(name)]
                for name in names_of(getattr(mapping.columns, field))
                if folded(name) in header.places
            ]
            for field in Columns.__struct_fields__
        }
        self._places = {field: found[0] if found else None for field, found in places.items()}
        self._used = sorted(header.places[name] for name in used_columns(mapping) if name in header.places)

    def row(self, row: Row) -> Understood:
        """The post that a row is, or why it is none."""
        if row.broken:
            return Understood(reason=row.broken)
        if not any(cell not in (None, "") for cell in row.cells) or not self._counts(row):
            return Understood()
        notes: list[str] = []
        link = self._link(row)
        number = self._number_of_post(row, link)
        uri = self.mapping.uri.replace("{id}", number) if self.mapping.uri and number else _page(link)
        if uri is None:
            if number is None:
                return Understood(reason="it has neither a link nor a number by which to know it again")
            uri = f"urn:{self.mapping.platform}:{number}"
        published = self._published(row, number, link, notes)
        if isinstance(published, str):
            return Understood(reason=published)
        title, text = self._words(row, "title"), self._words(row, "text")
        if not text or text == title:
            title, text = None, text or title or ""
        if not text:
            notes.append("it has no words")
        declared = declared_language(self._text(row, "language"))
        detected = None if declared else detected_language(f"{title or ''}\n{text}")
        return Understood(
            post=Post(
                platform=self.mapping.platform,
                uri=uri,
                url=link,
                aliases=tuple(alias for alias in (link,) if alias and alias != uri),
                kind=self.mapping.kind,
                author=self._author(row, link),
                title=title,
                text=text,
                language=declared or detected,
                language_from="declared" if declared else "detected" if detected else None,
                published_at=utc(published),
                hashtags=(*self._listed_hashtags(row), *hashtags(title or "", text, ())),
                links=tuple(Link(as_given=found) for found in _addresses(text)),
                engagement=self._engagement(row, notes),
                raw=self.raw(row),
            ),
            notes=tuple(notes),
        )

    def _cell(self, row: Row, field: str) -> Cell:
        place = self._places[field]
        return row.cells[place] if place is not None and place < len(row.cells) else None

    def _text(self, row: Row, field: str) -> str | None:
        cell = self._cell(row, field)
        if cell is None:
            return None
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return " ".join(str(cell).split()) or None

    def _words(self, row: Row, field: str) -> str | None:
        cell = self._cell(row, field)
        if cell is None:
            return None
        text = str(cell)[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
        return (html.unescape(text) if self.mapping.html_escaped else text) or None

    def _counts(self, row: Row) -> bool:
        """Whether the row is one of those that the mapping is about."""
        for column, words in self.mapping.only.items():
            place = self.header.places.get(folded(column))
            if place is not None and place < len(row.cells):
                cell = row.cells[place]
                if cell not in (None, "") and str(cell).strip().casefold() not in {word.casefold() for word in words}:
                    return False
        return True

    def _link(self, row: Row) -> str | None:
        link = self._text(row, "link")
        if not link or not re.match(r"(?i)https?://[^\s/]+\.[^\s/]", link) or re.search(r"[\s<>\"]", link):
            return None
        return link[:2_000]

    def _number_of_post(self, row: Row, link: str | None) -> str | None:
        """The platform's own number of the post. One that a spreadsheet has rounded is taken from the link instead."""
        in_link = _number_in(link)
        cell = self._cell(row, "id")
        if isinstance(cell, float) and abs(cell) >= 2**53:
            return in_link
        number = self._text(row, "id")
        if number is None or re.fullmatch(r"\d+(?:[.,]\d+)?E\+?\d+", number, re.IGNORECASE):
            return in_link
        if len(number) > 15 and number.endswith("000") and in_link and in_link != number:
            return in_link
        return number[:200]

    def _published(self, row: Row, number: str | None, link: str | None, notes: list[str]) -> datetime | str:
        """When it was published, or why that cannot be known."""
        cell = self._cell(row, "published")
        if cell in (None, ""):
            return "it has no date"
        stated = self._moment(cell, self._cell(row, "time"))
        if stated is None:
            return f"its date “{str(cell)[:40]}” cannot be read"
        when, has_time = stated
        if not has_time and (exact := _moment_in(self.mapping.platform, number, link)) is not None:
            day, said = exact.astimezone(self.zone).date(), when.astimezone(self.zone).date()
            if abs(day - said) <= timedelta(days=1):
                when = exact
            elif (day.year, day.month, day.day) == (said.year, said.day, said.month):
                notes.append("day and month were swapped by a spreadsheet; taken from the post's number")
                when = exact
        if when > self.now + timedelta(days=1):
            return f"its date “{str(cell)[:40]}” is in the future"
        if when < EARLIEST:
            return f"its date “{str(cell)[:40]}” is before there were such posts"
        return when

    def _moment(self, cell: Cell, clock: Cell) -> tuple[datetime, bool] | None:
        """A date cell, and whether it says the time. A day without a time is taken as its midday."""
        if isinstance(cell, datetime):
            has_time = cell.time() != time(0)
            found = cell
        elif isinstance(cell, date):
            found, has_time = datetime.combine(cell, time(0)), False
        else:
            read = self._read_date(" ".join(str(cell).split()))
            if read is None:
                return None
            found, has_time = read
        if not has_time and clock not in (None, ""):
            spoken = clock if isinstance(clock, time) else _time_of(str(clock))
            if spoken is None:
                return None
            found, has_time = datetime.combine(found.date(), spoken), True
        if not has_time:
            found = found.replace(hour=12)
        try:
            return (found if found.tzinfo else found.replace(tzinfo=self.zone)).astimezone(UTC), has_time
        except (OverflowError, ValueError):
            return None

    def _read_date(self, text: str) -> tuple[datetime, bool] | None:
        for pattern in self.mapping.dates:
            try:
                return datetime.strptime(text, pattern), bool(re.search(r"%[HIcXsf]", pattern))
            except ValueError:
                continue
        if re.match(r"\d{4}-\d{2}-\d{2}", text):
            try:
                return datetime.fromisoformat(text), len(text) > len("2026-07-06")
            except ValueError:
                return None
        return None

    def _engagement(self, row: Row, notes: list[str]) -> Engagement | None:
        """The counts as they were when the file was made; None where it has none of them."""
        counts = {name: count for name in COUNTS if (count := self._count(row, name, notes)) is not None}
        if not counts:
            return None
        none = Engagement(observed_at=self.observed_at, observed_via=f"file: {self.mapping.title}")
        return msgspec.structs.replace(none, **counts)

    def _count(self, row: Row, field: str, notes: list[str]) -> int | None:
        """A count; None where the file gives none, or none that can be read. Nothing is never taken for 0."""
        cell = self._cell(row, field)
        if cell is None or isinstance(cell, bool | datetime | date | time):
            return None
        if isinstance(cell, str):
            text = re.sub(r"[\s\u00a0\u202f'’]", "", cell)
            if text.casefold() in {"", "-", "–", "--", "n/a", "na", "null", "none"}:
                return None
            if self.mapping.thousands:
                text = re.sub(rf"(?<=\d){re.escape(self.mapping.thousands)}(?=\d{{3}}(?!\d))", "", text)
            if not re.fullmatch(r"\d{1,15}(?:[.,]0{1,2})?", text):
                notes.append(f"{field} “{cell[:20]}” is no whole number; it counts as not available")
                return None
            return int(re.split("[.,]", text)[0])
        if not 0 <= cell < 10**15 or int(cell) != cell:
            notes.append(f"{field} “{cell}” is no whole number; it counts as not available")
            return None
        return int(cell)

    def _author(self, row: Row, link: str | None) -> Author | None:
        """The account: as the file names it, else as the link does, else as the user said."""
        handle = self._text(row, "account") or self.account or _account_in(self.mapping.platform, link)
        number = self._text(row, "account_id")
        if number and re.search(r"E\+", number):
            number = None  # rounded by a spreadsheet
        name = self._text(row, "account_name")
        native = number or handle or name
        if native is None:
            return None
        handle = handle.lstrip("@") if handle else None
        return Author(
            platform=self.mapping.platform, native_id=native.lstrip("@").casefold()[:200], handle=handle, name=name
        )

    def raw(self, row: Row) -> bytes:
        """The cells of which something was taken; others may hold what nobody asked for, such as who pressed Post."""
        used = {self.header.names[place]: row.cells[place] for place in self._used if place < len(row.cells)}
        return json.dumps({"row": row.number, **used}, ensure_ascii=False, default=str).encode("utf-8", "replace")

    def _listed_hashtags(self, row: Row) -> tuple[Hashtag, ...]:
        listed = re.split(r"[,;\s]+", self._text(row, "hashtags") or "")
        return tuple(Hashtag(as_written=word.strip("#"), origin="entity") for word in listed if word.strip("#"))


def _page(link: str | None) -> str | None:
    """A link without what was added for tracking; the rest of its query may be what tells one post from another."""
    return canonical(link) if link else None


def _number_in(link: str | None) -> str | None:
    """The number of the post in a link to it."""
    in_words = unquote(link or "")
    found = re.search(r"(?:/status(?:es)?/|urn:li:(?:activity|share|ugcPost):|-activity-)(\d{1,25})", in_words)
    return found[1] if found else None


def _moment_in(platform: str, number: str | None, link: str | None) -> datetime | None:
    """The moment that X's and LinkedIn's numbers hold, in milliseconds above their lowest 22 bits."""
    digits = next((one for one in (number, _number_in(link)) if one and re.fullmatch(r"[0-9]{15,19}", one)), None)
    if digits is None:
        return None
    milliseconds = int(digits) >> 22
    if platform == "x":
        milliseconds += TWITTER_EPOCH_MS
    elif platform != "linkedin":
        return None
    return datetime.fromtimestamp(milliseconds // 1_000, UTC)


def _account_in(platform: str, link: str | None) -> str | None:
    """Whose post it is, where the link says so."""
    if not link or platform not in NAMED_IN_LINK:
        return None
    first = urlsplit(link).path.strip("/").split("/")[0]
    if first in {"i", "reel", "reels", "watch", "photo", "photo.php", "permalink.php", "story.php", "groups", "share"}:
        return None
    return first if re.fullmatch(r"(?!\d+$)[A-Za-z0-9_.]{1,50}", first) else None


def _time_of(text: str) -> time | None:
    for pattern in ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p"):
        try:
            return datetime.strptime(text.strip(), pattern).time()
        except ValueError:
            continue
    return None


def _addresses(text: str) -> list[str]:
    found = (address.rstrip(".,;:!?)]}»”’'\"") for address in re.findall(r"https?://[^\s<>\"]{3,2000}", text))
    return list(dict.fromkeys(found))[:100]
