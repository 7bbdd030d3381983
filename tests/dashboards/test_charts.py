"""Charts: what an SVG must have to stand in a page, what may never get into it, and that drawing it is repeatable."""

from __future__ import annotations

import io
import re
import sqlite3
import subprocess
import sys
import threading
from xml.etree import ElementTree

import msgspec
import pytest

from dashboards import charts, figures, wording
from dashboards.canvas import COLOURS
from dashboards.figures import Figure
from dashboards.metrics import load_all

from .conftest import NOW

METRICS = sorted(load_all())


def figure_of(archive: sqlite3.Connection, name: str, platform: str = "") -> Figure:
    return figures.live(archive, name, "uk-2026", platform, NOW)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def renamed(archive: sqlite3.Connection, name: str) -> Figure:
    """The organisations' chart with one organisation called so."""
    archive.execute("UPDATE organisations SET name = ? WHERE id = 'scie'", (name,))
    return figure_of(archive, "organisations")


# Accessible ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METRICS)
def test_an_svg_is_named_described_and_real_text(archive: sqlite3.Connection, name: str) -> None:
    figure = figure_of(archive, name)
    svg = charts.svg(figure)
    root = ElementTree.fromstring(svg)
    assert svg.startswith("<svg ")
    assert root.get("role") == "img"
    title, description = (root.get("aria-labelledby") or "").split()
    found = {element.get("id"): element for element in root.iter()}
    assert found[title].text == figure.headline
    assert found[description].text == figure.summary
    # The headline and the subtitle can be seen, too, whatever the lines they are broken into.
    drawn = " ".join(texts(svg))
    assert figure.headline in drawn
    assert wording.subtitle(figure) in drawn


@pytest.mark.parametrize("name", METRICS)
def test_an_svg_obeys_a_strict_content_security_policy_and_scales(archive: sqlite3.Connection, name: str) -> None:
    svg = charts.svg(figure_of(archive, name))
    root = ElementTree.fromstring(svg)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "path", "text", "defs", "pattern", "rect"}
    for element in root.iter():
        assert not any(key == "style" or key.startswith("on") or key.endswith("href") for key in element.attrib)
    assert root.get("viewBox", "").split()[:3] == ["0", "0", "420"]
    assert root.get("width") == "100%" and root.get("height") is None


@pytest.mark.parametrize("name", METRICS)
def test_words_and_lines_take_the_pages_colour_and_shapes_can_be_changed_by_it(
    archive: sqlite3.Connection, name: str
) -> None:
    root = ElementTree.fromstring(charts.svg(figure_of(archive, name)))
    for element in root.iter():
        for key in ("fill", "stroke"):
            colour = element.get(key)
            if colour in (None, "none", "currentColor") or colour.startswith("url(#chart-"):
                continue
            assert f"{key}-{COLOURS[colour]}" in (element.get("class") or "").split()
            assert f".{key}-{COLOURS[colour]} " in charts.STYLESHEET
        if element.tag.endswith("text"):
            assert element.get("fill") == "currentColor"
            # On a telephone the chart is 340 pixels wide, and its 15 become 12.
            assert float(element.get("font-size") or 0) >= 15


def test_charts_on_one_page_share_no_id(archive: sqlite3.Connection) -> None:
    drawings = [charts.svg(figure_of(archive, name, platform)) for name in METRICS for platform in ("", "x")]
    drawings.append(charts.svg(msgspec.structs.replace(figure_of(archive, "contributors"), live=False)))
    ids = [one for svg in drawings for one in re.findall(r'\bid="([^"]+)"', svg)]
    assert len(ids) == len(set(ids))
    for svg in drawings:
        own = set(re.findall(r'\bid="([^"]+)"', svg))
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= own


@pytest.mark.parametrize("name", METRICS)
def test_a_made_up_chart_says_so_in_the_drawing_and_in_words(archive: sqlite3.Connection, name: str) -> None:
    assert wording.MADE_UP not in charts.svg(figure_of(archive, name))
    archive.execute("INSERT INTO archive_info VALUES ('made_up', '1')")
    svg = charts.svg(figure_of(archive, name))
    assert wording.MADE_UP in texts(svg)
    assert re.search(rf"<desc [^>]*>{wording.MADE_UP}", svg)


@pytest.mark.parametrize("name", METRICS)
def test_an_empty_chart_is_calm(empty_archive: sqlite3.Connection, name: str) -> None:
    for edition in ("uk-2026", "uk-2027"):
        svg = charts.svg(figures.live(empty_archive, name, edition, "", NOW))
        assert "There is nothing to draw yet." in " ".join(texts(svg))


# What is drawn -------------------------------------------------------------------------------------------------------


def test_bars_carry_their_values_as_the_table_prints_them(archive: sqlite3.Connection) -> None:
    assert texts(charts.svg(figure_of(archive, "items_by_platform")))[-4:-1] == [
        "X: 6 (66.7%)",
        "Blogs: 2 (22.2%)",
        "Mastodon: 1 (11.1%)",
    ]
    assert "X: not available" in texts(charts.svg(figure_of(archive, "alt_text")))


def test_bars_begin_at_zero_and_are_as_long_as_their_values(archive: sqlite3.Connection) -> None:
    root = ElementTree.fromstring(charts.svg(figure_of(archive, "items_by_platform")))
    widths = []
    for element in root.iter("{http://www.w3.org/2000/svg}path"):
        if element.get("fill") == "#12436d":
            xs = [float(x) for x in re.findall(r"[ML] ([\d.]+) [\d.]+", element.get("d", ""))]
            widths.append((min(xs), max(xs) - min(xs)))
    # 6, 2 and 1 items on 396 units.
    assert widths == [(12, 396), (12, pytest.approx(132)), (12, pytest.approx(66))]


def test_unwatched_hours_are_hatched_and_labelled(archive: sqlite3.Connection) -> None:
    assert "not watched" in texts(charts.svg(figure_of(archive, "items_per_day", "mastodon")))
    assert "url(#" in charts.svg(figure_of(archive, "items_per_day", "mastodon"))
    assert "url(#" not in charts.svg(figure_of(archive, "items_per_day", "blogs"))
    assert "Not watched all of the time: Mastodon." in texts(charts.svg(figure_of(archive, "contributors")))


@pytest.mark.parametrize("name", METRICS)
def test_no_word_leaves_the_drawing(archive: sqlite3.Connection, name: str) -> None:
    """Measured in DejaVu Sans, which is wider than what browsers use."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    archive.execute("UPDATE organisations SET name = 'National Co-ordinating Centre for ' || name || ' and Partners'")
    archive.execute(
        "UPDATE sources SET title = 'A source whose name is as long as names of sources ever get: ' || title"
    )
    archive.execute(
        "UPDATE post_hashtags SET as_written = as_written || 'WithoutAnySpaceForAVeryLongTimeIndeedWithoutAny'"
    )
    archive.execute("UPDATE posts SET comments = 123456 WHERE comments IS NOT NULL")
    figure = figure_of(archive, name)
    figure = msgspec.structs.replace(
        figure,
        edition=msgspec.structs.replace(figure.edition, campaign_title="Wythnos Genedlaethol Cydgynhyrchu Cymru Gyfan"),
        rows=tuple(
            tuple(
                value * 10_000 if isinstance(value, int) and at > 0 and figure.columns[at] != "local_hour" else value
                for at, value in enumerate(row)
            )
            for row in figure.rows
        ),
    )
    drawing = charts._drawn(figure, str)
    renderer = FigureCanvasAgg(drawing).get_renderer()
    for text in drawing.findobj(Text):
        if text.get_text():
            extent = text.get_window_extent(renderer)
            assert extent.x0 >= 0 and extent.x1 <= 420, text.get_text()


def test_at_most_four_series_are_drawn_and_the_smallest_are_added_up(archive: sqlite3.Connection) -> None:
    figure = figure_of(archive, "items_per_day")
    more = tuple(
        ("2026-07-06", "week", platform, items, 1.0)
        for platform, items in (("bluesky", 9), ("linkedin", 2), ("facebook", None))
    )
    words = texts(charts.svg(msgspec.structs.replace(figure, rows=figure.rows + more)))
    # X has 5 items, Bluesky 9, blogs 3; Mastodon 1, LinkedIn 2 and Facebook unknown are the others.
    panels = [word for word in words if word in ("X", "Bluesky", "Blogs", "Mastodon", "LinkedIn", "Other platforms")]
    assert panels == ["Bluesky", "X", "Blogs", "Other platforms"]
    assert "3" in words  # the others' 6 July


def test_two_bars_of_a_row_differ_without_colour(archive: sqlite3.Connection) -> None:
    svg = charts.svg(figure_of(archive, "contributors"))
    assert '<pattern id="chart-contributors-uk-2026-live-' in svg


# Hostile and unusual words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "</text></svg><script>alert(1)</script>",
        "]]><!--&amp;&lt; \"quoted\" 'quoted'",
        "$\\frac{1}{2}$ and $$",
        "\\u0000 %s {0} {x}",
        "a\x00b\x1b[31mc\x0bd",
        "a\u202egnp.exe",
        "\ud800 lone",
    ],
)
def test_words_from_outside_are_only_words(archive: sqlite3.Connection, name: str) -> None:
    figure = figure_of(archive, "organisations")
    rows = ((name, *figure.rows[0][1:]), *figure.rows[1:])
    hostile = msgspec.structs.replace(figure, rows=rows, headline=f"{name} did it", summary=f"{name} did it. ")
    svg = charts.svg(hostile)
    root = ElementTree.fromstring(svg)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {"svg", "title", "desc", "path", "text"}
    assert "<script" not in svg and "\u202e" not in svg
    assert charts.png(hostile).startswith(b"\x89PNG")


@pytest.mark.filterwarnings("ignore:Glyph")  # pytest undoes the filter that the charts set for themselves
def test_emoji_and_every_script_are_real_text_in_an_svg(archive: sqlite3.Connection) -> None:
    svg = charts.svg(renamed(archive, "कार्य 🎉 👩‍🦽 café"))
    assert "कार्य 🎉 👩‍🦽 café" in " ".join(texts(svg))
    # What is written from right to left is kept apart, so that its number stays behind it.
    assert "\u2068تعاون\u2069: 2 (22.2%)" in texts(charts.svg(renamed(archive, "تعاون")))


def test_in_a_png_an_emoji_is_words_and_not_an_empty_box(archive: sqlite3.Connection) -> None:
    from dashboards.canvas import in_known_letters

    assert in_known_letters("café 🎉") == "café [party popper]"
    assert charts.png(renamed(archive, "🎉")) == charts.png(renamed(archive, "[party popper]"))


# Repeatable, quick to import, safe in threads ------------------------------------------------------------------------


def test_the_same_figure_gives_the_same_bytes(archive: sqlite3.Connection) -> None:
    figure = figure_of(archive, "items_per_day")
    assert charts.svg(figure) == charts.svg(figure)
    assert charts.png(figure) == charts.png(figure)


def test_a_png_is_as_large_as_asked_and_on_white(archive: sqlite3.Connection) -> None:
    from PIL import Image

    image = Image.open(io.BytesIO(charts.png(figure_of(archive, "items_by_platform"), scale=3))).convert("RGB")
    assert image.width == 3 * 420
    assert image.getpixel((0, 0)) == (255, 255, 255)


def test_charts_drawn_in_threads_are_those_drawn_alone(archive: sqlite3.Connection) -> None:
    several = [figure_of(archive, name) for name in METRICS[:6]]
    alone = [charts.svg(figure) for figure in several]
    together: dict[int, str] = {}

    def draw(number: int) -> None:
        together[number] = charts.svg(several[number])

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(len(several))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[number] for number in range(len(several))] == alone


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    heavy = ("matplotlib", "numpy", "sqlite_utils", "datasette")
    code = f"import sys, dashboards.charts; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def contrast(first: str, second: str) -> float:
    """WCAG 2's contrast of two colours."""

    def luminance(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_shapes_stand_out_from_light_and_dark_pages() -> None:
    light, dark = charts.STYLESHEET.split("@media")
    for rules, ground in ((light, "#FFFFFF"), (dark, "#101214")):
        for name in ("1", "2", "unwatched"):
            found = re.search(rf"--chart-{name}: (#[0-9A-F]{{6}})", rules)
            assert found is not None and contrast(found[1], ground) >= 3, (name, ground)
    assert contrast("#12436D", "#F46A25") >= 3


def test_each_panel_of_days_has_its_own_scale_and_says_so(archive: sqlite3.Connection) -> None:
    figure = figure_of(archive, "items_per_day")
    place = figure.columns.index("platform")
    rows = tuple((*row[:3], row[3] and row[3] * 100, row[4]) if row[place] == "x" else row for row in figure.rows)
    drawn = texts(charts.svg(msgspec.structs.replace(figure, rows=rows)))
    # X: 300 on Monday. Blogs and Mastodon: 1 at most, on a scale that ends at 1, with the number at the column.
    assert "Each panel has its own scale." in drawn
    assert drawn.count("300") == 2 and drawn.count("1") == 4
    assert "Each panel has its own scale." not in texts(charts.svg(figure_of(archive, "items_per_day", "blogs")))
