"""Lower the priority of the engine's threads and of the thread of the inserts, so that answers to visitors go first.

Inserts and merges are long work, a batch is short work, and on a busy machine they share the cores: at equal priority
a batch would wait behind all threads of the engine. On Linux each thread has its own priority, which the threads it
starts inherit. Not for threads that run Python for long: one that waits for a core while it holds the interpreter's
lock keeps all others waiting.
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
LOWEST = 19  # a seventh of the weight of a thread at 10: work that strangers cause
_thread = threading.local()
T = TypeVar("T")


def lower_this_thread(nice: int = NICE) -> None:
    """Lower the calling thread for good. Does nothing in the main thread, which may run the event loop."""
    if getattr(_thread, "lowered", False) or threading.current_thread() is threading.main_thread():
        return
    _thread.lowered = True
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)


def in_lowered_thread(work: Callable[[], T]) -> T:
    """The result of `work`, done in a thread of lower priority, as are the threads that it starts."""
    with ThreadPoolExecutor(1, initializer=lower_this_thread) as one:
        return one.submit(work).result()
