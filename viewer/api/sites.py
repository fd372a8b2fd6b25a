"""Sites: what is tracked, with the snippet to paste."""

from __future__ import annotations

from typing import Any

from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from rules import site as rules
from rules.faults import accepted
from rules.find import stored_of, usable
from store.records import Site
from store.sites import rotate_key, snippet
from viewer.access.person import signed_in
from viewer.access.site_rights import check_site_fields
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, iso, rejected_json
from viewer.http.urls import Urls
from viewer.registry import Registry


def as_json(urls: Urls, site: Site) -> dict[str, Any]:
    old_keys = [{"key": old.key, "until": iso(old.until)} for old in site.old_keys]
    fields = structs.asdict(site) | {"timezone": site.zone.name, "old_keys": old_keys}
    return fields | {"snippet": snippet(urls.base, site)}


async def list_sites(request: Request, *, registry: Registry, urls: Urls) -> Response:
    found, who = await registry.listing(Site), signed_in(request)
    sites = [as_json(urls, site) for site in found.records if who.sees(site.id)]
    return answer({"sites": sites, "rejected": [rejected_json(one) for one in found.rejected if who.sees(one.id)]})


async def create_site(request: Request, *, registry: Registry, urls: Urls) -> Response:
    asked, by = rules.with_zone(await fields(request)), by_whom(request)
    check_site_fields(signed_in(request), asked)
    made = await registry.change(lambda definitions: rules.add(definitions, asked, by))
    return answer(as_json(urls, made), 201)


async def show_site(request: Request, *, registry: Registry, urls: Urls) -> Response:
    return answer(as_json(urls, usable(await registry.find(Site, request.path_params["site"]))))


async def change_site(request: Request, *, registry: Registry, urls: Urls) -> Response:
    stored = stored_of(await registry.find(Site, request.path_params["site"]))
    asked, by = await fields(request), by_whom(request)
    check_site_fields(signed_in(request), asked, stored)
    changed = await registry.change(lambda definitions: rules.change(definitions, stored, asked, by))
    return answer(as_json(urls, changed))


async def rotate(request: Request, *, registry: Registry, urls: Urls) -> Response:
    site = usable(await registry.find(Site, request.path_params["site"]))
    asked, by = accepted(rules.parse_rotation(await fields(request))), by_whom(request)
    changed = await registry.change(lambda definitions: rotate_key(definitions, site, by, asked.grace_days))
    return answer(as_json(urls, changed))


ENTRIES = (
    Entry("GET", "/sites", list_sites, "viewer", "All sites: id, key, domains, snippet."),
    Entry(
        "POST",
        "/sites",
        create_site,
        "editor",
        "Add a site: name, domains; optional allow_private, demo, keep_query, fetch_from, staff_networks, staff_ids, "
        "retake (never, daily, weekly, monthly, changed), keep_pictures (2 to 500), timezone (of its days, such as "
        "Europe/Paris; that of the server if it is left out). "
        "Answers 201 with id, key and snippet. Owners only: allow_private, demo, private domains and fetch_from.",
        body=JsonBody(Site, rules.FIELDS),
        statuses=(201,),
    ),
    Entry("GET", "/sites/{site}", show_site, "viewer", "One site; {site} is its id or its name, here and below."),
    Entry(
        "PUT",
        "/sites/{site}",
        change_site,
        "editor",
        "Change a site: the fields given, the others stay.",
        body=JsonBody(Site, (*rules.FIELDS, "version"), partial=True),
    ),
    Entry(
        "POST",
        "/sites/{site}/rotate-key",
        rotate,
        "editor",
        "A new key; the earlier one works for `grace_days` more (30, at most 365; 0: no longer).",
        body=JsonBody(rules.KeyRotation),
    ),
)
