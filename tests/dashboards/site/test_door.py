"""Who is let in: by the host that is asked for, where a form comes from, and what every answer says of itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.site.door import CONTENT_SECURITY_POLICY, harmless_rows, host_is_ours, refusal
from dashboards.site.words import harmless
from tests.dashboards.site.conftest import HOST, Visitor

OURS = ["127.0.0.1", "127.0.0.1:8001", "localhost", "LOCALHOST:9", "[::1]:8001", "127.8.9.10:1"]
STRANGERS = [
    "evil.example",
    "evil.example:8001",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "0.0.0.0",
    "192.168.1.5:8001",
    "",
    ":8001",
    "[::1",
    "127.0.0.1@evil.example",
    "evil.example@127.0.0.2.example",
    "2130706433",
    "0x7f.1",
    "coproweek.local",
]


@pytest.mark.parametrize("host", OURS)
def test_loopback_is_let_in_under_each_of_its_names(visitor: Visitor, host: str) -> None:
    assert visitor.get("/", host=host).status_code == 200


@pytest.mark.parametrize("host", STRANGERS)
def test_a_strange_name_is_refused_on_every_page_in_plain_words(visitor: Visitor, host: str) -> None:
    for path in ("/", "/archive/items.json", "/assets/site.css", "/nowhere"):
        response = visitor.get(path, host=host)
        assert response.status_code == 421
        assert "private to the computer" in response.text
        assert "co-production" not in response.text.lower()


def test_a_configured_name_is_let_in_and_no_other(visit: Callable[..., Visitor], archive_path: Path) -> None:
    visitor = visit(archive_path, hosts=["pages.example"])
    assert visitor.get("/", host="Pages.Example:443").status_code == 200
    assert visitor.get("/", host="other.example").status_code == 421


def test_two_hosts_or_none_are_refused() -> None:
    assert refusal("GET", [], ()) is not None
    assert refusal("GET", [("host", "localhost"), ("host", "evil.example")], ()) is not None


@given(st.text(max_size=40))
def test_no_host_header_breaks_the_door(host: str) -> None:
    assert host_is_ours(host, ()) in (True, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": f"http://{HOST}"},
    ],
)
def test_a_form_on_another_website_changes_nothing(visitor: Visitor, method: str, headers: dict[str, str]) -> None:
    assert visitor.ask(method, "/archive/items", headers).status_code == 403


def test_a_form_of_our_own_is_no_stranger_but_there_is_nothing_to_change(visitor: Visitor) -> None:
    own = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}
    assert refusal("POST", [("host", HOST), *own.items()], ()) is None
    for path in ("/", "/archive/items", "/archive", "/-/logout"):
        assert visitor.ask("POST", path, own).status_code == 405


def test_another_website_may_link_to_a_page_but_not_load_it(visitor: Visitor) -> None:
    assert visitor.get("/", sec_fetch_site="cross-site", sec_fetch_mode="navigate").status_code == 200
    for mode in ("no-cors", "cors", "websocket"):
        assert (
            visitor.get("/archive.json?sql=select+1", sec_fetch_site="cross-site", sec_fetch_mode=mode).status_code
            == 403
        )
    assert visitor.get("/assets/site.css", sec_fetch_site="same-origin", sec_fetch_mode="no-cors").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/sources", "/archive", "/archive/items", "/archive/items.json", "/nowhere", "/assets/site.css"]
)
def test_every_answer_carries_the_security_headers_once(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    assert headers.get_list("content-security-policy") == [CONTENT_SECURITY_POLICY]
    assert headers.get_list("referrer-policy") == ["no-referrer"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_the_policy_lets_nothing_run_and_nothing_in() -> None:
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "script" not in CONTENT_SECURITY_POLICY and "unsafe" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20 7946 0000", "'+44 20 7946 0000"),
        ("-2", "-2"),
        ("-2.5e3", "-2.5e3"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("＋1x", "'＋1x"),
        ("－1x", "'－1x"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\ufeff \u200b=1", "'\ufeff \u200b=1"),
        ("co-production", "co-production"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell: str, written: str) -> None:
    assert harmless(cell) == written


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1), max_size=5
    )
)
def test_rows_keep_their_cells_but_for_the_apostrophe(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    kept = list(csv.reader(io.StringIO(harmless_rows(out.getvalue().encode()).decode(), newline="")))
    assert kept == [[harmless(cell) for cell in row] for row in csv.reader(io.StringIO(out.getvalue(), newline=""))]


def test_a_long_text_passes_through_a_csv_file() -> None:
    assert harmless_rows(b'"' + b"x" * 500_000 + b'"\r\n').strip() == b"x" * 500_000
