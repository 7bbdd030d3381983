"""The week on one page: five sentences, five numbers with their denominators, and what nobody can know. Pure.

Every number is read from a figure's row, by the names of its columns; what a figure does not give is "not available".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.editions import EditionInfo
from dashboards.figures import Figure
from dashboards.report.content import Number, OnePage, Stage
from dashboards.report.methods import Watched
from dashboards.report.phrases import count, listed, part_of
from dashboards.wording import busiest, busiest_words, dicts, on_platform, show

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
        cannot_know=cannot_know(watched, not_watched),
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
        return "How many items were published in the week is not known."
    if stage == "so far":
        tagged = f"In the week so far, {count(items, 'item')} {'has' if items == 1 else 'have'} been tagged"
    else:
        tagged = f"In the week, {count(items, 'item')} {'was' if items == 1 else 'were'} tagged"
    places = [_inside(row["platform"]) for row in dicts(figure)]
    where = f", on {listed(places)}" if 0 < len(places) <= 5 else f", on {len(places)} platforms" if places else ""
    return f"{tagged} for {edition.campaign_title}{where}."


def _busiest_day(figures: Figures) -> str:
    """By the rule of `wording.busiest`, so that sentence and chart name the same day."""
    figure = figures.get("items_per_day")
    totals: dict[str, int | None] = {}
    for values in dicts(figure) if figure else ():
        if values["phase"] == "week":
            totals[values["local_day"]] = (totals.get(values["local_day"]) or 0) + (values["items"] or 0)
    found = busiest(totals)
    if found is None:
        return "No day of the week has items, so there is no busiest day."
    if not found.others:
        return f"The busiest day was {busiest_words(found)}, with {count(found.items, 'item')}."
    return f"The busiest days were {busiest_words(found)}, with {count(found.items, 'item')} each."


def _who(figures: Figures) -> str:
    row = whole(figures, "contributors")
    if row.get("contributors") is None:
        return "How many people and organisations took part is not known."
    if not row["contributors"]:
        return (
            "Nobody is known to have taken part." if not row["items_without_author"] else "Who took part is not known."
        )
    return f"{count(row['contributors'], 'contributor')} took part: accounts and authors of blogs."


def _organiser(figures: Figures, edition: EditionInfo) -> str:
    row = whole(figures, "organiser_share")
    if edition.organiser is None or row.get("organiser_items") is None:
        return "The organiser's own share of the week is not known."
    where = " on the platforms where it was read" if _organiser_not_read(figures) else ""
    published = part_of(row["organiser_items"], row["items"], "item")
    return f"{edition.organiser}, the organiser, published {published}{where}, or {show('share', row['share'])}."


def _organiser_not_read(figures: Figures) -> int:
    """Items on platforms where nothing of the organiser was read, which its share leaves out."""
    rows = dicts(figures["organiser_share"]) if "organiser_share" in figures else []
    return sum(row["items"] for row in rows if row["platform"] != "all" and row["share"] is None)


def _answers(figures: Figures) -> str:
    row = whole(figures, "comments_per_item")
    if row.get("median") is None:
        return "How many comments the items drew is not known."
    known = ""
    if row["items_known"] < row["items"]:
        known = f"; comments are known for {part_of(row['items_known'], row['items'], 'item')}"
    if row["median"] == 0:
        return f"At least half of the items drew no comments{known}."
    return f"Half of the items drew at most {_comments_of(row['median'])}{known}."


def _unknown(sentence: str) -> Number:
    return Number(value="", label=sentence, of="")


def _noun(value: float, one: str) -> str:
    return one if value == 1 else f"{one}s"


def _comments_of(median: float) -> str:
    return f"{show('median', median)} {_noun(median, 'comment')}"


def _items(figures: Figures, stage: Stage) -> Number:
    items = week_items(figures)
    if items is None:
        return _unknown("How many items the week had is not known.")
    so_far = " so far" if stage == "so far" else ""
    label = f"{_noun(items, 'item')} in the week{so_far}"
    return Number(value=show("items", items), label=label, of=_of_all_phases(figures))


def _of_all_phases(figures: Figures) -> str:
    """The items of all phases together, which there are only where every phase is known."""
    phases = {row["phase"]: row["items"] for row in dicts(figures["phases"])} if "phases" in figures else {}
    if phases and None not in phases.values():
        return f"of {count(sum(phases.values()), 'item')} in all: before, during and after the week"
    unknown = ["before" for name in ("early", "lead-up") if phases.get(name) is None][:1]
    unknown += ["after"] if phases.get("after") is None else []
    return f"how many came {' or '.join(unknown)} it is not known in full" if unknown else ""


def _contributors(figures: Figures) -> Number:
    row = whole(figures, "contributors")
    people, without = row.get("contributors"), row.get("items_without_author")
    if people is None or row.get("items") is None:
        return _unknown("How many contributors took part is not known.")
    if not people and without:
        return _unknown(f"Who published {part_of(without, without, 'item')} of the week is not known.")
    of = f"who published {part_of(row['items'], row['items'], 'item')}"
    if without:
        of = f"for {count(row['items'], 'item')} whose author is known; not known for {show('items', without)}"
    return Number(
        value=show("contributors", people),
        label="contributor: an account or blog author" if people == 1 else "contributors: accounts and blog authors",
        of=of,
    )


def _organiser_share(figures: Figures) -> Number:
    row = whole(figures, "organiser_share")
    if row.get("organiser_items") is None or row.get("share") is None:
        return _unknown("The organiser's own share of the items is not known.")
    of = part_of(row["organiser_items"], row["items"], "item")
    left_out = _organiser_not_read(figures)
    if left_out:
        of += f"; {count(left_out, 'item')} elsewhere, where nothing of the organiser was read"
    return Number(
        value=show("share", row["share"]),
        label="of the items by the organiser",
        of=of,
    )


def _comments(figures: Figures) -> Number:
    row = whole(figures, "comments_per_item")
    if row.get("median") is None:
        return _unknown("How many comments the middle item drew is not known.")
    return Number(
        value=show("median", row["median"]),
        label=f"{_noun(row['median'], 'comment')} on the middle item",
        of=f"known for {part_of(row['items_known'], row['items'], 'item')}",
    )


def _alt_text(figures: Figures) -> Number:
    row = whole(figures, "alt_text")
    images, unknown = row.get("images"), row.get("images_unknown")
    if not images or row.get("share") is None:
        if unknown:
            has = "has" if unknown == 1 else "have"
            return _unknown(f"Whether {part_of(unknown, unknown, 'image')} {has} a text alternative is not known.")
        return _unknown("No images are known, so no share of them has a text alternative.")
    of = f"{part_of(row['images_with_alt'], images, 'image')}, videos included"
    if unknown:
        of += f"; not known for {show('images_unknown', unknown)}"
    return Number(value=show("share", row["share"]), label="of images have a text alternative", of=of)


def how_much_was_watched(watched: Sequence[Watched], stage: Stage) -> str:
    """The coverage of the week, platform by platform, in sentences; empty where nothing is known of any."""
    so_far = " so far" if stage == "so far" else ""
    said = []
    for read_back, verb in ((False, "was watched"), (True, "was read back later")):
        known = [
            f"{_inside(one.platform)} {show('share', one.share)}"
            for one in watched
            if one.share is not None and not one.source_by_source and one.read_back is read_back
        ]
        if known:
            said.append(f"How much of the week{so_far} {verb}: {listed(known)}.")
    said += [f"{sources_read(one)}{so_far}." for one in watched if one.share is not None and one.source_by_source]
    return " ".join(said)


def sources_read(one: Watched) -> str:
    """How many blogs were read, and how much of the week on average: the beginning of a sentence."""
    verb = "were" if one.read > 1 else "was"
    later = " back later" if one.read_back else ""
    share = show("share", one.share)
    if one.sources == 1:
        return f"The only blog was read{later} for {share} of the week"
    if not one.read:
        return f"None of {count(one.sources, 'blog')} was read{later}"
    everyone = part_of(one.read, one.sources, "blog")
    return f"{everyone[:1].upper()}{everyone[1:]} {verb} read{later}; on average {share} of the week"


def _inside(platform: str) -> str:
    """A platform's name inside a sentence."""
    return on_platform(platform).removeprefix("on ")


def cannot_know(watched: Sequence[Watched], not_watched: Sequence[str]) -> tuple[str, ...]:
    """What no reader should conclude from the numbers; the same every year, but for what was not watched."""
    known = [
        "How many people saw it. Most platforms do not say, and followers may not look.",
        "What was said in private, or without the campaign's hashtags or name.",
        "What people felt, or what changed for them. Please ask them.",
        "Who the people are. Nothing about anybody's health, background or life was guessed.",
    ]
    if any(one.read_back for one in watched):
        known.insert(2, "What was removed before it was read back.")
    elif any(one.share is not None and one.share < 1 for one in watched):
        known.insert(2, "What was published and removed while nobody watched.")
    if not_watched:
        verb = "was" if len(not_watched) == 1 else "were"
        names = listed([_inside(one) for one in not_watched])
        known.insert(2, f"What was published on {names}. {'It' if verb == 'was' else 'They'} {verb} not watched.")
    return tuple(known)
