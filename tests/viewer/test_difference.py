"""Where two pictures differ: cells of 8 px, worked out by hand."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from viewer.drawing.difference import StripPicture, changed_cells, changed_share, highlight_png
from viewer.drawing.pictures import strips_of

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def picture(image: Image.Image, *heights: int, lossless: bool = True) -> StripPicture:
    """The image in strips of these heights."""
    strips, made = strips_of(enumerate(heights)), []
    for strip in strips:
        out = BytesIO()
        part = image.crop((0, strip.top, image.width, strip.top + strip.height))
        part.save(out, "WEBP", lossless=lossless, quality=80)
        made.append(out.getvalue())
    return StripPicture(strips, lambda n: made[n])


def white(width: int = 64, height: int = 80) -> Image.Image:
    return Image.new("RGB", (width, height), WHITE)


def test_equal_pictures_do_not_differ_however_they_are_cut() -> None:
    cells = changed_cells(picture(white(), 80), picture(white(), 33, 47))
    assert cells.shape == (10, 8)
    assert changed_share(cells) == 0


def test_a_box_is_found_where_it_is() -> None:
    changed = white()
    changed.paste(BLACK, (16, 24, 32, 40))  # 2 × 2 cells, over the edge between two strips
    cells = changed_cells(picture(white(), 80), picture(changed, 30, 50))
    rows, columns = np.nonzero(cells)
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == {(3, 2), (3, 3), (4, 2), (4, 3)}
    assert changed_share(cells) == 4 / 80


@pytest.mark.parametrize("reverse", [False, True])
def test_what_only_the_taller_picture_has_differs(reverse: bool) -> None:
    pair = [picture(white(height=80), 80), picture(white(height=120), 120)]
    cells = changed_cells(*(reversed(pair) if reverse else pair))
    assert cells.shape == (15, 8)
    assert not cells[:10].any()
    assert cells[10:].all()


def test_traces_of_compression_are_no_difference() -> None:
    photo = Image.effect_noise((160, 160), 40).convert("RGB").resize((320, 320))
    changed = photo.copy()
    changed.paste(BLACK, (0, 0, 8, 8))
    cells = changed_cells(picture(photo, 320, lossless=False), picture(changed, 320, lossless=False))
    assert cells[0, 0]
    assert cells.sum() <= 4  # blocks beside it may change with it


def test_the_highlight_is_seen_through_where_it_is_and_invisible_elsewhere() -> None:
    cells = np.array([[True, False], [False, False]])
    with Image.open(BytesIO(highlight_png(cells))) as image:
        alpha = np.asarray(image.convert("RGBA"))[:, :, 3]
    assert 0 < alpha[0, 0] < 255
    assert alpha.sum() == alpha[0, 0]
