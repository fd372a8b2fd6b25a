"""From a body to its lines: each an event, a batch, or the refusal of that line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from collector.backend.message import (
    Event,
    Imported,
    Unreadable,
    WrongEvent,
    decode_event,
    decode_events,
)
from collector.backend.refusal import BackendReason
from collector.door.refusal import Refusal, RefusalError

JSON, LINES = "application/json", "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Line:
    """One event or batch of a request. `number` counts from 1: the line of NDJSON, or the position in a list."""

    number: int
    at: str  # its position in the body, for messages: `$`, `$.events[3]`
    read: Event | Imported | Refusal
    name: str = ""  # the sender's name for it, by which a repetition is recognised
    site: str = ""


def content_type(header: str) -> str:
    """JSON or LINES; raises `RefusalError` (415)."""
    kind = header.partition(";")[0].strip().lower()
    if kind in (JSON, LINES):
        return kind
    raise RefusalError(BackendReason.CONTENT_TYPE.with_message(f"The content type is {kind[:60] or 'missing'!r}."))


def events_of(body: bytes, key: str, site: str, most: int) -> list[Line]:
    """The events of a JSON body; the first invalid one refuses all. `key`: the header Idempotency-Key."""
    try:
        events, named, in_list = decode_events(body)
    except Unreadable as error:
        raise RefusalError(BackendReason.NOT_JSON.with_message(str(error))) from None
    except WrongEvent as error:
        raise RefusalError(BackendReason.SHAPE.with_message(str(error))) from None
    _check_number(len(events), most)
    return [
        Line(n, f"$.events[{n - 1}]" if in_list else "$", event, _name(event, key, n), event.site or named or site)
        for n, event in enumerate(events, 1)
    ]


def lines_of(
    body: bytes, key: str, site: str, most: int, decode: Callable[[bytes], Event | Imported] = decode_event
) -> list[Line]:
    """The lines of an NDJSON body, each validated separately; empty lines are skipped."""
    lines = [(n, text) for n, text in enumerate(body.split(b"\n"), 1) if text.strip()]
    _check_number(len(lines), most)
    return list(_read(lines, key, site, decode))


def _read(
    lines: list[tuple[int, bytes]], key: str, site: str, decode: Callable[[bytes], Event | Imported]
) -> Iterator[Line]:
    for n, text in lines:
        try:
            read = decode(text)
        except Unreadable as error:
            yield Line(n, "$", BackendReason.NOT_JSON.with_message(str(error)), site=site)
        except WrongEvent as error:
            yield Line(n, "$", BackendReason.SHAPE.with_message(str(error)), site=site)
        else:
            name = _name(read, key, n) if isinstance(read, Event) else ""
            yield Line(n, "$", read, name, read.site or site)


def _name(event: Event, key: str, n: int) -> str:
    """An event's own id, else its position under the key of the request. The prefix keeps the two apart."""
    if event.id:
        return f"id {event.id}"
    return f"key {n} {key}" if key else ""


def _check_number(number: int, most: int) -> None:
    if number > most:
        raise RefusalError(BackendReason.TOO_MANY.with_message(f"{number} in one request; the limit is {most}."))
    if not number:
        raise RefusalError(BackendReason.SHAPE.with_message("The body contains no event."))
