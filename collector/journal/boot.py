"""Whether the machine was restarted since a folder was last known to be complete.

What a process wrote survives `kill -9`, because the kernel holds it. It survives a power cut only if it was synced,
so after one the store may lack rows that it has confirmed (docs/decisions/0018).
"""

from __future__ import annotations

from pathlib import Path

_RUNNING = Path("/proc/sys/kernel/random/boot_id")


def booted_since(folder: Path, running: Path = _RUNNING) -> bool:
    """Whether the noted boot is an earlier one; False when none is noted or this system does not report boots."""
    now, noted = _text(running), _text(folder / "boot")
    return bool(now and noted and now != noted)


def note_boot(folder: Path, running: Path = _RUNNING) -> None:
    """Note that the folder is complete as of this boot."""
    now = _text(running)
    if now and now != _text(folder / "boot"):
        (folder / "boot").write_text(now)


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
