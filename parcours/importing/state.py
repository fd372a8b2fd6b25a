"""How far an import came: a small file beside the input, written after each answer."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import msgspec


@dataclass
class State:
    """`asked` names what is imported and how; for another question the counting begins anew."""

    asked: dict[str, str]
    done: int = 0  # items, in the order of the file
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    refused_bytes: int = 0  # of the file of refused lines that belong to `done`
    finished: bool = False
    resumed: bool = field(default=False, compare=False)

    @classmethod
    def read(cls, path: Path, asked: dict[str, str]) -> State:
        """As it stood; a fresh one where there is none, or where it is of another file or question."""
        try:
            found = msgspec.json.decode(path.read_bytes(), type=cls)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return cls(asked)
        if found.asked != asked:
            return cls(asked)
        found.resumed = found.done > 0
        return found

    def write(self, path: Path) -> None:
        """Whole or not at all, whatever ends the process."""
        fresh = path.with_name(path.name + ".new")
        kept = {name: value for name, value in asdict(self).items() if name != "resumed"}
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(kept) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


class RefusedLines:
    """The file of what was refused and why, as long as the state says; made when there is something to say."""

    def __init__(self, path: Path, length: int) -> None:
        self.path = path
        if path.exists():
            os.truncate(path, length)

    def add(self, lines: list[bytes]) -> int:
        """Append, durable; the length of the file then."""
        with self.path.open("ab") as file:
            file.write(b"".join(line + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
            return file.tell()
