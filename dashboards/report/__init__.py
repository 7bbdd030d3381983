"""The after-week report: one HTML file that stands alone, and the one-page summary as a mail.

`make` is all that others use. `compose.py` reads stored figures and the archive into a `Report` (`content.py`);
`page.py` and `mail.py` set it out; `writing.py` puts the files in place.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from dashboards.report.errors import ReportError

__all__ = ["ReportError", "make"]


def make(
    conn: sqlite3.Connection,
    edition_id: str | None,
    out: Path,
    now: str,
    *,
    contact: str | None,
    opt_out_page: str | None,
    software: str,
) -> list[Path]:
    """Writes `report.html` and `summary.eml` into `out`/EDITION/ and gives their paths.

    Without an edition it takes the latest one whose week has begun and that has items. `now` is the archive's
    `YYYY-MM-DDTHH:MM:SSZ`. Figures that are out of date are computed and stored first. An older report is replaced
    only when the new one is whole. Raises ReportError, in plain words, where there is nothing honest to report.
    """
    from dashboards.report import compose, mail, page, writing

    report = compose.compose(conn, edition_id, now, contact=contact, opt_out_page=opt_out_page, software=software)
    files = {"report.html": page.render(report), "summary.eml": mail.render(report, now)}
    return writing.write_all(out / writing.folder_name(report.edition.id), files)
