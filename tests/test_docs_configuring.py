"""docs/configuring.md describes every setting that config.toml may hold, and no other."""

import re
from pathlib import Path

import pytest

from collector.campaign import load
from collector.configuration.table import KEYS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "configuring.md").read_text(encoding="utf-8")

HEADINGS = {
    "": "### At the top of the file",
    "source": "### `[[source]]`",
    "campaign": "### `[[campaign]]`",
    "campaign.edition": "### `[[campaign.edition]]`",
    "organisation": "### `[[organisation]]`",
    "organisation.accounts": "### `accounts` of an organisation",
    "schedule": "### `[schedule]`",
    "fetching": "### `[fetching]`",
    "collecting": "### `[collecting]`",
}


def section(heading: str) -> str:
    start = PAGE.index(heading + "\n") + len(heading)
    return PAGE[start : start + re.search(r"\n##|\Z", PAGE[start:]).start()]  # type: ignore[union-attr]


def test_every_table_of_settings_has_its_section() -> None:
    assert HEADINGS.keys() == KEYS.keys()


@pytest.mark.parametrize("kind", KEYS)
def test_every_setting_is_described_and_every_described_setting_exists(kind: str) -> None:
    described = re.findall(r"^\| `(\w+)` \|", section(HEADINGS[kind]), re.MULTILINE)
    assert sorted(described) == sorted(KEYS[kind])


def test_what_is_said_of_defaults_is_so(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[[campaign]]\nid = "a"\ntitle = "A"\nhashtags = ["A1"]\n', encoding="utf-8")
    built = load(path)
    values = {
        **{name: getattr(built.schedule, name) for name in KEYS["schedule"]},
        **{name: getattr(built.fetching, name) for name in KEYS["fetching"] if hasattr(built.fetching, name)},
        "max_megabytes": built.fetching.max_bytes // 1_000_000,
        "max_unpacked_megabytes": built.fetching.max_decompressed_bytes // 1_000_000,
        "pages": built.limits.pages,
        "entries": built.limits.items,
        "comments": built.limits.comments,
        "comment_text": built.limits.comment_text,
        "keep_days": built.keep_days or 0,
        "lead_up_days": built.campaigns[0].lead_up_days,
        "after_days": built.campaigns[0].after_days,
        "time_zone": built.campaigns[0].time_zone,
    }
    for name, value in values.items():
        (said,) = re.findall(rf"^\| `{name}` \| .* \| `?\"?([^`\"|]+?)\"?`? \|$", PAGE, re.MULTILINE)
        assert said == str(value).lower() or said == str(value), name


def test_the_examples_are_right(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert blocks
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.toml"
        campaign = "" if "[[campaign]]" in block else '[[campaign]]\nid = "a"\ntitle = "A"\nhashtags = ["A1"]\n'
        path.write_text(campaign + block, encoding="utf-8")
        load(path)


def test_the_shipped_file_names_every_setting_that_does_not_differ_from_blog_to_blog() -> None:
    shipped = (ROOT / "config.toml").read_text(encoding="utf-8")
    for kind in ("", "schedule", "fetching", "collecting", "campaign"):
        for name in KEYS[kind]:
            assert re.search(rf"^(\[+(campaign\.)?{name}\]|{name} =)", shipped, re.MULTILINE), name
