"""The set-up of a site: the snippet, the live check, refusals, domains."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from rules import site as rules
from rules.faults import InvalidDefinition
from rules.find import Rejected, stored_of, usable
from rules.period import Period, today
from store.definitions import Conflict
from store.erasure import RETENTION
from store.records import Erasure, Site
from store.sites import rotate_key
from store.zone_names import zone_names
from viewer.access.person import signed_in
from viewer.access.site_rights import check_site_fields
from viewer.erasing import Erasing
from viewer.health import Health, UntrustedProxy
from viewer.http.urls import Urls
from viewer.pages.forms.faults import form_faults, stored_faults, too_late
from viewer.pages.frame.frames import Frames, answer, go, keep, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.frame.receiving import receiving_of
from viewer.pages.frame.settings_bar import settings_bar
from viewer.pages.pictures.fields import address_of, fields_of, takeable
from viewer.pages.pictures.schedule import SiteSchedule, site_schedule
from viewer.pages.sites import messages
from viewer.pages.sites.form import SiteForm, label, limits, schedules
from viewer.pages.sites.live_check import LiveStep, live_check
from viewer.pages.sites.mostly_bots import mostly_bots
from viewer.pages.sites.platforms import Platform, chosen, platforms
from viewer.pages.sites.refusals import advice_of, words_of
from viewer.recent import Recent
from viewer.registry import Registry
from viewer.retakes import RetakeReader
from viewer.site_snapshots import SiteSnapshots
from viewer.traffic import TrafficReader

PLATFORM_COOKIE = "parcours-made-with"


@dataclass(frozen=True)
class RefusalRow:
    words: str
    count: str
    last: str
    example: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class SetupPage(Page):
    """Set-up and health of one site, `/sites/3`."""

    template = "sites/setup.html"
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
    key: str = doc("Public key of the site")
    old_keys: list[str] = doc("Earlier keys that still work, in sentences")
    rotate_action: str = doc("Where the form that changes the key posts to")
    rotated: bool = doc("Whether the key was just changed")
    tests_line: str = doc("How much came from pages on localhost, in a sentence")
    steps: list[LiveStep] = doc("The live check")
    done: int = doc("How many steps are done; the page reloads when this grows")
    health_href: str = doc("Address that the live check polls")
    refusals: list[RefusalRow] = doc("What was refused, by reason")
    refused_line: str = doc("How much was refused, in a sentence")
    skipped_line: str = doc("How much of a newer script was skipped, in a sentence; empty: nothing")
    tracker_errors_line: str = doc("How many errors the tracker met, in a sentence; empty: none")
    mostly_bots: str = doc("That most visits count as bots for one reason, and what to set; empty: they do not")
    other_clock: str = doc("That most visitors live in another time than the site's, in a sentence; empty: they do not")
    own_programs: str = doc("How much the owner's programs sent, in a sentence")
    quarantined: str = doc("How much the database rejected, in a sentence; empty: none")
    form: SiteForm = doc("Name and domains, as stored or as typed")
    retakes: SiteSchedule | None = doc("The scheduled retakes and those that failed; None without a schedule")
    schedules: tuple[tuple[str, str], ...] = doc("The schedules of retakes, with their labels")
    zones: tuple[str, ...] = doc("The names of time zones")
    form_action: str = doc("Where the form posts to")
    login_href: str = doc("Where pictures behind a login are set up")
    erasing_href: str = doc("Where data is erased; empty if the person may not")
    limits: tuple[tuple[str, str], ...] = doc("The fields of how long data is kept, with their labels")
    limits_line: str = doc("What is erased by its age, and when that was last done; empty without limits")
    saved: bool = doc("Whether the form was just saved")
    can_edit: bool = doc("Whether the person may change the site")
    is_owner: bool = doc("Whether the person may allow private addresses")
    take_action: str = doc("Where the form that takes a picture posts to")
    take_next: str = doc("Where to go once the picture is taken")


class SetupRenderer:
    """Renders the set-up page of a site, with its form as stored or as typed."""

    def __init__(
        self,
        frames: Frames,
        urls: Urls,
        health: Health,
        traffic: TrafficReader,
        snapshots: SiteSnapshots,
        retakes: RetakeReader,
        erasing: Erasing,
    ) -> None:
        self._erasing = erasing
        self._frames = frames
        self._urls = urls
        self._health = health
        self._traffic = traffic
        self._snapshots = snapshots
        self._retakes = retakes

    async def _limits_line(self, lang: Language, site: Site) -> str:
        found = await anyio.to_thread.run_sync(self._erasing.all)
        return _limits_line(lang, site, next((one for one in found if one.id == f"{RETENTION}{site.id}"), None))

    async def answer(self, request: Request, site: Site, form: SiteForm) -> Response:
        urls, can_edit = self._urls, signed_in(request).may("editor")
        frame = await self._frames.of(request, "setup", site)
        lang = frame.lang
        health = await self._health.of(site)
        visited = await self._traffic.visited(site, *Period().span(today(site.zone)))
        pictures = await self._snapshots.all(site)
        state = receiving_of(lang, health.traffic, time.time() * 1000)
        busiest = next(filter(takeable, visited), "")
        take = fields_of((address_of(busiest, pictures), "")) if busiest and can_edit else ()
        known = platforms(lang, urls.base, site)
        platform = chosen(known, request.query_params.get("with") or request.cookies.get(PLATFORM_COOKIE, ""))
        steps = live_check(lang, site, health, pictures, take)
        page = SetupPage(
            frame=frame,
            title=lang.text("Set-up of %(site)s", site=site.name),
            settings=settings_bar(frame.lang, urls, site, signed_in(request), "setup"),
            name=site.name,
            untrusted_proxies=health.untrusted_proxies,
            state=state.words,
            state_more=state.more,
            state_css=state.css,
            receiving=state.receiving,
            pages_href=urls.pages(site.id),
            platforms=[
                Choice(one.name, f"{urls.site(site.id)}?with={one.key}", one.key == platform.key) for one in known
            ],
            platform=platform,
            key=site.key,
            old_keys=messages.old_keys(lang, site, health.intake),
            rotate_action=urls.rotate_key(site.id),
            rotated=request.query_params.get("rotated") == "1",
            tests_line=messages.tests_line(lang, health.intake),
            steps=steps,
            done=sum(step.done for step in steps),
            health_href=urls.api("sites", site.id, "health"),
            refusals=_refusals(lang, health.recent),
            refused_line=messages.refused_line(lang, health.recent),
            skipped_line=messages.skipped_line(lang, health.recent),
            tracker_errors_line=messages.tracker_errors_line(lang, health.traffic.tracker_errors),
            quarantined=messages.quarantined_line(lang, health.intake),
            mostly_bots=mostly_bots(lang, await self._traffic.mostly_bots(site)),
            other_clock="" if site.demo else messages.other_clock(lang, await self._traffic.other_clock(site)),
            own_programs=messages.own_programs(lang, health.intake),
            form=form,
            retakes=site_schedule(lang, urls, await self._retakes.of(site, int(time.time() * 1000))),
            schedules=schedules(lang),
            zones=zone_names(),
            form_action=urls.site(site.id) + "#site",
            login_href=urls.sign_in_steps(site.id),
            erasing_href=urls.erasing(site.id) if signed_in(request).may("owner") else "",
            limits=tuple(limits(lang).items()),
            limits_line=await self._limits_line(lang, site),
            saved=request.query_params.get("saved") == "1",
            can_edit=can_edit,
            is_owner=signed_in(request).may("owner"),
            take_action=urls.take(site.id),
            take_next=urls.heatmap(site.id, page=busiest) if busiest else urls.pages(site.id),
        )
        response = answer(request, page, form.faults.status)
        if "with" in request.query_params:
            keep(response, PLATFORM_COOKIE, platform.key, urls.site(site.id))
        return response


def _limits_line(lang: Language, site: Site, last: Erasure | None) -> str:
    _ = lang.text
    kept = (
        (site.keep_views_days, _("visits")),
        (site.keep_points_days, _("clicks and hovers")),
        (site.keep_events_days, _("events")),
        (site.keep_pictures_days, _("pictures")),
    )
    parts = [lang.text("%(what)s older than %(days)s days", what=what, days=days) for days, what in kept if days]
    if not parts:
        return ""
    words = lang.text("Deleted every day: %(what)s.", what=", ".join(parts))
    if last is None or last.state != "done":
        done = _("Not done yet.")
    else:
        done = lang.text("Last done: %(time)s.", time=lang.moment(last.changed))
    return f"{words} {done}"


def _refusals(lang: Language, recent: Recent) -> list[RefusalRow]:
    return [
        RefusalRow(
            words_of(lang, reason),
            lang.number(tally.count),
            lang.moment(tally.last_ms),
            tally.example,
            advice_of(lang, reason),
        )
        for reason, tally in recent.refused.items()
    ]


async def show(request: Request, *, registry: Registry, renderer: SetupRenderer) -> Response:
    """GET shows it."""
    site, found = await _named(request, registry)
    faults = stored_faults(language_of(request), found, label)
    return await renderer.answer(request, site, replace(SiteForm.of(stored_of(found)), faults=faults))


async def save(request: Request, *, registry: Registry, renderer: SetupRenderer, urls: Urls) -> Response:
    """POST saves name and domains, or shows what is wrong with them."""
    site, found = await _named(request, registry)
    form, lang, who = SiteForm.typed(await request.form()), language_of(request), signed_in(request)
    stored, owner = stored_of(found), who.may("owner")
    if not owner:  # the box is disabled, so it is not sent
        form = replace(form, allow_private=SiteForm.of(stored).allow_private)
    fields = form.fields(owner=owner)
    try:
        check_site_fields(who, fields, stored)
        await registry.change(lambda definitions: rules.change(definitions, stored, fields, who.name))
        return go(urls.site(site.id) + "?saved=1#site")
    except InvalidDefinition as error:
        faults = form_faults(lang, "site", error.faults, label)
    except Conflict as error:
        faults = too_late(lang, error)
    return await renderer.answer(request, site, replace(form, faults=faults))


async def _named(request: Request, registry: Registry) -> tuple[Site, Site | Rejected[Site]]:
    """The site that the address names: usable, and as found (valid or rejected)."""
    site = await registry.site(request)
    return site, await registry.find(Site, site.id)


async def rotate(request: Request, *, registry: Registry, urls: Urls) -> Response:
    """POST gives the site a new key; the previous one still works for a while."""
    site = usable(await registry.find(Site, request.path_params["site"]))
    await registry.change(lambda definitions: rotate_key(definitions, site, signed_in(request).name))
    return go(urls.site(site.id) + "?rotated=1")
