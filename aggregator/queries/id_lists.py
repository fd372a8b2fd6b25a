"""Lists of numbers in queries: a server limits the size of one bound value, so a long list is bound in pieces."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 2_000  # numbers of 64 bits: half of what a server accepts as one value


def bound(name: str, numbers: NDArray[Any], kind: str = "UInt64") -> tuple[str, dict[str, Any]]:
    """SQL for an array of these numbers, and its bound values; `name` must differ from all others of the query."""
    pieces = {
        f"{name}{n}": numbers[start : start + AT_ONCE].tolist()
        for n, start in enumerate(range(0, max(len(numbers), 1), AT_ONCE))
    }
    arrays = [f"{{{piece}:Array({kind})}}" for piece in pieces]
    return (arrays[0] if len(arrays) == 1 else f"arrayConcat({', '.join(arrays)})"), pieces


def among(column: str, name: str, numbers: NDArray[Any]) -> tuple[str, dict[str, Any]]:
    """The condition that a column holds one of these numbers, and its bound values."""
    if not len(numbers):
        return "0", {}
    pieces = {
        f"{name}{n}": np.asarray(numbers[start : start + AT_ONCE]).tolist()
        for n, start in enumerate(range(0, len(numbers), AT_ONCE))
    }
    return f"({' OR '.join(f'{column} IN {{{piece}:Array(UInt64)}}' for piece in pieces)})", pieces
