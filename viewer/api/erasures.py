"""Erasing what a site stored, and deleting a site."""

from __future__ import annotations

import re
from typing import Any

import anyio.to_thread
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from rules.erasure import ErasureRequest, erasure_of, parse, visitor_erasure
from rules.faults import accepted
from store.client import Store
from store.definitions import Missing
from store.erasure import stored_pages, stored_senders
from store.records import Erasure
from store.zones import now_ms
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, iso
from viewer.erasing import Erasing
from viewer.http.errors import Problem, bad_parameter, missing
from viewer.maps import Maps
from viewer.registry import Registry
from viewer.work import Work

WAIT_SECONDS = 120.0  # for the erasure of a visitor, which answers when it is done


def as_json(erasure: Erasure) -> dict[str, Any]:
    """A request to erase, with its progress. It does not name what it erases: that is erased too."""
    names = {"site": erasure.whole_site, "source": erasure.sender, "visitor": erasure.visitor, "page": erasure.pages}
    return {
        "id": erasure.id,
        "site": erasure.site,
        "of": next((name for name, given in names.items() if given), "period"),
        "pages": len(erasure.pages),
        "since": iso(erasure.since),
        "until": {kind: iso(end) for kind, end in erasure.until.items()},
        "state": erasure.state,
        "step": erasure.step,
        "done": erasure.done,
        "steps": erasure.of,
        "erased": erasure.erased,
        "problem": erasure.problem,
        "asked": iso(erasure.asked),
        "by": erasure.by,
    }


async def ask(
    request: Request, *, registry: Registry, maps: Maps, erasing: Erasing, store: Store, work: Work
) -> Response:
    await maps.drained()  # so that the pages of what arrived just now are known
    site, asked, by = await registry.site(request), accepted(parse(await fields(request))), by_whom(request)

    def submit() -> Erasure:
        known = stored_pages(store, int(site.id)) if asked.page else []
        return erasing.submit(replace(erasure_of(site, asked, known, now_ms()), by=by))

    return answer(as_json(await work.run(submit)), 202)


async def of_site(request: Request, *, registry: Registry, erasing: Erasing, work: Work) -> Response:
    site = await registry.site(request)
    found = await work.run(erasing.all)
    return answer({"erasures": [as_json(one) for one in found if one.site == site.id]})


async def sources(request: Request, *, registry: Registry, maps: Maps, store: Store, work: Work) -> Response:
    site = await registry.site(request)
    await maps.drained()
    found = await work.run(stored_senders, store, int(site.id))
    times = ({"since": iso(one["first"]), "until": iso(one["last"])} for one in found)
    return answer(
        {"sources": [{"source": f["sender"], "rows": f["stored"]} | t for f, t in zip(found, times, strict=True)]}
    )


async def every(request: Request, *, erasing: Erasing, work: Work) -> Response:
    return answer({"erasures": [as_json(one) for one in await work.run(erasing.all)]})


async def show(request: Request, *, erasing: Erasing, work: Work) -> Response:
    id = str(request.path_params["id"])
    try:
        return answer(as_json(await work.run(erasing.get, id)))
    except Missing:
        raise missing("erasure", id) from None


async def delete_site(request: Request, *, registry: Registry, erasing: Erasing, work: Work) -> Response:
    site = await registry.site(request)
    if request.query_params.get("confirm", "") != site.name:
        raise Problem(
            422, "name_differs", "The site is not deleted: `confirm` must be its name.", "Repeat the name of the site."
        )
    deleted = await work.run(erasing.delete_site, site.id, by_whom(request))
    return answer(as_json(deleted), 202)


async def forget(request: Request, *, registry: Registry, erasing: Erasing, store: Store, work: Work) -> Response:
    site = await registry.site(request)
    visitor = str(request.path_params["visitor"])
    if not re.fullmatch(r"[0-9a-fA-F]{1,16}", visitor):
        raise bad_parameter(
            "visitor", f"{visitor[:40]!r} is not a visitor id.", "16 hexadecimal digits, as exports show them"
        )
    asked = replace(visitor_erasure(site, int(visitor, 16), now_ms()), by=by_whom(request))
    submitted = await work.run(erasing.submit, asked)
    done = await anyio.to_thread.run_sync(erasing.wait, submitted.id, WAIT_SECONDS)
    if done.state != "done":
        raise Problem(
            503,
            "erasing",
            f"The visitor is not erased yet: {done.problem or done.step}.",
            f"It goes on: see /api/v1/erasures/{done.id}.",
        )
    return answer({"views": done.erased.get("views", 0), "points": done.erased.get("points", 0), "id": done.id})


ENTRIES = (
    Entry(
        "POST",
        "/sites/{site}/erasures",
        ask,
        "owner",
        "Erase what a site stored: page (address, path or pattern), since, until (days, both included), source (see "
        "/sources); at least one of them. Answers 202 with its id: it is done in the background.",
        body=JsonBody(ErasureRequest),
        statuses=(202,),
    ),
    Entry("GET", "/sites/{site}/erasures", of_site, "owner", "What was erased of a site, the newest first."),
    Entry(
        "GET",
        "/sites/{site}/sources",
        sources,
        "owner",
        "Imports and tokens whose data a site has stored, with the first and the last time. Each can be erased.",
    ),
    Entry("GET", "/erasures", every, "owner", "What was erased of all sites, deleted ones included."),
    Entry("GET", "/erasures/{id}", show, "owner", "One erasure: state (queued, running, done), step, rows by table."),
    Entry(
        "DELETE",
        "/sites/{site}",
        delete_site,
        "owner",
        "Delete a site with everything that it stored and everything defined for it. Query: confirm, its name again. "
        "Answers 202 with the erasure.",
        query=("confirm",),
        statuses=(202,),
    ),
    Entry(
        "DELETE",
        "/sites/{site}/visitors/{visitor}",
        forget,
        "owner",
        "Erase all that is kept of a visitor (hexadecimal id). Returns what was erased.",
    ),
)
