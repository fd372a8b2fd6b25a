"""States of the pages of a site: the list, and the form that makes, changes and tries one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from store.client import StoreError
from store.definitions import Conflict
from store.devices import DEVICES
from store.pages import canonical_page, matches
from store.records import PageState, Site
from store.snapshots import Snapshot
from viewer.api.experiments import slug
from viewer.api.states import state_id
from viewer.auth import require
from viewer.errors import Problem
from viewer.query import site_of
from viewer.states import MOST_STATES, defined_states, find_state, wishes

from .controls import device_name
from .languages import Language
from .page import Choice, Page, doc
from .picture_failures import words_of as failure_words
from .picture_notes import stored_words
from .serve import answer, frame_of, go, signed_in, viewer_of
from .state_form import StateForm, step_help
from .taking import WIDTHS

if TYPE_CHECKING:
    from viewer.app import Viewer


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

    template = "states.html"
    states: list[StateRow] = doc("A row a state, in the owner's order")
    first: list[StateRow] = doc("Recipes that are done before every picture")
    new_href: str = doc("Address of the form for a new one")
    can_edit: bool = doc("Whether the person may make and change states")


@dataclass(frozen=True)
class Taken:
    """A picture of a state, small."""

    src: str
    alt: str
    href: str  # its map
    label: str  # width and moment
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StateFormPage(Page):
    """A new or changed state, `/sites/3/states/menu`."""

    template = "state_form.html"
    form: StateForm = doc("What was typed so far, and what is wrong with it")
    devices: list[Choice] = doc("Device classes that may have the state; `on` where it is one of them")
    help: list[tuple[str, str]] = doc("Each kind of step, and what it does")
    taken: list[Taken] = doc("Pictures of this state, widest first")
    stored: bool = doc("Whether the state is stored already, so that it may be deleted")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where to go without saving")
    matching_href: str = doc("Where the tester of patterns asks")


@require("viewer")
async def states(request: Request) -> Response:
    viewer, who = viewer_of(request), signed_in(request)
    site = await site_of(viewer, request)
    frame = await frame_of(request, "pages", site)
    lang = frame.lang

    def read() -> tuple[list[PageState], list[Snapshot]]:
        return defined_states(viewer.definitions, site), viewer.snapshots.list(int(site.id))

    found, pictures = await viewer.run(read)
    rows = [(state, _row(lang, viewer, site, state, pictures)) for state in found]
    page = StatesPage(
        frame=frame,
        title=lang.text("States of pages"),
        states=[row for state, row in rows if not state.first],
        first=[row for state, row in rows if state.first],
        new_href=viewer.urls.new_state(site.id),
        can_edit=who.may("editor"),
    )
    return answer(request, page)


def _row(lang: Language, viewer: Viewer, site: Site, state: PageState, pictures: list[Snapshot]) -> StateRow:
    own = [s for s in pictures if s.state == state.key]
    widths = ", ".join(lang.number(w) for w in sorted({s.width for s in own}, reverse=True))
    return StateRow(
        name=state.name,
        href=viewer.urls.state(site.id, state.key),
        pages=state.pages,
        steps=state.steps,
        devices=", ".join(device_name(lang, device) for device in state.devices) or lang.text("All"),
        pictures=f"{widths} px" if own else lang.text("none yet"),
        missing=not own,
    )


@require("editor")
async def edit(request: Request) -> Response:
    """GET shows the form of a new or a stored state, POST saves it (and tries it), or deletes it."""
    viewer = viewer_of(request)
    site = await site_of(viewer, request)
    frame = await frame_of(request, "pages", site)
    lang, urls, key = frame.lang, viewer.urls, request.path_params.get("state", "")
    stored = await viewer.run(find_state, viewer.definitions, site, key) if key else None
    pictures = await viewer.run(viewer.snapshots.list, int(site.id))
    form, status = _begun(request, stored, pictures), 200
    if request.method == "POST":
        sent = await request.form()
        if stored and sent.get("do") == "delete":
            await viewer.run(viewer.definitions.delete, stored, signed_in(request).name)
            viewer.work.forget()
            return go(urls.states(site.id))
        form = StateForm.typed(sent)
        try:
            saved = await viewer.run(_save, viewer, site, form, stored, lang, signed_in(request).name)
            viewer.work.forget()
            if sent.get("do") != "try":
                return go(urls.states(site.id))
            return go(await viewer.run(_try, viewer, site, saved, form.url, lang))
        except (ValueError, Conflict, StoreError, Problem) as error:
            problem = failure_words(lang, error) if isinstance(error, Problem) else str(error)
            form, status = replace(form, problem=problem), 422
            # what was saved before it could not be tried is the one to go on with
            stored = await viewer.run(_again, viewer, site, stored)
            form = replace(form, version=stored.version) if stored and not isinstance(error, Conflict) else form
    page = StateFormPage(
        frame=frame,
        title=lang.text("Change the state") if stored else lang.text("New state"),
        form=form,
        devices=[Choice(device_name(lang, d), d, not form.devices or d in form.devices) for d in DEVICES],
        help=step_help(lang),
        taken=_taken(lang, viewer, site, stored, pictures) if stored else [],
        stored=stored is not None,
        action=urls.state(site.id, stored.key) if stored else urls.new_state(site.id),
        cancel=urls.states(site.id),
        matching_href=urls.matching(site.id),
    )
    return answer(request, page, status)


def _begun(request: Request, stored: PageState | None, pictures: list[Snapshot]) -> StateForm:
    """The form as it opens: a new one for the page in the address."""
    if stored:
        return StateForm.of(stored, _address(stored.pages, pictures))
    page = request.query_params.get("page", "")
    return StateForm(pages=page, url=_address((page,), pictures))


def _address(patterns: Iterable[str], pictures: list[Snapshot]) -> str:
    """An address that shows one of these pages, as far as one is known."""
    known = [s.url for pattern in patterns for s in pictures if pattern and not s.variant and matches(pattern, s.page)]
    return known[0] if known else ""


def _save(viewer: Viewer, site: Site, form: StateForm, stored: PageState | None, lang: Language, by: str) -> PageState:
    fields = form.fields(lang)
    if stored:
        return viewer.definitions.put(structs.replace(stored, version=form.version, **fields), by)
    if len(defined_states(viewer.definitions, site)) >= MOST_STATES:
        raise ValueError(lang.text("A site has at most %(n)s states: delete one first.", n=MOST_STATES))
    base = slug(form.name)
    for key in (base, *(f"{base}-{n}" for n in range(2, MOST_STATES + 2))):
        try:
            return viewer.definitions.put(PageState(id=state_id(site.id, key), site=site.id, key=key, **fields), by)
        except Conflict:
            continue
    raise ValueError(lang.text("There are many states of this name: choose another one."))


def _again(viewer: Viewer, site: Site, stored: PageState | None) -> PageState | None:
    return find_state(viewer.definitions, site, stored.key) if stored else None


def _try(viewer: Viewer, site: Site, state: PageState, url: str, lang: Language) -> str:
    """Queue the pictures of a state on one address; gives the page that follows them."""
    page = canonical_page(url, site.keep_query)
    if not any(matches(pattern, page) for pattern in state.pages):
        raise ValueError(lang.text("The address to try it on is not one of the pages of this state."))
    asked = wishes(viewer.definitions, site, page, WIDTHS, "" if state.first else state.key)
    jobs = [viewer.jobs.submit(site, url, wish.widths, recipe=wish.recipe) for wish in asked]
    return viewer.urls.taking(site.id, [job.id for job in jobs], viewer.urls.state(site.id, state.key))


def _taken(lang: Language, viewer: Viewer, site: Site, state: PageState, pictures: list[Snapshot]) -> list[Taken]:
    if state.first:
        return []
    own = sorted((s for s in pictures if s.state == state.key), key=lambda s: (-s.width, -s.taken))
    return [
        Taken(
            src=viewer.urls.strip(site.id, s.id, 0),
            alt=lang.text("%(state)s at %(width)s px", state=state.name, width=lang.number(s.width)),
            href=viewer.urls.heatmap(site.id, page=s.page, width=s.width, state=s.state),
            label=lang.text("%(width)s px, %(moment)s", width=lang.number(s.width), moment=lang.moment(s.taken)),
            warnings=tuple(stored_words(lang, stored) for stored in s.warnings),
        )
        for s in own[:6]
    ]
