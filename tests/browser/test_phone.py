"""On a phone a row of the sources' table is a card that shows all of itself."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

CUT = """() => [...document.querySelectorAll(".cards th[scope=row], .cards td, .cards td span")]
    .filter(cell => cell.getBoundingClientRect().right > innerWidth || cell.scrollWidth > cell.clientWidth + 1
        && getComputedStyle(cell).display !== "inline")
    .map(cell => cell.textContent)"""
EMPTY = """() => [...document.querySelectorAll(".cards tbody tr")].map(row => {
    const inside = [...row.children].reduce((sum, cell) => sum + cell.getBoundingClientRect().height, 0);
    return row.getBoundingClientRect().height - inside;
})"""


def test_no_answer_of_a_source_is_cut_at_the_edge(chromium: Any, pages: str) -> None:
    page = chromium.new_context(viewport={"width": 375, "height": 800}).new_page()
    page.goto(pages + "/sources")
    assert page.locator(".cards tbody tr").count() > 1
    assert page.evaluate(CUT) == []
    assert max(page.evaluate(EMPTY)) < 40  # its padding and line, and no blank space
    assert page.locator(".scroll").first.evaluate("region => region.scrollWidth <= region.clientWidth")
    page.context.close()
