"""Raw rows: export to a file."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rules.question import PERIOD
from store.client import Store
from store.export import EXPORTED, export_rows
from viewer.activity import Activity
from viewer.api.entry import Entry, by_whom
from viewer.api.query_schemas import one_of
from viewer.http.parameters import choice
from viewer.maps import Maps
from viewer.questions import Questions
from viewer.work import Work

TYPES = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}


async def export(
    request: Request, *, questions: Questions, maps: Maps, store: Store, work: Work, activity: Activity
) -> Response:
    query = request.query_params
    table = choice(query, "table", EXPORTED, "views")
    form = choice(query, "format", tuple(TYPES), "ndjson")
    asked = await questions.read(request, PERIOD)
    since, until = asked.checked().period.span(asked.today)
    await maps.drained()
    content = await work.heavy(export_rows, store, table, asked.question.site, since, until, form, asked.site.zone)
    about = f"{table}.{form}, {since} – {until}"
    await work.run(activity.record, "export", by_whom(request), asked.site.id, about)
    name = f'attachment; filename="{table}-{since}-{until}.{form}"'
    return Response(content, media_type=TYPES[form], headers={"Content-Disposition": name})


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/export",
        export,
        "editor",
        "Rows as a file. Query: table (views, points, events, feedback), since, until, days, format (ndjson, csv).",
        query=(*PERIOD.names, "table", "format"),
        schemas={"table": one_of(*EXPORTED), "format": one_of(*TYPES)},
    ),
)
