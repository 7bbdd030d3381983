"""Files from elsewhere: every known export, a user's own mapping, saved feeds, and files that lie. All made up."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.platforms import Trouble, files_tables
from collector.platforms.files import File, shown, understand
from collector.platforms.files_mapping import ready
from collector.posts import Post, Unread

DATA = Path(__file__).parents[2] / "data" / "imports"
NOW = "2026-11-21T12:00:00Z"
MADE_AT = "2025-08-01T09:00:00Z"

LINKEDIN: list[list[Any]] = [
    ["Details of the posts of your page"],
    ["Post title", "Post link", "Post type", "Campaign name", "Posted by", "Created date", "Audience", "Impressions",
     "Views", "Offsite Views", "Clicks", "Click through rate (CTR)", "Likes", "Comments", "Reposts", "Follows",
     "Engagement rate", "Content Type"],
    ["We take part in #CoProWeek", "https://www.linkedin.com/feed/update/urn:li:activity:7345375543296000000",
     "Organic", "", "Ann Made-Up", "06/30/2025", "All followers", 1500, 0, 0, 12, 0.008, 40, 3, 2, 1, 0.04, "Article"],
    ["A day", "https://www.linkedin.com/feed/update/urn:li:share:1/", "Organic", "", "Ann Made-Up", "07/04/2025", "",
     20, "", "", 0, 0, 1, 0, 0, 0, 0, ""],
]  # fmt: skip


def workbook(rows: Iterable[Iterable[Any]], *, sheet: str = "All posts", before: str = "Metrics") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = before
    book.active.append(["Date", "Impressions (total)"])
    written = book.create_sheet(sheet)
    for row in rows:
        written.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(data: str | bytes, name: str = "export.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
        made = datetime.fromisoformat(MADE_AT).timestamp()
        os.utime(path, (made, made))
        return path

    return write


def read(path: Path, **options: Any) -> tuple[File, list[Post], list[Unread]]:
    file = understand(path, now=NOW, **options)
    pages = list(file.pages())
    return file, [post for page in pages for post in page.posts], [one for page in pages for one in page.unread]


def notes(path: Path, **options: Any) -> str:
    return "\n".join(page.note for page in understand(path, now=NOW, **options).pages())


# The known exports


def test_x_analytics(write: Any) -> None:
    file, posts, unread = read(write((DATA / "x.csv").read_bytes()))
    assert (file.title, file.platform, file.mapping) == ("X account analytics", "x", "x")
    assert "URL Clicks" in file.unused and "Impressions" not in file.unused
    first, second, third = posts
    assert first.uri == "https://x.com/i/status/1939616640512000001"
    assert first.url == "https://x.com/MadeUpCare/status/1939616640512000001"
    assert first.text.startswith("#CoProWeek starts today & we are in."), "X escapes its words as in HTML"
    assert first.published_at == "2025-06-30T09:26:58Z", "the day is given, the moment is in the number"
    assert first.author and (first.author.handle, first.author.platform) == ("MadeUpCare", "x")
    assert first.engagement
    assert (first.engagement.views, first.engagement.likes, first.engagement.replies) == (12978, 12, 3)
    assert (first.engagement.reposts, first.engagement.bookmarks, first.engagement.shares) == (2, 1, 0)
    assert first.engagement.observed_at == MADE_AT, "the counts are those of the day on which the file was made"
    assert first.engagement.quotes is None, "not in the file is not 0"
    assert [tag.as_written for tag in first.hashtags] == ["CoProWeek"]
    assert [link.as_given for link in first.links] == ["https://madeup.example/week"]
    assert second.text == "Tea and cake\nfor everybody"
    assert third.uri.endswith("/1940500000000000003"), "a number that a spreadsheet rounded is taken from the link"
    assert third.engagement and third.engagement.likes is None and third.engagement.replies is None
    assert [one.reason for one in unread] == [
        "row 5: it has neither a link nor a number by which to know it again",
        "row 6: its date “someday” cannot be read",
    ]


def test_twitter_analytics(write: Any) -> None:
    file, (post,), unread = read(write((DATA / "twitter.csv").read_bytes()))
    assert (file.mapping, unread) == ("twitter", [])
    assert post.uri == "https://x.com/i/status/1013711436337156096", "the same post, whichever name the network had"
    assert post.published_at == "2018-07-02T09:00:00Z"
    assert post.engagement and (post.engagement.views, post.engagement.likes, post.engagement.reposts) == (1203, 7, 4)


def test_facebook_export(write: Any) -> None:
    file, (first, second), unread = read(write((DATA / "facebook.csv").read_bytes()))
    assert (file.platform, file.time_zone, unread) == ("facebook", "America/Los_Angeles", [])
    assert first.published_at == "2025-06-30T15:15:00Z"
    assert first.engagement and (first.engagement.views, first.engagement.likes) == (1204, 21)
    assert (first.engagement.comments, first.engagement.shares) == (6, 3)
    assert first.title is None and first.text.startswith("Our day for Co-production Week")
    assert first.author and (first.author.native_id, first.author.handle) == ("61500000000000001", "madeupcare")
    assert (second.title, second.text) == ("Summer fair", "Come to our summer fair")
    assert second.author and second.author.native_id == "made-up care", "a rounded number is nobody's"
    assert second.engagement and second.engagement.views is None and second.engagement.comments is None


def test_days_beside_the_whole_life_of_a_post_are_not_taken_for_it(write: Any) -> None:
    _, posts, _ = read(write((DATA / "facebook.csv").read_bytes()))
    assert [post.engagement.views for post in posts if post.engagement] == [1204, None]


def test_instagram_export(write: Any) -> None:
    _, (post,), unread = read(write((DATA / "instagram.csv").read_bytes()))
    assert unread == []
    assert post.uri == "https://www.instagram.com/p/DLmadeup001", "without what was added for tracking"
    assert post.published_at == "2025-07-01T08:30:00Z"
    assert post.author and (post.author.handle, post.author.name) == ("madeupcare", "Made-up Care")
    assert post.engagement and (post.engagement.views, post.engagement.bookmarks) == (2000, 9)


def test_posts_that_differ_only_in_the_query_of_their_link_stay_two(write: Any) -> None:
    head, first, *_ = (DATA / "facebook.csv").read_text(encoding="utf-8").splitlines()
    link = "https://www.facebook.com/madeupcare/posts/pfbid0made1"
    one, other = (first.replace(link, f"https://www.facebook.com/permalink.php?story_fbid={n}&id=6") for n in (1, 2))
    _, posts, _ = read(write("\n".join([head, one, other])))
    assert len({post.uri for post in posts}) == 2


def test_the_time_zone_can_be_said(write: Any) -> None:
    file, (post,), _ = read(write((DATA / "instagram.csv").read_bytes()), time_zone="Europe/London")
    assert file.time_zone == "Europe/London" and post.published_at == "2025-07-01T00:30:00Z"


def test_linkedin_export(write: Any) -> None:
    path = write(workbook(LINKEDIN), "madeupcare_content_1754000000000.xlsx")
    file, (first, second), unread = read(path, account="@MadeUpCare")
    assert (file.title, file.has_account, unread) == ("LinkedIn page export", False, [])
    assert first.uri == "https://www.linkedin.com/feed/update/urn:li:activity:7345375543296000000"
    assert first.published_at == "2025-06-30T09:00:00Z", "the moment is in the number"
    assert first.author and (first.author.native_id, first.author.handle) == ("madeupcare", "MadeUpCare")
    assert first.author.name is None, "who clicked on Post is nobody's business"
    assert first.engagement and (first.engagement.views, first.engagement.likes, first.engagement.reposts) == (
        1500,
        40,
        2,
    )
    assert second.published_at == "2025-07-04T12:00:00Z", "a day without a time is taken as its midday"
    assert b"Ann Made-Up" not in (first.raw or b"")


def test_a_linkedin_file_as_csv_does_as_well(write: Any) -> None:
    lines = [",".join(f'"{cell}"' for cell in row) for row in LINKEDIN]
    _, posts, _ = read(write("\n".join(lines)))
    assert [post.published_at for post in posts] == ["2025-06-30T09:00:00Z", "2025-07-04T12:00:00Z"]
    assert posts[0].author is None, "the file does not say whose page it is"


def test_a_date_that_a_spreadsheet_turned_round_is_put_right(write: Any) -> None:
    rows = [list(row) for row in LINKEDIN[:3]]
    number = int(datetime(2025, 7, 6, 8, tzinfo=UTC).timestamp() * 1000) << 22
    rows[2][1] = f"https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A{number}"
    rows[2][5] = date(2025, 6, 7)  # 07/06/2025 was the sixth of July
    path = write(workbook(rows), "a.xlsx")
    _, (post,), _ = read(path)
    assert post.published_at == "2025-07-06T08:00:00Z"
    assert "swapped by a spreadsheet" in notes(path)


def test_a_number_that_contradicts_the_date_is_not_believed(write: Any) -> None:
    rows = [list(row) for row in LINKEDIN[:3]]
    rows[2][5] = "05/20/2025"
    _, (post,), _ = read(write(workbook(rows), "a.xlsx"))
    assert post.published_at == "2025-05-20T12:00:00Z"


# One's own mapping


def test_a_mapping_of_ones_own(write: Any) -> None:
    path = write((DATA / "newsletter.csv").read_bytes())
    file, (post,), unread = read(path, mapping=DATA / "newsletter.toml")
    assert (file.title, file.platform, post.kind) == ("Made-up newsletter", "newsletter", "article")
    assert (post.title, post.text) == ("Rundbrief", "Unsere Co-production Week; ein Gruß"), "from Windows' letters"
    assert post.published_at == "2025-07-02T07:30:00Z"
    assert post.engagement and post.engagement.views == 1500
    assert [one.reason for one in unread] == ["row 3: its date “31.02.2025” cannot be read"]


def test_a_ready_mapping_can_be_named(write: Any) -> None:
    path = write((DATA / "x.csv").read_bytes())
    assert understand(path, now=NOW, mapping="x").mapping == "x"
    with pytest.raises(Trouble, match="needs the columns Tweet id, Tweet permalink, Tweet text, time"):
        understand(path, now=NOW, mapping="twitter")
    with pytest.raises(
        Trouble, match="there is no mapping nonsense; ready are facebook, instagram, linkedin, twitter, x"
    ):
        understand(path, now=NOW, mapping="nonsense")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 1", "not right"),
        ("nonsense", "not right"),
        ("title='a'\nplatform='b'\n[columns]\npublished='d'\ntext='t'\nlink='l'\nviws='v'", "viws"),
        ("title='a'\nplatform='b'\ntime_zone='Nowhere'\n[columns]\npublished='d'\ntext='t'\nlink='l'", "no time zone"),
        ("title='a'\nplatform='b'\n[columns]\ntext='t'\nlink='l'", "published"),
        ("title='a'\nplatform='b'\n[columns]\npublished='d'\ntext='t'", "link"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said(write: Any, text: str, said: str) -> None:
    with pytest.raises(Trouble, match=said):
        understand(write("d,t,l\n1,2,3\n"), now=NOW, mapping=write(text, "own.toml"))


def test_every_ready_mapping_is_right_and_none_fits_anothers_file(write: Any) -> None:
    known = ready()
    assert sorted(known) == ["facebook", "instagram", "linkedin", "twitter", "x"]
    for name in ("facebook", "instagram", "twitter", "x"):
        assert understand(write((DATA / f"{name}.csv").read_bytes()), now=NOW).mapping == name
    for mapping in known.values():
        assert mapping.needs


def test_a_file_that_fits_no_mapping_is_answered_with_its_columns(write: Any) -> None:
    with pytest.raises(Trouble, match=r"no known export looks like this .*Its columns are: When, What, Where"):
        understand(write("When,What,Where\n1,2,3\n"), now=NOW)


# Every way to write a table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(write: Any, encoding: str, delimiter: str) -> None:
    rows = [
        ["Post id", "Date", "Post text", "Post Link", "Impressions"],
        ["193961664051200", '"Mon, Jun 30, 2025"', '"Café; tea, “cake”\t#CoProWeek"', "https://x.com/a/status/1", "1"],
    ]  # fmt: skip
    text = "\r\n".join(delimiter.join(row) for row in rows)
    _, (post,), unread = read(write(text.encode(encoding)))
    assert (post.text, unread) == ("Café; tea, “cake”\t#CoProWeek", [])


def test_what_excel_says_to_itself_is_understood(write: Any) -> None:
    text = (DATA / "x.csv").read_text(encoding="utf-8")
    _, posts, unread = read(write("sep=,\r\n" + text))
    assert len(posts) == 3 and unread[0].reason.startswith("row 6: ")


@pytest.mark.parametrize(
    ("written", "thousands", "count"),
    [("1,234", ",", 1234), ("12,345,678", ",", 12345678), ("1.234", ".", 1234), ("1 234", ",", 1234), ("7.0", ",", 7),
     ("0", ",", 0), ("", ",", None), ("-", ",", None), ("N/A", ",", None), ("1.2K", ",", None), ("-3", ",", None),
     ("1.234", ",", None), ("12,34", ",", None), ("=1+1", ",", None), ("٣", ",", 3), ("9" * 400, ",", None)],
)  # fmt: skip
def test_counts_as_people_write_them_and_nothing_is_not_0(
    write: Any, written: str, thousands: str, count: int | None
) -> None:
    mapping = (
        f"title='a'\nplatform='b'\nthousands='{thousands}'\n[columns]\npublished='d'\ntext='t'\nlink='l'\nviews='v'\n"
    )
    path = write(f'd;t;l;v\n2025-07-01;t;https://a.example/1;"{written}"\n')
    _, (post,), _ = read(path, mapping=write(mapping, "own.toml"))
    assert (post.engagement.views if post.engagement else None) == count
    if count is None and written not in {"", "-", "N/A"}:
        assert "counts as not available" in notes(path, mapping=write(mapping, "own.toml"))


def test_cells_of_a_spreadsheet_are_taken_as_what_they_are(write: Any) -> None:
    mapping = write(
        "title='a'\nplatform='b'\ntime_zone='Europe/London'\n"
        "[columns]\npublished='d'\ntime='h'\ntext='t'\nlink='l'\nid='i'\nviews='v'\nlikes='k'\n",
        "own.toml",
    )
    rows: list[list[Any]] = [
        ["d", "h", "t", "l", "i", "v", "k"],
        [datetime(2025, 7, 1, 9, 30), None, "one", "https://a.example/1", 1, 10, True],
        [date(2025, 7, 2), time(8, 15), "two", None, 123456, 10.0, 2.5],
        [date(2025, 7, 3), None, 2025, "https://a.example/3", 1.94e18, None, None],
        ["2025-07-04T10:00:00+02:00", None, "four", "https://a.example/4", None, None, None],
        [None, None, None, None, None, None, None],
        [45000, None, "six", "https://a.example/6", None, None, None],
    ]
    _, posts, unread = read(write(workbook(rows), "own.xlsx"), mapping=mapping)
    assert [post.published_at for post in posts] == [
        "2025-07-01T08:30:00Z",
        "2025-07-02T07:15:00Z",
        "2025-07-03T11:00:00Z",
        "2025-07-04T08:00:00Z",
    ]
    assert posts[1].uri == "urn:b:123456" and posts[2].text == "2025"
    assert posts[0].engagement and (posts[0].engagement.views, posts[0].engagement.likes) == (10, None)
    assert [one.reason for one in unread] == ["row 7: its date “45000” cannot be read"]


def test_a_formula_is_never_computed(write: Any) -> None:
    rows = [list(row) for row in LINKEDIN]
    rows[2][0] = '=HYPERLINK("https://evil.example","#CoProWeek")'
    rows[2][7] = "=1+1"
    _, (first, _), _ = read(write(workbook(rows), "a.xlsx"))
    assert first.text == "" and first.engagement and first.engagement.views is None
    csv = (DATA / "x.csv").read_text(encoding="utf-8").replace("Tea and cake", "=cmd|' /C calc'!A0")
    _, posts, _ = read(write(csv))
    assert posts[1].text.startswith("=cmd|"), "in text it stays the words that somebody wrote"


def test_dates_in_the_future_and_before_all_networks_are_refused(write: Any) -> None:
    mapping = write("title='a'\nplatform='b'\n[columns]\npublished='d'\ntext='t'\nlink='l'\n", "own.toml")
    text = (
        "d,t,l\n2031-01-01,t,https://a.example/1\n1783-07-06,t,https://a.example/2\n9999-12-31,t,https://a.example/3\n"
    )
    _, posts, unread = read(write(text), mapping=mapping)
    assert posts == [] and [one.reason.partition("” ")[2] for one in unread] == [
        "is in the future",
        "is before there were such posts",
        "is in the future",
    ]


# Saved feeds


def test_a_saved_feed(write: Any) -> None:
    file, (first, second), unread = read(write((DATA / "feed.xml").read_bytes(), "feed.rss"))
    assert (file.title, file.platform, unread) == ("saved feed: Made-up blog", "blogs", [])
    assert first.published_at == "2025-06-30T09:00:00Z" and first.categories == ("Co-production Week",)
    assert first.url == "https://blog.madeup.example/week/" and second.title == "Cake"
    assert first.author and first.author.handle == "blog.madeup.example"


def test_a_saved_json_feed(write: Any) -> None:
    text = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "home_page_url": "https://j.example",
        "items": [{"id": "1", "url": "https://j.example/1", "title": "#CoProWeek",
                   "date_published": "2025-07-01T08:00:00Z"}]}"""
    file, (post,), _ = read(write(text, "feed.json"))
    assert file.platform == "blogs" and post.published_at == "2025-07-01T08:00:00Z"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!doctype html><html><body>hello</body></html>", "a web page, and no feed"),
        (b"<nothing/>", "no feed"),
        (b'{"posts": []}', "no feed"),
        (b"", "is empty"),
        (b" \r\n ", "is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old format .*Save as"),
        (b"PK\x03\x04" + bytes(600), "cannot be opened"),
        (bytes(5000), "neither a spreadsheet"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "neither a spreadsheet"),
    ],
)
def test_what_is_no_export_is_told_so_in_words(write: Any, data: bytes, said: str) -> None:
    with pytest.raises(Trouble, match=said) as caught:
        understand(write(data), now=NOW)
    assert "export.csv" in caught.value.message


# Files that lie


def test_a_missing_file_a_folder_and_a_pipe(tmp_path: Path) -> None:
    for path, said in ((tmp_path / "none.csv", "there is no file"), (tmp_path, "is a folder")):
        with pytest.raises(Trouble, match=said):
            understand(path, now=NOW)


def test_a_file_name_is_shown_without_what_it_hides() -> None:
    assert shown("a\x1b[31mred\nname\u202efdp.csv") == "a?[31mred?name?fdp.csv"
    assert len(shown("x" * 5_000)) < 130


def test_a_file_that_is_too_large_is_not_read(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.platforms.files.LARGEST_FILE", 1_000)
    with pytest.raises(Trouble, match="larger than") as caught:
        understand(write(b"a" * 1_001), now=NOW)
    assert caught.value.kind == "too_large"


def test_a_file_with_too_many_rows_stops_with_words(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_tables, "MOST_ROWS", 30)
    head = "Post id,Date,Post text,Post Link,Impressions\n"
    row = '1939616640512000001,"Mon, Jun 30, 2025",t,https://x.com/a/status/1939616640512000001,1\n'
    file = understand(write(head + row * 40), now=NOW)
    with pytest.raises(Trouble, match="more than 30 rows"):
        list(file.pages())


def test_an_archive_that_would_unpack_without_end_is_not_opened(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_tables, "LARGEST_UNPACKED", 1_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/sharedStrings.xml", b"<sst>" + b" " * 2_000_000 + b"</sst>")
    assert len(out.getvalue()) < 10_000
    with pytest.raises(Trouble, match="unpacked it would be larger") as caught:
        understand(write(out.getvalue(), "bomb.xlsx"), now=NOW)
    assert caught.value.kind == "too_large"


def test_entities_within_entities_are_not_opened(write: Any) -> None:
    plain = workbook(LINKEDIN)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            if part.filename == "xl/workbook.xml":
                content = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]>' + content
            after.writestr(part.filename, content)
    with pytest.raises(Trouble, match="what spreadsheets never hold"):
        understand(write(out.getvalue(), "a.xlsx"), now=NOW)


def test_a_sheet_that_claims_a_million_rows_is_read_as_far_as_it_goes(write: Any) -> None:
    plain = workbook(LINKEDIN)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            if part.filename.startswith("xl/worksheets/"):
                content = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', content)
            after.writestr(part.filename, content)
    _, posts, _ = read(write(out.getvalue(), "a.xlsx"))
    assert len(posts) == 2


def test_a_damaged_sheet_gives_what_stands_before_the_damage(write: Any) -> None:
    plain = workbook([*LINKEDIN[:2], *([LINKEDIN[2]] * 50)])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            if part.filename == "xl/worksheets/sheet2.xml":
                content = content[: len(content) * 3 // 4]
            after.writestr(part.filename, content)
    _, posts, unread = read(write(out.getvalue(), "a.xlsx"))
    assert len(posts) == 1 and "damaged from here on" in unread[-1].reason


def test_an_open_quotation_mark_costs_one_row_and_not_the_file(write: Any) -> None:
    head = "Post id,Date,Post text,Post Link,Impressions\n"
    good = '1939616640512000001,"Mon, Jun 30, 2025",t,https://x.com/a/status/1939616640512000001,1\n'
    _, posts, unread = read(write(head + good + '2,"' + "x" * 200_000 + "\n"))
    assert len(posts) == 1 and len(unread) == 1 and unread[0].reason.startswith("row 3: ")


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"<rss><channel><item>", b"Post id,Date,Post text,Post Link,Impressions\n"]),
)
def test_no_bytes_make_it_fail_without_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, beginning: bytes
) -> None:
    path = tmp_path_factory.mktemp("wild") / "wild.csv"
    path.write_bytes(beginning + data)
    try:
        file = understand(path, now=NOW)
        for page in file.pages():
            assert all(unread.reason for unread in page.unread)
    except Trouble as trouble:
        assert trouble.message


CELLS = st.one_of(
    st.none(), st.booleans(), st.text(max_size=30), st.integers(-(10**30), 10**30), st.floats(allow_nan=True),
    st.datetimes(), st.dates(), st.times(),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(CELLS, max_size=8), st.sampled_from(sorted(ready())))
def test_no_row_makes_it_fail_without_words(cells: list[Any], name: str) -> None:
    from zoneinfo import ZoneInfo

    from collector.platforms.files_mapping import Reader, named

    mapping = ready()[name]
    header = named(files_tables.Row(1, [*mapping.needs, "Likes", "Date"]))
    now = datetime.fromisoformat(NOW)
    reader = Reader(mapping, header, now=now, observed_at=NOW, account=None, zone=ZoneInfo(mapping.time_zone))
    understood = reader.row(files_tables.Row(2, cells))
    if understood.post:
        assert "1995" <= understood.post.published_at <= "2026-11-22T12:00:00Z"


def test_the_same_file_gives_the_same_posts_twice(write: Any) -> None:
    file = understand(write((DATA / "facebook.csv").read_bytes()), now=NOW)
    assert list(file.pages()) == list(file.pages())
