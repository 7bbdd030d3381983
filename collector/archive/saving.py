"""Saves one page that a source gave: its posts, what it covered, what it asked to be remembered. Decides what is new.

The page's coverage is saved in the same transaction as the last of its posts, so the ledger never claims a stretch
whose posts are not in the archive. The same page again changes nothing but the times at which things were last seen.
What matched is decided before, in `collector/matching.py`; what happens to a post that is new or known stands in
`new_posts.py` and `known_posts.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from collector.archive import deletion, identities, ledger, placing, raw, rows, texts, tombstones
from collector.archive.connection import transaction
from collector.archive.known_posts import Met, meet_again
from collector.archive.new_posts import add
from collector.archive.rows import WANTED
from collector.archive.visit import Item, Saved, Visit
from collector.editions import local_day, place
from collector.matching import Match, Matches
from collector.platforms import Page, identity_hash
from collector.posts import Post, Relation, Unread

MOST_ROWS = 5_000
"""Of one transaction, so that nobody waits long for a turn to write."""

UNSTORABLE = (sqlite3.IntegrityError, sqlite3.DataError, OverflowError, ValueError, TypeError)


def save_page(
    conn: sqlite3.Connection,
    *,
    round_id: int,
    source_id: int,
    query_hash: str,
    page: Page,
    matches: Sequence[Matches],
    now: str,
) -> Saved:
    """Save what one answer of a source gave; `matches` says of each of its posts what matched, in their order.

    One transaction, or several of at most 5,000 rows for a long page, the last of which holds its coverage. A post that
    cannot be stored is kept as not understood, and the rest goes on. Raises `ArchiveError`; then the transaction under
    way is not saved, and none of the page's coverage is.
    """
    visit = Visit(conn, round_id, source_id, now, unchanged=page.unchanged)
    items, unread = _prepared(page.posts, matches)
    unread.extend(page.unread)
    *portions, last = _portions(items)
    for portion in portions:
        unread.extend(_save_portion(visit, portion))
    before = visit.saved()
    try:
        with transaction(conn):
            _save_items(visit, last)
            _save_rest(visit, page, query_hash, unread)
    except UNSTORABLE:
        visit.go_back_to(before)
        unread.extend(_save_portion(visit, last))
        with transaction(conn):
            _save_rest(visit, page, query_hash, unread)
    return visit.saved()


def item_matches(kind: str, relations: Iterable[Relation], matches: Matches) -> Sequence[Match]:
    """What makes a post an item. A comment or a repost never is one, whatever it says."""
    if kind == "comment" or any(relation.kind == "repost_of" for relation in relations):
        return ()
    return matches.of


def _prepared(posts: Sequence[Post], matches: Sequence[Matches]) -> tuple[list[Item], list[Unread]]:
    """Posts fit to be stored, items of a campaign first so that their context finds them; and those that cannot be."""
    unread = []
    fit: list[tuple[Post, Matches]] = []
    for post, found in zip(posts, matches, strict=True):
        try:
            fit.append((texts.storable(post), found))
        except UNSTORABLE as error:
            unread.append(_unstorable(post, error))
    items = [
        Item(post, item_matches(post.kind, post.relations, found), found.baseline, aliases, texts.hashes(post))
        for (post, found), aliases in zip(fit, identities.unambiguous([post for post, _ in fit]), strict=True)
    ]
    items.sort(key=lambda item: not item.matches)
    return items, unread


def _unstorable(post: Post, error: Exception) -> Unread:
    try:
        kept = post.raw or msgspec.json.encode(post)
    except UNSTORABLE:
        kept = repr(post).encode("utf-8", "replace")
    return Unread(reason=f"it cannot be stored: {error}", raw=kept, fingerprint=post.fingerprint)


def _portions(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in portions of at most about `MOST_ROWS` rows; at least one portion, which may be empty."""
    portion: list[Item] = []
    size = 0
    for item in items:
        post = item.post
        # An edit costs most: its parts are deleted and written anew.
        needs = 12 + 2 * len(item.aliases) + 3 * len(post.hashtags) + 3 * len(post.links) + 2 * len(post.media)
        needs += 2 * len(post.relations) + 2 * len(post.categories) + 2 * len(item.matches)
        if portion and size + needs > MOST_ROWS:
            yield portion
            portion, size = [], 0
        portion.append(item)
        size += needs
    yield portion


def _save_portion(visit: Visit, items: Sequence[Item]) -> list[Unread]:
    """Save items in a transaction of their own. What cannot be stored is found by halving, and returned."""
    before = visit.saved()
    try:
        with transaction(visit.conn):
            _save_items(visit, items)
        return []
    except UNSTORABLE as error:
        visit.go_back_to(before)
        if len(items) == 1:
            return [_unstorable(items[0].post, error)]
        middle = len(items) // 2
        return [*_save_portion(visit, items[:middle]), *_save_portion(visit, items[middle:])]


# The posts ---------------------------------------------------------------------------------------------------------


def _save_items(visit: Visit, items: Sequence[Item]) -> None:
    """Save the posts of one portion, inside a transaction."""
    items = _without_refused(visit, items)
    _count_baseline(visit, items)
    for wave in _waves(items):
        _save_wave(visit, wave[0].post.platform, wave)


def _waves(items: Sequence[Item]) -> list[list[Item]]:
    """Groups of one platform in which no post comes twice: one that comes again on the page is met again after."""
    if len({item.post.platform for item in items}) == 1:
        names = [name for item in items for name in (item.post.uri, *item.aliases)]
        if len(set(names)) == len(names):
            return [list(items)]
    return _taken_apart(items)


def _taken_apart(items: Iterable[Item]) -> list[list[Item]]:
    waves: list[list[Item]] = []
    last: dict[tuple[str, str], int] = {}
    for item in items:
        platform = item.post.platform
        names = [(platform, name) for name in (item.post.uri, *item.aliases)]
        number = 1 + max(last.get(name, -1) for name in names)
        while number < len(waves) and waves[number][0].post.platform != platform:
            number += 1
        if number == len(waves):
            waves.append([])
        waves[number].append(item)
        last.update((name, number) for name in names)
    return waves


def _without_refused(visit: Visit, items: Sequence[Item]) -> Sequence[Item]:
    """The items without those that somebody asked to be left out, which are counted once a source."""
    if not tombstones.any_stand(visit.conn):
        return items
    keys = [frozenset(tombstones.keys_of(item.post)) for item in items]
    targets = {tombstones.post_key(relation.uri) for item in items for relation in item.post.relations}
    refused = tombstones.refused(visit.conn, targets.union(*keys))
    if not refused:
        return items
    kept: list[Item] = []
    reasons: dict[bytes, str] = {}
    for item, own in zip(items, keys, strict=True):
        why = min((refused[key] for key in own if key in refused), default=None)
        if why is not None:
            reasons[tombstones.stand_in(visit.conn, item.post)] = why
        else:
            kept.append(_without_relations_to(refused, item))
    if reasons:
        visit.whole = False
        met = ledger.met_here(visit.conn, visit.source_id, reasons)
        fresh = {stand_in: reason for stand_in, reason in reasons.items() if stand_in not in met}
        for reason in fresh.values():
            visit.conn.execute(
                "INSERT INTO skipped (source_id, day, reason, items) VALUES (?, ?, ?, 1) "
                "ON CONFLICT DO UPDATE SET items = items + 1",
                (visit.source_id, visit.now[:10], reason),
            )
        ledger.remember(
            visit.conn,
            visit.source_id,
            [ledger.Entry([stand_in], None, visit.now[:10], matched=False) for stand_in in fresh],
        )
        visit.skipped += len(fresh)
    return kept


def _without_relations_to(refused: Collection[str], item: Item) -> Item:
    kept = tuple(relation for relation in item.post.relations if tombstones.post_key(relation.uri) not in refused)
    return item._replace(post=msgspec.structs.replace(item.post, relations=kept))


def _count_baseline(visit: Visit, items: Sequence[Item]) -> None:
    """Count posts that only say a baseline phrase: each once, however often and wherever it is met."""
    saying = [item for item in items if item.baseline and item.post.kind != "comment"]
    if not saying:
        return
    zones = dict(visit.conn.execute("SELECT id, time_zone FROM campaigns"))
    hashed = [_identity_hashes(item) for item in saying]
    met = ledger.met_anywhere(visit.conn, {identity for own in hashed for identity in own})
    by_campaign = placing.windows(visit.conn)
    touched: set[str] = set()
    for item, own in zip(saying, hashed, strict=True):
        if not met.isdisjoint(own):
            continue
        met.update(own)
        for campaign_id in item.baseline:
            if campaign_id not in zones:
                continue
            visit.conn.execute(
                "INSERT INTO baseline_counts (campaign_id, source_id, local_day, items) VALUES (?, ?, ?, 1) "
                "ON CONFLICT DO UPDATE SET items = items + 1",
                (campaign_id, visit.source_id, local_day(item.post.published_at, zones[campaign_id])),
            )
            placed = place(by_campaign[campaign_id], item.post.published_at)
            if placed is not None:
                touched.add(placed.edition_id)
    placing.touch(visit.conn, touched, visit.now)


def _save_wave(visit: Visit, platform: str, wave: Sequence[Item]) -> None:
    """Posts of one platform, none of them twice: the known are met again, the others added if they belong here."""
    conn = visit.conn
    found = identities.find(
        conn,
        platform,
        [item.post for item in wave],
        [item.aliases for item in wave],
        [item.hashes for item in wave],
    )
    visit.collisions += sum(answer.collision for answer in found)
    known, unknown = [], []
    for answer, item in zip(found, wave, strict=True):
        if answer.stored is not None:
            known.append(Met(answer.stored, item, answer.fresh))
        else:
            unknown.append(item._replace(aliases=tuple(name for name in item.aliases if name in answer.fresh)))
    items, unmatched = _divided(unknown, _are_items(conn, unknown))
    if unmatched or not all(item.matches for item in wave):
        visit.whole = False
    affected = meet_again(visit, platform, known)
    affected |= add(visit, platform, items)
    context, unmatched = _divided(unmatched, _are_context(conn, platform, unmatched))
    affected |= add(visit, platform, context)
    placing.place_posts(conn, affected | placing.around(conn, affected), visit.now)
    _remember_entries(visit, [*(one.item for one in known), *items, *context], unmatched)


def _divided(items: Sequence[Item], chosen: Sequence[bool]) -> tuple[list[Item], list[Item]]:
    pairs = list(zip(items, chosen, strict=True))
    return [item for item, yes in pairs if yes], [item for item, yes in pairs if not yes]


def _are_items(conn: sqlite3.Connection, unknown: Sequence[Item]) -> list[bool]:
    """Of each, whether it is an item; not one of an edition whose posts were deleted because their time was over."""
    closed = placing.kept_no_longer(conn)
    if not closed:
        return [bool(item.matches) for item in unknown]
    by_campaign = placing.windows(conn)

    def is_kept(item: Item) -> bool:
        editions = [
            place(by_campaign.get(campaign_id, ()), item.post.published_at)
            for campaign_id in {match.campaign_id for match in item.matches}
        ]
        return any(placed is None or placed.edition_id not in closed for placed in editions)

    return [bool(item.matches) and is_kept(item) for item in unknown]


def _are_context(conn: sqlite3.Connection, platform: str, unmatched: Sequence[Item]) -> list[bool]:
    """Of each, whether it comments on, replies to, shares or quotes an item, or is quoted by one."""
    targets = {relation.uri for item in unmatched for relation in item.post.relations}
    by_uri, by_alias = identities.named(conn, platform, targets)
    of_items = {
        row[0]
        for row in conn.execute(
            f"SELECT DISTINCT post_id FROM {WANTED} CROSS JOIN post_matches ON post_id = wanted",
            (rows.listed({*by_uri.values(), *by_alias.values()}),),
        )
    }
    quoted = {
        row[0]
        for row in conn.execute(
            f"SELECT DISTINCT target_uri FROM {WANTED} CROSS JOIN relations ON target_uri = wanted "
            "CROSS JOIN posts ON posts.id = relations.post_id "
            "CROSS JOIN post_matches ON post_matches.post_id = posts.id "
            "WHERE relations.kind = 'quote_of' AND posts.platform = ?",
            (rows.listed({name for item in unmatched for name in (item.post.uri, *item.aliases)}), platform),
        )
    }
    return [
        any(
            by_uri.get(relation.uri) in of_items or by_alias.get(relation.uri) in of_items
            for relation in item.post.relations
        )
        or not quoted.isdisjoint((item.post.uri, *item.aliases))
        for item in unmatched
    ]


def _remember_entries(visit: Visit, kept: Sequence[Item], unmatched: Sequence[Item]) -> None:
    """Hashes of what was met, so that it is not read again.

    Not of a comment that belongs to nothing yet: when its post comes, it must be read.
    """
    ledger.remember(visit.conn, visit.source_id, [_entry(item, matched=True) for item in kept if _is_entry(item)])
    left = [item for item in unmatched if item.post.kind != "comment"]
    entries = [item for item in left if _is_entry(item)]
    fresh = ledger.remember(visit.conn, visit.source_id, [_entry(item, matched=False) for item in entries])
    visit.unmatched += fresh + len(unmatched) - len(entries)
    visit.unchanged += len(entries) - fresh


def _is_entry(item: Item) -> bool:
    return item.post.fingerprint is not None or item.post.platform == "blogs" or bool(item.baseline)


def _entry(item: Item, *, matched: bool) -> ledger.Entry:
    return ledger.Entry(_identity_hashes(item), item.post.fingerprint, item.post.published_at[:10], matched)


def _identity_hashes(item: Item) -> list[bytes]:
    return [identity_hash(name) for name in (item.post.uri, *item.aliases)]


# Everything else that a page brings ---------------------------------------------------------------------------------


def _save_rest(visit: Visit, page: Page, query_hash: str, unread: Sequence[Unread]) -> None:
    conn = visit.conn
    raw.keep_unread(visit, unread)
    # A page on which there is anything else than items is not kept: of that, nothing may be here to be read.
    if page.raw is not None and visit.whole and not unread and not page.unchanged and (visit.new or visit.changed):
        raw.keep_page(visit, page.raw)
    deletion.remove_expired(conn, visit.source_id, page.expired, visit.now)
    _note_threads(visit, page.threads_read)
    stretches = ledger.cover(
        conn, round_id=visit.round_id, source_id=visit.source_id, query_hash=query_hash, covered=page.covered
    )
    placing.touch_stretches(conn, stretches, visit.now)
    for key, value in page.remember.items():
        if value is None:
            conn.execute("DELETE FROM source_memory WHERE source_id = ? AND key = ?", (visit.source_id, key))
        else:
            conn.execute(
                "INSERT INTO source_memory (source_id, key, value) VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET value = excluded.value",
                (visit.source_id, texts.text(key, texts.MOST_ADDRESS), texts.text(value, texts.MOST_TEXT)),
            )
    saved = visit.saved()
    conn.execute(
        "INSERT INTO round_sources (round_id, source_id, started_at, requests, bytes_received, new_posts, "
        "changed_posts, "
        "unchanged_posts, unmatched, not_understood, skipped, collisions) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, "
        "bytes_received = bytes_received + excluded.bytes_received, new_posts = new_posts + excluded.new_posts, "
        "changed_posts = changed_posts + excluded.changed_posts, "
        "unchanged_posts = unchanged_posts + excluded.unchanged_posts, unmatched = unmatched + excluded.unmatched, "
        "not_understood = not_understood + excluded.not_understood, skipped = skipped + excluded.skipped, "
        "collisions = collisions + excluded.collisions",
        (
            visit.round_id,
            visit.source_id,
            visit.now,
            page.requests,
            page.bytes_received,
            saved.new,
            saved.changed,
            saved.unchanged,
            saved.unmatched,
            saved.not_understood,
            saved.skipped,
            saved.collisions,
        ),
    )
    conn.execute("UPDATE rounds SET last_active_at = ? WHERE id = ?", (visit.now, visit.round_id))


def _note_threads(visit: Visit, post_uris: Sequence[str]) -> None:
    """The comment feeds of these posts were read, whatever they held: until the count changes they need not be."""
    visit.conn.execute(
        "UPDATE posts SET comments_read_at = ?, comments_read = comments "
        "WHERE uri IN (SELECT value FROM json_each(?)) AND platform = (SELECT platform FROM sources WHERE id = ?)",
        (visit.now, rows.listed(post_uris), visit.source_id),
    )
