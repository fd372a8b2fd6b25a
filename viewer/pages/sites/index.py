"""All sites, and adding one."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from rules import site as rules
from rules.faults import InvalidDefinition
from rules.period import Period, today
from store.records import Site
from store.zone_names import machine_zone, zone_names
from viewer.access.person import signed_in
from viewer.access.site_rights import check_site_fields
from viewer.health import Health, SiteHealth
from viewer.http.urls import Urls
from viewer.pages.forms.faults import RejectedRow, form_faults, rejected_row
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.pages.frame.receiving import receiving_of
from viewer.pages.sites.form import SiteForm, label, schedules
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots
from viewer.traffic import TrafficReader

REFUSED_ALARM = 0.01  # share of messages refused; from here on the figure is red


@dataclass(frozen=True)
class SiteRow:
    name: str
    href: str
    setup: str
    domains: str
    zone: str
    state: str
    state_more: str
    state_css: str
    today: str
    month: str
    daily: list[int]
    refused: str
    refused_bad: bool
    pictures: str


@dataclass(frozen=True)
class SiteWarning:
    words: str
    href: str


@dataclass(frozen=True, kw_only=True)
class SitesPage(Page):
    """All sites with their state, `/sites`."""

    template = "sites/index.html"
    docs = "set-up"
    sites: list[SiteRow] = doc("One row per site")
    notes: list[SiteWarning] = doc("Sites that refuse a large share of their messages")
    can_edit: bool = doc("Whether the person may add a site")
    rejected: list[RejectedRow] = doc("Sites that the current rules reject, with their faults")


@dataclass(frozen=True, kw_only=True)
class NewSitePage(Page):
    """The form that adds a site, `/sites/new`."""

    template = "sites/new.html"
    docs = "set-up"
    form: SiteForm = doc("The fields as typed, and their faults")
    is_owner: bool = doc("Whether the person may allow private addresses")
    schedules: tuple[tuple[str, str], ...] = doc("The schedules of retakes, with their labels")
    zones: tuple[str, ...] = doc("The names of time zones")


async def index(
    request: Request,
    *,
    registry: Registry,
    frames: Frames,
    urls: Urls,
    health: Health,
    traffic: TrafficReader,
    snapshots: SiteSnapshots,
) -> Response:
    """GET lists the sites."""
    frame = await frames.of(request, "sites")
    lang = frame.lang
    rows, warnings = [], []
    who = signed_in(request)
    for site in [one for one in await registry.sites() if who.sees(one.id)]:
        known = set(await traffic.visited(site, *Period().span(today(site.zone))))
        shot = {s.page for s in await snapshots.all(site) if not s.variant and not s.state}
        found = await health.of(site)
        rows.append(_row(lang, urls, site, found, (len(shot & known), len(known))))
        share = found.recent.refused_share
        if share and share > REFUSED_ALARM:
            words = lang.text("%(site)s refuses %(share)s of what it is sent.", site=site.name, share=lang.share(share))
            warnings.append(SiteWarning(words, urls.site_settings(site.id) + "#refusals"))
    page = SitesPage(
        frame=frame,
        title=lang.text("Sites"),
        sites=rows,
        notes=warnings,
        can_edit=who.may("editor"),
        rejected=[
            rejected_row(lang, one, label, urls.site_settings(one.id) if one.record else "")
            for one in (await registry.listing(Site)).rejected
            if who.sees(one.id)
        ],
    )
    return answer(request, page)


def _row(lang: Language, urls: Urls, site: Site, found: SiteHealth, pictures: tuple[int, int]) -> SiteRow:
    """`pictures`: the number of pages with a picture, of all pages visited."""
    traffic, share, setup = found.traffic, found.recent.refused_share, urls.site(site.id)
    state = receiving_of(lang, traffic, time.time() * 1000)
    have, known = pictures
    return SiteRow(
        name=site.name,
        href=urls.overview(site.id) if state.receiving else setup,
        setup=setup,
        domains=lang.plural("%(num)s domain", "%(num)s domains", len(site.domains)),
        zone=site.zone.name,
        state=state.words,
        state_more=state.more,
        state_css=state.css,
        today=lang.number(traffic.views_today) if traffic.views_today else "",
        month=lang.number(traffic.views_28) if traffic.views_28 else "",
        daily=[int(n) for n in traffic.daily],
        refused="" if not share else lang.share(share, 1 if share >= 0.001 else 2),
        refused_bad=bool(share and share > REFUSED_ALARM),
        pictures=lang.text("%(n)s of %(all)s", n=lang.number(have), all=lang.number(known)),
    )


async def new_site(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET shows the form, POST adds the site and redirects to its set-up."""
    frame, form = await frames.of(request, "sites"), SiteForm(timezone=machine_zone().name)
    who = signed_in(request)
    if request.method == "POST":
        form = SiteForm.typed(await request.form())
        fields = rules.with_zone(form.fields(owner=who.may("owner")))
        try:
            check_site_fields(who, fields)
            site = await registry.change(lambda definitions: rules.add(definitions, fields, who.name))
            return go(urls.site(site.id))
        except InvalidDefinition as error:
            form = replace(form, faults=form_faults(frame.lang, "site", error.faults, label))
    page = NewSitePage(
        frame=frame,
        title=frame.lang.text("Add a site"),
        form=form,
        is_owner=who.may("owner"),
        schedules=schedules(frame.lang),
        zones=zone_names(),
    )
    return answer(request, page, form.faults.status)
