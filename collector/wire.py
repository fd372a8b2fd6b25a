"""The wire format: what one batch of the tracker may hold, with every limit.

This module is the single definition. `docs/wire.md` is generated from it, and
`tests/examples/batches.json` holds batches that the tracker makes and this
module must accept (and some it must refuse).

A batch stands alone: it repeats the context of its view and carries the record
of every element its events name, so that collectors keep no state and the
store can shape rows from one line of JSON (docs/decisions/0001-batches-stand-alone.md).
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

VERSION = 1
MAX_BODY = 65_536  # bytes; browsers' shared quota for keepalive requests is the same
MAX_EVENTS = 200  # of one kind
MAX_ELEMENTS = 400  # records in one batch

# CSS px. No page is larger, and the sum of two still fits 32 bits.
Px = Annotated[int, Meta(ge=-1_000_000, le=10_000_000)]
Size = Annotated[int, Meta(ge=0, le=10_000_000)]
Viewport = Annotated[int, Meta(ge=1, le=20_000)]
Fraction = Annotated[int, Meta(ge=0, le=10_000)]  # of a box, in steps of 1/10,000
Milliseconds = Annotated[int, Meta(ge=0, le=86_400_000)]
Delta = Annotated[int, Meta(ge=0, le=86_400_000)]  # ms since the event before; the first since t0
Instant = Annotated[int, Meta(ge=0, le=4_102_444_800_000)]  # ms since 1970 by the visitor's clock
Index = Annotated[int, Meta(ge=0, lt=MAX_ELEMENTS)]  # into `el` of this batch
Url = Annotated[str, Meta(max_length=2048)]
Word = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\w.:\-]+$")]
Name = Annotated[str, Meta(min_length=1, max_length=64)]


def _column(item: object, length: int = MAX_EVENTS) -> object:
    return Annotated[list[item], Meta(max_length=length)]  # type: ignore[valid-type]


class Context(Struct, forbid_unknown_fields=False):
    """Where and on what the view is shown; the same in every batch of a view."""

    url: Url  # without fragment, query cut to the allow-list
    vw: Viewport  # viewport, CSS px
    vh: Viewport
    pw: Size  # page (scrollable) size when the batch was made
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


class Totals(Struct):
    """Outcomes of the view so far: they grow from batch to batch, the last one counts."""

    ms: Milliseconds = 0  # engaged: visible, with input in the last 15 s
    clicks: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    cut: Annotated[int, Meta(ge=0, le=10_000_000)] = 0  # events the tracker had to drop


class Elements(Struct):
    """Records of the elements that this batch's events name (see docs/elements.md)."""

    # anchored path, e.g. `form#basket>div:2>button:1`; the last step begins with the tag
    p: Annotated[list[Annotated[str, Meta(min_length=1, max_length=512)]], Meta(max_length=MAX_ELEMENTS)]
    # fingerprints, two base64url letters each: id name type role href text plain all sub label head,
    # then one for each stable class; `..` for an absent one
    f: Annotated[
        list[Annotated[str, Meta(min_length=22, max_length=54, pattern=r"^([\w\-]{2}|\.\.)+$")]],
        Meta(max_length=MAX_ELEMENTS),
    ]


class Clicks(Struct):
    t: _column(Delta)  # type: ignore[valid-type]
    e: _column(Index)  # type: ignore[valid-type]
    x: _column(Fraction)  # type: ignore[valid-type]
    y: _column(Fraction)  # type: ignore[valid-type]
    w: _column(Size)  # type: ignore[valid-type]
    h: _column(Size)  # type: ignore[valid-type]
    px: _column(Px)  # type: ignore[valid-type]
    py: _column(Px)  # type: ignore[valid-type]
    b: _column(Annotated[int, Meta(ge=0, le=4)])  # type: ignore[valid-type]  # button
    k: _column(Annotated[int, Meta(ge=0, le=255)])  # type: ignore[valid-type]  # flags, see FLAGS
    r: _column(Annotated[int, Meta(ge=0, le=8)])  # type: ignore[valid-type]  # first effect, see EFFECTS
    d: _column(Annotated[int, Meta(ge=0, le=255)])  # type: ignore[valid-type]  # its delay, 10 ms


class Hovers(Struct):
    """Dwell: time the pointer rested, per element and cell of an 8 × 8 grid on its box."""

    e: _column(Index)  # type: ignore[valid-type]
    c: _column(Annotated[int, Meta(ge=0, le=63)])  # type: ignore[valid-type]  # row * 8 + column
    d: _column(Milliseconds)  # type: ignore[valid-type]
    w: _column(Size)  # type: ignore[valid-type]
    h: _column(Size)  # type: ignore[valid-type]
    px: _column(Px)  # type: ignore[valid-type]
    py: _column(Px)  # type: ignore[valid-type]


class Scroll(Struct):
    """Deepest bottom edge of the viewport so far, anchored on the element found there."""

    e: Index
    y: Fraction  # how far down in that element
    depth: Size  # px from the top of the page
    ph: Size  # height of the page at that moment
    bands: Annotated[list[Milliseconds], Meta(max_length=20)] = field(default_factory=list)  # ms in view per 5 %


class Resizes(Struct):
    t: _column(Delta)  # type: ignore[valid-type]
    w: _column(Viewport)  # type: ignore[valid-type]
    h: _column(Viewport)  # type: ignore[valid-type]


class Customs(Struct):
    t: _column(Delta)  # type: ignore[valid-type]
    n: _column(Name)  # type: ignore[valid-type]
    v: _column(Annotated[float, Meta(ge=-1e12, le=1e12)] | None)  # type: ignore[valid-type]


class Batch(Struct):
    v: int  # version of this format
    view: Annotated[str, Meta(pattern=r"^[\w\-]{24}$")]
    seq: Annotated[int, Meta(ge=0, le=100_000)]
    sent: Instant  # visitor's clock when the batch was sent (set again at each try)
    t0: Instant  # visitor's clock when the view began
    ctx: Context
    sum: Totals = field(default_factory=Totals)
    el: Elements | None = None
    click: Clicks | None = None
    hover: Hovers | None = None
    scroll: Scroll | None = None
    resize: Resizes | None = None
    custom: Customs | None = None


FLAGS = {1: "keyboard or assistive: placed at the centre", 2: "touch", 4: "modifier key held", 8: "pen"}
EFFECTS = {
    0: "none seen in 1.5 s",
    1: "the page changed",
    2: "scroll",
    3: "selection",
    4: "input, change or toggle",
    5: "focus moved",
    6: "address changed",
    7: "the page was left or hidden",
    8: "the window lost focus",
}
