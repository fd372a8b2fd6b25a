"""The figures of one element that a reader holds, and what can be done with those who used it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.zones import ZoneRow
from aggregator.measures.elements_table import ElementRow
from aggregator.measures.medians import MedianOf
from aggregator.measures.shares import ShareOf, share_of
from aggregator.measures.statistics import FEW
from rules.question import MAP, Question
from rules.segment import text_of_tree
from store.segments import Group
from viewer.access.person import signed_in
from viewer.http.errors import bad_parameter, missing
from viewer.http.urls import Urls
from viewer.maps import HeatmapAnswer, Maps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.heatmap.shares import interval_words, share_words, visitors_words
from viewer.pages.heatmap.table import DEAD_ALARM, RAGE_ALARM
from viewer.pages.map.links import Links, address
from viewer.pages.who.from_screen import element_trees, joined, narrowed
from viewer.questions import Questions

KEY = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class HeldRow:
    """One figure with its interval, and the same figure of everyone if the map is narrowed."""

    label: str
    value: str
    interval: str
    everyone: str = ""
    help: str = ""
    bad: bool = False


@dataclass(frozen=True)
class HeldGroup:
    """Those who used the element, or only saw it: how many, and links."""

    words: str
    acts: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True)
class HeldPage(Page):
    """A part of a heatmap's page, `/sites/3/heatmap/element?page=shop.example/basket&element=9f86d081884c7d65`."""

    template = "heatmap/held.html"
    docs = "reading-a-map"
    counted: str = doc("Who is counted, as the head of the column")
    everyone: bool = doc("Whether the figures of everyone stand beside")
    short: tuple[HeldRow, ...] = doc("The first figures, for the foot of a phone's screen")
    rows: tuple[HeldRow, ...] = doc("The figures")
    note: str = doc("How many of how many, and how the figures of the goal may be read")
    groups: tuple[HeldGroup, ...] = doc("Those who used it and those who only saw it")
    goal_href: str = doc("The form of a goal that a click on the element reaches; empty if the person may not add one")


@dataclass(frozen=True)
class HeldFigures:
    """A row of the table with the time of its first click."""

    row: ElementRow
    first: MedianOf | None


async def held_element(request: Request, *, questions: Questions, frames: Frames, maps: Maps) -> Response:
    asked = await questions.read(request, MAP, remembered=True)
    question, key = asked.checked(), request.query_params.get("element", "")
    if not KEY.fullmatch(key):
        raise bad_parameter("element", f"{key[:40]!r} is not valid.", "the key of an element, 16 hexadecimal digits")
    if question.kind == "scroll":
        raise missing("element", key, "A reach map has no clicks: ask for kind=click or kind=hover.")
    found = await maps.heatmap(question, asked.known)
    here = await _figures(maps, found, key)
    if here is None:
        raise missing("element", key, "Nobody used it in this period.")
    everyone = None
    if question.group is not None:
        whole = replace(question, filters=(), segment="", tree=None)
        everyone = await _figures(maps, await maps.heatmap(whole, asked.known), key)
    frame = await frames.of(request, "pages", asked.site)
    links = Links(frames.urls.heatmap(asked.site.id), asked.question)
    page = HeldPage(
        frame=frame,
        title=here.row.name,
        counted=frame.lang.text("Chosen") if question.group else frame.lang.text("Visitors"),
        everyone=everyone is not None,
        short=short_rows(frame.lang, here.row),
        rows=held_rows(frame.lang, here, everyone),
        note=_note(frame.lang, here.row, question.kind == "hover"),
        groups=() if question.kind == "hover" else held_groups(frame.lang, frames.urls, links, here.row),
        goal_href=_goal_href(frames.urls, question, here.row) if signed_in(request).may("editor") else "",
    )
    return answer(request, page)


async def _figures(maps: Maps, found: HeatmapAnswer, key: str) -> HeldFigures | None:
    row = next((one for one in found.figures.elements if f"{one.key:016x}" == key), None)
    if row is None:
        return None
    return HeldFigures(row, None if found.map.scope.kind == "hover" else await maps.first_click(found, row.index))


def held_rows(lang: Language, here: HeldFigures, everyone: HeldFigures | None) -> tuple[HeldRow, ...]:
    """The figures of an element, always in the same order."""
    others = _cells(lang, everyone) if everyone else {}
    return tuple(
        replace(row, everyone=others[name].value if name in others else "") for name, row in _cells(lang, here).items()
    )


def short_rows(lang: Language, row: ElementRow) -> tuple[HeldRow, ...]:
    """The figures that a phone shows first: share, dead, rage and the goal."""
    _ = lang.text
    share = row.with_mouse or row.in_view or ShareOf(row.visitors, row.of, row.share, row.low, row.high)
    used = _("Pointed at by") if row.with_mouse else _("Clicked by")
    rows = [short_row(lang, used, share)]
    if row.with_mouse is None:
        rows.append(short_row(lang, _("Dead"), share_of(row.dead, row.visitors), DEAD_ALARM))
        rows.append(short_row(lang, _("Rage"), share_of(row.rage, row.visitors), RAGE_ALARM))
    if row.goal is not None:
        rows.append(short_row(lang, _("Goal"), row.goal.clicked))
    return tuple(rows)


def short_row(lang: Language, label: str, share: ShareOf | None, alarm: float = 2.0) -> HeldRow:
    row = held_row(lang, label, share, alarm=alarm)
    return replace(row, interval=lang.text("of %(n)s", n=lang.number(share.of)) if share else "")


def _cells(lang: Language, of: HeldFigures) -> Mapping[str, HeldRow]:
    _, row, hover = lang.text, of.row, of.row.with_mouse is not None
    whole = ShareOf(row.visitors, row.of, row.share, row.low, row.high)
    if hover:
        return {
            "mouse": held_row(lang, _("Pointed at, of those with a mouse"), row.with_mouse, "in-view"),
            "all": held_row(lang, _("Pointed at, of all visitors of the page"), whole, "clicked-by"),
            "time": HeldRow(_("Mean time"), lang.span(row.dwell_ms), "", help="clicked-by"),
        }
    cells = {
        "in_view": held_row(lang, _("Clicked, of those who had it in view"), row.in_view, "in-view"),
        "all": held_row(lang, _("Clicked, of all visitors of the page"), whole, "clicked-by"),
        **held_troubles(lang, row),
        "first": _median(lang, of.first),
    }
    if row.goal is not None:
        cells["did"] = held_row(lang, _("Of those who clicked, reached the goal"), row.goal.clicked, "goals")
        cells["only_saw"] = held_row(lang, _("Of those who only saw it, reached the goal"), row.goal.only_saw, "goals")
    return cells


def held_troubles(lang: Language, row: ElementRow | ZoneRow) -> dict[str, HeldRow]:
    """The shares of those who clicked an element, or in a zone, with a dead click or rage."""
    dead, rage = share_of(row.dead, row.visitors), share_of(row.rage, row.visitors)
    return {
        "dead": held_row(lang, lang.text("Nothing happened (dead)"), dead, "dead", DEAD_ALARM),
        "rage": held_row(lang, lang.text("Pressed again and again (rage)"), rage, "rage", RAGE_ALARM),
    }


def held_row(lang: Language, label: str, share: ShareOf | None, help: str = "", alarm: float = 2.0) -> HeldRow:
    bad = share is not None and share.of >= FEW and share.share >= alarm
    return HeldRow(label, share_words(lang, share), interval_words(lang, share), help=help, bad=bad)


def _median(lang: Language, first: MedianOf | None) -> HeldRow:
    label = lang.text("First click after, median")
    if first is None or first.n < FEW:
        return HeldRow(label, lang.text("few"), "", help="clicked-by")
    return HeldRow(
        label, lang.span(first.median), f"{lang.span(first.low)} – {lang.span(first.high)}", help="clicked-by"
    )


def _note(lang: Language, row: ElementRow, hover: bool) -> str:
    _ = lang.text
    if hover or row.in_view is None:
        return _("%(n)s of %(all)s visitors of the page.", n=lang.number(row.visitors), all=lang.number(row.of))
    words = _(
        "%(n)s clicked, of %(all)s who had it in view.",
        n=lang.number(row.in_view.visitors),
        all=lang.number(row.in_view.of),
    )
    return words + (" " + _("Seen before the goal, not its cause.") if row.goal else "")


def _goal_href(urls: Urls, question: Question, row: ElementRow) -> str:
    """The form of a goal that is reached by a click on the element; "" for hovers."""
    if question.kind == "hover":
        return ""
    name, element = row.name[:120], f"{row.key:016x}"
    return urls.new_goal(str(question.site), what="clicked", element=element, page=question.page, name=name)


def held_groups(lang: Language, urls: Urls, links: Links, row: ElementRow) -> tuple[HeldGroup, ...]:
    """Those who clicked the element, and those who saw it and did not, each as a segment and against the rest."""
    _, trees = lang.text, element_trees(links.question, row.key)
    clicked = _("%(visitors)s who clicked this", visitors=visitors_words(lang, row.visitors))
    groups = [HeldGroup(clicked, group_acts(lang, urls, links, trees.did))]
    if row.in_view is not None and trees.did_not is not None:
        rest = visitors_words(lang, row.in_view.of - row.in_view.visitors)
        words = _("%(visitors)s who saw it and did not", visitors=rest)
        groups.append(HeldGroup(words, group_acts(lang, urls, links, trees.did_not)))
    return tuple(groups)


def group_acts(lang: Language, urls: Urls, links: Links, tree: Group) -> tuple[Choice, ...]:
    return (
        Choice(lang.text("Make a segment"), narrowed(links, tree)),
        Choice(lang.text("Compare with the rest"), _against_the_rest(urls, links.question, tree)),
    )


def _against_the_rest(urls: Urls, question: Question, tree: Group) -> str:
    both = joined(question, tree)
    asked = replace(question, tree=both, segment=text_of_tree(both))
    return address(urls.compare_sets(str(question.site)), asked.query("layer", "goal") | {"with": "rest"})
