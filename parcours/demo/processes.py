"""Child processes that are still running when they should have ended: browsers after Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable


def descendants(root: int) -> list[int]:
    """Ids of all processes below `root`, parents before children; [] if there is no `ps`."""
    try:
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    children: dict[int, list[int]] = defaultdict(list)
    for line in listed.splitlines():
        pid, parent = map(int, line.split())
        children[parent].append(pid)
    found, waiting = [], [root]
    while waiting:
        below = children[waiting.pop()]
        found += below
        waiting += below
    return found


def end_children(known: Iterable[int] = (), patience: float = 3.0) -> None:
    """Terminate every process below this one, and kill those that do not end within `patience` seconds.

    `known`: descendants noted when the stop was requested. A browser whose parent has ended since is not found again.
    """
    for sign, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 1.0)):
        left = _signal(sign, {*known, *descendants(os.getpid())})
        until = time.monotonic() + seconds
        while left and time.monotonic() < until:
            time.sleep(0.05)
            left = [pid for pid in left if _lives(pid)]
        if not left:
            return


def _signal(sign: signal.Signals, pids: Iterable[int]) -> list[int]:
    asked = []
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, sign)
            asked.append(pid)
    return asked


def _lives(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError, OSError):
        os.waitpid(pid, os.WNOHANG)  # otherwise our own child stays a zombie
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
