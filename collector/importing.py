"""A file from elsewhere into the archive: what it would bring, told before anything is written, and bringing it in.

Reading is `platforms/files.py`'s, matching and saving are those of every round. A file is a source like a blog, so that
each post remembers where it was seen; it covers no stretch of time, because it holds what one account published.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable

from msgspec import Struct

from collector import __version__
from collector.archive import campaigns as archived_campaigns
from collector.archive import journal
from collector.archive.saving import save_page
from collector.archive.visit import Saved
from collector.campaign import Campaign
from collector.editions import place, timeline
from collector.matching import match, why
from collector.platforms import Trouble
from collector.platforms.files import File
from collector.posts import Post
from collector.terminal import plain

FIRST = 5
MOST_REASONS = 5


class Example(Struct, frozen=True, kw_only=True):
    """One of the first posts, as it was understood."""

    post: Post
    why: str
    """Why it is of a campaign; empty where it is not."""


class Preview(Struct, frozen=True, kw_only=True):
    """What is in a file."""

    file: File
    posts: int
    matched: int
    """Of the posts, those that are of a campaign. The others are not kept."""
    by_campaign: dict[str, int]
    by_edition: dict[str, int]
    """Of those whose edition has dates."""
    with_views: int
    not_understood: int
    reasons: tuple[str, ...]
    """Why, of the first few."""
    notes: tuple[str, ...]
    """What was doubtful, and how it was taken."""
    earliest: str | None
    latest: str | None
    first: tuple[Example, ...]
    """The first posts that are of a campaign; where none is, the first of all."""


def preview(
    file: File, campaigns: tuple[Campaign, ...], on_page: Callable[[int], None] = lambda posts: None
) -> Preview:
    """Reads the file once, from beginning to end; `on_page` is told how many posts each page had.

    Raises Trouble where the file turns out too large.
    """
    windows = {campaign.id: timeline(campaign) for campaign in campaigns}
    counts: Counter[str] = Counter()
    by_campaign: Counter[str] = Counter()
    by_edition: Counter[str] = Counter()
    reasons: list[str] = []
    notes: list[str] = []
    matched: list[Example] = []
    others: list[Example] = []
    earliest = latest = None
    for page in file.pages():
        counts["not_understood"] += len(page.unread)
        reasons += [unread.reason for unread in page.unread][: MOST_REASONS - len(reasons)]
        notes += [page.note] if page.note and len(notes) < MOST_REASONS else []
        for post in page.posts:
            found = match(post, campaigns)
            earliest = min(earliest or post.published_at, post.published_at)
            latest = max(latest or post.published_at, post.published_at)
            counts["posts"] += 1
            counts["with_views"] += post.engagement is not None and post.engagement.views is not None
            counts["matched"] += bool(found.of)
            for campaign_id in {reason.campaign_id for reason in found.of}:
                by_campaign[campaign_id] += 1
                if placed := place(windows[campaign_id], post.published_at):
                    by_edition[placed.edition_id] += 1
            examples = matched if found.of else others
            if len(examples) < FIRST:
                examples.append(Example(post=post, why=why(found)))
        on_page(len(page.posts))
    return Preview(
        file=file,
        posts=counts["posts"],
        matched=counts["matched"],
        by_campaign=dict(by_campaign),
        by_edition=dict(sorted(by_edition.items())),
        with_views=counts["with_views"],
        not_understood=counts["not_understood"],
        reasons=tuple(reasons),
        notes=tuple(notes),
        earliest=earliest,
        latest=latest,
        first=tuple(matched or others),
    )


def bring_in(
    conn: sqlite3.Connection,
    file: File,
    campaigns: tuple[Campaign, ...],
    clock: Callable[[], str],
    on_page: Callable[[int], None] = lambda posts: None,
) -> Saved:
    """Saves what the file holds of the campaigns, page by page; what became of it, in numbers.

    Interrupted anywhere, what was saved stays, and the same call goes on from there: the same file twice changes
    nothing. Raises Trouble where the file turns out too large, and ArchiveError.
    """
    source = archived_campaigns.add_source(
        conn,
        platform=file.platform,
        kind="file",
        locator=file.name,
        title=f"{file.title}: {file.name}",
        query_hash="",
        now=clock(),
    )
    round_id = journal.begin_round(conn, "import", clock(), __version__)
    journal.begin_source(conn, round_id, source, clock())
    total: Counter[str] = Counter()
    outcome, reason = "ok", ""
    try:
        for page in file.pages():
            saved = save_page(
                conn,
                round_id=round_id,
                source_id=source,
                query_hash="",
                page=page,
                matches=[match(post, campaigns) for post in page.posts],
                now=clock(),
            )
            total.update({name: getattr(saved, name) for name in Saved.__struct_fields__})
            reason = reason or page.note
            on_page(len(page.posts))
    except Trouble as trouble:
        outcome, reason = "partial" if total else "failed", trouble.message
        raise
    finally:
        if outcome == "ok" and not (total["new"] or total["changed"] or total["not_understood"]):
            outcome = "unchanged"
        journal.finish_source(
            conn, round_id, source, outcome=outcome, reason=reason, failures=0, due_at=None, now=clock()
        )
        journal.finish_round(conn, round_id, clock())
    return Saved(**total)


def in_words(preview: Preview) -> str:
    """The preview for a terminal, several lines; what the file says is made safe to show."""
    file = preview.file
    lines = [
        f"{plain(file.name)}: taken for {plain(file.title)}"
        + (f", times as in {file.time_zone}" if file.time_zone else "")
    ]
    if preview.earliest and preview.latest:
        lines.append(
            f"  {preview.posts} posts from {preview.earliest[:10]} to {preview.latest[:10]}; "
            f"{preview.matched} of them are of a campaign, the others are not kept."
        )
    else:
        lines.append("  No posts in it.")
    lines.extend(f"  {plain(edition)}: {count}" for edition, count in preview.by_edition.items())
    if preview.with_views:
        lines.append(f"  {preview.with_views} posts say how often they were seen.")
    if not file.has_account:
        lines.append("  It does not say whose posts they are; name the account with --account.")
    if file.unused:
        lines.append(f"  Columns that are not used: {plain(', '.join(file.unused))}")
    for example in preview.first:
        when = example.post.published_at[:16].replace("T", " ")
        words = plain(example.post.title or example.post.text or example.post.uri, width=70)
        lines.append(f"  {when} UTC  {words}  [{plain(example.why or 'no match')}]")
    if preview.not_understood:
        lines.append(f"  {preview.not_understood} could not be understood; they are kept for inspection:")
        lines.extend(f"    {plain(reason)}" for reason in preview.reasons)
    lines.extend(f"  Note: {plain(note)}" for note in preview.notes)
    return "\n".join(lines)
