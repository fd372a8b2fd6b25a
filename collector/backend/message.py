"""What a backend may send, with every limit: the single definition (explained in docs/server-events.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from collector.wire import Instant, Name, Url, Word
from store.devices import ANY_DEVICE
from store.records import Key

T = TypeVar("T")
_MAX_MESSAGE = 300  # letters


class Event(Struct, forbid_unknown_fields=True):
    """Something that happened: an order, a refund, a call, a visit to the shop."""

    name: Name
    id: Annotated[str, Meta(max_length=200)] = ""  # the same id again is the same event
    site: Annotated[str, Meta(max_length=120)] = ""  # id, name or key; else the request's
    time: Annotated[datetime, Meta(tz=True)] | Instant | None = None  # ISO 8601 with zone, or ms since 1970; else now
    value: Annotated[float, Meta(ge=-1e12, le=1e12)] | None = None
    visitor: Annotated[str, Meta(max_length=200)] = ""  # what the site gives to parcours('identify', …)
    browser_id: Annotated[str, Meta(max_length=64)] = ""  # or the id in localStorage['parcours.id']
    page: Url = ""  # address of a page of the site
    touchpoint: Key | None = None  # or a place that is not a page, such as `call-centre`
    variants: Annotated[dict[Word, Word], Meta(max_length=10)] = field(default_factory=dict)


class Imported(Struct, forbid_unknown_fields=True):
    """A batch of the tracker's format (docs/wire.md) with its own times, and what its request would have said."""

    batch: msgspec.Raw
    site: Annotated[str, Meta(max_length=120)] = ""
    agent: Annotated[str, Meta(max_length=512)] = ""  # User-Agent of the browser
    device: Annotated[str, Meta(pattern=rf"^({'|'.join(ANY_DEVICE)})?\Z")] = ""  # if the agent is unknown
    browser: Annotated[str, Meta(max_length=40)] = ""
    os: Annotated[str, Meta(max_length=40)] = ""
    merge: bool = False  # a row of an export, to be put together with what is stored of its view


class Unreadable(ValueError):
    """Not JSON."""


class WrongEvent(ValueError):
    """JSON of another shape; `str()` says where."""


class _Events(Struct, forbid_unknown_fields=True):
    events: list[Event]
    site: Annotated[str, Meta(max_length=120)] = ""


class _Peek(Struct):
    events: msgspec.Raw = msgspec.Raw(b"")


_event = msgspec.json.Decoder(Event)
_events = msgspec.json.Decoder(_Events)
_imported = msgspec.json.Decoder(Imported)
_peek = msgspec.json.Decoder(_Peek)


def decode_event(text: bytes) -> Event:
    """One event; raises `Unreadable` or `WrongEvent`."""
    return _decoded(_event, text)


def decode_imported(text: bytes) -> Imported:
    """One batch with its request; the batch itself is read by `wire.decode`."""
    return _decoded(_imported, text)


def decode_events(body: bytes) -> tuple[list[Event], str, bool]:
    """The events of a JSON body, the site it names for all of them, and whether they are in a list."""
    if not bytes(_decoded(_peek, body).events):
        return [decode_event(body)], "", False
    found = _decoded(_events, body)
    return found.events, found.site, True


def _decoded(decoder: msgspec.json.Decoder[T], text: bytes) -> T:
    try:
        return decoder.decode(text)
    except msgspec.ValidationError as error:
        raise WrongEvent(_clipped(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(_clipped(str(error))) from None


def _clipped(message: str) -> str:
    """The name of an unknown field may be a megabyte long."""
    return message if len(message) <= _MAX_MESSAGE else f"{message[:_MAX_MESSAGE]}…"
