"""Brings the configuration into the archive, from campaigns to sources, and posts to their places.

Says what to write and writes only what is different, so that a start with the same configuration changes nothing.
Nothing that was collected is lost when something vanishes from the configuration. What matches is decided in
`collector/matching.py`, where a date falls in `collector/editions.py`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from collector import __version__
from collector.archive import ledger, placing, removal, rows, tombstones
from collector.archive.addresses import source_places
from collector.archive.connection import info, plain_words, set_info, transaction
from collector.archive.parts import account_name, insert_matches
from collector.archive.rows import WANTED
from collector.archive.saving import item_matches
from collector.campaign import Campaign, Configuration, SourceSpec
from collector.editions import Window, timeline
from collector.matching import fold_hashtag, fold_phrase, match, terms_fingerprint
from collector.posts import Hashtag, Post, Relation

POSTS_A_TRANSACTION = 500
Progress = Callable[[int, int], None]
"""Told how many posts of how many have been placed."""


def sync(
    conn: sqlite3.Connection,
    configuration: Configuration,
    now: str,
    *,
    progress: Progress = lambda done, of: None,
) -> None:
    """Make the archive agree with the configuration.

    When terms changed, every post is matched again; when dates changed, every post is placed again. Both go on after an
    interruption at the next start. Raises `ArchiveError`.
    """
    with plain_words(conn):
        wanted = _fingerprint(configuration)
        if info(conn, "configuration") != wanted:
            with transaction(conn):
                _write(conn, configuration, now)
                set_info(conn, "configuration", wanted)
        to_do = info(conn, "posts_to_place")
        if to_do is not None:
            _place_everything(conn, configuration, now, again=to_do == "match", progress=progress)


def add_source(
    conn: sqlite3.Connection, *, platform: str, kind: str, locator: str, title: str, query_hash: str, now: str
) -> int:
    """The number of a source that is not in the configuration, such as an imported file; it is made if need be."""
    with transaction(conn):
        conn.execute(
            "INSERT INTO sources (platform, kind, locator, title, query_hash, configured, added_at) "
            "VALUES (?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO NOTHING",
            (platform, kind, locator, title, query_hash, now),
        )
        number = conn.execute(
            "SELECT id FROM sources WHERE platform = ? AND kind = ? AND locator = ?", (platform, kind, locator)
        ).fetchone()[0]
    return int(number)


def place_posts(conn: sqlite3.Connection, post_ids: Iterable[int], now: str) -> set[str]:
    """Put these posts into the editions where they belong; the editions that changed by that."""
    with transaction(conn):
        return placing.place_posts(conn, post_ids, now)


def _fingerprint(configuration: Configuration) -> str:
    """Changes when anything does that the archive holds of the configuration, or the software that reads it."""
    told = msgspec.json.encode(
        (__version__, configuration.campaigns, configuration.organisations, configuration.sources)
    )
    return hashlib.blake2b(told + terms_fingerprint(configuration.campaigns).encode(), digest_size=16).hexdigest()


def _write(conn: sqlite3.Connection, configuration: Configuration, now: str) -> None:
    # What is new has no figures that could be out of date.
    there = {row[0] for row in conn.execute("SELECT id FROM editions")}
    changed = _write_campaigns(conn, configuration.campaigns)
    windows_changed, editions_changed = _write_editions(conn, configuration.campaigns)
    accounts_changed = _write_organisations(conn, configuration)
    _write_sources(conn, configuration.sources, {one.id for one in configuration.organisations}, now)
    told = [
        edition_id
        for edition_id, campaign_id in conn.execute("SELECT id, campaign_id FROM editions")
        if edition_id in there and (edition_id in editions_changed or campaign_id in changed or accounts_changed)
    ]
    placing.touch(conn, told, now)
    terms = hashlib.blake2b(terms_fingerprint(configuration.campaigns).encode(), digest_size=16).hexdigest()
    if info(conn, "terms") != terms:
        set_info(conn, "terms", terms)
        set_info(conn, "posts_to_place", "match")
    elif windows_changed and info(conn, "posts_to_place") is None:
        set_info(conn, "posts_to_place", "place")


def _write_campaigns(conn: sqlite3.Connection, campaigns: Sequence[Campaign]) -> set[str]:
    """The campaigns of which something changed."""
    wanted = {
        campaign.id: (
            campaign.title,
            campaign.organiser,
            campaign.time_zone,
            campaign.hashtags[0] if campaign.hashtags else "",
            campaign.lead_up_days,
            campaign.after_days,
            position,
        )
        for position, campaign in enumerate(campaigns)
    }
    columns = ("title", "organiser", "time_zone", "hashtag", "lead_up_days", "after_days", "position")
    changed = _write_table(conn, "campaigns", columns, wanted)
    terms = {
        (campaign.id, kind, fold(term)): term
        for campaign in campaigns
        for kind, fold, given in (
            ("hashtag", fold_hashtag, campaign.hashtags),
            ("phrase", fold_phrase, campaign.phrases),
            ("baseline", fold_phrase, campaign.baseline),
        )
        for term in given
    }
    conn.execute("DELETE FROM campaign_terms")
    rows.insert(
        conn,
        "campaign_terms",
        "campaign_id, kind, folded, term",
        [(*key, term) for key, term in terms.items()],
    )
    return changed


def _write_editions(conn: sqlite3.Connection, campaigns: Sequence[Campaign]) -> tuple[bool, set[str]]:
    """Whether any window changed, and the editions of which something did."""
    wanted: dict[str, tuple[Any, ...]] = {}
    for campaign in campaigns:
        windows: Mapping[str, Window] = {window.edition_id: window for window in timeline(campaign)}
        for edition in campaign.editions:
            window = windows.get(edition.id)
            wanted[edition.id] = (
                campaign.id,
                edition.year,
                edition.title,
                edition.theme,
                edition.starts_on and edition.starts_on.isoformat(),
                edition.ends_on and edition.ends_on.isoformat(),
                edition.dates_from,
                window and window.early_from,
                window and window.lead_up_from,
                window and window.week_from,
                window and window.week_to,
                window and window.after_to,
                window and window.frozen_at,
            )
    boundaries = "early_from_utc, lead_up_from_utc, week_from_utc, week_to_utc, after_to_utc, frozen_at_utc"
    question = f"SELECT id, {boundaries} FROM editions ORDER BY id"
    before = conn.execute(question).fetchall()
    columns = ("campaign_id", "year", "title", "theme", "starts_on", "ends_on", "dates_from", *boundaries.split(", "))
    changed = _write_table(conn, "editions", columns, wanted)
    return conn.execute(question).fetchall() != before, changed


def _write_organisations(conn: sqlite3.Connection, configuration: Configuration) -> bool:
    """Whether any organisation or account of one changed; authors are theirs by the accounts as they are now."""
    wanted = {
        one.id: (one.name, one.url, one.kind, position) for position, one in enumerate(configuration.organisations)
    }
    changed = _write_table(conn, "organisations", ("name", "url", "kind", "position"), wanted)
    accounts = {
        (account.platform, account_name(account.platform, account.handle)): one.id
        for one in configuration.organisations
        for account in one.accounts
    }
    stored = {
        (platform, handle): organisation
        for platform, handle, organisation in conn.execute(
            "SELECT platform, handle, organisation_id FROM organisation_accounts"
        )
    }
    if accounts != stored:
        conn.execute("DELETE FROM organisation_accounts")
        rows.insert(
            conn,
            "organisation_accounts",
            "platform, handle, organisation_id",
            [(*account, organisation) for account, organisation in accounts.items()],
        )
        authors = conn.execute("SELECT id, platform, handle, organisation_id FROM authors").fetchall()
        conn.executemany(
            "UPDATE authors SET organisation_id = ? WHERE id = ?",
            [
                (theirs, number)
                for number, platform, handle, before in authors
                if (theirs := accounts.get((platform, account_name(platform, handle))) if handle else None) != before
            ],
        )
    return bool(changed) or accounts != stored


def _write_sources(conn: sqlite3.Connection, specs: Sequence[SourceSpec], organisations: set[str], now: str) -> None:
    stored = {
        (platform, kind, locator): (number, bool(configured), query_hash)
        for number, platform, kind, locator, configured, query_hash in conn.execute(
            "SELECT id, platform, kind, locator, configured, query_hash FROM sources"
        )
    }
    wanted = {(spec.platform, spec.kind, spec.locator): spec for spec in specs}
    for key, spec in wanted.items():
        organisation = spec.organisation_id if spec.organisation_id in organisations else None
        if key not in stored:
            conn.execute(
                "INSERT INTO sources (platform, kind, locator, title, organisation_id, query_hash, added_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*key, spec.title, organisation, spec.query_hash, now),
            )
            continue
        number, configured, query_hash = stored[key]
        conn.execute(
            "UPDATE sources SET title = ?, organisation_id = ?, query_hash = ?, configured = 1 WHERE id = ?",
            (spec.title, organisation, spec.query_hash, number),
        )
        if not configured:
            # Somebody put it back: it is tried again, whatever was given up before.
            conn.execute(
                "UPDATE sources SET retired_at = NULL, retired_reason = NULL, failures = 0, due_at = NULL WHERE id = ?",
                (number,),
            )
        if query_hash != spec.query_hash:
            ledger.forget_fingerprints(conn, number)
            conn.execute("UPDATE sources SET due_at = NULL WHERE id = ?", (number,))
    conn.executemany(
        "UPDATE sources SET configured = 0 WHERE id = ?",
        [(stored[key][0],) for key in stored.keys() - wanted.keys() if stored[key][1]],
    )
    sites = {place for spec in specs for place in source_places(spec.locator)}
    left_out = tombstones.refused(conn, [tombstones.site_key(place) for place in sites])
    removal.retire_sites(conn, {place for place in sites if tombstones.site_key(place) in left_out}, now)


def _write_table(
    conn: sqlite3.Connection, table: str, columns: Sequence[str], wanted: Mapping[str, tuple[Any, ...]]
) -> set[str]:
    """Make a small table hold exactly these rows, by id; the ids of those that are new or different.

    Rows are changed and never replaced, as replacing would take along what belongs to them.
    """
    stored = {row[0]: tuple(row[1:]) for row in conn.execute(f"SELECT id, {', '.join(columns)} FROM {table}")}
    conn.executemany(f"DELETE FROM {table} WHERE id = ?", [(gone,) for gone in stored.keys() - wanted.keys()])
    changed = {key for key, values in wanted.items() if stored.get(key) != values}
    conn.executemany(
        f"INSERT INTO {table} (id, {', '.join(columns)}) VALUES (?{', ?' * len(columns)}) "
        f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in columns)}",
        [(key, *wanted[key]) for key in wanted if key in changed],
    )
    return changed


# Posts to their places ------------------------------------------------------------------------------------------------


def _place_everything(
    conn: sqlite3.Connection, configuration: Configuration, now: str, *, again: bool, progress: Progress
) -> None:
    """Match, where terms changed, and place every post, some hundred a transaction."""
    total = conn.execute("SELECT count(*) FROM posts").fetchone()[0]
    steps = (True, False) if again else (False,)
    for number, matching in enumerate(steps):
        last, done = 0, 0
        while True:
            with transaction(conn):
                numbers = [
                    row[0]
                    for row in conn.execute(
                        "SELECT id FROM posts WHERE id > ? ORDER BY id LIMIT ?", (last, POSTS_A_TRANSACTION)
                    )
                ]
                if matching:
                    _match_again(conn, configuration.campaigns, numbers)
                else:
                    placing.place_posts(conn, numbers, now)
            if not numbers:
                break
            last, done = numbers[-1], done + len(numbers)
            progress(number * total + done, len(steps) * total)
    with transaction(conn):
        set_info(conn, "posts_to_place", None)


def _match_again(conn: sqlite3.Connection, campaigns: tuple[Campaign, ...], numbers: Sequence[int]) -> None:
    """Replace what these posts matched by what they match now, and what only a version before said as past."""
    wanted = rows.listed(numbers)
    now, past = [], []
    for number, (current, *versions) in _as_posts(conn, wanted).items():
        now.append((number, item_matches(current.kind, current.relations, match(current, campaigns))))
        before = {
            one: None for post in versions for one in item_matches(post.kind, post.relations, match(post, campaigns))
        }
        past.append((number, list(before)))
    conn.execute("DELETE FROM post_matches WHERE post_id IN (SELECT value FROM json_each(?))", (wanted,))
    insert_matches(conn, now)
    insert_matches(conn, past, past=True)


def _as_posts(conn: sqlite3.Connection, wanted: str) -> dict[int, list[Post]]:
    """Stored posts as far as matching looks at them: each as it is, then with the words of its versions, then with the
    marked hashtags and categories that matched in any of these."""
    tags: dict[int, list[Hashtag]] = {}
    for number, as_written, origin in conn.execute(
        f"SELECT post_id, as_written, origin FROM {WANTED} CROSS JOIN post_hashtags ON post_id = wanted",
        (wanted,),
    ):
        tags.setdefault(number, []).append(Hashtag(as_written=as_written, origin=origin))
    categories: dict[int, list[str]] = {}
    for number, category in conn.execute(
        f"SELECT post_id, category FROM {WANTED} CROSS JOIN post_categories ON post_id = wanted "
        "ORDER BY post_id, position",
        (wanted,),
    ):
        categories.setdefault(number, []).append(category)
    relations: dict[int, list[Relation]] = {}
    for number, kind, uri in conn.execute(
        f"SELECT post_id, kind, target_uri FROM {WANTED} CROSS JOIN relations ON post_id = wanted",
        (wanted,),
    ):
        relations.setdefault(number, []).append(Relation(kind=kind, uri=uri))
    posts: dict[int, list[Post]] = {}
    for number, platform, uri, kind, published_at, title, text in conn.execute(
        f"SELECT id, platform, uri, kind, published_at, title, text FROM {WANTED} CROSS JOIN posts ON id = wanted "
        "CROSS JOIN post_texts ON post_texts.post_id = id",
        (wanted,),
    ):
        posts[number] = [
            Post(
                platform=platform,
                uri=uri,
                kind=kind,
                title=title,
                text=text,
                published_at=published_at,
                categories=tuple(categories.get(number, ())),
                hashtags=tuple(tags.get(number, ())),
                relations=tuple(relations.get(number, ())),
            )
        ]
    for number, title, text in conn.execute(
        f"SELECT post_id, title, text FROM {WANTED} CROSS JOIN post_versions ON post_id = wanted "
        "ORDER BY post_id, version",
        (wanted,),
    ):
        posts[number].append(
            msgspec.structs.replace(posts[number][0], title=title, text=text, hashtags=(), categories=())
        )
    for number, place, term in conn.execute(
        f"SELECT post_id, place, term FROM {WANTED} CROSS JOIN post_matches ON post_id = wanted "
        "WHERE past AND place IN ('entity', 'category')",
        (wanted,),
    ):
        posts[number].append(
            msgspec.structs.replace(
                posts[number][0],
                title=None,
                text="",
                hashtags=(Hashtag(as_written=term, origin="entity"),) if place == "entity" else (),
                categories=(term,) if place == "category" else (),
            )
        )
    return posts
