"""A picture that somebody took in their own browser: layout and images are untrusted and checked here."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from PIL import Image

from store.layouts import Layout
from viewer.snapshot.errors import SnapshotError
from viewer.snapshot.heights import strips
from viewer.snapshot.limits import Limits

MOST_BYTES = 48 << 20  # of an upload altogether
MOST_LAYOUT = 24 << 20  # bytes of the layout's JSON
MOST_ELEMENTS = 60_000
MOST_IMAGES = 300
MOST_PIXELS = 64_000_000  # of one image: 192 MB once it is decoded
FORMATS = ("PNG", "WEBP", "JPEG")
SCROLL_BAR = 20  # px: a window may be wider than its page by this much
_SCALES = (1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.625, 2.75, 3, 3.5, 4)  # device pixels per CSS px
_SLACK = 3  # px: what rounding may add to or take from a size

_Px = Annotated[float, Meta(ge=-10_000_000, le=10_000_000)]
_Index = Annotated[int, Meta(ge=-1, lt=MOST_ELEMENTS)]
_Path = Annotated[str, Meta(min_length=1, max_length=600)]
_Marks = Annotated[str, Meta(max_length=400, pattern=r"^[ -~]*$")]
_Name = Annotated[str, Meta(max_length=500)]
_Tag = Annotated[str, Meta(min_length=1, max_length=100)]
_MOST = Meta(max_length=MOST_ELEMENTS)


class UploadedLayout(Struct, frozen=True):
    """The result of `__parcoursCapture` in somebody's browser. `width` is that of the page without scroll bar."""

    width: Annotated[int, Meta(ge=200, le=4_000)]
    height: Annotated[int, Meta(ge=1, le=Limits().tallest_px)]
    viewportHeight: Annotated[int, Meta(ge=100, le=10_000)]
    title: Annotated[str, Meta(max_length=10_000)]
    paths: Annotated[list[_Path], Meta(min_length=1, max_length=MOST_ELEMENTS)]
    fps: Annotated[list[_Marks], _MOST]
    names: Annotated[list[_Name], _MOST]
    tags: Annotated[list[_Tag], _MOST]
    parents: Annotated[list[_Index], _MOST]
    control: Annotated[list[_Index], _MOST]
    scroller: Annotated[list[_Index], _MOST]
    lines: Annotated[list[Annotated[list[_Px], Meta(max_length=4_000)]], _MOST]
    x: Annotated[list[_Px], _MOST]
    y: Annotated[list[_Px], _MOST]
    w: Annotated[list[_Px], _MOST]
    h: Annotated[list[_Px], _MOST]
    visible: Annotated[list[bool], _MOST]
    fixed: Annotated[list[bool], _MOST]

    def layout(self) -> Layout:
        """ValueError if the columns do not fit together, or an element refers to a later one (a cycle)."""
        columns: dict[str, Any] = msgspec.structs.asdict(self)
        for name in ("parents", "scroller"):
            if any(other >= n for n, other in enumerate(columns[name])):
                raise ValueError(f"an element of {name} refers to itself or to a later one")
        if any(other > n for n, other in enumerate(self.control)):
            raise ValueError("an element of control refers to a later one")
        return Layout.of(self.width, self.height, self.viewportHeight, columns)


@dataclass(frozen=True)
class Piece:
    """One image of an upload. `top`: CSS px of the page at its upper edge."""

    top: int
    data: bytes


def read_layout(text: bytes) -> tuple[UploadedLayout, Layout]:
    """The checked layout. Raises SnapshotError (upload)."""
    if len(text) > MOST_LAYOUT:
        raise _rejected(f"The layout has {len(text)} bytes: at most {MOST_LAYOUT} are accepted.")
    try:
        uploaded = msgspec.json.decode(text, type=UploadedLayout)
        return uploaded, uploaded.layout()
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _rejected(f"The layout cannot be used: {error}.") from None


def picture_of(layout: Layout, pieces: Sequence[Piece], limits: Limits) -> list[tuple[int, bytes]]:
    """(height px, WebP) of each strip: the images scaled to one pixel per CSS px, without any metadata.

    Raises SnapshotError (upload) if an image cannot be read, is too large, or does not fit the layout.
    """
    if not 0 < len(pieces) <= MOST_IMAGES:
        raise _rejected(f"There are {len(pieces)} images: send 1 to {MOST_IMAGES}.")
    measured = [(piece, *_measured(piece, layout.width)) for piece in sorted(pieces, key=lambda piece: piece.top)]
    end = 0
    for piece, _, tall in measured:
        if piece.top > end + _SLACK:
            raise _rejected(f"The picture has a gap between {end} and {piece.top} px.")
        end = max(end, piece.top + tall)
    if abs(end - layout.height) > max(_SLACK, layout.height // 50):
        raise _rejected(
            f"The picture shows {end:,} px of height, but the page is {layout.height:,} px tall. "
            "Take a screenshot of the whole page, and send it before the page changes."
        )
    drawer = _StripDrawer(measured, layout.width)
    return [(tall, drawer.strip(top, tall, limits.quality)) for top, tall in strips(layout.height, limits.strip_px)]


class _StripDrawer:
    """Draws strips from images; holds one decoded image at a time."""

    def __init__(self, measured: Sequence[tuple[Piece, float, int]], width: int) -> None:
        self._measured = measured
        self._width = width
        self._held: tuple[Piece, Image.Image] | None = None

    def strip(self, top: int, tall: int, quality: int) -> bytes:
        canvas = Image.new("RGB", (self._width, tall), "white")
        for begin, part in self._within(top, tall):
            canvas.paste(part, (0, begin - top))
        out = io.BytesIO()
        canvas.save(out, "WEBP", quality=quality)
        return out.getvalue()

    def _within(self, top: int, tall: int) -> Iterator[tuple[int, Image.Image]]:
        """(CSS px of the page at its upper edge, image) of each part in the strip."""
        for piece, scale, height in self._measured:
            first, last = max(top, piece.top), min(top + tall, piece.top + height)
            if last <= first:
                continue
            image = self._image(piece)
            box = (0, (first - piece.top) * scale, image.width, min(image.height, (last - piece.top) * scale))
            yield first, image.resize((self._width, last - first), Image.Resampling.BOX, box)

    def _image(self, piece: Piece) -> Image.Image:
        if self._held is None or self._held[0] is not piece:
            self._held = piece, _decoded(piece)
        return self._held[1]


def _measured(piece: Piece, width: int) -> tuple[float, int]:
    """(device pixels per CSS px, height in CSS px) of an image, from its header only."""
    if not 0 <= piece.top <= Limits().tallest_px:
        raise _rejected(f"An image begins at {piece.top} px.")
    with _opened(piece) as image:
        wide, tall = image.size
    if wide * tall > MOST_PIXELS:
        raise _rejected(f"An image has {wide:,} × {tall:,} pixels: at most {MOST_PIXELS // 1_000_000} million fit.")
    scale = next((one for one in _SCALES if abs(wide - width * one) <= max(1, one)), 0)
    if not scale:
        raise _rejected(
            f"The picture is {wide:,} px wide, but the page is {width:,} px (or a multiple of it on a dense screen). "
            "Take the screenshot in the window in which this page is open."
        )
    return scale, round(tall / scale)


def _opened(piece: Piece) -> Image.Image:
    try:
        return Image.open(io.BytesIO(piece.data), formats=FORMATS)
    except Exception:  # decoders raise all kinds of errors for hostile files
        raise _rejected("An image is not a PNG, WebP or JPEG file, or it is damaged or too large.") from None


def _decoded(piece: Piece) -> Image.Image:
    """The pixels on a white ground. Colour profiles, EXIF and further frames are left behind."""
    try:
        with _opened(piece) as image:
            if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
                shown = image.convert("RGBA")
                ground = Image.new("RGB", shown.size, "white")
                ground.paste(shown, (0, 0), shown)
                return ground
            return image.convert("RGB")
    except Exception:
        raise _rejected("An image is not a PNG, WebP or JPEG file, or it is damaged or too large.") from None


def _rejected(words: str) -> SnapshotError:
    return SnapshotError(words, "upload")
