"""Turns the client's blocks into numpy columns and rows.

The client's own `query_np` returns one structured array, in which every number becomes an object as soon as one column
is text. Its blocks keep numbers as numbers beside text, and are faster: 1.2 M rows of five numbers in 0.05 s instead
of 0.07.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SELECT = re.compile(r"\s*(?:SELECT|WITH)\b", re.I)
_TIMES = {"DateTime*": "int"}  # ticks instead of datetime


@dataclass(frozen=True)
class _Written:
    """A value of a query as ClickHouse reads it. The client takes `str` of what it does not know."""

    text: str

    def __str__(self) -> str:
        return self.text


def bound(params: Mapping[str, object]) -> dict[str, object]:
    """The parameters of a query for the client. A list of integers is written here at once: the client writes it number
    by number, 6 µs each, and a map binds some thousands.

    >>> str(bound({"few": [1, 2]})["few"])
    '[1,2]'
    """
    return {name: _written(value) for name, value in params.items()}


def _written(value: object) -> object:
    if isinstance(value, list) and set(map(type, value)) == {int}:
        return _Written(f"[{','.join(map(str, value))}]")
    return value


def numpy_columns(
    client: Any, sql: str, params: Mapping[str, object], settings: Mapping[str, object]
) -> dict[str, NDArray[Any]]:
    """Column name → array; a result without rows has its columns too."""
    # Block by block: for a whole result, the embedded engine copies 40 MB while it holds the interpreter's lock.
    context = client.create_query_context(
        query=sql, parameters=bound(params) or None, settings=dict(settings), use_numpy=True, streaming=True
    )
    # No public method returns numpy columns as a stream (clickhouse-connect 1.12).
    with closing(client._query_with_context(context)) as result:
        blocks = list(result._block_gen)
    if not any(len(block[0]) for block in blocks):
        return {name: np.empty(0, dtype=_dtype(kind)) for name, kind in _described(client, sql, params)}
    return {
        name: _joined([_array(block[n]) for block in blocks if len(block[n])])
        for n, name in enumerate(result.column_names)
    }


def plain_rows(
    client: Any, sql: str, params: Mapping[str, object], settings: Mapping[str, object]
) -> list[dict[str, Any]]:
    """One dict per row, of plain Python values; DateTime64(3) as int ms."""
    result = client.query(sql, parameters=bound(params) or None, settings=dict(settings), query_formats=_TIMES)
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]


def _array(piece: Sequence[Any]) -> NDArray[Any]:
    if isinstance(piece, np.ndarray):
        return piece.astype("int64") if piece.dtype.kind == "M" and piece.dtype != "M8[D]" else piece
    out = np.empty(len(piece), dtype=object)
    out[:] = _plain_lists(piece)  # np.array() would unpack lists of equal length into a second dimension
    return out


def _plain_lists(piece: Sequence[Any]) -> Sequence[Any]:
    """Lists of numpy numbers as lists of Python numbers, which do not overflow and can be written as JSON."""
    first = next((value[0] for value in piece if isinstance(value, list) and value), None)
    if not isinstance(first, np.generic):
        return piece
    flat = np.fromiter(chain.from_iterable(piece), dtype=first.dtype).tolist()
    out, begin = [], 0
    for value in piece:
        out.append(flat[begin : begin + len(value)])
        begin += len(value)
    return out


def _joined(pieces: list[NDArray[Any]]) -> NDArray[Any]:
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _described(client: Any, sql: str, params: Mapping[str, object]) -> list[tuple[str, str]]:
    """Names and types of a query's columns. Without rows the embedded engine sends no block at all."""
    if not _SELECT.match(sql):
        return []
    described = client.query(f"DESCRIBE TABLE ({sql})", parameters=bound(params) or None)
    return [(row[0], row[1]) for row in described.result_rows]


def _dtype(kind: str) -> str:
    """The dtype of a column of this ClickHouse type."""
    if kind.startswith("DateTime"):
        return "int64"
    if kind in ("Date", "Date32"):
        return "M8[D]"
    if re.fullmatch(r"U?Int(8|16|32|64)|Float(32|64)|Bool", kind):
        return kind.lower()
    return "object"
