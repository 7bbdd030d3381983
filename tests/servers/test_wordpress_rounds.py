"""Rounds against a real WordPress: everything once, conditional requests, versions, comments, a death in mid-round."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from collector.campaign import Edition
from collector.posts import utc
from tests.blogs import UK, watching
from tests.collector.test_rounds import Hands
from tests.servers.wordpress import WordPress

pytestmark = pytest.mark.realserver


def hands_for(wordpress: WordPress, folder: Path) -> Hands:
    """Rounds over this blog, in a campaign whose week is the blog's."""
    first: date = wordpress.week_starts.date()
    edition = Edition(
        id="uk-now",
        campaign_id="uk",
        year=first.year,
        title="The week of this test",
        starts_on=first,
        ends_on=first + timedelta(days=wordpress.days - 1),
    )
    campaign = replace(UK, editions=(edition,))
    # The blog's address and not its feed's: the feed is found from it.
    hands = Hands(watching(folder, [wordpress.url("/")], campaigns=(campaign,)))
    hands.clock = lambda: utc(datetime.now(UTC))
    return hands


def test_a_blog_is_taken_whole_watched_politely_and_followed(wordpress: WordPress, tmp_path: Path) -> None:
    hands = hands_for(wordpress, tmp_path)
    (first,) = hands.round()
    assert first.outcome == "ok"
    seeded = {post.link for post in wordpress.seeded}
    assert len(seeded) == 25
    stored = {url for (url,) in hands.ask("SELECT url FROM posts WHERE kind = 'article'")}
    assert seeded <= stored
    assert hands.ask("SELECT count(*), count(DISTINCT uri) FROM posts WHERE kind = 'article'")[0] == (len(stored),) * 2

    # Its comments are read as context by the next rounds, twenty threads at a time: none is counted as an item.
    for _ in range(3):
        hands.round()
    on_seeded = hands.ask(
        "SELECT count(*) FROM relations JOIN posts ON posts.id = target_post_id WHERE relations.kind = 'comment_on' "
        f"AND url IN ({','.join(repr(link) for link in seeded)})"
    )
    assert on_seeded == [(60,)]
    assert hands.ask(
        "SELECT count(*) FROM edition_posts JOIN posts ON id = post_id WHERE role = 'tagged' AND kind = 'comment'"
    ) == [(0,)]
    assert hands.ask("SELECT sum(comments) >= 60 FROM posts") == [(1,)]

    posts = hands.ask("SELECT * FROM post_texts ORDER BY post_id")
    (again,) = hands.round()
    assert (again.new, again.changed, again.outcome) == (0, 0, "unchanged")
    # One request, answered by 304: nothing was sent but the head.
    last = "SELECT requests, bytes_received FROM round_sources ORDER BY round_id DESC LIMIT 1"
    ((requests, received),) = hands.ask(last)
    assert requests == 1
    assert isinstance(received, int)
    assert received < 1_000
    assert hands.ask("SELECT * FROM post_texts ORDER BY post_id") == posts

    newest = max(wordpress.seeded, key=lambda post: post.published)
    wordpress.edit(newest.id, html="<p>We changed our mind about #CoProWeek, together.</p>")
    wordpress.publish("A late thought", "<p>One more for #CoProWeek.</p>")
    (followed,) = hands.round()
    assert (followed.new, followed.changed) == (1, 1)
    assert hands.ask(f"SELECT count(*) FROM post_versions JOIN posts ON id = post_id WHERE url = '{newest.link}'") == [
        (1,)
    ]


def test_a_server_that_dies_in_mid_round_leaves_a_gap_that_the_next_round_fills(
    wordpress: WordPress, tmp_path: Path
) -> None:
    hands = hands_for(wordpress, tmp_path)
    dead = []

    def clock() -> str:
        """The time; and the server's death, once its first page is saved."""
        if not dead and hands.ask("SELECT count(*) FROM posts") != [(0,)]:
            wordpress.stop()
            dead.append(True)
        return utc(datetime.now(UTC))

    hands.clock = clock
    (broken,) = hands.round()
    assert broken.outcome == "partial"
    (some,) = hands.ask("SELECT count(*) FROM posts")[0]
    assert isinstance(some, int)
    assert 0 < some < 25
    covered_from = hands.ask("SELECT min(from_utc) FROM coverage")[0][0]
    assert hands.ask(f"SELECT count(*) FROM posts WHERE published_at < '{covered_from}'") == [(0,)]

    wordpress.start()
    (mended,) = hands.round()
    assert mended.outcome == "ok", mended.reason
    stored = {url for (url,) in hands.ask("SELECT url FROM posts WHERE kind = 'article'")}
    assert {post.link for post in wordpress.seeded} <= stored
    oldest = utc(min(post.published for post in wordpress.seeded))
    assert hands.ask(f"SELECT min(from_utc) < '{oldest}' FROM coverage") == [(1,)]
