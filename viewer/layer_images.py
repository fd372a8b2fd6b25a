"""A layer of a map as an image, for export: the page picture with what the layer draws on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from aggregator.answers.ignored import ignored_elements
from aggregator.answers.zones import ZoneRow
from aggregator.grids.scale import Scale
from aggregator.measures.statistics import FEW
from aggregator.shapes.grid import CELL
from store.kinds import LayerName
from store.pages import page_path
from viewer.drawing import pictures
from viewer.drawing.boxes import DrawnBox, share_boxes, with_boxes
from viewer.drawing.dots import with_dots
from viewer.drawing.framed import ScaleKind
from viewer.drawing.look import Look
from viewer.drawing.palette import levels
from viewer.layer_reader import DrawnMap
from viewer.maps import HeatmapAnswer, ReachAnswer
from viewer.questions import Asked

MOST_LETTERS = 60  # of a page in the name of a file
ATTENTION_OPACITY = 0.6  # it covers the whole page, which must stay readable; as in viewer/static/css/elements.css
_NO_HEAT = np.zeros((0, 0), np.uint8)


@dataclass(frozen=True)
class LayerImage:
    """`scale`: what explains its colours, up to `top`, in the unit of the layer."""

    page: Image.Image
    scale: ScaleKind
    top: float = 0.0


def layer_image(
    drawn: DrawnMap, layer: LayerName, look: Look, strips: Sequence[bytes], boxes: Sequence[DrawnBox]
) -> LayerImage:
    """The layer over the `strips` of its picture. `boxes`: those of a layer of boxes. Run it in a thread."""
    found = drawn.found
    if isinstance(found, ReachAnswer):
        return _reach_image(found, layer, look, strips)
    if drawn.dots is not None:
        return LayerImage(with_dots(pictures.whole_page(strips, _NO_HEAT), drawn.dots), "dots")
    if layer in ("elements", "ignored", "zones", "forms"):
        scale: ScaleKind = "steps" if any(box.step >= 0 for box in boxes) else ""
        return LayerImage(with_boxes(pictures.whole_page(strips, _NO_HEAT), boxes), scale)
    scaled = look.scale(found.figures.scale)
    page = pictures.whole_page(strips, levels(found.map.grid.values, scaled), look.palette)
    return LayerImage(page, "heat", scaled.cap)


def _reach_image(found: ReachAnswer, layer: LayerName, look: Look, strips: Sequence[bytes]) -> LayerImage:
    figures = found.figures
    width, height = figures.snapshot.width, figures.snapshot.height
    if layer != "attention":
        shares = pictures.shares_at(figures.depth, figures.share, 0, height)
        return LayerImage(pictures.with_veil(pictures.whole_page(strips, _NO_HEAT), shares), "shade", 1.0)
    scale = look.scale(attention_scale(found))
    rows = (np.arange(0, height, CELL) + CELL / 2) / height * len(figures.attention)
    seconds = figures.attention[np.minimum(rows.astype(int), len(figures.attention) - 1)]
    grid = np.repeat(seconds[:, None], -(-width // CELL), axis=1).astype(np.float32)
    coloured = pictures.whole_page(strips, levels(grid, scale), look.palette)
    return LayerImage(
        Image.blend(pictures.whole_page(strips, _NO_HEAT), coloured, ATTENTION_OPACITY), "heat", scale.cap
    )


def attention_scale(found: ReachAnswer) -> Scale:
    """The scale of attention: seconds in view, up to the part that was in view for longest."""
    return Scale(float(found.figures.attention.max(initial=0)) or 1.0, "seconds in view, mean of views", log=False)


def boxes_of(drawn: DrawnMap, layer: LayerName) -> list[DrawnBox]:
    """The boxes of a layer with their shares, the largest first; none for a layer without boxes."""
    found = drawn.found
    if isinstance(found, ReachAnswer):
        return []
    if layer == "ignored":
        return _ignored_boxes(found)
    if drawn.form is not None:
        layout = found.map.layout
        fields = [one for one in drawn.form.fields if one.index >= 0 and layout.visible[one.index]]
        return share_boxes(
            [
                (_box(found, one.index), one.last.share if min(one.reached, one.last.of) >= FEW else None)
                for one in sorted(fields, key=lambda one: -one.last.share)
            ]
        )
    if drawn.zones is not None:
        return _zone_boxes(drawn.zones.rows)
    boxes = []
    for row in found.figures.elements:
        of, share = (row.in_view.of, row.in_view.share) if row.in_view else (row.of, row.share)
        boxes.append(((row.x, row.y, row.w, row.h), share if of >= FEW else None))
    return share_boxes(sorted(boxes, key=lambda one: -1.0 if one[1] is None else one[1], reverse=True))


def _zone_boxes(rows: Sequence[ZoneRow]) -> list[DrawnBox]:
    found = []
    for row in rows:
        of, share = (row.in_view.of, row.in_view.share) if row.in_view else (row.of, row.share)
        if row.box:
            found.append(((row.box.x, row.box.y, row.box.w, row.box.h), share if of >= FEW else None))
    return share_boxes(sorted(found, key=lambda one: -1.0 if one[1] is None else one[1], reverse=True))


def _ignored_boxes(found: HeatmapAnswer) -> list[DrawnBox]:
    used = {row.index for row in found.figures.elements}
    return [
        DrawnBox(*_box(found, one.index), step=-1, text=f"{one.seen.share:.1%}")
        for one in ignored_elements(found.map.layout, found.exposure, used)
    ]


def _box(found: HeatmapAnswer, index: int) -> tuple[float, float, float, float]:
    layout = found.map.layout
    return float(layout.x[index]), float(layout.y[index]), float(layout.w[index]), float(layout.h[index])


def file_name(asked: Asked, width: int) -> str:
    """Site, page, layer, width and days: `lamp-shop-basket-elements-1366px-2026-11-01-2026-11-28`."""
    question = asked.question
    since, until = question.period.span(asked.today)
    page = _plain(page_path(question.page))[:MOST_LETTERS].strip("-") or "home"
    parts = (_plain(asked.site.name) or "site", page, question.drawn_layer, f"{width}px", since, until)
    return "-".join(str(part) for part in parts)


def site_file_name(asked: Asked, kind: str, *parts: str) -> str:
    """Site, kind of table, what it is narrowed to, and days: `lamp-shop-overview-2026-11-01-2026-11-28`."""
    since, until = asked.question.period.span(asked.today)
    named = [plain for part in parts if (plain := _plain(part)[:MOST_LETTERS].strip("-"))]
    return "-".join(str(part) for part in (_plain(asked.site.name) or "site", kind, *named, since, until))


def sheet_file_name(asked: Asked, name: str) -> str:
    """Site, journey and day: `lampyre-first-lamp-2026-11-23`."""
    named = (_plain(asked.site.name) or "site", _plain(name)[:MOST_LETTERS].strip("-") or "journey")
    return "-".join((*named, asked.today.isoformat()))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
