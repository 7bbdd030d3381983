"""The week on one page: five sentences, five numbers with their denominators, and what nobody can know. Pure.

Every number is read from a figure's row, by the names of its columns; what a figure does not give is "not available".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.editions import EditionInfo
from dashboards.figures import Figure
from dashboards.report.content import Number, OnePage, Stage
from dashboards.report.methods import Watched
from dashboards.report.phrases import capital, count, listed, part_of
from dashboards.wording import NOT_AVAILABLE, day, dicts, on_platform, show

Figures = Mapping[str, Figure]


def one_page(
    figures: Figures, edition: EditionInfo, stage: Stage, watched: Sequence[Watched], not_watched: Sequence[str]
) -> OnePage:
    """`figures` by the name of their metric, all platforms together."""
    return OnePage(
        sentences=(
            _how_much(figures, edition, stage),
            _busiest_day(figures),
            _who(figures),
            _organiser(figures, edition),
            _answers(figures),
        ),
        numbers=(
            _items(figures, stage),
            _contributors(figures),
            _organiser_share(figures),
            _comments(figures),
            _alt_text(figures),
        ),
        watched=how_much_was_watched(watched, stage),
        cannot_know=cannot_know(not_watched, any(one.share is not None and one.share < 1 for one in watched)),
    )


def whole(figures: Figures, metric: str) -> dict[str, Any]:
    """The row of all platforms together, by column; empty where there is none."""
    figure = figures.get(metric)
    for values in dicts(figure) if figure else ():
        if values.get("platform", "all") == "all":
            return values
    return {}


def week_items(figures: Figures) -> int | None:
    """Items of the week on all platforms; None where that figure is missing."""
    figure = figures.get("items_by_platform")
    if figure is None:
        return None
    return next((row["items_total"] for row in dicts(figure)), 0)


def _how_much(figures: Figures, edition: EditionInfo, stage: Stage) -> str:
    items, figure = week_items(figures), figures.get("items_by_platform")
    if items is None or figure is None:
        return "How many items were published in the week is not available."
    verb = "has" if items == 1 else "have"
    published = (
        f"{verb} been published in the week so far"
        if stage == "so far"
        else ("was published in the week" if items == 1 else "were published in the week")
    )
    places = [_inside(row["platform"]) for row in dicts(figure)]
    where = f", on {listed(places)}" if 0 < len(places) <= 5 else f", on {len(places)} platforms" if places else ""
    return f"{capital(count(items, 'item'))} for #{edition.hashtag} {published}{where}."


def busiest(figures: Figures) -> tuple[list[str], int] | None:
    """The days of the week with most items, and how many; None where no day has any."""
    figure = figures.get("items_per_day")
    totals: dict[str, int] = defaultdict(int)
    for values in dicts(figure) if figure else ():
        if values["phase"] == "week" and values["items"] is not None:
            totals[values["local_day"]] += values["items"]
    most = max(totals.values(), default=0)
    return ([one for one in sorted(totals) if totals[one] == most], most) if most else None


def _busiest_day(figures: Figures) -> str:
    found = busiest(figures)
    if found is None:
        return "No day of the week has items, so there is no busiest day."
    days, most = found
    if len(days) == 1:
        return f"The busiest day was {day(days[0])}, with {count(most, 'item')}."
    if len(days) == 2:
        return f"The busiest days were {listed([day(one) for one in days])}, with {count(most, 'item')} each."
    return f"No single day stood out: {len(days)} days had {count(most, 'item')} each."


def _who(figures: Figures) -> str:
    row = whole(figures, "contributors")
    if row.get("contributors") is None:
        return "How many people and organisations took part is not available."
    people = count(row["contributors"], "contributor")
    if row.get("effective_voices") is None:
        return f"{capital(people)} can be told apart."
    voices = show("effective_voices", row["effective_voices"])
    noun = "voice" if voices == "1" else "voices"
    return f"{capital(people)} took part; the talking was as varied as {voices} equally busy {noun}."


def _organiser(figures: Figures, edition: EditionInfo) -> str:
    row = whole(figures, "organiser_share")
    if edition.organiser is None or row.get("organiser_items") is None:
        return "The organiser's own share of the week is not available."
    return (
        f"{edition.organiser}, the organiser, published {count(row['organiser_items'], 'item')} "
        f"of {show('items', row['items'])}, or {show('share', row['share'])}."
    )


def _answers(figures: Figures) -> str:
    row = whole(figures, "comments_per_item")
    if row.get("median") is None:
        return "How many comments the items drew is not available."
    known = f"comments are known for {part_of(row['items_known'], row['items'], 'item')}"
    if row["median"] == 0:
        return f"At least half of the items drew no comments; {known}."
    return f"Half of the items drew {show('median', row['median'])} comments or fewer; {known}."


def _items(figures: Figures, stage: Stage) -> Number:
    items, phases = week_items(figures), figures.get("phases")
    total = None
    if phases is not None:
        total = sum(row["items"] for row in dicts(phases) if row["items"] is not None)
    of = NOT_AVAILABLE if total is None else f"of {count(total, 'item')} in all: before, during and after the week"
    label = "items in the week so far" if stage == "so far" else "items in the week"
    return Number(value=show("items", items), label=label, of=of, metric="items_by_platform")


def _contributors(figures: Figures) -> Number:
    row = whole(figures, "contributors")
    of = NOT_AVAILABLE
    if row.get("items") is not None:
        of = f"for {count(row['items'], 'item')} whose author is known"
        if row.get("items_without_author"):
            of += f"; not known for {show('items', row['items_without_author'])}"
    return Number(
        value=show("contributors", row.get("contributors")),
        label="contributors: accounts and blog authors",
        of=of,
        metric="contributors",
    )


def _organiser_share(figures: Figures) -> Number:
    row = whole(figures, "organiser_share")
    known = row.get("organiser_items") is not None
    return Number(
        value=show("share", row.get("share")),
        label="of the items by the organiser",
        of=f"{show('items', row['organiser_items'])} of {count(row['items'], 'item')}" if known else NOT_AVAILABLE,
        metric="organiser_share",
    )


def _comments(figures: Figures) -> Number:
    row = whole(figures, "comments_per_item")
    of = NOT_AVAILABLE
    if row.get("items") is not None:
        of = f"known for {part_of(row['items_known'], row['items'], 'item')}"
    return Number(
        value=show("median", row.get("median")), label="comments on the middle item", of=of, metric="comments_per_item"
    )


def _alt_text(figures: Figures) -> Number:
    row = whole(figures, "alt_text")
    of = "no images of which it is known"
    if row.get("images"):
        of = f"{show('images_with_alt', row['images_with_alt'])} of {count(row['images'], 'image')}, videos included"
    if row.get("images_unknown"):
        of += f"; not known for {show('images_unknown', row['images_unknown'])}"
    return Number(
        value=show("share", row.get("share")), label="of images have a text alternative", of=of, metric="alt_text"
    )


def how_much_was_watched(watched: Sequence[Watched], stage: Stage) -> str:
    """The coverage of the week, platform by platform, in a sentence; empty where nothing is known of any."""
    known = [f"{_inside(one.platform)} {show('share', one.share)}" for one in watched if one.share is not None]
    so_far = " so far" if stage == "so far" else ""
    return f"How much of the week{so_far} was watched: {listed(known)}." if known else ""


def _inside(platform: str) -> str:
    """A platform's name inside a sentence."""
    return on_platform(platform).removeprefix("on ")


def cannot_know(not_watched: Sequence[str], gaps: bool) -> tuple[str, ...]:
    """What no reader should conclude from the numbers; the same every year, but for what was not watched."""
    known = [
        "How many people saw it. Most platforms do not say, and followers may not look.",
        "What was said in private: closed groups, direct messages, meetings and phone calls.",
        "What was said without the campaign's hashtags or name.",
        "What people felt, or what changed for them. Only people can tell you: please ask them.",
        "Who the people are. Nothing about anybody's health, background or life was guessed.",
    ]
    if gaps:
        known.insert(3, "What was published and removed while nobody watched. The charts shade those hours.")
    if not_watched:
        verb = "was" if len(not_watched) == 1 else "were"
        names = listed([_inside(one) for one in not_watched])
        known.insert(3, f"What was published on {names}. {'It' if verb == 'was' else 'They'} {verb} not watched.")
    return tuple(known)
