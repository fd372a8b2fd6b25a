"""The form of a new or stored zone: its name, what it belongs to, and the elements of the picture to choose from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.pictures.newest import IndexedSnapshot, NoSnapshot
from rules import page_zone as rules
from rules.faults import Faults, InvalidDefinition, accepted, fault
from rules.find import Rejected, stored_of
from rules.question import MAP
from rules.zone_pages import with_page
from store.definitions import Conflict, Definitions, Stored
from store.page_zones import PageZone
from viewer.access.guards import root_of, safe_next
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.page_zones import ZoneReader
from viewer.pages.forms.faults import form_faults, stored_faults, too_late
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.zone_elements import ElementChoices, element_choices
from viewer.pages.heatmap.zone_form import ZoneForm, label, rectangle
from viewer.pages.heatmap.zone_layer import belongings
from viewer.questions import Asked, Questions
from viewer.registry import Registry


@dataclass(frozen=True, kw_only=True)
class ZoneFormPage(Page):
    """The form of a new or stored zone, `/sites/3/zones/header/edit`."""

    template = "heatmap/zone_form.html"
    docs = "zones"
    form: ZoneForm = doc("The fields as typed, and their faults")
    pages: tuple[Choice, ...] = doc("What it may belong to; the address of each is its name in the rules")
    choices: ElementChoices = doc("The elements to choose from")
    stored: bool = doc("Whether the zone is already stored, so that it can be deleted")
    hidden: tuple[tuple[str, str], ...] = doc("Fields of the form that the reader does not see")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where Cancel leads")


@dataclass(frozen=True)
class OnPage:
    """What a zone is chosen on: the page's question, and its picture; None without one."""

    asked: Asked
    picture: IndexedSnapshot | None


class ZoneForms:
    """Shows the form of a zone, and saves what was typed."""

    def __init__(self, frames: Frames, urls: Urls, questions: Questions, registry: Registry, zones: ZoneReader) -> None:
        self._frames = frames
        self._urls = urls
        self._questions = questions
        self._registry = registry
        self._zones = zones

    async def found(self, request: Request) -> PageZone | Rejected[PageZone] | None:
        """The zone that the address names; None for a new one."""
        site, id = await self._registry.site(request), request.path_params.get("zone", "")
        return await self._registry.find(PageZone, id, site) if id else None

    async def on_page(self, request: Request, page: str, width: str, state: str = "") -> OnPage:
        """The page, pattern or group on which a zone is chosen."""
        known = await self._questions.known(request)
        query = {"page": page, "width": width, "state": state}
        asked = await self._questions.resolve(known, query, MAP)
        if asked.faults:
            return OnPage(asked, None)
        try:
            return OnPage(asked, await self._zones.picture(asked.question, known))
        except NoSnapshot:
            return OnPage(asked, None)

    async def answer(
        self, request: Request, form: ZoneForm, on: OnPage, found: PageZone | Rejected[PageZone] | None
    ) -> Response:
        """The page of a form."""
        site = on.asked.site
        frame = await self._frames.of(request, "pages", site)
        lang, urls = frame.lang, self._urls
        setting = MapSetting(lang, urls, on.asked)
        stored = stored_of(found) if found else None
        layout = on.picture.index.layout if on.picture else None
        prints = rules.prints_of(stored) if stored else {}
        question = on.asked.question
        page = ZoneFormPage(
            frame=frame,
            title=form.name or lang.text("New zone"),
            form=form,
            pages=tuple(replace(one, on=one.href == form.page) for one in _offered(setting, form)),
            choices=element_choices(lang, layout, form.elements, prints),
            stored=stored is not None,
            hidden=(
                ("version", str(form.version)),
                ("on", question.page),
                ("width", str(question.width or "")),
                ("state", question.state),
                ("next", form.next),
            ),
            action=urls.zone(site.id, stored.id) if stored else urls.new_zone(site.id),
            cancel=_next(request, urls, form, on),
        )
        return answer(request, page, form.faults.status)

    async def saved(self, request: Request, form: ZoneForm, on: OnPage, stored: Stored | None) -> Response:
        """Save a form. InvalidDefinition or Conflict if it cannot be."""
        known, by = on.asked.known, signed_in(request).name
        if form.drawn and on.picture:
            drawn = await self._zones.drawn(on.picture, accepted(rectangle(form.drawn)))
            if not drawn and not form.elements:
                raise InvalidDefinition(Faults((fault("drawn", "empty_rectangle"),)))
            form = replace(form, elements=tuple(dict.fromkeys((*form.elements, *drawn))))
        fields = with_page(form.fields(), known, stored)
        made = accepted(rules.parse(fields, known.site.id, stored))
        prints = await self._zones.prints(known, made.page, made.elements, on.picture)

        def save(definitions: Definitions) -> PageZone:
            if stored:
                return rules.change(definitions, stored, known.site.id, fields, prints, by)
            return rules.add(definitions, known.site.id, fields, prints, by)

        await self._registry.change(save)
        return go(_next(request, self._urls, form, on))

    async def deleted(self, request: Request, form: ZoneForm, on: OnPage, stored: Stored) -> Response:
        """Delete a zone."""
        by = signed_in(request).name
        await self._registry.change(lambda definitions: definitions.delete_stored(PageZone, stored, by))
        return go(_next(request, self._urls, form, on))


async def show_form(request: Request, *, forms: ZoneForms) -> Response:
    """GET shows the form of a new or a stored zone."""
    found, query = await forms.found(request), request.query_params
    form = ZoneForm.begun(query)
    if found:
        faults = stored_faults(language_of(request), found, label)
        form = replace(ZoneForm.of(stored_of(found)), next=form.next, faults=faults)
    on = await forms.on_page(request, form.on, query.get("width", ""), query.get("state", ""))
    if not found:
        form = replace(form, page=on.asked.checked().page)
    return await forms.answer(request, form, on, found)


async def save(request: Request, *, forms: ZoneForms) -> Response:
    """POST saves or deletes the zone; what cannot be saved is shown in the form."""
    found, sent, lang = await forms.found(request), await request.form(), language_of(request)
    stored, form = stored_of(found) if found else None, ZoneForm.typed(sent)
    on = await forms.on_page(request, form.on, str(sent.get("width", "")), str(sent.get("state", "")))
    if stored and sent.get("do") == "delete":
        return await forms.deleted(request, form, on, stored)
    try:
        return await forms.saved(request, form, on, stored)
    except InvalidDefinition as error:
        form = replace(form, faults=form_faults(lang, "zone", error.faults, label))
    except Conflict as error:
        form = replace(form, faults=too_late(lang, error))
    return await forms.answer(request, form, on, found)


def _offered(setting: MapSetting, form: ZoneForm) -> tuple[Choice, ...]:
    """What the zone may belong to, with what it belongs to now."""
    found = belongings(setting) if setting.page_is_known else ()
    if any(one.href == form.page for one in found):
        return found
    return (*found, Choice(form.page, form.page))


def _next(request: Request, urls: Urls, form: ZoneForm, on: OnPage) -> str:
    """Where the form leads: to the map that it was opened from, else to the map of zones of its page."""
    if form.next:
        return safe_next(form.next, root_of(request))
    question = on.asked.question
    query = {name: value for name, value in question.query().items() if name in ("page", "width", "state")}
    return urls.heatmap(on.asked.site.id, **query, layer="zones") if question.page else urls.pages(on.asked.site.id)
