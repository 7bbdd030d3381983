"""The mail: the whole page in its body, as text and as HTML, in a form that mail programs open as a draft."""

from __future__ import annotations

import re

from tests.dashboards.report.conftest import CONTACT, OPT_OUT, Made, Make
from tests.dashboards.report.html import Page


def test_it_is_a_draft_to_the_contact(made: Made) -> None:
    assert str(made.mail["Subject"]) == "Co-production Week 2026: the week on one page"
    assert str(made.mail["To"]) == CONTACT
    assert made.mail["X-Unsent"] == "1"
    assert made.mail["From"] is None
    assert made.mail["Date"].datetime.isoformat() == "2026-07-20T12:00:00+00:00"
    assert not made.mail.defects


def test_its_parts_are_text_or_html_with_the_chart(made: Made) -> None:
    text, related = made.mail.iter_parts()
    assert made.mail.get_content_type() == "multipart/alternative"
    assert text.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related"
    html, chart = related.iter_parts()
    assert (html.get_content_type(), chart.get_content_type()) == ("text/html", "image/png")
    assert chart.get_content_disposition() == "inline"
    assert chart["Content-ID"] == "<items-per-day@report>"
    assert made.mail_html.count('src="cid:items-per-day@report"') == 1
    picture = chart.get_content()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(made.mail_bytes) < 300_000


def test_the_lines_are_as_mail_has_them(made: Made) -> None:
    assert b"\n" not in made.mail_bytes.replace(b"\r\n", b"")
    assert max(map(len, made.mail_bytes.split(b"\r\n"))) <= 998
    assert max(map(len, made.mail_text.splitlines())) <= 72
    assert made.mail_bytes.isascii()


def test_every_sentence_number_and_limit_of_the_report_is_in_both_parts(made: Made) -> None:
    start, end = made.html.index('id="one-page"'), made.html.index('id="objectives"')
    page = Page(made.html[start:end])
    said = [text for around, text in page.texts if around and around[-1] in {"li", "span", "p"}]
    assert len(said) >= 5 + 15 + 1 + 5
    plain = " ".join(made.mail_text.split())
    html = Page(made.mail_html).text()
    for words in said:
        assert words in plain
        assert words in html


def test_nothing_is_told_by_the_picture_alone(made: Made) -> None:
    (image,) = Page(made.mail_html).all("img")
    assert image["alt"].startswith("Column charts, one for each platform. Items peaked on Monday 6 July 2026, with 5")
    assert image["alt"] in " ".join(made.mail_text.split())


def test_each_number_brings_how_it_is_counted(made: Made) -> None:
    for part in (" ".join(made.mail_text.split()), Page(made.mail_html).text()):
        assert "An item is the first appearance of a post or article that is tagged for the campaign" in part
        assert "Effective voices are 1 divided by the sum of the squared shares of items" in part


def test_links_say_where_they_lead(made: Made) -> None:
    links = re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', made.mail_html)
    assert links == [
        (f"mailto:{CONTACT}", f"Write to {CONTACT}"),
        (OPT_OUT, "How to have your posts removed and not collected again"),
    ]


def test_it_is_laid_out_for_outlook(made: Made) -> None:
    page = Page(made.mail_html)
    assert not [tag for tag, _ in page.tags if tag in {"script", "style", "link", "svg", "form"}]
    assert not page.unbalanced
    assert page.all("html") == [{"lang": "en-GB"}]
    layout = [table for table in page.all("table") if table.get("role") == "presentation"]
    data = [table for table in page.all("table") if table.get("role") != "presentation"]
    assert len(layout) == 2
    assert len(data) == 1
    assert [head["scope"] for head in page.all("th")] == ["col"] * 3 + ["row"] * 5
    assert page.headings == [1, *[2] * (len(page.headings) - 1)]


def test_without_anything_to_draw_it_has_no_picture(make_of: Make) -> None:
    # One item, of the early phase: found, but no day to draw.
    made = make_of("DELETE FROM edition_posts WHERE post_id <> 11;")
    assert [part.get_content_type() for part in made.mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert "No item was published in the week itself. What was found is from before or after it." in made.mail_html
    assert "cid:" not in made.mail_html
    assert "No items for #CoProWeek were published in the week." in made.mail_html
