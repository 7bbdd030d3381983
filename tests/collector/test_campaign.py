"""config.toml: the one that is shipped, and every mistake that can be made in another."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.campaign import Account, Configuration, ConfigurationError, Problem, load
from collector.configuration.table import KEYS
from collector.configuration.text import lines_of
from collector.editions import place, timeline
from collector.platforms import Limits

SHIPPED = Path(__file__).parents[2] / "config.toml"

SMALL = """\
[[campaign]]
id = "uk"
title = "Co-production Week"
hashtags = ["CoProWeek"]
"""


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "config.toml"
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return path

    return write


def problems(path: Path) -> list[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    return caught.value.problems


def only(path: Path) -> Problem:
    found = problems(path)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


# The file as it is shipped


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    return load(SHIPPED)


def test_the_shipped_file_works_as_it_is_without_contact_or_credential(shipped: Configuration) -> None:
    assert [campaign.id for campaign in shipped.campaigns] == ["uk", "scotland"]
    assert shipped.contact is None and shipped.opt_out_page is None
    assert shipped.sources and all(source.locator.startswith("https://") for source in shipped.sources)
    assert not shipped.fetching.allow_private_addresses
    assert Path(shipped.archive) == SHIPPED.parent / "data" / "archive.db"


def test_the_weeks_are_those_that_were_published(shipped: Configuration) -> None:
    weeks = {e.id: (str(e.starts_on), str(e.ends_on)) for c in shipped.campaigns for e in c.editions if e.starts_on}
    assert weeks == {
        "uk-2016": ("2016-07-04", "2016-07-08"),
        "uk-2017": ("2017-07-03", "2017-07-07"),
        "uk-2018": ("2018-07-02", "2018-07-06"),
        "uk-2020": ("2020-07-06", "2020-07-10"),
        "uk-2021": ("2021-07-05", "2021-07-09"),
        "uk-2022": ("2022-07-04", "2022-07-09"),
        "uk-2023": ("2023-07-03", "2023-07-07"),
        "uk-2024": ("2024-07-01", "2024-07-05"),
        "uk-2025": ("2025-06-30", "2025-07-04"),
        "scotland-2016": ("2016-11-14", "2016-11-20"),
        "scotland-2018": ("2018-11-19", "2018-11-25"),
        "scotland-2019": ("2019-11-18", "2019-11-22"),
        "scotland-2021": ("2021-11-22", "2021-11-26"),
        "scotland-2022": ("2022-11-21", "2022-11-25"),
        "scotland-2024": ("2024-11-18", "2024-11-22"),
    }
    undated = {e.id for c in shipped.campaigns for e in c.editions if not e.starts_on}
    assert undated == {
        "uk-2019", "uk-2026", "scotland-2017", "scotland-2020", "scotland-2023", "scotland-2025", "scotland-2026",
    }  # fmt: skip


def test_what_was_shipped_says_where_every_date_is_from_and_no_theme_is_made_up(shipped: Configuration) -> None:
    for campaign in shipped.campaigns:
        for edition in campaign.editions:
            assert (edition.dates_from is None) == (edition.starts_on is None), edition.id
    themes = {e.year: e.theme for e in shipped.campaigns[0].editions}
    assert themes[2016] is None and themes[2017] is None and themes[2021] is None and themes[2026] is None
    assert themes[2018] == "Breaking down the barriers" and themes[2025] == "Innovation through co-production"


def test_the_edition_of_a_year_is_the_one_that_the_organiser_counts(shipped: Configuration) -> None:
    """2025 was announced as the tenth week: year - 2015."""
    for campaign in shipped.campaigns:
        assert [e.year - 2015 for e in campaign.editions] == list(range(1, len(campaign.editions) + 1))


def test_most_weeks_begin_on_a_monday_and_not_all_end_on_a_friday(shipped: Configuration) -> None:
    for campaign in shipped.campaigns:
        for edition in campaign.editions:
            assert edition.starts_on is None or edition.starts_on.strftime("%a") == "Mon"
    ends = {e.id: e.ends_on.strftime("%a") for c in shipped.campaigns for e in c.editions if e.ends_on}
    assert {name: day for name, day in ends.items() if day != "Fri"} == {
        "uk-2022": "Sat",
        "scotland-2016": "Sun",
        "scotland-2018": "Sun",
    }


def test_no_page_that_is_written_over_each_year_is_watched_as_a_blog(shipped: Configuration) -> None:
    for source in shipped.sources:
        assert "/co-production/week" not in source.locator and "coproweekscot" not in source.locator


def test_the_organisers_are_marked_and_their_blogs_recognised(shipped: Configuration) -> None:
    known = {organisation.id: organisation for organisation in shipped.organisations}
    for campaign in shipped.campaigns:
        assert campaign.organiser in known
    handles = {account.handle for account in known["scie"].accounts if account.platform == "blogs"}
    assert handles == {"coproductionweek2017.blogspot.com", "scie.org.uk"}


def test_the_campaigns_own_days_fall_into_the_shipped_editions(shipped: Configuration) -> None:
    windows = [window for campaign in shipped.campaigns[:1] for window in timeline(campaign)]
    days = {"2016-05-05": "uk-2016", "2017-06-21": "uk-2017", "2018-04-16": "uk-2018"}
    for day, edition in days.items():
        placed = place(windows, f"{day}T12:00:00Z")
        assert placed and placed.edition_id == edition


def test_the_phases_last_28_days_by_default(shipped: Configuration, write: Any) -> None:
    assert {(c.lead_up_days, c.after_days) for c in shipped.campaigns} == {(28, 28)}
    (campaign,) = load(write(SMALL)).campaigns
    assert (campaign.lead_up_days, campaign.after_days, campaign.time_zone) == (28, 28, "Europe/London")


# A file is read


def test_a_small_file_is_enough(write: Any) -> None:
    configuration = load(write(SMALL))
    assert configuration.sources == () and configuration.organisations == ()
    assert configuration.limits == Limits()
    assert Path(configuration.archive) == Path(configuration.path).parent / "data" / "archive.db"


@pytest.mark.parametrize(
    "encode", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n"), lambda t: t.replace("\n", "\r")]
)
def test_a_byte_order_mark_and_windows_line_ends_are_accepted(write: Any, encode: Any) -> None:
    assert load(write(encode(SMALL))).campaigns == load(write(SMALL)).campaigns


def test_a_blog_needs_nothing_but_its_address(write: Any) -> None:
    text = (
        SMALL + '\n[[source]]\naddress = "blog.example.org/news/"\n[[source]]\naddress = " <HTTP://Other.example/> "\n'
    )
    first, second = load(write(text)).sources
    assert (first.platform, first.kind, first.locator) == ("blogs", "feed", "https://blog.example.org/news/")
    assert first.title == "blog.example.org/news"
    assert second.locator == "HTTP://Other.example/" and second.title == "other.example"


def test_a_feeds_own_scheme_is_understood(write: Any) -> None:
    text = (
        SMALL
        + '[[source]]\naddress = "feed://blog.example.org/rss"\n[[source]]\naddress = "feed:https://a.example/rss"\n'
    )
    assert [s.locator for s in load(write(text)).sources] == ["https://blog.example.org/rss", "https://a.example/rss"]


def test_a_blog_on_an_organisations_website_is_the_organisations(write: Any) -> None:
    text = SMALL + (
        '[[source]]\naddress = "https://example.org/blog"\n'
        '[[source]]\naddress = "https://ourname.github.io"\norganisation = "ours"\n'
        '[[source]]\naddress = "https://substack.com/@ours"\norganisation = "ours"\n'
        '[[source]]\naddress = "https://medium.com/@Example/latest"\norganisation = "ours"\n'
        '[[organisation]]\nid = "ours"\nname = "Ours"\nwebsite = "www.example.org"\naccounts = { x = ["@Ours"] }\n'
    )
    configuration = load(write(text))
    assert [source.organisation_id for source in configuration.sources] == ["ours"] * 4
    assert configuration.organisations[0].accounts == (
        Account(platform="x", handle="ours"),
        Account(platform="blogs", handle="example.org"),
        Account(platform="blogs", handle="ourname.github.io"),
        Account(platform="blogs", handle="medium.com/@example"),
    ), "substack.com itself is everybody's"


def test_an_organisations_blogs_are_named_as_the_authors_of_articles_are(write: Any) -> None:
    from collector.platforms.feeds.articles import home

    for address in ("https://www.Example.org/blog", "https://medium.com/@Example/latest", "http://a.example:8080/feed"):
        text = (
            SMALL + f'[[source]]\naddress = "{address}"\norganisation = "a"\n[[organisation]]\nid = "a"\nname = "A"\n'
        )
        (account,) = load(write(text)).organisations[0].accounts
        assert account.handle == home(address)


def test_a_host_with_the_blogs_of_several_is_nobodys(write: Any) -> None:
    text = SMALL + (
        '[[source]]\naddress = "https://blogs.example.ac.uk/ours"\norganisation = "ours"\n'
        '[[source]]\naddress = "https://blogs.example.ac.uk/theirs"\n'
        '[[organisation]]\nid = "ours"\nname = "Ours"\n'
    )
    assert load(write(text)).organisations[0].accounts == ()


def test_the_query_hash_changes_with_the_address_and_the_terms_and_with_nothing_else(write: Any) -> None:
    def hashes(text: str) -> list[str]:
        return [source.query_hash for source in load(write(text)).sources]

    base = SMALL + '[[source]]\naddress = "https://a.example"\n'
    (asked,) = hashes(base)
    assert asked and hashes(base + 'title = "A blog"\n') == [asked]
    assert hashes(base.replace("CoProWeek", "#coproweek")) == [asked], "compared in the same way"
    assert hashes(base + "[schedule]\nin_week_minutes = 20\n") == [asked]
    assert hashes(base.replace("a.example", "b.example")) != [asked]
    assert hashes(base.replace('"CoProWeek"', '"CoProWeek", "Other"')) != [asked]
    assert hashes(base.replace("[[source]]", 'phrases = ["a new name"]\n[[source]]')) != [asked]


def test_paths_begin_at_the_folder_of_the_file(write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write('archive = "../elsewhere/a.db"\n' + SMALL)
    monkeypatch.chdir(Path(tmp_path.anchor))
    assert Path(load(path).archive) == tmp_path.parent / "elsewhere" / "a.db"
    absolute = tmp_path / "b.db"
    assert Path(load(write(f"archive = '{absolute}'\n" + SMALL)).archive) == absolute


def test_dates_may_stand_between_quotation_marks_where_they_cannot_be_misread(write: Any) -> None:
    edition = '[[campaign.edition]]\nyear = 2026\nstarts_on = "2026-07-06"\nends_on = 2026-07-10\n'
    ((only_edition,),) = [campaign.editions for campaign in load(write(SMALL + edition)).campaigns]
    assert only_edition.starts_on == date(2026, 7, 6) and only_edition.title == "Co-production Week 2026"


def test_repeated_spellings_of_one_term_are_one_term(write: Any) -> None:
    text = (
        SMALL.replace('["CoProWeek"]', '["#CoProWeek", "coproweek"]')
        + 'phrases = ["Co-production  Week", "co‑production week"]\n'
    )
    (campaign,) = load(write(text)).campaigns
    assert campaign.hashtags == ("CoProWeek",) and campaign.phrases == ("Co-production  Week",)


# Every mistake: the line, what is wrong, what to write

EDITION = "[[campaign.edition]]\nyear = 2026\n"

MISTAKES = {
    # what is no TOML
    'archive = "C:\\Users\\ann\\a.db"\n': (1, "single ones", "archive = 'C:\\Users\\ann\\a.db'"),
    'archive = "C:\\Users\\ann\'s\\a.db"\n': (1, "means something else", 'archive = "C:/Users/ann\'s/a.db"'),
    'archive = "C:\\new\\table.db"\n': (1, "invisible character", "single quotation marks"),
    "archive = “data/a.db”\n": (1, "curled", 'archive = "data/a.db"'),
    "archive = ‘data/a.db’\n": (1, "curled", "archive = 'data/a.db'"),
    'archive = "data/a.db\n': (1, "quotation marks", 'archive = "data/a.db"'),
    "archive = data/a.db\n": (1, "quotation marks", 'archive = "data/a.db"'),
    'archive: "data/a.db"\n': (1, "equals sign", 'archive = "data/a.db"'),
    "archive =\n": (1, "missing", 'archive = ""'),
    'archive = "a.db" our archive\n': (1, "remark", 'archive = "a.db"  # our archive'),
    'archive\u00a0= "a.db"\n': (1, "invisible", 'archive = "a.db"'),
    'archive = "a.db"\narchive = "b.db"\n': (2, "twice", "Keep one"),
    SMALL + "lead_up_days = 28 days\n": (5, "digits", "lead_up_days = 28"),
    SMALL + "lead_up_days = 1 00\n": (5, "digits", "lead_up_days = 100"),
    SMALL + "phrases = [co-production week, other]\n": (5, "list", 'phrases = ["co-production week", "other"]'),
    SMALL + 'phrases = [\n  "a name",\n  another name,\n]\n': (7, "quotation", '"another name"'),
    SMALL + 'phrases = [\n  “a name”,\n]\n': (6, "curled", '"a name"'),
    SMALL + 'phrases = [\n  "a name",  # ours\n': (5, "no closing bracket", "in line 6"),
    SMALL + 'phrases = ["a name"\nlead_up_days = 3\n': (5, "no closing bracket", "in line 5"),
    SMALL + 'phrases = [\n  "a name",\n  "b name"\n\n[fetching]\nworkers = 3\n': (5, "no closing bracket", "in line 7"),
    SMALL + "https://blog.example.org\n": (5, "stands alone", '[[source]] and address = "https://blog.example.org"'),
    SMALL + "[[source]\naddress = 'a.example'\n": (5, "bracket", "[[source]]"),
    SMALL + "[fetching\nworkers = 2\n": (5, "bracket", "[fetching]"),
    SMALL + EDITION + "starts_on = 06/07/2026\nends_on = 2026-07-10\n": (7, "year-month-day", "starts_on = 2026-07-06"),
    SMALL + EDITION + "starts_on = 6th July 2026\nends_on = 2026-07-10\n": (7, "year-month-day", "2026-07-06"),
    SMALL + EDITION + "starts_on = Monday, 6 Jul 2026\nends_on = 2026-07-10\n": (7, "year", "starts_on = 2026-07-06"),
    SMALL + EDITION + "starts_on = 2026-7-6\nends_on = 2026-07-10\n": (7, "year", "starts_on = 2026-07-06"),
    SMALL + "[fetching]\nallow_private_addresses = no\n": (6, "false", "allow_private_addresses = false"),
    'archive = "~nobody-of-this-name/a.db"\n': (1, "no path", 'archive = "data/archive.db"'),
    f'archive = "{"a" * 900}"\n': (1, "no path", 'archive = "data/archive.db"'),
    # what nobody knows
    'archiv = "a.db"\n' + SMALL: (1, "did you mean archive?", 'archive = "a.db"'),
    'email = "a@example.org"\n' + SMALL: (1, "did you mean contact?", 'contact = "a@example.org"'),
    SMALL + 'contact = "a@example.org"\n': (5, "does not belong in [[campaign]]", "above the first line"),
    "workers = 3\n" + SMALL: (1, "does not belong at the top", "under [fetching]"),
    SMALL + "xyzzy = 1\n": (5, "not known in [[campaign]]", "hashtags"),
    SMALL + '[[source]]\nurl = "a.example"\n': (6, "did you mean address?", 'address = "a.example"'),
    SMALL + '[[blogs]]\naddress = "a.example"\n': (5, "did you mean [[source]]?", "[[source]]"),
    SMALL + "[fetchin]\nworkers = 2\n": (5, "did you mean [fetching]?", "[fetching]"),
    'bearer_token = "xyz"\n' + SMALL: (1, "secrets are never kept", "environment variable"),
    SMALL + '[x]\napi_key = "xyz"\n': (5, "", ""),
    SMALL + "[fetching]\npassword = xyz\n": (6, "secrets are never kept", "environment variable"),
    # what is of the wrong type
    "archive = 3\n" + SMALL: (1, "between quotation marks", 'archive = "data/archive.db"'),
    SMALL + 'lead_up_days = "28"\n': (5, "whole number", "lead_up_days = 28"),
    SMALL + "lead_up_days = 2.5\n": (5, "whole number", ""),
    SMALL + "lead_up_days = true\n": (5, "whole number", ""),
    SMALL + "lead_up_days = -1\n": (5, "from 0 to 366", "lead_up_days = 28"),
    SMALL + 'phrases = "a name"\n': (5, "list", 'phrases = ["a name"]'),
    SMALL + "phrases = [2026]\n": (5, "words", 'Write: "2026"'),
    SMALL + "phrases = { a = 1 }\n": (5, "list", ""),
    SMALL + '[fetching]\nallow_private_addresses = "no"\n': (6, "true or false", ""),
    SMALL + "[source]\naddress = 'a.example'\n": (5, "several", "[[source]]"),
    SMALL + "[[fetching]]\nworkers = 2\n": (5, "must be a table", "[fetching]"),
    "source = 1\n" + SMALL: (1, "must be tables", "[[source]]"),
    # what makes no sense
    'contact = "Ann, comms team"\n' + SMALL: (1, "mail address", "contact ="),
    'opt_out_page = "docs/opt out.md"\n' + SMALL: (1, "not a web address", "https://"),
    SMALL.replace('"uk"', '"UK Week!"'): (2, "small letters", 'id = "uk-week"'),
    SMALL.replace('title = "Co-production Week"\n', ""): (1, "title is missing", "title ="),
    SMALL + 'time_zone = "London"\n': (5, "no time zone", 'time_zone = "Europe/London"'),
    SMALL + 'time_zone = "europe/london"\n': (5, "no time zone", 'time_zone = "Europe/London"'),
    SMALL + 'time_zone = "GMT"\n': (5, "no time zone", "time_zone ="),
    SMALL + 'time_zone = "Europe"\n': (5, "no time zone", "time_zone ="),
    SMALL + 'time_zone = "../../etc/passwd"\n': (5, "no time zone", 'time_zone = "Europe/London"'),
    SMALL + 'organiser = "scie"\n': (5, "no organisation", '[[organisation]] with id = "scie"'),
    SMALL.replace('"CoProWeek"', '"CoPro Week"'): (4, "cannot be a hashtag", '"CoProWeek"'),
    SMALL.replace('"CoProWeek"', '"Fine",\n  "#Co-Pro"'): (5, "cannot be a hashtag", '"CoPro"'),
    SMALL.replace('"CoProWeek"', '"2026"'): (4, "cannot be a hashtag", ""),
    SMALL.replace('"CoProWeek"', ""): (4, "at least one hashtag", "hashtags ="),
    SMALL + 'phrases = ["#CoProWeek"]\n': (5, "is a hashtag", "Move it"),
    SMALL + 'phrases = ["co"]\n': (5, "too short", ""),
    SMALL + EDITION + "starts_on = 2026-07-10\nends_on = 2026-07-06\n": (8, "before it starts", "calendar"),
    SMALL + EDITION + "starts_on = 2026-07-06\nends_on = 2026-12-06\n": (8, "154 days", "calendar"),
    SMALL + EDITION + "starts_on = 2025-07-06\nends_on = 2025-07-10\n": (7, "starts in 2025", "2026-07-06"),
    SMALL + EDITION + "starts_on = 2026-07-06\n": (7, "without ends_on", "both days"),
    SMALL + EDITION + 'starts_on = "2026-02-30"\nends_on = 2026-03-01\n': (7, "no day 2026-02-30", "calendar"),
    SMALL + EDITION + 'starts_on = "next summer"\nends_on = 2026-03-01\n': (7, "must be a date", "= 2025-06-30"),
    SMALL + EDITION + "starts_on = 2026-07-06T09:00:00\nends_on = 2026-07-10\n": (7, "date", "starts_on = 2026-07-06"),
    SMALL + "[[campaign.edition]]\ntheme = 'x'\n": (5, "year is missing", "year ="),
    SMALL + "[[campaign.edition]]\nyear = 26\n": (6, "from 1990", ""),
    SMALL + EDITION + EDITION: (8, "already there in line 6", "Keep one"),
    SMALL + SMALL: (6, "already used in line 2", "of its own"),
    SMALL + "[[source]]\ntitle = 'x'\n": (5, "address is missing", "address ="),
    SMALL + "[[source]]\naddress = ''\n": (6, "empty", "address ="),
    SMALL + "[[source]]\naddress = 'ftp://a.example/feed'\n": (6, "https://", 'address = "https://a.example/feed"'),
    SMALL + "[[source]]\naddress = 'javascript:alert(1)'\n": (6, "not a", ""),
    SMALL + "[[source]]\naddress = 'C:\\feeds\\a.xml'\n": (6, "file on a computer", "coproweek import"),
    SMALL + "[[source]]\naddress = 'file:///etc/passwd'\n": (6, "file on a computer", "coproweek import"),
    SMALL + "[[source]]\naddress = '/home/ann/a.xml'\n": (6, "file on a computer", "coproweek import"),
    SMALL + "[[source]]\naddress = 'our blog'\n": (6, "not a web address", ""),
    SMALL + "[[source]]\naddress = 'blog'\n": (6, "has no dot", ""),
    SMALL + "[[source]]\naddress = 'https://'\n": (6, "not a web address", ""),
    SMALL + "[[source]]\naddress = 'https://[::1'\n": (6, "not a web address", ""),
    SMALL + "[[source]]\naddress = 'https://ann:pw@a.example'\n": (6, "password", "a.example"),
    SMALL + "[[source]]\naddress = 'a.example'\n[[source]]\naddress = 'http://www.a.example/'\n":
        (8, "in line 6", "Keep one"),
    SMALL + "[[source]]\naddress = 'a.example'\norganisation = 'scei'\n[[organisation]]\nid = 'scie'\nname = 'S'\n":
        (7, "no organisation", 'organisation = "scie"'),
    SMALL + "[[organisation]]\nid = 'a'\n": (5, "name is missing", "name ="),
    SMALL + "[[organisation]]\nid = 'a'\nname = 'A'\naccounts = { x = ['https://x.com/aa'] }\n":
        (8, "no account", '"aa"'),
    SMALL + "[[organisation]]\nid = 'a'\nname = 'A'\naccounts = { twitter = ['a'] }\n": (8, "did you mean x?", "x ="),
    SMALL + "[[organisation]]\nid = 'a'\nname = 'A'\naccounts = { x = ['s'] }\n[[organisation]]\nid = 'b'\nname = 'B'\n"
        "accounts = { x = ['@S'] }\n": (12, "already the account of a", "Keep one"),
    SMALL + "[schedule]\nin_week_minutes = 1\n": (6, "from 5 to 1440", "in_week_minutes = 15"),
    "archive = 'a.db'\n": (None, "no campaign", "[[campaign]]"),
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: repr(text.replace(SMALL, "…"))[:60])
def test_every_mistake_is_answered_with_its_line_what_is_wrong_and_what_to_write(write: Any, text: str) -> None:
    line, what, fix = MISTAKES[text]
    if text.startswith(("archive", "archiv\u00a0")) and "campaign" not in text and line is not None:
        text = text + SMALL
    problem = only(write(text))
    assert (problem.line, what in problem.what, fix in problem.fix) == (line, True, True), str(problem)
    assert "xyz" not in str(problem) or "xyzzy" in str(problem), "a secret is not repeated"


def test_a_problem_reads_as_a_sentence() -> None:
    assert str(Problem(12, "lead_up_days must be a whole number", "Write: lead_up_days = 28")) == (
        "config.toml, line 12: lead_up_days must be a whole number. Write: lead_up_days = 28"
    )


def test_all_mistakes_are_answered_at_once(write: Any) -> None:
    path = write(
        "archive = “a.db”\n"
        "contact: someone\n"
        "nonsense = 1\n"
        "[[campaign]]\n"
        'id = "uk"\n'
        "title = The week\n"
        'hashtags = ["a b", "c-d"]\n'
        "[[campaign.edition]]\n"
        "year = 2026\n"
        "starts_on = 6/7/2026\n"
        "ends_on = 2026-07-01\n"
        "[source]\n"
        'url = "a.example"\n'
        "[source]\n"
        'address = "ftp://b.example"\n'
    )
    assert [problem.line for problem in problems(path)] == [1, 2, 2, 3, 6, 7, 7, 10, 11, 12, 13, 14, 15]


def test_editions_that_lie_over_each_other_are_told_with_their_days(write: Any) -> None:
    weeks = "[[campaign.edition]]\nyear = {}\nstarts_on = {}\nends_on = {}\n"
    over = SMALL + weeks.format(2025, "2025-12-29", "2026-01-09") + weeks.format(2026, "2026-01-05", "2026-01-09")
    assert "starts on 5 January 2026, while Co-production Week 2025 runs until 9 January 2026" in only(write(over)).what
    near = SMALL + weeks.format(2025, "2025-12-01", "2025-12-05") + weeks.format(2026, "2026-01-12", "2026-01-16")
    problem = only(write(near))
    assert (
        problem.line == 11 and "begin on 15 December 2025" in problem.what and "end on 2 January 2026" in problem.what
    )
    assert problem.fix == "Write: lead_up_days = 18 and after_days = 19 in the campaign"
    assert load(write(near.replace("hashtags", "lead_up_days = 18\nafter_days = 19\nhashtags"))).campaigns
    assert load(
        write(near.replace("hashtags", "lead_up_days = 18\nafter_days = 20\nhashtags".replace("20", "19")))
    ).campaigns


def test_after_and_lead_up_may_meet_on_neighbouring_days_and_not_on_the_same(write: Any) -> None:
    weeks = "[[campaign.edition]]\nyear = {}\nstarts_on = {}\nends_on = {}\n"
    both = SMALL + weeks.format(2025, "2025-12-01", "2025-12-05") + weeks.format(2026, "2026-01-31", "2026-02-04")
    assert load(write(both)).campaigns, "56 days lie between 5 December and 31 January"
    assert len(problems(write(both.replace("2026-01-31", "2026-01-30")))) == 1


# The file itself


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    problem = only(tmp_path / "config.toml")
    assert problem.line is None and "there is no file" in problem.what and "--config" in problem.fix
    problem = only(tmp_path)
    assert "is a folder" in problem.what and "config.toml" in problem.fix


@pytest.mark.parametrize("data", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_called_empty(write: Any, data: bytes) -> None:
    assert "the file is empty" in only(write(data)).what


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_notepads_unicode_is_explained_and_its_other_mistakes_are_found(write: Any, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    first, second = problems(write((mark + SMALL + "xyzzy = 1\n").encode(encoding)))
    assert "UTF-16" in first.what and "choose UTF-8" in first.fix
    assert second.line == 5


def test_old_windows_letters_are_explained_with_their_line(write: Any) -> None:
    problem = only(write((SMALL + 'phrases = ["café week"]\n').encode("cp1252")))
    assert problem.line == 5 and "UTF-8" in problem.what and "choose UTF-8" in problem.fix


def test_an_archive_that_is_a_folder_is_noticed(write: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    problem = only(write('archive = "data"\n' + SMALL))
    assert problem.line == 1 and problem.fix == 'Write: archive = "data/archive.db"'


def test_the_name_of_the_file_stands_in_what_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text("workers = 1\n" + SMALL, encoding="utf-8")
    assert str(only(path)).startswith("ours.toml, line 1: ")


@pytest.mark.parametrize(
    "text", ["[" * 5_000, "a=" + "[" * 100_000, "=\n" * 300, "\x00", "[[[[", "a.b.c.d = 1\na.b = 2\n"]
)
def test_nonsense_is_answered_in_words(write: Any, text: str) -> None:
    assert problems(write(text))


@settings(max_examples=150, deadline=None)
@given(
    st.text(st.sampled_from("[]{}\"'=\n\\#.,:“” abcdst0123-") | st.characters(exclude_categories=["Cs"]), max_size=60)
)
def test_no_text_makes_reading_fail_without_words(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("wild") / "config.toml"
    path.write_text(SMALL + text, encoding="utf-8", newline="")
    try:
        load(path)
    except ConfigurationError as error:
        assert error.problems and all(problem.what and problem.fix for problem in error.problems)


# Where values stand

KEY = st.from_regex(r"[a-z][a-z0-9_-]{0,6}", fullmatch=True)
SCALAR = st.sampled_from(
    [
        "1",
        "true",
        '"a # b"',
        "'c ] \" }'",
        '"\\" \\\\"',
        "2026-07-06",
        "2026-07-06 09:00:00",
        '"""x\n[y]\n"quoted""""',
        "'''\n=\n'''",
    ]
)


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> str:
    if depth and draw(st.integers(0, 3)) == 0:
        inner = draw(st.lists(values(depth - 1), max_size=3))
        between = draw(st.sampled_from([", ", ",\n  ", " , # a remark, with ] in it\n"]))
        return (
            "["
            + draw(st.sampled_from(["", "\n", " # why\n"]))
            + between.join(inner)
            + draw(st.sampled_from(["", "\n"]))
            + "]"
        )
    if depth and draw(st.integers(0, 5)) == 0:
        pairs = draw(st.dictionaries(KEY, SCALAR.filter(lambda text: "\n" not in text), max_size=2))
        return "{" + ", ".join(f"{key} = {value}" for key, value in pairs.items()) + "}"
    return draw(SCALAR)


@st.composite
def documents(draw: st.DrawFn) -> str:
    lines = []
    for header in [
        "",
        *draw(st.lists(st.sampled_from(["[one]", "[[many]]", "[[many]]", "[[many.more]]", "[ two . x ]"]), max_size=5)),
    ]:
        lines.append(header)
        for key, value in draw(st.dictionaries(KEY, values(), max_size=3)).items():
            lines.append(
                draw(st.sampled_from([f"{key} = {value}", f'"{key}"={value} # more', f"  {key}.sub = {value}"]))
            )
        lines.append(draw(st.sampled_from(["", "# [not.a.header]", "\t"])))
    return "\n".join(lines)


@settings(max_examples=80, deadline=None)
@given(documents())
def test_the_line_of_every_value_is_known_and_is_where_it_stands(text: str) -> None:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = lines_of(text)
    written = text.split("\n")

    def look(value: Any, key: tuple[str | int, ...], at_least: int) -> None:
        assert key in lines, key
        assert lines[key] >= at_least
        if isinstance(key[-1], str):
            assert key[-1] in written[lines[key] - 1]
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, child in children:
            look(child, (*key, name), lines[key])

    for name, child in tables.items():
        look(child, (name,), 1)


def test_lines_by_hand() -> None:
    text = '# a remark\na = 1\n\n[[t]]\nb = [\n  "x", # first\n  "y"]\n[[t]]\n[[t.u]]\n'
    text += 'c.d = { e = """\n\n""", f = 2 }\ng = 3\n'
    lines = lines_of(text)
    assert lines["a",] == 2
    assert lines["t", 0] == 4 and lines["t", 0, "b"] == 5 and lines["t", 0, "b", 0] == 6 and lines["t", 0, "b", 1] == 7
    assert lines["t", 1] == 8 and lines["t", 1, "u", 0] == 9
    assert lines["t", 1, "u", 0, "c", "d", "e"] == 10
    assert lines["t", 1, "u", 0, "c", "d", "f"] == 12 and lines["t", 1, "u", 0, "g"] == 13


def test_every_key_has_an_example_that_is_right() -> None:
    for kind, keys in KEYS.items():
        for key, example in keys.items():
            assert example.startswith("[") or tomllib.loads(f"{key} = {example}"), (kind, key)
