"""An archive for each test, in its own folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.archive.making import Archive, make


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = make(tmp_path)
    yield made
    made.conn.close()
