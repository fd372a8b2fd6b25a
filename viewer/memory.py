"""How much memory is free, for deciding how many browsers may run at once."""

from __future__ import annotations

from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_MEMINFO = Path("/proc/meminfo")


def free_memory(cgroup: Path = _CGROUP, meminfo: Path = _MEMINFO) -> int | None:
    """Bytes that new processes may use: what the machine has left, or the container's limit (cgroup v2) if lower.

    None where neither can be read.
    """
    found = [free for free in (_of_container(cgroup), _of_machine(meminfo)) if free is not None]
    return min(found, default=None)


def _of_container(cgroup: Path) -> int | None:
    try:
        limit = (cgroup / "memory.max").read_text().strip()
        used = int((cgroup / "memory.current").read_text())
        pairs = (line.split() for line in (cgroup / "memory.stat").read_text().splitlines())
        cache = sum(int(value) for name, value in pairs if name == "inactive_file")
        return None if limit == "max" else max(0, int(limit) - used + cache)
    except (OSError, ValueError):
        return None


def _of_machine(meminfo: Path) -> int | None:
    try:
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None
