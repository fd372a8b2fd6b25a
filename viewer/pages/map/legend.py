"""What the colours of a map mean: unit, scale and cap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.grids.scale import Scale
from viewer.drawing.boxes import STEPS
from viewer.pages.frame import charts
from viewer.pages.frame.languages import Language


@dataclass(frozen=True)
class Tick:
    """A tick on a scale; `at` is a CSS length from the left."""

    label: str
    at: str


@dataclass(frozen=True)
class Legend:
    """`css`: CSS class of the colour ramp; "" for heat. `steps`: labels of a scale in steps instead of a ramp."""

    title: str
    ticks: tuple[Tick, ...]
    log: bool = False
    css: str = ""
    steps: tuple[str, ...] = ()


def heat_legend(lang: Language, scale: Scale, kind: str, shared: bool = False) -> Legend:
    """The legend of a heat layer; `shared` if two pictures use the same scale."""
    _ = lang.text
    values = [0.0, *charts.round_steps(scale.cap), scale.cap]
    at = scale.position(np.array(values, np.float32))
    labels = [lang.number(v, 0 if v >= 1 or not v else 1 if v >= 0.1 else 2) for v in values]
    labels[-1] += "+"
    ticks = tuple(Tick(label, charts.percent(float(x), 1)) for label, x in zip(labels, at, strict=True))
    thousand = lang.number(1000)
    if kind == "attention":
        title = _("Seconds in view, mean of views")
    elif kind == "hover":
        title = _("Seconds of hover per %(thousand)s visitors, within 20 px", thousand=thousand)
    elif kind == "rage":
        title = _("Rage clicks per %(thousand)s visitors, within 20 px", thousand=thousand)
    elif kind == "dead":
        title = _("Dead clicks per %(thousand)s visitors, within 20 px", thousand=thousand)
    else:
        title = _("Clicks per %(thousand)s visitors, within 20 px", thousand=thousand)
    if shared:
        title += _(", same for A and B")
    return Legend(title, ticks, scale.log)


def reach_legend(lang: Language) -> Legend:
    """The legend of a reach map's veil."""
    ticks = (*(Tick(lang.number(v), f"{v}%") for v in (0, 25, 50, 75)), Tick(lang.share(1, 0), "100%"))
    return Legend(lang.text("Share of views that got this far"), ticks, css="shade")


def step_legend(lang: Language, title: str) -> Legend:
    """The legend of boxes that are coloured in steps of shares."""
    first = "<" + lang.number(100 * STEPS[0])
    labels = [lang.number(100 * step) for step in STEPS]
    return Legend(title, (), steps=(first, *labels[:-1], labels[-1] + "+"))
