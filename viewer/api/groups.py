"""Groups of pages: named patterns that are asked about together."""

from __future__ import annotations

from typing import Any

from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from rules import page_group as rules
from rules.find import stored_of, usable
from store.page_groups import PageGroup
from viewer.api.entry import Entry, answer, by_whom, fields, rejected_json
from viewer.registry import Registry


def group_json(group: PageGroup) -> dict[str, Any]:
    fields = structs.asdict(group)
    del fields["id"]
    return fields


async def list_groups(request: Request, *, registry: Registry) -> Response:
    found = await registry.listing(PageGroup, await registry.site(request))
    groups = [group_json(group) for group in rules.in_order(found.records)]
    return answer({"groups": groups, "rejected": [rejected_json(one) for one in found.rejected]})


async def create_group(request: Request, *, registry: Registry) -> Response:
    site, asked, by = await registry.site(request), await fields(request), by_whom(request)
    made = await registry.change(lambda definitions: rules.add(definitions, site.id, asked, by))
    return answer(group_json(made), 201)


async def show_group(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    return answer(group_json(usable(await registry.find(PageGroup, request.path_params["group"], site))))


async def change_group(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    stored = stored_of(await registry.find(PageGroup, request.path_params["group"], site))
    asked, by = await fields(request), by_whom(request)
    changed = await registry.change(lambda definitions: rules.change(definitions, stored, site.id, asked, by))
    return answer(group_json(changed))


async def delete_group(request: Request, *, registry: Registry) -> Response:
    found = await registry.find(PageGroup, request.path_params["group"], await registry.site(request))
    stored, by = stored_of(found), by_whom(request)
    await registry.change(lambda definitions: rules.delete(definitions, stored, by))
    return answer({"deleted": found.key})


_ROOT = "/sites/{site}/groups"
ENTRIES = (
    Entry("GET", _ROOT, list_groups, "viewer", "The page groups of a site, by name."),
    Entry(
        "POST",
        _ROOT,
        create_group,
        "editor",
        "Add a page group: name, pages (patterns); optional key, without (patterns of pages that do not belong), "
        "picture_of (the page on whose pictures it is drawn).",
    ),
    Entry("GET", _ROOT + "/{group}", show_group, "viewer", "One page group, by key or name."),
    Entry(
        "PUT",
        _ROOT + "/{group}",
        change_group,
        "editor",
        "Replace a page group; the key stays, past figures follow the new patterns; with `version`, the change is "
        "rejected if somebody else changed it first.",
    ),
    Entry("DELETE", _ROOT + "/{group}", delete_group, "editor", "Delete a page group; its pages and pictures stay."),
)
