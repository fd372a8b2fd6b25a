"""The engine's own threads and the thread of the inserts yield to who answers visitors.

Inserts and merges are long work, a batch is short work, and on a busy machine they share its cores:
with equal rights a batch would wait for its turn behind all threads of the engine. On Linux each
thread has a priority of its own, which the threads it starts inherit. Not for threads that work long
in Python: one that waits for a core while it holds the interpreter's lock keeps all others waiting.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

NICE = 10  # of 0 … 19: a tenth of the weight of a thread at 0
_here = threading.local()
T = TypeVar("T")


def step_back() -> None:
    """Lower the calling thread for good; does nothing in the main thread, which may hold the event loop."""
    if getattr(_here, "done", False) or threading.current_thread() is threading.main_thread():
        return
    _here.done = True
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def from_behind(work: Callable[[], T]) -> T:
    """What `work` gives, done in a lowered thread: so are the threads that it starts."""
    with ThreadPoolExecutor(1, initializer=step_back) as one:
        return one.submit(work).result()
