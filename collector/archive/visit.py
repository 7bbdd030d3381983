"""What the modules that save a page hand to each other: one visit to a source, and the posts it brought."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from collector.archive.texts import Hashes
from collector.matching import Match
from collector.posts import Post

MISSING_AT_ORIGIN = "missing at its origin"
"""Why a post is hidden that was not there when it was looked for. Meeting it again shows it again."""


class Saved(Struct, frozen=True, kw_only=True):
    """What became of a page, in numbers of its items."""

    new: int = 0
    """Posts that were not in the archive, the context of items included."""
    changed: int = 0
    """Posts with a new version."""
    unchanged: int = 0
    """Posts and entries met again."""
    unmatched: int = 0
    """Entries met for the first time that are of no campaign: only hashes are kept of them."""
    not_understood: int = 0
    skipped: int = 0
    """Not kept, because somebody asked for that. Each is counted once a source."""
    collisions: int = 0
    """Bear the identity of more than one stored post. Those are never merged."""


class Item(NamedTuple):
    """A post on its way in."""

    post: Post
    matches: Sequence[Match]
    """What makes it an item of campaigns; empty for comments and reposts, which never are."""
    baseline: Sequence[str]
    aliases: tuple[str, ...]
    """Those of its aliases that identify it."""
    hashes: Hashes


class Visit(Struct):
    """Where a page comes from, and the count of what became of it so far."""

    conn: sqlite3.Connection
    round_id: int
    source_id: int
    now: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    unmatched: int = 0
    not_understood: int = 0
    skipped: int = 0
    collisions: int = 0
    whole: bool = True
    """Everything met so far is an item of a campaign. If not, such as an entry that is none, a comment, or something of
    somebody who asked to be left out, the page as it came is not kept."""

    def saved(self) -> Saved:
        return Saved(**{name: getattr(self, name) for name in Saved.__struct_fields__})

    def go_back_to(self, saved: Saved) -> None:
        """Count again from there, after a transaction that was rolled back."""
        for name in Saved.__struct_fields__:
            setattr(self, name, getattr(saved, name))


def observed(post: Post, now: str) -> str:
    """When the post was as it is here: an import brings what was read long ago."""
    return min(post.engagement.observed_at, now) if post.engagement else now
