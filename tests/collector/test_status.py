"""What `coproweek status` says."""

import json

from msgspec.structs import replace

from collector.archive.journal import SourceStatus
from collector.posts import Interval
from collector.status import as_json, as_text

NOW = "2026-07-08T12:00:00Z"
STATE = SourceStatus(
    id=1,
    platform="blogs",
    title="A blog\x1b[31m",
    locator="https://blog.example/",
    configured=True,
    last_tried_at="2026-07-08T11:00:00Z",
    last_success_at="2026-07-08T09:00:00Z",
    last_outcome="the server did not answer",
    failures=2,
    due_at="2026-07-08T12:30:00Z",
    retired_at=None,
    retired_reason=None,
    running=False,
    cut_off=False,
    covered_share=0.9996,
    gaps=(Interval("2026-07-08T09:00:00Z", NOW),),
    out_of_reach=(Interval("2015-07-04T23:00:00Z", "2026-07-01T00:00:00Z"),),
    posts=12,
    not_understood=1,
)


def test_the_words_say_when_what_and_where_the_gaps_are() -> None:
    assert as_text([STATE], NOW) == (
        "A blog[31m (https://blog.example/)\n"
        "  Last answered 3 hours ago; failed 2 times in a row since.\n"
        "  It said: the server did not answer\n"
        "  12 posts, 1 items not understood (kept).\n"
        "  Seen without a gap since 2026-07-01 00:00 UTC, as far as its feed tells.\n"
        "  Gaps, to be filled (UTC): 2026-07-08 09:00 to 2026-07-08 12:00.\n"
        "  Not given by the source (UTC): 2015-07-04 23:00 to 2026-07-01 00:00.\n"
        "  Asked again: in 30 minutes."
    )


def test_the_minutes_since_the_last_round_are_no_gap_while_the_source_answers() -> None:
    said = as_text([replace(STATE, failures=0, out_of_reach=())], NOW)
    assert "Seen without a gap for all of the time that is wanted." in said
    assert "Gaps" not in said


def test_programs_get_the_same_facts() -> None:
    told = json.loads(as_json([STATE], NOW))
    assert told["as_at"] == NOW
    assert told["sources"][0]["gaps"] == [{"from_utc": "2026-07-08T09:00:00Z", "to_utc": NOW}]
    assert told["sources"][0]["retired_at"] is None


def test_no_sources_says_what_to_do() -> None:
    assert "[[source]]" in as_text([], NOW)
