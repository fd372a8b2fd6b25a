"""All sites, and adding one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.traffic import SiteTraffic, pages_of, site_traffic
from rules.domains import covers_many_owners, domain_of, network_of
from rules.site import add_site
from store.client import StoreError
from store.records import Site
from store.tallies import Tally
from viewer.auth import require
from viewer.lately import read_lately
from viewer.query import period, today

from .languages import Language
from .page import Page, doc
from .serve import answer, frame_of, go, lines, signed_in, viewer_of

REFUSED_ALARM = 0.01  # share of messages refused from which the figure is red
QUIET_AFTER = 20  # times the usual gap between views
QUIET_LEAST = 1800.0  # seconds: nobody worries earlier


@dataclass(frozen=True)
class State:
    """Whether data arrives, in words."""

    words: str
    more: str
    css: str
    receiving: bool


@dataclass(frozen=True)
class SiteRow:
    name: str
    href: str
    setup: str
    domains: str
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
class Note:
    words: str
    href: str


@dataclass(frozen=True)
class SiteForm:
    """What was typed about a site."""

    name: str = ""
    domains: str = ""
    allow_private: bool = False
    keep_query: str = ""
    fetch_from: str = ""
    staff_networks: str = ""
    staff_ids: str = ""  # as typed, or as marks (store/visitors.py)
    version: int = 0
    problem: str = ""

    @property
    def bookmark(self) -> str:
        """Chosen on a page of the site, it asks the tracker there not to count this browser."""
        return "javascript:parcours('exclude')"

    @classmethod
    def of(cls, site: Site) -> SiteForm:
        domains, keys = "\n".join(site.domains), "\n".join(site.keep_query)
        networks, ids = "\n".join(site.staff_networks), "\n".join(site.staff_ids)
        return cls(site.name, domains, site.allow_private, keys, site.fetch_from, networks, ids, site.version)

    @classmethod
    def typed(cls, form: Any) -> SiteForm:
        version = str(form.get("version", "0"))
        return cls(
            name=str(form.get("name", "")).strip(),
            domains=str(form.get("domains", "")),
            allow_private=form.get("allow_private") == "1",
            keep_query=str(form.get("keep_query", "")),
            fetch_from=str(form.get("fetch_from", "")).strip(),
            staff_networks=str(form.get("staff_networks", "")),
            staff_ids=str(form.get("staff_ids", "")),
            version=int(version) if version.isdigit() else 0,
        )

    def fault(self, lang: Language, taken: set[str]) -> str:
        """What is wrong with it, in words; empty when nothing is. `taken`: names of the other sites."""
        _ = lang.text
        if not self.name or self.name.isdigit():
            return _("A site needs a name, and not a number alone.")
        if self.name in taken:
            return _("There is already a site of this name. Choose another one.")
        if not lines(self.domains):
            return _("A site needs at least one domain, such as shop.example.")
        for text in lines(self.domains):
            if covers_many_owners(text):
                return _("“%(text)s” would take in other people's sites: write your own, as *.shop.example.", text=text)
            try:
                domain_of(text)
            except StoreError:
                return _("“%(text)s” is no domain: write shop.example, *.shop.example or 127.0.0.1:8001.", text=text)
        for text in lines(self.staff_networks):
            try:
                network_of(text)
            except StoreError:
                return _(
                    "“%(text)s” is no address or network of a team: "
                    "write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48.",
                    text=text,
                )
        if any(len(id) > 64 for id in lines(self.staff_ids)):
            return _("An id of a visitor has at most 64 letters.")
        return ""

    def fields(self) -> dict[str, Any]:
        """As fields of a Site. StoreError when a domain is none."""
        return {
            "name": self.name,
            "domains": tuple(dict.fromkeys(domain_of(d) for d in lines(self.domains))),
            "allow_private": self.allow_private,
            "keep_query": lines(self.keep_query),
            "fetch_from": self.fetch_from,
            "staff_networks": tuple(dict.fromkeys(network_of(n) for n in lines(self.staff_networks))),
        }


@dataclass(frozen=True, kw_only=True)
class SitesPage(Page):
    """All sites with their state, `/sites`."""

    template = "sites.html"
    sites: list[SiteRow] = doc("A row a site")
    notes: list[Note] = doc("Sites that refuse much of what they are sent")
    can_edit: bool = doc("Whether the person may add a site")


@dataclass(frozen=True, kw_only=True)
class NewSitePage(Page):
    """The form that adds a site, `/sites/new`."""

    template = "site_new.html"
    form: SiteForm = doc("What was typed so far, and what is wrong with it")


def state_of(lang: Language, traffic: SiteTraffic, now_ms: float) -> State:
    """Receiving, quiet (for much longer than usual) or waiting for the first view."""
    _ = lang.text
    if not traffic.last_view_ms:
        return State(_("Waiting for the first view"), "", "off", False)
    gap = max(0.0, now_ms - traffic.last_view_ms) / 1000
    usual = 28 * 86_400 / traffic.views_28 if traffic.views_28 else 86_400.0
    if gap > max(QUIET_LEAST, QUIET_AFTER * usual):
        more = _("usually every %(span)s", span=lang.span(usual * 1000)) if traffic.views_28 else ""
        return State(_("Quiet for %(span)s", span=lang.span(gap * 1000)), more, "off warn", True)
    return State(_("Receiving"), _("last view %(span)s ago", span=lang.span(gap * 1000)), "good", True)


@require("viewer")
async def sites(request: Request) -> Response:
    viewer, who = viewer_of(request), signed_in(request)
    frame = await frame_of(request, "sites")
    lang, (since, until) = frame.lang, period({})
    rows, notes = [], []

    def measure(site: Site, unsaved: Mapping[str, Tally]) -> tuple[SiteTraffic, set[str], set[str], float | None]:
        number = int(site.id)
        known = {row.page for row in pages_of(viewer.store, number, since, until)}
        shot = {s.page for s in viewer.snapshots.list(number) if not s.variant and not s.state}
        share = read_lately(viewer.store, number, unsaved).refused_share
        return site_traffic(viewer.store, number, today()), known, shot, share

    for site in await viewer.run(viewer.definitions.find, Site):
        unsaved = viewer.intake(int(site.id)).unsaved if viewer.intake else {}
        traffic, known, shot, share = await viewer.run(measure, site, unsaved)
        state = state_of(lang, traffic, time.time() * 1000)
        setup = viewer.urls.site(site.id)
        rows.append(
            SiteRow(
                name=site.name,
                href=viewer.urls.pages(site.id) if state.receiving else setup,
                setup=setup,
                domains=lang.plural("%(num)s domain", "%(num)s domains", len(site.domains)),
                state=state.words,
                state_more=state.more,
                state_css=state.css,
                today=lang.number(traffic.views_today) if traffic.views_today else "",
                month=lang.number(traffic.views_28) if traffic.views_28 else "",
                daily=[int(n) for n in traffic.daily],
                refused="" if not share else lang.share(share, 1 if share >= 0.001 else 2),
                refused_bad=bool(share and share > REFUSED_ALARM),
                pictures=lang.text("%(n)s of %(all)s", n=lang.number(len(shot & known)), all=lang.number(len(known))),
            )
        )
        if share and share > REFUSED_ALARM:
            words = lang.text("%(site)s refuses %(share)s of what it is sent.", site=site.name, share=lang.share(share))
            notes.append(Note(words, f"{setup}#refusals"))
    page = SitesPage(frame=frame, title=lang.text("Sites"), sites=rows, notes=notes, can_edit=who.may("editor"))
    return answer(request, page)


@require("editor")
async def new_site(request: Request) -> Response:
    """GET shows the form, POST adds the site and goes on to its set-up."""
    viewer = viewer_of(request)
    frame = await frame_of(request, "sites")
    form, status = SiteForm(), 200
    if request.method == "POST":
        form = SiteForm.typed(await request.form())
        taken = {site.name for site in await viewer.run(viewer.definitions.find, Site)}
        problem = form.fault(frame.lang, taken)
        if not problem:
            try:
                site = await viewer.run(lambda: add_site(viewer.definitions, **form.fields()))
            except StoreError as error:
                problem = str(error)
            else:
                viewer.work.forget()
                return go(viewer.urls.site(site.id))
        form, status = replace(form, problem=problem), 422
    return answer(request, NewSitePage(frame=frame, title=frame.lang.text("Add a site"), form=form), status)
