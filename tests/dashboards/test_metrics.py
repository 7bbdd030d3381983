"""Each metric against figures worked out by hand from the archive that `conftest.py` describes."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards import charts, figures
from dashboards.computing import compute, compute_all, context
from dashboards.metrics import MetricError, document, load_all, parse
from dashboards.metrics.finish import FUNCTIONS
from dashboards.small_counts import is_small, outwards, split
from dashboards.wording import CHARTS, is_empty

NOW = "2026-07-20T12:00:00Z"
METRICS = sorted(load_all())


def rows(archive: sqlite3.Connection, name: str, platform: str = "", now: str = NOW) -> list[tuple[Any, ...]]:
    return list(figures.live(archive, name, "uk-2026", platform, now).rows)


# What the numbers are ------------------------------------------------------------------------------------------------


def test_items_by_platform(archive: sqlite3.Connection) -> None:
    # Posts 3, 4, 5, 6, 8, 9 on X; 1, 2 on blogs; 7 on Mastodon: nine in the week.
    assert rows(archive, "items_by_platform") == [
        ("x", 6, 9, 6 / 9),
        ("blogs", 2, 9, 2 / 9),
        ("mastodon", 1, 9, 1 / 9),
    ]
    assert rows(archive, "items_by_platform", "blogs") == [("blogs", 2, 9, 2 / 9)]


def test_items_per_day(archive: sqlite3.Connection) -> None:
    found = {row[:3]: row[3:] for row in rows(archive, "items_per_day")}
    # From 8 June to 20 July there are 43 days; three platforms are present.
    assert len(found) == 43 * 3
    # Monday 6 July: 1 on blogs; 3, 4, 5 on X; 7 on Mastodon, which was published a second before midnight.
    # Of two blogs one was watched: half.
    assert found["2026-07-06", "week", "blogs"] == (1, 0.5)
    assert found["2026-07-06", "week", "x"] == (3, 1.0)
    assert found["2026-07-06", "week", "mastodon"] == (1, 1.0)
    # A second before the week, and at the stroke of midnight after it.
    assert found["2026-07-05", "lead-up", "x"] == (1, 1.0)
    assert found["2026-07-11", "after", "blogs"] == (1, 0.5)
    # Watched without an item is 0; watched half the day is 0 too and says so; nobody watching is unknown.
    assert found["2026-06-08", "lead-up", "blogs"] == (0, 0.5)
    assert found["2026-07-07", "week", "mastodon"] == (0, 0.5)
    assert found["2026-07-04", "lead-up", "x"] == (None, 0.0)


def test_contributors(archive: sqlite3.Connection) -> None:
    # Items by author: SCIE's blog 1, council 1, SCIE on X 1, Ada 3, Cyn 1, Ben 1; post 9 has no known author.
    # Sum of squares 1+1+1+9+1+1 = 14, so 8 x 8 / 14 effective voices.
    all_platforms, x, blogs, mastodon = rows(archive, "contributors")
    assert all_platforms == ("all", 6, 8, 1, 8 / 6, pytest.approx(64 / 14), 8, 1.0)
    # On X: 1, 3, 1: 5 x 5 / (1 + 9 + 1).
    assert x == ("x", 3, 5, 1, 5 / 3, pytest.approx(25 / 11), 5, 1.0)
    assert blogs == ("blogs", 2, 2, 0, 1.0, 2.0, 2, 1.0)
    assert mastodon == ("mastodon", 1, 1, 0, 1.0, 1.0, 1, 1.0)


def test_the_ten_busiest_contributors_are_the_ten_with_most_items(archive: sqlite3.Connection) -> None:
    # Twelve more accounts on X with two items each: the ten busiest are Ada (3) and nine of those: 3 + 18 of 5 + 24.
    for number in range(12):
        archive.execute(
            "INSERT INTO authors (id, platform, native_id, first_seen_at) VALUES (?, 'x', ?, 't')",
            (100 + number, f"n{number}"),
        )
        for item in range(2):
            add_item(archive, 200 + 2 * number + item, author=100 + number)
    x = next(row for row in rows(archive, "contributors") if row[0] == "x")
    assert x[6:] == (21, 21 / 29)


def test_organiser_share(archive: sqlite3.Connection) -> None:
    # SCIE wrote post 1 (blogs) and post 3 (X). On Mastodon it has no account: nothing is known of it there.
    assert rows(archive, "organiser_share") == [
        ("all", 2, 8, 2 / 8),
        ("x", 1, 6, 1 / 6),
        ("blogs", 1, 2, 1 / 2),
        ("mastodon", None, 1, None),
    ]
    figure = figures.live(archive, "organiser_share", "uk-2026", "", NOW)
    assert figure.headline == "The organiser published 25% of the week's items, Mastodon left out"
    # With an account there, the hashtag's timeline would have shown its posts: it published none.
    archive.execute("INSERT INTO organisation_accounts VALUES ('mastodon', 'scie@social.example', 'scie')")
    assert rows(archive, "organiser_share", "mastodon") == [("mastodon", 0, 1, 0.0)]
    assert rows(archive, "organiser_share")[0] == ("all", 2, 9, 2 / 9)


def test_the_organisers_share_is_unknown_where_nothing_of_it_was_read(archive: sqlite3.Connection) -> None:
    # Its blog's post is gone, and its blog was read until a second before the week only.
    archive.execute("DELETE FROM edition_posts WHERE post_id IN (1, 3)")
    archive.execute("DELETE FROM coverage WHERE from_utc = '2026-07-06T10:00:00Z'")
    archive.execute("UPDATE coverage SET to_utc = '2026-07-05T23:00:00Z' WHERE source_id = 1")
    assert rows(archive, "organiser_share", "blogs") == [("blogs", None, 1, None)]
    # A feed that was read is another's, and shows nothing of the organiser.
    archive.execute(
        "INSERT INTO coverage (source_id, query_hash, round_id, from_utc, to_utc, state)"
        " VALUES (3, 'q3', 1, '2026-07-05T23:00:00Z', '2026-07-20T12:00:00Z', 'complete')"
    )
    assert rows(archive, "organiser_share", "blogs") == [("blogs", None, 1, None)]
    # On X it has an account and the search was read: it published none of 5.
    assert rows(archive, "organiser_share", "x") == [("x", 0, 5, 0.0)]
    archive.execute("DELETE FROM coverage WHERE source_id = 4")
    figure = figures.live(archive, "organiser_share", "uk-2026", "", NOW)
    assert figure.rows[0] == ("all", None, 7, None)
    assert figure.headline == "The organiser's share: the number is not available"


def test_the_organisers_share_is_unknown_where_there_is_no_organiser(archive: sqlite3.Connection) -> None:
    archive.execute("UPDATE campaigns SET organiser = NULL")
    figure = figures.live(archive, "organiser_share", "uk-2026", "", NOW)
    assert figure.rows[0] == ("all", None, 9, None)
    assert "not available" in figure.headline and "not available" in figure.summary


def test_organisations(archive: sqlite3.Connection) -> None:
    assert rows(archive, "organisations") == [
        ("Social Care Institute for Excellence", 1, 2, 9, 2 / 9),
        ("Anyshire Council", 0, 1, 9, 1 / 9),
    ]


def test_hashtags(archive: sqlite3.Connection) -> None:
    # coproweek: in every item but 9; CoProWeek in 1, 3, 6, 8 (3 has it twice), coproweek in 2, 4, 5, CoproWeek in 7.
    # sharingpower: as SharingPower in 3, in lower case in 5; of two equally frequent ones capitals come first.
    # mypetproject has one contributor, and ada_example is an account that took part.
    assert rows(archive, "hashtags") == [
        ("CoProWeek", "CoProWeek", 8, 9, 8 / 9, 3, 3 / 8, 2),
        ("SharingPower", "SharingPower", 2, 9, 2 / 9, 1, 1 / 2, 2),
    ]


def test_hashtags_that_are_not_listed_are_counted(archive: sqlite3.Connection) -> None:
    # On Mastodon one person used three hashtags: none is listed, and that is not "nothing was found".
    figure = figures.live(archive, "hashtags", "uk-2026", "mastodon", NOW)
    assert figure.rows == ((None, None, None, 1, None, None, None, 3),)
    assert figure.headline == "No hashtag is listed: 3 could lead to one person"
    assert "Not listed: 3 hashtags that one person alone used" in figure.summary
    assert "nothing" not in figure.summary and "None" not in figure.summary
    assert "3 hashtags" in charts.svg(figure)
    # The campaign's own hashtag leads to nobody, whoever used it.
    archive.execute("INSERT INTO campaign_terms VALUES ('uk', 'hashtag', 'CoProWeek', 'coproweek')")
    figure = figures.live(archive, "hashtags", "uk-2026", "mastodon", NOW)
    assert figure.rows == (("CoproWeek", "CoproWeek", 1, 1, 1.0, 0, 0.0, 2),)
    assert figure.headline == "#CoproWeek stood in the week's only item on Mastodon"
    assert "Not listed: 2 hashtags" in figure.summary
    # Where there is none, nothing was found.
    archive.execute("DELETE FROM post_hashtags")
    assert figures.live(archive, "hashtags", "uk-2026", "", NOW).headline == "Hashtags: nothing was found"


def test_a_hashtag_is_shown_as_it_is_written_most_often(archive: sqlite3.Connection) -> None:
    for number in range(3):
        add_item(archive, 300 + number, author=3, hashtag=(1, "COPROWEEK"))
    for number in range(5):
        add_item(archive, 310 + number, author=6, hashtag=(1, "coproweek"))
    # CoProWeek 4, coproweek 3 + 5, COPROWEEK 3, CoproWeek 1. All capitals are no capitals inside.
    assert rows(archive, "hashtags")[0] == ("coproweek", "CoProWeek", 16, 17, 16 / 17, 8, 8 / 16, 2)


def test_an_account_name_that_is_the_campaigns_hashtag_is_listed(archive: sqlite3.Connection) -> None:
    archive.execute("UPDATE authors SET handle = 'CoProWeek' WHERE id = 6")
    assert [row[0] for row in rows(archive, "hashtags")] == ["SharingPower"]
    archive.execute("INSERT INTO campaign_terms VALUES ('uk', 'hashtag', 'CoProWeek', 'coproweek')")
    assert [row[0] for row in rows(archive, "hashtags")] == ["CoProWeek", "SharingPower"]


def test_camel_case(archive: sqlite3.Connection) -> None:
    # coproweek (8 uses, 5 with capitals inside), sharingpower (2, 1), mypetproject (1, 1); ada_example never has any.
    # On X: 3 twice, 6 and 8 of 3, 3, 4, 5, 5, 6, 8.
    assert rows(archive, "camel_case") == [
        ("all", 7, 11, 7 / 11),
        ("x", 4, 7, 4 / 7),
        ("blogs", 1, 2, 1 / 2),
        ("mastodon", 2, 2, 1.0),
    ]


def test_comments_per_item(archive: sqlite3.Connection) -> None:
    # Known: 0 1 2 3 4 10. A quarter of the way from the first to the last is place 1.25: 1 + 0.25 x (2 - 1), and so on.
    # On X 1 2 3 10 at places 0.75, 1.5 and 2.25; on blogs 0 4 at 0.25, 0.5 and 0.75.
    assert rows(archive, "comments_per_item") == [
        ("all", 1.25, 2.5, 3.75, 6, 3, 9, 6 / 9),
        ("x", 1.75, 2.5, 4.75, 4, 2, 6, 4 / 6),
        ("blogs", 1.0, 2.0, 3.0, 2, 0, 2, 1.0),
        ("mastodon", None, None, None, 0, 1, 1, 0.0),
    ]


def test_replies_that_one_server_saw_are_not_all_replies(archive: sqlite3.Connection) -> None:
    archive.execute("UPDATE posts SET replies = 7, engagement_scope = 'instance_partial' WHERE id = 7")
    assert rows(archive, "comments_per_item", "mastodon") == [("mastodon", None, None, None, 0, 1, 1, 0.0)]
    archive.execute("UPDATE posts SET engagement_scope = 'global' WHERE id = 7")
    assert rows(archive, "comments_per_item", "mastodon") == [("mastodon", 7.0, 7.0, 7.0, 1, 0, 1, 1.0)]


def test_coverage(archive: sqlite3.Connection) -> None:
    found = {(row[1], row[2]): row[3:] for row in rows(archive, "coverage")}
    assert len(found) == 43 * 4
    # The overlap of two stretches counts once.
    assert found["SCIE blog", "2026-07-06"] == ("week", 24.0, 24.0, 1.0)
    # Mastodon was seen until 12:00 on 7 July; what was cut short, and another question's coverage, do not count.
    assert found["Mastodon #CoProWeek", "2026-07-07"] == ("week", 12.0, 24.0, 0.5)
    # Today is thirteen hours old.
    assert found["X #CoProWeek", "2026-07-20"] == ("after", 13.0, 13.0, 1.0)
    # A blog that belongs to no organisation may be a person's: it has a number.
    assert found["Blog no. 3", "2026-07-06"] == ("week", 0.0, 24.0, 0.0)


def test_sources_of_one_name_are_told_apart(archive: sqlite3.Connection) -> None:
    archive.execute("UPDATE sources SET title = 'SCIE blog', organisation_id = 'scie' WHERE id = 3")
    assert {row[1] for row in rows(archive, "coverage", "blogs")} == {"SCIE blog (no. 1)", "SCIE blog (no. 3)"}


def test_new_voices(archive: sqlite3.Connection) -> None:
    # SCIE was there in 2025 on X and on its blog; Ada's post of then is hidden, so she is new, as are council and Cyn.
    # Nobody has posts from Mastodon of an earlier year: it is not compared.
    assert rows(archive, "new_voices") == [
        ("all", "fewer than 10", 5, "withheld", 6),  # 3, which is 60%
        ("x", "withheld", 3, "withheld", 3),
        ("blogs", "withheld", 2, "withheld", 2),
        ("mastodon", None, 0, None, 1),
    ]
    figure = figures.live(archive, "new_voices", "uk-2026", "", NOW)
    assert figure.headline == "New voices: too few people to print a number"
    assert figure.summary.startswith(
        f"Bar chart of shares. {figure.headline}. All platforms: fewer than 10 of 5; X: withheld; Blogs: withheld; "
        "Mastodon: not available."
    )
    assert "fewer than 10 of 5" in charts.svg(figure)
    assert charts.png(figure)


@pytest.mark.parametrize(("new", "known"), [(0, 0), (3, 0), (0, 12), (3, 12), (9, 30), (12, 9), (12, 12), (30, 1)])
def test_new_voices_obey_the_rule_for_small_counts(only_x: Path, new: int, known: int) -> None:
    """So many new accounts and so many that were there in 2025, all on X; on blogs 12 and 12."""
    people = {"x": (new, known), "blogs": (12, 12)}
    with sqlite3.connect(only_x, isolation_level=None) as archive:
        archive.execute("BEGIN")
        number = 1000
        for platform, (fresh, returned) in people.items():
            for place in range(fresh + returned):
                number += 1
                archive.execute(
                    "INSERT INTO authors (id, platform, native_id, first_seen_at) VALUES (?, ?, ?, 't')",
                    (number, platform, str(number)),
                )
                add_item(archive, number, author=number, platform=platform)
                if place >= fresh:
                    add_item(archive, 1000 + number, author=number, platform=platform, edition="uk-2025")
        found = {row[0]: row[1:] for row in rows(archive, "new_voices")}
        alone = {platform: rows(archive, "new_voices", platform) for platform in people}
        archive.execute("ROLLBACK")
    x, blogs = found.pop("x", None), found["blogs"]
    new_all, known_all = (new if known else 0) + 12, known + 12
    small = known and any(is_small(part) for part in (new, known))
    assert blogs == (("withheld", 24, "withheld", 24) if small else (12, 24, 0.5, 24))
    assert alone["blogs"] == [("blogs", *blogs)]
    if new or known:
        assert x is not None and alone["x"] == [("x", *x)]
        if small:
            assert x == ("withheld", new + known, "withheld", new + known)
        elif known:
            assert x == (new, new + known, new / (new + known), new + known)
        else:
            assert x == (None, 0, None, new)  # X has nothing of 2025
    # The total is of 12 and more on both sides: nothing of it is small.
    expected = (new_all, new_all + known_all, new_all / (new_all + known_all), new + known + 24)
    assert found["all"] == expected
    assert split([new_all, known_all]) == (new_all, known_all)


def test_new_voices_are_unknown_in_a_first_edition(archive: sqlite3.Connection) -> None:
    figure = figures.live(archive, "new_voices", "uk-2025", "", NOW)
    # SCIE on X and SCIE's blog.
    assert figure.rows == (("all", None, 0, None, 2), ("blogs", None, 0, None, 1), ("x", None, 0, None, 1))


def test_a_week_that_nobody_watched_on_a_platform_is_unknown_there(archive: sqlite3.Connection) -> None:
    archive.execute("DELETE FROM coverage WHERE source_id = 2")
    archive.execute("DELETE FROM edition_posts WHERE post_id = 7")
    assert [row[3] for row in rows(archive, "phases", "mastodon")] == [None, None, None, None]
    assert {row[1] for row in rows(archive, "items_per_hour", "mastodon")} == {None}


def test_phases(archive: sqlite3.Connection) -> None:
    assert rows(archive, "phases") == [
        ("early", "2025-08-02", "2026-06-07", 1),
        ("lead-up", "2026-06-08", "2026-07-05", 1),
        ("week", "2026-07-06", "2026-07-10", 9),
        ("after", "2026-07-11", "2026-08-07", 1),
    ]
    # The day before the week: what has not begun is unknown, what is there is not left out.
    archive.execute("DELETE FROM edition_posts WHERE phase = 'after'")
    assert [row[3] for row in rows(archive, "phases", now="2026-07-05T12:00:00Z")] == [1, 1, 9, None]
    # The campaign's first edition has an early phase without a beginning, and nobody watched it.
    assert figures.live(archive, "phases", "uk-2025", "", NOW).rows[0] == ("early", None, "2025-06-01", None)


def test_items_per_hour(archive: sqlite3.Connection) -> None:
    # 9: posts 1 and 3; 10: 2; 12: 4, 5, 6; 13: 8; 23: 7; 0: 9.
    expected = {0: 1, 9: 2, 10: 1, 12: 3, 13: 1, 23: 1}
    assert rows(archive, "items_per_hour") == [(hour, expected.get(hour, 0)) for hour in range(24)]


def test_hours_that_the_week_has_not_reached_are_unknown(archive: sqlite3.Connection) -> None:
    archive.execute("DELETE FROM edition_posts WHERE local_day > '2026-07-06' OR local_hour > 9")
    # On the first day at 11:30 local time.
    found = rows(archive, "items_per_hour", now="2026-07-06T10:30:00Z")
    assert found == [(hour, {9: 2}.get(hour, 0 if hour <= 11 else None)) for hour in range(24)]


def test_alt_text(archive: sqlite3.Connection) -> None:
    # Blogs: 1 of 2 and 1 of 1; Mastodon 3 of 3; of the image on X it is not known.
    assert rows(archive, "alt_text") == [
        ("all", 5, 6, 5 / 6, 1),
        ("blogs", 2, 3, 2 / 3, 0),
        ("mastodon", 3, 3, 1.0, 0),
        ("x", None, 0, None, 1),
    ]


def test_known_views(archive: sqlite3.Connection) -> None:
    assert rows(archive, "known_views") == [
        ("all", 2, 9, 2 / 9, None),
        ("x", 1, 6, 1 / 6, 50),
        ("blogs", 1, 2, 1 / 2, 100),
        ("mastodon", 0, 1, 0.0, None),
    ]


def test_potential_audience(archive: sqlite3.Connection) -> None:
    # Followers of two of six contributors: 1,000 and 200. So few are withheld.
    assert rows(archive, "potential_audience") == [
        ("all", 2, 6, 2 / 6, None, None),
        ("x", 2, 3, 2 / 3, "withheld", "withheld"),
        ("blogs", 0, 2, 0.0, None, None),
        ("mastodon", 0, 1, 0.0, None, None),
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3_000_000), min_size=8, max_size=14))
def test_follower_bounds_are_withheld_or_rounded_outwards(only_x: Path, followers: list[int]) -> None:
    with sqlite3.connect(only_x, isolation_level=None) as archive:
        archive.execute("BEGIN")
        for author, count in enumerate(followers):
            archive.execute("UPDATE authors SET followers = ? WHERE id = ?", (count, author))
            add_item(archive, author, author=author)
        [found] = rows(archive, "potential_audience", "x")
        archive.execute("ROLLBACK")
    few = is_small(len(followers))
    bounds = ("withheld", "withheld") if few else outwards(max(followers), sum(followers))
    assert found == ("x", len(followers), len(followers), 1.0, *bounds)


def test_follower_bounds_worked_out_by_hand(only_x: Path) -> None:
    # Ten accounts with 303, 306, … 330 followers: the largest is 330, their sum 3,165.
    with sqlite3.connect(only_x, isolation_level=None) as archive:
        archive.execute("BEGIN")
        for author in range(10):
            archive.execute("UPDATE authors SET followers = ? WHERE id = ?", (303 + 3 * author, author))
            add_item(archive, author, author=author)
        [found] = rows(archive, "potential_audience", "x")
        archive.execute("ROLLBACK")
    assert found == ("x", 10, 10, 1.0, 330, 3200)


def add_item(
    archive: sqlite3.Connection,
    number: int,
    *,
    author: int | None,
    comments: int | None = None,
    hashtag: tuple[int, str] | None = None,
    platform: str = "x",
    edition: str = "uk-2026",
) -> None:
    """One more item of the week, on X where nothing else is said."""
    archive.execute(
        """
        INSERT INTO posts (id, platform, uri, kind, author_id, published_at, published_from, first_seen_at,
            last_seen_at, content_hash, content_at, details_hash, replies)
        VALUES (?, ?, ?, 'post', ?, '2026-07-08T10:00:00Z', 'stated', 't', 't', x'00', 't', x'00', ?)
        """,
        (number, platform, f"more {number}", author, comments),
    )
    archive.execute(
        """
        INSERT INTO edition_posts (edition_id, post_id, phase, role, why, local_day, local_hour)
        VALUES (?, ?, 'week', 'tagged', 'because', '2026-07-08', 11)
        """,
        (edition, number),
    )
    if hashtag is not None:
        archive.execute(
            "INSERT INTO post_hashtags (post_id, hashtag_id, as_written, origin) VALUES (?, ?, ?, 'entity')",
            (number, *hashtag),
        )


# What holds whatever the numbers are ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def only_x(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive without posts, to fill again and again."""
    from .conftest import EDITIONS, make

    path = tmp_path_factory.mktemp("archive") / "x.db"
    conn = make(path, EDITIONS)
    for author in range(30):
        conn.execute(
            "INSERT INTO authors (id, platform, native_id, first_seen_at) VALUES (?, 'x', ?, 't')",
            (author, str(author)),
        )
    conn.close()
    return path


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=1, max_size=30))
def test_quartiles_are_those_of_a_sorted_list(only_x: Path, comments: list[int | None]) -> None:
    with sqlite3.connect(only_x, isolation_level=None) as archive:
        archive.execute("BEGIN")
        for number, count in enumerate(comments):
            add_item(archive, number, author=number % 30, comments=count)
        [found] = rows(archive, "comments_per_item", "x")
        archive.execute("ROLLBACK")
    known = sorted(count for count in comments if count is not None)

    def quantile(quarter: int) -> float | None:
        if not known:
            return None
        place = (len(known) - 1) * quarter / 4
        low, high = known[int(place)], known[min(int(place) + 1, len(known) - 1)]
        return low + (place - int(place)) * (high - low)

    assert found[1:4] == tuple(pytest.approx(quantile(quarter)) for quarter in (1, 2, 3))
    assert found[4:7] == (len(known), len(comments) - len(known), len(comments))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=30))
def test_effective_voices_lie_between_one_and_the_contributors(only_x: Path, items: list[int]) -> None:
    with sqlite3.connect(only_x, isolation_level=None) as archive:
        archive.execute("BEGIN")
        number = 0
        for author, count in enumerate(items):
            for _item in range(count):
                add_item(archive, number, author=author)
                number += 1
        [found] = rows(archive, "contributors", "x")
        archive.execute("ROLLBACK")
    total = sum(items)
    assert found[1:3] == (len(items), total)
    assert found[5] == pytest.approx(1 / sum((count / total) ** 2 for count in items))
    assert found[5] + 1e-9 >= 1 and found[5] <= len(items) + 1e-9
    assert found[6] == sum(sorted(items)[-10:])


@pytest.mark.parametrize("name", METRICS)
def test_a_platforms_figure_is_the_same_from_the_whole_and_asked_alone(archive: sqlite3.Connection, name: str) -> None:
    metric = load_all()[name]
    found = context(archive, known(archive), NOW)
    for figure in compute_all(archive, metric, found):
        assert figure == compute(archive, metric, found, figure.platform)


@pytest.mark.parametrize("name", METRICS)
def test_rows_have_the_columns_that_the_file_describes(archive: sqlite3.Connection, name: str) -> None:
    metric = load_all()[name]
    if metric.finish is None:
        cursor = archive.execute(metric.sql, {"edition": "uk-2026", "platform": ""})
        assert [column[0] for column in cursor.description] == [column.name for column in metric.columns]
    else:
        assert metric.finish in FUNCTIONS
        found = rows(archive, name)
        assert found and all(len(row) == len(metric.columns) for row in found)


@pytest.mark.parametrize("name", METRICS)
def test_an_archive_without_posts_has_figures_that_say_so(empty_archive: sqlite3.Connection, name: str) -> None:
    for edition in ("uk-2026", "uk-2027"):
        figure = figures.live(empty_archive, name, edition, "", NOW)
        assert figure.headline and figure.summary
        assert is_empty(figure)
        # Nobody watched: nothing is known, not even that it was nothing.
        assert all(row[-1] is None for row in figure.rows)


def test_every_share_stands_beside_its_numerator_and_denominator() -> None:
    for metric in load_all().values():
        names = [column.name for column in metric.columns]
        shares = [name for name in names if name == "share" or name.endswith("_share")]
        numbers = [name for name in names if re.search(r"items|uses|images|voices|compared|contributors|hours", name)]
        for share in shares:
            if metric.name == "items_per_day":  # a share of the day, whose length everybody knows
                continue
            assert len(numbers) >= 2, f"{metric.name}: {share}"


@pytest.mark.parametrize("name", METRICS)
def test_a_formula_has_no_long_sentence(name: str) -> None:
    for sentence in re.split(r"(?<=\.)\s+", load_all()[name].formula):
        assert len(sentence.split()) <= 25, sentence


def test_every_metric_names_a_chart_and_a_keep_that_exist() -> None:
    for metric in load_all().values():
        assert metric.chart in CHARTS
        assert metric.keep in ("all", "latest")
        assert (metric.headline == "") == (metric.chart in ("days", "hours", "phases", "coverage"))


def test_the_documentation_describes_every_metric() -> None:
    page = Path(__file__).parents[2] / "docs" / "metrics.md"
    assert page.read_text(encoding="utf-8") == document(), "python -m dashboards.metrics > docs/metrics.md"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELECT 1", "does not begin with a comment"),
        ("/*\ntitle: T\n*/ SELECT 1", "does not say: question"),
        ("/*\ntitle: T\ntitle: U\n*/ SELECT 1", "says title twice"),
        ("/*\nsurprise: T\n*/ SELECT 1", "is not a line of a head comment"),
        ("/*\n    more\n*/ SELECT 1", "continues nothing"),
    ],
)
def test_a_file_that_does_not_describe_itself_is_refused(text: str, problem: str) -> None:
    with pytest.raises(MetricError, match=problem):
        parse("example", text)


# The same text elsewhere ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("platform", ["", "x"])
def test_the_same_sql_gives_the_same_rows_on_duckdb(archive: sqlite3.Connection, name: str, platform: str) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed (pip install duckdb)")
    sql = load_all()[name].sql
    values = {"edition": "uk-2026", "platform": platform}
    here = archive.execute(sql, values).fetchall()
    there = duckdb.connect(":memory:")
    tables = archive.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        if table.startswith(("sqlite_", "post_search")):
            continue
        columns = archive.execute(f"PRAGMA table_info({table})").fetchall()
        types = ", ".join(f'"{column[1]}" {DUCKDB_TYPES[column[2]]}' for column in columns)
        there.execute(f"CREATE TABLE {table} ({types})")
        content = archive.execute(f"SELECT * FROM {table}").fetchall()
        if content:
            there.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", content)
    used = {key: value for key, value in values.items() if f":{key}" in sql}
    elsewhere = there.execute(re.sub(r":(edition|platform)\b", r"$\1", sql), used).fetchall()
    assert len(here) == len(elsewhere)
    for ours, theirs in zip(here, elsewhere, strict=True):
        assert tuple(theirs) == tuple(pytest.approx(value) if isinstance(value, float) else value for value in ours)


DUCKDB_TYPES = {"TEXT": "VARCHAR", "INTEGER": "BIGINT", "REAL": "DOUBLE", "BLOB": "BLOB"}


def known(archive: sqlite3.Connection) -> figures.EditionInfo:
    info = figures.edition(archive, "uk-2026")
    assert info is not None
    return info
