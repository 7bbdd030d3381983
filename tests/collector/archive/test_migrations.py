"""Every version of the archive can become the latest, with all that its own time wrote into it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from collector.archive import migrations
from collector.archive.connection import APPLICATION_ID, connect, info

WRITTEN = Path(__file__).parent / "written"
"""What each version's own code wrote, as INSERT statements; made by `write_version.py`."""


def schema(conn: sqlite3.Connection) -> list[tuple[str, str, str]]:
    return sorted(
        (kind, name, sql)
        for kind, name, sql in conn.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    )


def archive_of_version(version: int, path: Path) -> None:
    """An archive as that version left it: its tables, and the rows that its code wrote."""
    path.touch()
    conn = sqlite3.connect(path, isolation_level=None)
    migrations.migrate(conn, APPLICATION_ID, to=version)
    conn.execute("DELETE FROM archive_info")
    conn.executescript((WRITTEN / f"{version}.sql").read_text(encoding="utf-8"))
    conn.close()


@pytest.mark.parametrize("version", range(1, migrations.LATEST + 1))
def test_an_archive_of_every_earlier_version_is_brought_up_to_date(version: int, tmp_path: Path) -> None:
    archive_of_version(version, tmp_path / "old.db")
    old = connect(tmp_path / "old.db")
    new = connect(tmp_path / "new.db", create=True)
    assert schema(old) == schema(new)
    assert old.execute("PRAGMA user_version").fetchone() == (migrations.LATEST,)
    assert old.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert old.execute("PRAGMA foreign_key_check").fetchall() == []
    assert old.execute("SELECT edition_id, role, count(*) FROM edition_posts GROUP BY 1, 2").fetchall() == [
        ("uk-2026", "context", 2),
        ("uk-2026", "tagged", 6),
    ]
    found = old.execute("SELECT count(*) FROM post_search WHERE post_search MATCH '\"co-production\"'").fetchone()
    assert found == (1,)
    old.close()
    new.close()


def test_a_migration_that_fails_leaves_the_archive_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "statements", lambda script: iter(["CREATE TABLE a (b)", "CREATE nonsense"]))
    path = tmp_path / "archive.db"
    with pytest.raises(sqlite3.OperationalError, match="nonsense"):
        connect(path, create=True)
    monkeypatch.undo()
    conn = sqlite3.connect(path)
    assert conn.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    conn.close()
    connect(path).close()


def test_each_archive_has_a_key_of_its_own(tmp_path: Path) -> None:
    keys = set()
    for name in ("a.db", "b.db"):
        conn = connect(tmp_path / name, create=True)
        keys.add(info(conn, "tombstone_key"))
        conn.close()
    assert len(keys) == 2
    assert all(key is not None and len(bytes.fromhex(key)) == 32 for key in keys)


def test_a_script_is_taken_apart_where_its_statements_end() -> None:
    script = (
        "-- about the file; nothing of a table\n\nCREATE TABLE a (\n    b TEXT -- one; two\n) STRICT;\n"
        "CREATE TRIGGER c AFTER INSERT ON a BEGIN\n    SELECT 1;\n    SELECT 2;\nEND;\n"
    )
    assert list(migrations.statements(script)) == [
        "CREATE TABLE a (\n    b TEXT -- one; two\n) STRICT",
        "CREATE TRIGGER c AFTER INSERT ON a BEGIN\n    SELECT 1;\n    SELECT 2;\nEND",
    ]
