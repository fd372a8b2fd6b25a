"""Pictures that people upload: what fits is drawn in strips, everything else is rejected with a message."""

from __future__ import annotations

import io
import json
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from viewer.snapshot import SnapshotError
from viewer.snapshot.limits import Limits
from viewer.snapshot.uploaded import MOST_ELEMENTS, Piece, picture_of, read_layout

ROW: dict[str, Any] = {
    "paths": "html", "fps": "~~", "names": "", "tags": "div", "parents": -1, "control": -1, "scroller": -1,
    "lines": [], "x": 0, "y": 0.5, "w": 10, "h": 10, "visible": True, "fixed": False,
}  # fmt: skip


def layout_json(count: int = 2, **changed: Any) -> bytes:
    columns: dict[str, Any] = {name: [value] * count for name, value in ROW.items()}
    columns |= {"width": 400, "height": 3000, "viewportHeight": 700, "title": "Orders"}
    return json.dumps(columns | {"parents": [-1, *range(count - 1)]} | changed).encode()


def image(width: int, height: int, form: str = "PNG", colour: Any = "red", **more: Any) -> bytes:
    out = io.BytesIO()
    mode = "RGBA" if isinstance(colour, tuple) else "RGB"
    Image.new(mode, (width, height), colour).save(out, form, **more)
    return out.getvalue()


def drawn(*pieces: tuple[int, bytes], **changed: Any) -> list[tuple[int, Image.Image]]:
    _, layout = read_layout(layout_json(**changed))
    strips = picture_of(layout, [Piece(*piece) for piece in pieces], Limits())
    return [(height, Image.open(io.BytesIO(data)).convert("RGB")) for height, data in strips]


def rejected(*pieces: tuple[int, bytes], **changed: Any) -> str:
    with pytest.raises(SnapshotError) as raised:
        drawn(*pieces, **changed)
    assert raised.value.code == "upload"
    return raised.value.words


def near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return sum(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 30


@pytest.mark.parametrize("scale", [1, 2, 3, 1.5])
@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG"])
def test_a_whole_page_at_any_density(scale: float, form: str) -> None:
    strips = drawn((0, image(round(400 * scale), round(3000 * scale), form)))
    assert [(height, picture.size) for height, picture in strips] == [(2048, (400, 2048)), (952, (400, 952))]
    assert near(strips[1][1].getpixel((399, 951)), (255, 0, 0))


def test_pieces_are_put_together_where_they_belong() -> None:
    strips = drawn((1400, image(800, 3200, colour="blue")), (0, image(400, 700)), (700, image(400, 700, colour="lime")))
    assert near(strips[0][1].getpixel((200, 690)), (255, 0, 0))
    assert near(strips[0][1].getpixel((200, 1390)), (0, 255, 0))
    assert near(strips[0][1].getpixel((200, 1410)), (0, 0, 255))
    assert near(strips[1][1].getpixel((200, 940)), (0, 0, 255))


def test_metadata_is_left_behind_and_transparency_becomes_white() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken by anna"
    _, layout = read_layout(layout_json())
    data = image(400, 3000, "JPEG", exif=exif)
    assert b"anna" in data
    assert b"anna" not in b"".join(strip for _, strip in picture_of(layout, [Piece(0, data)], Limits()))
    assert near(drawn((0, image(400, 3000, colour=(0, 0, 0, 0))))[0][1].getpixel((5, 5)), (255, 255, 255))


def test_a_picture_that_does_not_fit_the_page_is_rejected() -> None:
    assert "1,440 px wide, but the page is 400 px" in rejected((0, image(1440, 3000)))
    assert "700 px of height, but the page is 3,000 px" in rejected((0, image(400, 700)))
    assert "gap between 700 and 1400 px" in rejected((0, image(400, 700)), (1400, image(400, 1600)))
    assert "send 1 to 300" in rejected()
    assert "send 1 to 300" in rejected(*[(0, b"")] * 301)
    assert "begins at -1 px" in rejected((-1, image(400, 3000)))
    assert drawn((0, image(400, 3030)))  # within two percent: a bar at its foot


def _bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes whose header claims this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(400, 200_000), (60_000, 60_000), (2_000_000_000, 2)])
def test_a_bomb_is_rejected_by_its_header(size: tuple[int, int]) -> None:
    assert "at most 64 million" in (words := rejected((0, _bomb(*size)))) or "too large" in words


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        image(400, 3000, "GIF"),
        image(400, 3000, "BMP"),
        image(400, 3000)[:300],
        image(400, 3000, "WEBP")[:60],
        _bomb(400, 3000),
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 200,
    ],
)
def test_what_is_no_picture_is_rejected(data: bytes) -> None:
    assert "not a PNG, WebP or JPEG file" in rejected((0, data))


@pytest.mark.parametrize(
    "changed",
    [
        {"parents": [1, 0]},
        {"parents": [0, 0]},
        {"parents": [-1, 7]},
        {"parents": [-2, 0]},
        {"scroller": [1, -1]},
        {"control": [1, -1]},
        {"x": [0]},
        {"x": [1e308, 0]},
        {"y": ["1", 0]},
        {"lines": [[1, 2, 3], []]},
        {"lines": [[0] * 4004, []]},
        {"paths": ["", "a"]},
        {"paths": ["x" * 601, "a"]},
        {"fps": ["\u00e9", ""]},
        {"names": ["x" * 501, ""]},
        {"tags": [None, "a"]},
        {"visible": [2, True]},
        {"width": 100},
        {"width": 1e9},
        {"height": 0},
        {"height": 60_001},
        {"viewportHeight": 7},
        {"title": 7},
    ],
)
def test_a_layout_that_cannot_be_true_is_rejected(changed: dict[str, Any]) -> None:
    assert rejected((0, image(400, 3000)), **changed).startswith("The layout cannot be used")


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"null", b"{", b"[" * 100_000, layout_json().replace(b"0.5", b"NaN"), layout_json(x=[0, 0])
     .replace(b'"x": [0, 0]', b'"x": [0, 1e999]'), b"\xff\xfe{}", layout_json(names=["\ud800", ""])],
)  # fmt: skip
def test_a_layout_that_is_no_layout_is_rejected(text: bytes) -> None:
    with pytest.raises(SnapshotError, match="layout cannot be used"):
        read_layout(text)


def test_a_layout_with_too_many_elements_is_rejected() -> None:
    with pytest.raises(SnapshotError, match="layout cannot be used"):
        read_layout(layout_json(MOST_ELEMENTS + 1))
    with pytest.raises(SnapshotError, match="at most"):
        read_layout(b" " * (25 << 20))
