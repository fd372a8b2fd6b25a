"""From an event or a batch to a journal record, or a refusal that says where and why.

An event of a backend becomes a batch with one custom event, but it is not a view. Its context has no viewport (`vw` is
0, which a tracker cannot send), so it makes no row of `views`; and it is not batch 0 of a view, so it makes no row of
`touches` (docs/decisions/0020).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

import msgspec
import xxhash
from msgspec import Struct
from msgspec.structs import replace

from collector import wire
from collector.backend.merging import ViewRow
from collector.backend.message import Event, Imported
from collector.backend.refusal import BackendReason
from collector.backend.settings import BackendSettings
from collector.door.refusal import RefusalError
from collector.enrich.devices import device
from collector.enrich.enrichment import Enrichment, NotAPage, RequestFacts, encode, enrich, is_staff
from collector.enrich.visitors import Visitors
from collector.journal.known_batches import batch_id
from collector.journal.segments import encode_record
from collector.known_sites import KnownSite
from collector.origins import allowed
from store.masking import masked
from store.pages import canonical_page
from store.visitors import own_id

NOBODY = 0  # the visitor of an event without one
SEQ = 1  # of every event; 0 would be the first batch of a view
TOUCHPOINT = "touchpoint/"  # prefix of the page of a touchpoint
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A journal record, and what a repetition is recognised by."""

    id: int  # collector/journal/known_batches.py
    site: int
    rows: int  # the number under which they are stored (store/open_days.py)
    page: str
    view: int  # its hash, as the store keeps it
    seq: int
    known_again: bool  # whether the sender named it, so that it can be a repetition
    record: bytes


class _Context(Struct):
    variants: dict[str, str]


class _Custom(Struct):
    t: list[int]
    n: list[str]
    v: list[float | None]


class _EventBody(Struct):
    view: str
    seq: int
    sent: int
    t0: int
    ctx: _Context
    custom: _Custom


class _Known(Struct):
    """The part of an `Enrichment` that an event without a browser has; absent fields read as empty."""

    site: int
    page: str
    host: str
    visitor: str
    excluded: int
    shift: int = 0


class Preparing:
    """Validates events and batches against sites and clock; raises `RefusalError`."""

    def __init__(self, settings: BackendSettings, visitors: Visitors, now: int, sender: str = "") -> None:
        """`now`: ms since 1970, the time of receipt. `sender`: of all of them, so that they can be erased together."""
        self._sender = msgspec.json.encode(masked(sender)) if sender else b""
        self._settings = settings
        self._visitors = visitors
        self._now = now

    def event(self, event: Event, known: KnownSite, name: str, at: str) -> Prepared:
        """`name`: the sender's name for it, "" for none; `at`: its position in the body, for messages."""
        if event.visitor and event.browser_id:
            raise _refused(BackendReason.SHAPE, f"{at}: visitor and browser_id are both given; give one")
        when = self._time(event, at)
        page = self._page(event, known, at)
        view = _view_of(known.number, name)
        visitor = self._visitor(event, known)
        staff = int(is_staff(known.site, "", visitor))
        x = _Known(known.rows, page, page.partition("/")[0], str(visitor), staff)
        custom = _Custom([0], [masked(event.name)], [event.value])
        body = _EventBody(view, SEQ, when, when, _Context(event.variants), custom)
        record = encode_record(self._now, self._sent(_encoder.encode(x)), _encoder.encode(body))
        return _prepared(known, page, view, SEQ, bool(name), record)

    def batch(self, line: Imported, known: KnownSite, at: str) -> Prepared:
        """An imported batch: its own times and visitor; a robot only if its agent says so."""
        return self.ready(known, *self._imported(line, known, at))

    def row(self, line: Imported, known: KnownSite, at: str) -> ViewRow:
        """A row of an export, which is merged into its view: it holds clicks at most."""
        x, batch = self._imported(line, known, at)
        if others := [kind for kind in (*wire.KINDS, "scroll") if kind != "click" and getattr(batch, kind) is not None]:
            raise _refused(BackendReason.SHAPE, f"{at}.batch.{others[0]}: only clicks can be merged")
        self._within(batch.sent, f"{at}.batch.sent")
        return ViewRow(x, batch)

    def ready(self, known: KnownSite, x: Enrichment, batch: wire.Batch) -> Prepared:
        """The journal record of a batch."""
        record = encode_record(self._now, self._sent(encode(x)), wire.encode(batch))
        return _prepared(known, x.page, batch.view, batch.seq, True, record)

    def _sent(self, x: bytes) -> bytes:
        """An encoded enrichment, with the sender."""
        return b'%b,"sender":%b}' % (x[:-1], self._sender) if self._sender else x

    def _imported(self, line: Imported, known: KnownSite, at: str) -> tuple[Enrichment, wire.Batch]:
        batch = _batch(line, at)
        sent = batch.sent
        if not allowed(batch.ctx.url, known.site.domains):
            raise _refused(
                BackendReason.PAGE, f"{at}.batch.ctx.url: {batch.ctx.url[:200]!r} is not on a domain of the site"
            )
        self._within(batch.t0, f"{at}.batch.t0")
        self._within(batch.t0 + wire.span(batch), f"{at}.batch: its last event")
        try:
            x, _ = enrich(batch, known, RequestFacts(self._now, "", line.agent, ""), self._visitors)
        except NotAPage as error:
            raise _refused(BackendReason.PAGE, f"{at}.batch.ctx.url: {error}") from None
        x = self._own(x, line, batch, known)
        batch.ctx.id = ""
        batch.sent = sent  # its own time too, which `enrich` takes for a wrong clock
        return x, batch

    def _own(self, x: Enrichment, line: Imported, batch: wire.Batch, known: KnownSite) -> Enrichment:
        """The enrichment, with what the sender knows and this request does not."""
        visitor = self._visitors.consented(known.number, batch.ctx.id or f"view {batch.view}")
        # Neither behaviour nor address are known: only the agent can identify a robot.
        bot = device(line.agent, batch.ctx.touch).bot if line.agent else ""
        staff = int(is_staff(known.site, "", visitor))
        x = replace(x, visitor=str(visitor), excluded=staff, shift=0, bot=bot)
        if line.agent:
            return x
        return replace(x, device=line.device or "other", browser=line.browser, os=line.os)

    def _time(self, event: Event, at: str) -> int:
        if event.time is None:
            return self._now
        when = event.time if isinstance(event.time, int) else _milliseconds(event.time)
        self._within(when, f"{at}.time")
        return when

    def _within(self, when: int, at: str) -> None:
        past, ahead = self._now - self._settings.max_age, self._now + self._settings.max_ahead
        if when < past:
            days = self._settings.max_age // 86_400_000
            raise _refused(
                BackendReason.TIME,
                f"{at}: {_shown(when)} is more than {days} days ago, which is longer than anything is kept",
            )
        if when > ahead:
            minutes = self._settings.max_ahead // 60_000
            raise _refused(
                BackendReason.TIME, f"{at}: {_shown(when)} is more than {minutes} min ahead of the server's clock"
            )

    def _page(self, event: Event, known: KnownSite, at: str) -> str:
        if event.page and event.touchpoint:
            raise _refused(BackendReason.SHAPE, f"{at}: page and touchpoint are both given; give one")
        if event.touchpoint:
            return TOUCHPOINT + event.touchpoint
        if not event.page:
            return ""
        if not allowed(event.page, known.site.domains):
            domains = ", ".join(known.site.domains)
            raise _refused(
                BackendReason.PAGE, f"{at}.page: {event.page[:200]!r} is not on a domain of the site ({domains})"
            )
        return canonical_page(event.page, known.site.keep_query)

    def _visitor(self, event: Event, known: KnownSite) -> int:
        id = own_id(event.visitor) if event.visitor else event.browser_id
        return self._visitors.consented(known.number, id) if id else NOBODY


def _prepared(known: KnownSite, page: str, view: str, seq: int, known_again: bool, record: bytes) -> Prepared:
    id = batch_id(known.number, view, seq)
    return Prepared(id, known.number, known.rows, page, xxhash.xxh64_intdigest(view.encode()), seq, known_again, record)


def _batch(line: Imported, at: str) -> wire.Batch:
    try:
        return wire.decode(bytes(line.batch))
    except wire.WireError as error:
        message = str(error).replace("$", f"{at}.batch", 1)
        raise _refused(BackendReason.SHAPE, message if at in message else f"{message} - at `{at}.batch`") from None


def _view_of(site: int, name: str) -> str:
    """24 letters, like the id of a view: the same for the same name, random without one."""
    if not name:
        return secrets.token_urlsafe(18)
    digest = hashlib.blake2b(
        f"{site} {name}".encode("utf-8", "surrogatepass"), digest_size=18, person=b"event"
    ).digest()
    return base64.urlsafe_b64encode(digest).decode()


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)


def _shown(when: int) -> str:
    try:
        return datetime.fromtimestamp(when / 1000).astimezone().isoformat(timespec="seconds")
    except (ValueError, OverflowError):  # the first day of year 1 in a zone further east is in year 0
        return f"{when} ms since 1970"


def _refused(reason: BackendReason, message: str) -> RefusalError:
    return RefusalError(reason.with_message(message))
