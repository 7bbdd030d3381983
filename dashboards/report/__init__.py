"""The after-week report: one HTML file that stands alone, and the one-page summary as a mail.

`make` writes it, `before_sending` says what its sender should do first. `compose.py` reads stored figures and the
archive into a `Report` (`content.py`); `page.py` and `mail.py` set it out; `writing.py` puts the files in place.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from dashboards.report.errors import ReportError

__all__ = ["ReportError", "before_sending", "make"]


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
    html = page.render(report)
    files = {"report.html": html, "summary.eml": mail.render(report, now, html)}
    return writing.write_all(out / writing.folder_name(report.edition.id), files)


def before_sending(*, contact: str | None, opt_out_page: str | None) -> list[str]:
    """What the report leaves for its sender to do, each in a sentence or two for the person who asked for it.

    The report itself says nothing of this to its readers. Takes what `make` takes.
    """
    from dashboards.report.phrases import public_link

    said = []
    if not contact:
        said.append(
            "Set `contact` in config.toml: the report names nobody to ask for Easy Read, large print, audio, "
            "British Sign Language or paper."
        )
    elif contact.strip().lower().startswith(("http:", "https:")) and not public_link(contact):
        said.append("Your `contact` is an address that only works on your own network. Set another in config.toml.")
    if not opt_out_page:
        said.append("Set `opt_out_page` in config.toml: the report names no page on how to be left out.")
    elif not public_link(opt_out_page):
        said.append("Your `opt_out_page` cannot be opened by others, so the report does not link to it.")
    said.append('Answer the questions marked "for the team to answer" in the report, with people who took part.')
    said.append("Say under which terms others may use the report: it names no licence.")
    return said
