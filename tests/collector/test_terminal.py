"""Nothing from outside reaches a terminal as anything but text."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from collector.terminal import ago, plain, table


def test_escape_sequences_lose_their_power() -> None:
    assert plain("\x1b]0;owned\x07\x1b[2Jhello\r\nworld") == "]0;owned[2Jhello world"


def test_direction_overrides_are_dropped() -> None:
    assert plain("safe\u202eexe.txt") == "safeexe.txt"


@given(st.text())
def test_no_control_character_survives(text: str) -> None:
    assert all(unicodedata.category(character) not in {"Cc", "Cf"} for character in plain(text))
    assert len(plain(text, width=10)) <= 10


def test_times_are_said_as_people_say_them() -> None:
    now = "2026-07-06T12:00:00Z"
    assert ago("2026-07-06T11:59:59Z", now) == "1 second ago"
    assert ago("2026-07-06T09:30:00Z", now) == "2 hours ago"
    assert ago("2026-07-04T09:30:00Z", now) == "2 days ago"
    assert ago("2026-07-06T12:05:00Z", now) == "in 5 minutes"
    assert ago(None, now) == "never"


def test_a_table_lines_up() -> None:
    assert table(["a", "b"], [["long value", 1], ["x", "y"]]) == "a           b\nlong value  1\nx           y"
