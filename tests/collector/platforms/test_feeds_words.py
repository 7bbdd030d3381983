"""What is in the HTML of an entry."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.platforms.feeds import words
from collector.platforms.feeds.items import Markup, Medium
from collector.posts import Media

BASE = "https://blog.example/2026/post"


def read(html: str, base: str = "") -> words.Words:
    return words.read(Markup(html, is_html=True, base=base), BASE)


def tags(title: str = "", text: str = "", *categories: str) -> list[tuple[str, str]]:
    return [(tag.as_written, tag.origin) for tag in words.hashtags(title, text, categories)]


def test_paragraphs_lists_and_breaks_stay_apart() -> None:
    html = (
        "<h2>Title</h2><p>One\n two&nbsp;three</p><p>Four<br>five</p><ul><li>a<li>b</ul>End<table><tr>"
        "<td>1<td>2</table>"
    )
    assert read(html).text == "Title\n\nOne two three\n\nFour\nfive\n\na\nb\n\nEnd\n\n1 2"


def test_entities_are_read_once() -> None:
    assert read("<p>Fish &amp; chips &lt;b&gt; &amp;amp;</p>").text == "Fish & chips <b> &amp;"


def test_words_of_scripts_and_styles_are_no_text() -> None:
    found = read("<p>Hello</p><script>alert(1)</script><style>p{}</style><template>x</template><title>t</title>")
    assert found.text == "Hello"
    assert found.html == "<p>Hello</p>"


def test_plain_text_keeps_its_lines_and_has_no_html() -> None:
    found = words.read(Markup("One & two\r\n\r\n\r\nthree  <4", is_html=False), BASE)
    assert (found.text, found.html) == ("One & two\n\nthree <4", None)
    assert read("Fish &amp; chips\nby the sea").text == "Fish & chips\nby the sea"


def test_preformatted_lines_stay() -> None:
    assert read("<pre>a\nb</pre>").text == "a\nb"


@pytest.mark.parametrize(
    "html",
    [
        "<p onclick='x()'>a</p>",
        "<a href='javascript:x()'>a</a>",
        "<a href=' java\tscript:x()'>a</a>",
        "<svg onload=x()>a</svg>",
        "<iframe srcdoc='<script>x()</script>'>a</iframe>",
        "<math><mi xlink:href='data:x,<script>x</script>'>a</mi></math>",
        "<form action='https://evil.example'><input></form>a",
        "<img src=x onerror=x()>a",
        "<p style='background:url(x)'>a</p>",
        "<noscript><p title='</noscript><img src=x onerror=x()>'>a</noscript>",
        "<base href='https://evil.example'>a",
        "<a href='vbscript:x'>a</a>",
        "<object data='x.swf'>a</object>",
        "<meta http-equiv=refresh content='0;url=x'>a",
        "<a href='data:text/html,<script>x</script>'>a</a>",
        "<link rel=stylesheet href=x>a",
        "<xmp><script>x</script></xmp>a",
    ],
)
def test_nothing_that_runs_or_loads_is_left(html: str) -> None:
    clean = read(html).html or ""
    assert not re.search(
        r"<[^>]*\b(?:on\w+|style|srcdoc)\s*=|<(?:script|style|iframe|object|form|input|base|meta|link|svg)\b", clean
    )
    assert not re.search(r"""=["']?\s*(?:javascript|vbscript|data):""", clean, re.IGNORECASE)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<b",
                "<img src=",
                "'x'",
                " onerror=x ",
                ">",
                "<script>",
                "</script>",
                "<!--",
                "-->",
                "&lt;",
                "<svg><style>",
                "<iframe src=//e.example>",
                "]]>",
                "<table><td>",
                "<a href=",
                "javascript:x",
                '"',
                "\0",
            ]
        )
        | st.text(max_size=5),
        max_size=20,
    )
)
def test_no_markup_breaks_it_or_gets_through(parts: list[str]) -> None:
    found = read("".join(parts))
    clean = found.html or ""
    assert "<script" not in clean.lower()
    assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', clean))
    for medium in found.media:
        assert medium.url.startswith(("http://", "https://"))
    assert words.read(Markup(clean, is_html=True), BASE).html == (clean if re.search("<[A-Za-z/!?]", clean) else None)


def test_relative_addresses_start_from_the_entrys_own_base() -> None:
    assert read("<a href='/a'>a</a>").links[0].as_given == "https://blog.example/a"
    assert read("<a href='a'>a</a>", base="https://cdn.example/x/").links[0].as_given == "https://cdn.example/x/a"
    assert read("<a href='a'>a</a>", base="/x/").links[0].as_given == "https://blog.example/x/a"
    assert 'src="https://blog.example/2026/a.png"' in (read("<img src='a.png' alt=''>").html or "")


def test_a_base_that_is_none_leaves_no_relative_address() -> None:
    found = words.read(Markup("<p>x</p><a href='/a'>a</a>", is_html=True), "urn:feed-entry:1")
    assert found.links == ()
    assert "href" not in (found.html or "")


def test_links_are_those_of_the_web_each_once_in_order() -> None:
    html = (
        "<a href='https://b.example'>b</a><a href='https://a.example'>a</a><a "
        "href='https://b.example'>b</a><a href='mailto:x@example.org'>m</a><a href='ftp://x'>f</a>"
    )
    assert [link.as_given for link in read(html).links] == ["https://b.example", "https://a.example"]


def test_images_say_whether_somebody_described_them() -> None:
    html = (
        "<img src='/1.png' alt=' A &quot;ladder&quot; '><img src='/2.png' alt=''><img src='/3.png'><img "
        "src='/4.png' alt=' '>"
    )
    assert [(medium.alt, medium.alt_state) for medium in read(html).media] == [
        ('A "ladder"', "present"),
        (None, "empty"),
        (None, "absent"),
        (None, "empty"),
    ]


def test_an_image_that_is_loaded_late_is_an_image() -> None:
    (medium,) = read("<img src='data:image/gif;base64,R0' data-src='/real.png' alt='Real'>").media
    assert (medium.url, medium.alt) == ("https://blog.example/real.png", "Real")


def test_emoji_are_words_and_counters_are_nothing() -> None:
    html = (
        "<p>Well done <img class='wp-smiley' alt='🙂' src='https://s.w.org/images/core/emoji/14/1f642.png'>!</p>"
        "<img src='https://pixel.wp.com/b.gif' width=1 height=1><img "
        "src='http://feeds.feedburner.com/~r/x/~4/y' alt=''>"
        "<img src='https://secure.gravatar.com/avatar/1' alt=''><img src='https://count.example/x.gif' "
        "height='1' width='1'>"
    )
    found = read(html)
    assert found.text == "Well done 🙂!"
    assert found.media == ()


def test_embeds_are_found_before_they_are_removed() -> None:
    html = (
        "<iframe src='https://www.youtube.com/embed/1' title='t'></iframe><video controls><source "
        "src='v.mp4'><source src='v.webm'></video><audio src='a.mp3'></audio><iframe></iframe>"
    )
    found = read(html)
    assert [(medium.kind, medium.url, medium.alt_state) for medium in found.media] == [
        ("embed", "https://www.youtube.com/embed/1", "not_offered"),
        ("video", "https://blog.example/2026/v.mp4", "not_offered"),
        ("audio", "https://blog.example/2026/a.mp3", "not_offered"),
    ]
    assert "iframe" not in (found.html or "")


def test_what_a_feed_gives_beside_the_words_adds_what_is_not_in_them() -> None:
    described = Medium(kind="image", url="/1.png", description="A ladder")
    found = read("<p>x</p><img src='/1.png'>")
    assert words.with_media(found, [described], BASE) == (
        Media(kind="image", url="https://blog.example/1.png", alt="A ladder", alt_state="present"),
    )
    preview = Medium(kind="image", url="/1-300x200.png")
    assert len(words.with_media(found, [preview], BASE)) == 1, "a copy of the picture in the words"
    nothing = words.Words(text="x")
    assert [one.alt_state for one in words.with_media(nothing, [preview], BASE)] == ["absent"]
    sound = Medium(kind="audio", url="https://x.example/a.mp3", describable=False)
    assert [one.alt_state for one in words.with_media(nothing, [sound, sound], BASE)] == ["not_offered"]
    assert words.with_media(nothing, [Medium(kind="image", url="javascript:x")], BASE) == ()


def test_hashtags_are_those_that_are_written_with_a_hash() -> None:
    text = "We say #CoProWeek, (#Café) and #हिन्दी_2026! Not C#Major, #2026, a#b, &#39; or https://x.example/#Part."
    assert tags("#Launch", text) == [
        ("Launch", "text"),
        ("CoProWeek", "text"),
        ("Café", "text"),
        ("हिन्दी_2026", "text"),
    ]


def test_a_category_of_one_word_is_a_hashtag_and_others_are_not() -> None:
    assert tags("", "", "CoProWeek", "#Tagged", "Co-production", "Co-production Week", "2026") == [
        ("CoProWeek", "category"),
        ("Tagged", "category"),
    ]


@given(st.text(alphabet=st.characters() | st.sampled_from("#＃_ "), max_size=60))
def test_hashtags_of_any_text_have_a_letter_and_no_space(text: str) -> None:
    for tag, _ in tags("", text):
        assert any(map(str.isalpha, tag))
        assert not any(map(str.isspace, tag))


def test_the_name_of_the_blog_at_the_end_of_a_wordpress_excerpt_is_not_the_entrys() -> None:
    html = (
        "<p>Our news.</p><p>The post <a href='/a'>Our news</a> appeared first on <a "
        "href='/'>Co-production Week</a>.</p>"
    )
    assert read(html).text == "Our news."
    assert read("The post Our news first appeared on Co-production Week.").text == ""


def test_titles_are_one_line_of_text() -> None:
    assert words.plain(Markup("Fish &amp; <b>chips</b>\n today", is_html=True)) == "Fish & chips today"
    assert words.plain(Markup("Post <amp> & more", is_html=False)) == "Post <amp> & more"
    assert words.plain(None) == ""


@pytest.mark.parametrize(
    ("stated", "language"),
    [
        (("en",), "en"),
        (("en_gb",), "en-GB"),
        (("CY",), "cy"),
        (("und", "en-US"), "en-US"),
        (("english please",), None),
        ((None, ""), None),
        (("zh-hans-cn",), "zh-hans-CN"),
    ],
)
def test_a_declared_language_is_a_language_code(stated: tuple[str | None, ...], language: str | None) -> None:
    assert words.declared_language(*stated) == language


def test_a_language_is_guessed_where_there_is_enough_to_go_by() -> None:
    assert words.detected_language("Mae hon yn wythnos fawr i bawb yng Nghymru a thu hwnt") == "cy"
    assert words.detected_language("Co-production is about people who use services and carers") == "en"
    assert words.detected_language("Nothing about us") is None
    assert words.detected_language("https://example.org/a-long-address-with-many-letters 12345") is None


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "deep",
        "<b>" * 50_000 + "bold",
        "<x>" * 5_000 + "y",
        "<a><b><i>" * 10_000 + "<p>z",
        "<" * 300_000,
        "<!--" * 100_000,
        "&amp;" * 100_000,
        "<p>" * 100_000,
        "<svg>" + "<path/>" * 50_000,
        "word " * 200_000,
    ],
)
def test_no_markup_takes_for_ever(html: str) -> None:
    began = time.thread_time()
    found = read(html)
    assert time.thread_time() - began < 5
    assert len(found.html or "") < 4_000_000
