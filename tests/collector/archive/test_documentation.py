"""docs/archive.md says what every table and column is, in the schema's own words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboards.site.descriptions import Description, describe
from tests.collector.archive.making import Archive

PAGE = Path(__file__).parents[3] / "docs" / "archive.md"
BEGIN = "<!-- Made from collector/archive/schema_1.sql by `python -m tests.collector.archive.test_documentation`. -->"
NOT_OURS = ("sqlite_", "_sqlite_", "post_search_")


def described(archive: Archive) -> dict[str, Description]:
    found = describe(archive.conn.execute("SELECT type, name, sql FROM sqlite_master ORDER BY rowid"))
    return {name: table for name, table in found.items() if not name.startswith(NOT_OURS)}


def columns(archive: Archive, table: str) -> list[str]:
    return [name for (name,) in archive.ask("SELECT name FROM pragma_table_info(?)", table)]


def written(archive: Archive) -> str:
    """The page's part that is made from the schema."""
    lines = [BEGIN, ""]
    for name, table in described(archive).items():
        if name == "post_search":
            continue
        lines += [f"### {name}", "", table.text, "", "| column | what it is |", "|---|---|"]
        lines += [f"| `{column}` | {table.columns[column].replace('|', '/')} |" for column in columns(archive, name)]
        lines.append("")
    return "\n".join(lines)


def test_every_table_and_column_describes_itself(archive: Archive) -> None:
    for name, table in described(archive).items():
        if name != "post_search":
            assert table.text, name
            assert [column for column in columns(archive, name) if not table.columns.get(column)] == [], name


def test_the_page_says_what_the_schema_says(archive: Archive) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page[page.index(BEGIN) :] == written(archive), (
        "docs/archive.md is out of date: python -m tests.collector.archive.test_documentation"
    )


@pytest.mark.parametrize(
    "word", ["health", "disability", "ethnic", "religio", "politic", "gender", "age_group", "sentiment"]
)
def test_no_column_holds_what_is_inferred_about_people(archive: Archive, word: str) -> None:
    names = {column for table in described(archive) for column in columns(archive, table)}
    assert [name for name in names if re.search(word, name)] == []


def main() -> None:
    from tempfile import TemporaryDirectory

    from tests.collector.archive.making import make

    page = PAGE.read_text(encoding="utf-8")
    with TemporaryDirectory() as folder:
        archive = make(Path(folder))
        PAGE.write_text(page[: page.index(BEGIN)] + written(archive), encoding="utf-8")
        archive.conn.close()


if __name__ == "__main__":
    main()
