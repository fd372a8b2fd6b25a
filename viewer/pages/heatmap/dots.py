"""The layer of single clicks, coloured by a trait of their visit or by a segment."""

from __future__ import annotations

import numpy as np

from aggregator.answers.confetti import IN, Confetti
from store.devices import DEVICES
from viewer.layer_reader import BY_SEGMENT, DOTS_BY
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.map.controls import device_name
from viewer.pages.map.layer import DotGroup, DotLayer
from viewer.pages.sentences.names import channel_name


def dot_layer(setting: MapSetting, found: Confetti) -> DotLayer:
    lang = setting.lang
    x, y = np.rint(found.x).astype(int), np.rint(found.y).astype(int)
    groups = []
    for i, (name, n) in enumerate(found.groups):
        places = zip(x[found.group == i].tolist(), y[found.group == i].tolist(), strict=True)
        path = "".join(f"M{left} {top}h0" for left, top in places)
        groups.append(DotGroup(group_name(lang, setting.look.by, name), lang.number(n), path))
    return DotLayer(tuple(groups), _choices(setting), _note(lang, found))


def _choices(setting: MapSetting) -> tuple[Choice, ...]:
    """What the dots can be coloured by: the traits, then the saved segments."""
    lang, links, by = setting.lang, setting.links, setting.look.by
    offered = dict(trait_names(lang))
    for one in setting.asked.known.segments:
        offered[f"{BY_SEGMENT}{one.id}"] = lang.text("Segment: %(name)s", name=one.name)
    return tuple(
        Choice(label, links.keeping(by="" if name == DOTS_BY else name).to(), name == by)
        for name, label in offered.items()
    )


def _note(lang: Language, found: Confetti) -> str:
    _ = lang.text
    if found.one_in == 1:
        return _("All %(n)s clicks", n=lang.number(len(found.x)))
    return _(
        "%(n)s of %(all)s clicks: those of one visitor in %(one_in)s",
        n=lang.number(len(found.x)),
        all=lang.number(found.drawn),
        one_in=lang.number(found.one_in),
    )


def trait_names(lang: Language) -> dict[str, str]:
    _ = lang.text
    return {
        "source": _("Source"),
        "channel": _("Channel"),
        "device": _("Device"),
        "visitor": _("New or returning"),
        "variant": _("Variant"),
    }


def group_name(lang: Language, by: str, name: str) -> str:
    """A value as people call it."""
    _ = lang.text
    if by.startswith(BY_SEGMENT):
        return _("In the segment") if name == IN else _("Not in it")
    if by == "device" and name in DEVICES:
        return device_name(lang, name)
    if by == "channel" and name:
        return channel_name(lang, name)
    known = {"": _("Not known"), "others": _("Others"), "new": _("New"), "returning": _("Returning")}
    return known.get(name, name)
