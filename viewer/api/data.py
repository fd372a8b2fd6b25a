"""Raw rows: export to a file, and erasing a visitor."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from rules.question import PERIOD
from store.client import Store
from store.erasure import forget_visitor
from store.export import EXPORTED, export_rows
from viewer.api.entry import Entry, answer
from viewer.http.errors import bad_parameter
from viewer.http.parameters import choice
from viewer.maps import Maps
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.work import Work

TYPES = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}


async def export(request: Request, *, questions: Questions, maps: Maps, store: Store, work: Work) -> Response:
    query = request.query_params
    table = choice(query, "table", EXPORTED, "views")
    form = choice(query, "format", tuple(TYPES), "ndjson")
    asked = await questions.read(request, PERIOD)
    since, until = asked.checked().period.span(asked.today)
    await maps.drained()
    content = await work.heavy(export_rows, store, table, asked.question.site, since, until, form, asked.site.zone)
    name = f'attachment; filename="{table}-{since}-{until}.{form}"'
    return Response(content, media_type=TYPES[form], headers={"Content-Disposition": name})


async def forget(request: Request, *, registry: Registry, maps: Maps, store: Store, work: Work) -> Response:
    site = await registry.site(request)
    visitor = str(request.path_params["visitor"])
    if not re.fullmatch(r"[0-9a-fA-F]{1,16}", visitor):
        raise bad_parameter(
            "visitor", f"{visitor[:40]!r} is not a visitor id.", "16 hexadecimal digits, as exports show them"
        )
    await maps.drained()
    erased = await work.run(forget_visitor, store, int(site.id), int(visitor, 16))
    work.forget()
    return answer(erased)


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/export",
        export,
        "editor",
        "Rows as a file. Query: table (views, points, events), since, until, days, format (ndjson, csv).",
        query=(*PERIOD.names, "table", "format"),
    ),
    Entry(
        "DELETE",
        "/sites/{site}/visitors/{visitor}",
        forget,
        "owner",
        "Erase all that is kept of a visitor (hexadecimal id). Returns what was erased.",
    ),
)
