"""What the tests read out of a page, with the standard library: elements in order, and the text of parts of it."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Every start tag with its attributes, in order; ids; links; and text by the elements around it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self._open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.unbalanced.append(tag)
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((tuple(self._open), " ".join(data.split())))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _tag, attributes in self.tags if "id" in attributes]

    @property
    def headings(self) -> list[int]:
        return [int(tag[1]) for tag, _ in self.tags if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()]

    def text(self, *, without: tuple[str, ...] = ("style", "svg")) -> str:
        return " ".join(text for around, text in self.texts if not set(around) & set(without))


def row(page: str, label: str) -> list[str]:
    """The cells of the first table row whose first cell says `label`."""
    start = page.index(f'<th scope="row">{label}</th>')
    cells = Page("<table><tr>" + page[start : page.index("</tr>", start)] + "</tr></table>")
    return [text for _around, text in cells.texts]


def table(page: str, metric: str) -> str:
    """The part of the page from a metric's table to the end of it."""
    start = page.index(f'id="caption-{metric}"')
    return page[start : page.index("</table>", start)]
