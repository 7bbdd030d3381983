"""What the Sources and Methods table needs of the archive: facts of collecting, which no metric counts.

Reads the archive and decides nothing about words: those are in `templates/methods.html`. The shape of the table follows
the #SMMStandards Sources & Methods Transparency Table (AMEC, CIPR, IPR, PRSA and others).

Names: a source is named where it is a registered organisation's, or a search that names nobody. A blog that belongs to
nobody registered may be one person's, and an imported file's name may hold anything: those are counted, not named.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import timedelta

from msgspec import Struct

from dashboards.editions import EditionInfo
from dashboards.report.phrases import local_day, parse_utc
from dashboards.watching import Stretch, gaps, seconds, sources_read, utc

NAMED_KINDS = frozenset({"search", "tag_timeline"})
"""Kinds of source whose title is a query or a server, never a person."""
SOURCE_BY_SOURCE = frozenset({"blogs"})
"""Platforms of which each source shows only its own posts: one that was read says nothing of the others."""
WELL_KNOWN = ("blogs", "bluesky", "facebook", "instagram", "linkedin", "mastodon", "x")
"""Places where people write about a week: those that were not watched are named as such."""


class Watched(Struct, frozen=True, kw_only=True):
    """How well one platform was watched during the week (or what of it has passed)."""

    platform: str
    named: tuple[str, ...]
    """Organisations and searches, as titles."""
    unnamed: int
    """Sources that are not named here."""
    imported: bool
    """Its items come from files that somebody exported, not from a collector."""
    share: float | None
    """Of the week's time that has passed, 0 to 1; None where nothing is known. Of blogs it is the mean over them."""
    gap: Stretch | None
    """The longest stretch of the week, in UTC, that nobody watched; None too where each source has gaps of its own."""
    sources: int
    """Sources that are asked, silent ones included; files not."""
    read: int
    """Those of which something of the week was read."""
    silent: int
    """Sources that never answered."""
    began: str | None = None
    """When collecting began, UTC, where posts may have gone by then: a day after the week began, or later."""
    read_back: bool = False
    """Collecting began when the week was over: what was covered was read back, and not watched."""

    @property
    def source_by_source(self) -> bool:
        return self.platform in SOURCE_BY_SOURCE


class Facts(Struct, frozen=True, kw_only=True):
    """Everything else of the table. Counts are of the whole edition, all phases, unless they say otherwise."""

    hashtags: tuple[str, ...]
    phrases: tuple[str, ...]
    baseline: tuple[str, ...]
    matched_by: dict[str, int]
    """Items by what matched: hashtag, phrase, both."""
    dates_from: dict[str, int]
    """Items by where their date is from: stated, updated, first_seen."""
    edited: int
    automated: int
    """Items of accounts that say they are automated."""
    hidden: int
    context: int
    rounds: int
    first_round: str | None
    last_round: str | None
    collectors: tuple[str, ...]
    """Versions of the software that collected."""
    not_matched: int
    """Feed entries of the time from the lead-up on that were compared with the present words and did not match."""
    not_understood: int
    """Entries that no round since the lead-up could read; a refusal that was kept for inspection is none."""
    removals: tuple[tuple[str, int], ...]
    """Reason, posts."""
    skipped: tuple[tuple[str, int], ...]
    """Reason (a flag, a tombstone), items; since the lead-up began, of whatever edition they would have been."""


def longest_gap(stretches: Iterable[Stretch], week: Stretch) -> Stretch | None:
    """The longest part of a week that the watched stretches leave out; None where they leave out nothing."""
    return max(gaps(stretches, week), key=lambda gap: seconds([gap]), default=None)


def watched(conn: sqlite3.Connection, edition: EditionInfo, now: str) -> list[Watched]:
    """Each platform that was watched for this edition, in alphabetical order.

    A platform counts as watched when the ledger has a row of it between the lead-up's beginning and the end of *after*,
    or when it has items in the edition. How much of the week was covered is `watching.sources_read`'s to say.
    """
    assert edition.lead_up_from_utc and edition.week_from_utc and edition.week_to_utc and edition.after_to_utc
    span = {"edition": edition.id, "from": edition.lead_up_from_utc, "to": edition.after_to_utc}
    sources = conn.execute(
        """
        SELECT sources.platform, sources.kind, sources.title, organisations.name, sources.last_success_at,
            EXISTS (SELECT 1 FROM coverage WHERE coverage.source_id = sources.id AND coverage.state <> 'closed'
                AND coverage.from_utc < :to AND coverage.to_utc > :from) AS covered,
            sources.added_at
        FROM sources LEFT JOIN organisations ON organisations.id = sources.organisation_id
        WHERE covered OR (sources.configured = 1 AND sources.retired_at IS NULL)
            OR sources.id IN (
                SELECT sightings.source_id FROM sightings
                JOIN edition_posts ON edition_posts.post_id = sightings.post_id
                WHERE edition_posts.edition_id = :edition
            )
        ORDER BY sources.platform, organisations.position, sources.title
        """,
        span,
    ).fetchall()
    with_items = {
        platform
        for (platform,) in conn.execute(
            """
            SELECT DISTINCT posts.platform FROM edition_posts JOIN posts ON posts.id = edition_posts.post_id
            WHERE edition_posts.edition_id = :edition AND edition_posts.role = 'tagged' AND posts.hidden_reason IS NULL
            """,
            span,
        )
    }
    first_round = conn.execute("SELECT min(started_at) FROM rounds WHERE kind <> 'import'").fetchone()[0]
    week = (edition.week_from_utc, min(now, edition.week_to_utc))
    covered = sources_read(conn, edition, now, week)
    answer = []
    for platform in sorted(with_items | {row[0] for row in sources if row[5]}):
        rows = [row for row in sources if row[0] == platform]
        named = [row[3] or row[2] for row in rows if row[3] or row[1] in NAMED_KINDS]
        collected = [row for row in rows if row[1] != "file"]
        read = covered.get(platform)
        began = began_late(first_round, [row[6] for row in collected], edition.week_from_utc)
        answer.append(
            Watched(
                platform=platform,
                named=tuple(dict.fromkeys(named)),
                unnamed=len(rows) - len(named),
                imported=bool(rows) and not collected,
                share=read.share if read else None,
                gap=None if read is None or platform in SOURCE_BY_SOURCE else longest_gap(read.watched, week),
                sources=read.sources if read else 0,
                read=read.read if read else 0,
                silent=sum(row[4] is None and not row[5] for row in collected),
                began=began,
                read_back=began is not None and began >= edition.week_to_utc,
            )
        )
    return answer


def began_late(first_round: str | None, added: Iterable[str], week_from: str) -> str | None:
    """When collecting of a platform began, where that was more than a day after the week began; else None.

    It begins with the first round there ever was, or when the first of the platform's sources was added, if later.
    """
    first_added = min(added, default=None)
    if first_round is None or first_added is None:
        return None
    began = max(first_round, first_added)
    return began if began > utc(parse_utc(week_from) + timedelta(days=1)) else None


def facts(conn: sqlite3.Connection, edition: EditionInfo) -> Facts:
    assert edition.lead_up_from_utc and edition.after_to_utc
    here = {
        "edition": edition.id,
        "campaign": edition.campaign_id,
        "from": edition.lead_up_from_utc,
        "to": edition.after_to_utc,
        "first_day": local_day(edition.lead_up_from_utc, edition.time_zone),
        "end_day": local_day(edition.after_to_utc, edition.time_zone),
    }
    terms: dict[str, list[str]] = {"hashtag": [], "phrase": [], "baseline": []}
    for kind, term in conn.execute(
        "SELECT kind, term FROM campaign_terms WHERE campaign_id = :campaign ORDER BY kind, folded", here
    ):
        terms[kind].append(term)
    items = """
        FROM edition_posts JOIN posts ON posts.id = edition_posts.post_id
        WHERE edition_posts.edition_id = :edition AND edition_posts.role = 'tagged' AND posts.hidden_reason IS NULL
    """
    matched_by = conn.execute(
        f"""
        SELECT
            CASE WHEN tags AND phrases THEN 'both' WHEN tags THEN 'hashtag' WHEN phrases THEN 'phrase' ELSE 'other' END,
            count(*)
        FROM (
            SELECT EXISTS (SELECT 1 FROM post_matches WHERE post_matches.post_id = posts.id
                    AND post_matches.campaign_id = :campaign AND post_matches.kind = 'hashtag') AS tags,
                EXISTS (SELECT 1 FROM post_matches WHERE post_matches.post_id = posts.id
                    AND post_matches.campaign_id = :campaign AND post_matches.kind = 'phrase') AS phrases
            {items}
        ) GROUP BY 1
        """,
        here,
    )
    edited, automated = conn.execute(
        f"""
        SELECT count(*) FILTER (WHERE posts.version > 1),
            count(*) FILTER (WHERE posts.author_id IN (SELECT id FROM authors WHERE is_bot = 1))
        {items}
        """,
        here,
    ).fetchone()
    hidden, context = conn.execute(
        """
        SELECT count(*) FILTER (WHERE posts.hidden_reason IS NOT NULL AND edition_posts.role = 'tagged'),
            count(*) FILTER (WHERE posts.hidden_reason IS NULL AND edition_posts.role = 'context')
        FROM edition_posts JOIN posts ON posts.id = edition_posts.post_id WHERE edition_posts.edition_id = :edition
        """,
        here,
    ).fetchone()
    rounds, first_round, last_round = conn.execute(
        "SELECT count(*), min(started_at), max(started_at) FROM rounds WHERE started_at >= :from", here
    ).fetchone()
    return Facts(
        hashtags=tuple(terms["hashtag"]),
        phrases=tuple(terms["phrase"]),
        baseline=tuple(terms["baseline"]),
        matched_by=dict(matched_by.fetchall()),
        dates_from=dict(conn.execute(f"SELECT posts.published_from, count(*) {items} GROUP BY 1", here).fetchall()),
        edited=edited,
        automated=automated,
        hidden=hidden,
        context=context,
        rounds=rounds,
        first_round=first_round,
        last_round=last_round,
        collectors=tuple(row[0] for row in conn.execute("SELECT DISTINCT software FROM rounds ORDER BY software")),
        # Of an entry's identities the first one alone carries its fingerprint. None does where the entry was compared
        # with older words only, or was never read since somebody asked for that; what could not be understood is its
        # own identity.
        not_matched=_number(
            conn,
            """
            SELECT count(*) FROM (
                SELECT DISTINCT source_id, fingerprint FROM feed_entries
                WHERE matched = 0 AND fingerprint IS NOT NULL AND fingerprint <> identity
                    AND day >= :first_day AND day < :end_day
            )
            """,
            here,
        ),
        # The answer of a server that refuses is kept and counted like an entry: all that a failed round has, and one
        # of what a round has that broke off.
        not_understood=_number(
            conn,
            """
            SELECT COALESCE(sum(CASE outcome WHEN 'failed' THEN 0 WHEN 'partial' THEN max(0, not_understood - 1)
                ELSE not_understood END), 0)
            FROM round_sources WHERE started_at >= :from
            """,
            here,
        ),
        removals=tuple(
            conn.execute(
                "SELECT reason, sum(posts) FROM removals WHERE edition_id = :edition GROUP BY reason ORDER BY reason",
                here,
            ).fetchall()
        ),
        skipped=tuple(
            conn.execute(
                "SELECT reason, sum(items) FROM skipped WHERE day >= :first_day GROUP BY reason ORDER BY reason",
                here,
            ).fetchall()
        ),
    )


def _number(conn: sqlite3.Connection, sql: str, values: dict[str, str]) -> int:
    return int(conn.execute(sql, values).fetchone()[0])
