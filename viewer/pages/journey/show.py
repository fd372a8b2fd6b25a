"""A journey as a map: stages as columns, lanes as rows, measured figures beside typed words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.journey import JourneyMap, StageRow, TouchpointRow
from aggregator.measures.statistics import FEW
from store.records import Journey, Stage, Touchpoint
from viewer.access.guards import check_role
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.maps import Maps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.journey.edit import JourneyFormRenderer, show_form
from viewer.pages.map.controls import device_name
from viewer.pages.map.outliers import stands_out
from viewer.pages.map.parts import Empty, PeriodControl, address, period_of
from viewer.pages.map.view import DEVICES, View
from viewer.query import today
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots

EXITS_ALARM = 0.30
ALARM_LEAST = 50  # visitors: below, no stage or touchpoint is called bad


@dataclass(frozen=True)
class TouchpointCard:
    name: str
    href: str  # its heatmap; "" when nobody was there
    thumb: str
    evidence: str
    facts: tuple[Choice, ...]  # label, value in `small`, interval in `title`, `on` when bad
    alarm: bool


@dataclass(frozen=True)
class StageColumn:
    key: str
    name: str
    visitors: str
    go: str  # share who go on; "" for the last stage
    go_more: str
    alarm: bool
    goal: str
    pains: tuple[str, ...]
    touchpoints: tuple[TouchpointCard, ...]


@dataclass(frozen=True, kw_only=True)
class JourneyPage(Page):
    """A journey measured, `/sites/3/journeys/first-lamp?days=28`."""

    template = "journey/show.html"
    name: str = doc("Name of the journey")
    about: str = doc("Objective and review day")
    visitors_line: str = doc("How many visitors the map is about")
    edit_href: str = doc("Address of the map open for editing; empty when the person may not")
    export: str = doc("Address of the figures as JSON")
    period: PeriodControl = doc("The choice of days")
    devices: list[Choice] = doc("All devices, or one")
    empty: Empty | None = doc("What to say when no stage has a touchpoint")
    stages: list[StageColumn] = doc("A column a stage")
    method: str = doc("How going on is counted")


async def show(
    request: Request,
    *,
    registry: Registry,
    frames: Frames,
    urls: Urls,
    maps: Maps,
    snapshots: SiteSnapshots,
    renderer: JourneyFormRenderer,
) -> Response:
    """GET shows the map, or with `?edit=1` its form."""
    who = signed_in(request)
    site = await registry.site(request)
    journey = await registry.journey(site, request.path_params["journey"])
    if request.query_params.get("edit") == "1":
        check_role(who, "editor")
        return await show_form(request, site, journey, renderer)
    frame = await frames.of(request, "journeys", site)
    lang, view = frame.lang, View.of(request.query_params)
    since, until = view.period(today())
    measured = await maps.journey(journey, since, until, view.device)
    shot = {s.page for s in await snapshots.all(site) if not s.variant and not s.state}
    days = {k: v for k, v in view.query(page="").items() if k in ("days", "since", "until", "device")}
    action = urls.journey(site.id, journey.id)
    edit = urls.journey(site.id, journey.id, edit=1) if who.may("editor") else ""

    usual = [row.frustrated for row in measured.touchpoints.values() if row.frustrated is not None and not row.few]

    def card(touchpoint: Touchpoint, last: bool) -> TouchpointCard:
        row = measured.touchpoints.get(touchpoint.key)
        page = row.page if row else ""
        return _card(
            lang,
            touchpoint,
            row,
            urls.heatmap(site.id, page=page, **days) if page else "",
            urls.thumb(site.id, page, **days) if page in shot else "",
            last,
            usual,
        )

    columns = [
        _column(lang, stage, row, measured, tuple(card(t, i == len(journey.stages) - 1) for t in stage.touchpoints),
                i == len(journey.stages) - 1)
        for i, (stage, row) in enumerate(zip(journey.stages, measured.stages, strict=True))
    ]  # fmt: skip
    _mark_worst(columns, journey, measured)
    names = [Choice(lang.text("All"), address(action, view.query(device="")), not view.device)]
    names += [Choice(device_name(lang, d), address(action, view.query(device=d)), view.device == d) for d in DEVICES]
    page = JourneyPage(
        frame=frame,
        title=journey.name,
        name=journey.name,
        about=_about(lang, journey),
        visitors_line=lang.plural("%(num)s visitor in these days", "%(num)s visitors in these days", measured.visitors),
        edit_href=edit,
        export=urls.api("sites", site.id, "journeys", journey.id, "map", since=since, until=until, device=view.device),
        period=period_of(view, lang, today(), action),
        devices=names,
        empty=_empty(lang, journey, edit),
        stages=columns,
        method=_method(lang, journey),
    )
    return answer(request, page)


def _about(lang: Language, journey: Journey) -> str:
    review = lang.text("review on %(day)s", day=lang.day(journey.review_on)) if journey.review_on else ""
    return ", ".join(part for part in (journey.objective.strip().rstrip("."), review) if part)


def _method(lang: Language, journey: Journey) -> str:
    return lang.text(
        "Going on: reaching a later stage within %(n)s days of the first visit of this one. Who has not had so many "
        "days yet is left out of both sides. Without consent a visitor is known for one day only, so these shares are "
        "the least that is true.",
        n=lang.number(journey.window_days),
    )


def _column(
    lang: Language, stage: Stage, row: StageRow, measured: JourneyMap, cards: tuple[TouchpointCard, ...], last: bool
) -> StageColumn:
    _ = lang.text
    go = more = ""
    if last:
        more = _("last stage of this map")
    elif not cards:
        more = _("no touchpoint yet")
    elif row.share is None or row.closed < FEW:
        more = _("few visitors") if row.visitors else _("nobody yet")
        if row.left_out and row.visitors >= FEW:
            more = _("too early to say: %(n)s may still go on", n=lang.number(row.left_out))
    else:
        go = _("%(share)s go on", share=lang.share(row.share))
        more = _(", median %(span)s", span=lang.span(row.median_ms)) if row.median_ms else ""
    return StageColumn(
        key=stage.key,
        name=lang.words(stage.name, stage.key),
        visitors=lang.number(row.visitors),
        go=go,
        go_more=more,
        alarm=False,
        goal=lang.words(stage.goal),
        pains=stage.pains,
        touchpoints=cards,
    )


def _mark_worst(columns: list[StageColumn], journey: Journey, measured: JourneyMap) -> None:
    """Mark the stage of the touchpoint that frustrates most, where one stands out."""
    worst, where = 0.0, -1
    for i, stage in enumerate(journey.stages):
        for touchpoint, card in zip(stage.touchpoints, columns[i].touchpoints, strict=True):
            frustrated = measured.touchpoints[touchpoint.key].frustrated if card.alarm else None
            if frustrated and frustrated > worst:
                worst, where = frustrated, i
    if where >= 0:
        columns[where] = replace(columns[where], alarm=True)


def _card(
    lang: Language,
    touchpoint: Touchpoint,
    row: TouchpointRow | None,
    href: str,
    thumb: str,
    last: bool,
    usual: list[float],
) -> TouchpointCard:
    _ = lang.text
    name = lang.words(touchpoint.name, touchpoint.key)
    if not touchpoint.pages:
        return TouchpointCard(name, "", "", _("typed, not measured"), (), False)
    if row is None or not row.visitors:
        return TouchpointCard(name, "", "", _("nobody in these days"), (), False)
    few = row.visitors < FEW
    facts = [Choice(_("Visitors"), "", small=lang.number(row.visitors))]
    facts.append(Choice(_("Reached by"), "", small=lang.share(row.reach), title=lang.between(row.low, row.high)))
    bad = False
    if few:
        facts.append(Choice(_("Shares"), "", small=_("few visitors")))
    else:
        if row.forward is not None and row.closed >= FEW:
            between = lang.between(row.forward_low or 0.0, row.forward_high or 0.0)
            facts.append(Choice(_("Go on"), "", small=lang.share(row.forward), title=between))
        if row.frustrated is not None:
            bad = stands_out(row.frustrated, usual) and row.visitors >= ALARM_LEAST
            facts.append(Choice(_("Frustrated"), "", bad, lang.share(row.frustrated)))
        if row.exits is not None and not last:
            ends = bad and row.exits >= EXITS_ALARM
            facts.append(Choice(_("Visits ending"), "", ends, lang.share(row.exits)))
    return TouchpointCard(name, href, thumb, "", tuple(facts), bad)


def _empty(lang: Language, journey: Journey, edit: str) -> Empty | None:
    _ = lang.text
    if any(stage.touchpoints for stage in journey.stages):
        return None
    actions = (Choice(_("Edit"), edit, True),) if edit else ()
    why = _(
        "A touchpoint is one or more pages of a stage, such as the basket. Add some, and they are measured at once."
    )
    return Empty(_("No touchpoint on this map yet"), (why,), actions)
