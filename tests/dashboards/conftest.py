"""A small archive made by hand, so that every figure can be worked out on paper.

Two editions of one campaign. The open one's week is Monday 6 to Friday 10 July 2026, in British Summer Time, so local
midnight is 23:00 UTC. Its items of the week:

====  ========  =========  ===================  ========  ======  ====================================
post  platform  author     local time           comments  images  hashtags
====  ========  =========  ===================  ========  ======  ====================================
1     blogs     1 SCIE     Mon 6 July 09:30     4         2 (1)   CoProWeek
2     blogs     5 council  Tue 7 July 10:00     0         1 (1)   coproweek
3     x         2 SCIE     Mon 6 July 09:00     3         1 (?)   CoProWeek (twice), SharingPower
4     x         3 Ada      Mon 6 July 12:15     1         0       coproweek
5     x         3 Ada      Mon 6 July 12:40     unknown   –       coproweek, sharingpower
6     x         3 Ada      Wed 8 July 12:00     10        –       CoProWeek
7     mastodon  4 Ben      Mon 6 July 23:59:59  unknown   3 (3)   CoproWeek, MyPetProject, ada_example
8     x         6 Cyn      Wed 8 July 13:30     2         –       CoProWeek, ada_example
9     x         unknown    Fri 10 July 00:30    unknown   –       –
====  ========  =========  ===================  ========  ======  ====================================

Beside them: 10 in the lead-up (x, Ada, a second before the week), 11 early (blogs, SCIE), 12 after (blogs, council, at
the stroke of midnight), 13 hidden (x, Ada), 14 a comment, which is context. Of 2025: 15 (x, SCIE), 16 (blogs, SCIE) and
17 (x, Ada), which is hidden. Blogs were watched all the time, Mastodon but for 12 hours, X only since 5 July.
Views are known of 1 (100) and 3 (50), followers of SCIE's X account (1,000) and Ada's (200).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

SCHEMA = Path(__file__).parents[2] / "collector" / "archive" / "schema_1.sql"
NOW = "2026-07-20T12:00:00Z"

INDIVIDUALS = ("Ada Example", "ada_example", "Ben Example", "ben@social.example", "Cyn Example", "cyn_example", "Dora")
"""Names and handles that no figure may show."""

EDITIONS = """
INSERT INTO campaigns (id, title, organiser, time_zone, hashtag, lead_up_days, after_days, position)
    VALUES ('uk', 'Co-production Week', 'scie', 'Europe/London', 'CoProWeek', 28, 28, 0);
INSERT INTO editions
    (id, campaign_id, year, title, theme, starts_on, ends_on, dates_from, early_from_utc, lead_up_from_utc,
     week_from_utc, week_to_utc, after_to_utc, frozen_at_utc)
VALUES
    ('uk-2026', 'uk', 2026, 'Co-production Week 2026', 'Made-up theme', '2026-07-06', '2026-07-10', NULL,
     '2025-08-01T23:00:00Z', '2026-06-07T23:00:00Z', '2026-07-05T23:00:00Z', '2026-07-10T23:00:00Z',
     '2026-08-07T23:00:00Z', '2026-09-04T23:00:00Z'),
    ('uk-2025', 'uk', 2025, 'Co-production Week 2025', NULL, '2025-06-30', '2025-07-04', NULL,
     '1970-01-01T00:00:00Z', '2025-06-01T23:00:00Z', '2025-06-29T23:00:00Z', '2025-07-04T23:00:00Z',
     '2025-08-01T23:00:00Z', '2025-08-29T23:00:00Z'),
    ('uk-2027', 'uk', 2027, 'Co-production Week 2027', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO organisations (id, name, url, kind, position) VALUES
    ('scie', 'Social Care Institute for Excellence', 'https://scie.example', 'charity', 0),
    ('council', 'Anyshire Council', 'https://anyshire.example', 'council', 1);
"""

POSTS = """
INSERT INTO authors (id, platform, native_id, handle, name, organisation_id, first_seen_at) VALUES
    (1, 'blogs', 'scie.example', 'scie.example', 'SCIE', 'scie', '2025-06-01T00:00:00Z'),
    (2, 'x', '2', 'SCIE_example', 'SCIE', 'scie', '2025-06-01T00:00:00Z'),
    (3, 'x', '3', 'Ada_Example', 'Ada Example', NULL, '2025-06-01T00:00:00Z'),
    (4, 'mastodon', '4', 'ben@social.example', 'Ben Example', NULL, '2026-06-01T00:00:00Z'),
    (5, 'blogs', 'anyshire.example', 'anyshire.example', 'Anyshire', 'council', '2026-06-01T00:00:00Z'),
    (6, 'x', '6', 'cyn_example', 'Cyn Example', NULL, '2026-06-01T00:00:00Z');
INSERT INTO posts
    (id, platform, uri, kind, author_id, published_at, hidden_reason, comments, replies, images, images_with_alt,
     published_from, first_seen_at, last_seen_at, content_hash, content_at, details_hash)
SELECT *, 'stated', 't', 't', x'00', 't', x'00' FROM (VALUES
    (1, 'blogs', 'p1', 'article', 1, '2026-07-06T08:30:00Z', NULL, 4, NULL, 2, 1),
    (2, 'blogs', 'p2', 'article', 5, '2026-07-07T09:00:00Z', NULL, 0, NULL, 1, 1),
    (3, 'x', 'p3', 'post', 2, '2026-07-06T08:00:00Z', NULL, NULL, 3, 1, NULL),
    (4, 'x', 'p4', 'post', 3, '2026-07-06T11:15:00Z', NULL, NULL, 1, 0, 0),
    (5, 'x', 'p5', 'post', 3, '2026-07-06T11:40:00Z', NULL, NULL, NULL, NULL, NULL),
    (6, 'x', 'p6', 'post', 3, '2026-07-08T11:00:00Z', NULL, NULL, 10, NULL, NULL),
    (7, 'mastodon', 'p7', 'post', 4, '2026-07-06T22:59:59Z', NULL, NULL, NULL, 3, 3),
    (8, 'x', 'p8', 'post', 6, '2026-07-08T12:30:00Z', NULL, NULL, 2, NULL, NULL),
    (9, 'x', 'p9', 'post', NULL, '2026-07-09T23:30:00Z', NULL, NULL, NULL, NULL, NULL),
    (10, 'x', 'p10', 'post', 3, '2026-07-05T22:59:59Z', NULL, NULL, 99, NULL, NULL),
    (11, 'blogs', 'p11', 'article', 1, '2026-02-27T10:00:00Z', NULL, 99, NULL, 9, 0),
    (12, 'blogs', 'p12', 'article', 5, '2026-07-10T23:00:00Z', NULL, 99, NULL, 9, 0),
    (13, 'x', 'p13', 'post', 3, '2026-07-07T10:00:00Z', 'missing', NULL, 99, 9, 0),
    (14, 'blogs', 'p14', 'comment', 3, '2026-07-06T09:00:00Z', NULL, 99, NULL, 9, 0),
    (15, 'x', 'p15', 'post', 2, '2025-07-01T10:00:00Z', NULL, NULL, 1, NULL, NULL),
    (16, 'blogs', 'p16', 'article', 1, '2025-07-02T10:00:00Z', NULL, 1, NULL, NULL, NULL),
    (17, 'x', 'p17', 'post', 3, '2025-07-02T10:00:00Z', 'a flag', NULL, 1, NULL, NULL)
);
UPDATE posts SET views = 100 WHERE id = 1;
UPDATE posts SET views = 50 WHERE id = 3;
UPDATE authors SET followers = 1000 WHERE id = 2;
UPDATE authors SET followers = 200 WHERE id = 3;
INSERT INTO post_texts (post_id, text) SELECT id, 'Ada Example said something about ' || uri FROM posts;
INSERT INTO edition_posts (edition_id, post_id, phase, role, why, local_day, local_hour) VALUES
    ('uk-2026', 1, 'week', 'tagged', 'because', '2026-07-06', 9),
    ('uk-2026', 2, 'week', 'tagged', 'because', '2026-07-07', 10),
    ('uk-2026', 3, 'week', 'tagged', 'because', '2026-07-06', 9),
    ('uk-2026', 4, 'week', 'tagged', 'because', '2026-07-06', 12),
    ('uk-2026', 5, 'week', 'tagged', 'because', '2026-07-06', 12),
    ('uk-2026', 6, 'week', 'tagged', 'because', '2026-07-08', 12),
    ('uk-2026', 7, 'week', 'tagged', 'because', '2026-07-06', 23),
    ('uk-2026', 8, 'week', 'tagged', 'because', '2026-07-08', 13),
    ('uk-2026', 9, 'week', 'tagged', 'because', '2026-07-10', 0),
    ('uk-2026', 10, 'lead-up', 'tagged', 'because', '2026-07-05', 23),
    ('uk-2026', 11, 'early', 'tagged', 'because', '2026-02-27', 10),
    ('uk-2026', 12, 'after', 'tagged', 'because', '2026-07-11', 0),
    ('uk-2026', 13, 'week', 'tagged', 'because', '2026-07-07', 11),
    ('uk-2026', 14, 'week', 'context', 'a comment', '2026-07-06', 10),
    ('uk-2025', 15, 'week', 'tagged', 'because', '2025-07-01', 11),
    ('uk-2025', 16, 'week', 'tagged', 'because', '2025-07-02', 11),
    ('uk-2025', 17, 'week', 'tagged', 'because', '2025-07-02', 11);
INSERT INTO hashtags (id, folded) VALUES (1, 'coproweek'), (2, 'sharingpower'), (3, 'mypetproject'), (4, 'ada_example');
INSERT INTO post_hashtags (post_id, hashtag_id, as_written, origin) VALUES
    (1, 1, 'CoProWeek', 'category'), (2, 1, 'coproweek', 'text'), (3, 1, 'CoProWeek', 'entity'),
    (3, 1, 'CoProWeek', 'text'), (3, 2, 'SharingPower', 'entity'), (4, 1, 'coproweek', 'entity'),
    (5, 1, 'coproweek', 'entity'), (5, 2, 'sharingpower', 'entity'), (6, 1, 'CoProWeek', 'entity'),
    (7, 1, 'CoproWeek', 'entity'), (7, 3, 'MyPetProject', 'entity'), (7, 4, 'ada_example', 'entity'),
    (8, 1, 'CoProWeek', 'entity'), (8, 4, 'ada_example', 'entity'), (10, 1, 'coproweek', 'entity');
"""

COVERAGE = """
INSERT INTO sources (id, platform, kind, locator, title, organisation_id, query_hash, added_at) VALUES
    (1, 'blogs', 'feed', 'https://scie.example/', 'SCIE blog', 'scie', 'q1', 't'),
    (2, 'mastodon', 'tag_timeline', 'coproweek', 'Mastodon #CoProWeek', NULL, 'q2', 't'),
    (3, 'blogs', 'feed', 'https://dora.example/', 'Dora''s diary', NULL, 'q3', 't'),
    (4, 'x', 'search', '#CoProWeek', 'X #CoProWeek', NULL, 'q4', 't');
INSERT INTO rounds (id, kind, started_at, last_active_at, software) VALUES (1, 'collect', 't', 't', 'test');
INSERT INTO coverage (source_id, query_hash, round_id, from_utc, to_utc, state) VALUES
    (1, 'q1', 1, '2026-01-01T00:00:00Z', '2026-07-06T12:00:00Z', 'complete'),
    (1, 'q1', 1, '2026-07-06T10:00:00Z', '2026-07-20T12:00:00Z', 'provisional'),
    (2, 'q2', 1, '2026-06-07T23:00:00Z', '2026-07-07T11:00:00Z', 'complete'),
    (2, 'q2', 1, '2026-07-07T23:00:00Z', '2026-07-20T12:00:00Z', 'complete'),
    (2, 'older question', 1, '2026-06-07T23:00:00Z', '2026-07-20T12:00:00Z', 'complete'),
    (2, 'q2', 1, '2026-07-07T11:00:00Z', '2026-07-07T23:00:00Z', 'truncated'),
    (4, 'q4', 1, '2026-07-04T23:00:00Z', '2026-07-20T12:00:00Z', 'complete');
INSERT INTO edition_changes (edition_id, changed_at) VALUES
    ('uk-2026', '2026-07-20T11:00:00Z'), ('uk-2025', '2026-07-20T11:00:00Z');
"""


def make(path: Path | str, *scripts: str) -> sqlite3.Connection:
    """An archive with the schema as it stands and these statements."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.executescript("PRAGMA foreign_keys = ON;")
    conn.executescript(SCHEMA.read_text(encoding="utf-8"))
    for script in scripts:
        conn.executescript(script)
    return conn


@pytest.fixture
def archive() -> Iterator[sqlite3.Connection]:
    """The archive described above."""
    conn = make(":memory:", EDITIONS, POSTS, COVERAGE)
    yield conn
    conn.close()


@pytest.fixture
def empty_archive() -> Iterator[sqlite3.Connection]:
    """The same campaign before anything was collected."""
    conn = make(":memory:", EDITIONS)
    yield conn
    conn.close()
