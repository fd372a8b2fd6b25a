"""Who changed what."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from store.activity import KINDS, ActivityEntry, ActivityFilter
from store.spreadsheet import harmless
from viewer.access.person import signed_in
from viewer.activity import MOST_ROWS, PAGE, Activity, action_of, name_of
from viewer.api.entry import Entry, answer, iso
from viewer.api.query_schemas import one_of, text, whole
from viewer.http.downloads import TABLE_FORMATS, file_answer
from viewer.http.errors import bad_parameter
from viewer.http.parameters import choice, number
from viewer.registry import Registry
from viewer.work import Work

COLUMNS = ("time", "who", "action", "kind", "id", "name", "site", "changed")
MOST_PARTS = 20_000  # of a list
NOBODY = "-"


def entry_json(entry: ActivityEntry) -> dict[str, Any]:
    """The fields of an entry: what changed, never the values."""
    return {
        "time": iso(entry.time),
        "who": entry.author,
        "action": action_of(entry),
        "kind": entry.kind,
        "id": entry.id,
        "name": name_of(entry),
        "sites": list(entry.sites),
        "version": entry.version,
        "changed": list(entry.changed),
    }


async def list_activity(request: Request, *, activity: Activity, work: Work) -> Response:
    return await _answer(request, activity, work, "")


async def list_site_activity(request: Request, *, registry: Registry, activity: Activity, work: Work) -> Response:
    return await _answer(request, activity, work, (await registry.site(request)).id)


async def _answer(request: Request, activity: Activity, work: Work, site: str) -> Response:
    query, who = request.query_params, signed_in(request)
    form = choice(query, "format", TABLE_FORMATS, "json")
    part = number(query, "part", 1, MOST_PARTS) or 1
    wanted = _filter(query.get("who", ""), query.get("kind", ""))
    if form == "csv":
        every = await work.heavy(activity.page, who, wanted, 1, MOST_ROWS, site)
        return file_answer(_csv(every.entries), "csv", "activity")
    found = await work.run(activity.page, who, wanted, part, PAGE, site)
    return answer({"activity": [entry_json(one) for one in found.entries], "of": found.total, "part": part})


def _filter(author: str, kind: str) -> ActivityFilter:
    if kind and kind not in KINDS:
        raise bad_parameter("kind", f"{kind[:40]!r} is not valid.", ", ".join(KINDS))
    by = None if not author else "" if author == NOBODY else author
    return ActivityFilter(by, (kind,) if kind else ())


def _csv(entries: Sequence[ActivityEntry]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for entry in entries:
        row = entry_json(entry) | {"site": " ".join(entry.sites), "changed": " ".join(entry.changed)}
        writer.writerow([harmless(row[name]) for name in COLUMNS])
    return out.getvalue().encode()


_QUERY = ("who", "kind", "part", "format")
_SCHEMAS = {
    "who": text("A person, or a program by the name of its token; - for what the server did by itself."),
    "kind": one_of(*KINDS),
    "part": whole(1, MOST_PARTS),
    "format": one_of(*TABLE_FORMATS),
}
_WORDS = "the newest first, 50 in a part, of the last 13 months: time, who, action, kind, id, name, changed fields."
ENTRIES = (
    Entry(
        "GET",
        "/activity",
        list_activity,
        "viewer",
        f"Who changed what on the sites that you see, {_WORDS} Query: who, kind, part (from 1), "
        "format (json, csv: all parts).",
        query=_QUERY,
        schemas=_SCHEMAS,
    ),
    Entry(
        "GET",
        "/sites/{site}/activity",
        list_site_activity,
        "viewer",
        f"Who changed what on a site, {_WORDS} Query as above.",
        query=_QUERY,
        schemas=_SCHEMAS,
    ),
)
