"""One malloc arena for all threads: glibc otherwise creates up to eight per core, and each keeps freed memory."""

from __future__ import annotations

import ctypes
import sys

_M_ARENA_MAX = -8  # malloc.h of glibc


def one_heap() -> None:
    """Applies to threads started after this call. Does nothing if the C library has no `mallopt`."""
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_M_ARENA_MAX, 1)
