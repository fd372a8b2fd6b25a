"""Sites: what is tracked, with the line to paste."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, structs
from starlette.requests import Request
from starlette.responses import Response

from rules.domains import domain_of, network_of
from rules.site import add_site
from store.client import StoreError
from store.definitions import Definitions
from store.records import Site
from store.sites import GRACE_DAYS, rotate_key, snippet
from store.visitors import staff_marks
from viewer.api.entry import Entry, answer, body, by_whom, iso
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.registry import Registry
from viewer.work import Work

Name = Annotated[str, Meta(min_length=1, max_length=120)]


Networks = Annotated[tuple[str, ...], Meta(max_length=200)]
Ids = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=500)]


class NewSite(Struct, forbid_unknown_fields=True):
    name: Name
    domains: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)]
    allow_private: bool = False
    demo: bool = False
    keep_query: tuple[str, ...] = ()
    fetch_from: str = ""
    staff_networks: Networks = ()


class Rotation(Struct, forbid_unknown_fields=True):
    grace_days: Annotated[int, Meta(ge=0, le=365)] = GRACE_DAYS


class SiteChange(Struct, forbid_unknown_fields=True):
    """What is left out stays as it is; `version` refuses the change if somebody else was faster."""

    name: Name | UnsetType = UNSET
    domains: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)] | UnsetType = UNSET
    allow_private: bool | UnsetType = UNSET
    demo: bool | UnsetType = UNSET
    keep_query: tuple[str, ...] | UnsetType = UNSET
    fetch_from: str | UnsetType = UNSET
    staff_networks: Networks | UnsetType = UNSET
    staff_ids: Ids | UnsetType = UNSET
    version: int | UnsetType = UNSET


def checked_domains(domains: tuple[str, ...]) -> tuple[str, ...]:
    """As hosts, each once. Problem 422 for what is no host."""
    try:
        return tuple(dict.fromkeys(domain_of(domain) for domain in domains))
    except StoreError as error:
        raise Problem(422, "domain", str(error)) from None


def checked_networks(networks: tuple[str, ...]) -> tuple[str, ...]:
    """Each once. Problem 422 for what is no network."""
    try:
        return tuple(dict.fromkeys(network_of(network) for network in networks))
    except StoreError as error:
        raise Problem(422, "network", str(error)) from None


def checked_name(definitions: Definitions, name: str, site: Site | None = None) -> str:
    """A name that no other site has and that is no number. Queries: run it in a thread."""
    name = name.strip()
    if not name or name.isdigit():
        raise Problem(422, "name", f"A site cannot be named {name!r}: a number alone is read as its id.")
    if any(site is None or other.id != site.id for other in definitions.find(Site, name=name)):
        raise Problem(409, "name_taken", f"There is a site {name!r} already.", "Choose another name.")
    return name


def as_json(urls: Urls, site: Site) -> dict[str, Any]:
    fields = structs.asdict(site) | {"old_keys": [{"key": o.key, "until": iso(o.until)} for o in site.old_keys]}
    return fields | {"snippet": snippet(urls.base, site)}


async def list_sites(request: Request, *, registry: Registry, urls: Urls) -> Response:
    found = await registry.sites()
    return answer({"sites": [as_json(urls, site) for site in sorted(found, key=lambda s: int(s.id))]})


async def create_site(request: Request, *, work: Work, definitions: Definitions, urls: Urls) -> Response:
    asked = await body(request, NewSite)
    domains, networks = checked_domains(asked.domains), checked_networks(asked.staff_networks)

    def create() -> Site:
        return add_site(
            definitions,
            checked_name(definitions, asked.name),
            domains,
            allow_private=asked.allow_private,
            demo=asked.demo,
            keep_query=asked.keep_query,
            fetch_from=asked.fetch_from,
            staff_networks=networks,
        )

    return answer(as_json(urls, await work.run(create)), 201)


async def show_site(request: Request, *, registry: Registry, urls: Urls) -> Response:
    return answer(as_json(urls, await registry.site(request)))


async def change_site(
    request: Request, *, registry: Registry, work: Work, definitions: Definitions, urls: Urls
) -> Response:
    site = await registry.site(request)
    asked = await body(request, SiteChange)
    changes = {name: value for name, value in structs.asdict(asked).items() if value is not UNSET}
    if "domains" in changes:
        changes["domains"] = checked_domains(changes["domains"])
    if "staff_networks" in changes:
        changes["staff_networks"] = checked_networks(changes["staff_networks"])
    if "staff_ids" in changes:
        changes["staff_ids"] = await work.run(staff_marks, definitions, int(site.id), changes["staff_ids"])
    if "name" in changes:
        changes["name"] = await work.run(checked_name, definitions, changes["name"], site)
    stored = await registry.save(structs.replace(site, **changes), by_whom(request))
    work.forget()
    return answer(as_json(urls, stored))


async def rotate(request: Request, *, registry: Registry, work: Work, definitions: Definitions, urls: Urls) -> Response:
    site = await registry.site(request)
    asked = await body(request, Rotation)
    stored = await work.run(rotate_key, definitions, site, by_whom(request), asked.grace_days)
    work.forget()
    return answer(as_json(urls, stored))


ENTRIES = (
    Entry("GET", "/sites", list_sites, "viewer", "All sites: id, key, domains, snippet."),
    Entry(
        "POST",
        "/sites",
        create_site,
        "editor",
        "Add a site: name, domains; optional allow_private, demo, keep_query, fetch_from. "
        "Answers 201 with id, key and snippet.",
    ),
    Entry("GET", "/sites/{site}", show_site, "viewer", "One site; {site} is its id or its name, here and below."),
    Entry("PUT", "/sites/{site}", change_site, "editor", "Change a site: the fields given, the others stay."),
    Entry(
        "POST",
        "/sites/{site}/rotate-key",
        rotate,
        "editor",
        "A new key; the one of before works for `grace_days` more (30, at most 365; 0: no longer).",
    ),
)
