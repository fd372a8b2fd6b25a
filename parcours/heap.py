"""The C library's memory: one heap for all threads, instead of up to eight a core that each keep what was freed."""

from __future__ import annotations

import ctypes
import sys

_M_ARENA_MAX = -8  # malloc.h of glibc


def one_heap() -> None:
    """For threads that begin after this call. Does nothing where the C library knows no such wish."""
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_M_ARENA_MAX, 1)
