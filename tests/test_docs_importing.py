"""docs/importing.md describes every ready mapping, every setting of a mapping and every column, and no other."""

import re
from pathlib import Path

from collector.platforms.files import understand
from collector.platforms.files_mapping import Columns, Mapping, ready

PAGE = (Path(__file__).parents[1] / "docs" / "importing.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """The first cells of the table under a header row."""
    table = PAGE[PAGE.index(heading) :].split("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


def test_every_ready_mapping_is_described() -> None:
    assert sorted(rows("| file | how to get it")) == sorted(ready())


def test_every_setting_of_a_mapping_is_described() -> None:
    assert sorted(rows("| setting | what it is")) == sorted(Mapping.__struct_fields__)


def test_every_column_is_described() -> None:
    assert sorted(rows("| column | what it holds")) == sorted(Columns.__struct_fields__)


def test_the_example_is_right(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "newsletter.toml").write_text(example, encoding="utf-8")
    table = tmp_path / "newsletter.csv"
    table.write_text(
        "Date,Subject,Opening words,Web address,Opens\n06/07/2026,July,Hello,https://a.example/7,12\n", encoding="utf-8"
    )
    file = understand(table, now="2026-11-21T12:00:00Z", mapping=tmp_path / "newsletter.toml")
    (page,) = file.pages()
    assert page.posts[0].published_at == "2026-07-06T11:00:00Z" and page.posts[0].title == "July"
