"""The bar of a map: layers, widths, devices, as links."""

from __future__ import annotations

from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.parts import address
from viewer.pages.map.view import KINDS, View
from viewer.query import device_of


def kind_choices(lang: Language, view: View, action: str, kinds: tuple[str, ...] = KINDS) -> list[Choice]:
    """Clicks, hover, reach."""
    _ = lang.text
    words = {
        "click": (_("Clicks"), ""),
        "hover": (_("Hover"), _("Where the pointer rested")),
        "scroll": (_("Reach"), _("How far down the page was seen")),
    }
    return [
        Choice(words[k][0], address(action, view.query(kind=k, every=False)), k == view.kind, title=words[k][1])
        for k in kinds
    ]


def width_choices(
    lang: Language, view: View, action: str, widths: list[int], now: int, devices: dict[str, int]
) -> list[Choice]:
    """The widths that have a picture, widest first, with the share of visitors on such devices."""
    visitors = sum(devices.values())
    choices = []
    for width in widths:
        device = device_of(width)
        alone = sum(device_of(w) == device for w in widths) == 1
        label = device_name(lang, device) if alone else f"{device_name(lang, device)} {lang.number(width)}"
        share = lang.share(devices.get(device, 0) / visitors, 0) if visitors and alone else ""
        # a map of the picture's own devices goes on to be one at the next width
        kept = device if view.device and view.device == device_of(now) else view.device
        href = address(action, view.query(width=width, device=kept))
        choices.append(Choice(label, href, width == now, share, f"{lang.number(width)} px"))
    return choices


def device_choices(lang: Language, view: View, action: str, own: str) -> list[Choice]:
    """All devices, or only those of the picture's width."""
    _ = lang.text
    choices = [Choice(_("All"), address(action, view.query(device="")), not view.device)]
    for device in dict.fromkeys((own, *([view.device] if view.device else []))):
        label = device_name(lang, device)
        if device == own:
            label = _("As the picture: %(device)s", device=label.lower())
        choices.append(Choice(label, address(action, view.query(device=device)), view.device == device))
    return choices


def device_name(lang: Language, device: str) -> str:
    _ = lang.text
    return {"desktop": _("Desktop"), "tablet": _("Tablet"), "phone": _("Phone")}.get(device, _("Other"))
