"""What was really seen on a site, to make touchpoints or the steps of a funnel of: pages, page groups, elements, events
and channels, with their visitors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rules.find import usable
from rules.question import JOURNEY
from store.journeys import Journey, Touchpoint
from store.pages import matches, page_path
from store.segments import What
from viewer.maps import site_scope_of
from viewer.overviews import Overviews
from viewer.page_groups import GroupReader
from viewer.pages.forms.fields import lines
from viewer.pages.frame.frames import language_of
from viewer.pages.frame.languages import Language
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.sentences.names import channel_name
from viewer.pages.who.bars import WhoBars
from viewer.questions import Asked, Questions
from viewer.registry import Registry
from viewer.traffic import TrafficReader

MOST_ROWS = 300  # of one kind
MOST_CLASHES = 3  # touchpoints further up that are named
EVERY = 0.8  # share of the pages from which a pattern is said to take everything


@dataclass(frozen=True)
class SeenRow:
    """`key`: its place in `Journey.left_out`; `contact`: the fields of a matcher for it. `touchpoint`: the key of the
    one that claims it, "" if none does. `left_out`: somebody chose not to see it here."""

    key: str
    name: str
    contact: Mapping[str, str]
    visitors: int = 0
    count: str = ""  # the visitors in the language of the page
    touchpoint: str = ""
    left_out: bool = False


async def seen(
    request: Request, *, questions: Questions, registry: Registry, traffic: TrafficReader, overviews: Overviews,
    bars: WhoBars, groups: GroupReader,
) -> Response:  # fmt: skip
    """GET `?what=pages|groups|elements|events|channels`, for elements with `page`: what was seen in the period."""
    asked = await questions.read(request, JOURNEY)
    journey = usable(await registry.find(Journey, request.path_params["journey"], asked.site))
    lang, question, what = language_of(request), asked.checked(), request.query_params.get("what", "pages")
    match what:
        case "elements":
            page = request.query_params.get("page", "")
            rows = _elements(journey, page, await bars.elements_of(asked.known, page) if page else {})
        case "groups":
            found_groups = await groups.figures(site_scope_of(question), asked.known.groups)
            rows = _groups(lang, journey, asked, {row.key: row.visitors for row in found_groups.groups})
        case "events":
            found = (await overviews.events(question)).events
            free = dict((await traffic.unmapped(journey, site_scope_of(question))).events)
            rows = [_event(_row(lang, journey, {"on": "event", "name": one.name}, one.name, one.visitors), free)
                    for one in found]  # fmt: skip
        case "channels":
            free = dict((await traffic.unmapped(journey, site_scope_of(question))).referrers)
            rows = _channels(lang, journey, (await bars.counts(question)).by, free)
        case _:
            rows = _pages(lang, journey, asked, await traffic.page_visitors(site_scope_of(question)))
    return JSONResponse({"rows": [_plain(row) for row in rows[:MOST_ROWS]], "more": max(0, len(rows) - MOST_ROWS)})


def _plain(row: SeenRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def _row(lang: Language, journey: Journey, contact: Mapping[str, str], name: str, visitors: int) -> SeenRow:
    key = key_of(contact)
    return SeenRow(
        key, name, contact, visitors, lang.number(visitors), claimed_by(journey, contact), key in journey.left_out
    )


def key_of(contact: Mapping[str, str]) -> str:
    """`page:shop.example/jobs`, `event:code_refused`, `channel:mail`."""
    return f"{contact['on']}:{next(value for name, value in contact.items() if name != 'on')}"


def claimed_by(journey: Journey, contact: Mapping[str, str]) -> str:
    """Key of the first touchpoint that a contact of this kind belongs to; "" if none claims it."""
    return next((one.key for _, one in journey.touchpoints if _claims(one, contact)), "")


def _claims(touchpoint: Touchpoint, contact: Mapping[str, str]) -> bool:
    for one in touchpoint.contacts:
        if one.on != contact["on"]:
            continue
        if one.on == "page":
            if matches(one.page, contact["page"]):
                return True
        elif all(getattr(one, name) == value for name, value in contact.items()):
            return True
    return False


def _pages(lang: Language, journey: Journey, asked: Asked, visitors: Mapping[str, int]) -> list[SeenRow]:
    """A touchpoint is made of a path, which is the same on each host of the site."""
    names = page_names(list(asked.known.snapshots))
    rows = [_row(lang, journey, {"on": "page", "page": page}, name_of(page, names), n) for page, n in visitors.items()]
    return [replace(row, contact={"on": "page", "page": page_path(row.contact["page"])}) for row in rows]


def _groups(lang: Language, journey: Journey, asked: Asked, visitors: Mapping[str, int]) -> list[SeenRow]:
    """The page groups of the site, the busiest first."""
    rows = [
        _row(lang, journey, {"on": "group", "group": group.key}, group.name, visitors[group.key])
        for group in asked.known.groups
        if visitors.get(group.key)
    ]
    return sorted(rows, key=lambda row: -row.visitors)


def _elements(journey: Journey, page: str, found: Mapping[str, str]) -> list[SeenRow]:
    contacts = ({"on": "element", "element": key, "page": page} for key in found)
    return [SeenRow(key_of(one), found[one["element"]], one, touchpoint=claimed_by(journey, one)) for one in contacts]


def _event(row: SeenRow, free: Mapping[str, int]) -> SeenRow:
    """A matcher may claim an event on some pages only: while others send it, it is not on the map."""
    return replace(row, touchpoint="") if row.name in free else row


def _channels(
    lang: Language, journey: Journey, by: Mapping[What, Mapping[str, int]], free: Mapping[str, int]
) -> list[SeenRow]:
    """`free`: other sites that visitors came from and no touchpoint claims, with their visitors."""
    referrers = [_row(lang, journey, {"on": "channel", "referrer": host}, host, n) for host, n in free.items()]
    channels = [
        _row(lang, journey, {"on": "channel", "channel": value}, channel_name(lang, value), n)
        for value, n in by.get("channel", {}).items() if value and n
    ]  # fmt: skip
    sources = [
        _row(lang, journey, {"on": "channel", "source": value}, value, n)
        for value, n in by.get("source", {}).items() if value and n
    ]  # fmt: skip
    return sorted((*channels, *sources, *referrers), key=lambda row: -row.visitors)


async def fit(request: Request, *, questions: Questions, registry: Registry, traffic: TrafficReader) -> Response:
    """GET `?pages=` (one pattern a line) and `touchpoint=`: how many pages and visitors the patterns fit, in words."""
    asked = await questions.read(request, JOURNEY)
    journey = usable(await registry.find(Journey, request.path_params["journey"], asked.site))
    patterns = lines(request.query_params.get("pages", ""))[:50]
    scope = site_scope_of(asked.checked())
    visitors = await traffic.page_visitors(scope)
    found = [page for page in visitors if any(matches(pattern, page) for pattern in patterns)]
    lang = language_of(request)
    if not found:
        return JSONResponse({"fits": False, "words": _none(lang, patterns, list(visitors))})
    reached = await traffic.devices(asked.site, patterns, scope.since, scope.until)
    words = [_fits(lang, len(found), sum(reached.values()))]
    if len(visitors) > 2 and len(found) >= EVERY * len(visitors):
        words.append(lang.text("Fits nearly every page: put it last, or it takes them from the touchpoints after it."))
    words += _clash(lang, journey, request.query_params.get("touchpoint", ""), found)
    return JSONResponse({"fits": True, "words": " ".join(words)})


def _fits(lang: Language, pages: int, visitors: int) -> str:
    return lang.text(
        "Fits %(pages)s, %(visitors)s.",
        pages=lang.plural("%(num)s page", "%(num)s pages", pages),
        visitors=lang.plural("%(num)s visitor", "%(num)s visitors", visitors),
    )


def _none(lang: Language, patterns: tuple[str, ...], pages: list[str]) -> str:
    """Nothing fits: the nearest page that was really seen."""
    if not patterns:
        return lang.text("No pattern, so nothing is measured here.")
    paths = {page_path(page): page for page in pages}
    words = lang.text("Fits no page seen in these days.")
    near = get_close_matches(patterns[0], list(paths), n=1, cutoff=0.4)
    return words + " " + lang.text("Close to it: %(page)s", page=near[0]) if near else words


def _clash(lang: Language, journey: Journey, touchpoint: str, pages: list[str]) -> list[str]:
    """Pages that a touchpoint further up claims first."""
    first: dict[str, int] = {}
    names = {one.key: lang.words(one.name, one.key) for _, one in journey.touchpoints}
    order = list(names)
    mine = order.index(touchpoint) if touchpoint in order else len(order)
    for page in pages:
        owner = claimed_by(journey, {"on": "page", "page": page})
        if owner == touchpoint or not owner:
            continue
        if order.index(owner) < mine:
            first[owner] = first.get(owner, 0) + 1
    return [
        lang.plural(
            "%(num)s of them fits “%(name)s” too, which is further up and wins.",
            "%(num)s of them fit “%(name)s” too, which is further up and wins.",
            n,
            name=names[owner],
        )
        for owner, n in list(first.items())[:MOST_CLASHES]
    ]
