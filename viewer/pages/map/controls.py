"""The bar of a map: layers, widths, devices, as links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from store.devices import DEVICES, device_of
from store.kinds import MAP_KINDS, MapKind
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.links import Links


@dataclass(frozen=True)
class VisitorsByDevice:
    """The page's visitors by device, whatever device is chosen: `count`, and `share` of all."""

    count: Mapping[str, int] = field(default_factory=dict)
    share: Mapping[str, float] = field(default_factory=dict)


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


def kind_name(lang: Language, kind: str) -> str:
    _ = lang.text
    return {"click": _("Clicks"), "hover": _("Hover"), "scroll": _("Reach")}[kind]


def width_choices(
    lang: Language, links: Links, widths: Sequence[int], now: int, visitors: VisitorsByDevice
) -> list[Choice]:
    """The widths that have a picture, widest first, with the share of visitors on such devices.

    `now`: the width of the picture shown.
    """
    device_asked = links.question.device
    choices = []
    for width in widths:
        device = device_of(width)
        alone = sum(device_of(w) == device for w in widths) == 1
        label = device_name(lang, device) if alone else f"{device_name(lang, device)} {lang.number(width)}"
        share = lang.share(visitors.share.get(device, 0.0), 0) if visitors.share and alone else ""
        # a map of the picture's own devices keeps showing the picture's devices at another width
        kept = device if device_asked and device_asked == device_of(now) else device_asked
        href = links.to(width=width, device=kept)
        choices.append(Choice(label, href, width == now, share, f"{lang.number(width)} px"))
    return choices


def device_choices(lang: Language, links: Links, width: int, visitors: VisitorsByDevice) -> list[Choice]:
    """All devices, the picture's own (width 0: there is no picture), and the others that have visitors."""
    _, asked = lang.text, links.question.device
    own = device_of(width) if width else "desktop"
    with_visitors = [device for device in DEVICES if visitors.count.get(device)]
    choices = [Choice(_("All"), links.to(device=""), not asked)]
    for device in dict.fromkeys((own, *([asked] if asked else []), *with_visitors)):
        label, count = device_name(lang, device), visitors.count.get(device, 0)
        if device == own:
            label = _("Same as the picture: %(device)s", device=label.lower())
        share = lang.share(visitors.share[device], 0) if device in visitors.share else ""
        title = lang.plural("%(num)s visitor", "%(num)s visitors", count) if count else ""
        choices.append(Choice(label, links.to(device=device), asked == device, share, title))
    return choices


def device_name(lang: Language, device: str) -> str:
    _ = lang.text
    return {"desktop": _("Desktop"), "tablet": _("Tablet"), "phone": _("Phone")}.get(device, _("Other"))
