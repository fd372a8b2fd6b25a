"""Saved maps, and reports of several maps and texts (docs/reports.md)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rules import report as rules
from rules.find import Rejected, stored_of, usable
from store.reports import Report, SavedMap
from viewer.api.by_name import NamedKind
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, rejected_json
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.reports import ReportWriter

_ONE = "/sites/{site}/reports/{report}"


async def list_reports(request: Request, *, registry: Registry) -> Response:
    found = await registry.listing(Report, await registry.site(request))
    return answer({"reports": found.records, "rejected": [rejected_json(one) for one in found.rejected]})


async def show_report(request: Request, *, registry: Registry) -> Response:
    return answer(usable(await _found(request, registry)))


async def delete_report(request: Request, *, registry: Registry) -> Response:
    stored = stored_of(await _found(request, registry))
    await registry.change(lambda definitions: definitions.delete_stored(Report, stored, by_whom(request)))
    return answer({"deleted": stored.id})


async def _found(request: Request, registry: Registry) -> Report | Rejected[Report]:
    return await registry.find(Report, request.path_params["report"], await registry.site(request))


async def create_report(request: Request, *, questions: Questions, writer: ReportWriter) -> Response:
    known = await questions.known(request)
    return answer(await writer.save(known, await fields(request), None, by_whom(request)), 201)


async def change_report(
    request: Request, *, questions: Questions, registry: Registry, writer: ReportWriter
) -> Response:
    known = await questions.known(request)
    stored = stored_of(await _found(request, registry))
    return answer(await writer.save(known, await fields(request), stored, by_whom(request)))


_MAPS = NamedKind(SavedMap, "saved_map", rules.MAP_FIELDS, rules.add_map, rules.change_map)
_BODY = JsonBody(Report, rules.REPORT_FIELDS)
ENTRIES = (
    *_MAPS.entries("Save a map: name, query (the parameters of a map: page, and what narrows it)."),
    Entry("GET", "/sites/{site}/reports", list_reports, "viewer", "The reports of a site."),
    Entry(
        "POST",
        "/sites/{site}/reports",
        create_report,
        "editor",
        "Make a report: name; optional lead, parts (kind, heading, text, query).",
        body=_BODY,
        statuses=(201,),
    ),
    Entry("GET", _ONE, show_report, "viewer", "One report, by id or name."),
    Entry("PUT", _ONE, change_report, "editor", "Replace a report; figures are stored as they are now.", body=_BODY),
    Entry("DELETE", _ONE, delete_report, "editor", "Delete a report; the history keeps its versions."),
)
