"""Makes an SVG that matplotlib wrote fit to stand in a page: named, described, scaled, without style. Draws nothing.

What matplotlib leaves out or gets in the way: no description, no role; ids that repeat from chart to chart; a style
element that applies to the whole page; style attributes, which a strict Content-Security-Policy refuses; a fixed size.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

INK = "#0b0c0c"
"""The colour that stands for the page's own text colour."""

FONTS = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
"""Fonts that are easy to read and everywhere. No emoji font is named: some renderers then take its digits."""

_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+\.\d+")
_ROUND = {"stroke-linecap", "stroke-linejoin", "font-family"}
"""Said once on the root, or by the page."""


def accessible(text: str, *, name: str, title: str, description: str, colours: Mapping[str, str]) -> str:
    """matplotlib's SVG as one element for a page.

    `name` makes its ids its own. `colours` gives for a colour the class by which a stylesheet may change it. The result
    has role=img, a title and a description that it is labelled by, its width from its place, and no XML declaration.
    """
    prefix = "chart-" + re.sub(r"[^A-Za-z0-9-]+", "-", name)
    found = ElementTree.fromstring(text)
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "chart",
            "viewBox": found.get("viewBox", ""),
            "width": "100%",
            "role": "img",
            "aria-labelledby": f"{prefix}-title {prefix}-description",
            "font-family": FONTS,
            "stroke-linejoin": "round",
        },
    )
    ElementTree.SubElement(root, "title", {"id": f"{prefix}-title"}).text = title
    ElementTree.SubElement(root, "desc", {"id": f"{prefix}-description"}).text = description
    for element in found:
        _take(element, root, prefix, colours)
    return ElementTree.tostring(root, encoding="unicode")


def _take(element: ElementTree.Element, parent: ElementTree.Element, prefix: str, colours: Mapping[str, str]) -> None:
    """Copies what is drawn, without the groups around single shapes."""
    tag = element.tag.removeprefix(_SVG)
    if tag in ("metadata", "style"):
        return
    if tag == "g" or (tag == "defs" and not any(child.tag == f"{_SVG}pattern" for child in element)):
        for child in element:
            _take(child, parent, prefix, colours)
        return
    attributes = _attributes(element, prefix, colours)
    if tag == "path" and attributes.get("fill") == "none" and "stroke" not in attributes:
        return  # the ground of the drawing, which is transparent
    copy = ElementTree.SubElement(parent, tag, attributes)
    copy.text = element.text if tag == "text" else None
    for child in element:
        _take(child, copy, prefix, colours)


def _attributes(element: ElementTree.Element, prefix: str, colours: Mapping[str, str]) -> dict[str, str]:
    style = (part.partition(":") for part in element.get("style", "").split(";") if part.strip())
    given = {
        **{key: value for key, value in element.attrib.items() if key not in ("style", "transform")},
        **{key.strip(): value.strip() for key, _colon, value in style if key.strip() not in _ROUND},
    }
    if not element.get("transform", "").startswith("rotate(-0 "):
        given |= {"transform": element.attrib["transform"]} if "transform" in element.attrib else {}
    classes = []
    for key in ("fill", "stroke"):
        colour = given.get(key, "").lower()
        if colour == INK:
            given[key] = "currentColor"
        elif colour in colours:
            classes.append(f"{key}-{colours[colour]}")
        elif colour.startswith("url(#"):
            given[key] = f"url(#{prefix}-{colour[5:]}"
    if classes:
        given["class"] = " ".join(classes)
    if "id" in given:
        given["id"] = f"{prefix}-{given['id']}"
    if "font-size" in given:
        given["font-size"] = given["font-size"].removesuffix("px")
    if given.get("text-anchor") == "start":
        del given["text-anchor"]
    for key in ("d", "x", "y"):
        if key in given:
            given[key] = " ".join(
                _NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), given[key]).split()
            )
    return given
