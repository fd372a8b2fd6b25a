"""JSON schemas of the parameters in addresses, for the OpenAPI description, from the limits that their parsers have.

A parameter that is not listed is a text. Where a name has another meaning on one route, the `Entry` of that route has
its own schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from aggregator.shapes.funnels import FEWEST_STEPS, MOST_STEPS, SplitBy
from aggregator.shapes.walks import Outcome
from rules.filters import FILTERS
from rules.period import LONGEST
from rules.question import NO, WIDTHS, YES
from rules.segment import CHOICES
from store.devices import DEVICES
from store.kinds import LAYERS, MAP_KINDS
from viewer.drawing.palette import PALETTES
from viewer.funnels import ORDERS, WINDOW_DAYS

Schema = dict[str, Any]


def one_of(*values: str) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": list(values)}


def whole(least: int, most: int) -> Schema:
    """A whole number, both limits included."""
    return {"type": "integer", "minimum": least, "maximum": most}


def between(above: float, below: float) -> Schema:
    """A number between two limits, both excluded."""
    return {"type": "number", "exclusiveMinimum": above, "exclusiveMaximum": below}


def text(words: str = "") -> Schema:
    """Any text. `words` says what it means."""
    return {"type": "string", "description": words} if words else {"type": "string"}


def _filter(name: str) -> Schema:
    values = f"one of {', '.join(CHOICES[name])}" if name in CHOICES else "as visits have it, or (none)"
    return text(f"Values separated by commas, each {values}: visits with any of them count.")


_DAY: Schema = {"type": "string", "format": "date"}
QUERY_SCHEMAS: Mapping[str, Schema] = {
    "page": text("An address, host/path, /path, a pattern (/lamps/*), or the key of a page group."),
    "kind": one_of(*MAP_KINDS),
    "layer": one_of(*LAYERS),
    "width": whole(*WIDTHS) | {"description": "Of the picture, in CSS px."},
    "days": whole(1, LONGEST) | {"description": "The last days up to `until`; without all three, 28."},
    "since": _DAY | {"description": "The first day, in the time zone of the site."},
    "until": _DAY | {"description": "The last day, included; without it, today."},
    "variant": text("EXPERIMENT:KEY."),
    "state": text("The key or name of a state of the page."),
    "bots": one_of(*YES, *NO),
    "device": one_of(*DEVICES, "all"),
    **{name: _filter(name) for name in FILTERS},
    "segment": text("The id or name of a segment, or its rules as JSON."),
    "goal": text("The id or name of a goal."),
    "experiment": text("The id or name of an experiment."),
    "palette": one_of(*PALETTES),
    "cap": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1e12, "description": "Top of the scale."},
    "steps": text(f"{FEWEST_STEPS} to {MOST_STEPS} steps, separated by commas."),
    "order": one_of(*ORDERS),
    "window_days": whole(*WINDOW_DAYS),
    "split": text(f"{', '.join(one for one in get_args(SplitBy) if one)}, or variant:EXPERIMENT."),
    "outcome": one_of(*(one for one in get_args(Outcome) if one)),
    "way": text("The keys of touchpoints, separated by commas."),
    "lane": {"type": "array", "items": {"type": "string"}, "description": "Again for each lane."},
}
