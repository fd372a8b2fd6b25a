"""The kinds of devices, as the collector tells them apart and as questions name them."""

from __future__ import annotations

from typing import Literal, get_args

Device = Literal["phone", "tablet", "desktop"]  # that a question can name
AnyDevice = Literal[Device, "other"]  # that a row can have: "other" is a television, a console, a program

DEVICES: tuple[Device, ...] = get_args(Device)
ANY_DEVICE: tuple[AnyDevice, ...] = get_args(AnyDevice)
