"""The set-up of a site: the line to paste, the live check, and what comes next."""

from __future__ import annotations

import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from store.sites import script_href
from viewer.access.person import signed_in
from viewer.health import Health, UntrustedProxy
from viewer.http.urls import Urls
from viewer.pages.frame.frames import Frames, answer, keep
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.frame.receiving import receiving_of
from viewer.pages.frame.settings_bar import settings_bar
from viewer.pages.sites import messages
from viewer.pages.sites.checking import LiveChecker
from viewer.pages.sites.live_check import LiveCheck
from viewer.pages.sites.mostly_bots import mostly_bots
from viewer.pages.sites.next_steps import NextStep
from viewer.pages.sites.platforms import Platform, chosen, platforms
from viewer.registry import Registry
from viewer.traffic import TrafficReader

PLATFORM_COOKIE = "parcours-made-with"


@dataclass(frozen=True, kw_only=True)
class SetupPage(Page):
    """The line to paste, and whether it works, `/sites/3`."""

    template = "sites/setup.html"
    docs = "set-up"
    settings: list[Choice] = doc("The pages of the site's settings")
    name: str = doc("Name of the site")
    untrusted_proxies: tuple[UntrustedProxy, ...] = doc("Proxies behind which all visitors count as one")
    state: str = doc("Receiving, quiet or waiting")
    state_more: str = doc("When the last view came")
    state_css: str = doc("CSS class of the state")
    receiving: bool = doc("Whether any view was received")
    pages_href: str = doc("Address of its pages")
    platforms: list[Choice] = doc("What sites are made with")
    platform: Platform = doc("Where the line goes on the chosen one")
    probe: str = doc("Address at which the browser tries whether it may load the script")
    tests_line: str = doc("How much came from pages on localhost, in a sentence")
    check: LiveCheck = doc("The steps, the first that fails, and its remedy")
    next: tuple[NextStep, ...] = doc("What to do once views are received")
    mostly_bots: str = doc("That most visits count as bots for one reason, and what to set; empty: they do not")
    other_clock: str = doc("That most visitors live in another time than the site's, in a sentence; empty: they do not")
    zone_href: str = doc("Where the time zone is changed")
    own_programs: str = doc("How much the owner's programs sent, in a sentence")
    take_action: str = doc("Where the form that takes a picture posts to")
    take_next: str = doc("Where to go once the picture is taken")


async def show(
    request: Request,
    *,
    registry: Registry,
    frames: Frames,
    urls: Urls,
    health: Health,
    traffic: TrafficReader,
    checker: LiveChecker,
) -> Response:
    """GET shows it; with `?check=1` the page of the site is read first, which scripts otherwise ask for."""
    site = await registry.site(request)
    frame = await frames.of(request, "setup", site)
    lang, found = frame.lang, await health.of(site)
    state = receiving_of(lang, found.traffic, time.time() * 1000)
    known = platforms(lang, urls.base, site)
    platform = chosen(known, request.query_params.get("with") or request.cookies.get(PLATFORM_COOKIE, ""))
    checked = await checker.of(request, site, lang, reads=request.query_params.get("check") == "1")
    shown_by_check = checked.check.code
    page = SetupPage(
        frame=frame,
        title=lang.text("Set-up of %(site)s", site=site.name),
        settings=settings_bar(lang, urls, site, signed_in(request), "setup"),
        name=site.name,
        untrusted_proxies=() if shown_by_check == "proxy" else found.untrusted_proxies,
        state=state.words,
        state_more=state.more,
        state_css=state.css,
        receiving=state.receiving,
        pages_href=urls.pages(site.id),
        platforms=[Choice(one.name, f"{urls.site(site.id)}?with={one.key}", one.key == platform.key) for one in known],
        platform=platform,
        probe=f"{script_href(urls.root)}?probe",
        tests_line=messages.tests_line(lang, found.intake),
        check=checked.check,
        next=checked.next,
        mostly_bots="" if shown_by_check == "robots" else mostly_bots(lang, await traffic.mostly_bots(site)),
        other_clock="" if site.demo else messages.other_clock(lang, await traffic.other_clock(site)),
        zone_href=urls.site_settings(site.id) + "#timezone",
        own_programs=messages.own_programs(lang, found.intake),
        take_action=urls.take(site.id),
        take_next=checked.take_next,
    )
    response = answer(request, page)
    if "with" in request.query_params:
        keep(response, PLATFORM_COOKIE, platform.key, urls.site(site.id))
    return response
