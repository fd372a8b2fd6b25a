"""The text of an off-site file, read in pieces: its encoding, its digest and its lines."""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Literal

from rules.faults import Faults, fault

ENCODINGS = ("utf-8", "utf-16", "windows-1252")
FileEncoding = Literal["", "utf-8", "utf-16", "windows-1252"]  # "": found by the first bytes, else UTF-8
MOST_BYTES = 512 << 20
MOST_LINE = 10_000  # characters
_BLOCK = 1 << 20


@dataclass(frozen=True)
class FileText:
    """What is known of a file before its lines are read. `codec`: the name that Python knows its encoding by."""

    digest: str
    size: int
    encoding: str
    codec: str


def examined(raw: IO[bytes], asked: FileEncoding = "") -> FileText | Faults:
    """Read a file once, in pieces, from its beginning: whether all of it is text, and its digest."""
    raw.seek(0)
    head = raw.read(_BLOCK)
    encoding, codec = _encoding(head, asked)
    if codec in ("utf-8", "utf-8-sig", "cp1252") and b"\0" in head.split(b"\n", 1)[0]:
        return _of_file("offsite_binary")
    decoder, digest, size, line = codecs.getincrementaldecoder(codec)(), hashlib.sha256(), 0, 1
    block = head
    while block:
        digest.update(block)
        size += len(block)
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            return _of_file("offsite_encoding", line=line, byte=f"0x{error.object[error.start]:02X}", encoding=encoding)
        line += text.count("\n")
        block = raw.read(_BLOCK)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _of_file("offsite_encoding", line=line, byte="…", encoding=encoding)
    return FileText(digest.hexdigest(), size, encoding, codec)


def _encoding(head: bytes, asked: FileEncoding) -> tuple[str, str]:
    """(name, codec): that of the byte order mark, which is no part of the text, else the one asked for."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", "utf-8-sig"
    codec = {"utf-16": "utf-16-be" if head[:1] == b"\0" else "utf-16-le", "windows-1252": "cp1252"}.get(asked, "utf-8")
    return asked or "utf-8", codec


def lines_of(raw: IO[bytes], codec: str) -> Iterator[str | None]:
    """The lines of a file, ended by \\n, \\r\\n or \\r, without their ends; None for one with more than MOST_LINE
    characters, so that no line takes much memory."""
    raw.seek(0)
    text = io.TextIOWrapper(raw, codec, newline=None)
    try:
        while line := text.readline(MOST_LINE + 1):
            if len(line) <= MOST_LINE or line.endswith("\n"):
                yield line.rstrip("\n")
                continue
            while line and not line.endswith("\n"):
                line = text.readline(_BLOCK)
            yield None
    finally:
        text.detach()  # closing it would close the file


def _of_file(code: str, **values: str | int) -> Faults:
    return Faults((fault("file", code, **values),))
