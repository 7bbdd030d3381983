"""The report as its readers get it: the archive's numbers, nobody's name, nothing that only works at home."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from markupsafe import escape

from dashboards import report
from dashboards.charts import STYLESHEET
from dashboards.metrics import load_all
from tests.dashboards import conftest as small
from tests.dashboards.report.conftest import CONTACT, OPT_OUT, Made, Make, make, small_archive
from tests.dashboards.report.html import Page, row, table


@pytest.fixture(scope="module")
def page(made: Made) -> Page:
    return Page(made.html)


# Numbers, worked out by hand from the archive that tests/dashboards/conftest.py describes ----------------------------


def test_five_sentences_say_the_week(page: Page) -> None:
    text = page.text()
    for sentence in (
        "In the week, 9 items were tagged for Co-production Week, on X, blogs and Mastodon.",
        "The busiest day was Monday 6 July 2026, with 5 items.",  # posts 1, 3, 4, 5, 7
        "6 contributors took part: accounts and authors of blogs.",
        "Social Care Institute for Excellence, the organiser, published 2 of 8 items on the platforms where it was "
        "read, or 25%.",
        # 0, 1, 2, 3, 4, 10
        "Half of the items drew at most 2.5 comments; comments are known for 6 of 9 items.",
    ):
        assert sentence in text


def test_five_numbers_have_their_denominators(page: Page) -> None:
    text = page.text()
    for number in (
        "9 items in the week of 12 items in all: before, during and after the week",
        "6 contributors: accounts and blog authors for 8 items whose author is known; not known for 1",
        "25% of the items by the organiser 2 of 8 items; 1 item elsewhere, where nothing of the organiser was read",
        "2.5 comments on the middle item known for 6 of 9 items",
        "83.3% of images have a text alternative 5 of 6 images, videos included; not known for 1",
    ):
        assert number in text


def test_tables_hold_the_figures(made: Made) -> None:
    assert row(table(made.html, "items_by_platform"), "X") == ["X", "6", "9", "66.7%"]
    assert row(table(made.html, "phases"), "Week")[-1] == "9"
    assert row(table(made.html, "organisations"), "Anyshire Council") == ["Anyshire Council", "no", "1", "9", "11.1%"]
    assert row(table(made.html, "comments_per_item"), "Mastodon")[1:4] == ["not available"] * 3


def test_the_methods_table_is_filled_from_the_archive(made: Made, page: Page) -> None:
    text = page.text()
    assert "Hashtags: #CoProWeek." in text
    assert "“co-production week”" in text
    assert "Items by hashtag alone: 1" in text
    assert "Items by phrase alone: 1" in text
    assert "Items by both: 1" in text
    assert "Items that are hidden now and not counted: 1." in text
    assert "Items that say when they were published: 12" in text
    assert "and are not counted as items: 1." in text
    assert "coproweek 9.8.7" in text
    # 12 of the week's 120 hours: Tuesday noon to midnight.
    assert row(made.html, "Mastodon") == ["Mastodon", "Mastodon #CoProWeek", "90%", "12 hours"]
    assert row(made.html, "Bluesky") == ["Bluesky", "None", "not watched", "all of it"]
    assert "What was published on Bluesky, Facebook, Instagram and LinkedIn. They were not watched." in text


def test_what_was_read_and_left_out_is_counted_once(make_of: Make) -> None:
    made = make_of(
        # Two entries with an address and a guid each (the first identity alone has the fingerprint), one from before
        # the lead-up, one that became a post, one that was compared with older words only, one that could not be
        # understood, which is its own identity, and the mark of one that its author asked to be left out.
        "INSERT INTO feed_entries VALUES (1, x'01', x'aa', '2026-07-06', 0), (1, x'02', NULL, '2026-07-06', 0),"
        " (1, x'03', x'bb', '2026-07-07', 0), (1, x'13', NULL, '2026-07-07', 0), (1, x'04', x'cc', '2026-01-01', 0),"
        " (1, x'05', x'dd', '2026-07-07', 1), (1, x'07', NULL, '2026-07-07', 0), (1, x'ee', x'ee', '2026-07-07', 0),"
        " (1, x'06', NULL, '2026-07-07', 0);"
        "INSERT INTO skipped VALUES (1, '2026-07-07', 'opt-out', 1), (1, '2026-05-01', 'opt-out', 7);"
        "INSERT INTO removals VALUES ('2026-07-08', 'x', 'uk-2026', 'request', 2), ('2026-07-09', 'x', 'uk-2026',"
        " 'request', 3), ('2026-07-09', 'x', 'uk-2025', 'request', 9);"
        # A refusal is kept among what was not understood: alone in a round that failed, with two entries in one that
        # broke off.
        "INSERT INTO rounds (id, kind, started_at, last_active_at, software)"
        " VALUES (2, 'collect', '2026-07-07T08:00:00Z', 't', 'coproweek 9.8.7');"
        "INSERT INTO round_sources (round_id, source_id, started_at, outcome, not_understood) VALUES"
        " (1, 1, '2026-07-06T08:00:00Z', 'ok', 2), (1, 2, '2026-07-06T08:00:00Z', 'failed', 1),"
        " (2, 1, '2026-07-07T08:00:00Z', 'partial', 3), (2, 2, '2026-07-07T08:00:00Z', 'partial', 0);"
    )
    text = Page(made.html).text()
    assert "Feed entries of this time that were compared with these words and did not match: 2." in text
    assert "Items not kept at all, since the lead-up began: Opt-out: 1" in text
    assert "Posts removed from the archive for good: Request: 5" in text
    assert "Entries that no round since the lead-up could understand: 4" in text


def test_a_blog_of_nobody_registered_is_counted_and_not_named(made: Made) -> None:
    # The sources are SCIE's blog and Dora's diary.
    assert row(made.html, "Blogs")[1].startswith("Social Care Institute for Excellence and 1 other source")
    assert "dora" not in made.html.lower()


def test_no_individual_is_named_anywhere(made: Made) -> None:
    for text in (made.html, made.mail_text, made.mail_html, str(made.mail["Subject"])):
        for name in (*small.INDIVIDUALS, "Ada_Example", "social.example", "p4", "said something about"):
            assert name not in text.replace("<p4", "")


def test_small_counts_of_new_and_returning_people_are_withheld(made: Made) -> None:
    cells = row(table(made.html, "new_voices"), "All platforms")
    # 5 contributors are compared, on X and blogs; 2 of them were there in 2025.
    assert cells[1] == "fewer than 10"
    assert "withheld" in cells
    # By platform nothing is said of who is new: it would give the small count away.
    assert row(table(made.html, "new_voices"), "X")[1:4] == ["withheld", "3", "withheld"]
    assert "There is no chart: it would show counts of fewer than 10 people." in made.html
    assert "of the contributors are new voices" not in made.html


def test_the_total_of_new_voices_stays_where_only_its_parts_are_small(make_of: Make) -> None:
    # 2026: 30 more on X, 12 of whom were there in 2025. Blogs: 2 contributors, 1 of them new.
    people = "SELECT value FROM json_each('[" + ",".join(str(number) for number in range(201, 231)) + "]')"
    made = make_of(
        "INSERT INTO authors (id, platform, native_id, first_seen_at)"
        f" SELECT value, 'x', 'n' || value, 't' FROM ({people});"
        "INSERT INTO posts (id, platform, uri, kind, author_id, published_at, published_from, first_seen_at,"
        " last_seen_at, content_hash, content_at, details_hash)"
        f" SELECT value, 'x', 'n' || value, 'post', value, 't', 'stated', 't', 't', x'00', 't', x'00' FROM ({people})"
        " UNION ALL SELECT value + 100, 'x', 'o' || value, 'post', value, 't', 'stated', 't', 't', x'00', 't', x'00'"
        f" FROM ({people}) WHERE value <= 212;"
        f"INSERT INTO edition_posts SELECT 'uk-2026', value, 'week', 'tagged', 'w', '2026-07-06', 11 FROM ({people})"
        " UNION ALL SELECT 'uk-2025', value + 100, 'week', 'tagged', 'w', '2025-07-01', 11"
        f" FROM ({people}) WHERE value <= 212;"
    )
    # Of the small archive 5 are compared, 3 of them new; with 18 of 30 more: 21 of 35.
    assert row(table(made.html, "new_voices"), "All platforms")[1:4] == ["21", "35", "60%"]
    assert row(table(made.html, "new_voices"), "Blogs")[1:4] == ["withheld", "2", "withheld"]
    start = made.html.index('id="chart-new_voices"')
    assert "<svg" in made.html[start : made.html.index("</section>", start)]
    assert "Counts of 1 to 9 people are not printed, nor what would give them away." in made.html


# What it is not ------------------------------------------------------------------------------------------------------


def test_it_needs_nothing_but_itself(page: Page, made: Made) -> None:
    assert not [tag for tag, _ in page.tags if tag in {"script", "link", "iframe", "object", "embed", "form", "base"}]
    assert not [attributes for _, attributes in page.tags if any(name.startswith("on") for name in attributes)]
    sources = [attributes["src"] for _, attributes in page.tags if "src" in attributes]
    assert all(source.startswith("data:") for source in sources)
    assert "@import" not in made.html
    assert not re.findall(r"url\((?!#)", made.html)
    assert "default-src 'none'" in made.html


def test_no_address_leads_back_to_the_machine_that_made_it(made: Made) -> None:
    for text in (made.html, made.mail_text, made.mail_html):
        assert not re.search(r"127\.0\.0\.1|localhost|\[::1\]|0\.0\.0\.0|file:|:8001", text)


def test_every_link_leads_somewhere(page: Page) -> None:
    for link in page.all("a"):
        href = link["href"]
        assert href.startswith(("https://", "mailto:")) or (href[0] == "#" and href[1:] in page.ids), href


DENIED = ("Reach and impressions", "Sentiment", "Money value")
FORBIDDEN = (
    r"\breach\b",
    r"\bimpressions?\b",
    r"\bsentiment",
    r"\badvertis",
    r"[£$€]",
    r"\bAVE\b",
    r"influencer",
    r"viral",
)


def test_no_total_of_an_audience_no_money_and_no_moods(made: Made) -> None:
    for text in (made.html, made.mail_text, made.mail_html):
        for metric in load_all().values():
            text = text.replace(str(escape(metric.source)), "")  # the standard that it follows, by its name
        # The methods table says of three things that they are not given.
        for denied in DENIED:
            text = re.sub(f'<th scope="row">{denied}</th>.*?</tr>', "", text, flags=re.DOTALL)
        for forbidden in FORBIDDEN:
            assert not re.search(forbidden, Page(text).text(), re.IGNORECASE), forbidden


def test_each_thing_denied_is_denied_once(made: Made) -> None:
    for denied in DENIED:
        assert made.html.count(f'<th scope="row">{denied}</th>') == 1


# For everybody -------------------------------------------------------------------------------------------------------


def test_one_h1_and_no_skipped_heading(page: Page) -> None:
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))


def test_landmarks_language_and_title(page: Page, made: Made) -> None:
    tags = [tag for tag, _ in page.tags]
    assert page.all("html") == [{"lang": "en-GB"}]
    assert tags.count("main") == tags.count("header") == tags.count("footer") == tags.count("nav") == 1
    assert "<title>Co-production Week 2026: report of the week</title>" in made.html
    assert page.all("a")[0] == {"class": "skip", "href": "#report"}
    assert not page.unbalanced


def test_ids_are_unique_and_labels_resolve(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    for _tag, attributes in page.tags:
        for id in attributes.get("aria-labelledby", "").split():
            assert id in page.ids


def test_tables_have_captions_and_scopes(page: Page) -> None:
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") > 10
    assert all(head.get("scope") in {"col", "row"} for head in page.all("th"))
    assert not [cell for cell in page.all("td") + page.all("th") if "colspan" in cell or "rowspan" in cell]


def test_every_chart_has_its_table_formula_and_query(made: Made, page: Page) -> None:
    charts = page.all("svg")
    assert len(charts) >= 8
    assert all(chart["role"] == "img" for chart in charts)
    for name in (match[1] for match in re.finditer(r'id="chart-([a-z_]+)"', made.html)):
        assert f'href="#table-{name}"' in made.html
        assert f'id="table-{name}"' in made.html
        start = made.html.index(f'id="table-{name}"')
        part = Page(made.html[start : made.html.index("</section>", start)]).text()
        metric = load_all()[name]
        assert " ".join(metric.formula.split()) in part
        assert " ".join(metric.sql.split()) in part
        assert f"Version {metric.version}" in part


NOTHING_STATED = "UPDATE posts SET views = NULL; UPDATE authors SET followers = NULL;"


def test_every_metric_of_the_house_is_in_the_report(made: Made) -> None:
    assert {match[1] for match in re.finditer(r'id="table-([a-z_]+)"', made.html)} == set(load_all())


def test_views_and_followers_that_nobody_states_are_not_made_up(make_of: Make) -> None:
    made = make_of(NOTHING_STATED)
    shown = {match[1] for match in re.finditer(r'id="table-([a-z_]+)"', made.html)}
    assert shown == set(load_all()) - {"known_views", "potential_audience"}
    assert "No views or numbers of followers can be given for this week, and none are guessed." in made.html


def test_no_sentence_of_ours_is_longer_than_25_words(made: Made) -> None:
    # The metrics' own texts are the business of docs/metrics.md.
    theirs = {str(escape(words)) for metric in load_all().values() for words in (metric.formula, metric.source)}
    theirs |= {str(escape(column.meaning)) for metric in load_all().values() for column in metric.columns}
    for text in (made.html, made.mail_html):
        for words in sorted(theirs | {words[:1].upper() + words[1:] for words in theirs}, key=len, reverse=True):
            text = text.replace(words, "")
        # One element, one sentence at least: headings and cells do not run into each other.
        for around, words in Page(re.sub(r"</?(?:a|strong|span)\b[^>]*>", "", text)).texts:
            if {"svg", "style", "pre"} & set(around) or words.startswith("Metric versions"):
                continue
            for sentence in re.split(r"(?<=[.?!:;])\s", words):
                assert len(sentence.split()) <= 25, sentence


def test_print_resets_every_colour_of_the_charts() -> None:
    css = (Path(report.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
    printed = css[css.index("@media print") :]
    for variable in set(re.findall(r"--chart-[a-z0-9]+", STYLESHEET)):
        assert f"{variable}:" in printed


# Honest --------------------------------------------------------------------------------------------------------------


def test_made_up_data_says_so_everywhere(make_of: Make) -> None:
    made = make_of("INSERT INTO archive_info VALUES ('made_up', '1');")
    assert "<title>MADE UP: " in made.html
    assert '<p class="made-up">MADE UP: nobody wrote these posts.' in made.html
    assert str(made.mail["Subject"]).startswith("MADE UP: ")
    assert "MADE UP: nobody wrote these posts." in made.mail_text
    assert "MADE UP: nobody wrote these posts." in made.mail_html


def test_a_real_archive_never_says_made_up(made: Made) -> None:
    assert "MADE UP" not in made.html + made.mail_text + made.mail_html + str(made.mail["Subject"])


def test_a_running_week_is_said_to_run(make_of: Make) -> None:
    made = make_of("DELETE FROM edition_posts WHERE post_id IN (9, 12);", now="2026-07-09T12:00:00Z")
    for text in (Page(made.html).text(), made.mail_html, " ".join(made.mail_text.split())):
        assert "The week is still running: these are the figures so far. It ends on Friday 10 July 2026." in text
    assert "Figures so far: the week is still running" in made.html
    assert "(figures so far)" in str(made.mail["Subject"])
    assert "In the week so far, 8 items have been tagged for Co-production Week" in made.html


def test_the_first_report_names_the_day_until_which_numbers_may_change(made: Made) -> None:
    assert "First report: figures may still change until Saturday 5 September 2026" in made.html


def test_the_final_report_says_that_it_is(make_of: Make) -> None:
    made = make_of(now="2026-10-01T12:00:00Z")
    assert "<dd>Final report</dd>" in made.html


def test_a_final_report_of_figures_that_changed_after_all_names_its_revision(
    plain_charts: None, tmp_path: Path
) -> None:
    conn = small_archive()
    make(tmp_path, conn, now="2026-10-01T12:00:00Z")
    conn.executescript(
        "UPDATE posts SET hidden_reason = 'request' WHERE id = 8;"
        "UPDATE edition_changes SET changed_at = '2026-10-05T12:00:00Z';"
    )
    made = make(tmp_path, conn, now="2026-10-06T12:00:00Z")
    assert "<dd>Final report, revision 2: the archive changed afterwards</dd>" in made.html
    assert "In the week, 8 items were tagged for Co-production Week" in made.html


def test_poor_coverage_stands_at_the_top(make_of: Make) -> None:
    made = make_of("DELETE FROM coverage WHERE source_id = 2 AND from_utc > '2026-07-07';")
    said = "Mastodon: only 30% of the week was watched, so its numbers may be too low."
    assert f"{said} The longest gap was 3 days and 12 hours." in made.html
    assert made.html.index(said) < made.html.index('id="one-page"')
    assert said in " ".join(made.mail_text.split())


def test_a_week_that_nobody_watched_is_not_to_be_compared(make_of: Make) -> None:
    made = make_of("DELETE FROM coverage;")
    assert "Nobody watched any platform during this week. Do not compare it with other years." in made.html
    assert "X: nobody read any of the week, so its numbers may be too low." in made.html


def test_blogs_that_never_answered_are_said_with_one_number_everywhere(make_of: Make) -> None:
    # Eight blogs, of which SCIE's was read all week and seven never answered: a mean of one eighth.
    blogs = ", ".join(
        f"({number}, 'blogs', 'feed', 'https://b{number}.example/', 'b{number}', 'q', '2026-05-01T00:00:00Z')"
        for number in range(11, 17)
    )
    made = make_of(
        f"INSERT INTO sources (id, platform, kind, locator, title, query_hash, added_at) VALUES {blogs};"
        "UPDATE sources SET last_success_at = '2026-07-06T08:00:00Z' WHERE id IN (1, 2, 4);"
    )
    for text in (Page(made.html).text(), " ".join(made.mail_text.split()), Page(made.mail_html).text()):
        assert "1 of 8 blogs was read; on average 12.5% of the week. Their numbers may be too low." in text
        assert "Blogs: 7 of 8 blogs never answered. What they show is missing." in text
        assert "blogs 100%" not in text
    assert row(made.html, "Blogs")[1:] == [
        "Social Care Institute for Excellence and 7 other sources (7 sources never answered)",
        "12.5%",
        "each blog has its own",
    ]


def test_blogs_that_were_all_read_have_no_gap(make_of: Make) -> None:
    made = make_of("UPDATE sources SET configured = 0 WHERE id = 3;")
    assert row(made.html, "Blogs")[2:] == ["100%", "none"]
    assert "The only blog was read for 100% of the week." in made.html


def test_a_source_that_answered_but_gave_nothing_of_the_week_is_said(make_of: Make) -> None:
    made = make_of("UPDATE sources SET last_success_at = '2026-07-06T08:00:00Z';")
    assert "Blogs: nothing of the week could be read from 1 of 2 blogs." in made.html
    assert "never answered" not in made.html


def test_a_week_that_was_read_back_was_not_watched(make_of: Make) -> None:
    made = make_of(
        "UPDATE rounds SET started_at = '2026-11-22T09:00:00Z';"
        "UPDATE sources SET last_success_at = '2026-11-22T09:00:00Z';",
        now="2026-11-23T09:00:00Z",
    )
    for text in (Page(made.html).text(), " ".join(made.mail_text.split()), Page(made.mail_html).text()):
        # 10 July to 22 November: 21 + 31 + 30 + 31 + 22 days.
        said = "Collecting began on 22 November 2026, 135 days after the week: posts removed before then are missing."
        assert text.count(said) == 1
        assert "How much of the week was read back later: Mastodon 90% and X 100%." in text
        assert "1 of 2 blogs was read back later; on average 50% of the week." in text
        assert "What was removed before it was read back." in text
        assert "The charts shade" not in text
    assert row(made.html, "Mastodon")[2] == "90%, read back later"


def test_a_platform_that_came_late_is_named(make_of: Make) -> None:
    made = make_of("UPDATE sources SET added_at = '2026-07-08T09:00:00Z' WHERE platform = 'mastodon';")
    said = "Mastodon: collecting began on 8 July 2026, during the week: posts removed before then are missing."
    assert said in made.html
    assert "X: collecting began" not in made.html


def test_what_nobody_recorded_is_not_said_to_be_none(made: Made) -> None:
    text = Page(made.html).text()
    assert "Objectives and targets: none are recorded here. For the team to answer:" in text
    assert "People's time, money and partners: none are recorded here. For the team to answer:" in text
    assert "Answers: none are recorded here. For the team to answer, with people who took part:" in text
    assert "None were set" not in text
    assert "or the team to answer" not in made.mail_text + made.mail_html


def test_collecting_that_stopped_before_the_end_is_said(make_of: Make, plain_charts: None, tmp_path: Path) -> None:
    from dashboards import figures

    conn = small_archive("UPDATE edition_changes SET changed_at = '2026-07-08T08:00:00Z';")
    figures.refresh(conn, "2026-07-08T12:00:00Z", editions=["uk-2026"])
    made = make(tmp_path, conn)
    assert (
        "Nothing has been collected since 13:00 on Wednesday 8 July 2026. The end of the week is missing." in made.html
    )


def test_figures_outlive_the_posts_they_were_counted_from(plain_charts: None, tmp_path: Path) -> None:
    conn = small_archive()
    now = "2026-10-01T12:00:00Z"
    before = make(tmp_path, conn, now=now)
    conn.executescript("DELETE FROM posts; UPDATE editions SET content_removed_at = '2027-10-01T12:00:00Z';")
    after = make(tmp_path, conn, now="2027-10-02T12:00:00Z")
    assert table(after.html, "items_by_platform") == table(before.html, "items_by_platform")
    assert "In the week, 9 items were tagged for Co-production Week" in after.html
    assert "The posts themselves were deleted at 13:00 on Friday 1 October 2027" in after.html
    assert "Items by hashtag alone" not in after.html


def test_items_from_an_exported_file_are_said_to_be(make_of: Make) -> None:
    made = make_of(
        "INSERT INTO sources (id, platform, kind, locator, title, query_hash, added_at)"
        " VALUES (9, 'linkedin', 'file', '/home/jane/export.csv', 'export of Jane.csv', 'q9', 't');"
        "INSERT INTO sightings SELECT 2, 9, 1, 't', 't', NULL; UPDATE posts SET platform = 'linkedin' WHERE id = 2;"
    )
    assert "LinkedIn: these items come from files that somebody exported." in made.html
    assert row(made.html, "LinkedIn") == ["LinkedIn", "1 imported file", "not available", "not known"]
    assert "jane" not in made.html.lower()


def test_views_and_followers_that_are_known_are_given_for_each_platform(make_of: Make) -> None:
    made = make_of(
        NOTHING_STATED,
        "UPDATE posts SET views = 100 WHERE id = 3; UPDATE posts SET views = 40 WHERE id = 4;"
        "UPDATE posts SET views = 9000 WHERE id = 2;"
        "INSERT INTO authors (id, platform, native_id, followers, first_seen_at)"
        " SELECT value, 'bluesky', value, value * 3, 't' FROM json_each('[101,102,103,104,105,106,107,108,109,110]');"
        "INSERT INTO posts (platform, uri, kind, author_id, published_at, published_from, first_seen_at, last_seen_at,"
        " content_hash, content_at, details_hash)"
        " SELECT 'bluesky', 'b' || id, 'post', id, '2026-07-06T10:00:00Z', 'stated', 't', 't', x'00', 't', x'00'"
        " FROM authors WHERE platform = 'bluesky';"
        "INSERT INTO edition_posts SELECT 'uk-2026', id, 'week', 'tagged', 'because', '2026-07-06', 11"
        " FROM posts WHERE platform = 'bluesky';",
    )
    text = Page(made.html).text()
    assert "X: 140 views stated, for 2 of 6 items." in text
    assert "Blogs: 9,000 views stated, for 1 of 2 items." in text
    # The largest is 330, their sum 303 + 306 + … + 330 = 3,165: rounded outwards to two digits.
    assert "Bluesky: between 330 and 3,200 different accounts follow at least one of the 10 contributors." in text
    assert row(table(made.html, "known_views"), "X")[1:] == ["2", "6", "33.3%", "140"]
    assert row(table(made.html, "known_views"), "All platforms")[-1] == "not available"
    assert row(table(made.html, "potential_audience"), "Bluesky")[1:] == ["10", "10", "100%", "330", "3,200"]
    assert "9,140" not in text  # never added up


def test_followers_of_few_people_are_withheld(make_of: Make) -> None:
    made = make_of(NOTHING_STATED, "UPDATE authors SET followers = 51204 WHERE id = 3;")
    assert "51,204" not in made.html
    assert "51204" not in made.html
    assert row(table(made.html, "potential_audience"), "X")[-2:] == ["withheld", "withheld"]


def test_what_its_sender_should_do_is_not_in_what_readers_get(make_of: Make) -> None:
    made = make_of(
        "UPDATE campaigns SET organiser = NULL; UPDATE editions SET theme = NULL;", contact=None, opt_out_page=None
    )
    for text in (Page(made.html).text(), made.mail_text, made.mail_html):
        assert not re.search(r"has been set|[Ww]hoever sends|in the configuration|config\.toml|licence has", text)
    facts = made.html[made.html.index('<dl class="facts">') : made.html.index("</dl>")]
    assert re.findall("<dt>([A-Za-z ]+)</dt>", facts) == ["Hashtag", "Version", "Made", "Figures as at"]
    assert "You can ask that your posts are removed and not collected again." in made.html
    assert "To" not in made.mail


def test_what_its_sender_should_do_is_said_to_the_sender() -> None:
    always = report.before_sending(contact=CONTACT, opt_out_page=OPT_OUT)
    assert len(always) == 2
    assert 'marked "for the team to answer"' in always[0]
    assert "names no licence" in always[1]
    missing = report.before_sending(contact=None, opt_out_page="")
    assert missing[2:] == always
    assert missing[0].startswith("Set `contact` in config.toml")
    assert missing[1].startswith("Set `opt_out_page` in config.toml")
    private = report.before_sending(contact="http://127.0.0.1:8001/", opt_out_page="http://localhost/out")
    assert private[0].startswith("Your `contact` is an address that only works on your own network.")
    assert private[1].startswith("Your `opt_out_page` cannot be opened by others")


def test_a_contact_that_is_a_page_is_linked_and_a_private_one_is_not(make_of: Make) -> None:
    assert '<a href="https://charity.example/contact">' in make_of(contact="https://charity.example/contact").html
    made = make_of(contact="http://127.0.0.1:8001/contact", opt_out_page="http://localhost/out")
    assert 'href="http://' not in made.html
    assert "localhost" not in made.html + made.mail_html + made.mail_text


# What cannot be reported ---------------------------------------------------------------------------------------------


def refusal(conn: sqlite3.Connection, out: Path, edition_id: str | None, now: str = small.NOW) -> str:
    with pytest.raises(report.ReportError) as error:
        report.make(conn, edition_id, out, now, contact=None, opt_out_page=None, software="test")
    assert not list(out.iterdir())
    return str(error.value)


def test_an_unknown_edition_is_answered_with_the_known_ones(archive: sqlite3.Connection, tmp_path: Path) -> None:
    assert refusal(archive, tmp_path, "uk-1999") == (
        "This archive knows no edition 'uk-1999'. Editions with posts: uk-2026, uk-2025."
    )


def test_an_edition_without_dates_cannot_be_reported(archive: sqlite3.Connection, tmp_path: Path) -> None:
    said = refusal(archive, tmp_path, "uk-2027")
    assert "has no dates yet" in said
    assert "Set `starts_on` and `ends_on` for it in config.toml" in said


WAITING = """
UPDATE editions SET starts_on = NULL, ends_on = NULL, lead_up_from_utc = NULL, week_from_utc = NULL,
    week_to_utc = NULL, after_to_utc = NULL, frozen_at_utc = NULL WHERE id = 'uk-2026';
DELETE FROM edition_posts WHERE edition_id = 'uk-2026';
"""


def test_posts_that_wait_for_dates_are_counted(tmp_path: Path) -> None:
    # Of 2026 three posts match (one of them by two words), of 2025 none.
    said = (
        "3 posts were published in 2026, and that year's dates are not set: add starts_on and ends_on to config.toml."
    )
    conn = small_archive(WAITING)
    assert said in refusal(conn, tmp_path, "uk-2026")
    assert said not in refusal(conn, tmp_path, "uk-2027")
    conn.executescript("DELETE FROM edition_posts;")
    assert said in refusal(conn, tmp_path, None)
    conn.executescript(
        "UPDATE posts SET hidden_reason = 'request' WHERE id = 9; DELETE FROM post_matches WHERE post_id = 2;"
    )
    assert "1 post was published in 2026" in refusal(conn, tmp_path, "uk-2026")


def test_a_week_to_come_cannot_be_reported(archive: sqlite3.Connection, tmp_path: Path) -> None:
    assert "begins on Monday 6 July 2026" in refusal(archive, tmp_path, "uk-2026", "2026-07-01T12:00:00Z")


def test_an_empty_archive_has_nothing_to_report(empty_archive: sqlite3.Connection, tmp_path: Path) -> None:
    assert "nothing to report on yet" in refusal(empty_archive, tmp_path, None)
    assert "no posts of Co-production Week 2026" in refusal(empty_archive, tmp_path, "uk-2026")


def test_without_an_edition_it_is_the_latest_week_that_has_begun(make_of: Make) -> None:
    assert make_of(edition_id=None).paths[0].parent.name == "uk-2026"
    assert make_of(edition_id=None, now="2026-07-01T12:00:00Z").paths[0].parent.name == "uk-2025"


# Hostile content -----------------------------------------------------------------------------------------------------

NASTY = """<img src=x onerror=alert(1)>"'&amp;</title></table><script>"""


def test_names_and_hashtags_from_outside_stay_text(make_of: Make) -> None:
    nasty = NASTY.replace("'", "''")
    made = make_of(
        f"UPDATE organisations SET name = '{nasty}';"
        f"UPDATE hashtags SET folded = '{nasty}' || id;"
        f"UPDATE post_hashtags SET as_written = '{nasty}';"
        f"UPDATE campaign_terms SET term = '{nasty}';"
        f"UPDATE editions SET theme = '{nasty}', title = '{nasty}' || id;"
        f"UPDATE campaigns SET title = '{nasty}', hashtag = '{nasty}';"
        f"UPDATE sources SET title = '{nasty}';"
        f"INSERT INTO removals VALUES ('2026-07-07', 'x', 'uk-2026', '{nasty}', 3);"
        f"INSERT INTO skipped VALUES (2, '2026-07-07', '{nasty}', 4);",
        contact=NASTY,
        opt_out_page=NASTY,
        software=NASTY,
    )
    for html in (made.html, made.mail_html):
        page = Page(html)
        assert not page.all("script")
        assert not [attributes for _, attributes in page.tags if "onerror" in attributes]
        assert not page.unbalanced
        assert "<img src=x" in page.text()


def test_a_title_with_a_line_break_adds_no_header_to_the_mail(make_of: Make) -> None:
    made = make_of(
        "UPDATE editions SET title = 'Week' || char(13, 10) || 'Bcc: all@nhs.example' WHERE id = 'uk-2026';",
        contact="comms@charity.example\r\nBcc: all@nhs.example",
    )
    assert "Bcc" not in made.mail
    assert "To" not in made.mail
    assert str(made.mail["Subject"]).startswith("Week Bcc: all@nhs.example: the week")


def test_any_script_arrives_as_it_was_written(make_of: Make) -> None:
    made = make_of("UPDATE editions SET theme = 'Rhannu pŵer – 共同製作 💚', title = 'Wythnos Cyd-gynhyrchu ŵ';")
    for text in (made.html, made.mail_text, made.mail_html):
        assert "Rhannu pŵer – 共同製作 💚" in text
    assert str(made.mail["Subject"]) == "Wythnos Cyd-gynhyrchu ŵ: the week on one page"
    assert made.mail_bytes.isascii()
