"""Notes on elements, places, touchpoints and days (docs/notes.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from rules.question import Question
from rules.remark import AnswerRequest, NoteChange, NoteRequest
from rules.shape import plain
from store.remarks import Remark
from viewer.api.entry import Entry, JsonBody, answer, fields, iso
from viewer.api.query_schemas import one_of, whole
from viewer.drawing.export import table_csv
from viewer.http.downloads import file_answer
from viewer.http.parameters import choice, number
from viewer.note_writer import OF_QUESTION, NoteWriter
from viewer.registry import Registry
from viewer.remarks import NoteReader

MOST_LISTED = 1_000  # in one answer
COLUMNS = (
    "id", "page", "element", "name", "x", "y", "journey", "touchpoint", "day", "release", "time", "author", "text",
    "resolved", "resolved_by", "answer", "clicked_then", "dead_then",
)  # fmt: skip


def note_json(note: Remark) -> dict[str, Any]:
    """A note, without the fingerprints of its element."""
    values = plain(note)
    del values["place"]["print"]
    values["time"] = iso(note.time)
    for one, given in zip(values["answers"], note.answers, strict=True):
        one["time"] = iso(given.time)
    return values


async def list_notes(request: Request, *, registry: Registry, notes: NoteReader) -> Response:
    query, site = request.query_params, await registry.site(request)
    form = choice(query, "format", ("json", "csv"), "json")
    resolved = choice(query, "resolved", ("0", "1"), "")
    about = choice(query, "about", ("page", "touchpoint", "day"), "")
    page = query.get("page", "")
    every = [
        one
        for one in await notes.of_site(site, fresh=True)
        if resolved in ("", str(int(one.resolved)))
        and (not about or getattr(one, about))
        and (not page or _is_on(page, one))
    ]
    if form == "csv":
        return file_answer(notes_csv(every), "csv", f"notes-{site.id}")
    offset, most = number(query, "offset", 0, 10_000_000) or 0, number(query, "limit", 1, MOST_LISTED) or 100
    listed = [note_json(one) for one in every[offset : offset + most]]
    return answer({"notes": listed, "total": len(every), "open": sum(not one.resolved for one in every)})


def _is_on(page: str, note: Remark) -> bool:
    """Whether a note is on a page, given as host/path, /path or the key of a group."""
    if page.startswith("/"):
        return note.page.partition("/")[2] == page[1:]
    return page == note.page or bool(note.page and "/" in page and Question(0, page).covers(note.page))


def notes_csv(notes: Sequence[Remark]) -> bytes:
    """One line for each note and one for each answer to it, which has the number of the answer."""
    rows: list[tuple[object, ...]] = []
    for one in notes:
        place, then = one.place, one.figure
        about = (one.id, one.page, place.element, place.name, place.x if one.page else "", place.y if one.page else "",
                 one.journey, one.touchpoint, one.day, one.release)  # fmt: skip
        rest = (int(one.resolved), one.resolved_by)
        figures = (round(then.clicked, 4), round(then.dead, 4)) if then else ("", "")
        rows.append((*about, iso(one.time), one.author, one.text, *rest, 0, *figures))
        for n, reply in enumerate(one.answers, 1):
            rows.append((*about, iso(reply.time), reply.author, reply.text, *rest, n, "", ""))
    return table_csv(COLUMNS, rows)


async def create_note(request: Request, *, writer: NoteWriter) -> Response:
    return answer(note_json(await writer.add(request, await fields(request))), 201)


async def show_note(request: Request, *, writer: NoteWriter) -> Response:
    return answer(note_json(await writer.found(request)))


async def change_note(request: Request, *, writer: NoteWriter) -> Response:
    return answer(note_json(await writer.change(request, await fields(request))))


async def delete_note(request: Request, *, writer: NoteWriter) -> Response:
    return answer({"deleted": (await writer.delete(request)).id})


async def answer_note(request: Request, *, writer: NoteWriter) -> Response:
    return answer(note_json(await writer.answer(request, await fields(request))), 201)


_ROOT = "/sites/{site}/notes"
ENTRIES = (
    Entry(
        "GET",
        _ROOT,
        list_notes,
        "viewer",
        "The notes of a site, open ones first, then the newest. Query: page, about (page, touchpoint, day), resolved "
        "(0, 1), offset, limit (100; at most 1,000), format (json, csv).",
        query=("page", "about", "resolved", "offset", "limit", "format"),
        schemas={
            "about": one_of("page", "touchpoint", "day"),
            "resolved": one_of("0", "1"),
            "offset": whole(0, 10_000_000),
            "limit": whole(1, MOST_LISTED),
            "format": one_of("json", "csv"),
        },
    ),
    Entry(
        "POST",
        _ROOT,
        create_note,
        "viewer",
        "Write a note: text, and page (with element, x, y), or journey and touchpoint, or day; release with a day "
        "needs the role editor. Query: that of the map whose figure is kept.",
        query=OF_QUESTION,
        body=JsonBody(NoteRequest, derived=("text",)),
        statuses=(201,),
    ),
    Entry("GET", _ROOT + "/{note}", show_note, "viewer", "One note with its answers."),
    Entry(
        "PUT",
        _ROOT + "/{note}",
        change_note,
        "viewer",
        "Change a note: text, resolved, element, x, y. Somebody else's needs the role editor; with `version`, the "
        "change is rejected if somebody else changed it first.",
        query=OF_QUESTION,
        body=JsonBody(NoteChange),
    ),
    Entry(
        "POST",
        _ROOT + "/{note}/answers",
        answer_note,
        "viewer",
        "Answer a note: text. No other answer is lost.",
        body=JsonBody(AnswerRequest),
        statuses=(201,),
    ),
    Entry("DELETE", _ROOT + "/{note}", delete_note, "viewer", "Delete a note; somebody else's needs the role editor."),
)
