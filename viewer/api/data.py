"""The rows themselves: out as a file, and a visitor's out for good."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from store.keeping import EXPORTED, export_rows, forget_visitor
from viewer.api.entry import Entry, answer, viewer_of
from viewer.errors import bad_parameter
from viewer.query import choice, only, period, site_of

TYPES = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}


async def export(request: Request) -> Response:
    viewer, query = viewer_of(request), request.query_params
    only(query, ("table", "since", "until", "days", "format"))
    since, until = period(query)
    table = choice(query, "table", EXPORTED, "views")
    form = choice(query, "format", tuple(TYPES), "ndjson")
    site = await site_of(viewer, request)
    await viewer.maps.drained()
    content = await viewer.work.heavy(export_rows, viewer.store, table, int(site.id), since, until, form)
    name = f'attachment; filename="{table}-{since}-{until}.{form}"'
    return Response(content, media_type=TYPES[form], headers={"Content-Disposition": name})


async def forget(request: Request) -> Response:
    viewer = viewer_of(request)
    site = await site_of(viewer, request)
    visitor = str(request.path_params["visitor"])
    if not re.fullmatch(r"[0-9a-fA-F]{1,16}", visitor):
        raise bad_parameter("visitor", f"{visitor[:40]!r} is no id.", "16 hexadecimal digits, as exports show them")
    await viewer.maps.drained()
    erased = await viewer.run(forget_visitor, viewer.store, int(site.id), int(visitor, 16))
    viewer.work.forget()
    return answer(erased)


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/export",
        export,
        "editor",
        "Rows as a file. Query: table (views, points, events), since, until, days, format (ndjson, csv).",
    ),
    Entry(
        "DELETE",
        "/sites/{site}/visitors/{visitor}",
        forget,
        "owner",
        "Erase all that is kept of a visitor (hexadecimal id). Returns what was erased.",
    ),
)
