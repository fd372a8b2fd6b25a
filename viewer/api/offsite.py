"""Off-site files: sent, listed with their account, and withdrawn."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rules.faults import Fault
from rules.offsite_text import ENCODINGS, MOST_BYTES
from store.offsite import KeyMatch, OffsiteBatch, OffsiteReport, RejectedLine
from viewer.api.entry import Entry, FileBody, answer, by_whom, iso
from viewer.api.query_schemas import one_of
from viewer.drawing.offsite_csv import report_csv
from viewer.http.downloads import file_answer
from viewer.http.errors import Problem
from viewer.http.parameters import choice
from viewer.offsite_files import FileProgress, OffsiteFiles, OffsiteUpload
from viewer.registry import Registry
from viewer.work import Work

SHOWN = 50  # rejected lines in an answer
WAIT_SECONDS = 5.0  # for a small file, so that its account is in the answer to the request that sent it


def as_json(batch: OffsiteBatch, match: KeyMatch, progress: FileProgress) -> dict[str, Any]:
    """A batch with the account of its lines. `keys.share`: the match rate, null without rows."""
    return {
        "id": batch.id,
        "site": batch.site,
        "name": batch.name,
        "state": batch.state,
        "by": batch.by,
        "at": iso(batch.at),
        "bytes": batch.bytes,
        "encoding": batch.encoding,
        "separator": batch.separator,
        "ignored_columns": batch.ignored,
        "lines": {name: getattr(batch, name) for name in ("lines", "header", "blank", "stored", "rejected")},
        "coarse": batch.coarse,
        "since": iso(batch.since),
        "until": iso(batch.until),
        "keys": {"all": match.keys, "known": match.known, "unknown": match.keys - match.known, "share": match.share},
        "progress": {"done": progress.done, "of": progress.of},
        "withdrawn_by": batch.withdrawn_by,
        "problem": batch.problem,
    }


def _report_json(report: OffsiteReport) -> dict[str, Any]:
    return {
        "reasons": [msgspec.to_builtins(one) for one in report.kinds],
        "rejected": [_line_json(one) for one in report.first[:SHOWN]],
    }


def _line_json(one: RejectedLine) -> Mapping[str, Any]:
    message = Fault(one.column, one.code, one.values).sentence
    return {"line": one.line, "column": one.column, "code": one.code, "message": message}


async def receive(request: Request, *, registry: Registry, offsite: OffsiteFiles, work: Work) -> Response:
    site, by, query = await registry.site(request), by_whom(request), request.query_params
    encoding = choice(query, "encoding", ENCODINGS, "")
    if request.headers.get("content-type", "").startswith(("multipart/", "application/x-www-form-urlencoded")):
        raise Problem(415, "content_type", "The body must be the file itself.", "Send it as text/csv, not as a form.")
    with tempfile.TemporaryFile() as raw:
        size = 0
        async for block in request.stream():
            size += len(block)
            if size > MOST_BYTES:
                raise Problem(413, "too_large", f"The file has more than {MOST_BYTES} bytes.", "Send it in parts.")
            await anyio.to_thread.run_sync(raw.write, block)
        sent = OffsiteUpload(raw, query.get("file", ""), encoding, by)
        batch = await anyio.to_thread.run_sync(offsite.receive, site, sent)
    batch = await anyio.to_thread.run_sync(offsite.wait, site.id, batch.id, WAIT_SECONDS)
    return await _batch_answer(batch, offsite, work, 202 if batch.state == "reading" else 201)


async def of_site(request: Request, *, registry: Registry, offsite: OffsiteFiles, work: Work) -> Response:
    site = await registry.site(request)
    batches = await work.run(offsite.of_site, site.id)
    matches = await work.heavy(offsite.matches, batches)
    return answer({"batches": [as_json(one, matches[one.id], offsite.progress(one)) for one in batches]})


async def show(request: Request, *, registry: Registry, offsite: OffsiteFiles, work: Work) -> Response:
    site = await registry.site(request)
    batch = await work.run(offsite.get, site.id, str(request.path_params["batch"]))
    return await _batch_answer(batch, offsite, work)


async def withdraw(request: Request, *, registry: Registry, offsite: OffsiteFiles, work: Work) -> Response:
    site, by = await registry.site(request), by_whom(request)
    id = str(request.path_params["batch"])
    batch = await anyio.to_thread.run_sync(offsite.withdraw, site.id, id, by)
    return await _batch_answer(batch, offsite, work)


async def report(request: Request, *, registry: Registry, offsite: OffsiteFiles, work: Work) -> Response:
    site = await registry.site(request)
    batch = await work.run(offsite.get, site.id, str(request.path_params["batch"]))
    return file_answer(report_csv(await work.run(offsite.report, batch)), "csv", f"rejected-lines-{batch.id}")


async def _batch_answer(batch: OffsiteBatch, offsite: OffsiteFiles, work: Work, status: int = 200) -> Response:
    match = (await work.heavy(offsite.matches, [batch]))[batch.id]
    found = await work.run(offsite.report, batch)
    return answer(as_json(batch, match, offsite.progress(batch)) | _report_json(found), status)


ENTRIES = (
    Entry(
        "POST",
        "/sites/{site}/offsite",
        receive,
        "editor",
        "Send an off-site file: the body is the CSV file. 201 once it is read, 202 while it is. "
        "Query: file (its name), encoding (utf-8, utf-16, windows-1252).",
        query=("file", "encoding"),
        schemas={"encoding": one_of(*(e for e in ENCODINGS if e))},
        body=FileBody("text/csv"),
        statuses=(201, 202),
    ),
    Entry("GET", "/sites/{site}/offsite", of_site, "viewer", "The off-site files of a site, the newest first."),
    Entry("GET", "/sites/{site}/offsite/{batch}", show, "viewer", "One off-site file, with its first rejected lines."),
    Entry(
        "GET",
        "/sites/{site}/offsite/{batch}/report.csv",
        report,
        "viewer",
        "The rejected lines of an off-site file (the first 1,000), as CSV.",
    ),
    Entry(
        "DELETE",
        "/sites/{site}/offsite/{batch}",
        withdraw,
        "editor",
        "Withdraw an off-site file: erase its rows, and list it as withdrawn.",
    ),
)
