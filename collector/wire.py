"""The wire format: what one batch of the tracker may contain, with every limit.

This module is the single definition. `docs/wire.md` is generated from it, and `tests/examples/batches.json` has
batches of the tracker that this module must accept, and some that it must reject.

A batch is self-contained: it repeats the context of its view and includes the record of every element its events
refer to, so that collectors keep no state and the store can make rows from one line of JSON
(docs/decisions/0001-self-contained-batches.md).
"""

from __future__ import annotations

import string
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from store.flags import CLICK_FLAGS

VERSION = 1
VERSIONS = (1,)  # that this collector accepts
MAX_BODY = 65_536  # bytes; browsers' shared quota for keepalive requests is the same
MAX_EVENTS = 200  # of one kind
MAX_BATCH_EVENTS = 600  # of all kinds together
MAX_ELEMENTS = 400  # records in one batch
MAX_ASKED = 60  # rows of surveys in one batch
MAX_TEXT = 1_200  # letters of an answer: MAX_WORDS of store/surveys.py, and what masking may add
MAX_URL = 2_048  # letters, and bytes as UTF-8: browsers encode the others
MAX_SPAN = 86_400_000  # ms between the first and the last event of a kind
MAX_PX = 40_000_000  # CSS px: browsers lay out no page larger than 2^25

Px = Annotated[int, Meta(ge=-MAX_PX, le=MAX_PX)]
Size = Annotated[int, Meta(ge=0, le=MAX_PX)]
Viewport = Annotated[int, Meta(ge=1, le=20_000)]
Fraction = Annotated[int, Meta(ge=0, le=10_000)]  # of a box, in steps of 1/10,000
Milliseconds = Annotated[int, Meta(ge=0, le=86_400_000)]
Delta = Annotated[int, Meta(ge=0, le=86_400_000)]  # ms since the previous event; for the first one, since t0
Instant = Annotated[int, Meta(ge=0, le=4_102_444_800_000)]  # ms since 1970 by the visitor's clock
Index = Annotated[int, Meta(ge=0, lt=MAX_ELEMENTS)]  # into `el` of this batch
Url = Annotated[str, Meta(max_length=MAX_URL)]
Word = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\w.:\-]+\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Asking = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_\-]{24}\Z")]
Chosen = Annotated[list[Annotated[str, Meta(min_length=1, max_length=32)]], Meta(max_length=12)]


def _column(item: object, length: int = MAX_EVENTS) -> object:
    return Annotated[list[item], Meta(max_length=length)]  # type: ignore[valid-type]


class ViewContext(Struct, gc=False):
    """The page and the browser window; the same in every batch of a view."""

    url: Url  # without anchor, with a route (`#/…`) if the site has `data-hash`; only allowed query parameters
    vw: Viewport  # viewport, CSS px
    vh: Viewport
    pw: Size  # size of the scrollable page when the batch was made
    ph: Size
    ref: Url = ""  # referrer without query
    dpr: Annotated[float, Meta(gt=0, le=16)] = 1.0
    touch: bool = False
    lang: Annotated[str, Meta(max_length=35)] = ""
    tz: Annotated[int, Meta(ge=-900, le=900)] = 0  # minutes east of UTC
    variants: Annotated[dict[Word, Word], Meta(max_length=10)] = field(default_factory=dict)
    consent: bool = False
    id: Annotated[str, Meta(max_length=64)] = ""  # first-party id; only with consent
    auto: bool = False  # navigator.webdriver


class ViewTotals(Struct, gc=False):
    """Running totals of the view; those of its last batch count."""

    ms: Milliseconds = 0  # engaged: visible, with input in the last 15 s
    clicks: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    cut: Annotated[int, Meta(ge=0, le=10_000_000)] = 0  # events that the tracker dropped
    fake: Annotated[int, Meta(ge=0, le=1_000_000)] = 0  # clicks made by scripts: counted, never stored
    err: Annotated[int, Meta(ge=0, le=1_000_000)] = 0  # errors of the tracker: each may have lost an event


class Elements(Struct, gc=False):
    """Records of the elements that this batch's events refer to (docs/elements.md)."""

    # anchored path, e.g. `form#basket>div:2>button:1`; the last step begins with the tag
    p: Annotated[list[Annotated[str, Meta(min_length=1, max_length=512)]], Meta(max_length=MAX_ELEMENTS)]
    # fingerprints, two base64url letters each: id name type role href text card all sub label head,
    # then one per stable class; `~` (in earlier trackers `..`) for an absent one
    f: Annotated[list[Annotated[str, Meta(min_length=11, max_length=58)]], Meta(max_length=MAX_ELEMENTS)]


class ClickColumns(Struct, omit_defaults=True, gc=False):
    """Of the columns `b`, `k`, `r` and `d`, one that is missing is all zeros."""

    t: _column(Delta)  # type: ignore[valid-type]
    e: _column(Index)  # type: ignore[valid-type]
    x: _column(Fraction)  # type: ignore[valid-type]
    y: _column(Fraction)  # type: ignore[valid-type]
    w: _column(Size)  # type: ignore[valid-type]
    h: _column(Size)  # type: ignore[valid-type]
    px: _column(Px)  # type: ignore[valid-type]
    py: _column(Px)  # type: ignore[valid-type]
    b: _column(Annotated[int, Meta(ge=0, le=4)]) = field(default_factory=list)  # type: ignore[valid-type]  # button
    k: _column(Annotated[int, Meta(ge=0, le=255)]) = field(default_factory=list)  # type: ignore[valid-type]  # flags of a click, see below
    r: _column(Annotated[int, Meta(ge=0, le=8)]) = field(default_factory=list)  # type: ignore[valid-type]  # first effect, see below
    d: _column(Annotated[int, Meta(ge=0, le=255)]) = field(default_factory=list)  # type: ignore[valid-type]  # delay of the effect, in 10 ms; of none: see below


class HoverColumns(Struct, gc=False):
    """Dwell: how long the pointer rested, per element and cell of an 8 × 8 grid on its box."""

    e: _column(Index)  # type: ignore[valid-type]
    c: _column(Annotated[int, Meta(ge=0, le=63)])  # type: ignore[valid-type]  # row * 8 + column
    d: _column(Milliseconds)  # type: ignore[valid-type]
    w: _column(Size)  # type: ignore[valid-type]
    h: _column(Size)  # type: ignore[valid-type]
    px: _column(Px)  # type: ignore[valid-type]
    py: _column(Px)  # type: ignore[valid-type]


class InputColumns(Struct, gc=False):
    """Form fields that had the focus. Never a value, never a key press."""

    t: _column(Delta)  # type: ignore[valid-type]  # when the field got the focus
    e: _column(Index)  # type: ignore[valid-type]
    d: _column(Annotated[int, Meta(ge=0, le=8_640_000)])  # type: ignore[valid-type]  # how long it had the focus, in 10 ms
    n: _column(Annotated[int, Meta(ge=0, le=65_535)])  # type: ignore[valid-type]  # number of changes
    k: _column(Annotated[int, Meta(ge=0, le=255)])  # type: ignore[valid-type]  # flags of a field, see below


class SubmitColumns(Struct, gc=False):
    """Submitted forms."""

    t: _column(Delta)  # type: ignore[valid-type]
    e: _column(Index)  # type: ignore[valid-type]


class ErrorColumns(Struct, gc=False):
    """The first script error within a second after a click."""

    t: _column(Delta)  # type: ignore[valid-type]
    e: _column(Index)  # type: ignore[valid-type]  # the clicked element
    h: _column(Annotated[str, Meta(pattern=r"^[A-Za-z0-9_\-]{2}\Z")])  # type: ignore[valid-type]  # 12-bit hash of the message
    n: _column(Annotated[str, Meta(max_length=64)])  # type: ignore[valid-type]  # file name, without host and query


class Scroll(Struct, gc=False):
    """The deepest bottom edge of the viewport so far, relative to the element found there."""

    e: Index
    y: Fraction  # position within that element
    depth: Size  # px from the top of the page
    ph: Size  # height of the page at that time
    bands: Annotated[list[Milliseconds], Meta(max_length=20)] = field(default_factory=list)  # ms in view per 5 %


class ResizeColumns(Struct, gc=False):
    t: _column(Delta)  # type: ignore[valid-type]
    w: _column(Viewport)  # type: ignore[valid-type]
    h: _column(Viewport)  # type: ignore[valid-type]


class CustomColumns(Struct, gc=False):
    t: _column(Delta)  # type: ignore[valid-type]
    n: _column(Name)  # type: ignore[valid-type]
    v: _column(Annotated[float, Meta(ge=-1e12, le=1e12)] | None)  # type: ignore[valid-type]


class AskColumns(Struct, gc=False):
    """Surveys (docs/feedback.md): a row for each state of an asking (`q` is "") and for each answer to a question.

    An asking is one survey shown once to one visitor. Of several rows with the same asking and question, the one with
    the highest `n` counts.
    """

    t: _column(Delta, MAX_ASKED)  # type: ignore[valid-type]
    a: _column(Asking, MAX_ASKED)  # type: ignore[valid-type]  # random id of the asking
    s: _column(Name, MAX_ASKED)  # type: ignore[valid-type]  # key of the survey
    v: _column(Annotated[int, Meta(ge=1, le=4_294_967_295)], MAX_ASKED)  # type: ignore[valid-type]  # version of the survey
    n: _column(Annotated[int, Meta(ge=0, le=65_535)], MAX_ASKED)  # type: ignore[valid-type]  # number of the row in its asking, from 0
    k: _column(Annotated[int, Meta(ge=0, le=7)], MAX_ASKED)  # type: ignore[valid-type]  # state of the asking, see below; 0 for an answer
    q: _column(Annotated[str, Meta(max_length=32)], MAX_ASKED)  # type: ignore[valid-type]  # id of the question
    g: _column(Annotated[int, Meta(ge=0, le=255)] | None, MAX_ASKED)  # type: ignore[valid-type]  # score given
    o: _column(Chosen, MAX_ASKED)  # type: ignore[valid-type]  # ids of the options chosen
    m: _column(Annotated[str, Meta(max_length=MAX_TEXT)], MAX_ASKED)  # type: ignore[valid-type]  # text, masked (store/text_masks.json)
    lang: _column(Annotated[str, Meta(max_length=35)], MAX_ASKED)  # type: ignore[valid-type]  # language of the question
    e: _column(Index | None, MAX_ASKED)  # type: ignore[valid-type]  # element chosen, or that made the survey due; the rest: the place on it
    x: _column(Fraction, MAX_ASKED)  # type: ignore[valid-type]
    y: _column(Fraction, MAX_ASKED)  # type: ignore[valid-type]
    w: _column(Size, MAX_ASKED)  # type: ignore[valid-type]
    h: _column(Size, MAX_ASKED)  # type: ignore[valid-type]
    px: _column(Px, MAX_ASKED)  # type: ignore[valid-type]
    py: _column(Px, MAX_ASKED)  # type: ignore[valid-type]


Columns = (
    ClickColumns
    | HoverColumns
    | ResizeColumns
    | CustomColumns
    | InputColumns
    | SubmitColumns
    | ErrorColumns
    | AskColumns
)
KINDS = ("click", "hover", "resize", "custom", "input", "submit", "error", "ask")  # the fields of a batch with columns
MAY_LACK = frozenset("bkrd")  # columns of clicks: the store reads missing ones as 0
ON_ELEMENTS = (ClickColumns, HoverColumns, InputColumns, SubmitColumns, ErrorColumns)


class Batch(Struct, omit_defaults=True, gc=False, forbid_unknown_fields=True):
    v: int  # version of this format
    view: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_\-]{24}\Z")]  # random id of the view
    seq: Annotated[int, Meta(ge=0, le=100_000)]  # in its view, from 0; (view, seq) identifies a batch
    sent: Instant  # visitor's clock when the batch was sent (updated at each retry)
    t0: Instant  # visitor's clock when the view began
    ctx: ViewContext
    sum: ViewTotals = field(default_factory=ViewTotals)
    el: Elements | None = None
    click: ClickColumns | None = None
    hover: HoverColumns | None = None
    scroll: Scroll | None = None
    resize: ResizeColumns | None = None
    custom: CustomColumns | None = None
    input: InputColumns | None = None
    submit: SubmitColumns | None = None
    error: ErrorColumns | None = None
    ask: AskColumns | None = None


class Later(Batch, forbid_unknown_fields=False):
    """The known part of a batch from a later tracker, which has more fields."""


FLAGS = CLICK_FLAGS
FIELD_FLAGS = {
    1: "left blank",
    2: "corrected: text was deleted, or the field was changed again after it had lost the focus",
}
ASK_STATES = {
    1: "missed: the survey was due, and the visitor is not of the share that is asked",
    2: "recent: due, and the visitor was asked lately",
    3: "shown",
    4: "closed by the visitor",
    5: "left: the page was left or hidden for good while it was open",
    6: "begun: something is answered",
    7: "done: answered to the end",
}
EFFECTS = {
    0: "none seen in 1.5 s; with a delay of 255: a canvas, a closed shadow root or a frame may have changed, unseen",
    1: "the page changed: its elements, what its styles show, a popover, a frame, a video or an animation",
    2: "scroll",
    3: "selection",
    4: "input or change",
    5: "focus moved",
    6: "address changed",
    7: "the page was left or hidden",
    8: "the window lost focus",
}


class WireError(ValueError):
    """The body is not a batch. `str()` is a message: what is wrong, where in the body, and what is expected."""


class NotJson(WireError):
    """Not JSON, incomplete, or nested too deeply."""


class WrongShape(WireError):
    """JSON, but a field is missing, has another type, is out of range, or contradicts another field."""


class UnknownVersion(WireError):
    """A version of the format that is not supported."""


class _Version(Struct):
    v: int


_batch = msgspec.json.Decoder(Batch)
_later = msgspec.json.Decoder(Later)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_version = msgspec.json.Decoder(_Version)
_encoder = msgspec.json.Encoder()


def decode(body: bytes) -> Batch:
    """The batch in `body`, with every limit checked. Raises a `WireError` that says what is wrong and where.

    Of a later tracker's batch with the same version, the known fields are read; `skipped` names the others.
    """
    try:
        try:
            batch = _batch.decode(body)
        except msgspec.ValidationError:  # invalid, or with a field of a later tracker
            batch = _later.decode(body)
    except msgspec.ValidationError as error:
        _check_version(body)
        raise WrongShape(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson(str(error)) from None
    if batch.v not in VERSIONS:
        raise _unknown(batch.v)
    _check_agreement(batch)
    return batch


def skipped(batch: Batch, body: bytes) -> list[str]:
    """Names of the unknown fields of `body`, from which `batch` was read: kinds of events of a later tracker."""
    if not isinstance(batch, Later):
        return []
    return sorted(_fields.decode(body).keys() - set(Batch.__struct_fields__))


def encode(batch: Batch) -> bytes:
    """The batch as JSON: exactly what was validated, and nothing else that the client sent."""
    return _encoder.encode(batch)


def span(batch: Batch) -> int:
    """Milliseconds from `t0` to the last event that has a time; 0 when none has."""
    last = 0
    for kind in (batch.click, batch.resize, batch.custom, batch.input, batch.submit, batch.error, batch.ask):
        if kind is not None:
            last = max(last, sum(kind.t))
    return last


def _unknown(version: int) -> UnknownVersion:
    known = ", ".join(map(str, VERSIONS))
    return UnknownVersion(f"$.v: version {version} of the format is not supported; supported: {known}")


def _check_version(body: bytes) -> None:
    """Report an unknown version instead of the first field that a later format changed."""
    try:
        version = _version.decode(body).v
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if version not in VERSIONS:
        raise _unknown(version) from None


# The class of each letter of a fingerprint: both letters of a pair must have the same class.
_LETTER, _DOT, _BETWEEN, _NEITHER = range(4)
_LETTERS = set(string.ascii_letters + string.digits + "_-")
_KIND_OF = bytes(
    _LETTER if letter in _LETTERS else {".": _DOT, " ": _BETWEEN}.get(letter, _NEITHER)
    for letter in map(chr, range(256))
)


def _are_fingerprints(texts: list[str]) -> bool:
    """Whether each text consists of pairs of base64url letters, `..` or `~`. All texts are checked as one.

    A pattern per text would double the decoding time. The two spaces between texts are at an even position, as a pair,
    only after texts of even length.
    """
    try:
        kinds = "  ".join(texts).replace("~", "..").encode("ascii").translate(_KIND_OF)
    except UnicodeEncodeError:
        return False
    return kinds[::2] == kinds[1::2] and _NEITHER not in kinds and kinds.count(_BETWEEN) == 2 * (len(texts) - 1)


def _check_elements(records: Elements | None) -> int:
    """The number of element records; raises unless paths and fingerprints match in number and are well-formed."""
    if records is None:
        return 0
    count = len(records.p)
    if len(records.f) != count:
        raise WrongShape(f"$.el: columns differ in length: p has {count}, f has {len(records.f)}")
    if count and not _are_fingerprints(records.f):
        number = next(n for n, letters in enumerate(records.f) if not _are_fingerprints([letters]))
        raise WrongShape(f"$.el.f[{number}]: not pairs of base64url letters, or `~` for an absent one")
    return count


_MUST = len(ClickColumns.__struct_fields__) - len(MAY_LACK)  # required columns of clicks; the optional ones follow them


def _check_lengths(name: str, kind: Columns, lengths: list[int]) -> None:
    """Raise unless every column has the length of the first, or is optional and missing."""
    length = lengths[0]
    if isinstance(kind, ClickColumns) and lengths[:_MUST].count(length) == _MUST and {*lengths[_MUST:]} <= {0, length}:
        return
    said = ", ".join(f"{column} has {n}" for column, n in zip(kind.__struct_fields__, lengths, strict=True))
    raise WrongShape(f"$.{name}: columns differ in length: {said}")


def _check_agreement(batch: Batch) -> None:
    """Rules across fields: columns have one length, elements exist, times are within a day."""
    elements = _check_elements(batch.el)
    total = 0
    for name in KINDS:
        kind: Columns | None = getattr(batch, name)
        if kind is None:
            continue
        lengths = list(map(len, msgspec.structs.astuple(kind)))
        length = lengths[0]
        if lengths.count(length) != len(lengths):
            _check_lengths(name, kind, lengths)
        total += length
        if length and not isinstance(kind, HoverColumns) and sum(kind.t) > MAX_SPAN:
            raise WrongShape(f"$.{name}.t: its events span more than {MAX_SPAN} ms")
        if length and isinstance(kind, ON_ELEMENTS) and max(kind.e) >= elements:
            raise WrongShape(f"$.{name}.e: refers to element {max(kind.e)}, but $.el has {elements} (counted from 0)")
    if batch.ask is not None and (asked := max((e for e in batch.ask.e if e is not None), default=-1)) >= elements:
        raise WrongShape(f"$.ask.e: refers to element {asked}, but $.el has {elements} (counted from 0)")
    if batch.scroll is not None and batch.scroll.e >= elements:
        raise WrongShape(f"$.scroll.e: refers to element {batch.scroll.e}, but $.el has {elements} (counted from 0)")
    if total > MAX_BATCH_EVENTS:
        raise WrongShape(f"$: {total} events in one batch; the limit is {MAX_BATCH_EVENTS}: split it")
