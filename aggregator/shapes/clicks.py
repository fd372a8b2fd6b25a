"""Clicks as columns: what judging frustration needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aggregator.shapes.columns import Int32, Int64, UInt8, UInt64


class JudgedClicks(Protocol):
    """What dead and rage clicks are judged by: columns of `Points` and of `SuspectClicks`.

    `page_x`, `page_y` are CSS px of the page as it was clicked, `time` and `effect_ms` ms, `flags` as in docs/wire.md.
    """

    @property
    def view(self) -> UInt64: ...
    @property
    def time(self) -> Int64: ...
    @property
    def page_x(self) -> Int32: ...
    @property
    def page_y(self) -> Int32: ...
    @property
    def effect(self) -> UInt8: ...
    @property
    def effect_ms(self) -> Int32: ...
    @property
    def button(self) -> UInt8: ...
    @property
    def flags(self) -> UInt8: ...


@dataclass(frozen=True)
class SuspectClicks:
    """The clicks of a site that may be dead or part of a burst; `group` is the number of the page's group."""

    group: Int32
    view: UInt64
    visitor: UInt64
    record: UInt64
    time: Int64
    page_x: Int32
    page_y: Int32
    effect: UInt8
    effect_ms: Int32
    button: UInt8
    flags: UInt8
