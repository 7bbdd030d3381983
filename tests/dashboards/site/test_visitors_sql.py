"""What a visitor's SQL cannot do: read what is closed or hidden, reach outside, or take more than its share."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards import serve
from dashboards.site import visitors
from tests.dashboards.site.conftest import HIDDEN, HOST, HOSTILE, SECRETS, Visitor, clock, insert

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
    assert visitor.sql("select count(*) from post_search where post_search match 'coproweek'")["rows"] == [[6]]
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
        "select rowid from main.post_search where post_search match 'taken'",
        "select count(*) from main.post_search where post_search match 'taken'",
        "select count(*) from main.post_search('taken')",
        "select 1 from main.post_search('taken')",
        "select 1 from posts where exists (select 1 from main.post_search('taken'))",
        "select rank from post_search where post_search match 'taken'",
        "select bm25(post_search) from post_search where post_search match 'coproweek'",
        "select why from main.edition_posts",
        "select local_id from main.sightings",
        "select highlight(post_search, 1, '[', ']') from post_search where post_search match 'coproweek'",
        "select * from temp.sqlite_master",
        "select * from sqlite_temp_master",
    ],
)
def test_a_hidden_post_cannot_be_reached_past_the_views(visitor: Visitor, sql: str) -> None:
    answer = visitor.sql(sql)
    assert answer["ok"] is False and not answer.get("rows")
    assert HIDDEN not in str(answer)


def test_no_search_tells_that_a_hidden_post_says_a_word(visitor: Visitor) -> None:
    for sql in (
        "select highlight(post_search, 1, '[', ']') from post_search where post_search match 'taken'",
        "select rowid from post_search where post_search match 'taken'",
        "select count(*) from post_search where post_search match 'taken'",
        "select 1 where exists (select 1 from post_search where post_search match 'taken')",
        "select 1 from edition_posts where post_id in (select rowid from post_search where post_search match 'tak*')",
    ):
        assert visitor.sql(sql).get("rows") in ([], [[0]]), sql


def test_why_a_hidden_post_belongs_is_not_told_and_where_it_was_seen_neither(
    visit: Callable[..., Visitor], archive_path: Path
) -> None:
    with closing(sqlite3.connect(archive_path)) as conn, conn:
        conn.execute("UPDATE sightings SET local_id = 'there-' || post_id")
        insert(conn, "sightings", post_id=7, source_id=1, first_round_id=2, local_id="there-7")
    visitor = visit(archive_path)
    assert visitor.sql("select why from edition_posts where post_id = 7")["rows"] == [[None]]
    assert visitor.sql("select count(*) from edition_posts where why like '%taken%'")["rows"] == [[0]]
    assert visitor.sql("select why is not null from edition_posts where post_id <> 7")["rows"] == [[1]] * 6
    rows = visitor.sql("select post_id, local_id from sightings order by 1")["rows"]
    assert rows == [[number, f"there-{number}"] for number in range(1, 7)] + [[7, None]]
    for path in ("/archive/edition_posts.csv", "/archive/sightings.csv", "/archive/edition_posts/uk-2026,7"):
        page = visitor.get(path)
        assert page.status_code == 200 and HIDDEN not in page.text and "there-7" not in page.text


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
A_MEGABYTE = "replace(hex(zeroblob(500000)), '0', 'a')"
ENDLESS = "with recursive n(x) as (select 1 union all select x + 1 from n)"
JSON = "'[' || replace(hex(zeroblob(350000)), '00', '1,') || '1]'"
QUADRATIC += [
    f"select 'x' || {A_MEGABYTE} like '%' || substr({A_MEGABYTE}, 1, 990) || 'b'",
    f"select {A_MEGABYTE} like '%' || substr({A_MEGABYTE}, 1, 500) || '_' || substr({A_MEGABYTE}, 1, 400) || 'b'",
    f"select {A_MEGABYTE} glob '*' || substr({A_MEGABYTE}, 1, 990) || 'b'",
    f"select {A_MEGABYTE} glob '*' || substr({A_MEGABYTE}, 1, 900) || '[a]b'",
    f"{ENDLESS} select count(*) from n where {A_MEGABYTE} || x like '%a_a_a_ab'",
    f"{ENDLESS} select sum(json_extract({JSON}, '$[#-1]')) from n where x",
    f"with recursive n(x, j) as (select 1, {JSON} union all select x + 1, json_set(j, '$[#]', x) from n)"
    " select max(length(j)) from n",
    f"with recursive n(x, j) as (select 1, {JSON} union all select x + 1, j from n)"
    " select sum(json_array_length(j || substr(' ', 1, x))) from n",
    f"with recursive n(x, j) as (select 1, {JSON} union all select x + 1, j from n)"
    " select sum(length(json(j || substr(' ', 1, x)))) from n",
    f"with recursive n(x, j) as (select 1, {JSON} union all select x + 1, j from n)"
    " select count(*) from n, json_each(j || substr(' ', 1, x))",
    "with recursive n(x, j) as (select 1, zeroblob(2400000) union all select x + 1, j from n)"
    " select sum(length(hex(j)) + length(upper(quote(j)))) from n",
    "select length(printf(replace(hex(zeroblob(30000)), '00', '%9999d')))",
    "select length(printf(replace(hex(zeroblob(3000)), '00', '%.999f')))",
]
WORST = (QUADRATIC[7], QUADRATIC[8], QUADRATIC[13])
TOO_BIG = [
    "select printf(replace(hex(zeroblob(30000)), '00', '%9999d'))",
    "select printf(replace(hex(zeroblob(100)), '00', '%9999d'))",
    f"select json_extract({JSON}, '$[0]')",
    "select json_set('{}', '$.a', 1)",
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
    assert time.perf_counter() - began < 3  # SQLite's own would take minutes, and could not be interrupted


def test_tables_of_visitors_answer_while_the_worst_queries_run_whose_visitors_have_left(
    made: tuple[Path, Path],
) -> None:
    app = serve.make_app(*made, clock=clock)

    async def asking() -> float:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", timeout=60) as client:
            await client.get("/archive/items")
            worst = [asyncio.create_task(client.get("/archive.json", params={"sql": sql})) for sql in WORST]
            await asyncio.wait(worst, timeout=0.2)
            for task in worst:
                task.cancel()
            began = time.perf_counter()
            assert (await client.get("/archive/items")).status_code == 200
            return time.perf_counter() - began

    assert asyncio.run(asking()) < 2


@settings(max_examples=300, deadline=None)
@given(st.text("abAÄä%_*?[]^-\\", max_size=8), st.text("abAÄä%_-]^[\\", max_size=7))
def test_like_and_glob_answer_as_sqlites_own(pattern: str, text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as ours, closing(sqlite3.connect(":memory:")) as theirs:
        visitors.close(ours)
        for sql in ("select ?2 like ?1", "select ?2 like ?1 escape '\\'", "select ?2 glob ?1"):
            assert ours.execute(sql, (pattern, text)).fetchone() == theirs.execute(sql, (pattern, text)).fetchone()


def test_printf_and_reading_json_answer_as_sqlites_own() -> None:
    with closing(sqlite3.connect(":memory:")) as ours, closing(sqlite3.connect(":memory:")) as theirs:
        visitors.close(ours)
        expressions = [
            f"printf('{form}', {value})"
            for form in ("%5d", "%s|%s", "%08.3f", "%%", "%-10s|", "%,d", "%Q")
            for value in ("3, 4", "'x'", "1.5", "NULL")
        ]
        expressions += [
            expression.format(document)
            for expression in ("json_extract({}, '$.a', '$.b')", "{} -> 'b'", "{} ->> 'b'", "json_type({}, '$.a')")
            for document in ("""'{{"a": 1.0, "b": [1, "x"]}}'""".replace("{{", "{").replace("}}", "}"), "'[1]'", "NULL")
        ]
        for expression in [*expressions, "json_valid('{')", "json_array_length('[1, 2]')", "printf(NULL)"]:
            sql = f"select {expression}"
            assert ours.execute(sql).fetchone() == theirs.execute(sql).fetchone(), sql


def test_contains_still_filters(visitor: Visitor) -> None:
    for chosen, rows in (("title__contains=SCRIPT", 2), ("title__contains=100%25", 0), ("title__startswith=<svg", 1)):
        assert f"{rows} row" in visitor.get(f"/archive/items?{chosen}").text, chosen


def test_what_is_closed_is_said_to_be_closed_in_plain_words(visitor: Visitor) -> None:
    paths = ("post_search.json", "post_search", "items.json?_where=1+in+(select+1+from+raw_items)", "raw_items.csv")
    for path in paths:
        response = visitor.get(f"/archive/{path}")
        assert response.status_code == 403, path
        assert "This table is closed" in response.text
        assert "not authorized" not in response.text and "prohibited" not in response.text
    page = visitor.get("/archive/raw_items.csv").text
    assert page.startswith("<!DOCTYPE html>") and '""' not in page


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
