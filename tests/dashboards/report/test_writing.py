"""Files appear whole, under names that every system takes, and an older report stays until the new one is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.report.errors import ReportError
from dashboards.report.writing import folder_name, write_all


@pytest.mark.parametrize(
    ("edition", "folder"),
    [
        ("uk-2026", "uk-2026"),
        ("../../etc", "etc"),
        ("a/b\\c:d", "a-b-c-d"),
        ("..", "edition"),
        ("", "edition"),
        ("con", "edition-con"),
        ("NUL.2026", "edition-NUL.2026"),
        ("ŵythnos 2026", "ythnos-2026"),
    ],
)
def test_an_editions_folder(edition: str, folder: str) -> None:
    assert folder_name(edition) == folder


@given(st.text(max_size=120))
def test_any_edition_has_a_folder_of_its_own_inside(edition: str) -> None:
    name = folder_name(edition)
    assert name
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name) <= 90


def test_files_replace_older_ones_and_leave_nothing_beside_them(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "uk-2026"
    write_all(folder, {"a.html": b"old", "b.eml": b"old"})
    assert write_all(folder, {"a.html": b"new", "b.eml": b"new"}) == [folder / "a.html", folder / "b.eml"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"a.html": b"new", "b.eml": b"new"}


def test_what_cannot_be_written_leaves_the_older_report(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"old")
    (tmp_path / "b.eml").mkdir()  # a folder in the way of the second file
    with pytest.raises(ReportError, match="could not be written"):
        write_all(tmp_path, {"b.eml": b"new", "a.html": b"new"})
    assert (tmp_path / "a.html").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.eml"]


def test_a_file_where_the_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way")
    with pytest.raises(ReportError, match=r"choose another folder with --out"):
        write_all(tmp_path / "reports" / "uk-2026", {"a.html": b"new"})
