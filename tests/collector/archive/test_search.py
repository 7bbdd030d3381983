"""Full-text search as people type it. Datasette quotes each word, and so do these."""

from __future__ import annotations

import pytest

from tests.collector.archive.making import Archive, article


def quoted(typed: str) -> str:
    """What Datasette's `escape_fts` makes of words that a person typed."""
    return " ".join('"{}"'.format(word.replace('"', '""')) for word in typed.split())


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("co-production", {1, 2}),
        ("Co-Production", {1, 2}),
        ("#CoProWeek", {1, 2, 3}),
        ("coproweek", {1, 2, 3}),
        ("cafe", {3}),  # é is found by e
        ("carers' voices", {3}),
        ('"quoted"', {2}),
        ("AND", {2}),
        ("title-word", {1}),
        ("nowhere", set()),
        ("📣", set()),
    ],
)
def test_search_takes_what_a_person_types(archive: Archive, typed: str, found: set[int]) -> None:
    archive.save(
        article(1, title="A title-word", text="What is co-production? #CoProWeek"),
        article(2, text="“quoted” AND Co‐production #CoProWeek"),  # with a real hyphen, U+2010
        article(3, text="Carers' voices in the café #coproweek 📣"),
    )
    assert {row[0] for row in archive.ask("SELECT rowid FROM post_search(?)", quoted(typed))} == found
