"""Segment files: how records stand in them, and how they are read back after anything.

A segment is text, one record a line, and is inserted as it is:
`{"k":"<length><crc32>","r":<receive time ms>,"x":<enrichment>,"b":<batch>}`.
Length and crc32 are eight hexadecimal digits each, of what follows the comma behind them, line
break included; the store skips `k`. `x` holds what the collector knew of the request.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OPEN, SEALED, DONE = ".open", ".seg", ".done"
MAX_RECORD = 1 << 20  # bytes; a longer one is damage

_HEAD = len(b'{"k":"0123456789abcdef",')
_LENGTH = slice(6, 14)  # of the head
_X, _B = b'"x":', b',"b":'  # the second is in no enrichment: a quote inside a text is escaped


@dataclass(frozen=True, slots=True)
class JournalRecord:
    received: int  # ms since 1970
    x: bytes
    body: bytes
    end: int  # offset behind it in its segment


def encode_record(received: int, x: bytes, body: bytes) -> bytes:
    """One record, ready to be appended. Neither part may hold a line break."""
    rest = b'"r":%d,"x":%b,"b":%b}\n' % (received, x, body)
    return _head(rest) + rest


def _head(rest: bytes) -> bytes:
    return b'{"k":"%08x%08x",' % (len(rest), zlib.crc32(rest))


def read_records(data: bytes) -> Iterator[JournalRecord]:
    """The records of a segment, up to the first that is torn or damaged (none behind it was acknowledged)."""
    at = 0
    while at + _HEAD <= len(data):
        head = data[at : at + _HEAD]
        try:
            length = int(head[_LENGTH], 16)
        except ValueError:
            return
        end = at + _HEAD + length
        rest = data[at + _HEAD : end]
        if length > MAX_RECORD or len(rest) < length or _head(rest) != head:
            return
        x, b = rest.index(_X), rest.index(_B)
        yield JournalRecord(int(rest[4 : x - 1]), rest[x + len(_X) : b], rest[b + len(_B) : -2], end)
        at = end


def good_length(data: bytes) -> int:
    """How many bytes of a segment can be trusted."""
    length = 0
    for record in read_records(data):
        length = record.end
    return length


def as_line(record: JournalRecord) -> bytes:
    """The line of JSON that the store's table `landing` takes."""
    return encode_record(record.received, record.x, record.body)


def paths(folder: Path, suffix: str) -> list[Path]:
    """Segments of one state, oldest first (their names begin with the time in µs)."""
    return sorted(folder.glob(f"*{suffix}"))
