"""Cutting a feed into entries: what is read apart must say what is read together."""

from __future__ import annotations

from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.platforms.feeds import parse
from collector.platforms.feeds.items import Item, Unreadable
from collector.platforms.feeds.prepare import mended, prepared, text_of
from collector.platforms.feeds.scan import Refused, Scan, scan
from tests.feeds import atom, item, rss

FIXTURES = Path(__file__).parents[4] / "shared" / "fixtures" / "feeds"
URL = "https://blog.example/feed/"


def read(body: bytes, content_type: str = "", known: frozenset[bytes] = frozenset()) -> list[Item | Unreadable]:
    document = parse.read(body, content_type, URL, known)
    assert document is not None
    return [one for group in document.groups() for one in group]


def items(body: bytes, content_type: str = "") -> list[Item]:
    found = read(body, content_type)
    assert all(isinstance(one, Item) for one in found)
    return [one for one in found if isinstance(one, Item)]


def titles(body: bytes, content_type: str = "") -> list[str]:
    return [one.title.value if one.title else "" for one in items(body, content_type)]


def scanned(body: bytes) -> Scan:
    found = scan(prepared(body))
    assert found is not None
    return found


def apart_and_together(found: Scan, chosen: list[bool]) -> None:
    """Each chosen entry, read with the other chosen ones, says what it says when the whole feed is read."""
    kept = [entry for entry, keep in zip(found.entries, chosen, strict=True) if keep]
    whole = parse._feedparser(found.only(found.entries), URL)
    some = parse._feedparser(found.only(kept), URL)
    assert [dict(one) for one in some.entries] == [
        dict(one) for one, keep in zip(whole.entries, chosen, strict=True) if keep
    ]
    assert dict(some.feed) == dict(whole.feed)


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the feeds of feedparser's tests are not beside this checkout")
def test_every_fixture_says_entry_by_entry_what_it_says_as_a_whole() -> None:
    cut = 0
    for path in sorted(FIXTURES.glob("*.xml")):
        found = scan(prepared(path.read_bytes()))
        if found is None or not found.entries:
            continue
        cut += 1
        for number in range(len(found.entries)):
            apart_and_together(found, [number == other for other in range(len(found.entries))])
    assert cut > 400, "most of them can be cut"


WORDS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="<>&]\ufffe\uffff"),
    max_size=30,
)
MARKUP = WORDS | st.sampled_from(
    [
        "<![CDATA[<item><title>no</title></item>]]>",
        "<!-- <item> -->",
        "&lt;p&gt;é&lt;/p&gt;",
        "&#233;",
        "&amp;lt;",
        "<?php item ?>",
        "<b xmlns=''>b</b>",
    ]
)
ELEMENTS = st.sampled_from(
    [
        "<title>{}</title>",
        "<description>{}</description>",
        "<content:encoded>{}</content:encoded>",
        "<category>{}</category>",
        "<dc:creator>{}</dc:creator>",
        "<link>https://blog.example/{}</link>",
        "<guid>{}</guid>",
        "<x:any xmlns:x='urn:{}'/>",
        "<summary type='text'>{}</summary>",
        "<media:thumbnail url='{}'/>",
        "<source><title>{}</title></source>",
        "<image><title>{}</title></image>",
        "<dc:language>cy</dc:language>",
        "<dc:date>{}</dc:date>",
    ]
)


@st.composite
def feeds(draw: st.DrawFn) -> tuple[bytes, list[bool]]:
    entries = draw(st.lists(st.lists(st.tuples(ELEMENTS, MARKUP), max_size=5), max_size=5))
    prefix = draw(st.sampled_from(["", "r:"]))
    name = draw(st.sampled_from(["item", "entry", "ITEM"]))
    attributes = draw(st.sampled_from(["", " xml:base='https://other.example/'", " xml:lang='cy'", " a='>'"]))

    def one(parts: list[tuple[str, str]]) -> str:
        inside = "".join(
            element.format(value) if element[1] != "x" and "'" not in element else element.format("v")
            for element, value in parts
        )
        return f"<{prefix}{name}{attributes}>{inside}</{prefix}{name} >" if inside else f"<{prefix}{name}/>"

    between = draw(st.sampled_from(["", "\n  ", "<!-- between -->"]))
    body = rss(between.join(map(one, entries)) + between).replace(b"<rss ", b'<rss xmlns:r="http://purl.org/rss/1.0/" ')
    return body, draw(st.lists(st.booleans(), min_size=len(entries), max_size=len(entries)))


@settings(max_examples=100, deadline=None)
@given(feeds())
def test_any_feed_says_entry_by_entry_what_it_says_as_a_whole(made: tuple[bytes, list[bool]]) -> None:
    body, chosen = made
    found = scan(prepared(body))
    if found is not None and len(found.entries) == len(chosen):
        apart_and_together(found, chosen)
    # However it was cut or not, nothing that feedparser sees is lost.
    assert len(read(body)) == len(parse._feedparser(prepared(body)).entries)


def test_known_entries_are_listed_and_not_read() -> None:
    body = rss([item(3), item(2), item(1)])
    three, two, one = (entry.listed.fingerprint for entry in scanned(body).entries)
    document = parse.read(body, "", URL, frozenset({three, one}))
    assert document is not None
    assert [entry.known for entry in document.listed] == [True, False, True]
    assert [one.listed.guid for group in document.groups() for one in group if isinstance(one, Item)] == ["entry-2"]
    assert two not in {three, one}


@pytest.mark.parametrize(
    "entry",
    [
        "<item/>",
        "<item />",
        "<item a='/>'/>",
        "<item></item>",
        "<item>/></item>",
        "<item><x/></item >",
        "<item\n>\n</item\n>",
    ],
)
@pytest.mark.parametrize("around", ["<r>{}</r>", "<item>{}</item>", "<r> {} </r>", "<item/>{}<item/>"])
def test_an_entry_ends_where_it_ends(entry: str, around: str) -> None:
    document = f"<rss><channel>{around.format(entry)}</channel></rss>".encode()
    found = scan(document)
    assert found is not None
    whole = [entry.encode()] if "r>" in around else [b"<item/>", entry.encode(), b"<item/>"]
    if around == "<item>{}</item>":
        whole = [around.format(entry).encode()]
    assert [found.raw(one) for one in found.entries] == whole
    assert found.only(()) == b"<rss><channel>" + document.split(b"<channel>")[1].replace(b"".join(whole), b"")


def test_a_changed_byte_is_another_fingerprint() -> None:
    before, after = (scanned(rss(item(1, more=more))).entries[0].listed.fingerprint for more in ("", "<x/>"))
    assert before != after


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (rss("<item><title><![CDATA[</item><item>]]></title></item>"), "tags inside CDATA"),
        (rss("<!-- <item><title>no</title></item> --><item/>"), "an entry in a comment"),
        (rss("<item a='/item>'><title>x</title></item>"), "a bracket in an attribute"),
        (rss("<item><media:item xmlns:media='http://search.yahoo.com/mrss/'/></item>"), "another namespace's item"),
        (rss("<item><title>x</title></item>").replace(b"item", b"ITEM"), "capitals"),
        (rss("<item/>") + b"<!-- cached at 10:00 -->\n<script>track()</script>", "something appended"),
        (b"\n\n  " + rss("<item/>"), "white space before"),
        (b"<br />\n<b>Warning</b>: mysql_connect() in <b>x.php</b>\n" + rss("<item/>"), "a warning of PHP before"),
        (rss("<item><title>a\x0bb&#11;</title></item>"), "control characters"),
        (rss("<item><title>R&eacute;sum&eacute; &nbsp;</title></item>"), "HTML's entities"),
        (rss("<item><title>x</title></item>").decode().replace("UTF-8", "UTF-16").encode("utf-16"), "UTF-16"),
        (b'<?xml version="1.1"?>' + rss("<item/>").partition(b"?>")[2], "XML 1.1"),
        (
            b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/x.dtd">'
            + rss("<item/>").partition(b"?>")[2],
            "a document type",
        ),
    ],
)
def test_it_is_one_entry_in_spite_of(body: bytes, what: str) -> None:
    assert len(read(body)) == 1, what
    document = prepared(body)
    scans = [scan(document), scan(mended(document))]
    assert any(len(found.entries) == 1 for found in scans if found), f"{what}: it need not be read whole"


def test_an_entry_within_an_entry_is_read_as_feedparser_reads_it() -> None:
    body = rss("<item><title>outer</title><item><title>inner</title></item></item>" + item(2))
    assert len(read(body)) == len(feedparser.parse(prepared(body).decode()).entries) == 3


def test_a_feed_that_is_not_well_formed_is_read_whole() -> None:
    body = rss([item(2), item(1)]).replace(b"Entry 2", b"Us & them <br> today")
    assert scan(mended(prepared(body))) is None
    assert len(read(body)) == 2
    known = frozenset(one.listed.fingerprint for one in items(body)[:1])
    assert len(read(body, known=known)) == 1


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", None, ""),
        ("utf-8", "iso-8859-1", "application/rss+xml; charset=utf-8"),
        ("utf-8", "utf-8", "text/xml; charset=iso-8859-1"),
        ("iso-8859-1", "iso-8859-1", "text/xml"),
        ("cp1252", None, "application/xml"),
        ("cp1252", "utf-8", ""),
        ("iso-8859-15", "iso-8859-15", ""),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", "application/xml"),
        ("utf-32", "utf-32", ""),
        ("utf-8-sig", None, "text/xml; charset=us-ascii"),
    ],
)
def test_letters_arrive_in_every_encoding(encoding: str, declared: str | None, content_type: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    body = (
        declaration
        + "<rss version='2.0'><channel><item><title>Llŷn café</title></item></channel></rss>".replace(
            "ŷ", "y" if "8859" in encoding or "1252" in encoding else "ŷ"
        )
    ).encode(encoding)
    assert titles(body, content_type)[0].endswith("café")


@pytest.mark.parametrize(
    "name", ["idna", "punycode", "unicode_escape", "zip", "rot13", "utf-7", "mbcs", "nosuch", "x" * 39]
)
def test_what_is_no_encoding_of_documents_is_none(name: str) -> None:
    assert text_of(f'<?xml version="1.0" encoding="{name}"?><a>é</a>'.encode()).endswith("<a>é</a>")


def test_windows_1252_is_the_last_resort() -> None:
    assert text_of(b"<a>\x93quoted\x94 \x81</a>") == "<a>“quoted” \ufffd</a>"


def test_pictures_inside_the_words_are_left_out() -> None:
    picture = "data:image/png;base64," + "iVBORw0KGgo" * 200_000
    (one,) = items(rss(f"<item><description><![CDATA[<p>Hi</p><img src='{picture}'>]]></description></item>"))
    assert len(one.raw) < 200


def test_the_guid_is_taken_as_it_is_written() -> None:
    (one,) = items(atom("<entry><id>abc</id><title>A</title></entry>", attributes="xml:base='https://cdn.example/'"))
    assert one.listed.guid == "abc"
    (one,) = items(rss("<item><title>A</title><guid>abc</guid></item>"))
    assert (one.listed.guid, one.listed.guid_is_link) == ("abc", True)
    (one,) = items(rss("<item><title>A</title><guid isPermaLink='false'>https://blog.example/?p=1</guid></item>"))
    assert one.listed.guid_is_link is False


def test_the_best_date_is_told_from_the_others() -> None:
    dates = "<dc:date>2026-07-01</dc:date><pubDate>2026-07-02</pubDate><atom:updated>2026-07-03</atom:updated>"
    (one,) = items(rss(f"<item><title>A</title>{dates}</item>"))
    assert (one.listed.published, one.listed.updated) == (("2026-07-02", "2026-07-01"), ("2026-07-03",))


def test_dates_of_where_an_entry_was_taken_from_are_not_its_own() -> None:
    source = "<source><id>urn:other</id><updated>2001-01-01</updated><title>Other</title></source>"
    (one,) = items(atom(f"<entry>{source}<id>urn:mine</id><title>Mine</title></entry>"))
    assert (one.listed.guid, one.listed.updated) == ("urn:mine", ())


def test_relative_links_are_resolved_by_their_own_base() -> None:
    entry = "<entry xml:base='2026/'><id>a</id><link href='post'/></entry><entry><id>b</id><link href='post'/></entry>"
    one, two = items(atom(entry, attributes="xml:base='https://blog.example/x/'"))
    assert (one.listed.link, two.listed.link) == ("https://blog.example/x/2026/post", "https://blog.example/x/post")


def test_of_several_links_the_page_is_taken() -> None:
    links = (
        "<link rel='self' href='https://api.example/1'/><link rel='alternate' type='application/json' href='https://blog.example/1.json'/>"
        "<link rel='alternate' type='text/html' href='https://blog.example/1'/><link rel='replies' href='https://blog.example/1#c'/>"
    )
    (one,) = items(atom(f"<entry><id>a</id>{links}</entry>"))
    assert one.listed.link == "https://blog.example/1"


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (rss("<item>" + "<x>" * 400 + "</x>" * 400 + "</item>"), "nested"),
        (rss("<item " + " ".join(f"a{n}='1'" for n in range(200)) + "/>"), "attributes"),
        (rss("<item " + " ".join(f"xmlns:a{n}='urn:{n}'" for n in range(300)) + "/>"), "namespaces"),
        (rss("<item><title>a & b</title></item>" * 40_000), "not well-formed"),
    ],
)
def test_what_no_honest_feed_is_is_refused(body: bytes, how: str) -> None:
    with pytest.raises(Refused, match=how):
        parse.read(body, "", URL)


def test_one_entry_that_is_too_much_costs_no_other() -> None:
    parts = "<item><title>Parts</title>" + "<category>a</category>" * 600 + "</item>"
    long = f"<item><title>Long</title><description>{'word ' * 250_000}</description></item>"
    found = read(rss(parts + item(2) + long))
    assert [one.listed.guid for one in found if isinstance(one, Item)] == ["entry-2"]
    assert [one.reason for one in found if isinstance(one, Unreadable)] == [
        "the entry has more than 500 parts",
        "the entry is longer than 1,000,000 bytes",
    ]


def test_entities_that_hold_entities_are_not_declared() -> None:
    laughs = (
        '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "<item/>"><!ENTITY d '
        '"&#60;item/>"><!ENTITY e SYSTEM "file:///etc/passwd">]>'
    )
    body = rss(item(1)).replace(b"<rss", laughs.encode() + b"<rss", 1).replace(b"Entry 1", b"&a;!")
    assert titles(body) == ["ha!"]
    document = prepared(body)
    assert b'<!ENTITY a "ha">' in document
    assert document.count(b"<!ENTITY") == 1


def test_a_thousand_million_laughs_are_read_in_no_time() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = (
        rss(item(1))
        .replace(b"<rss", f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><rss'.encode(), 1)
        .replace(b"Entry 1", b"&l9;")
    )
    (one,) = items(body)
    assert one.title is not None
    assert len(one.title.value) < 10


def test_nothing_is_opened_whatever_the_bytes_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_bytes(rss(item(1)))
    monkeypatch.chdir(tmp_path)
    for body in (b"feed.xml", str(secret).encode(), b"file://" + str(secret).encode(), b"http://127.0.0.1:1/"):
        assert parse.read(body, "", URL) is None
