"""The bar of a map: layers, widths, devices, as links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from store.devices import DEVICES, Device, device_of
from store.kinds import MAP_KINDS, MapKind
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.links import Links


def kind_choices(lang: Language, links: Links, kinds: tuple[MapKind, ...] = MAP_KINDS) -> list[Choice]:
    """Clicks, hover, reach. Reach is measured on the page as it opens, so it has no states."""
    _, question = lang.text, links.question
    words = {
        "click": (_("Clicks"), ""),
        "hover": (_("Hover"), _("Where the pointer rested")),
        "scroll": (_("Reach"), _("How far down the page was seen")),
    }
    return [
        Choice(
            words[kind][0],
            links.to(kind=kind, state="" if kind == "scroll" else question.state, every=False),
            kind == question.kind,
            title=words[kind][1],
        )
        for kind in kinds
    ]


def picture_choices(lang: Language, links: Links, widths: Sequence[int], now: int) -> list[Choice]:
    """The pictures that there are, widest first. They change what is drawn on, never who is counted."""
    choices = []
    for width in widths:
        label = lang.text("%(device)s, %(n)s px", device=device_name(lang, device_of(width)), n=lang.number(width))
        choices.append(Choice(label, links.to(width=width), width == now, small=f"{lang.number(width)} px"))
    return choices


def all_on_this(lang: Language, links: Links, now: int) -> Choice | None:
    """The link that counts all devices and keeps the picture; None without a picture."""
    if not now:
        return None
    on = not links.question.device and links.question.width == now
    return Choice(lang.text("Draw all devices on this picture"), links.to(device="", width=now), on)


def device_switch(lang: Language, links: Links, visitors: Mapping[str, int]) -> list[Choice]:
    """All devices, or one kind: who is counted. A device brings its own picture.

    `visitors`: of each device ("" for all) under all other filters; empty if they are not known.
    """
    asked = links.question.device

    def choice(device: Device | Literal[""]) -> Choice:
        label = device_name(lang, device) if device else lang.text("All")
        count = visitors.get(device, 0)
        title = lang.plural("%(num)s visitor", "%(num)s visitors", count) if visitors else ""
        small = lang.number(count) if visitors else ""
        return Choice(label, links.to(device=device, width=None), asked == device, small, title)

    return [choice(""), *(choice(device) for device in reversed(DEVICES))]


def device_name(lang: Language, device: str) -> str:
    _ = lang.text
    return {"desktop": _("Desktop"), "tablet": _("Tablet"), "phone": _("Phone")}.get(device, _("Other"))
