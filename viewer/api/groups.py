"""Groups of pages: named patterns that are asked about together."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from msgspec import Struct, structs
from starlette.requests import Request
from starlette.responses import Response

from aggregator.measures.group_changes import GroupChange
from rules import page_group as rules
from rules.faults import accepted
from rules.find import stored_of, usable
from rules.question import SITE
from store.page_groups import PageGroup
from viewer.api.entry import Entry, JsonBody, answer, body, by_whom, fields, rejected_json
from viewer.maps import Maps, site_scope_of
from viewer.page_groups import GroupReader
from viewer.questions import Questions
from viewer.registry import Registry

MOST_LISTED = 500  # addresses in the answer of a test


class DeclinedPattern(Struct, frozen=True):
    """A pattern that is not to be suggested."""

    pattern: str


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


async def figures(request: Request, *, questions: Questions, maps: Maps, groups: GroupReader) -> Response:
    asked = await questions.read(request, SITE)
    question = asked.checked()
    since, until = question.period.span(asked.today)
    await maps.drained()
    found = await groups.figures(site_scope_of(question), asked.known.groups)
    names = {group.key: group.name for group in asked.known.groups}
    return answer(
        {
            "since": since,
            "until": until,
            "timezone": question.zone.name,
            "addresses": found.addresses,
            "grouped": found.grouped,
            "groups": [{"name": names[row.key], **asdict(row)} for row in found.groups],
        }
    )


async def suggested(request: Request, *, registry: Registry, groups: GroupReader) -> Response:
    site = await registry.site(request)
    every = (await registry.listing(PageGroup, site)).records
    found, declined = await groups.suggested(site, every), await groups.declined(site)
    return answer({"suggested": found, "declined": declined})


async def decline(request: Request, *, registry: Registry) -> Response:
    site, asked, by = await registry.site(request), await body(request, DeclinedPattern), by_whom(request)
    await registry.change(lambda definitions: rules.decline(definitions, site.id, asked.pattern, by))
    return answer({"declined": asked.pattern})


async def suggest_again(request: Request, *, registry: Registry) -> Response:
    site, by = await registry.site(request), by_whom(request)
    await registry.change(lambda definitions: rules.suggest_again(definitions, site.id, by))
    return answer({"declined": []})


async def test_group(request: Request, *, registry: Registry, groups: GroupReader) -> Response:
    """What a group would be: nothing is stored."""
    site, asked = await registry.site(request), await fields(request)
    found = [one for one in (await registry.listing(PageGroup, site)).records if one.key == asked.get("key")]
    made = accepted(rules.parse({"name": "Test", **asked}, site.id))
    every = (await registry.listing(PageGroup, site)).records
    others = {one.name: one.patterns for one in every if one.key != made.key}
    change = GroupChange(found[0].patterns if found else (), made.patterns, others)
    effect = await groups.effect(site, change)
    return answer(
        {
            "totals": {name: asdict(total) for name, total in effect.totals.items()},
            "examined": effect.examined,
            "addresses": [
                asdict(row) | {"others": [{"name": name, "by": by} for name, by in row.others]}
                for row in effect.rows[:MOST_LISTED]
            ],
        }
    )


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
        body=JsonBody(PageGroup, rules.FIELDS, derived=("key",)),
        statuses=(201,),
    ),
    Entry("GET", _ROOT + "/{group}", show_group, "viewer", "One page group, by key or name."),
    Entry(
        "PUT",
        _ROOT + "/{group}",
        change_group,
        "editor",
        "Replace a page group; the key stays, past figures follow the new patterns; with `version`, the change is "
        "rejected if somebody else changed it first.",
        body=JsonBody(PageGroup, rules.FIELDS, derived=("key",)),
    ),
    Entry("DELETE", _ROOT + "/{group}", delete_group, "editor", "Delete a page group; its pages and pictures stay."),
    Entry(
        "GET",
        "/sites/{site}/group-figures",
        figures,
        "viewer",
        "The page groups with addresses, new ones, visitors, views, clicks, frustrated share, views a day. "
        "Query: since, until, days, device, filters, segment.",
        query=SITE.names,
    ),
    Entry(
        "POST",
        "/sites/{site}/group-test",
        test_group,
        "editor",
        "What a page group would be, without storing it: pages, without; optional key (of the group that it changes). "
        "Answers with addresses and visitors that fit, are new, fall out, or are in other groups too.",
        body=JsonBody(PageGroup, rules.FIELDS, derived=("key", "name")),
    ),
    Entry(
        "GET",
        "/sites/{site}/suggested-groups",
        suggested,
        "viewer",
        "Patterns that many addresses without a group share, and those that were declined.",
    ),
    Entry(
        "POST",
        "/sites/{site}/suggested-groups",
        decline,
        "editor",
        "Do not suggest a `pattern` again.",
        body=JsonBody(DeclinedPattern),
    ),
    Entry(
        "DELETE", "/sites/{site}/suggested-groups", suggest_again, "editor", "Forget which suggestions were declined."
    ),
)
