"""Puts finished files in place: whole or not at all, under names that every system accepts.

Bytes in, files out. What is in them is decided elsewhere.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from dashboards.report.errors import ReportError

WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)


def folder_name(edition_id: str) -> str:
    """An edition's id as the name of a folder: no separators, no leading dot, no Windows device name."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", edition_id).strip(".-")[:80] or "edition"
    return f"edition-{name}" if name.split(".")[0].lower() in WINDOWS_DEVICES else name


def write_all(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Writes every file beside its final name first, then renames them all: an older report stays until that moment.

    Answers the final paths. Raises ReportError, in plain words, when the folder cannot be written to.
    """
    written: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            temporary = folder / f".{name}.{secrets.token_hex(4)}.part"
            written.append((temporary, folder / name))
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for temporary, final in written:
            temporary.replace(final)
    except OSError as error:
        raise ReportError(
            f"The report could not be written to {folder}: {error.strerror or error}. "
            "An earlier report there is as it was, unless its name is missing below. "
            "Close the report if it is open in another program, or choose another folder with --out."
        ) from error
    finally:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)
    return [final for _, final in written]
