"""A metric is one file: `NAME.sql`, whose head comment says what it answers and how, and whose text is the query.

This module reads those files. What finishes a query's rows where SQL is not enough is in `finish.py`; computing and
storing is in `dashboards.figures`.

The head comment holds one `key: value` a line; an indented line continues the one before. A query has two parameters,
`:edition` and `:platform` ('' for all platforms), and keeps to what SQLite, DuckDB and Spark understand alike.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from msgspec import Struct

_HEAD = re.compile(r"\A\s*/\*(.*?)\*/\s*", re.DOTALL)
_REQUIRED = ("title", "question", "unit", "phases", "formula", "source", "version", "chart", "headline")
_KEYS = {*_REQUIRED, "finish", "keep"}


class MetricError(Exception):
    """A metric's file that cannot be read, with its name and what is wrong."""


class Column(Struct, frozen=True, kw_only=True):
    """One column of a metric's rows."""

    name: str
    meaning: str


class Metric(Struct, frozen=True, kw_only=True):
    """A question with its one answer: everything that pages, charts and the report say of it."""

    name: str
    """The file's name, used in addresses: `items_per_day`."""
    title: str
    question: str
    unit: str
    """What its main column counts, in the plural: items, people, share of items."""
    phases: str
    """Which phases of an edition are counted, in words: they are never mixed in one number."""
    formula: str
    """How it is counted, in words for everybody."""
    source: str
    """Where the definition comes from."""
    version: int
    """Raised whenever the numbers may change: figures of different versions are not compared."""
    chart: str
    """The kind of chart that suits it, a name known to `dashboards.charts` and `dashboards.wording`."""
    headline: str
    """A sentence with `{column}` places, filled from the first row, or empty where the chart's kind words it."""
    columns: tuple[Column, ...]
    """The columns of the finished rows, in order."""
    finish: str | None = None
    """The function of `finish.py` that finishes the rows; None where the query's rows are the figure's."""
    keep: str = "all"
    """`latest` where only the newest value is stored, because the archive itself keeps the history."""
    sql: str
    """The query, without its head comment."""


def parse(name: str, text: str) -> Metric:
    """The metric that a file's text describes; raises `MetricError` where a key is missing, unknown or said twice."""
    head = _HEAD.match(text)
    if head is None:
        raise MetricError(f"{name}.sql does not begin with a comment that describes it")
    values: dict[str, str] = {}
    columns: list[str] = []
    current: str | None = None
    for line in head.group(1).splitlines():
        if not line.strip():
            continue
        if line[0].isspace():
            if current == "column":
                columns[-1] += " " + line.strip()
            elif current is not None:
                values[current] += " " + line.strip()
            else:
                raise MetricError(f"{name}.sql: {line.strip()!r} continues nothing")
            continue
        current, colon, value = (part.strip() for part in line.partition(":"))
        if current == "column" and colon:
            columns.append(value)
        elif current not in _KEYS or not colon:
            raise MetricError(f"{name}.sql: {line.strip()!r} is not a line of a head comment")
        elif current in values:
            raise MetricError(f"{name}.sql says {current} twice")
        else:
            values[current] = value
    missing = [key for key in _REQUIRED if key not in values]
    if missing or not columns:
        raise MetricError(f"{name}.sql does not say: {', '.join(missing or ['column'])}")
    if not values["version"].isdigit():
        raise MetricError(f"{name}.sql: version {values['version']!r} is not a whole number")
    return Metric(
        name=name,
        title=values["title"],
        question=values["question"],
        unit=values["unit"],
        phases=values["phases"],
        formula=values["formula"],
        source=values["source"],
        version=int(values["version"]),
        chart=values["chart"],
        headline=values["headline"],
        columns=tuple(_column(name, column) for column in columns),
        finish=values.get("finish"),
        keep=values.get("keep", "all"),
        sql=text[head.end() :].strip(),
    )


def _column(name: str, line: str) -> Column:
    column, dash, meaning = (part.strip() for part in line.partition("—"))
    if not dash or not column.isidentifier() or not meaning:
        raise MetricError(f"{name}.sql: column {line!r} is not written as `name — meaning`")
    return Column(name=column, meaning=meaning)


@cache
def load_all() -> dict[str, Metric]:
    """Every metric by its name, in alphabetical order."""
    files = (file for file in resources.files(__package__).iterdir() if file.name.endswith(".sql"))
    return {
        name: parse(name, text)
        for name, text in sorted((file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in files)
    }


def document() -> str:
    """docs/metrics.md: every metric in words, made from the files themselves."""
    parts = [
        "# Metrics",
        "What every figure means, word for word as its file in `dashboards/metrics/` says it. "
        "This page is made from those files: `python -m dashboards.metrics` prints it.",
        "Hidden posts, comments and other context are never counted. "
        "A number that is not known is not available, never 0. "
        "Day and hour are those of the campaign's time zone. "
        "The figures of the week are never mixed with those of another phase.",
    ]
    for metric in load_all().values():
        parts.append(f"## {metric.title}")
        parts.append(f"*{metric.question}*")
        parts.append(metric.formula)
        parts.append(
            "\n".join(
                [
                    f"- File: `{metric.name}.sql`, version {metric.version}",
                    f"- Unit: {metric.unit}",
                    f"- Phases: {metric.phases}",
                    f"- Source of the definition: {metric.source}",
                ]
            )
        )
        rows = [f"| `{column.name}` | {column.meaning} |" for column in metric.columns]
        parts.append("\n".join(["| column | meaning |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"
