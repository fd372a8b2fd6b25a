"""States of the pages of a site: the list, and the form that creates, edits and tests one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from rules import state as rules
from rules.faults import InvalidDefinition
from rules.fields import text_of
from rules.find import Rejected, stored_of
from rules.names import free_slug
from rules.state import in_order
from store.definitions import Conflict, Definitions, Stored
from store.devices import DEVICES
from store.pages import canonical_page, matches
from store.records import PageState, Site
from store.snapshots import Snapshot
from viewer.access.person import signed_in
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.jobs import Jobs
from viewer.pages.forms.faults import FormFaults, RejectedRow, form_faults, rejected_row, stored_faults, too_late
from viewer.pages.forms.fields import lines
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.map.controls import device_name
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.picture_notes import stored_words
from viewer.pages.pictures.failures import words_of as failure_words
from viewer.pages.pictures.fields import WIDTHS
from viewer.pages.states.form import StateForm, label, step_help
from viewer.pages.states.picker import PickerPage, picture_to_pick, pictures_to_pick, verbs_to_pick
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots
from viewer.snapshot.request import PictureRequest
from viewer.states import PlannedPicture, planned_pictures
from viewer.work import Work

MOST_PAGES = 30  # offered for a picture to pick from


@dataclass(frozen=True)
class StateRow:
    name: str
    href: str  # of its form
    pages: tuple[str, ...]
    steps: tuple[str, ...]
    devices: str
    pictures: str
    missing: bool  # no picture of it yet


@dataclass(frozen=True, kw_only=True)
class StatesPage(Page):
    """States of the pages of a site, `/sites/3/states`."""

    template = "states/index.html"
    docs = "states"
    states: list[StateRow] = doc("One row per state, in the owner's order")
    first: list[StateRow] = doc("Recipes that run before every picture")
    rejected: list[RejectedRow] = doc("Those that the current rules reject, with their faults")
    new_href: str = doc("Address of the form for a new one")
    can_edit: bool = doc("Whether the person may create and edit states")


@dataclass(frozen=True)
class TakenPicture:
    """A picture of a state, small."""

    src: str
    alt: str
    href: str  # its map
    label: str  # width and moment
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StateFormPage(Page):
    """The form of a new or stored state, `/sites/3/states/menu`."""

    template = "states/form.html"
    docs = "states"
    form: StateForm = doc("The fields as typed, and their faults")
    devices: list[Choice] = doc("Device classes; `on` for those that have the state")
    help: list[tuple[str, str]] = doc("Each kind of step, and what it does")
    taken: list[TakenPicture] = doc("Pictures of this state, widest first")
    picker: PickerPage = doc("Pictures of the page, on which an element is picked for a step")
    stored: bool = doc("Whether the state is already stored, so that it can be deleted")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where Cancel leads")
    matching_href: str = doc("Address that tests patterns")


async def index(
    request: Request, *, registry: Registry, frames: Frames, urls: Urls, snapshots: SiteSnapshots
) -> Response:
    """GET lists them."""
    site = await registry.site(request)
    frame = await frames.of(request, "pages", site)
    pictures = await snapshots.all(site)
    lang, may_edit, found = frame.lang, signed_in(request).may("editor"), await registry.listing(PageState, site)
    rows = [(state, _row(lang, urls, site, state, pictures)) for state in in_order(found.records)]
    page = StatesPage(
        frame=frame,
        title=lang.text("States of pages"),
        states=[row for state, row in rows if not state.first],
        first=[row for state, row in rows if state.first],
        rejected=[
            rejected_row(lang, one, label, urls.state(site.id, one.key) if may_edit else "") for one in found.rejected
        ],
        new_href=urls.new_state(site.id),
        can_edit=may_edit,
    )
    return answer(request, page)


def _row(lang: Language, urls: Urls, site: Site, state: PageState, pictures: list[Snapshot]) -> StateRow:
    own = [s for s in pictures if s.state == state.key]
    widths = ", ".join(lang.number(w) for w in sorted({s.width for s in own}, reverse=True))
    return StateRow(
        name=state.name,
        href=urls.state(site.id, state.key),
        pages=state.pages,
        steps=state.steps,
        devices=", ".join(device_name(lang, device) for device in state.devices) or lang.text("All"),
        pictures=f"{widths} px" if own else lang.text("none yet"),
        missing=not own,
    )


async def show_form(request: Request, *, registry: Registry, renderer: StateFormRenderer) -> Response:
    """GET shows the form of a new or a stored state."""
    site, found = await _named(request, registry)
    return await renderer.answer(request, site, found)


async def save(
    request: Request, *, registry: Registry, renderer: StateFormRenderer, urls: Urls, jobs: Jobs, work: Work
) -> Response:
    """POST saves the state (and tests it), or deletes it."""
    site, found = await _named(request, registry)
    sent, by, lang = await request.form(), signed_in(request).name, language_of(request)
    stored = stored_of(found) if found else None
    if stored and sent.get("do") == "delete":
        await registry.change(lambda definitions: definitions.delete_stored(PageState, stored, by))
        return go(urls.states(site.id))
    form = StateForm.typed(sent)
    try:
        saved = await registry.change(lambda definitions: _save(definitions, site, form, stored, by))
    except InvalidDefinition as error:
        faults = form_faults(lang, "state", error.faults, label)
        return await renderer.answer(request, site, found, replace(form, faults=faults))
    except Conflict as error:
        return await renderer.answer(request, site, found, replace(form, faults=too_late(lang, error)))
    if sent.get("do") != "try":
        return go(urls.states(site.id))
    try:
        asked = await registry.read(lambda definitions: _wanted(definitions, site, saved, form.url, lang))
        requests = [PictureRequest(site, form.url, wanted.widths, recipe=wanted.recipe) for wanted in asked]
        queued = [await work.run(jobs.submit, one) for one in requests]
        return go(urls.taking(site.id, [job.id for job in queued], urls.state(site.id, saved.key)))
    except (ValueError, Problem) as error:  # it was saved, but cannot be tested
        note = failure_words(lang, error) if isinstance(error, Problem) else str(error)
        form = replace(form, version=saved.version, faults=FormFaults(note=note))
        return await renderer.answer(request, site, saved if stored else None, form)


async def _named(request: Request, registry: Registry) -> tuple[Site, PageState | Rejected[PageState] | None]:
    """The site and the state that the address names; None for a new state."""
    site, key = await registry.site(request), request.path_params.get("state", "")
    return site, await registry.find(PageState, key, site) if key else None


class StateFormRenderer:
    """Renders the form of a state, as stored or as typed."""

    def __init__(self, frames: Frames, urls: Urls, snapshots: SiteSnapshots) -> None:
        self._frames = frames
        self._urls = urls
        self._snapshots = snapshots

    async def answer(
        self,
        request: Request,
        site: Site,
        found: PageState | Rejected[PageState] | None,
        typed: StateForm | None = None,
    ) -> Response:
        """The page; 422 if it shows submitted fields that could not be saved or tested."""
        urls, frame = self._urls, await self._frames.of(request, "pages", site)
        lang, pictures = frame.lang, await self._snapshots.all(site)
        form = typed or _begun(request, lang, found, pictures)
        page = StateFormPage(
            frame=frame,
            title=lang.text("Edit state") if found else lang.text("New state"),
            form=form,
            devices=[Choice(device_name(lang, d), d, not form.devices or d in form.devices) for d in DEVICES],
            help=step_help(lang),
            taken=_taken(lang, urls, site, found, pictures) if isinstance(found, PageState) else [],
            picker=await self._picker(lang, site, form, found, pictures),
            stored=found is not None,
            action=urls.state(site.id, found.key) if found else urls.new_state(site.id),
            cancel=urls.states(site.id),
            matching_href=urls.matching(site.id),
        )
        return answer(request, page, 422 if typed else 200)

    async def _picker(
        self,
        lang: Language,
        site: Site,
        form: StateForm,
        found: PageState | Rejected[PageState] | None,
        pictures: list[Snapshot],
    ) -> PickerPage:
        """The pictures of the first page of the state; before there are pages, links that choose one."""
        patterns = lines(form.pages)
        if not patterns and not found:
            names = page_names(pictures)
            pages = dict.fromkeys(one.page for one in pictures if not one.variant and not one.state)
            others = [Choice(name_of(page, names), self._urls.new_state(site.id, page=page)) for page in pages]
            return PickerPage(others=tuple(others[:MOST_PAGES]))
        shown = []
        for picture in pictures_to_pick(patterns, found.key if found else "", pictures):
            layout, strips = await self._snapshots.drawn(picture)
            name = form.name or picture.state
            shown.append(picture_to_pick(lang, self._urls, picture, layout, strips, name))
        return PickerPage(tuple(shown), verbs_to_pick(lang))


def _begun(
    request: Request, lang: Language, found: PageState | Rejected[PageState] | None, pictures: list[Snapshot]
) -> StateForm:
    """The initial form; a new state is for the page in the address."""
    if found:
        form = StateForm.of(stored_of(found), "")
        return replace(form, url=_address(lines(form.pages), pictures), faults=stored_faults(lang, found, label))
    page = request.query_params.get("page", "")
    return StateForm(pages=page, url=_address((page,), pictures))


def _address(patterns: Iterable[str], pictures: list[Snapshot]) -> str:
    """An address that shows one of these pages, if one is known."""
    known = [s.url for pattern in patterns for s in pictures if pattern and not s.variant and matches(pattern, s.page)]
    return known[0] if known else ""


def _save(definitions: Definitions, site: Site, form: StateForm, stored: Stored | None, by: str) -> PageState:
    if stored:
        return rules.change(definitions, stored, site.id, form.fields(), by)
    taken = {text_of(one.fields, "key") for one in definitions.stored(PageState) if one.fields.get("site") == site.id}
    return rules.add(definitions, site.id, form.fields(free_slug(form.name, taken)), by)


def _wanted(definitions: Definitions, site: Site, state: PageState, url: str, lang: Language) -> list[PlannedPicture]:
    """The pictures of a state at one address. ValueError if the address is not one of its pages."""
    page = canonical_page(url, site.keep_query)
    if not any(matches(pattern, page) for pattern in state.pages):
        raise ValueError(lang.text("The test address is not one of the pages of this state."))
    return planned_pictures(definitions, site, page, WIDTHS, "" if state.first else state.key)


def _taken(lang: Language, urls: Urls, site: Site, state: PageState, pictures: list[Snapshot]) -> list[TakenPicture]:
    if state.first:
        return []
    own = sorted((s for s in pictures if s.state == state.key), key=lambda s: (-s.width, -s.taken))
    return [
        TakenPicture(
            src=urls.strip(site.id, s.id, 0),
            alt=lang.text("%(state)s at %(width)s px", state=state.name, width=lang.number(s.width)),
            href=urls.heatmap(site.id, page=s.page, width=s.width, state=s.state),
            label=lang.text("%(width)s px, %(moment)s", width=lang.number(s.width), moment=lang.moment(s.taken)),
            warnings=tuple(stored_words(lang, stored) for stored in s.warnings),
        )
        for s in own[:6]
    ]
