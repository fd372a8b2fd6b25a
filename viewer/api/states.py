"""States of pages, such as an open menu or a dialog; each is a recipe of steps."""

from __future__ import annotations

from typing import Any

from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from rules import state as rules
from rules.find import stored_of, usable
from store.records import PageState
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, rejected_json
from viewer.registry import Registry


def state_json(state: PageState) -> dict[str, Any]:
    fields = structs.asdict(state)
    del fields["id"]
    return fields


async def list_states(request: Request, *, registry: Registry) -> Response:
    found = await registry.listing(PageState, await registry.site(request))
    states = [state_json(state) for state in rules.in_order(found.records)]
    return answer({"states": states, "rejected": [rejected_json(one) for one in found.rejected]})


async def create_state(request: Request, *, registry: Registry) -> Response:
    site, asked, by = await registry.site(request), await fields(request), by_whom(request)
    made = await registry.change(lambda definitions: rules.add(definitions, site.id, asked, by))
    return answer(state_json(made), 201)


async def show_state(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    return answer(state_json(usable(await registry.find(PageState, request.path_params["state"], site))))


async def change_state(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    stored = stored_of(await registry.find(PageState, request.path_params["state"], site))
    asked, by = await fields(request), by_whom(request)
    changed = await registry.change(lambda definitions: rules.change(definitions, stored, site.id, asked, by))
    return answer(state_json(changed))


async def delete_state(request: Request, *, registry: Registry) -> Response:
    found = await registry.find(PageState, request.path_params["state"], await registry.site(request))
    stored = stored_of(found)
    await registry.change(lambda definitions: definitions.delete_stored(PageState, stored, by_whom(request)))
    return answer({"deleted": found.key})


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
        body=JsonBody(PageState, rules.FIELDS, derived=("key",)),
        statuses=(201,),
    ),
    Entry("GET", _ROOT + "/{state}", show_state, "viewer", "One state, by key or name."),
    Entry(
        "PUT",
        _ROOT + "/{state}",
        change_state,
        "editor",
        "Replace a state; the key stays; with `version`, the change is rejected if somebody else changed it first.",
        body=JsonBody(PageState, rules.FIELDS, derived=("key",)),
    ),
    Entry("DELETE", _ROOT + "/{state}", delete_state, "editor", "Delete a state; its pictures and history stay."),
)
