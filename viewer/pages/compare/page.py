"""Two variants of a page side by side: two maps on one scale, their difference, the tested table."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.comparison import Comparison
from aggregator.pictures.newest import NoSnapshot
from aggregator.shapes.scope import Scope
from store.kinds import POINT_KINDS
from store.pages import matches, page_path
from store.records import Experiment, Site
from store.snapshots import Snapshot
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.maps import Maps
from viewer.pages.compare.rows import Difference, Row, axis_of, difference_of, reach_of, rows_of, says_something
from viewer.pages.compare.verdict import Check, Verdict, checks_of, method_of, notes_of, verdict_of
from viewer.pages.experiments.page import days_line
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.heatmap.heat_layer import drawn_picture, legend_of
from viewer.pages.map.controls import device_choices, kind_choices, width_choices
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.parts import Empty, Legend, PeriodControl, Picture, Tick, address, period_of
from viewer.pages.map.view import View
from viewer.pages.pictures.fields import Fields, address_of, fields_of, takeable
from viewer.query import Resolver, device_of, today
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots
from viewer.traffic import TrafficReader

KINDS = POINT_KINDS


@dataclass(frozen=True)
class Pane:
    title: str
    visitors: str
    picture: Picture


@dataclass(frozen=True, kw_only=True)
class ComparePage(Page):
    """An experiment on one page, `/sites/3/experiments/buy-button?page=shop.example/lamp&width=1366`."""

    template = "compare/compare.html"
    name: str = doc("Name of the experiment")
    of_line: str = doc("Pages and days it is about")
    kind: str = doc("click or hover")
    edit_href: str = doc("Address of the form that changes it; empty when the person may not")
    exports: list[Choice] = doc("The same comparison as PNG, CSV, JSON, NPY")
    kinds: list[Choice] = doc("Clicks, hover")
    widths: list[Choice] = doc("Widths that have a picture")
    pages: list[Choice] = doc("Pages that the experiment runs on")
    period: PeriodControl = doc("The choice of days")
    devices: list[Choice] = doc("All devices, or those of the picture's width")
    empty: Empty | None = doc("What to say when there is no visitor or no picture")
    verdict: Verdict | None = doc("The result in a sentence, or why there is none")
    checks: list[Check] = doc("Planned size, length, sample ratio, seen both")
    notes: tuple[str, ...] = doc("Warnings of the comparison and its maps")
    panes: list[Pane] = doc("The two maps")
    legend: Legend | None = doc("What the colours of both maps say")
    difference: Difference | None = doc("The third pane: elements that differ")
    rows: list[Row] = doc("Element by element")
    all_rows: Choice | None = doc("Link to the whole table")
    axis: tuple[Tick, ...] = doc("Ticks over the intervals")
    interval_label: str = doc("Head of the column of intervals")
    method: str = doc("How it was counted, in a few sentences")
    retake: Fields = doc("Fields of the form that takes both pictures anew")
    take_action: str = doc("Where that form posts to")
    take_next: str = doc("Where to go on to when they are taken")


async def compare(
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
    experiment = await registry.experiment(site, request.path_params["experiment"])
    frame = await frames.of(request, "experiments", site)
    lang = frame.lang
    view = replace(View.of(request.query_params), bots=False)  # a test is about people
    since, until = view.period(today())
    if not view.chosen_days and "days" not in request.query_params and experiment.started:
        since = min(until, date.fromisoformat(experiment.started))
        until = min(until, date.fromisoformat(experiment.ended)) if experiment.ended else until

    visited = [row.page for row in await traffic.of_pages(site, since, until)]
    known = [p for p in visited if any(matches(x, p) for x in experiment.pages)]
    pictures = await snapshots.all(site)
    page = await resolver.page(site, view.page) if view.page else next(iter(known), "")
    action, names = urls.experiment(site.id, experiment.id), page_names(pictures)
    usable = [s for s in pictures if s.page == page and not s.state]
    widths = sorted({s.width for s in usable}, reverse=True)
    width = view.width if view.width in widths else max(widths, default=0)
    kind = view.kind if view.kind in KINDS else "click"
    found: Comparison | None = None
    if page:
        scope = Scope(int(site.id), (page,), kind, since, until, None, view.device)  # type: ignore[arg-type]
        with suppress(NoSnapshot):
            found = await maps.comparison(scope, experiment, width or None)
    takes = _takes(experiment, page, pictures) if who.may("editor") and page and takeable(page) else ()
    query = view.query(page=page, width=width, kind=kind, variant="")
    query |= {"since": since.isoformat(), "until": until.isoformat()}
    query.pop("days", None)
    devices = await traffic.devices(site, page, since, until) if page else {}
    cap = reach_of(found) if found else 0.04
    shown = replace(view, since=since.isoformat(), until=until.isoformat())
    period = shown if not view.chosen_days and experiment.started and "days" not in request.query_params else view
    return answer(
        request,
        ComparePage(
            frame=frame,
            title=experiment.name,
            name=experiment.name,
            of_line=_of_line(lang, experiment),
            kind=kind,
            edit_href=urls.edit_experiment(site.id, experiment.id) if who.may("editor") else "",
            exports=_exports(urls, site, experiment, query) if found else [],
            kinds=kind_choices(lang, view, action, KINDS),
            widths=width_choices(lang, view, action, widths, width, devices),
            pages=[Choice(name_of(p, names), address(action, view.query(page=p)), p == page) for p in known[:40]],
            period=period_of(period, lang, today(), action),
            devices=device_choices(lang, view, action, device_of(width) if width else "desktop"),
            empty=None if found else _empty(lang, page, experiment, takes),
            verdict=verdict_of(lang, found) if found else None,
            checks=checks_of(lang, found, since, until) if found else [],
            notes=notes_of(lang, found) if found else (),
            panes=await _panes(urls, snapshots, lang, site, found, query) if found else [],
            legend=legend_of(lang, found.scale, kind, shared=True) if found else None,
            difference=difference_of(lang, urls, site.id, found, await snapshots.strips(found.arms[1].snapshot.id), cap)
            if found
            else None,
            rows=rows_of(lang, found, cap, view.every) if found else [],
            all_rows=_all(lang, found, view, action),
            axis=axis_of(lang, cap),
            interval_label=lang.text("Interval"),
            method=method_of(lang, found) if found else "",
            retake=takes if found else (),
            take_action=urls.take(site.id),
            take_next=address(action, view.query()),
        ),
    )


def _all(lang: Language, found: Comparison | None, view: View, action: str) -> Choice | None:
    if found is None or view.every or all(says_something(row) == says_something(found.rows[0]) for row in found.rows):
        return None
    label = lang.text("All %(n)s elements", n=lang.number(len(found.rows)))
    return Choice(label, address(action, view.query(every=True)))


def _of_line(lang: Language, experiment: Experiment) -> str:
    days = days_line(lang, experiment)
    return ", ".join(experiment.pages[:3]) + (f", {days}" if days else "")


def _takes(experiment: Experiment, page: str, pictures: list[Snapshot]) -> Fields:
    """The pictures that the comparison stands on: of each variant that has an address, else the usual one."""
    usual = address_of(page, pictures)
    wanted = [(v.picture_url, f"{experiment.id}:{v.key}") for v in experiment.variants[:2] if v.picture_url]
    return fields_of(*(wanted if len(wanted) == 2 else [*wanted, (usual, "")]))


def _exports(urls: Urls, site: Site, experiment: Experiment, query: dict[str, str]) -> list[Choice]:
    api = urls.api
    return [
        Choice(form.upper(), api("sites", site.id, "compare", **query, experiment=experiment.id, format=form))
        for form in ("png", "csv", "json", "npy")
    ]


async def _panes(
    urls: Urls, snapshots: SiteSnapshots, lang: Language, site: Site, found: Comparison, query: dict[str, str]
) -> list[Pane]:
    """The maps of the two arms, capped alike."""
    panes = []
    for letter, arm in zip("AB", found.arms, strict=True):
        key = arm.scope.variant[1] if arm.scope.variant else ""
        name = next((v.name for v in found.experiment.variants if v.key == key), key)
        heights = await snapshots.strips(arm.snapshot.id)
        own = query | {"variant": f"{found.experiment.id}:{key}", "cap": f"{found.scale.cap:g}"}
        own["width"] = str(arm.snapshot.width)
        title = letter if name == letter else f"{letter}, {name}"
        visitors = lang.plural("%(num)s visitor", "%(num)s visitors", arm.visitors)
        picture = drawn_picture(urls, site.id, arm.snapshot.id, arm.snapshot.width, heights, own)
        panes.append(Pane(title, visitors, picture))
    return panes


def _empty(lang: Language, page: str, experiment: Experiment, takes: Fields) -> Empty:
    _ = lang.text
    if not page:
        patterns = ", ".join(experiment.pages)
        return Empty(
            _("No visitor on these pages yet"),
            (
                _("Nobody was on %(patterns)s in these days.", patterns=patterns),
                _("Check the pages of the experiment, and that your site sends the key “%(key)s”.", key=experiment.id),
            ),
        )
    return Empty(
        _("No picture of %(path)s yet", path=page_path(page)),
        (_("The two maps are drawn on pictures of the variants, and there is none yet."),),
        take=takes,
    )
