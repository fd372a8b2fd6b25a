"""Erasing what a site stored, and deleting it."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from rules import erasure as rules
from rules.faults import InvalidDefinition, accepted
from store.client import Store
from store.erasure import CLOSING, RETENTION, stored_pages, stored_senders
from store.records import Erasure, Site
from store.zones import now_ms
from viewer.access.person import signed_in
from viewer.erasing import JOURNAL, Erasing
from viewer.http.urls import Urls
from viewer.pages.forms.faults import FormFaults, form_faults
from viewer.pages.forms.fields import label_of, text
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.registry import Registry
from viewer.work import Work


@dataclass(frozen=True)
class ErasureForm:
    """The fields as typed, and their faults."""

    page: str = ""
    since: str = ""
    until: str = ""
    source: str = ""
    faults: FormFaults = FormFaults()


@dataclass(frozen=True)
class ErasureRow:
    """One erasure in words."""

    what: str
    asked: str
    by: str
    state: str
    more: str
    css: str


@dataclass(frozen=True, kw_only=True)
class ErasingPage(Page):
    """What of a site can be erased and was erased, `/sites/3/erasing`; of all sites, `/erasures`."""

    template = "sites/erasing.html"
    docs = "operate#erasing-and-retention"
    name: str = doc("Name of the site; empty for all sites")
    form: ErasureForm = doc("What to erase, as typed")
    sources: list[str] = doc("Imports and tokens whose data is stored")
    rows: list[ErasureRow] = doc("Erasures, the newest first")
    running: bool = doc("Whether one is not done yet: the page loads itself again")
    confirm_fault: str = doc("Why the site was not deleted; empty: it was not asked for")
    erase_action: str = doc("Where the form that erases posts to")
    delete_action: str = doc("Where the form that deletes the site posts to")


class ErasingRenderer:
    """Renders the page of a site, or of all sites."""

    def __init__(self, frames: Frames, urls: Urls, erasing: Erasing, store: Store, work: Work) -> None:
        self._frames = frames
        self._urls = urls
        self._erasing = erasing
        self._store = store
        self._work = work

    async def answer(
        self, request: Request, site: Site | None, form: ErasureForm = ErasureForm(), confirm_fault: str = ""
    ) -> Response:
        frame = await self._frames.of(request, "setup" if site else "sites", site)
        lang, urls = frame.lang, self._urls
        found = await self._work.run(self._erasing.all)
        shown = [one for one in found if site is None or one.site == site.id]
        senders = await self._work.run(stored_senders, self._store, int(site.id)) if site else []
        page = ErasingPage(
            frame=frame,
            title=lang.text("Erase data"),
            name=site.name if site else "",
            form=form,
            sources=[one["sender"] for one in senders],
            rows=[_row(lang, one, with_site=site is None) for one in shown],
            running=any(one.state != "done" for one in shown) and request.method == "GET",
            confirm_fault=confirm_fault,
            erase_action=urls.erasing(site.id) if site else "",
            delete_action=urls.delete_site(site.id) if site else "",
        )
        return answer(request, page, 422 if confirm_fault else form.faults.status)


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {"page": _("Page"), "since": _("First day"), "until": _("Last day"), "source": _("Source")}
    return label_of(names, path)


def _row(lang: Language, one: Erasure, *, with_site: bool) -> ErasureRow:
    what = _what(lang, one)
    if with_site:
        what = lang.text("Site %(number)s: %(what)s", number=one.site, what=what)
    rows = sum(count for table, count in one.erased.items() if table != JOURNAL)
    done = one.state == "done"
    state = lang.text("done") if done else lang.text("%(n)s of %(all)s steps", n=one.done, all=one.of)
    more = lang.plural("%(num)s entry", "%(num)s entries", rows) if done else one.problem
    return ErasureRow(what, lang.moment(one.asked), one.by, state, more, "good" if done else "")


def _what(lang: Language, one: Erasure) -> str:
    _ = lang.text
    if one.id.startswith(CLOSING):
        return _("the visits of closed days")
    if one.id.startswith(RETENTION):
        return _("older than the limits of the site")
    if one.whole_site:
        return _("the whole site")
    if one.visitor:
        return _("a visitor")
    if one.sender:
        return _("a source")
    if one.pages:
        return lang.plural("%(num)s page", "%(num)s pages", len(one.pages))
    return _("a period")


async def show(request: Request, *, registry: Registry, renderer: ErasingRenderer) -> Response:
    """GET shows it."""
    return await renderer.answer(request, await registry.site(request))


async def show_all(request: Request, *, renderer: ErasingRenderer) -> Response:
    """GET shows the erasures of all sites, deleted ones included."""
    return await renderer.answer(request, None)


async def erase(
    request: Request,
    *,
    registry: Registry,
    renderer: ErasingRenderer,
    erasing: Erasing,
    store: Store,
    work: Work,
    urls: Urls,
) -> Response:
    """POST erases, or shows what is wrong with the request."""
    site, typed = await registry.site(request), await request.form()
    form = ErasureForm(text(typed, "page"), text(typed, "since"), text(typed, "until"), text(typed, "source"))
    given = {name: value for name in rules.FIELDS if (value := getattr(form, name))}

    def submit() -> None:
        asked = accepted(rules.parse(given))
        known = stored_pages(store, int(site.id)) if asked.page else []
        made = rules.erasure_of(site, asked, known, now_ms())
        erasing.submit(replace(made, by=signed_in(request).name))

    try:
        await work.run(submit)
    except InvalidDefinition as error:
        lang = language_of(request)
        faults = form_faults(lang, "erasure", error.faults, label)
        return await renderer.answer(request, site, ErasureForm(form.page, form.since, form.until, form.source, faults))
    return go(urls.erasing(site.id))


async def delete(
    request: Request, *, registry: Registry, renderer: ErasingRenderer, erasing: Erasing, work: Work, urls: Urls
) -> Response:
    """POST deletes the site if its name was typed."""
    site, typed = await registry.site(request), await request.form()
    if text(typed, "confirm") != site.name:
        words = language_of(request).text("This is not the name of the site: nothing was deleted.")
        return await renderer.answer(request, site, confirm_fault=words)
    await work.run(erasing.delete_site, site.id, signed_in(request).name)
    return go(urls.erasures())
