"""The settings of a site: name, domains, zone, its own people, its key, what it refused, and deleting it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from rules import site as rules
from rules.faults import InvalidDefinition
from rules.find import Rejected, stored_of, usable
from store.definitions import Conflict
from store.erasure import RETENTION
from store.records import Erasure, Site
from store.sites import rotate_key
from store.tallies import Tally
from store.zone_names import zone_names
from viewer.access.person import signed_in
from viewer.access.site_rights import check_site_fields
from viewer.erasing import Erasing
from viewer.health import Health
from viewer.http.urls import Urls
from viewer.pages.forms.faults import form_faults, stored_faults, too_late
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.frame.receiving import receiving_of
from viewer.pages.frame.settings_bar import settings_bar
from viewer.pages.pictures.schedule import SiteSchedule, site_schedule
from viewer.pages.sites import messages
from viewer.pages.sites.form import SiteForm, label, limits, schedules
from viewer.pages.sites.losses import SiteLosses
from viewer.pages.sites.refusals import advice_of, words_of
from viewer.recent import Recent
from viewer.registry import Registry
from viewer.retakes import RetakeReader
from viewer.site_check.diagnosis import foreign_host


@dataclass(frozen=True)
class RefusalRow:
    words: str
    count: str
    last: str
    example: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class SiteSettingsPage(Page):
    """Name, domains, zone and the other settings of a site, and what it refused, `/sites/3/settings`."""

    template = "sites/settings.html"
    docs = "set-up#the-settings-of-a-site"
    settings: list[Choice] = doc("The pages of the site's settings")
    name: str = doc("Name of the site")
    state: str = doc("Receiving, quiet or waiting")
    state_more: str = doc("When the last view came")
    state_css: str = doc("CSS class of the state")
    setup_href: str = doc("Address of its set-up")
    key: str = doc("Public key of the site")
    old_keys: list[str] = doc("Earlier keys that still work, in sentences")
    rotate_action: str = doc("Where the form that changes the key posts to")
    rotated: bool = doc("Whether the key was just changed")
    refusals: list[RefusalRow] = doc("What was refused, by reason")
    refused_line: str = doc("How much was refused, in a sentence")
    foreign: str = doc("The domain whose messages are refused; empty: none, or it is not known")
    foreign_line: str = doc("How many messages of that domain were refused, in a sentence")
    accept_action: str = doc("Where the form that accepts a domain posts to")
    skipped_line: str = doc("How much of a newer script was skipped, in a sentence; empty: nothing")
    tracker_errors_line: str = doc("How many errors the tracker met, in a sentence; empty: none")
    quarantined: str = doc("How much the database rejected, in a sentence; empty: none")
    form: SiteForm = doc("Name and domains, as stored or as typed")
    retakes: SiteSchedule | None = doc("The scheduled retakes and those that failed; None without a schedule")
    schedules: tuple[tuple[str, str], ...] = doc("The schedules of retakes, with their labels")
    zones: tuple[str, ...] = doc("The names of time zones")
    form_action: str = doc("Where the form posts to")
    login_href: str = doc("Where pictures behind a login are set up")
    privacy_href: str = doc("Where it is chosen how long things are kept")
    limits: tuple[tuple[str, str], ...] = doc("The fields of how long data is kept, with their labels")
    limits_line: str = doc("What is erased by its age, and when that was last done; empty without limits")
    saved: bool = doc("Whether the form was just saved")
    can_edit: bool = doc("Whether the person may change the site")
    is_owner: bool = doc("Whether the person may allow private addresses, erase and delete")
    erasing_href: str = doc("Where data is erased")
    delete_action: str = doc("Where the form that deletes the site posts to")
    lost: str = doc("What is lost if the site is deleted, in a sentence")


class SiteSettingsRenderer:
    """Renders the settings of a site, with its form as stored or as typed."""

    def __init__(
        self, frames: Frames, urls: Urls, health: Health, retakes: RetakeReader, erasing: Erasing, losses: SiteLosses
    ) -> None:
        self._frames = frames
        self._urls = urls
        self._health = health
        self._retakes = retakes
        self._erasing = erasing
        self._losses = losses

    async def _limits_line(self, lang: Language, site: Site) -> str:
        found = await anyio.to_thread.run_sync(self._erasing.all)
        return _limits_line(lang, site, next((one for one in found if one.id == f"{RETENTION}{site.id}"), None))

    async def answer(self, request: Request, site: Site, form: SiteForm) -> Response:
        urls, who = self._urls, signed_in(request)
        frame = await self._frames.of(request, "setup", site)
        lang, owner = frame.lang, who.may("owner")
        health = await self._health.of(site)
        state = receiving_of(lang, health.traffic, time.time() * 1000)
        foreign = health.recent.refused.get("origin", Tally())
        host = foreign_host(foreign.example)
        page = SiteSettingsPage(
            frame=frame,
            title=lang.text("Settings of %(site)s", site=site.name),
            settings=settings_bar(lang, urls, site, who, "site"),
            name=site.name,
            state=state.words,
            state_more=state.more,
            state_css=state.css,
            setup_href=urls.site(site.id),
            key=site.key,
            old_keys=messages.old_keys(lang, site, health.intake),
            rotate_action=urls.rotate_key(site.id),
            rotated=request.query_params.get("rotated") == "1",
            refusals=_refusals(lang, health.recent),
            refused_line=messages.refused_line(lang, health.recent),
            foreign=host,
            foreign_line=messages.foreign_line(lang, host, foreign.count),
            accept_action=urls.accept_domain(site.id),
            skipped_line=messages.skipped_line(lang, health.recent),
            tracker_errors_line=messages.tracker_errors_line(lang, health.traffic.tracker_errors),
            quarantined=messages.quarantined_line(lang, health.intake),
            form=form,
            retakes=site_schedule(lang, urls, await self._retakes.of(site, int(time.time() * 1000))),
            schedules=schedules(lang),
            zones=zone_names(),
            form_action=urls.site_settings(site.id),
            login_href=urls.sign_in_steps(site.id),
            privacy_href=urls.privacy(site.id),
            limits=tuple(limits(lang).items()),
            limits_line=await self._limits_line(lang, site),
            saved=request.query_params.get("saved") == "1",
            can_edit=who.may("editor"),
            is_owner=owner,
            erasing_href=urls.erasing(site.id),
            delete_action=urls.delete_site(site.id),
            lost=await self._losses.words(lang, site) if owner else "",
        )
        return answer(request, page, form.faults.status)


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


async def show(request: Request, *, registry: Registry, renderer: SiteSettingsRenderer) -> Response:
    """GET shows it."""
    site, found = await _named(request, registry)
    faults = stored_faults(language_of(request), found, label)
    return await renderer.answer(request, site, replace(SiteForm.of(stored_of(found)), faults=faults))


async def save(request: Request, *, registry: Registry, renderer: SiteSettingsRenderer, urls: Urls) -> Response:
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
        return go(urls.site_settings(site.id, saved=1))
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
    return go(urls.site_settings(site.id, rotated=1) + "#key")
