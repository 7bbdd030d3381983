"""When a server wants to be asked again: Retry-After, Cache-Control, Expires."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.http import Headers, Response, freshness, retry_after

FEED = b"<rss>" + b"<item>Co-production Week</item>" * 2_000 + b"</rss>"


NOW = "2026-07-06T09:00:00Z"


def response(**headers: str) -> Response:
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Response(
        status=200,
        url="https://x.example/",
        headers=Headers(pairs),
        body=b"",
        wire_bytes=0,
        permanent_url=None,
        requests=1,
    )


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 06 Jul 2026 09:30:00 GMT", 1800),
        ("Monday, 06-Jul-26 09:30:00 GMT", 1800),
        ("Mon Jul  6 09:30:00 2026", 1800),
        ("Mon, 06 Jul 2026 10:30:00 +0100", 1800),
        ("Mon, 06 Jul 2026 08:00:00 GMT", 0),
        ("Mon, 06 Jul 9999 09:30:00 GMT", 366 * 86_400),
        ("9" * 5_000, 366 * 86_400),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: int | None) -> None:
    assert retry_after(response(retry_after=value), NOW) == seconds


def test_retry_after_that_is_absent_is_unknown() -> None:
    assert retry_after(response(), NOW) is None


DATE = "Mon, 06 Jul 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache_control": "max-age=600"}, 600),
        ({"cache_control": 'public, Max-Age="600", s-maxage=5'}, 600),
        ({"cache_control": "s-maxage=600"}, None),
        ({"cache_control": "max-age=600", "age": "200"}, 400),
        ({"cache_control": "max-age=600", "age": "900"}, 0),
        ({"cache_control": "no-cache, must-revalidate, max-age=600"}, 0),
        ({"cache_control": "private,no-store"}, 0),
        ({"cache_control": "x-no-cache=1, max-age=60"}, 60),
        ({"cache_control": "max-age=" + "9" * 5_000}, 366 * 86_400),
        ({"cache_control": "max-age=soon"}, None),
        ({"cache_control": "max-age=60", "expires": "Mon, 06 Jul 2026 12:00:00 GMT", "date": DATE}, 60),
        ({"expires": "Mon, 06 Jul 2026 09:10:00 GMT", "date": DATE}, 600),
        ({"expires": "Mon, 06 Jul 2026 09:10:00 GMT", "date": DATE, "age": "60"}, 540),
        ({"expires": "Wed, 11 Jan 1984 05:00:00 GMT", "date": DATE}, 0),
        ({"expires": "0"}, 0),
        ({"expires": "Mon, 06 Jul 2026 09:10:00 GMT"}, None),
    ],
)
def test_freshness_is_what_the_server_says(headers: dict[str, str], seconds: int | None) -> None:
    assert freshness(response(**headers)) == seconds


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=10))
def test_any_header_gives_a_bounded_wait_or_none(one: str, two: str, three: str) -> None:
    met = response(retry_after=one, cache_control=two, expires=one, date=two, age=three)
    for seconds in (retry_after(met, NOW), freshness(met)):
        assert seconds is None or 0 <= seconds <= 366 * 86_400
