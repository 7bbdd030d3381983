"""A column of words and shapes, filled from top to bottom, that becomes a matplotlib drawing. Knows no figure.

What all charts share lies here: the page's width, the sizes of type, the colours, matplotlib's settings, and what has
to be done to words from outside before they are drawn.
"""

from __future__ import annotations

import textwrap
import threading
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from dashboards import wording
from dashboards.svgs import INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

WIDTH = 420
MARGIN = 12
INNER = WIDTH - 2 * MARGIN
SMALL = 15
HEADLINE = 19

# The Analysis Function's palette: dark blue, and orange beside it where there are two (3.4:1 between them).
FIRST, SECOND = "#12436d", "#f46a25"
WEEK = "#eef3f7"
UNWATCHED = "#6f777b"
COLOURS: Mapping[str, str] = {FIRST: "1", SECOND: "2", WEEK: "week", UNWATCHED: "unwatched"}

_setting_up = threading.Lock()
_set_up: list[bool] = []


class Canvas:
    """A column that is filled from top to bottom; coordinates are units from the upper left corner.

    What is drawn is kept until `finished`, when the height is known.
    """

    def __init__(self, printable: Callable[[str], str]) -> None:
        self.height: float = MARGIN
        self.printable = printable
        self._artists: list[Any] = []

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = SMALL,
        weight: Literal["normal", "bold"] = "normal",
        anchor: Literal["left", "center", "right"] = "left",
    ) -> None:
        """One line of text whose baseline is at y."""
        from matplotlib.text import Text

        self._artists.append(
            Text(
                x,
                y,
                self.printable(wording.singular(clean(words))),
                fontsize=size,
                fontweight=weight,
                color=INK,
                horizontalalignment=anchor,
                verticalalignment="baseline",
                parse_math=False,
            )
        )

    def paragraph(self, words: str, *, size: float = SMALL, weight: Literal["normal", "bold"] = "normal") -> None:
        """Text over the whole width, on as many lines as it takes."""
        # DejaVu Sans is wider than what browsers use: what fits here fits there.
        letters = int(INNER / (size * (0.66 if weight == "bold" else 0.58)))
        whole = self.printable(wording.singular(clean(words)))
        for line in textwrap.wrap(whole, letters, break_on_hyphens=False):
            self.height += size * 1.3
            self.text(MARGIN, self.height - size * 0.3, line, size=size, weight=weight)

    def space(self, units: float) -> None:
        self.height += units

    def boxes(
        self,
        boxes: Iterable[tuple[float, float, float, float]],
        colour: str | None,
        *,
        hatch: str = "",
        outline: str | None = None,
    ) -> None:
        """Rectangles (x, y, width, height) of one look, as one path."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        vertices: list[tuple[float, float]] = []
        codes: list[int] = []
        for x, y, width, height in boxes:
            vertices += [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
            codes += [int(Path.MOVETO), *[int(Path.LINETO)] * 3, int(Path.CLOSEPOLY)]
        if not vertices:
            return
        self._artists.append(
            PathPatch(
                Path(vertices, codes),
                facecolor=colour if colour is not None else "none",
                edgecolor=outline if outline is not None else "none",
                linewidth=1 if outline is not None else 0,
                hatch=hatch or None,
            )
        )

    def line(self, *points: tuple[float, float], colour: str = INK, width: float = 1, faint: bool = False) -> None:
        from matplotlib.lines import Line2D

        xs, ys = zip(*points, strict=True)
        # Ends are cut off where the value is.
        self._artists.append(
            Line2D(xs, ys, color=colour, linewidth=width, alpha=0.3 if faint else 1, solid_capstyle="butt")
        )

    def dot(self, x: float, y: float, radius: float) -> None:
        """A disc in the first colour with a rim that shows on any ground."""
        from matplotlib.patches import Circle

        self._artists.append(Circle((x, y), radius, facecolor=FIRST, edgecolor=INK, linewidth=1))

    def finished(self) -> Drawing:
        from matplotlib.figure import Figure as Drawing

        height = self.height + MARGIN
        drawing = Drawing(figsize=(WIDTH / 72, height / 72), dpi=72)
        axes = drawing.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        for order, artist in enumerate(self._artists):
            artist.set(clip_on=False, zorder=order)
            axes.add_artist(artist)
        return drawing


def prepare() -> None:
    """Settings that matplotlib has only globally: made once, as changing them while another thread draws does harm."""
    with _setting_up:
        if _set_up:
            return
        import matplotlib

        matplotlib.rcParams.update(
            {
                "font.family": ["DejaVu Sans"],
                "hatch.linewidth": 1.2,
                "path.simplify": False,
                "svg.fonttype": "none",
                "svg.hashsalt": "coproweek",
                "text.parse_math": False,
            }
        )
        # The browser has the letters that DejaVu Sans lacks; for a PNG they are spelled out.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        _set_up.append(True)


def clean(words: str) -> str:
    """Without what XML cannot hold or what would turn the direction of the text around it."""
    kept = (
        letter
        for letter in " ".join(words.split())
        if unicodedata.category(letter) not in ("Cc", "Cs", "Cn") and letter not in wording.OVERRIDES
    )
    return "".join(kept)


def in_known_letters(words: str) -> str:
    """For a PNG: characters that the font lacks as their names, so that an emoji is words instead of an empty box."""
    known = _letters()
    spelled = []
    for letter in words:
        if ord(letter) in known or letter in wording.ISOLATES:
            spelled.append(letter)
        elif unicodedata.category(letter) not in ("Cf", "Mn"):  # joiners and variation selectors are no pictures
            spelled.append(f"[{unicodedata.name(letter, 'sign').lower()}]")
    return "".join(spelled)


def _letters() -> Mapping[int, int]:
    from matplotlib.font_manager import findfont, get_font

    letters: Mapping[int, int] = get_font(findfont("DejaVu Sans")).get_charmap()
    return letters
