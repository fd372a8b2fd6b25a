"""Segment files: how records stand in them, and how they are read back after anything.

A segment is the 8 bytes `PARCJ01\\n` and then records:
`u32 length | u32 crc32 | u64 receive time ms | u32 length of x | x | body`,
little endian; `length` counts what follows the crc, the crc is over the same bytes.
`x` and the body are JSON texts; `x` holds what the collector knew of the request.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"PARCJ01\n"
OPEN, SEALED, DONE = ".open", ".seg", ".done"

_FRAME = struct.Struct("<II")  # length, crc
_HEAD = struct.Struct("<QI")  # receive time, length of x
_WHOLE = struct.Struct("<IIQI")
MAX_RECORD = 1 << 20  # bytes; a longer one is damage


@dataclass(frozen=True, slots=True)
class Record:
    received: int  # ms since 1970
    x: bytes
    body: bytes
    end: int  # offset behind it in its segment


def encode_record(received: int, x: bytes, body: bytes) -> bytes:
    """One record, ready to be appended."""
    head = _HEAD.pack(received, len(x))
    crc = zlib.crc32(body, zlib.crc32(x, zlib.crc32(head)))
    return _WHOLE.pack(len(head) + len(x) + len(body), crc, received, len(x)) + x + body


def read_records(data: bytes) -> Iterator[Record]:
    """The records of a segment, up to the first that is torn or damaged (none behind it was acknowledged)."""
    if not data.startswith(MAGIC):
        return
    at, size = len(MAGIC), len(data)
    while at + _FRAME.size <= size:
        length, crc = _FRAME.unpack_from(data, at)
        start = at + _FRAME.size
        end = start + length
        if not _HEAD.size <= length <= MAX_RECORD or end > size or zlib.crc32(data[start:end]) != crc:
            return
        received, x_length = _HEAD.unpack_from(data, start)
        x_start = start + _HEAD.size
        if x_start + x_length > end:
            return
        yield Record(received, data[x_start : x_start + x_length], data[x_start + x_length : end], end)
        at = end


def good_length(data: bytes) -> int:
    """How many bytes of a segment can be trusted; 0 when not even its beginning is whole."""
    length = len(MAGIC) if data.startswith(MAGIC) else 0
    for record in read_records(data):
        length = record.end
    return length


def as_line(record: Record) -> bytes:
    """The line of JSON that the store's table `landing` takes."""
    return b'{"r":%d,"x":%b,"b":%b}\n' % (record.received, record.x, record.body)


def paths(folder: Path, suffix: str) -> list[Path]:
    """Segments of one state, oldest first (their names begin with the time in µs)."""
    return sorted(folder.glob(f"*{suffix}"))
