"""Every word in the archive is an attacker's; the browser says whether any of it ran or left the machine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.test_accessibility import PATHS
from tests.dashboards.site.conftest import HOSTILE

pytestmark = pytest.mark.browser

WATCH = """
window.refused = [];
addEventListener('securitypolicyviolation', event => window.refused.push(event.violatedDirective));
"""
TABLES = ["authors", "posts", "post_texts", "post_hashtags", "hashtags", "media", "sources", "edition_posts", "figures"]


def test_nothing_an_attacker_publishes_runs_or_is_loaded(chromium: Any, pages: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(WATCH)
    asked: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    paths = [
        *PATHS,
        *(f"/archive/{table}" for table in TABLES),
        *(f"/archive/post_texts/{post}" for post in range(1, 7)),
    ]
    shown = ""
    for path in paths:
        page.goto(pages + path)
        assert page.evaluate("window.ran") is None, path
        assert page.evaluate("window.refused") == [], path
        assert page.evaluate("[...document.links].filter(a => !/^https?:/.test(a.protocol)).length") == 0, path
        shown += page.inner_text("main")
    context.close()
    assert dialogs == []
    assert {url for url in asked if not url.startswith(pages)} == set()
    for text in HOSTILE[:4]:
        assert text in shown, "shown as the text it is"


def test_the_policy_would_stop_what_slipped_through(chromium: Any, pages: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(pages + "/")
    page.evaluate(
        """() => {
            const add = html => document.querySelector('main').insertAdjacentHTML('beforeend', html);
            add('<img src=x onerror="window.ran = 1">');
            add('<img src="https://evil.example/pixel">');
            add('<a id=bad href="javascript:window.ran=1">x</a>');
            add('<form id=out action="https://evil.example/"><button>x</button></form>');
            const script = document.createElement('script');
            script.textContent = 'window.ran = 1';
            document.body.append(script);
            document.querySelector('#bad').click();
            document.querySelector('#out').requestSubmit();
        }"""
    )
    page.wait_for_function("window.refused.length >= 5")
    refused = page.evaluate("window.refused")
    assert page.evaluate("window.ran") is None
    assert {"script-src-attr", "script-src-elem", "img-src", "form-action"} <= set(refused)
    assert page.url == pages + "/"
    context.close()


def test_another_page_cannot_frame_ours(chromium: Any, pages: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.set_content(f'<iframe src="{pages}/"></iframe>')
    page.wait_for_timeout(300)
    assert all("coproweek" not in frame.content() for frame in page.frames[1:])
    context.close()
