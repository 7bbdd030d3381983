"""The pages judged by axe-core, walked by keyboard, and read at 320 pixels: ours and Datasette's, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATHS = [
    "/", "/editions/uk-2026", "/editions/uk-2026?platform=x", "/editions/uk-2027", "/editions/uk-2026/items_per_day",
    "/editions/uk-2026/hashtags?live=1", "/editions/uk-2027/hashtags", "/sources", "/metrics", "/demo/",
    "/demo/editions/uk-2026/contributors", "/nowhere", "/archive", "/archive/items", "/archive/items?platform=x",
    "/archive/items?_search=coproweek", "/archive/posts/1", "/archive/raw_items", "/archive?sql=select+*+from+items",
    "/archive?sql=nonsense", "/archive/metric_items_per_day?edition=uk-2026&platform=", "/demonstration/posts",
]  # fmt: skip


def violations(page: Any) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA, one line a rule."""
    # Evaluated by the browser's debugger, which the pages' Content-Security-Policy does not bind.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS)
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {[node['target'] for node in one['nodes']][:3]}"
        for one in found["violations"]
    ]


def page_at(chromium: Any, width: int, scheme: str) -> Any:
    return chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (1280, "light"),
        (320, "dark"),
        pytest.param(1280, "dark", marks=pytest.mark.slow),
        pytest.param(320, "light", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_and_no_page_scrolls_sideways(chromium: Any, pages: str, width: int, scheme: str) -> None:
    page = page_at(chromium, width, scheme)
    found: dict[str, Any] = {}
    for path in PATHS:
        page.goto(pages + path)
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        problems = violations(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append(f"scrolls sideways: {page.evaluate('document.documentElement.scrollWidth')} pixels wide")
        if problems:
            found[path] = problems
    page.context.close()
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_empty_archive_is_accessible_too(chromium: Any, empty_pages: str, scheme: str) -> None:
    page = page_at(chromium, 320, scheme)
    for path in ("/", "/sources", "/archive", "/archive/items"):
        page.goto(empty_pages + path)
        assert violations(page) == []
    page.context.close()


FOCUSED = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const at = document.elementFromPoint(
        Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1),
        Math.min(Math.max(box.top + Math.min(box.height, 20) / 2, 0), innerHeight - 1));
    return {
        name: one.tagName + ' ' + (one.getAttribute('href') || one.id || one.textContent.trim().slice(0, 30)),
        outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        uncovered: at !== null && (one.contains(at) || at.contains(one)),
        body: one === document.body,
    };
}"""


@pytest.mark.parametrize("path", ["/", "/editions/uk-2026/items_per_day", "/archive/items"])
@pytest.mark.parametrize("width", [1280, 320])
def test_everything_is_reached_by_keyboard_in_sight_and_in_order(
    chromium: Any, pages: str, path: str, width: int
) -> None:
    page = page_at(chromium, width, "light")
    page.goto(pages + path)
    selector = "a[href], button, input:not([type=hidden]), select, textarea, summary, .scroll[tabindex='0']"
    expected = [one for one in page.query_selector_all(selector) if one.is_visible()]
    seen = []
    for _ in range(len(expected) + 3):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["body"]:
            break
        assert focused["outlined"] and focused["inside"] and focused["uncovered"], focused
        seen.append(focused["name"])
    page.context.close()
    assert seen[0] == "A #content"
    assert len(seen) == len(expected)


def test_the_skip_link_leads_past_the_navigation(chromium: Any, pages: str) -> None:
    page = page_at(chromium, 1280, "light")
    page.goto(pages + "/")
    page.keyboard.press("Tab")
    assert page.get_by_text("Skip to the content").is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.context.close()


def test_pages_work_without_scripts(chromium: Any, pages: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages + "/archive/items")
    page.get_by_label("Search words, a phrase or a hashtag").fill("co-production")
    page.get_by_role("button", name="Search").click()
    assert "6 rows where search matches" in page.get_by_role("main").inner_text()
    page.get_by_text("Filter, sort and count").click()
    page.get_by_label("Column", exact=True).select_option("platform")
    page.get_by_label("Value", exact=True).fill("x")
    page.get_by_role("button", name="Apply").click()
    assert "2 rows" in page.get_by_role("main").inner_text()
    context.close()


def test_the_printed_page_leaves_out_what_paper_cannot_do(chromium: Any, pages: str) -> None:
    page = page_at(chromium, 1280, "light")
    page.goto(pages + "/demo/editions/uk-2026/items_per_day")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert page.get_by_text("Made-up data.", exact=True).is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    page.context.close()
