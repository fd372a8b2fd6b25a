"""Whether the machine was started anew since a folder was last in order.

What a process wrote outlives `kill -9`, for the kernel holds it. It outlives a power cut only where
it was synced, so that after one the store may lack what it has answered for (docs/decisions/0018).
"""

from __future__ import annotations

from pathlib import Path

_RUNNING = Path("/proc/sys/kernel/random/boot_id")


def booted_since(folder: Path, running: Path = _RUNNING) -> bool:
    """Whether another boot than this one is noted; False when none is, or this system does not say."""
    now, noted = _text(running), _text(folder / "boot")
    return bool(now and noted and now != noted)


def note_boot(folder: Path, running: Path = _RUNNING) -> None:
    """From here on the folder is in order for this boot."""
    now = _text(running)
    if now and now != _text(folder / "boot"):
        (folder / "boot").write_text(now)


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
