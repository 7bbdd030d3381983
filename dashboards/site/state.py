"""What the plugin knows beyond Datasette: the archives it shows, the clock, and its static files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from msgspec import Struct

from dashboards import charts
from dashboards.metrics import load_all
from dashboards.site.archives import Archive
from dashboards.site.words import stamp


class Asset(Struct, frozen=True):
    """A static file, whose address changes with its content so that it may be kept for good."""

    content: bytes
    content_type: str
    url: str


class State:
    """Made by `dashboards.serve`, found again on the Datasette object."""

    def __init__(self, archive: Path, demonstration: Path | None, clock: Callable[[], datetime]) -> None:
        self.archive = Archive(archive, "archive", "")
        self.demonstration = Archive(demonstration, "demonstration", "/demo") if demonstration else None
        self._clock = clock

    @property
    def archives(self) -> tuple[Archive, ...]:
        return (self.archive, self.demonstration) if self.demonstration else (self.archive,)

    def now(self) -> str:
        return stamp(self._clock())

    def of_database(self, database: str | None) -> Archive | None:
        return next((archive for archive in self.archives if archive.database == database), None)

    def of_path(self, path: str) -> Archive:
        """The archive that an address belongs to; the real one where it belongs to none."""
        first = path.split("/")[1] if path.startswith("/") else ""
        if self.demonstration and first in ("demo", self.demonstration.database):
            return self.demonstration
        return self.archive

    def metadata(self, archive: Archive) -> dict[str, Any]:
        """Datasette's metadata of one archive: its tables, and a query for every metric."""
        return {"tables": archive.tables(), "queries": self.queries}

    @cached_property
    def queries(self) -> dict[str, Any]:
        """The metrics as Datasette's queries, under names that no table has: a query hides a table of its name."""
        return {
            f"metric_{name}": {"sql": metric.sql, "title": metric.title, "description": metric.question}
            for name, metric in load_all().items()
        }

    @cached_property
    def assets(self) -> dict[str, Asset]:
        """By file name. The charts' own stylesheet is part of the site's."""
        files = {file.name: file.read_bytes() for file in (resources.files(__package__) / "static").iterdir()}
        files["site.css"] += b"\n" + charts.STYLESHEET.encode()
        types = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
        return {
            name: Asset(
                content,
                types[name.rpartition(".")[2]],
                f"/assets/{name}?v={hashlib.sha256(content).hexdigest()[:12]}",
            )
            for name, content in files.items()
        }


def utc_now() -> datetime:
    return datetime.now(UTC)


def state_of(datasette: Any) -> State | None:
    """The state of a Datasette that `dashboards.serve` made; None in any other."""
    state = getattr(datasette, "coproweek", None)
    return state if isinstance(state, State) else None
