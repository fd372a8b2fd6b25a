"""Clicks as columns, over groups of pages: what judging frustration needs."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.shapes.columns import Int32, Int64, UInt8, UInt64


@dataclass(frozen=True)
class Clicks:
    """The clicks that could be dead, or part of a burst: what frustration.py needs, and no more."""

    group: Int32  # number of the page's group
    view: UInt64
    visitor: UInt64
    record: UInt64
    time: Int64
    x: Int32
    y: Int32
    effect: UInt8
    effect_ms: Int32
    button: UInt8
    flags: UInt8
