"""What the pages say: of the week, of its figures, of the sources, of made-up data, and when something goes wrong."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dashboards import figures, serve, wording
from dashboards.metrics import load_all
from dashboards.site import pages
from tests.dashboards.site.conftest import HOSTILE, NOW, Visitor, clock, insert, make, open_archive

DATASETTES_PAGES = [
    "/archive",
    "/archive/items",
    "/archive/posts",
    "/archive/posts/1",
    "/archive/edition_posts/uk-2026,1",
    "/archive/items?edition_id=uk-2026",
    "/archive/items?_search=coproweek",
    "/archive?sql=select+1+as+one",
    "/archive?sql=nonsense",
    "/archive/metric_items_per_day?edition=uk-2026&platform=",
    "/archive/authors",
    "/archive/post_texts",
    "/archive/post_hashtags",
    "/archive/sources/2",
    "/demonstration",
    "/demonstration/items",
]
OUR_PAGES = [
    "/",
    "/sources",
    "/metrics",
    "/editions/uk-2026",
    "/editions/uk-2026?platform=x",
    "/editions/uk-2027",
    "/editions/uk-2026/items_per_day",
    "/editions/uk-2026/hashtags",
    "/editions/uk-2026/hashtags?platform=x",
    "/editions/uk-2027/hashtags",
    "/demo/",
    "/demo/sources",
    "/demo/metrics",
    "/demo/editions/uk-2026",
    "/demo/editions/uk-2026/hashtags",
    "/nowhere",
    "/editions/nope",
    "/archive/raw_items",
]


class Page(HTMLParser):
    """The facts of a page that tests ask for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: Counter[str] = Counter()
        self.title = ""
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        self._open.append(tag)
        if given.get("id"):
            self.ids[str(given["id"])] += 1

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title" and not self.title:
            self.title = data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [given for name, given in self.tags if name == tag]


def words(text: str) -> str:
    """The text of a page without its markup, in single spaces."""
    text = re.sub(r"<title>.*?</title>|<svg.*?</svg>", " ", text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", text).split()).replace(" .", ".").replace(" ,", ",")


@pytest.mark.parametrize("path", OUR_PAGES + DATASETTES_PAGES)
def test_every_page_has_what_any_reader_depends_on(visitor: Visitor, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code < 500
    page = Page(response.text)
    assert page.all("html") == [{"lang": "en-GB"}]
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert not [name for name, times in page.ids.items() if times > 1]
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    labelled = {given.get("for") for given in page.all("label")}
    for tag in ("input", "select", "textarea"):
        for given in page.all(tag):
            assert given.get("type") in ("hidden", "checkbox") or given.get("id") in labelled, given
    assert all("alt" in given for given in page.all("img"))
    for given in page.all("svg"):
        assert given.get("role") == "img" and (given.get("aria-label") or given.get("aria-labelledby"))


@pytest.mark.parametrize("path", OUR_PAGES + DATASETTES_PAGES)
def test_no_page_has_a_script_an_inline_style_or_an_attackers_tag(visitor: Visitor, path: str) -> None:
    page = Page(visitor.get(path).text)
    for tag, given in page.tags:
        assert tag not in ("script", "style", "iframe", "object", "img", "form") or tag == "form"
        assert not [name for name in given if name.startswith("on") or name == "style"], (tag, given)
        assert not str(given.get("href", "")).strip().lower().startswith(("javascript:", "data:"))
    assert "{{" not in page.text.replace(HOSTILE[4], "").replace("{{ 7 * 7 }}", "")
    assert "49" not in re.findall(r"\{\{.*?\}\}|\$\{.*?\}", page.text)


def test_every_title_is_its_own(visitor: Visitor) -> None:
    titles: dict[str, str] = {}
    paths = [path for path in OUR_PAGES + DATASETTES_PAGES if visitor.get(path).status_code == 200]
    paths += [f"/archive/metric_{name}?edition=uk-2026&platform=x" for name in load_all()]
    paths += [
        "/archive/items?platform=x",
        "/archive/items?platform=x&phase=week",
        "/archive/items?_size=1",
        "/archive/items?_next=1",
    ]
    paths += ["/editions/uk-2026/hashtags?live=1"]
    for path in paths:
        title = Page(visitor.get(path).text).title
        assert title.strip() and title not in titles, (path, titles.get(title))
        titles[title] = path


def test_the_same_filters_in_another_order_are_the_same_page(visitor: Visitor) -> None:
    links: set[str] = set()
    for path in ("/archive/items?platform=x", "/archive/items?phase=week", "/archive/items"):
        links |= {str(given["href"]) for given in Page(visitor.get(path).text).all("a") if "href" in given}
    both = {link for link in links if "phase=week" in link and "platform=x" in link and "/archive/items?" in link}
    assert len({link for link in both if "_" not in link.split("?")[1].replace("edition_id", "")}) == 1


# Home ---------------------------------------------------------------------------------------------------------------


def test_the_first_page_names_the_week_its_day_and_how_fresh_it_is(visitor: Visitor) -> None:
    text = words(visitor.get("/").text)
    assert "Co-production Week 2026 Sharing power 6 to 10 July 2026. The week is running: day 3 of 5, Wednesday" in text
    assert "A source last answered 20 minutes ago, at 12:40 on Wednesday 8 July 2026." in text
    assert "When is Co-production Week 2027? Write starts_on and ends_on into config.toml." in text


def watched(archive: Path) -> str:
    """The share of the time that was watched, as a stored figure has it."""
    with closing(sqlite3.connect(archive)) as conn:
        figure = figures.latest(conn, "items_by_platform", "uk-2026")
    assert figure is not None and figure.coverage is not None and 0 < figure.coverage < 1
    return wording.percent(figure.coverage)


def test_the_five_numbers_come_with_what_they_are_out_of(visitor: Visitor, made: tuple[Path, Path]) -> None:
    # Six items (post 7 is hidden) by six authors; one of them is the organiser's. No platform gave numbers of comments.
    text = words(visitor.get("/").text)
    assert "6 items in the week what came before or after it is not known" in text  # nobody watched before June
    assert "6 contributors of 6 items with a known author" in text
    assert re.search(r"\d% by the organiser of \d items where the organiser was read", text)
    assert "not available comments per item, median known for 0 of 6 items" in text
    assert f"{watched(made[0])} of the time was watched" in text


def test_each_chart_of_the_first_page_leads_to_its_figure(visitor: Visitor) -> None:
    page = Page(visitor.get("/").text)
    hrefs = {given["href"] for given in page.all("a")}
    assert {f"/editions/uk-2026/{name}" for name in pages.HOME} <= hrefs
    assert len([svg for svg in page.all("svg")]) == len(pages.HOME)


def empty(path: Path, *, dated: bool = True) -> Path:
    conn = open_archive(path)
    if not dated:
        for column in ("starts_on", "ends_on", "lead_up_from_utc", "week_from_utc", "week_to_utc", "after_to_utc"):
            conn.execute(f"UPDATE editions SET {column} = NULL")
    insert(
        conn,
        "sources",
        id=1,
        platform="blogs",
        kind="feed",
        locator="https://blog.example/",
        title="A blog",
        query_hash="q",
        failures=1,
        last_tried_at="2026-07-08T11:58:00Z",
        last_outcome="404: there is no feed at this address",
    )
    conn.close()
    return path


def test_an_empty_archive_says_so_and_what_each_source_answered_and_what_to_do(
    visit: Callable[..., Visitor], tmp_path: Path, demo_path: Path
) -> None:
    page = visit(empty(tmp_path / "empty.db"), demo_path).get("/").text
    text = words(page)
    assert "Nothing has been collected yet" in text
    assert "A blog 2 minutes ago Did not answer the last time 404: there is no feed at this address" in text
    assert "paste its address into config.toml" in text
    assert 'href="/demo/"' in page and "a made-up week" in text


def test_a_demonstration_that_is_not_there_is_not_offered(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    visitor = visit(empty(tmp_path / "empty.db"))
    assert "emonstration" not in visitor.get("/").text
    assert visitor.get("/demo/").status_code == 404


def test_dates_are_asked_for_while_nobody_has_set_any(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    text = words(visit(empty(tmp_path / "empty.db", dated=False)).get("/").text)
    assert "No edition has its dates yet." in text and "starts_on and ends_on" in text


def test_an_archive_without_figures_shows_pages_all_the_same(visit: Callable[..., Visitor], archive_path: Path) -> None:
    conn = sqlite3.connect(archive_path)
    conn.executescript("DROP TABLE figure_drawings; DROP TABLE figures; DELETE FROM _sqlite_migrations")
    conn.close()
    visitor = visit(archive_path)
    for path in ("/", "/editions/uk-2026"):
        assert "6 items, and no figures yet." in words(visitor.get(path).text)
    page = visitor.get("/editions/uk-2026/hashtags")
    assert page.status_code == 200 and "Not available yet." in page.text


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-05-30T12:00:00Z", "The week begins in 37 days. Its lead-up has not begun."),
        ("2026-06-10T12:00:00Z", "The lead-up is running. The week begins in 26 days, on Monday 6 July 2026."),
        ("2026-07-05T22:59:59Z", "The lead-up is running. The week begins in 1 day, on Monday 6 July 2026."),
        ("2026-07-05T23:00:00Z", "The week is running: day 1 of 5, Monday 6 July 2026."),
        ("2026-07-10T22:59:59Z", "The week is running: day 5 of 5, its last day, Friday 10 July 2026."),
        ("2026-07-10T23:00:00Z", "The week ended 1 day ago. Posts that follow it are still counted."),
        ("2026-08-20T12:00:00Z", "The week is over. Its figures are final on Saturday 5 September 2026."),
        ("2026-12-01T12:00:00Z", "The week is over and its figures are final."),
    ],
)
def test_where_the_week_stands_is_said_by_its_local_days(archive_path: Path, now: str, said: str) -> None:
    visitor = Visitor(serve.make_app(archive_path, clock=lambda: datetime.fromisoformat(now)))
    assert said in words(visitor.get("/").text)
    visitor.close()


def test_old_news_is_called_old(visit: Callable[..., Visitor], archive_path: Path) -> None:
    assert "note warn" not in visit(archive_path).get("/").text
    visitor = Visitor(serve.make_app(archive_path, clock=lambda: datetime.fromisoformat("2026-07-10T12:00:00Z")))
    page = visitor.get("/").text
    visitor.close()
    assert '<p class="note warn">A source last answered 2 days ago' in page


# Figures ------------------------------------------------------------------------------------------------------------


def test_an_edition_without_figures_says_why_and_leaves_the_numbers_out(visitor: Visitor) -> None:
    page = visitor.get("/editions/uk-2027").text
    assert "There are no figures while the edition has no dates." in words(page)
    assert 'class="numbers"' not in page


def test_an_edition_shows_every_metric_once(visitor: Visitor) -> None:
    hrefs = Counter(given["href"] for given in Page(visitor.get("/editions/uk-2026").text).all("a"))
    for name in load_all():
        assert hrefs[f"/editions/uk-2026/{name}"] >= 1, name


def test_a_figures_page_says_everything_needed_to_trust_it(visitor: Visitor, made: tuple[Path, Path]) -> None:
    response = visitor.get("/editions/uk-2026/items_by_platform")
    metric = load_all()["items_by_platform"]
    text = words(response.text)
    for said in (metric.title, metric.question, metric.formula, metric.source, metric.unit):
        assert said in text.replace("&#34;", '"').replace("&#39;", "'"), said
    assert "As at 13:00 on Wednesday 8 July 2026." in text
    assert f"{watched(made[0])} of the time since the lead-up began was watched." in text
    assert "Platform Items Items total Share Blogs 2 6 33.3%" in text
    hrefs = {str(given["href"]) for given in Page(response.text).all("a")}
    base = "/editions/uk-2026/items_by_platform"
    assert {f"{base}.csv", f"{base}.png", f"{base}.svg", f"{base}?live=1", f"{base}?platform=x"} <= hrefs


def test_the_tables_headings_are_headings(visitor: Visitor) -> None:
    page = Page(visitor.get("/editions/uk-2026/items_by_platform").text)
    assert {given.get("scope") for given in page.all("th")} == {"col", "row"}
    assert page.all("caption")
    [region] = [given for given in page.all("div") if given.get("class") == "scroll"]
    assert (region["role"], region["tabindex"], region["aria-label"]) == ("region", "0", "Table: Items by platform")


def test_run_now_gives_the_sql_with_its_parameters_and_the_same_numbers(visitor: Visitor) -> None:
    page = Page(visitor.get("/editions/uk-2026/items_by_platform").text)
    [run] = [str(given["href"]) for given in page.all("a") if str(given["href"]).startswith("/archive?sql=")]
    assert run.endswith("&edition=uk-2026&platform=")
    answer = visitor.get(run.replace("/archive?", "/archive.json?_shape=arrays&")).json()
    assert [row[:2] for row in answer["rows"]] == [["blogs", 2], ["mastodon", 2], ["x", 2]]


@pytest.mark.parametrize("name", sorted(load_all()))
def test_every_metric_runs_as_a_visitors_query_and_as_datasettes(visitor: Visitor, name: str) -> None:
    page = visitor.get(f"/archive/metric_{name}?edition=uk-2026&platform=")
    assert page.status_code == 200 and "could not answer" not in page.text
    assert visitor.get(f"/archive/metric_{name}.json?edition=uk-2026&platform=x").json()["ok"] is True


def test_a_figure_is_computed_now_only_when_asked(own: Visitor, archive_path: Path) -> None:
    conn = sqlite3.connect(archive_path)
    conn.execute("UPDATE posts SET hidden_reason = 'gone' WHERE id IN (1, 4)")
    conn.commit()
    conn.close()
    stored, live = (words(own.get(f"/editions/uk-2026/items_by_platform{query}").text) for query in ("", "?live=1"))
    assert "Blogs 2 6 33.3%" in stored and "Computed just now" not in stored
    assert "Blogs" not in live.split("Share")[1].split("Table as CSV")[0]
    assert "Computed just now, at 13:00 on Wednesday 8 July 2026, and not stored." in live


def test_the_csv_opens_in_a_spreadsheet_and_holds_no_formula(visitor: Visitor) -> None:
    response = visitor.get("/editions/uk-2026/items_per_day.csv?platform=x")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="uk-2026-items_per_day-x-2026-07-08.csv"'
    assert response.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0]["items"] == "not available", "X was never watched"
    assert [row["items"] for row in rows if row["local_day"] == "2026-07-08"] == ["2"]
    assert "made_up" not in rows[0]


def test_charts_are_downloaded_as_svg_and_png(visitor: Visitor) -> None:
    svg = visitor.get("/editions/uk-2026/items_by_platform.svg")
    assert svg.headers["content-type"] == "image/svg+xml" and svg.text.startswith("<svg")
    png = visitor.get("/editions/uk-2026/items_by_platform.png")
    assert png.headers["content-type"] == "image/png" and png.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "path",
    [
        "/editions/nope",
        "/editions/uk-2026/nope",
        "/editions/uk-2026/nope.csv",
        "/editions/uk-2026?platform=nope",
        "/editions/uk-2026/hashtags?platform=nope",
        "/editions/uk-2026/hashtags.csv?platform=nope",
        "/assets/nope.css",
        "/editions/../x",
        "/editions/uk-2027/hashtags.csv",
    ],
)
def test_what_is_not_there_is_said_to_be_not_there(visitor: Visitor, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == 404
    assert "Page not found" in response.text and "Traceback" not in response.text


def test_the_sql_that_the_documentation_shows_works(visitor: Visitor) -> None:
    page = (Path(__file__).parents[3] / "docs" / "dashboards.md").read_text(encoding="utf-8")
    [sql] = re.findall(r"^    (SELECT .*?)\n\n", page, flags=re.MULTILINE | re.DOTALL)
    assert len(visitor.sql(sql)["rows"]) == 6


# Sources ------------------------------------------------------------------------------------------------------------


def test_the_sources_page_says_how_each_does(visitor: Visitor) -> None:
    text = words(visitor.get("/sources").text)
    assert "6 sources" in text
    # Watched since the lead-up began (8 June 00:00 in London) until now but for six hours of 733.
    assert "Answering 2 new posts, 1 changed 20 minutes ago in 10 minutes 99.2% Tuesday 7 July 2026 02:00 to" in text
    assert "Did not answer the last 3 times" in text
    assert "Given up: 410 Gone" in text
    assert "Not asked yet" in text
    assert "No longer in config.toml" in text
    assert "A file Linkedin Imported from a file never – not available none 0" in text.replace("LinkedIn", "Linkedin")


def test_the_sources_page_counts_what_was_not_kept(visitor: Visitor) -> None:
    text = words(visitor.get("/sources").text)
    assert "1 round of the last 30 days began and did not end" in text
    assert "03:00 on Tuesday 7 July 2026 (collect)" in text
    assert "Not understood 2 items" in text
    assert "Skipped 4 items: noindex" in text
    assert "Removed 2 posts: request" in text


# Made-up data -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in OUR_PAGES + DATASETTES_PAGES if path.startswith("/demo")])
def test_every_page_of_the_demonstration_says_that_it_is_made_up(visitor: Visitor, path: str) -> None:
    page = Page(visitor.get(path).text)
    assert page.title.startswith("Made-up data: ")
    assert "Made-up data." in page.text and "Leave the demonstration" in page.text
    ours = {str(given["href"]) for given in page.all("a")} - {"/", "#content"}
    assert not [href for href in ours if href.startswith("/") and not href.startswith(("/demo", "/demonstration"))]


def test_the_real_archive_is_never_called_made_up(visitor: Visitor) -> None:
    for path in ("/", "/editions/uk-2026", "/archive/items"):
        assert "Made-up" not in visitor.get(path).text


def test_a_made_up_archive_says_so_without_the_prefix(visit: Callable[..., Visitor], demo_path: Path) -> None:
    page = visit(demo_path).get("/").text
    assert "<title>Made-up data: " in page and "Leave the demonstration" not in page


def test_made_up_files_are_marked_in_their_name_and_in_each_row(visitor: Visitor) -> None:
    response = visitor.get("/demo/editions/uk-2026/items_by_platform.csv")
    assert 'filename="made-up-uk-2026-' in response.headers["content-disposition"]
    assert all(row.endswith(",made-up data") for row in response.text.strip().splitlines()[1:])


def test_the_demonstration_stands_at_its_own_time(archive_path: Path, demo_path: Path) -> None:
    next_year = datetime.fromisoformat("2027-03-01T12:00:00Z")
    visitor = Visitor(serve.make_app(archive_path, demo_path, clock=lambda: next_year))
    assert "The week is running: day 3 of 5" in words(visitor.get("/demo/").text)
    assert "The week is over and its figures are final." in words(visitor.get("/").text)
    visitor.close()


# When something goes wrong ------------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_said_without_a_traceback(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, capfd: Any, caplog: Any
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a mistake of ours with SECRET inside")

    monkeypatch.setattr(figures, "editions", broken)
    response = visitor.get("/")
    assert response.status_code == 500
    assert "The fault is ours" in response.text and "SECRET" not in response.text and "Traceback" not in response.text
    assert "Traceback" not in "".join(capfd.readouterr())
    assert "a mistake of ours" in caplog.text


def test_an_archive_that_cannot_be_read_is_said_to_be_so(own: Visitor, archive_path: Path) -> None:
    archive_path.write_bytes(b"not a database" * 1000)
    for path in ("/", "/archive/items"):
        response = own.get(path)
        assert response.status_code == 503
        assert "The archive could not be read" in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/archive/items?_next=abc",
        "/archive/items?_size=abc",
        "/archive/items?_sort=nope",
        "/archive/items?_timelimit=x",
        "/archive?sql=select+1&_timelimit=x",
        "/archive/items?_through=x",
        "/archive/items?_facet=nope",
        "/archive?sql=drop+table+x",
        "/archive/items?_where=nonsense(",
        "/archive/posts/1.blob",
        "/archive/posts/none",
    ],
)
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")  # by Datasette
def test_an_address_that_makes_no_sense_is_answered_in_words(visitor: Visitor, path: str, capfd: Any) -> None:
    response = visitor.get(path)
    assert 400 <= response.status_code < 500, response.text
    assert "Traceback" not in response.text
    assert capfd.readouterr() == ("", "")


def test_the_time_of_day_is_the_campaigns(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    path = make(tmp_path / "winter.db")
    conn = sqlite3.connect(path)
    conn.execute("UPDATE campaigns SET time_zone = 'America/New_York'")
    conn.commit()
    conn.close()
    assert "at 07:40 on Wednesday 8 July 2026" in visit(path).get("/").text


def test_the_clock_of_the_tests_is_noon() -> None:
    assert clock().isoformat() == NOW.replace("Z", "+00:00")
