"""How far an import got: a small file beside the input, written after each answer."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import msgspec


@dataclass
class ImportProgress:
    """`asked` says what is imported and how; if that changes, the import starts again."""

    asked: dict[str, str]
    done: int = 0  # items, in the order of the file
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    refused_bytes: int = 0  # of the file of refused lines that belong to `done`
    finished: bool = False
    resumed: bool = field(default=False, compare=False)

    @classmethod
    def read(cls, path: Path, asked: dict[str, str]) -> ImportProgress:
        """The noted progress; a new one if there is none, or if it belongs to another file or format."""
        try:
            found = msgspec.json.decode(path.read_bytes(), type=cls)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return cls(asked)
        if found.asked != asked:
            return cls(asked)
        found.resumed = found.done > 0
        return found

    def write(self, path: Path) -> None:
        """Atomic: a crash leaves either the old file or the new one."""
        fresh = path.with_name(path.name + ".new")
        kept = {name: value for name, value in asdict(self).items() if name != "resumed"}
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(kept) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


class RefusedLines:
    """The file of rejected lines with their reasons, cut to the length noted; created at the first rejection."""

    def __init__(self, path: Path, length: int) -> None:
        self.path = path
        if path.exists():
            os.truncate(path, length)

    def add(self, lines: list[bytes]) -> int:
        """Append durably; returns the length of the file afterwards."""
        with self.path.open("ab") as file:
            file.write(b"".join(line + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
            return file.tell()
