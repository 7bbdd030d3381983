"""Which editions there are, which one the home page shows, and what has to be said of each. Reads only."""

from __future__ import annotations

import sqlite3

from msgspec import Struct


class EditionInfo(Struct, frozen=True, kw_only=True):
    """What pages and charts say of an edition. Dates and moments are None while nobody has set the edition's dates."""

    id: str
    campaign_id: str
    year: int
    title: str
    """As printed: Co-production Week 2026."""
    theme: str | None
    campaign_title: str
    hashtag: str
    """The campaign's main hashtag as it should be written, without #."""
    organiser: str | None
    """Name of the organisation that runs it."""
    time_zone: str
    starts_on: str | None
    """First day of the week, local, YYYY-MM-DD."""
    ends_on: str | None
    early_from_utc: str | None
    lead_up_from_utc: str | None
    week_from_utc: str | None
    week_to_utc: str | None
    after_to_utc: str | None
    frozen_at_utc: str | None
    content_removed_at: str | None
    """Its posts were deleted then, as they may not be kept for ever; its figures stay as they were."""
    made_up: bool
    """Everything in this archive is made up, and every page and chart must say so."""


class EditionCount(Struct, frozen=True, kw_only=True):
    """An edition and how many items of all its phases the archive holds."""

    edition: EditionInfo
    items: int


_EDITIONS = """
SELECT
    editions.id, editions.campaign_id, editions.year, editions.title, editions.theme,
    campaigns.title AS campaign_title, campaigns.hashtag,
    COALESCE(organisations.name, campaigns.organiser) AS organiser, campaigns.time_zone,
    editions.starts_on, editions.ends_on, editions.early_from_utc, editions.lead_up_from_utc, editions.week_from_utc,
    editions.week_to_utc, editions.after_to_utc, editions.frozen_at_utc, editions.content_removed_at,
    EXISTS (SELECT 1 FROM archive_info WHERE key = 'made_up' AND value = '1') AS made_up
FROM editions
JOIN campaigns ON campaigns.id = editions.campaign_id
LEFT JOIN organisations ON organisations.id = campaigns.organiser
WHERE ? = '' OR editions.id = ?
ORDER BY campaigns.position, campaigns.id, editions.year DESC, editions.id
"""

_ITEMS = """
SELECT COUNT(*) FROM edition_posts JOIN posts ON posts.id = edition_posts.post_id
WHERE edition_posts.edition_id = ? AND edition_posts.role = 'tagged' AND posts.hidden_reason IS NULL
"""

_HAS_ITEMS = """
SELECT 1 FROM edition_posts JOIN posts ON posts.id = edition_posts.post_id
WHERE edition_posts.edition_id = ? AND edition_posts.role = 'tagged' AND posts.hidden_reason IS NULL LIMIT 1
"""

_PLATFORMS = """
SELECT DISTINCT posts.platform FROM edition_posts JOIN posts ON posts.id = edition_posts.post_id
WHERE edition_posts.edition_id = ? AND edition_posts.role = 'tagged' AND posts.hidden_reason IS NULL
ORDER BY posts.platform
"""


def known(conn: sqlite3.Connection, edition_id: str = "") -> list[EditionInfo]:
    """Every edition, or the one with this id: campaigns in the order of the configuration, the newest edition first."""
    cursor = conn.execute(_EDITIONS, (edition_id, edition_id))
    names = [column[0] for column in cursor.description]
    return [
        EditionInfo(**{**values, "made_up": bool(values["made_up"])})
        for values in (dict(zip(names, row, strict=True)) for row in cursor)
    ]


def edition(conn: sqlite3.Connection, edition_id: str) -> EditionInfo | None:
    """One edition; None where the archive knows no such id."""
    return next(iter(known(conn, edition_id)), None) if edition_id else None


def items(conn: sqlite3.Connection, edition_id: str) -> int:
    """How many items of all phases an edition has, counted now."""
    count: int = conn.execute(_ITEMS, (edition_id,)).fetchone()[0]
    return count


def platforms(conn: sqlite3.Connection, edition_id: str) -> list[str]:
    """The platforms that have items in an edition, counted now, in alphabetical order."""
    return [row[0] for row in conn.execute(_PLATFORMS, (edition_id,))]


def current_edition(conn: sqlite3.Connection, now: str) -> EditionInfo | None:
    """The edition the home page shows: running (lead-up to after), else the next with posts, else the latest with them.

    Where two campaigns run at once, the one in its week comes first, then the order of the configuration. None where
    no edition qualifies: none has posts, and none runs or none has dates.
    """
    dated = [one for one in known(conn) if one.week_from_utc is not None]

    def runs(one: EditionInfo, start: str | None, end: str | None) -> bool:
        return start is not None and end is not None and start <= now < end

    for one in dated:
        if runs(one, one.week_from_utc, one.week_to_utc):
            return one
    for one in dated:
        if runs(one, one.lead_up_from_utc, one.after_to_utc):
            return one
    by_date = sorted(dated, key=lambda one: one.week_from_utc or "")
    ahead = [one for one in by_date if (one.week_from_utc or "") > now]
    behind = [one for one in reversed(by_date) if (one.week_from_utc or "") <= now]
    return next((one for one in ahead + behind if conn.execute(_HAS_ITEMS, (one.id,)).fetchone()), None)
