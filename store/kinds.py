"""The kinds of what visitors do: by the table that holds their rows, and by the map that shows them.

The batch names its kinds in collector/wire.py, and store/sql/0001_schema.sql writes them into the tables: tests hold
both against this table.
"""

from __future__ import annotations

from typing import Literal, get_args

PointKind = Literal["click", "hover"]  # rows of `points`
EventKind = Literal["custom", "resize", "input", "submit", "error"]  # rows of `events`
MapKind = Literal[PointKind, "scroll"]  # what a map can show: `scroll` is the map of reach, from `scrolls`
# How a map is drawn on the picture.
LayerName = Literal[
    "elements", "clicks", "rage", "dead", "hover", "attention", "reach", "ignored", "confetti", "zones", "forms"
]  # fmt: skip

POINT_KINDS: tuple[PointKind, ...] = get_args(PointKind)
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
FEEDBACK_KIND = "ask"  # rows of `feedback`
MAP_KINDS: tuple[MapKind, ...] = get_args(MapKind)
LAYERS: tuple[LayerName, ...] = get_args(LayerName)
# The kind of rows that each layer is drawn from; the first layer of a kind is its usual one.
LAYER_KINDS: dict[LayerName, MapKind] = {
    "elements": "click",
    "clicks": "click",
    "rage": "click",
    "dead": "click",
    "hover": "hover",
    "reach": "scroll",
    "attention": "scroll",
    "ignored": "click",
    "confetti": "click",
    "zones": "click",
    "forms": "click",
}
USUAL_LAYER: dict[MapKind, LayerName] = {kind: layer for layer, kind in reversed(LAYER_KINDS.items())}
