"""The heatmap of a page: picture, heat, elements, account."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.heatmap import Heatmap
from aggregator.answers.reach_map import ReachMap
from aggregator.pictures.newest import NoSnapshot
from aggregator.shapes.scope import Scope
from store.pages import matches, page_path
from store.records import Experiment, Site
from store.snapshots import Snapshot
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.maps import Maps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.heatmap import heat_layer, reach_layer
from viewer.pages.heatmap.robots import Robots, robots_of
from viewer.pages.heatmap.states import InStates, in_states, names_here, no_picture, state_choices
from viewer.pages.map.controls import device_choices, kind_choices, width_choices
from viewer.pages.map.elements import ElementLine
from viewer.pages.map.layer import Figure, Layer, ReachLayer
from viewer.pages.map.notes import reasons_of
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.parts import Empty, LedgerRow, Legend, PeriodControl, Picture, address, period_of
from viewer.pages.map.view import View
from viewer.pages.pictures.fields import Fields, address_of, fields_of, takeable
from viewer.query import Resolver, device_of, today
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots
from viewer.traffic import TrafficReader


@dataclass(frozen=True)
class Retake:
    """The form that takes the picture; no action, no form."""

    action: str = ""
    next: str = ""
    fields: Fields = ()
    every: str = ""  # label of the tick that takes all states; "" where the page has none


@dataclass(frozen=True, kw_only=True)
class HeatmapPage(Page):
    """One page at one width, `/sites/3/heatmap?page=shop.example/basket&kind=click&width=1366`."""

    template = "heatmap/heatmap.html"
    name: str = doc("Title of the page, else its path")
    path: str = doc("Path of the page, with its host where a site has several")
    picture_line: str = doc("When the picture was taken")
    retake: Retake = doc("The form that takes the picture anew")
    exports: list[Choice] = doc("The same map as PNG, CSV, JSON, NPY")
    kinds: list[Choice] = doc("Clicks, hover, reach")
    widths: list[Choice] = doc("Widths that have a picture, with the share of visitors on such devices")
    period: PeriodControl = doc("The choice of days")
    variants: list[Choice] = doc("Variants of experiments on this page; empty without any")
    devices: list[Choice] = doc("All devices, or those of the picture's width")
    states: list[Choice] = doc("The page as it opens and its states; empty where it has none")
    define: Choice | None = doc("Link to where states are defined, for those who may")
    in_states: InStates | None = doc("How many points were made in the states of the page")
    notes: tuple[str, ...] = doc("Warnings: the page changed, the picture is of another height")
    empty: Empty | None = doc("What to say when there is no picture or nothing to draw")
    picture: Picture | None = doc("The page picture with its heat layer")
    reach: ReachLayer | None = doc("Veil, curve and lines; only for reach")
    numbers: tuple[Figure, ...] = doc("Visitors and clicks, large")
    elements: tuple[ElementLine, ...] = doc("Elements with their numbers, best first: boxes on the picture and rows")
    columns: tuple[str, str, str] = doc("Heads of the table: share, base, and a third that may be empty")
    table_note: str = doc("What the shares are of")
    all_elements: Choice | None = doc("Link to the whole table")
    account: tuple[LedgerRow, ...] = doc("Received, left out, drawn")
    robots: Robots = doc("Which robots the map holds, and the switch that takes them in or leaves them out")
    account_line: str = doc("How well the points found their elements")
    unplaced: tuple[tuple[str, str], ...] = doc("Elements that are not on the picture, with their number of points")
    legend: Legend | None = doc("What the colours say")


async def heatmap(
    request: Request,
    *,
    registry: Registry,
    frames: Frames,
    urls: Urls,
    maps: Maps,
    traffic: TrafficReader,
    snapshots: SiteSnapshots,
    resolver: Resolver,
) -> Response:
    who = signed_in(request)
    site = await registry.site(request)
    frame = await frames.of(request, "pages", site)
    lang, view = frame.lang, View.of(request.query_params)
    since, until = view.period(today())
    page = await resolver.page(site, view.page)
    variant = await resolver.variant(site, view.variant)
    pictures, experiments = await snapshots.all(site), await registry.experiments(site)
    defined, devices = await registry.states(site), await traffic.devices(site, page, since, until)
    of_page = [s for s in pictures if matches(page, s.page)]
    names_of_states = names_here(lang, defined, of_page, page, view.state)
    here = [s for s in of_page if s.state == view.state]
    wanted = "=".join(variant) if variant else ""
    usable = [s for s in here if s.variant == wanted] or [s for s in here if not s.variant]
    width = view.width if any(s.width == view.width for s in usable) else max((s.width for s in usable), default=0)
    scope = Scope(int(site.id), (page,), view.kind, since, until, variant, view.device, view.bots)  # type: ignore[arg-type]
    # what the strips, the exports and other programs ask for: the page by its whole name, the width in figures
    query = View.query(view, page=page, width=width, every=False)
    query |= {"since": since.isoformat(), "until": until.isoformat()}
    query.pop("days", None)
    layer, found = None, await _found(maps, scope, width, view.state)
    if found is not None:
        heights = await snapshots.strips(found.snapshot.id)
        if isinstance(found, ReachMap):
            layer = reach_layer.layer(lang, urls, site.id, found, heights, view.every)
        else:
            layer = heat_layer.layer(lang, urls, site.id, found, heights, query, view.every, names_of_states)
    action = urls.heatmap(site.id)
    url = address_of(page, pictures)
    may_take = who.may("editor") and takeable(page)
    names, shot = page_names(pictures), next((s for s in usable if s.width == width), None)
    now = address(action, view.query())
    opened = names_of_states[view.state] if view.state else ""
    return answer(
        request,
        HeatmapPage(
            frame=frame,
            title=", ".join(part for part in (name_of(page, names), opened, _kind_name(lang, view.kind)) if part),
            name=name_of(page, names),
            path=page_path(page) if len({s.page.partition("/")[0] for s in pictures}) < 2 else page,
            picture_line=_picture_line(lang, shot),
            retake=_retake(lang, urls.take(site.id), now, url, variant, experiments, view, len(names_of_states) > 1)
            if may_take
            else Retake(),
            exports=_exports(urls, site, query) if layer else [],
            kinds=kind_choices(lang, view, action),
            widths=width_choices(lang, view, action, sorted({s.width for s in usable}, reverse=True), width, devices),
            period=period_of(view, lang, today(), action),
            variants=_variants(lang, view, action, page, experiments),
            devices=device_choices(lang, view, action, device_of(width) if width else "desktop"),
            states=state_choices(view, action, names_of_states),
            define=_define(lang, urls, site, page, len(names_of_states) > 1) if who.may("editor") else None,
            in_states=in_states(lang, view, action, names_of_states, found),
            notes=layer.notes if layer else (),
            empty=no_picture(lang, view, action, names_of_states[view.state], page_path(page), may_take)
            if view.state and not layer
            else _empty(lang, layer, found, view, action, page_path(page), sum(devices.values()), may_take),
            picture=layer.picture if layer else None,
            reach=layer.reach if layer else None,
            numbers=layer.figures if layer else (),
            elements=layer.elements if layer else (),
            columns=layer.columns if layer else ("", "", ""),
            table_note=layer.table_note if layer else "",
            all_elements=_all(lang, view, action, layer),
            account=layer.account if layer else (),
            robots=robots_of(lang, view, action, found.account) if found else Robots(),
            account_line=layer.account_line if layer else "",
            unplaced=layer.unplaced if layer else (),
            legend=layer.legend if layer else None,
        ),
    )


async def _found(maps: Maps, scope: Scope, width: int, state: str) -> Heatmap | ReachMap | None:
    """The map; None without a picture."""
    try:
        if scope.kind == "scroll":
            return await maps.reach(scope, width or None)
        return await maps.heatmap(scope, width or None, state)
    except NoSnapshot:
        return None


def _kind_name(lang: Language, kind: str) -> str:
    _ = lang.text
    return {"click": _("Clicks"), "hover": _("Hover"), "scroll": _("Reach")}[kind]


def _picture_line(lang: Language, shot: Snapshot | None) -> str:
    if shot is None:
        return ""
    moment, width = lang.moment(shot.taken), lang.number(shot.width)
    return lang.text("Picture of %(moment)s, %(width)s px wide", moment=moment, width=width)


def _fields(url: str, variant: tuple[str, str] | None, experiments: list[Experiment]) -> Fields:
    """The picture that the map stands on: of the variant when it has an address of its own."""
    if variant:
        for experiment in experiments:
            own = next((v.picture_url for v in experiment.variants if (experiment.id, v.key) == variant), "")
            if own:
                return fields_of((own, ":".join(variant)))
    return fields_of((url, ""))


def _retake(
    lang: Language,
    action: str,
    next: str,
    url: str,
    variant: tuple[str, str] | None,
    experiments: list[Experiment],
    view: View,
    has_states: bool,
) -> Retake:
    state = (("state", view.state),) if view.state else ()
    every = lang.text("all states") if has_states else ""
    return Retake(action, next, (*_fields(url, variant, experiments), *state), every)


def _define(lang: Language, urls: Urls, site: Site, page: str, has_states: bool) -> Choice:
    """To the list of states, or at once to the form of a first one for this page."""
    if has_states:
        return Choice(lang.text("Define states"), urls.states(site.id))
    return Choice(lang.text("Define a state of this page"), urls.new_state(site.id, page=page))


def _exports(urls: Urls, site: Site, query: dict[str, str]) -> list[Choice]:
    api = urls.api
    forms = ("png", "csv", "json", "npy")
    return [Choice(form.upper(), api("sites", site.id, "heatmap", **query, format=form)) for form in forms]


def _variants(lang: Language, view: View, action: str, page: str, experiments: list[Experiment]) -> list[Choice]:
    here = [e for e in experiments if any(matches(pattern, page) for pattern in e.pages)]
    if not here:
        return []
    choices = [Choice(lang.text("All"), address(action, view.query(variant="")), not view.variant)]
    for experiment in here:
        for variant in experiment.variants:
            text = f"{experiment.id}:{variant.key}"
            label = f"{experiment.name}: {variant.name}" if len(here) > 1 else variant.name
            choices.append(Choice(label, address(action, view.query(variant=text)), view.variant == text))
    return choices


def _all(lang: Language, view: View, action: str, layer: Layer | None) -> Choice | None:
    if layer is None or view.every or all(element.listed for element in layer.elements):
        return None
    label = lang.text("All %(n)s elements", n=lang.number(len(layer.elements)))
    return Choice(label, address(action, view.query(every=True)))


def _empty(
    lang: Language,
    layer: Layer | None,
    found: Heatmap | ReachMap | None,
    view: View,
    action: str,
    path: str,
    visitors: int,
    may_take: bool,
) -> Empty | None:
    _ = lang.text
    if layer is None:
        waiting = lang.plural(
            "%(num)s visitor was on it in these days: what they did is kept and waits for a picture.",
            "%(num)s visitors were on it in these days: what they did is kept and waits for a picture.",
            visitors,
        )
        why = _("A map is drawn on a picture of the page, and nobody has taken one at this width yet.")
        return Empty(_("No picture of %(path)s yet", path=path), (why, waiting) if visitors else (why,), take=may_take)
    if layer.drawn:
        return None
    heading = _("No view is left to draw") if view.kind == "scroll" else _("Nothing is left to draw")
    narrowed = bool(view.device or view.variant)
    reasons = reasons_of(lang, found.warnings) if found else ()
    actions = []
    if narrowed:
        actions.append(Choice(_("Show everyone"), address(action, view.query(device="", variant="")), True))
    if view.chosen_days or view.days < 90:
        longer = address(action, view.query(days=90, since="", until=""))
        actions.append(Choice(_("Show 90 days"), longer, not narrowed))
    switch = robots_of(lang, view, action, found.account).switch if found else None
    if switch and not view.bots:
        actions.append(switch)
    return Empty(heading, reasons, tuple(actions), layer.account)
