"""How the report says counts, stretches of time, lists and addresses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.report import phrases


def test_counts_bring_their_noun() -> None:
    assert phrases.count(0, "post") == "no posts"
    assert phrases.count(1, "post") == "1 post"
    assert phrases.count(1240, "post") == "1,240 posts"
    assert phrases.count(2, "person", "people") == "2 people"


def test_parts_bring_their_whole() -> None:
    assert phrases.part_of(0, 9, "post") == "none of 9 posts"
    assert phrases.part_of(1, 9, "post") == "1 of 9 posts"
    assert phrases.part_of(9, 9, "post") == "all 9 posts"
    assert phrases.part_of(1, 1, "post") == "the only post"
    assert phrases.part_of(0, 1, "post") == "none of 1 post"
    assert phrases.part_of(0, 0, "post") == "no posts"


def test_lists_end_with_and() -> None:
    assert phrases.listed([]) == ""
    assert phrases.listed(["a"]) == "a"
    assert phrases.listed(["a", "b"]) == "a and b"
    assert phrases.listed(["a", "b", "c"]) == "a, b and c"


def test_moments_are_in_the_campaigns_time_zone() -> None:
    assert phrases.moment("2026-07-05T23:05:00Z", "Europe/London") == "00:05 on Monday 6 July 2026"
    assert phrases.moment("2026-11-16T12:00:00Z", "Europe/London") == "12:00 on Monday 16 November 2026"
    assert phrases.local_day("2026-07-05T23:05:00Z", "Europe/London") == "2026-07-06"


def test_stretches_of_time() -> None:
    assert phrases.duration(timedelta(minutes=40)) == "40 minutes"
    assert phrases.duration(timedelta(hours=1)) == "1 hour"
    assert phrases.duration(timedelta(hours=26)) == "26 hours"
    assert phrases.duration(timedelta(days=2)) == "2 days"
    assert phrases.duration(timedelta(days=2, hours=4)) == "2 days and 4 hours"


@pytest.mark.parametrize("address", ["comms@charity.example", "co.pro@nhs.example.uk"])
def test_an_email_address_is_known(address: str) -> None:
    assert phrases.is_email(address)


@pytest.mark.parametrize(
    "address", [None, "", "https://charity.example/contact", "a@b", "a@b.example\r\nBcc: x@y.example", "a b@c.example"]
)
def test_what_is_not_an_email_address(address: str | None) -> None:
    assert not phrases.is_email(address)


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "http://127.0.0.1:8001/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://[::1]:8001/",
        "http://localhost/",
        "http://printer.local/",
        "http://intranet/",
        "http://10.0.0.3/",
        "http://192.168.1.1./",
        "javascript:alert(1)",
        "mailto:a@b.example",
        "http://[broken/",
        "https://charity.example/\nX",
    ],
)
def test_an_address_that_leads_nowhere_elsewhere_is_no_link(address: str | None) -> None:
    assert phrases.public_link(address) is None


@pytest.mark.parametrize(
    "address", ["https://www.scie.org.uk/co-production/week", "http://8.8.8.8/", "https://a.example/?q=1#x"]
)
def test_a_public_address_is_a_link(address: str) -> None:
    assert phrases.public_link(f" {address} ") == address


@given(st.text(max_size=60))
def test_any_text_may_be_asked_about(text: str) -> None:
    link = phrases.public_link(text)
    assert link is None or link.lower().startswith(("http://", "https://"))
    phrases.is_email(text)
