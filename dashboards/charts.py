"""A figure → an accessible chart, drawn by matplotlib. Knows a `Figure` and nothing else: no database, no clock.

An SVG is made to be put into a page: it carries no style attribute and no style element (a strict
Content-Security-Policy forbids both), its text is real text, and its colours are presentation attributes with
classes beside them, so that a page's stylesheet can change them for dark mode (`STYLESHEET`).
"""

from __future__ import annotations

from dashboards.figures import Figure

STYLESHEET = """\
svg.chart { display: block; width: 100%; height: auto; max-width: 40rem; }
:root { --chart-1: #12436D; --chart-2: #28A197; --chart-3: #801650; --chart-4: #F46A25; --chart-pale: #BFBFBF; }
@media (prefers-color-scheme: dark) {
  :root { --chart-1: #7FB5E6; --chart-2: #28A197; --chart-3: #E58FBF; --chart-4: #F46A25; --chart-pale: #6B6B6B; }
}
svg.chart .fill-1 { fill: var(--chart-1); } svg.chart .stroke-1 { stroke: var(--chart-1); }
svg.chart .fill-2 { fill: var(--chart-2); } svg.chart .stroke-2 { stroke: var(--chart-2); }
svg.chart .fill-3 { fill: var(--chart-3); } svg.chart .stroke-3 { stroke: var(--chart-3); }
svg.chart .fill-4 { fill: var(--chart-4); } svg.chart .stroke-4 { stroke: var(--chart-4); }
svg.chart .fill-pale { fill: var(--chart-pale); } svg.chart .stroke-pale { stroke: var(--chart-pale); }
"""
"""What a page that shows charts adds to its stylesheet: the size, and the colours for light and dark."""


def svg(figure: Figure) -> str:
    """The chart as an SVG element: role=img, a title and a description of its own, no XML declaration."""
    raise NotImplementedError


def png(figure: Figure, scale: float = 2) -> bytes:
    """The chart as a PNG on white, for mail and slides; `scale` times 480 pixels wide."""
    raise NotImplementedError
