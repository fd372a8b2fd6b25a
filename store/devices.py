"""The kinds of devices, as the collector tells them apart and as questions name them."""

from __future__ import annotations

from typing import Literal, get_args

Device = Literal["phone", "tablet", "desktop"]  # that a question can name
AnyDevice = Literal[Device, "other"]  # that a row can have: "other" is a television, a console, a program

DEVICES: tuple[Device, ...] = get_args(Device)
ANY_DEVICE: tuple[AnyDevice, ...] = get_args(AnyDevice)


def device_of(width: int) -> Device:
    """The device class of a picture's width in px."""
    return "phone" if width < 600 else "tablet" if width < 1024 else "desktop"
