"""The layout of a snapshot: every element of the page with its box, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray


def path_key(path: str) -> int:
    """The element key of an anchored path: the same number as `xxHash64(path)` in SQL."""
    return int(xxhash.xxh64_intdigest(path.encode()))


@dataclass(frozen=True, eq=False)
class Layout:
    """M elements; lengths are CSS px from the page's top left, `width` and `height` those of the page."""

    width: int
    height: int
    viewport_h: int
    paths: list[str]
    fps: list[str]
    names: list[str]
    tags: list[str]
    keys: NDArray[np.uint64]
    parents: NDArray[np.int32]  # index of the parent, -1 for a root
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    w: NDArray[np.float32]
    h: NDArray[np.float32]
    visible: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    scroller: NDArray[np.int32]  # index of the scrolling element it lies in, -1 for the page
    control: NDArray[np.int32]  # index of the control (link, button, field …) it is or lies in, -1 for none
    lines: list[list[float]]  # x, y, w, h of each line of text that is broken into several; empty for one box

    def __len__(self) -> int:
        return len(self.paths)

    @staticmethod
    def of(width: int, height: int, viewport_h: int, columns: Mapping[str, Any]) -> Layout:
        """A layout from plain columns (as in JSON and in the store); the keys are computed.

        ValueError when the columns differ in length or refer to an element that does not exist.
        """
        columns = _completed(columns)
        texts: dict[str, Any] = {
            name: [str(value) for value in columns[name]] for name in ("paths", "fps", "names", "tags")
        }
        numbers: dict[str, Any] = {name: np.asarray(columns[name], dtype=kind) for name, kind in _NUMBERS.items()}
        count = len(texts["paths"])
        lines = [[float(side) for side in boxes] for boxes in columns["lines"]]
        for name, column in (texts | numbers | {"lines": lines}).items():
            if len(column) != count:
                raise ValueError(f"A layout of {count} paths has {len(column)} {name}")
        for name in ("parents", "scroller", "control"):
            if count and not (numbers[name].min() >= -1 and numbers[name].max() < count):
                raise ValueError(f"The column {name} of a layout refers to an element outside its {count} elements")
        if any(len(boxes) % 4 for boxes in lines):
            raise ValueError("A line of text in a layout is not x, y, w, h")
        keys = np.fromiter((path_key(path) for path in texts["paths"]), dtype=np.uint64, count=count)
        return Layout(width=width, height=height, viewport_h=viewport_h, keys=keys, lines=lines, **texts, **numbers)

    def columns(self) -> dict[str, list[Any]]:
        """The stored columns as plain lists: the inverse of `of`."""
        texts = {"paths": self.paths, "fps": self.fps, "names": self.names, "tags": self.tags}
        return texts | {name: getattr(self, name).tolist() for name in _NUMBERS} | {"lines": self.lines}


def _completed(columns: Mapping[str, Any]) -> Mapping[str, Any]:
    """The columns, completed with those that layouts of earlier versions do not have: no control, no lines."""
    count = len(columns["paths"])
    missing = {"control": [-1] * count, "lines": [[]] * count}
    return dict(columns) | {name: none for name, none in missing.items() if not len(columns.get(name, ()))}


_NUMBERS: dict[str, Any] = {
    "parents": np.int32,
    "x": np.float32,
    "y": np.float32,
    "w": np.float32,
    "h": np.float32,
    "visible": np.bool_,
    "fixed": np.bool_,
    "scroller": np.int32,
    "control": np.int32,
}
