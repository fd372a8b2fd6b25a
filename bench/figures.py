"""The measured figures behind the docs: one JSON file per bench in docs/figures.

A file holds what `run` of the bench returned (figures by name, the unit at the end of the name), the command that
measured it, the date and the machine. `bench.docs` inserts the figures into the pages.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "figures"


@dataclass(frozen=True)
class Measurement:
    """One run of one bench. `machine`: cores and the versions of Python and of the database engine."""

    bench: str
    command: str
    date: str
    machine: dict[str, str | int]
    figures: dict[str, Any]

    def at(self, *names: str) -> Any:
        """The figure under these nested names. KeyError, naming the bench, when the run has no such figure."""
        found: Any = self.figures
        for name in names:
            if not isinstance(found, dict) or name not in found:
                raise KeyError(f"docs/figures/{self.bench}.json has no figure {' / '.join(names)!r}.")
            found = found[name]
        return found


def machine() -> dict[str, str | int]:
    """What the figures depend on and a reader should know."""
    try:
        engine = f"chDB {version('chdb')}"
    except PackageNotFoundError:
        engine = "none"
    return {"cores": os.cpu_count() or 0, "python": platform.python_version(), "engine": engine}


def measured(bench: str, figures: dict[str, Any]) -> Measurement:
    command = f"python -m bench {bench} --json docs/figures/{bench}.json"
    return Measurement(bench, command, date.today().isoformat(), machine(), figures)


def write(path: Path, measurement: Measurement) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(vars(measurement), ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


@cache
def read(bench: str) -> Measurement | None:
    """The published figures of a bench, or None when it has not been measured yet."""
    path = FOLDER / f"{bench}.json"
    return Measurement(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None
