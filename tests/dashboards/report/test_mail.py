"""The mail: the whole page in its body, as text and as HTML, in a form that mail programs open as a draft."""

from __future__ import annotations

import re

from tests.dashboards.report.conftest import CONTACT, OPT_OUT, Made, Make
from tests.dashboards.report.html import Page

DEFINITION = (
    "An item is a post or article tagged for the campaign, counted once. Shares, likes and comments are not items."
)


def test_it_is_a_draft_to_the_contact(made: Made) -> None:
    assert str(made.mail["Subject"]) == "Co-production Week 2026: the week on one page"
    assert str(made.mail["To"]) == CONTACT
    assert made.mail["X-Unsent"] == "1"
    assert made.mail["From"] is None
    assert made.mail["Date"].datetime.isoformat() == "2026-07-20T12:00:00+00:00"
    assert not made.mail.defects


def test_its_parts_are_text_or_html_with_the_chart(made: Made) -> None:
    words, attached = made.mail.iter_parts()
    assert made.mail.get_content_type() == "multipart/mixed"
    assert words.get_content_type() == "multipart/alternative"
    assert attached.get_content_disposition() == "attachment"
    text, related = words.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related"
    html, chart = related.iter_parts()
    assert (html.get_content_type(), chart.get_content_type()) == ("text/html", "image/png")
    assert chart.get_content_disposition() == "inline"
    assert chart["Content-ID"] == "<items-per-day@report>"
    assert made.mail_html.count('src="cid:items-per-day@report"') == 1
    picture = chart.get_content()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(made.mail_bytes) < 1_000_000


def test_the_whole_report_is_attached(made: Made) -> None:
    (attached,) = made.mail.iter_attachments()
    assert attached.get_content_type() == "text/html"
    assert attached.get_content_disposition() == "attachment"
    assert attached.get_filename() == "report.html"
    assert attached.get_content() == made.html
    assert len(attached.get_payload(decode=True)) == made.paths[0].stat().st_size
    for part in (" ".join(made.mail_text.split()), Page(made.mail_html).text()):
        assert "The full report is attached: report.html opens in any browser." in part


def test_the_lines_are_as_mail_has_them(made: Made) -> None:
    assert b"\n" not in made.mail_bytes.replace(b"\r\n", b"")
    assert max(map(len, made.mail_bytes.split(b"\r\n"))) <= 998
    assert max(map(len, made.mail_text.splitlines())) <= 72
    assert made.mail_bytes.isascii()


def test_every_sentence_number_and_limit_of_the_report_is_in_both_parts(made: Made) -> None:
    start, end = made.html.index('id="one-page"'), made.html.index('id="objectives"')
    page = Page(made.html[start:end])
    said = [text for around, text in page.texts if around and around[-1] in {"li", "span", "p"}]
    said = [text.removeprefix(DEFINITION).strip() for text in said]
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


def test_definitions_are_in_the_report_and_not_in_the_mail(made: Made) -> None:
    assert DEFINITION in Page(made.html).text()
    for part in (" ".join(made.mail_text.split()), Page(made.mail_html).text()):
        assert "An item is" not in part
        assert "ffective voices" not in part
        assert "It says how each number is counted." in part


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
    assert len(layout) == 3  # the page, its middle, and what is to be read first
    assert len(data) == 1
    assert [head["scope"] for head in page.all("th")] == ["col"] * 3 + ["row"] * 5
    assert page.headings == [1, *[2] * (len(page.headings) - 1)]


def test_without_anything_to_draw_it_has_no_picture(make_of: Make) -> None:
    # One item, of the early phase: found, but no day to draw.
    made = make_of("DELETE FROM edition_posts WHERE post_id <> 11;")
    assert [part.get_content_type() for part in made.mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/html",
    ]
    assert "No item was published in the week itself. What was found is from before or after it." in made.mail_html
    assert "cid:" not in made.mail_html
    assert "In the week, no items were tagged for Co-production Week." in made.mail_html
