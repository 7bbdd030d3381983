"""The documentation tells the truth: every command and option is described, every page is reached, every link leads."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from collector.cli import main

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("**/*.md"), ROOT / "data" / "README.md"])
COMMANDS = {name: command for name, command in main.commands.items() if not command.hidden}
OTHER_MAKES = {"sure"}


def sections(page: Path) -> dict[str, str]:
    """The text under each second-level heading."""
    parts = re.split(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden and "--help" not in parameter.opts:
            yield from parameter.opts


def in_code(text: str) -> Iterator[str]:
    """What the text shows as code: indented or fenced blocks, and words between backticks."""
    for block in re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    yield from re.findall(r"^ {4,}(\S.*)$", text, flags=re.MULTILINE)
    yield from re.findall(r"`([^`\n]+)`", text)


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_command_has_its_section_and_no_other_has() -> None:
    described = {heading.split()[1] for heading in sections(DOCS / "commands.md") if heading.startswith("coproweek ")}
    assert described == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_of_a_command_is_described_and_no_other_is(name: str) -> None:
    section = sections(DOCS / "commands.md")[f"coproweek {name}"]
    described = set(re.findall(r"^- `(--?[\w-]+)", section, flags=re.MULTILINE))
    assert described == {option for option in options(COMMANDS[name]) if option.startswith("--")}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_that_a_page_shows_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    for code in in_code(page.read_text(encoding="utf-8")):
        for name in re.findall(r"(?:^|[\s/])coproweek ([a-z]+)\b", code):
            assert name in COMMANDS, code
        for name in re.findall(r"(?:^|\s)make ([a-z]+)\b", code):
            assert name in targets, code


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), target


def test_every_page_is_reached_from_the_index() -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8")))
    assert {path.name for path in DOCS.glob("*.md")} - {"README.md"} <= linked


def test_the_readme_names_the_two_commands_and_leads_to_the_documentation() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme
    assert "(docs/README.md)" in readme or "(docs/)" in readme


def test_the_files_that_the_map_names_exist() -> None:
    text = (DOCS / "how-it-is-built.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:collector|dashboards|tests|tools|benchmarks|docs)/[\w/.-]+)`", text):
        if "NAME" not in path:
            assert (ROOT / path).exists(), path


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_make_help_lists_what_the_documentation_names() -> None:
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in ("run", "demo", "test", "check", "bench", "lock"):
        assert f"make {name} " in done.stdout
