"""Segment files: the format of their records, and how they are read back after a crash or damage.

A segment is text with one record per line, and is inserted unchanged:
`{"k":"<length><crc32>","r":<receive time ms>,"x":<enrichment>,"b":<batch>}`.
Length and crc32, eight hexadecimal digits each, cover what follows the next comma, including the line break. The store
skips `k`. `x` is what the collector added from the request.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OPEN, SEALED, DONE = ".open", ".seg", ".done"
MAX_RECORD = 1 << 20  # bytes; a longer record is damaged

_HEAD = len(b'{"k":"0123456789abcdef",')
_LENGTH = slice(6, 14)  # of the head
_X, _B = b'"x":', b',"b":'  # an enrichment cannot contain the second: quotes inside a text are escaped


@dataclass(frozen=True, slots=True)
class JournalRecord:
    received: int  # ms since 1970
    x: bytes
    body: bytes
    end: int  # offset of the end of its line in the segment


def encode_record(received: int, x: bytes, body: bytes) -> bytes:
    """One record, ready to append. Neither part may contain a line break."""
    rest = b'"r":%d,"x":%b,"b":%b}\n' % (received, x, body)
    return _head(rest) + rest


def _head(rest: bytes) -> bytes:
    return b'{"k":"%08x%08x",' % (len(rest), zlib.crc32(rest))


def read_records(data: bytes) -> Iterator[JournalRecord]:
    """The records of a segment, up to the first one that is cut off or damaged."""
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
    """The number of bytes that can be read as records."""
    length = 0
    for record in read_records(data):
        length = record.end
    return length


def as_line(record: JournalRecord) -> bytes:
    """The line of JSON that the store's table `landing` accepts."""
    return encode_record(record.received, record.x, record.body)


def paths(folder: Path, suffix: str) -> list[Path]:
    """Segments of one state, oldest first (their names begin with the time in µs)."""
    return sorted(folder.glob(f"*{suffix}"))
