"""The report and its mail in a real browser: axe-core finds nothing, nothing is asked for, no scrolling both ways."""

from __future__ import annotations

import base64
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.dashboards.report.conftest import Made, make, small_archive

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN_AND_SHORTEN = """
document.querySelectorAll('details').forEach(each => { each.open = true });
document.querySelectorAll('tbody').forEach(each => [...each.rows].slice(3).forEach(row => row.remove()));
"""
"""Opens what is closed; of long tables a few rows tell all that there is to find, in a tenth of the time."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    with closing(small_archive()) as conn:
        return make(tmp_path_factory.mktemp("reports"), conn)


RUN_AXE = """
async tags => {
    const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
    const first = found.violations.map(one => [one.id, one.nodes[0].html]);
    return {violations: first, passes: found.passes.length};
}
"""


def opened(chromium: Any, html: Path, width: int, scheme: str) -> tuple[Any, list[str]]:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(html.as_uri())
    return page, asked


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_the_report_for_everybody(made: Made, chromium: Any, width: int, scheme: str) -> None:
    page, asked = opened(chromium, made.paths[0], width, scheme)
    assert asked == [made.paths[0].as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(OPEN_AND_SHORTEN)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN_AXE, TAGS)
    assert found["violations"] == []
    assert found["passes"] > 30
    page.context.close()


def test_the_keyboard_reaches_the_report_at_once(made: Made, chromium: Any) -> None:
    page, _asked = opened(chromium, made.paths[0], 1280, "light")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "report"
    page.context.close()


def test_the_mail_for_everybody(made: Made, chromium: Any, tmp_path: Path) -> None:
    picture = next(part for part in made.mail.walk() if part.get_content_type() == "image/png").get_content()
    data = "data:image/png;base64," + base64.b64encode(picture).decode()
    shown = tmp_path / "mail.html"
    shown.write_text(made.mail_html.replace("cid:items-per-day@report", data), encoding="utf-8")
    for width in (1280, 375):
        page, _asked = opened(chromium, shown, width, "light")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.images[0].naturalWidth") >= 800
        page.evaluate(AXE.read_text(encoding="utf-8"))
        # Landmarks are the mail program's, not the mail's.
        found = page.evaluate(RUN_AXE, TAGS[:-1])
        assert found["violations"] == []
        page.context.close()
