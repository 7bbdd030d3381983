"""Words for the terminal: safe text, plain tables, times as people say them. Pure; printing is `cli.py`'s.

What a platform sends may hold control characters that move the cursor or rewrite the title bar of a terminal, so
everything that came from outside passes `plain` on its way to a screen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from collector.posts import moment


def plain(text: object, width: int = 200) -> str:
    """Text on one line without control or direction-changing characters, at most `width` characters."""
    kept = "".join(
        " " if character in "\n\r\t" else character
        for character in str(text)
        if character in "\n\r\t" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    line = " ".join(kept.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def ago(then: str | None, now: str) -> str:
    """How long ago a moment was, in the largest whole unit: "3 hours ago"; "never" for None."""
    if then is None:
        return "never"
    return "in " + _span(then, now) if then > now else _span(now, then) + " ago"


def _span(later: str, earlier: str) -> str:
    total = max(0, int(abs((moment(later) - moment(earlier)).total_seconds())))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if total >= size:
            count = total // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{total} second{'' if total == 1 else 's'}"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns padded with spaces, readable by a screen reader line by line: no drawn borders."""
    cells = [[plain(value) for value in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return "\n".join(
        "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )
