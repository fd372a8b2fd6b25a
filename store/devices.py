"""The kinds of devices, as the collector tells them apart and as questions name them."""

from __future__ import annotations

from typing import Literal, get_args

Device = Literal["phone", "tablet", "desktop"]  # that a question can name
AnyDevice = Literal[Device, "other"]  # that a row can have: "other" is a television, a console, a program

DEVICES: tuple[Device, ...] = get_args(Device)
ANY_DEVICE: tuple[AnyDevice, ...] = get_args(AnyDevice)


_NARROWEST = {"phone": 0, "tablet": 600, "desktop": 1024, "": 1 << 16}  # px; windows are at most 65,535 px wide


def device_of(width: int) -> Device:
    """The device class of a picture's width in px."""
    return "phone" if width < _NARROWEST["tablet"] else "tablet" if width < _NARROWEST["desktop"] else "desktop"


def device_widths(width: int) -> tuple[int, int]:
    """The least and the greatest width, in px, of the device class of `width`."""
    device = device_of(width)
    limits = list(_NARROWEST)
    return _NARROWEST[device], _NARROWEST[limits[limits.index(device) + 1]] - 1
