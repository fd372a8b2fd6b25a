"""The figures of one zone that a reader holds, and what can be done with those who clicked in it."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.zones import ZoneRow
from aggregator.measures.shares import share_of
from rules.question import MAP, Question
from rules.zone_pages import zones_of
from viewer.http.errors import bad_parameter, missing
from viewer.http.urls import Urls
from viewer.maps import Maps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.held import KEY, HeldGroup, HeldPage, HeldRow, group_acts, held_row, held_troubles, short_row
from viewer.pages.heatmap.shares import visitors_words
from viewer.pages.heatmap.table import DEAD_ALARM, RAGE_ALARM
from viewer.pages.heatmap.zone_layer import zone_key, zone_share
from viewer.pages.map.links import Links
from viewer.pages.who.from_screen import zone_trees
from viewer.questions import Asked, Questions


async def held_zone(request: Request, *, questions: Questions, frames: Frames, maps: Maps) -> Response:
    asked = await questions.read(request, MAP, remembered=True)
    question, key = asked.checked(), request.query_params.get("element", "")
    if not KEY.fullmatch(key):
        raise bad_parameter("element", f"{key[:40]!r} is not valid.", "what a map of zones names a zone by")
    here = await _figures(maps, asked, question, key)
    if here is None:
        raise missing("zone", key, "It may have been deleted.")
    everyone = None
    if question.group is not None:
        everyone = await _figures(maps, asked, replace(question, filters=(), segment="", tree=None), key)
    frame = await frames.of(request, "pages", asked.site)
    lang, links = frame.lang, Links(frames.urls.heatmap(asked.site.id), asked.question)
    page = HeldPage(
        frame=frame,
        title=here.name,
        counted=lang.text("Chosen") if question.group else lang.text("Visitors"),
        everyone=everyone is not None,
        short=_short_rows(lang, here),
        rows=_rows(lang, here, everyone),
        note=_note(lang, here),
        groups=_groups(lang, frames.urls, links, here),
        goal_href="",
    )
    return answer(request, page)


async def _figures(maps: Maps, asked: Asked, question: Question, key: str) -> ZoneRow | None:
    here = zones_of(asked.known.zones, question.page, asked.known.groups)
    if not any(zone_key(zone.id) == key for zone in here):
        return None
    rows = await maps.zones(await maps.heatmap(question, asked.known), here)
    return next((row for row in rows if zone_key(row.id) == key), None)


def _cells(lang: Language, row: ZoneRow) -> tuple[HeldRow, ...]:
    _ = lang.text
    return (
        held_row(lang, _("Clicked in it, of those who had it in view"), row.in_view, "in-view"),
        held_row(lang, _("Clicked in it, of all visitors of the page"), zone_share(row, "all"), "clicked-by"),
        *held_troubles(lang, row).values(),
    )


def _rows(lang: Language, here: ZoneRow, everyone: ZoneRow | None) -> tuple[HeldRow, ...]:
    others = _cells(lang, everyone) if everyone else ()
    return tuple(
        replace(row, everyone=others[n].value if n < len(others) else "") for n, row in enumerate(_cells(lang, here))
    )


def _short_rows(lang: Language, row: ZoneRow) -> tuple[HeldRow, ...]:
    _ = lang.text
    return (
        short_row(lang, _("Clicked by"), row.in_view or zone_share(row, "all")),
        short_row(lang, _("Dead"), share_of(row.dead, row.visitors), DEAD_ALARM),
        short_row(lang, _("Rage"), share_of(row.rage, row.visitors), RAGE_ALARM),
    )


def _note(lang: Language, row: ZoneRow) -> str:
    if row.in_view is None:
        n, of = lang.number(row.visitors), lang.number(row.of)
        return lang.text("%(n)s of %(all)s visitors of the page.", n=n, all=of)
    n, of = lang.number(row.in_view.visitors), lang.number(row.in_view.of)
    return lang.text("%(n)s clicked, of %(all)s who had it in view.", n=n, all=of)


def _groups(lang: Language, urls: Urls, links: Links, row: ZoneRow) -> tuple[HeldGroup, ...]:
    """Those who clicked in the zone, and those who saw it and did not, each as a segment and against the rest."""
    _, trees = lang.text, zone_trees(links.question, row.id, row.page)
    clicked = _("%(visitors)s who clicked in it", visitors=visitors_words(lang, row.visitors))
    groups = [HeldGroup(clicked, group_acts(lang, urls, links, trees.did))]
    if row.in_view is not None and trees.did_not is not None:
        rest = visitors_words(lang, row.in_view.of - row.in_view.visitors)
        words = _("%(visitors)s who saw it and did not", visitors=rest)
        groups.append(HeldGroup(words, group_acts(lang, urls, links, trees.did_not)))
    return tuple(groups)
