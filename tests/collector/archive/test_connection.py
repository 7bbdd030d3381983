"""Opening the archive: private, of the right kind, and every failure of SQLite in plain words."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from collector.archive import connection, migrations
from collector.archive.connection import ArchiveError, connect, info, plain_words, set_info, transaction
from tests.collector.archive.making import Archive, article

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")


@posix
def test_the_archive_and_the_files_beside_it_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        conn = connect(tmp_path / "archive.db", create=True)
        with transaction(conn):
            set_info(conn, "x", "y")
    finally:
        os.umask(before)
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()}
    conn.close()
    assert modes == {"archive.db": "0o600", "archive.db-wal": "0o600", "archive.db-shm": "0o600"}


@posix
def test_an_archive_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    connect(path, create=True).close()
    path.chmod(0o644)
    connect(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_deleted_stays_and_nothing_saved_is_lost(tmp_path: Path) -> None:
    conn = connect(tmp_path / "archive.db", create=True)
    names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "temp_store")
    settings = {name: conn.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
    conn.close()
    # 2: FULL, and in memory
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "temp_store": 2}


def test_without_create_a_missing_archive_is_said_to_be_missing_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive at"):
        connect(tmp_path / "archive.db")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be made"):
        connect(tmp_path / "nowhere" / "archive.db", create=True)


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE photos (id)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match="another program"):
        connect(path, create=True)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    path.write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(ArchiveError, match="not an archive"):
        connect(path)
    assert path.read_bytes() == b"Dear diary, " * 1000


def test_an_archive_of_a_newer_version_is_refused_and_left_alone(archive: Archive) -> None:
    archive.conn.execute(f"PRAGMA user_version = {migrations.LATEST + 1}")
    before = archive.everything()
    with pytest.raises(ArchiveError, match="newer version of coproweek"):
        connect(archive.path)
    assert archive.everything() == before


def test_a_writer_who_does_not_get_a_turn_is_told_so(archive: Archive) -> None:
    other = connect(archive.path, busy_seconds=0.05)
    with (
        transaction(archive.conn),
        pytest.raises(ArchiveError, match="being written by another program"),
        transaction(other),
    ):
        pass
    other.close()


def test_writers_wait_for_their_turn_and_lose_nothing(archive: Archive) -> None:
    def add() -> None:
        conn = connect(archive.path)
        for _ in range(20):
            with transaction(conn):
                # Read, then write what was read: what goes wrong where transactions begin without the turn to write.
                set_info(conn, "sum", str(int(info(conn, "sum") or 0) + 1))
        conn.close()

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert info(archive.conn, "sum") == "60"


def test_readers_do_not_wait_for_the_writer(archive: Archive) -> None:
    reader = connect(archive.path, busy_seconds=0)
    with transaction(archive.conn):
        set_info(archive.conn, "x", "new")
        assert info(reader, "x") is None
    assert info(reader, "x") == "new"
    reader.close()


def test_a_transaction_that_fails_saves_nothing(archive: Archive) -> None:
    with pytest.raises(KeyboardInterrupt), transaction(archive.conn):
        set_info(archive.conn, "x", "y")
        raise KeyboardInterrupt
    assert info(archive.conn, "x") is None
    assert not archive.conn.in_transaction


def test_transactions_do_not_nest_by_mistake(archive: Archive) -> None:
    with transaction(archive.conn), pytest.raises(RuntimeError, match="nest"), transaction(archive.conn):
        pass


def test_a_full_disk_is_said_in_words_and_everything_before_it_is_safe(archive: Archive) -> None:
    archive.save(article(1))
    pages = archive.one("PRAGMA page_count")
    archive.conn.execute(f"PRAGMA max_page_count = {pages}")
    before = archive.everything()
    with pytest.raises(ArchiveError, match=r"disk .* is full"):
        archive.save(*[article(n, text=f"#CoProWeek {n} " * 500) for n in range(2, 60)])
    assert archive.everything() == before
    archive.conn.execute("PRAGMA max_page_count = 1000000")
    assert archive.one("PRAGMA integrity_check") == "ok"
    assert archive.save(*[article(n) for n in range(1, 60)]).new == 58


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_archive_can_be_read_and_says_so_when_written(archive: Archive) -> None:
    archive.conn.close()
    archive.path.chmod(0o400)
    conn = connect(archive.path)
    with pytest.raises(ArchiveError, match="only be read"), transaction(conn):
        set_info(conn, "x", "y")


def test_a_damaged_archive_says_what_to_do(archive: Archive) -> None:
    archive.save(*[article(n) for n in range(200)])
    archive.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    archive.conn.close()
    size = archive.path.stat().st_size
    with archive.path.open("r+b") as file:
        for page in range(2, size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 100)
    with pytest.raises(ArchiveError, match="damaged"):
        conn = connect(archive.path)
        with plain_words(conn):
            for table in ("posts", "post_texts", "authors", "feed_entries"):
                conn.execute(f"SELECT * FROM {table}").fetchall()


def test_mistakes_of_our_own_keep_their_name(archive: Archive) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"), transaction(archive.conn):
        archive.conn.execute("SELECT * FROM nonsense")


def test_opening_an_archive_that_is_up_to_date_imports_nothing_heavy(archive: Archive) -> None:
    code = (
        "import sys; from pathlib import Path; from collector.archive.connection import connect; "
        "from collector.archive import journal; journal.sources(connect(Path(sys.argv[1]))); "
        "print([name for name in ('sqlite_utils', 'feedparser', 'matplotlib', 'datasette') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(archive.path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_two_processes_that_make_the_archive_at_once_make_one(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    code = (
        "import sys; from pathlib import Path; from collector.archive.connection import connect; "
        "connect(Path(sys.argv[1]), create=True)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [process.communicate(timeout=60)[1] for process in running] == ["", "", ""]
    conn = connect(path)
    assert conn.execute("SELECT count(*) FROM _sqlite_migrations").fetchone() == (migrations.LATEST,)
    assert conn.execute("PRAGMA application_id").fetchone() == (connection.APPLICATION_ID,)
    conn.close()
