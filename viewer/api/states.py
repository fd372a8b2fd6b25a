"""States of pages: an open menu, a dialog; each a recipe of steps."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, structs
from starlette.requests import Request
from starlette.responses import Response

from rules.recipe import LONGEST_SELECTOR, read_recipe
from store.definitions import Conflict, Definitions
from store.devices import Device
from store.records import Key, PageState
from viewer.api.entry import Entry, answer, body, by_whom
from viewer.http.errors import Problem
from viewer.lookup import find_site, slug
from viewer.states import MOST_STATES, defined_states, find_state, state_id
from viewer.work import Work


class StateBody(Struct, forbid_unknown_fields=True):
    """All of a state; `key` (new ones only) stands in addresses, else it is made from the name."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    pages: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=2048)], ...], Meta(min_length=1, max_length=50)]
    steps: Annotated[tuple[Annotated[str, Meta(max_length=2 * LONGEST_SELECTOR)], ...], Meta(max_length=100)]
    key: Key | None = None
    first: bool = False
    devices: tuple[Device, ...] = ()
    place: Annotated[int, Meta(ge=0, le=1000)] = 0
    version: int | None = None


def state_json(state: PageState) -> dict[str, Any]:
    fields = structs.asdict(state)
    del fields["id"]
    return fields


def _checked(asked: StateBody) -> dict[str, Any]:
    fields = structs.asdict(asked)
    del fields["key"], fields["version"]
    return fields | {"steps": tuple(str(step) for step in read_recipe(asked.steps))}


async def list_states(request: Request, *, work: Work, definitions: Definitions) -> Response:

    def find() -> list[PageState]:
        return defined_states(definitions, find_site(definitions, request.path_params["site"]))

    return answer({"states": [state_json(state) for state in await work.run(find)]})


async def create_state(request: Request, *, work: Work, definitions: Definitions) -> Response:
    asked = await body(request, StateBody)
    fields = _checked(asked)

    def create() -> PageState:
        site = find_site(definitions, request.path_params["site"])
        key = asked.key or slug(asked.name)
        if len(defined_states(definitions, site)) >= MOST_STATES:
            raise Problem(409, "many_states", f"A site has at most {MOST_STATES} states.", "Delete one first.")
        state = PageState(id=state_id(site.id, key), site=site.id, key=key, **fields)
        try:
            return definitions.put(state, by_whom(request))
        except Conflict:
            raise Problem(409, "key_taken", f"There is a state {key!r} already.", "Give another key.") from None

    made = await work.run(create)
    work.forget()
    return answer(state_json(made), 201)


async def show_state(request: Request, *, work: Work, definitions: Definitions) -> Response:
    return answer(state_json(await work.run(_named, definitions, request)))


async def change_state(request: Request, *, work: Work, definitions: Definitions) -> Response:
    asked = await body(request, StateBody)
    fields = _checked(asked)

    def change() -> PageState:
        stored = _named(definitions, request)
        if asked.key not in (None, stored.key):
            raise Problem(422, "key", "The key stays: pictures carry it.", "Make a new state instead.")
        version = stored.version if asked.version is None else asked.version
        return definitions.put(structs.replace(stored, version=version, **fields), by_whom(request))

    changed = await work.run(change)
    work.forget()
    return answer(state_json(changed))


async def delete_state(request: Request, *, work: Work, definitions: Definitions) -> Response:

    def delete() -> str:
        stored = _named(definitions, request)
        definitions.delete(stored, by_whom(request))
        return stored.key

    deleted = await work.run(delete)
    work.forget()
    return answer({"deleted": deleted})


def _named(definitions: Definitions, request: Request) -> PageState:
    return find_state(definitions, find_site(definitions, request.path_params["site"]), request.path_params["state"])


_ROOT = "/sites/{site}/states"
ENTRIES = (
    Entry("GET", _ROOT, list_states, "viewer", "The states of the pages of a site, in their order."),
    Entry(
        "POST",
        _ROOT,
        create_state,
        "editor",
        "Add a state: name, pages (patterns), steps (click, hover, wait, scroll, dismiss; one a text); optional key, "
        "devices, place (in the order), first (steps done before every picture of these pages).",
    ),
    Entry("GET", _ROOT + "/{state}", show_state, "viewer", "One state, by key or name."),
    Entry(
        "PUT",
        _ROOT + "/{state}",
        change_state,
        "editor",
        "Replace a state; the key stays; `version` refuses the change if somebody else was faster.",
    ),
    Entry("DELETE", _ROOT + "/{state}", delete_state, "editor", "Delete a state; its pictures and history stay."),
)
