"""Gathers what the live check of a site is made of: its page, what the collectors counted, what the browser told."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from rules import site as rules
from rules.find import stored_of
from rules.period import Period, today
from store.records import Site
from viewer.access.person import signed_in
from viewer.health import Health, SiteHealth
from viewer.http.urls import Urls
from viewer.pages.frame.frames import PRIVACY_COOKIE, Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.pages.frame.receiving import receiving_of
from viewer.pages.pictures.fields import address_of, fields_of, takeable
from viewer.pages.sites.live_check import LiveCheck, Seen, live_steps, said
from viewer.pages.sites.next_steps import NextStep, next_steps
from viewer.pages.sites.refusals import OF_PROGRAMS
from viewer.registry import Registry
from viewer.site_check.diagnosis import ALL_WELL, Arrivals, Browser, CheckFinding, Refused, diagnose
from viewer.site_check.reading import PageReader, PageReading, address_in, start_addresses
from viewer.site_snapshots import SiteSnapshots
from viewer.traffic import TrafficReader


@dataclass(frozen=True, kw_only=True)
class CheckPage(Page):
    """The live check alone, as the set-up page shows it, `/sites/3/check`."""

    template = "sites/check.html"
    docs = "set-up#the-check"
    check: LiveCheck = doc("The steps, the first that fails, and its remedy")
    next: tuple[NextStep, ...] = doc("What to do once views are received")
    take_action: str = doc("Where the form that takes a picture posts to")
    take_next: str = doc("Where to go once the picture is taken")


@dataclass(frozen=True)
class Checked:
    """The check of a site for a page: see CheckPage."""

    check: LiveCheck
    next: tuple[NextStep, ...]
    take_next: str


class LiveChecker:
    """Makes the live check of a site."""

    def __init__(
        self,
        urls: Urls,
        health: Health,
        traffic: TrafficReader,
        snapshots: SiteSnapshots,
        registry: Registry,
        reader: PageReader,
    ) -> None:
        self._urls = urls
        self._health = health
        self._traffic = traffic
        self._snapshots = snapshots
        self._registry = registry
        self._reader = reader

    async def of(self, request: Request, site: Site, lang: Language, *, reads: bool) -> Checked:
        """`reads`: whether the page of the site is read; without, the check says that it will be."""
        urls, who, now, query = self._urls, signed_in(request), time.time(), request.query_params
        health = await self._health.of(site)
        pictures = await self._snapshots.all(site)
        robots = await self._traffic.by_robot(site)
        arrivals = arrivals_of(lang, health, robots, now)
        typed = address_in(site, query.get("page", ""))
        addresses = (typed,) if typed else start_addresses(site)
        reading = await self._read(site, addresses) if reads else None
        browser = Browser(_seconds(query.get("opened", "")), query.get("blocked") == "1")
        finding = await self._named(diagnose(site, urls.base, reading, arrivals, browser, now), site, request)
        finding = _with_setting(finding, health)
        busiest = next(filter(takeable, await self._traffic.visited(site, *Period().span(today(site.zone)))), "")
        can_edit = who.may("editor")
        seen = Seen(
            site=site,
            base=urls.base,
            finding=finding,
            reading=reading,
            page=reading.asked if reading else addresses[0],
            first_view=lang.moment(health.traffic.last_view_ms) if health.traffic.last_view_ms else "",
            picture=lang.moment(max(p.taken for p in pictures)) if pictures else "",
            take=fields_of((address_of(busiest, pictures), "")) if busiest and can_edit else (),
            can_edit=can_edit,
        )
        steps = live_steps(lang, urls, seen)
        arrived = finding == ALL_WELL or (finding.step == "view" and finding.warns)
        check = LiveCheck(
            steps=steps,
            said=said(lang, steps),
            code=finding.code,
            arrived=arrived,
            finished=finding == ALL_WELL and bool(pictures),
            page_href=seen.page,
            poll_href=urls.check(site.id, page=typed),
            read=lang.text("read %(span)s ago", span=lang.span(max(0.0, now - reading.at) * 1000)) if reading else "",
            accept=urls.accept_domain(site.id),
        )
        read = request.cookies.get(PRIVACY_COOKIE) == "1"
        following = await next_steps(lang, urls, self._registry, site, who, read) if arrived else ()
        take_next = urls.heatmap(site.id, page=busiest) if busiest else urls.pages(site.id)
        return Checked(check, following, take_next)

    async def _read(self, site: Site, addresses: tuple[str, ...]) -> PageReading:
        found = await self._reader.read(site, addresses[0])
        for address in addresses[1:]:
            if found.outcome in ("unreachable", "certificate", "timeout"):
                other = await self._reader.read(site, address)
                found = other if other.outcome == "read" else found
        return found

    async def _named(self, finding: CheckFinding, site: Site, request: Request) -> CheckFinding:
        """With the name of the site whose key the page has, if the person sees that site."""
        if finding.code != "other_key" or finding.line is None:
            return finding
        who, key = signed_in(request), finding.line.key
        names = tuple(
            one.name
            for one in await self._registry.sites()
            if who.sees(one.id) and key in (one.key, *(old.key for old in one.old_keys))
        )
        return replace(finding, names=names)


def arrivals_of(lang: Language, health: SiteHealth, robots: Mapping[str, int], now: float) -> Arrivals:
    """What the collectors counted; `robots`: views by reason, "" for those of people."""
    intake, traffic = health.intake, health.traffic
    refused = {
        reason: Refused(tally.count, tally.example, tally.last_ms / 1000)
        for reason, tally in health.recent.refused.items()
        if reason not in OF_PROGRAMS
    }
    return Arrivals(
        last_view=traffic.last_view_ms / 1000,
        quiet=receiving_of(lang, traffic, now * 1000).quiet,
        people=robots.get("", 0) or traffic.views_28,  # the views of a site that keeps counts only are gone
        robots={reason: views for reason, views in robots.items() if reason},
        accepted=None if intake is None else intake.accepted - intake.from_backend,
        last_message=intake.last_accepted_ms / 1000 if intake else 0.0,
        clamped=intake.clamped if intake else 0,
        quarantined=intake.quarantined if intake else 0,
        refused=refused,
        unknown_key=health.unknown_keys,
        script_asked=health.script_asked,
        untrusted_proxies=tuple(proxy.address for proxy in health.untrusted_proxies),
    )


def _with_setting(finding: CheckFinding, health: SiteHealth) -> CheckFinding:
    """A proxy with the line that makes it trusted."""
    if finding.code != "proxy":
        return finding
    proxy = health.untrusted_proxies[0]
    return replace(finding, names=(proxy.address, proxy.setting))


def _seconds(text: str) -> float:
    """Milliseconds since 1970 of the query as seconds; 0 for anything else."""
    return int(text) / 1000 if text.isascii() and text.isdigit() and len(text) <= 15 else 0.0


async def show(request: Request, *, registry: Registry, frames: Frames, urls: Urls, checker: LiveChecker) -> Response:
    """GET answers the check alone, as the set-up page shows it every five seconds."""
    site = await registry.site(request)
    frame = await frames.of(request, "setup", site)
    checked = await checker.of(request, site, frame.lang, reads=True)
    page = CheckPage(
        frame=frame,
        title=frame.lang.text("Is it working?"),
        check=checked.check,
        next=checked.next,
        take_action=urls.take(site.id),
        take_next=checked.take_next,
    )
    return answer(request, page)


async def accept(request: Request, *, registry: Registry, urls: Urls) -> Response:
    """POST adds a domain to the site. InvalidDefinition if it cannot be one, Conflict if the site was changed since."""
    site, typed = await registry.site(request), await request.form()
    domain = str(typed.get("domain", ""))
    stored = stored_of(await registry.find(Site, site.id))
    fields = {"domains": [*site.domains, domain], "version": stored.version}
    await registry.change(lambda definitions: rules.change(definitions, stored, fields, signed_in(request).name))
    return go(urls.site(site.id))
