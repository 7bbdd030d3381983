"""What an entry of a feed becomes, and the traps in which its meaning gets lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from collector.platforms.feeds.articles import Feed, article
from collector.platforms.feeds.identity import Blog, Identity, blog_name
from collector.platforms.feeds.items import About, Item, Listed, Markup
from collector.posts import Author, Engagement, Media, Post
from tests.fakeserver import FakeServer, Reply
from tests.feeds import FIRST, SECOND, Reader, atom, item, rss
from tests.fetching import client

NOW = FIRST


@pytest.fixture
def reader(server: FakeServer) -> Iterator[Reader]:
    with client() as asking:
        yield Reader(asking, server.url("/feed.xml"))


@pytest.fixture
def read(server: FakeServer, reader: Reader) -> Any:
    """The one post of a feed with this body."""

    def one(body: bytes, content_type: str = "application/rss+xml") -> Post:
        server.put("/feed.xml", Reply(body, headers={"Content-Type": content_type}))
        visit = reader.visit(NOW)
        assert visit.trouble is None, visit.trouble
        (post,) = visit.posts
        return post

    return one


def test_a_whole_entry_of_wordpress(read: Any) -> None:
    post = read(
        rss(
            """<item><title>Co-production Week &#8211; day one &#038; two</title>
            <link>https://www.blog.example/2026/07/day-one/?utm_source=rss</link>
            <comments>https://www.blog.example/2026/07/day-one/#comments</comments>
            <dc:creator><![CDATA[By  Jane   Doe]]></dc:creator>
            <pubDate>Mon, 06 Jul 2026 09:00:00 +0100</pubDate>
            <category><![CDATA[CoProWeek]]></category><category><![CDATA[Co-production Week]]></category>
            <guid isPermaLink="false">https://www.blog.example/?p=12</guid>
            <description><![CDATA[<p>Short.</p>]]></description>
            <content:encoded><![CDATA[<p>Hello <a href="/about">us</a> #Together</p>
            <img src="/a.png" alt="People">]]></content:encoded>
            <wfw:commentRss>https://www.blog.example/2026/07/day-one/feed/</wfw:commentRss>
            <slash:comments>3</slash:comments></item>""",
            "<title>Blog</title><link>https://www.blog.example</link><language>en-GB</language>",
        )
    )
    assert post.platform == "blogs"
    assert post.kind == "article"
    assert post.uri == "https://www.blog.example/2026/07/day-one"
    assert post.url == "https://www.blog.example/2026/07/day-one/?utm_source=rss"
    assert post.title == "Co-production Week – day one & two"
    assert post.text == "Hello us #Together"
    assert post.author == Author(platform="blogs", native_id="127.0.0.1/jane doe", handle="127.0.0.1", name="Jane Doe")
    assert (post.published_at, post.published_from) == ("2026-07-06T08:00:00Z", "stated")
    assert (post.language, post.language_from) == ("en-GB", "declared")
    assert post.categories == ("CoProWeek", "Co-production Week")
    assert [(tag.as_written, tag.origin) for tag in post.hashtags] == [("CoProWeek", "category"), ("Together", "text")]
    assert [link.as_given for link in post.links] == ["https://www.blog.example/about"]
    assert post.media == (Media(kind="image", url="https://www.blog.example/a.png", alt="People", alt_state="present"),)
    assert post.engagement is not None
    assert (post.engagement.comments, post.engagement.likes, post.engagement.observed_at) == (3, None, NOW)
    assert post.comments_url == "https://www.blog.example/2026/07/day-one/feed/"
    assert post.summary_only is False
    assert post.raw is not None
    assert post.raw.startswith(b"<item>")
    assert post.fingerprint is not None


def test_a_whole_entry_of_blogger(read: Any) -> None:
    post = read(
        atom(
            """<entry><id>tag:blogger.com,1999:blog-1.post-2</id><published>2016-05-05T10:00:00.000+01:00</published>
            <updated>2016-05-06T10:00:00.001+01:00</updated>
            <category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#post"/>
            <category scheme="http://www.blogger.com/atom/ns#" term="coproweek"/>
            <title type="text">National co-production week</title>
            <content type="html">&lt;p&gt;Nothing about us&amp;nbsp;without us&lt;/p&gt;</content>
            <link rel="replies" type="application/atom+xml" title="Post Comments"
              href="https://x.blogspot.com/feeds/2/comments/default"/>
            <link rel="replies" type="text/html" href="https://x.blogspot.com/2016/05/week.html#comment-form"/>
            <link rel="edit" type="application/atom+xml" href="https://www.blogger.com/feeds/1/posts/default/2"/>
            <link rel="self" type="application/atom+xml" href="https://www.blogger.com/feeds/1/posts/default/2"/>
            <link rel="alternate" type="text/html" href="http://x.blogspot.com/2016/05/week.html"/>
            <author><name>Unknown</name><email>noreply@blogger.com</email></author><thr:total>4</thr:total></entry>""",
            "<title>Co-production Week 2019</title><link rel='alternate' href='https://x.blogspot.com/'/>",
        )
    )
    assert post.uri == "https://x.blogspot.com/2016/05/week.html"
    assert post.aliases[0].endswith(":tag:blogger.com,1999:blog-1.post-2")
    assert (post.published_at, post.edited_at) == ("2016-05-05T09:00:00Z", "2016-05-06T09:00:00Z")
    assert post.categories == ("coproweek",), "that it is a post is no category"
    assert post.text == "Nothing about us without us"
    assert post.engagement == Engagement(observed_at=NOW, observed_via=post.engagement.observed_via, comments=4)
    assert post.comments_url == "https://x.blogspot.com/feeds/2/comments/default"
    assert post.author == Author(
        platform="blogs",
        native_id="127.0.0.1",
        handle="127.0.0.1",
        name="Co-production Week 2019",
        url="https://x.blogspot.com/",
    )


@pytest.mark.parametrize("version", ["0.91", "0.92", "0.93", "0.94", "2.0"])
def test_every_rss(read: Any, version: str) -> None:
    body = rss(item(1, more="<description>Words</description>")).replace(b'"2.0"', f'"{version}"'.encode())
    assert read(body).text == "Words"


def test_rss_1_and_0_9_in_rdf(read: Any) -> None:
    for namespace in ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"):
        post = read(
            f"""<?xml version="1.0"?><rdf:RDF xmlns="{namespace}"
            xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
            xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://blog.example/"><title>T</title></channel>
            <item rdf:about="https://blog.example/1"><title>One {namespace}</title><link>https://blog.example/1</link>
            <dc:date>2026-07-06T09:00:00+01:00</dc:date></item></rdf:RDF>""".encode()
        )
        assert post.uri == "https://blog.example/1"
        assert (post.published_at, post.published_from) == ("2026-07-06T08:00:00Z", "stated"), "dc:date is publication"


def test_atom_0_3(read: Any) -> None:
    post = read(
        b"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>Old</title><id>tag:x,2004:1</id>
        <issued>2026-07-06T09:00:00Z</issued><modified>2026-07-07T09:00:00Z</modified>
        <content type="text/html" mode="escaped">&lt;b&gt;Words&lt;/b&gt;</content></entry></feed>"""
    )
    assert (post.text, post.published_at, post.edited_at) == ("Words", "2026-07-06T09:00:00Z", "2026-07-07T09:00:00Z")


def test_xhtml_content(read: Any) -> None:
    content = (
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One &amp; <b>two</b></p>'
        '<img src="a.png" alt=""/></div></content>'
    )
    post = read(atom(f"<entry><id>urn:x</id><title>X</title>{content}</entry>"))
    assert post.text == "One & two"
    assert [medium.alt_state for medium in post.media] == ["empty"]


# Dates


def test_without_a_date_it_is_first_seen_and_marked_so(read: Any) -> None:
    post = read(rss("<item><title>Undated</title></item>"))
    assert (post.published_at, post.published_from) == (NOW, "first_seen")


@pytest.mark.parametrize("date", ["06/07/2026", "1783328400", "Mon, 06 Jul 2126 09:00:00 GMT", "nonsense"])
def test_a_date_that_cannot_be_believed_is_first_seen(read: Any, date: str) -> None:
    assert read(rss(item(1, date=date))).published_from == "first_seen"


def test_a_second_date_that_can_be_read_is_taken(read: Any) -> None:
    more = "<dc:date>2026-07-06T09:00:00Z</dc:date>"
    assert read(rss(item(1, date="06/07/2026", more=more))).published_at == "2026-07-06T09:00:00Z"


def test_a_date_of_change_alone_is_marked_so(read: Any) -> None:
    post = read(atom("<entry><id>urn:x</id><title>X</title><updated>2026-07-06T09:00:00Z</updated></entry>"))
    assert (post.published_at, post.published_from, post.edited_at) == ("2026-07-06T09:00:00Z", "updated", None)


def test_british_summer_time_is_not_an_hour_late(read: Any) -> None:
    assert read(rss(item(1, date="Mon, 06 Jul 2026 09:00:00 BST"))).published_at == "2026-07-06T08:00:00Z"


def test_dates_that_only_feedparser_can_read_are_read(read: Any) -> None:
    assert read(rss(item(1, date="Mon, 06 Jul 2026"))).published_at == "2026-07-06T00:00:00Z"


# Alt text in Media RSS


def test_alt_text_in_media_rss_is_alt_text_and_not_the_body(read: Any) -> None:
    """As Mastodon writes it: feedparser drops the second description, and takes the first for the entry's content."""
    post = read(
        rss(
            """<item><guid>https://m.example/@a/1</guid><link>https://m.example/@a/1</link>
            <description>&lt;p&gt;Our banner&lt;/p&gt;</description>
            <media:content url="https://m.example/1.png" type="image/png" medium="image">
            <media:rating scheme="urn:simple">nonadult</media:rating>
            <media:description type="plain">A banner in the rain</media:description></media:content>
            <media:content url="https://m.example/2.png" type="image/png" medium="image">
            <media:description type="plain">Two people</media:description></media:content>
            <media:content url="https://m.example/3.png" type="image/png" medium="image"/></item>"""
        )
    )
    assert post.text == "Our banner"
    assert [(medium.alt, medium.alt_state) for medium in post.media] == [
        ("A banner in the rain", "present"),
        ("Two people", "present"),
        (None, "absent"),
    ]


def test_a_media_description_without_another_body_is_a_videos_words(read: Any) -> None:
    post = read(
        atom(
            """<entry xmlns:media="http://search.yahoo.com/mrss/"><id>yt:video:1</id><title>A film</title>
            <link rel="alternate" href="https://www.youtube.com/watch?v=1"/><published>2026-07-06T09:00:00Z</published>
            <media:group><media:title>Another title</media:title>
            <media:content url="https://www.youtube.com/v/1" type="application/x-shockwave-flash"/>
            <media:description>About the film #CoProWeek</media:description></media:group></entry>"""
        )
    )
    assert (post.title, post.text) == ("A film", "About the film #CoProWeek")


def test_one_picture_and_one_description_belong_together(read: Any) -> None:
    media = (
        "<media:content url='https://x.example/1.png' medium='image'/><media:description>A ladder</media:description>"
    )
    post = read(rss(item(1, more=f"<description>Words</description>{media}")))
    assert (post.text, post.media[0].alt) == ("Words", "A ladder")


def test_enclosures_are_media_without_a_place_for_alt_text(read: Any) -> None:
    post = read(rss(item(1, more="<enclosure url='https://x.example/a.mp3' type='audio/mpeg' length='1'/>")))
    assert post.media == (Media(kind="audio", url="https://x.example/a.mp3", alt=None, alt_state="not_offered"),)


# Authors


@pytest.mark.parametrize(
    ("byline", "name"),
    [
        ("jane@example.org (Jane Doe)", "Jane Doe"),
        ("Jane Doe &lt;jane@example.org&gt;", "Jane Doe"),
        ("jane@example.org", None),
        ("admin", None),
        ("A made-up blog", None),
        ("Żółć", "Żółć"),
    ],
)
def test_a_byline_is_a_name_and_never_a_mail_address(read: Any, byline: str, name: str | None) -> None:
    post = read(rss(item(1, more=f"<author>{byline}</author>")))
    assert (post.author.name if "/" in post.author.native_id else None) == name
    assert b"example.org" not in msgspec.json.encode((post.author,))


def test_several_authors_are_one_byline(read: Any) -> None:
    post = read(rss(item(1, more="<dc:creator>Ann</dc:creator><dc:creator>Ben</dc:creator>")))
    assert post.author.name == "Ann, Ben"


def test_an_entry_of_atom_without_an_author_has_its_feeds(read: Any) -> None:
    entry = "<entry><id>urn:x</id><title>X</title></entry>"
    post = read(atom(entry, "<title>T</title><author><name>Jane Doe</name></author>"))
    assert post.author.name == "Jane Doe"


def whose(link: str, *, feed: str, configured: str) -> str | None:
    """The handle of the author of an entry with this link."""
    blog = Blog(name=blog_name(configured), url=feed, configured=configured)
    entry = Item(listed=Listed(link=link, fingerprint=b""), raw=b"", title=Markup("A post", is_html=False))
    author = article(entry, Identity(uri=link, url=link), Feed(blog=blog, about=About(), now=FIRST)).author
    return author.handle if author else None


@pytest.mark.parametrize(
    ("link", "feed", "configured", "handle"),
    [
        ("https://www.blog.example/a", "https://blog.example/feed/", "https://blog.example/", "blog.example"),
        ("https://carers.uni.example/a", "https://uni.example/feed", "https://uni.example/feed", "carers.uni.example"),
        # The feed lies elsewhere than the blog, which is what is configured.
        ("https://blog.example/a", "https://feeds.example/1", "https://blog.example/", "blog.example"),
        # It has moved: it came from there itself.
        ("https://new.example/a", "https://new.example/feed", "https://old.example/feed", "new.example"),
        (
            "https://medium.com/@Some/a-1",
            "https://medium.com/feed/@some",
            "https://medium.com/@some",
            "medium.com/@some",
        ),
        # Somebody else's name cannot be had by linking there.
        ("https://victim.example/a", "https://hostile.example/feed", "https://hostile.example/feed", "hostile.example"),
        ("https://example/a", "https://hostile.example/feed", "https://hostile.example/feed", "hostile.example"),
        (
            "https://medium.com/@victim/a",
            "https://medium.com/feed/@hostile",
            "https://medium.com/feed/@hostile",
            "medium.com/@hostile",
        ),
    ],
)
def test_an_author_is_of_the_entrys_site_only_where_that_is_the_feeds_own(
    link: str, feed: str, configured: str, handle: str
) -> None:
    assert whose(link, feed=feed, configured=configured) == handle


def test_a_front_page_that_a_feed_only_claims_gives_it_no_name(read: Any) -> None:
    post = read(rss(item(1, link="https://victim.example/a"), "<title>T</title><link>https://victim.example</link>"))
    assert (post.author.native_id, post.author.handle) == ("127.0.0.1", "127.0.0.1")


# Summaries


@pytest.mark.parametrize(
    ("more", "summary_only"),
    [
        ("<description>Only the beginning of it […]</description>", True),
        ("<description>Short.</description>", True),
        ("", True),
        (f"<description>{'Many words. ' * 60}</description>", False),
        (f"<description>{'Many words. ' * 60} Continue reading A post →</description>", True),
        ("<description>Short.</description><content:encoded>Whole.</content:encoded>", False),
    ],
)
def test_an_entry_says_whether_its_feed_gives_only_a_summary(read: Any, more: str, summary_only: bool) -> None:
    post = read(rss(item(1, more=more)))
    assert post.summary_only is summary_only
    assert post.media_known is not summary_only


# Dates that cannot be true


def test_a_date_that_was_refused_under_a_wrong_clock_is_read_again(server: FakeServer, reader: Reader) -> None:
    wrong = "2026-07-01T00:00:00Z"
    body = rss([item(8), item(1)])
    server.put("/feed.xml", Reply(body))
    first = {post.title: post for post in reader.visit(wrong).posts}
    assert (first["Entry 8"].published_from, first["Entry 8"].published_at) == ("first_seen", wrong)
    assert first["Entry 8"].fingerprint is None
    assert first["Entry 1"].fingerprint is not None
    server.put("/feed.xml", Reply(body + b"\n"))
    (again,) = reader.visit(FIRST).posts
    assert (again.title, again.published_from, again.published_at) == ("Entry 8", "stated", "2026-07-08T09:00:00Z")
    assert again.fingerprint is not None


# Entries that are none


def test_an_entry_with_nothing_in_it_is_kept_and_counted(server: FakeServer, reader: Reader) -> None:
    server.put("/feed.xml", Reply(rss(["<item/>", item(2), "<item><pubDate>06 Jul 2026 09:00 GMT</pubDate></item>"])))
    visit = reader.visit()
    assert visit.titles == ["Entry 2"]
    assert [one.reason for one in visit.unread] == ["an entry without title, words, pictures or an address"] * 2
    assert visit.unread[0].raw == b"<item/>"


def test_an_entry_that_cannot_be_made_a_post_costs_no_other(
    server: FakeServer, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collector.platforms.feeds import words

    honest = words.read

    def stumbling(body: Any, base: str) -> Any:
        if body is not None and body.value == "boom":
            raise RecursionError
        return honest(body, base)

    monkeypatch.setattr(words, "read", stumbling)
    server.put("/feed.xml", Reply(rss([item(2, more="<description>boom</description>"), item(1)])))
    visit = reader.visit()
    assert visit.titles == ["Entry 1"]
    assert [one.reason for one in visit.unread] == ["it could not be made a post (RecursionError)"]


def test_feedparser_stumbling_over_one_entry_costs_no_other(
    server: FakeServer, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collector.platforms.feeds import parse

    honest = parse._feedparser

    def stumbling(document: bytes, url: str = "") -> Any:
        if b"boom" in document:
            raise ValueError
        return honest(document, url)

    monkeypatch.setattr(parse, "_feedparser", stumbling)
    server.put("/feed.xml", Reply(rss([item(3), item(2, more="<description>boom</description>"), item(1)])))
    visit = reader.visit()
    assert visit.titles == ["Entry 3", "Entry 1"]
    assert [one.reason for one in visit.unread] == ["feedparser stumbles over it (ValueError)"]


def test_an_entry_listed_twice_is_one_post(server: FakeServer, reader: Reader) -> None:
    server.put("/feed.xml", Reply(rss([item(1), item(1), item(1, more="<x/>")])))
    visit = reader.visit()
    assert visit.titles == ["Entry 1"]
    assert visit.pages[0].unchanged == 2


def test_an_edit_is_the_same_post_with_other_words(server: FakeServer, reader: Reader) -> None:
    server.put("/feed.xml", Reply(rss([item(2), item(1, more="<description>Before</description>")])))
    reader.visit(FIRST)
    server.put("/feed.xml", Reply(rss([item(2), item(1, more="<description>After</description>")])))
    visit = reader.visit(SECOND)
    assert [(post.title, post.text) for post in visit.posts] == [("Entry 1", "After")]
    assert visit.pages[0].unchanged == 1


def test_what_a_feed_says_was_deleted_is_passed_on(server: FakeServer, reader: Reader) -> None:
    """RFC 6721. An entry that is listed as well has come back."""
    entry = "<entry><id>tag:blog.example,2026:{0}</id><title>Entry {0}</title></entry>"
    gone = '<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="tag:blog.example,2026:{}"/>'
    server.put("/feed.xml", Reply(atom([entry.format(1), entry.format(2)])))
    aliases = {post.title: post.aliases for post in reader.visit(FIRST).posts}
    server.put("/feed.xml", Reply(atom([entry.format(2), gone.format(1), gone.format(2)])))
    visit = reader.visit(SECOND)
    assert visit.pages[0].expired == aliases["Entry 1"]
