"""Which posts belong to which edition, in which phase and role, and when an edition last changed.

Where a moment falls is decided in `collector/editions.py`; what matched, in `collector/matching.py`. Here both are
read from the archive's own tables, so that posts can be placed again whenever dates or terms change.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from collector import matching
from collector.archive import rows
from collector.archive.rows import WANTED
from collector.editions import Window, place
from collector.matching import Match, Matches
from collector.posts import Interval

Windows = Mapping[str, Sequence[Window]]
"""By campaign."""

AS_CONTEXT = {
    "comment_on": "a comment on an item of the campaign",
    "reply_to": "a reply to an item of the campaign",
    "quote_of": "quotes an item of the campaign",
    "repost_of": "shares an item of the campaign",
    "quoted": "quoted by an item of the campaign",
}


WAS_TAGGED = "was tagged before an edit: {}; no longer"


class Membership(Struct, frozen=True):
    """A row of `edition_posts` without the post."""

    edition_id: str
    phase: str
    role: str
    why: str
    local_day: str
    local_hour: int


def windows(conn: sqlite3.Connection) -> Windows:
    """Every campaign's windows as the archive has them, oldest first."""
    found: dict[str, list[Window]] = {
        campaign_id: [] for (campaign_id,) in conn.execute("SELECT id FROM campaigns ORDER BY position")
    }
    for campaign_id, edition_id, zone, early, lead_up, week_from, week_to, after, frozen in conn.execute(
        "SELECT campaign_id, editions.id, time_zone, early_from_utc, lead_up_from_utc, week_from_utc, week_to_utc, "
        "after_to_utc, frozen_at_utc FROM editions JOIN campaigns ON campaigns.id = campaign_id "
        "WHERE early_from_utc IS NOT NULL AND after_to_utc IS NOT NULL ORDER BY early_from_utc"
    ):
        found[campaign_id].append(
            Window(
                edition_id=edition_id,
                time_zone=zone,
                early_from=early,
                lead_up_from=lead_up,
                week_from=week_from,
                week_to=week_to,
                after_to=after,
                frozen_at=frozen,
            )
        )
    return found


def place_posts(conn: sqlite3.Connection, post_ids: Iterable[int], now: str) -> set[str]:
    """Put these posts where they belong by what the archive knows of them now; inside the caller's transaction.

    Returns the editions whose membership changed, which are also noted as changed.
    """
    wanted_ids = rows.listed(post_ids)
    placed = _placed(conn, wanted_ids)
    existing: dict[tuple[int, str], Membership] = {
        (post_id, edition_id): Membership(edition_id, phase, role, why, day, hour)
        for post_id, edition_id, phase, role, why, day, hour in conn.execute(
            f"SELECT post_id, edition_id, phase, role, why, local_day, local_hour FROM {WANTED} "
            "CROSS JOIN edition_posts ON post_id = wanted",
            (wanted_ids,),
        )
    }
    gone = existing.keys() - placed.keys()
    written = [(key, member) for key, member in placed.items() if existing.get(key) != member]
    conn.executemany(
        "DELETE FROM edition_posts WHERE edition_id = ? AND post_id = ?",
        [(edition_id, post_id) for post_id, edition_id in gone],
    )
    rows.insert(
        conn,
        "edition_posts",
        "edition_id, post_id, phase, role, why, local_day, local_hour",
        sorted((m.edition_id, key[0], m.phase, m.role, m.why, m.local_day, m.local_hour) for key, m in written),
        on_conflict="ON CONFLICT DO UPDATE SET phase = excluded.phase, role = excluded.role, why = excluded.why, "
        "local_day = excluded.local_day, local_hour = excluded.local_hour",
    )
    changed = {edition_id for _, edition_id in gone} | {member.edition_id for _, member in written}
    touch(conn, changed, now)
    return changed


def around(conn: sqlite3.Connection, post_ids: Iterable[int]) -> set[int]:
    """The posts whose place depends on these: what comments on, replies to or quotes them, and what they quote."""
    wanted = rows.listed(post_ids)
    return {
        post_id
        for (post_id,) in conn.execute(
            f"SELECT post_id FROM {WANTED} CROSS JOIN relations ON target_post_id = wanted "
            f"UNION SELECT target_post_id FROM {WANTED} CROSS JOIN relations ON post_id = wanted "
            "WHERE kind = 'quote_of' AND target_post_id IS NOT NULL",
            (wanted,),
        )
    }


def kept_no_longer(conn: sqlite3.Connection) -> set[str]:
    """The editions whose posts were deleted because the time for which they may be kept was over."""
    return {row[0] for row in conn.execute("SELECT id FROM editions WHERE content_removed_at IS NOT NULL")}


def touch(conn: sqlite3.Connection, edition_ids: Iterable[str], now: str) -> None:
    """Note that something of these editions changed, so that their figures are computed again.

    Not of an edition whose posts were deleted when their time was over: its figures stay as they are.
    """
    for edition_id in sorted(set(edition_ids)):
        conn.execute(
            "INSERT INTO edition_changes (edition_id, changed_at) "
            "SELECT id, ? FROM editions WHERE id = ? AND content_removed_at IS NULL "
            "ON CONFLICT DO UPDATE SET changed_at = max(changed_at, excluded.changed_at)",
            (now, edition_id),
        )


def touch_posts(conn: sqlite3.Connection, post_ids: Iterable[int], now: str) -> None:
    """Note that something of these posts' editions changed."""
    touch(conn, editions_of(conn, post_ids), now)


def touch_stretches(conn: sqlite3.Connection, stretches: Iterable[Interval], now: str) -> None:
    """Note a change of every edition that these stretches of time reach into."""
    for stretch in stretches:
        touch(
            conn,
            [
                edition_id
                for (edition_id,) in conn.execute(
                    "SELECT id FROM editions WHERE early_from_utc < ? AND after_to_utc > ?",
                    (stretch.to_utc, stretch.from_utc),
                )
            ],
            now,
        )


def editions_of(conn: sqlite3.Connection, post_ids: Iterable[int]) -> set[str]:
    return {
        row[0]
        for row in conn.execute(
            f"SELECT DISTINCT edition_id FROM {WANTED} CROSS JOIN edition_posts ON post_id = wanted",
            (rows.listed(post_ids),),
        )
    }


def _placed(conn: sqlite3.Connection, wanted: str) -> dict[tuple[int, str], Membership]:
    """Where the posts of the JSON list `wanted` belong, by post and edition."""
    by_campaign = windows(conn)
    closed = kept_no_longer(conn)
    published = dict(
        conn.execute(
            f"SELECT id, published_at FROM {WANTED} CROSS JOIN posts ON id = wanted",
            (wanted,),
        )
    )
    tagged: dict[tuple[int, str], dict[int, list[Match]]] = defaultdict(dict)
    for post_id, campaign_id, kind, term, where, past in conn.execute(
        f"SELECT post_id, campaign_id, kind, term, place, past FROM {WANTED} "
        "CROSS JOIN post_matches ON post_id = wanted ORDER BY post_id, campaign_id, "
        "CASE place WHEN 'entity' THEN 1 WHEN 'category' THEN 2 WHEN 'title' THEN 3 ELSE 4 END, kind, term",
        (wanted,),
    ):
        found = Match(campaign_id=campaign_id, kind=kind, term=term, place=where)
        tagged[post_id, campaign_id].setdefault(past, []).append(found)
    reasons: dict[int, dict[str, tuple[str, str]]] = {post_id: {} for post_id in published}
    for post_id, campaign_id, relation in _context(conn, wanted):
        reasons[post_id].setdefault(campaign_id, ("context", AS_CONTEXT[relation]))
    for (post_id, campaign_id), matches in tagged.items():
        why = matching.why(Matches(of=tuple(matches.get(0) or matches[1])))
        reasons[post_id][campaign_id] = ("tagged", why if 0 in matches else WAS_TAGGED.format(why))
    placed: dict[tuple[int, str], Membership] = {}
    for post_id, campaigns in reasons.items():
        for campaign_id, (role, why) in campaigns.items():
            where = place(by_campaign.get(campaign_id, ()), published[post_id])
            if where is not None and where.edition_id not in closed:
                placed[post_id, where.edition_id] = Membership(
                    where.edition_id, where.phase, role, why, where.local_day, where.local_hour
                )
    return placed


def _context(conn: sqlite3.Connection, wanted: str) -> Iterable[tuple[int, str, str]]:
    """Post, campaign and relation for every post of the list that has to do with an item of a campaign."""
    return conn.execute(
        f"SELECT relations.post_id, campaign_id, relations.kind FROM {WANTED} "
        "CROSS JOIN relations ON relations.post_id = wanted "
        "CROSS JOIN post_matches ON post_matches.post_id = relations.target_post_id "
        f"UNION SELECT target_post_id, campaign_id, 'quoted' FROM {WANTED} "
        "CROSS JOIN relations ON target_post_id = wanted AND relations.kind = 'quote_of' "
        "CROSS JOIN post_matches ON post_matches.post_id = relations.post_id ORDER BY 1, 2, 3",
        (wanted,),
    )
