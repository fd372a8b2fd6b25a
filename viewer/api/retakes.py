"""Scheduled retakes of a site, and pages that have changed since their pictures."""

from __future__ import annotations

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from viewer.api.entry import Entry, answer, iso
from viewer.api.figures import plain
from viewer.page_changes import PageChanges
from viewer.registry import Registry
from viewer.retakes import PageRetakes, RetakeReader


async def list_retakes(request: Request, *, registry: Registry, retakes: RetakeReader) -> Response:
    site = await registry.site(request)
    plan = await retakes.of(site, int(time.time() * 1000))
    return answer(
        {
            "schedule": site.retake,
            "keep_pictures": site.keep_pictures,
            "quiet_hour": plan.quiet,
            "timezone": site.zone.name,
            "pages": [_page_json(page) for page in plan.pages],
        }
    )


def _page_json(page: PageRetakes) -> dict[str, Any]:
    last = page.last
    failed = last.failures and not last.jobs
    return {
        "page": page.page,
        "pictures": [picture.id for picture in page.pictures],
        "due": iso(page.begins),
        "begun": iso(last.begun) if last.begun else None,
        "jobs": list(last.jobs),
        "failures": last.failures if failed else 0,
        "error": {"code": last.code, "message": last.words} if failed else None,
    }


async def list_changes(request: Request, *, registry: Registry, changes: PageChanges) -> Response:
    site, page = await registry.site(request), request.query_params.get("page", "")
    found = await changes.of(site, page)
    pictures = [{"snapshot": plain(picture), "changed": plain(change)} for picture, change in found]
    return answer({"page": page, "pictures": pictures})


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/retakes",
        list_retakes,
        "viewer",
        "Scheduled retakes: schedule, keep_pictures, quiet_hour and the timezone that it is of; for each page that is "
        "taken again the ids of its pictures, due, begun, jobs under way, failures in a row and the last error.",
    ),
    Entry(
        "GET",
        "/sites/{site}/changes",
        list_changes,
        "viewer",
        "The pictures that maps of `page` use, each with what has changed since: null, or since, share of clicks on "
        "elements that it does not have, share_before, and new_elements.",
        query=("page",),
    ),
)
