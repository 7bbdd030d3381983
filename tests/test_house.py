"""The house keeps its shape: which rooms may know which, what no file may hold, what starting may cost."""

from __future__ import annotations

import ast
import re
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT_DASHBOARDS = {"collector/cli.py", "collector/schedule.py"}
HEAVY = (
    "apscheduler datasette feedparser jinja2 lxml matplotlib nh3 numpy openpyxl py3langid sqlite_utils trafilatura "
    "tweepy urllib3 uvicorn"
).split()


def files(*patterns: str) -> Iterator[Path]:
    """The project's own files, without what was installed or made."""
    made = {".venv", ".git", ".hypothesis", "node_modules", "data", "reports", "build", "dist", "__pycache__"}
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            parts = path.relative_to(ROOT).parts
            if path.is_file() and not made & set(parts) and not any(part.endswith("_cache") for part in parts):
                yield path


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_dashboards_know_nothing_of_collector() -> None:
    assert [name(path) for path in files("dashboards/**/*.py") if "collector" in imported(path)] == []


def test_of_collector_only_the_command_and_the_schedule_know_dashboards() -> None:
    knowing = {name(path) for path in files("collector/**/*.py") if "dashboards" in imported(path)}
    assert knowing <= MAY_IMPORT_DASHBOARDS


def test_platforms_know_no_sql_and_no_archive() -> None:
    for path in files("collector/platforms/**/*.py"):
        assert "sqlite3" not in imported(path), name(path)
        # Addresses are compared the same way on both sides; that module is text in, text out.
        text = path.read_text(encoding="utf-8").replace("from collector.archive.addresses import", "")
        assert "collector.archive" not in text, name(path)


def test_the_network_is_reached_through_one_client_only() -> None:
    others = {"requests", "httpx", "aiohttp"}
    for path in files("collector/**/*.py", "dashboards/**/*.py"):
        assert not others & imported(path), name(path)
        if name(path) != "collector/http/":
            assert "urlopen(" not in path.read_text(encoding="utf-8"), name(path)


def test_every_module_says_what_lives_there() -> None:
    silent = [
        name(path)
        for path in files("collector/**/*.py", "dashboards/**/*.py", "tests/**/*.py", "tools/*.py", "benchmarks/*.py")
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_holds_a_path_of_somebodys_machine_or_a_package_host() -> None:
    forbidden = re.compile(
        r"(?<![\w.])/(?:work|root|farm)/"  # where somebody works
        r"|files\.pythonhosted|registry\.(?:npmjs|yarnpkg)|(?<![\w.])pypi\.org|(?i:index-url)"  # where packages lie
    )
    found = []
    for path in files("**/*", ".ci/*", ".gitignore"):
        if path == Path(__file__) or path.suffix in {".png", ".db", ".xlsx", ".pyc", ".gz"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if forbidden.search(line):
                found.append(f"{name(path)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_no_column_can_hold_what_somebody_is() -> None:
    """Nothing about a person's health, beliefs, origin, gender or age is stored, so nothing of it can be inferred."""
    conn = sqlite3.connect(":memory:")
    for path in sorted(ROOT.glob("collector/archive/*.sql")) + sorted(ROOT.glob("dashboards/*.sql")):
        conn.executescript(path.read_text(encoding="utf-8"))
    tables = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    columns = {row[1] for table in tables for row in conn.execute(f"PRAGMA table_info([{table}])")}
    conn.close()
    sensitive = re.compile(
        r"health|disab|diagnos|ethnic|race|relig|politic|sexual|orientation|gender|union|lived_experience"
        r"|(?:^|_)(?:age|sex|latitude|longitude|location|sentiment)(?:_|$)"
    )
    assert len(tables) > 20
    assert sorted(column for column in columns if sensitive.search(column)) == []


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from collector import cli\n"
        "cli.main(['--help'], standalone_mode=False)\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(' '.join(loaded) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_datasette_finds_the_pages() -> None:
    (plugin,) = entry_points(group="datasette", name="coproweek")
    assert plugin.value == "dashboards.site"
    (command,) = entry_points(group="console_scripts", name="coproweek")
    assert command.value == "collector.cli:main"


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.txt", ()), ("requirements-dev.txt", ("test", "dev"))], ids=["run", "dev"]
)
def test_the_lock_has_everything_that_is_asked_for(lock: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["build"]]
    for extra in extras:
        asked += project["project"]["optional-dependencies"][extra]
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
    names = {re.split(r"[^A-Za-z0-9_.-]", each)[0].lower().replace("_", "-") for each in asked} - {"coproweek"}
    assert names - locked == set(), "run `make lock`"


def test_everything_in_the_lock_is_checked_by_its_hash() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        for entry in re.split(r"\n(?=\S)", text):
            if "==" in entry.splitlines()[0]:
                assert "--hash=sha256:" in entry, entry.splitlines()[0]
