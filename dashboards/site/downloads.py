"""A figure as a file: its rows as CSV, its chart as SVG or PNG. Pure, but for drawing."""

from __future__ import annotations

import csv
import io
import re

from datasette import Response

from dashboards import wording
from dashboards.figures import Figure
from dashboards.site.words import harmless


def response(figure: Figure, svg: str | None, kind: str) -> Response:
    """The download, under a name that says what it is. Blocks while a PNG is drawn: call it in a thread."""
    headers = {
        "content-disposition": f'attachment; filename="{file_name(figure, kind)}"',
        "cache-control": "no-cache",
    }
    if kind == "csv":
        return Response(csv_bytes(figure), headers=headers, content_type="text/csv; charset=utf-8")
    from dashboards import charts

    if kind == "svg":
        return Response(svg or charts.svg(figure), headers=headers, content_type="image/svg+xml")
    return Response(charts.png(figure), headers=headers, content_type="image/png")


def file_name(figure: Figure, kind: str) -> str:
    """made-up-uk-2026-items_per_day-blogs-2026-07-08.csv"""
    marked = "made-up" if figure.edition.made_up else ""
    parts = (marked, figure.edition.id, figure.metric.name, figure.platform, figure.as_at[:10])
    return re.sub(r"[^A-Za-z0-9_-]", "-", "-".join(part for part in parts if part)) + f".{kind}"


def csv_bytes(figure: Figure) -> bytes:
    """The rows under their column names: UTF-8 with the mark that spreadsheets look for, no cell a formula, and what is
    not known said so. Values are plain: a share is a number from 0 to 1."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    marked = figure.edition.made_up
    writer.writerow([*figure.columns, *(["made_up"] if marked else [])])
    for row in figure.rows:
        cells = [wording.NOT_AVAILABLE if value is None else harmless(str(value)) for value in row]
        writer.writerow([*cells, *(["made-up data"] if marked else [])])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
