"""What a visitor's SQL cannot do: read what is closed or hidden, reach outside, or take more than its share."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from dashboards.site import visitors
from tests.dashboards.site.conftest import HIDDEN, HOSTILE, SECRETS, Visitor

CLOSED_READS = [
    "select * from {}",
    'select * from "{}"',
    "select * from main.{}",
    "select count(*) from {}",
    "select exists(select 1 from {})",
    "select 1 from posts where exists (select * from {})",
    "with items as (select * from {}) select * from items",
    "with recursive t as (select * from {}) select * from t",
    "select * from posts join {} on 1",
    "select group_concat(rowid) from {}",
    "explain select * from {}",
]


@pytest.mark.parametrize("table", sorted(visitors.CLOSED))
def test_a_closed_table_cannot_be_read_however_it_is_asked_for(visitor: Visitor, table: str) -> None:
    for name in (table, table.upper()):
        for sql in CLOSED_READS:
            answer = visitor.sql(sql.format(name))
            assert answer["ok"] is False and not answer.get("rows"), sql
            assert SECRETS[table] not in str(answer)


@pytest.mark.parametrize("table", sorted(visitors.CLOSED))
def test_a_closed_table_has_no_page(visitor: Visitor, table: str) -> None:
    for path in (f"/archive/{table}", f"/archive/{table}.json", f"/archive/{table.upper()}", f"/archive/{table}/1"):
        response = visitor.get(path)
        assert response.status_code in (403, 404)
        assert SECRETS[table] not in response.text
    assert f"/archive/{table}" not in visitor.get("/archive").text


def test_the_closed_tables_are_those_that_say_so_themselves(visitor: Visitor) -> None:
    sql = "select name from sqlite_master where type = 'table' and sql like '%Closed to visitors%'"
    rows = visitor.sql(sql)["rows"]
    assert {name for (name,) in rows} == visitors.CLOSED


def test_a_closed_table_is_not_told_of_by_pragmas_or_by_the_rows_that_it_belongs_to(visitor: Visitor) -> None:
    for function in ("table_info", "table_xinfo", "foreign_key_list", "index_list"):
        assert visitor.sql(f"select * from pragma_{function}('raw_items')")["rows"] == []
    page = visitor.get("/archive/posts/1")
    assert page.status_code == 200
    assert "raw_items" not in page.text


@pytest.mark.parametrize("table", ["data", "idx", "docsize", "config"])
def test_the_inside_of_the_search_index_is_closed(visitor: Visitor, table: str) -> None:
    assert visitor.sql(f"select * from post_search_{table}")["ok"] is False
    assert visitor.get(f"/archive/post_search_{table}").status_code == 403


def test_searching_still_works_in_sql(visitor: Visitor) -> None:
    assert visitor.sql("select count(*) from post_search where post_search match 'coproweek'")["rows"] == [[7]]
    found = "select rowid from post_search where post_search match 'coproweek'"
    sql = f"select count(*) from items where post_id in ({found})"
    assert visitor.sql(sql)["rows"] == [[6]]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from posts where hidden_reason is not null",
        "select * from post_texts where post_id = 7",
        "select alt from media where post_id = 7",
        "select * from items where post_id = 7",
    ],
)
def test_a_hidden_post_is_not_there(visitor: Visitor, sql: str) -> None:
    assert visitor.sql(sql)["rows"] == []


@pytest.mark.parametrize(
    "sql",
    [
        "select * from main.posts",
        "select * from main.post_texts",
        "select * from main.items",
        "with posts as (select * from main.posts) select * from posts",
        "with coproweek_shown_posts as (select * from main.posts) select * from coproweek_shown_posts",
        'with "COPROWEEK_SHOWN_posts" as (select * from main.posts) select * from "COPROWEEK_SHOWN_posts"',
        "select p.text from main.post_texts as p",
        "select * from (select text from main.post_texts)",
        "select text from main.post_texts union select 'x'",
        "select 1 from posts where exists (select 1 from main.post_texts where text like '%taken back%')",
        "select title from post_search",
        "select text from post_search where post_search match 'taken'",
        "select highlight(post_search, 1, '[', ']') from post_search where post_search match 'taken'",
        "select * from temp.sqlite_master",
        "select * from sqlite_temp_master",
    ],
)
def test_a_hidden_post_cannot_be_reached_past_the_views(visitor: Visitor, sql: str) -> None:
    answer = visitor.sql(sql)
    assert answer["ok"] is False and not answer.get("rows")
    assert HIDDEN not in str(answer)


def test_a_hidden_post_has_no_page_and_is_in_no_table(visitor: Visitor) -> None:
    for path in ("/archive/posts/7", "/archive/post_texts/7", "/archive/media/7,0"):
        assert visitor.get(path).status_code == 404
    for path in (
        "/archive/posts",
        "/archive/post_texts",
        "/archive/media",
        "/archive/items",
        "/archive/post_texts.csv",
    ):
        page = visitor.get(path)
        assert page.status_code == 200
        assert HIDDEN not in page.text
        assert "uri:7" not in page.text


@pytest.mark.parametrize(
    "sql",
    [
        "attach 'file:/etc/passwd' as other",
        "pragma table_info(posts)",
        "select load_extension('x')",
        "select readfile('/etc/passwd')",
        "select fts3_tokenizer('x')",
        "with x as (select 1) insert into posts (id) select 100 from x",
        "with x as (select 1) delete from posts",
        "with x as (select 1) update posts set platform = 'x'",
        "select * from pragma_module_list",
        "select * from pragma_compile_options",
        "select * from dbstat",
        "select * from sqlite_stmt",
        "select * from sqlite_dbpage",
    ],
)
def test_what_reaches_outside_the_open_tables_is_refused(visitor: Visitor, sql: str) -> None:
    assert visitor.sql(sql)["ok"] is False
    assert visitor.sql("select count(*) from posts")["rows"] == [[6]]


def test_where_the_archive_lies_is_not_told(visitor: Visitor, made: tuple[Path, Path]) -> None:
    assert visitor.sql("select * from pragma_database_list")["rows"] == []
    for path in (
        "/archive",
        "/archive.json",
        "/.json",
        "/-/databases.json",
        "/-/metadata.json",
        "/_internal.json",
        "/",
    ):
        assert str(made[0].parent) not in visitor.get(path).text


def test_datasettes_pages_about_itself_are_closed(visitor: Visitor) -> None:
    names = "metadata versions plugins settings threads databases actor auth-token permissions messages patterns"
    for path in [f"/-/{name}" for name in names.split()] + ["/-/threads.json", "/_internal", "/_internal?sql=select+1"]:
        assert visitor.get(path).status_code in (403, 404), path


def test_the_archive_cannot_be_downloaded(visitor: Visitor) -> None:
    assert visitor.get("/archive.db").status_code == 403


LONG = "replace(hex(zeroblob(2000000)), '0', 'a')"
HALF = "replace(hex(zeroblob(1000000)), '0', 'a')"
QUADRATIC = [
    f"select instr({LONG}, {HALF} || 'b')",
    f"select length(replace({LONG}, {HALF} || 'b', ''))",
    f"select length(trim({LONG}, replace({HALF}, 'a', 'b') || 'a'))",
    f"select {LONG} like '%' || replace(hex(zeroblob(450)), '0', '_') || 'b'",
    f"select {LONG} glob replace(hex(zeroblob(200)), '0', '*a') || 'b'",
    "select length(printf('%.*c', 300000000, 'x'))",
    "select length(format('%300000000c', 'x'))",
]
TOO_BIG = [
    "select length(hex(zeroblob(3e8)))",
    "select printf('%.*c', 300000000, 'x')",
    "select length(replace(hex(zeroblob(2000000)), '0', hex(zeroblob(1000))))",
    "with recursive t(x) as (select 'aaaaaaaaaa' union all select x || x from t) select max(length(x)) from t",
    "select hex(zeroblob(2000000)) from posts, posts as b, posts as c",
    f"select {', '.join('1' for _ in range(400))}",
    "select json_patch('{}', '{}')",
    f"select trim('x', '{''.join(map(chr, range(256, 1500)))}')",
]


@pytest.mark.parametrize("sql", QUADRATIC)
def test_no_function_outlives_the_time_limit(visitor: Visitor, sql: str) -> None:
    visitor.sql("select 1")
    began = time.perf_counter()
    visitor.sql(sql)
    assert time.perf_counter() - began < 5  # SQLite's own would take minutes, and could not be interrupted


def test_a_page_draws_only_so_many_cells_and_a_download_holds_them_all(visitor: Visitor) -> None:
    sql = "with recursive n(x) as (select 1 union all select x + 1 from n limit 1000) select " + ", ".join(["x"] * 40)
    page = visitor.ask("GET", "/archive", params={"sql": sql + " from n"})
    assert page.status_code == 400 and "too large to show" in page.text
    file = visitor.ask("GET", "/archive.csv", params={"sql": sql + " from n"})
    assert len(file.text.splitlines()) == 1001


@pytest.mark.parametrize("sql", ["select /*" * 4000, "select 1 -- " + "x" * 50_000])
def test_an_address_with_more_sql_than_anybody_writes_is_refused_at_once(visitor: Visitor, sql: str) -> None:
    began = time.perf_counter()
    response = visitor.ask("GET", "/archive", params={"sql": sql})
    assert response.status_code == 414 and "The SQL is too long" in response.text
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("sql", TOO_BIG)
def test_no_answer_fills_the_memory(visitor: Visitor, sql: str) -> None:
    answer = visitor.sql(sql)
    assert answer["ok"] is False and not answer.get("rows")


def test_a_query_ends_at_the_time_limit_and_says_so(visitor: Visitor) -> None:
    endless = "with recursive t(x) as (select 1 union all select x + 1 from t) select count(*) from t"
    page = visitor.ask("GET", "/archive", params={"sql": endless})
    assert page.status_code == 400
    assert "The query took too long" in page.text
    assert "<textarea" in page.text and "with recursive" in page.text
    assert "<script" not in page.text


def test_our_pages_do_not_wait_for_visitors_sql(visitor: Visitor) -> None:
    endless = "/archive.json?sql=with recursive t(x) as (select 1 union all select x from t) select count(*) from t"
    visitor.get("/")
    came = visitor.together(*[f"{endless} -- {number}" for number in range(12)], "/", "/sources", "/editions/uk-2026")
    ours = [place for place, (path, _response) in enumerate(came) if not path.startswith("/archive")]
    assert all(response.status_code == 200 for path, response in came if not path.startswith("/archive"))
    assert max(ours) <= 5, "four rounds of three queries at half a second each would have come first"


def test_the_linear_functions_answer_as_sqlites_own() -> None:
    import sqlite3

    ours, theirs = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    visitors.close(ours)
    values = ["''", "'abcabc'", "'  ab  '", "'bc'", "'a'", "NULL", "12.5", "7", "x'616263'", "'ÄÖ'", "'0'"]
    expressions = [f"{name}({a})" for name in ("trim", "ltrim", "rtrim") for a in values]
    expressions += [f"{name}({a}, {b})" for name in ("instr", "trim", "ltrim", "rtrim") for a in values for b in values]
    expressions += [f"replace({a}, {b}, {c})" for a in values for b in values for c in ("''", "'x'", "NULL", "1")]
    for expression in expressions:
        sql = f"select {expression}"
        assert ours.execute(sql).fetchone() == theirs.execute(sql).fetchone(), sql


def test_mistakes_in_sql_are_told_in_the_page_and_not_on_the_terminal(visitor: Visitor, capfd: Any) -> None:
    page = visitor.ask("GET", "/archive", params={"sql": 'select "\x1b[31mnone" from nowhere'})
    assert page.status_code == 400
    assert "no such table: nowhere" in page.text
    assert capfd.readouterr() == ("", "")


def test_a_person_searches_as_they_type(visitor: Visitor) -> None:
    for words in ("co-production", "#CoProWeek", "coproweek", '"co-production', "CO-PRODUCTION"):
        page = visitor.ask("GET", "/archive/items", params={"_search": words})
        assert "6 rows" in page.text, words
    assert "0 rows" in visitor.ask("GET", "/archive/items", params={"_search": "nothing like it"}).text


def test_what_visitors_download_holds_no_formula(visitor: Visitor) -> None:
    for path in ("/archive/items.csv", "/archive/items.csv?_stream=1", "/archive.csv?sql=select+title+from+items"):
        response = visitor.get(path)
        assert response.status_code == 200
        assert "'=HYPERLINK" in response.text
        assert not [line for line in response.text.splitlines() if line.startswith(("=", '"='))]
        assert HOSTILE[0] in response.text
