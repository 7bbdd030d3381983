"""Files from elsewhere, as posts: what networks export for the owners of a page or account, and saved feeds.

`understand` says what a file is, and `File.pages` reads it; nothing is asked of anybody. Which posts belong to a
campaign and where they are kept is for others, as with every platform. A row or entry that cannot be understood is
given as such, with its number and the reason, and the rest goes on.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from collector.platforms import Page, Trouble, identity_hash
from collector.platforms.files_mapping import (
    NAMED_IN_LINK,
    Header,
    Mapping,
    Reader,
    folded,
    header_of,
    load_mapping,
    named,
    names_of,
    needed,
    ready,
    used_columns,
)
from collector.platforms.files_tables import LARGEST_FILE, Row, Sheet, sheets, text_of
from collector.posts import Post, Unread, moment, utc

PAGE_ROWS = 500
MOST_NOTES = 5


class File(Struct, frozen=True, kw_only=True):
    """A file that has been understood as far as its first rows."""

    name: str
    """Its name without the folder, fit to be shown."""
    title: str
    """What it was taken for: "LinkedIn page export", "saved feed"."""
    platform: str
    mapping: str = ""
    """The name of the ready mapping that fitted; empty for a user's own, or a feed."""
    time_zone: str = ""
    """Where its times were taken to be counted; empty where they say so themselves."""
    columns: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    """Columns of which nothing is taken."""
    has_account: bool = True
    """Whether the file itself says whose posts they are."""
    pages: Callable[[], Iterator[Page]]
    """Reads it from the beginning, some hundred rows a page."""


def understand(
    path: Path,
    *,
    now: str,
    mapping: str | Path | None = None,
    time_zone: str | None = None,
    account: str | None = None,
) -> File:
    """What a file is.

    `mapping`: the name of a ready one, or the path of one's own; None: the one that fits. `time_zone`: in place of the
    mapping's. `account`: whose page or account it is, where the file does not say.
    Raises Trouble, in words, for what cannot be read, is too large, or fits no mapping.
    """
    data, made_at = _read(path, now)
    name = shown(path.name)
    zone = _zone(time_zone) if time_zone else None
    beginning = text_of(data[:2_000]).lstrip("\ufeff \t\r\n")
    if mapping is None and beginning.startswith(("<", "{")):
        from collector.platforms.files_feeds import understand_feed

        return understand_feed(data, name, made_at)
    candidates = _candidates(mapping)
    best: Header | None = None
    try:
        for which, sheet in enumerate(sheets(data)):
            for key, one in candidates.items():
                if one.sheet and one.sheet.casefold() != sheet.name.casefold():
                    continue
                if header := header_of(one, sheet.first):
                    reader = Reader(
                        one,
                        header,
                        now=moment(now),
                        observed_at=made_at,
                        account=account.strip().lstrip("@") if account else None,
                        zone=zone or ZoneInfo(one.time_zone),
                    )
                    return File(
                        name=name,
                        title=one.title,
                        platform=one.platform,
                        mapping=key,
                        time_zone=str(reader.zone),
                        columns=tuple(filter(None, header.names)),
                        unused=_unused(one, header),
                        has_account=_has_account(one, header),
                        pages=partial(_pages, data, which, reader),
                    )
            best = _longest(best, sheet)
    except Trouble as trouble:
        raise Trouble(trouble.kind, f"{name}: {trouble.message}") from None
    raise Trouble("not_a_feed", f"{name}: {_fits_none(best, candidates, mapping)}")


def shown(text: str) -> str:
    """A file's name as it may be shown anywhere: without control characters and what turns the direction of writing."""
    clean = re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", "?", text)
    return clean if len(clean) <= 120 else f"{clean[:80]}…{clean[-30:]}"


def _read(path: Path, now: str) -> tuple[bytes, str]:
    """The bytes of a file, and when it was made: that is when its counts were read."""
    name = shown(path.name) or shown(str(path))
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise Trouble("not_a_feed", f"{name} is no file")
            if about.st_size > LARGEST_FILE:
                raise Trouble("too_large", f"{name} is larger than {LARGEST_FILE // 1_000_000} MB; split it")
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise Trouble("not_found", f"there is no file {shown(str(path))}") from None
    except IsADirectoryError:
        raise Trouble("not_a_feed", f"{name} is a folder; name the files in it") from None
    except OSError as error:
        raise Trouble("not_found", f"{name} cannot be read ({error.strerror})") from None
    if not data.strip():
        raise Trouble("not_a_feed", f"{name} is empty")
    made = utc(datetime.fromtimestamp(max(0.0, min(about.st_mtime, 32_503_680_000.0)), UTC))
    return data, min(made, now)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise Trouble("not_a_feed", f"{shown(name)} is no time zone; write Europe/London or UTC") from None


def _candidates(mapping: str | Path | None) -> dict[str, Mapping]:
    known = ready()
    if mapping is None:
        return known
    if str(mapping) in known:
        return {str(mapping): known[str(mapping)]}
    if isinstance(mapping, str) and not mapping.endswith(".toml"):
        raise Trouble("not_found", f"there is no mapping {shown(mapping)}; ready are {', '.join(known)}")
    return {"": load_mapping(Path(mapping))}


def _fits_none(best: Header | None, candidates: dict[str, Mapping], asked: str | Path | None) -> str:
    """What a file without a fitting mapping has, and what to do."""
    names = [shown(name) for name in best.names if name][:60] if best else []
    has = f"Its columns are: {', '.join(names)}." if names else "No row in it names columns."
    if asked is None:
        known = ", ".join(mapping.title for mapping in candidates.values())
        return f"no known export looks like this ({known}). {has} docs/importing.md shows how to write a mapping for it"
    (mapping,) = candidates.values()
    missing = [name for name in needed(mapping) if best is None or folded(name) not in best.places]
    return f"the mapping “{shown(mapping.title)}” needs the columns {', '.join(map(shown, missing))}. {has}"


def _longest(best: Header | None, sheet: Sheet) -> Header | None:
    """The row that looks most like the names of columns, of those met so far."""
    for row in sheet.first:
        header = named(row)
        if len(header.places) > (len(best.places) if best else 1):
            best = header
    return best


def _unused(mapping: Mapping, header: Header) -> tuple[str, ...]:
    used = used_columns(mapping)
    return tuple(name for name in header.names if name and folded(name) not in used)


def _has_account(mapping: Mapping, header: Header) -> bool:
    columns = mapping.columns
    named_in = [
        name for names in (columns.account, columns.account_id, columns.account_name) for name in names_of(names)
    ]
    return mapping.platform in NAMED_IN_LINK or any(folded(name) in header.places for name in named_in)


def _pages(data: bytes, which: int, reader: Reader) -> Iterator[Page]:
    for number, sheet in enumerate(sheets(data)):
        if number == which:
            yield from _rows(sheet.rows, reader)
            return


def _rows(rows: Iterator[Row], reader: Reader) -> Iterator[Page]:
    posts: dict[str, Post] = {}
    unread: list[Unread] = []
    notes: list[str] = []
    seen = 0
    for row in rows:
        if row.number <= reader.header.row:
            continue
        seen += 1
        understood = reader.row(row)
        if understood.post is not None:
            posts[understood.post.uri] = understood.post
            notes += [f"row {row.number}: {note}" for note in understood.notes]
        elif understood.reason:
            raw = reader.raw(row)[:100_000]
            reason = f"row {row.number}: {understood.reason}"
            unread.append(Unread(reason=reason, raw=raw, fingerprint=identity_hash(raw.decode("utf-8", "replace"))))
        if seen % PAGE_ROWS == 0:
            yield _page(posts, unread, notes)
            posts, unread, notes = {}, [], []
    if posts or unread:
        yield _page(posts, unread, notes)


def _page(posts: dict[str, Post], unread: list[Unread], notes: list[str]) -> Page:
    more = f"; and {len(notes) - MOST_NOTES} more" if len(notes) > MOST_NOTES else ""
    return Page(
        posts=tuple(posts.values()), unread=tuple(unread), requests=0, note="; ".join(notes[:MOST_NOTES]) + more
    )
