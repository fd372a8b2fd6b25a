"""Off-site files of a site: sending one, their list, and one with the lines that were rejected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import anyio.to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from rules.faults import Fault, Faults, InvalidDefinition
from rules.offsite import HEADER
from rules.offsite_text import ENCODINGS, MOST_BYTES, FileEncoding
from store.offsite import KeyMatch, OffsiteBatch
from store.records import Site
from viewer.access.person import signed_in
from viewer.drawing.offsite_csv import report_csv
from viewer.http.downloads import file_answer
from viewer.http.urls import Urls
from viewer.offsite_files import OffsiteFiles, OffsiteUpload
from viewer.pages.forms.faults import FormFaults, form_faults
from viewer.pages.forms.fields import text
from viewer.pages.forms.words import definition_words
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.registry import Registry
from viewer.work import Work

SHOWN = 20  # rejected lines on the page; the file has more
KIND = "offsite"


@dataclass(frozen=True)
class AccountPart:
    """One part of the account of a file's lines."""

    label: str
    lines: str


@dataclass(frozen=True)
class LineFaultRow:
    """A rejected line; `line` is its number. Of a reason, the number of its first line and how many there are."""

    line: str
    column: str
    words: str
    lines: str = ""


@dataclass(frozen=True)
class BatchRow:
    """A file in words. `percent`: how much of it was read, None once it was."""

    id: str
    name: str
    href: str
    sent: str
    by: str
    state: str
    state_css: str
    rows: str
    rejected: str
    matched: str
    of_keys: str
    percent: int | None
    withdraw: str  # where the form posts to; "" if it cannot be withdrawn


@dataclass(frozen=True, kw_only=True)
class OffsitePage(Page):
    """Off-site files, `/sites/3/offsite`."""

    template = "offsite/index.html"
    docs = "offsite-files"
    rows: list[BatchRow] = doc("The files, the newest first")
    faults: FormFaults = doc("Why a file was not read")
    known_href: str = doc("The same file as it was sent before, if there is one")
    encodings: tuple[str, ...] = doc("What can be chosen")
    header: str = doc("The columns")
    can_edit: bool = doc("Whether the person may send and withdraw files")
    action: str = doc("Where the form posts to")
    back: str = doc("The journeys of the site")
    most: int = doc("The largest file in bytes")
    sending: Mapping[str, str] = doc("Words of the script that sends a file, by the names that it uses")


@dataclass(frozen=True, kw_only=True)
class BatchPage(Page):
    """One off-site file, `/sites/3/offsite/0a1b2c3d4e5f-1`."""

    template = "offsite/batch.html"
    docs = "offsite-files"
    row: BatchRow = doc("The file")
    account: tuple[AccountPart, ...] = doc("What became of its lines; the first part is all of them")
    notes: tuple[str, ...] = doc("Sentences about its rows")
    reasons: list[LineFaultRow] = doc("Why lines were rejected, the most frequent reason first")
    lines: list[LineFaultRow] = doc("The first rejected lines")
    more: str = doc("How many others there are; empty if none")
    report_href: str = doc("The rejected lines as CSV")
    back: str = doc("All files")


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    return lang.text("File") if path == "file" else ""


async def index(
    request: Request, *, registry: Registry, frames: Frames, urls: Urls, offsite: OffsiteFiles, work: Work
) -> Response:
    """GET lists the files. POST sends one."""
    site = await registry.site(request)
    if request.method == "GET":
        return await _index(request, site, frames, urls, offsite, work)
    form, lang = await request.form(), language_of(request)
    try:
        sent = _sent(form, signed_in(request).name)
        batch = await anyio.to_thread.run_sync(offsite.receive, site, sent)
    except InvalidDefinition as error:
        faults = replace(form_faults(lang, KIND, error.faults, label), heading=lang.text("The file was not read."))
        return await _index(request, site, frames, urls, offsite, work, error.faults, faults)
    await anyio.to_thread.run_sync(offsite.wait, site.id, batch.id, 1.0)
    return go(urls.offsite_batch(site.id, batch.id))


def _sent(form: FormData, by: str) -> OffsiteUpload:
    """The file of the form. InvalidDefinition if none was chosen."""
    file, chosen = form.get("file"), text(form, "encoding")
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidDefinition(Faults((Fault("file", "missing"),)))
    encodings: dict[str, FileEncoding] = {"utf-8": "utf-8", "utf-16": "utf-16", "windows-1252": "windows-1252"}
    return OffsiteUpload(file.file, file.filename, encodings.get(chosen, ""), by)


async def _index(
    request: Request,
    site: Site,
    frames: Frames,
    urls: Urls,
    offsite: OffsiteFiles,
    work: Work,
    *rejected: Faults | FormFaults,
) -> Response:
    frame = await frames.of(request, "journeys", site)
    batches = await work.run(offsite.of_site, site.id)
    matches = await work.heavy(offsite.matches, batches)
    may = signed_in(request).may("editor")
    known = next((str(one.values["batch"]) for found in rejected if isinstance(found, Faults)
                  for one in found if one.code == "offsite_known"), "")  # fmt: skip
    faults = next((found for found in rejected if isinstance(found, FormFaults)), FormFaults())
    page = OffsitePage(
        frame=frame,
        title=frame.lang.text("Off-site files"),
        rows=[_row(frame.lang, urls, one, matches[one.id], offsite, may=may) for one in batches],
        faults=faults,
        known_href=urls.offsite_batch(site.id, known) if known else "",
        encodings=ENCODINGS,
        header=HEADER,
        can_edit=may,
        action=urls.offsite(site.id),
        back=urls.journeys(site.id),
        most=MOST_BYTES,
        sending=_sending_words(frame.lang),
    )
    return answer(request, page, faults.status)


def _sending_words(lang: Language) -> dict[str, str]:
    """For viewer/static/offsite.js; placeholders stay as they are."""
    _ = lang.text
    return {
        "sent": _("%(done)s of %(all)s MB sent"),
        "checking": _("All of it was sent. The server is checking the file…"),
        "cancelled": _("Cancelled: nothing was stored. The file can be sent again."),
        "too_large": _(
            "The file is too large: at most %(n)s MB. Send it in parts.", n=lang.number(MOST_BYTES // 10**6)
        ),
        "no_connection": _("The server cannot be reached. Nothing was sent."),
        "broken": _("The connection broke before the server answered. Send the file again: it is never stored twice."),
        "session": _("Your session has ended, and nothing was stored."),
        "sign_in": _("Sign in in another tab, then send the file again here."),
        "failed": _("The server answered with an error (%(status)s). Nothing was stored."),
    }


async def show(
    request: Request, *, registry: Registry, frames: Frames, urls: Urls, offsite: OffsiteFiles, work: Work
) -> Response:
    """GET: one file. While it is read, the page loads itself again."""
    site = await registry.site(request)
    frame = await frames.of(request, "journeys", site)
    batch = await work.run(offsite.get, site.id, str(request.path_params["batch"]))
    report = await work.run(offsite.report, batch)
    match = (await work.heavy(offsite.matches, [batch]))[batch.id]
    lang = frame.lang
    others = batch.rejected - min(len(report.first), SHOWN)
    page = BatchPage(
        frame=frame,
        title=batch.name,
        row=_row(lang, urls, batch, match, offsite, may=signed_in(request).may("editor")),
        account=_account(lang, batch),
        notes=_notes(lang, batch),
        reasons=[
            LineFaultRow(lang.number(one.first), one.column, _reason(lang, one.code), lang.number(one.lines))
            for one in report.kinds
        ],
        lines=[
            LineFaultRow(
                lang.number(one.line), one.column, definition_words(lang, KIND, Fault(one.column, one.code, one.values))
            )
            for one in report.first[:SHOWN]
        ],
        more=lang.plural("%(num)s more", "%(num)s more", others) if others > 0 else "",
        report_href=urls.offsite_report(site.id, batch.id) if report.first else "",
        back=urls.offsite(site.id),
    )
    return answer(request, page)


async def withdraw(request: Request, *, registry: Registry, urls: Urls, offsite: OffsiteFiles) -> Response:
    """POST withdraws a file."""
    site, by = await registry.site(request), signed_in(request).name
    batch = await anyio.to_thread.run_sync(offsite.withdraw, site.id, str(request.path_params["batch"]), by)
    return go(urls.offsite_batch(site.id, batch.id))


async def report(request: Request, *, registry: Registry, offsite: OffsiteFiles, work: Work) -> Response:
    """GET: the rejected lines as a file."""
    site = await registry.site(request)
    batch = await work.run(offsite.get, site.id, str(request.path_params["batch"]))
    return file_answer(report_csv(await work.run(offsite.report, batch)), "csv", f"rejected-lines-{batch.id}")


def _row(
    lang: Language, urls: Urls, batch: OffsiteBatch, match: KeyMatch, offsite: OffsiteFiles, *, may: bool
) -> BatchRow:
    _ = lang.text
    progress = offsite.progress(batch)
    words, css = {
        "reading": (_("being read"), "off"),
        "stored": (_("counted"), "good"),
        "failed": (_("failed: nothing was stored"), "warn"),
        "withdrawing": (_("being withdrawn"), "off"),
        "withdrawn": (_("withdrawn"), "off"),
    }[batch.state]
    is_stored = batch.state == "stored"
    return BatchRow(
        id=batch.id,
        name=batch.name,
        href=urls.offsite_batch(batch.site, batch.id),
        sent=lang.moment(batch.at),
        by=batch.by,
        state=words,
        state_css=css,
        rows=lang.number(batch.stored),
        rejected=lang.number(batch.rejected) if batch.rejected else "",
        matched=lang.share(match.share, 0) if is_stored and match.share is not None else "",
        of_keys=_("%(known)s of %(n)s keys", known=lang.number(match.known), n=lang.number(match.keys))
        if is_stored and match.keys
        else "",
        percent=100 * progress.done // max(progress.of, 1) if batch.state == "reading" else None,
        withdraw=urls.withdraw_offsite(batch.site, batch.id)
        if may and batch.state in ("stored", "withdrawing")
        else "",
    )


def _account(lang: Language, batch: OffsiteBatch) -> tuple[AccountPart, ...]:
    _ = lang.text
    parts = (
        (_("Lines of the file"), batch.lines),
        (_("Stored"), batch.stored),
        (_("Rejected"), batch.rejected),
        (_("Empty"), batch.blank),
        (_("Names of the columns"), batch.header),
    )
    return tuple(AccountPart(words, lang.number(n)) for words, n in parts) if batch.lines else ()


def _notes(lang: Language, batch: OffsiteBatch) -> tuple[str, ...]:
    _ = lang.text
    found = []
    if batch.since:
        first, last = (lang.day(lang.zone.day(ms), year=True) for ms in (batch.since, batch.until))
        found.append(_("From %(first)s to %(last)s.", first=first, last=last))
    if batch.coarse:
        found.append(
            lang.plural(
                "%(num)s line has a day only: it counts at noon, and is left out of all times between touchpoints.",
                "%(num)s lines have a day only: they count at noon, and are left out of all times between touchpoints.",
                batch.coarse,
            )
        )
    if batch.ignored:
        found.append(_("Columns that were not read: %(names)s.", names=", ".join(batch.ignored)))
    if batch.problem:
        found.append(batch.problem)
    if batch.withdrawn_by:
        found.append(_("Withdrawn by %(name)s: its lines were erased.", name=batch.withdrawn_by))
    return tuple(found)


def _reason(lang: Language, code: str) -> str:
    """A reason without the values of one line."""
    _ = lang.text
    return {
        "missing": _("The cell is empty"),
        "long": _("The text is too long"),
        "characters": _("Characters that cannot be stored"),
        "high": _("The number is too large"),
        "low": _("The number is too small"),
        "offsite_quote": _("A quotation mark is not closed"),
        "offsite_cells": _("The number of cells differs from the first line"),
        "offsite_long": _("The line is too long"),
        "offsite_time": _("Not a time such as 2026-11-23T14:05, or a day such as 2026-11-23"),
        "offsite_old": _("Too long ago"),
        "offsite_future": _("In the future"),
        "offsite_visitor": _("Not a visitor id"),
        "offsite_number": _("Not a number"),
        "offsite_two_numbers": _("A number that can be read in two ways"),
    }.get(code, code)
