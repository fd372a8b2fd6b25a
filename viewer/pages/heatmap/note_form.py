"""What is written in the list of notes beside a map."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from viewer.access.guards import root_of, safe_next
from viewer.http.errors import bad_parameter
from viewer.note_writer import NoteWriter
from viewer.pages.frame.frames import go


def label(_lang: object, field: str) -> str:
    """Names of fields: a note has one field, which needs no name."""
    return ""


def _place(sent: dict[str, str]) -> dict[str, object]:
    """The element or place that was chosen. Problem 400 for a place that is not a number."""
    found: dict[str, object] = {"element": sent.get("element", "")}
    for name in ("x", "y"):
        if text := sent.get(name):
            try:
                found[name] = float(text)
            except ValueError:
                raise bad_parameter(name, "is not a number.", "0 to 1") from None
    return found


async def _sent(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: str(value).replace("\r\n", "\n") for name, value in form.items()}


async def add(request: Request, *, writer: NoteWriter) -> Response:
    """POST writes a note on the page of the map."""
    sent = await _sent(request)
    fields = {"text": sent.get("text", ""), "page": request.query_params.get("page", ""), **_place(sent)}
    note = await writer.add(request, fields)
    return go(f"{safe_next(sent.get('next', ''), root_of(request))}#n{note.id}")


async def change(request: Request, *, writer: NoteWriter) -> Response:
    """POST answers, resolves, opens, moves or deletes a note."""
    sent, id = await _sent(request), str(request.path_params["note"])
    back = safe_next(sent.get("next", ""), root_of(request))
    match sent.get("do", ""):
        case "answer":
            await writer.answer(request, {"text": sent.get("text", "")})
        case "resolve" | "reopen" as do:
            await writer.change(request, {"resolved": do == "resolve"})
        case "move":
            await writer.change(request, _place(sent))
        case "delete":
            await writer.delete(request)
            return go(back)
        case other:
            raise bad_parameter("do", f"{other[:40]!r} is not valid.", "answer, resolve, reopen, move, delete")
    return go(f"{back}#n{id}")
