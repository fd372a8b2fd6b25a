"""The pages of `bench scale`: cards of five elements each, as wide as a desktop and as a phone, with pictures."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from store.layouts import Layout
from store.snapshots import Snapshot, Snapshots, new_id

SITE = 1
# The hottest page is number 0; the pages that most of the traffic is on begin with number 1.
NUMBERED, LONG_NUMBER = "shop.example/p/", 1_000_000
HOT, OTHER, LONG = "shop.example/", f"{NUMBERED}1", f"{NUMBERED}{LONG_NUMBER}"
HEAD, ROW, STRIP = 640, 260, 1024  # px: height of the head of a page, of a row of cards and of a strip of its picture
VIEWPORT = {1366: 768, 390: 844}
CARDS = {1366: 4, 390: 2}  # side by side
# The parts of a card: tag, and box as shares of the card.
CARD = (
    ("div", 0.0, 0.0, 1.0, 1.0),
    ("img", 0.05, 0.04, 0.9, 0.5),
    ("h3", 0.05, 0.57, 0.9, 0.1),
    ("p", 0.05, 0.69, 0.9, 0.12),
    ("a", 0.05, 0.84, 0.5, 0.12),
)
_LETTERS = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))


@dataclass(frozen=True)
class PageSize:
    """A page of `rows` × four cards on a desktop, of twice as many rows of two cards on a phone."""

    rows: int

    @property
    def elements(self) -> int:
        return 1 + self.rows * 4 * len(CARD)

    def height(self, width: int) -> int:
        return HEAD + ROW * self.rows * 4 // CARDS[width]


def page_layout(size: PageSize, width: int) -> Layout:
    """The head and the cards; the paths and fingerprints of an element are the same at both widths."""
    rng = np.random.default_rng(7)
    columns: dict[str, list[object]] = {name: [] for name in ("paths", "fps", "names", "tags", "parents", *"xywh")}

    def add(path: str, name: str, tag: str, parent: int, box: tuple[float, float, float, float]) -> None:
        # id, name, type, role and label are absent; href, text, plain, all, sub, head and a class are present.
        fp = "........" + "".join(rng.choice(_LETTERS, 10)) + ".." + "".join(rng.choice(_LETTERS, 4))
        values = {"paths": path, "fps": fp, "names": name, "tags": tag, "parents": parent}
        for column, value in (values | dict(zip("xywh", box, strict=True))).items():
            columns[column].append(value)

    add("header#head", "Welcome", "header", -1, (0.0, 0.0, float(width), float(HEAD)))
    across = CARDS[width]
    wide = width / across
    for card in range(size.rows * 4):
        left, top, parent = card % across * wide, HEAD + card // across * ROW, len(columns["paths"])
        path = f"section#part-{card // 24}>ul:1>li:{card % 24 + 1}"
        for part, (tag, x, y, w, h) in enumerate(CARD):
            box = (left + x * wide, top + y * ROW, w * wide, float(h * ROW))
            name = f"Lamp {card + 1}" if tag in ("a", "h3") else ""
            add(path if not part else f"{path}>{tag}:1", name, tag, parent if part else -1, box)
    count = len(columns["paths"])
    fixed = {"visible": [True] * count, "fixed": [False] * count, "scroller": [-1] * count}
    return Layout.of(width, size.height(width), VIEWPORT[width], columns | fixed)


def save_page(snapshots: Snapshots, page: str, size: PageSize, site: int = SITE) -> None:
    """Save both pictures of a page."""
    for width in CARDS:
        layout = page_layout(size, width)
        about = (f"https://{page}", 1_772_000_000_000, layout.height, VIEWPORT[width], "Lamps")
        snapshots.save(Snapshot(new_id(), site, page, width, "", "", *about), layout, _strips(layout))


def _strips(layout: Layout) -> list[tuple[int, bytes]]:
    """The elements as grey boxes on white, in strips of a picture."""
    strips = []
    for top in range(0, layout.height, STRIP):
        height = min(STRIP, layout.height - top)
        image = Image.new("RGB", (layout.width, height), (255, 255, 255))
        draw = ImageDraw.Draw(image)
        for i in np.flatnonzero((layout.y < top + height) & (layout.y + layout.h > top)).tolist():
            x, y, shade = float(layout.x[i]), float(layout.y[i]) - top, 236 - 24 * (i % 5)
            draw.rectangle((x, y, x + float(layout.w[i]), y + float(layout.h[i])), (shade, shade, shade))
        out = BytesIO()
        image.save(out, "WEBP", quality=70, method=0)
        strips.append((height, out.getvalue()))
    return strips
