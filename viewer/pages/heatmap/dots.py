"""The layer of single clicks, coloured by a trait of their visit."""

from __future__ import annotations

import numpy as np

from aggregator.answers.confetti import Confetti
from aggregator.queries.point_traits import POINT_TRAITS, PointTrait
from store.devices import DEVICES
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.map.controls import device_name
from viewer.pages.map.layer import DotGroup, DotLayer


def dot_layer(setting: MapSetting, found: Confetti) -> DotLayer:
    lang, look = setting.lang, setting.look
    x, y = np.rint(found.x).astype(int), np.rint(found.y).astype(int)
    groups = []
    for i, (name, n) in enumerate(found.groups):
        places = zip(x[found.group == i].tolist(), y[found.group == i].tolist(), strict=True)
        path = "".join(f"M{left} {top}h0" for left, top in places)
        groups.append(DotGroup(group_name(lang, look.by, name), lang.number(n), path))
    by = tuple(
        Choice(trait_names(lang)[one], setting.links.keeping(by="" if one == "source" else one).to(), one == look.by)
        for one in POINT_TRAITS
    )
    return DotLayer(tuple(groups), by, _note(lang, found))


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


def trait_names(lang: Language) -> dict[PointTrait, str]:
    _ = lang.text
    return {
        "source": _("Source"),
        "channel": _("Channel"),
        "device": _("Device"),
        "visitor": _("New or returning"),
        "variant": _("Variant"),
    }


def group_name(lang: Language, trait: PointTrait, name: str) -> str:
    """A value as people call it."""
    _ = lang.text
    if trait == "device" and name in DEVICES:
        return device_name(lang, name)
    known = {"": _("Not known"), "others": _("Others"), "new": _("New"), "returning": _("Returning")}
    return known.get(name, name)
