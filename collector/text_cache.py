"""Caches of texts that strangers choose hold a known number of bytes at most.

What the head of a request says, and the addresses in a batch, are at most 2,048 bytes long when they reach a cache
(collector/door/head.py, collector/door/endpoint.py): an `lru_cache` of CACHED entries is enough. For texts that nothing
has limited there is `text_cache`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

CACHED = 1_000  # entries
LETTERS = 256


def text_cache(
    entries: int = CACHED, letters: int = LETTERS
) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Like `lru_cache`, but a call with a text of more than `letters` letters is computed each time, and not stored.

    An `lru_cache` limits the number of entries only: 20,000 headers of 60 kB are more than 1 GB. The arguments are
    positional.
    """

    def decorate(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        stored = lru_cache(entries)(function)

        @wraps(function)
        def call(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
            for argument in arguments:
                if isinstance(argument, (str, bytes)) and len(argument) > letters:
                    return function(*arguments, **named)
            return stored(*arguments, **named)  # type: ignore[arg-type]

        return call

    return decorate
