"""Waiting for what the server does in the background, with its progress on the terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from parcours.connection import Api

POLL_SECONDS = 0.2  # between two requests for its state


@dataclass(frozen=True)
class WorkState:
    """`words`: what is being done; `done` of `of` steps are done; `ended`: nothing will change any more."""

    words: str
    done: int
    of: int
    ended: bool


def until_ended(api: Api, path: str, state_of: Callable[[dict[str, Any]], WorkState]) -> dict[str, Any]:
    """What the server says at `path` once that has ended. An interrupt leaves the work to the server. ApiError."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("waiting", total=None)
        found: dict[str, Any] = {}
        for found in polled(api, path, lambda answer: state_of(answer).ended):
            state = state_of(found)
            progress.update(task, description=state.words, completed=state.done, total=state.of)
        return found


def polled(api: Api, path: str, has_ended: Callable[[dict[str, Any]], bool]) -> Iterator[dict[str, Any]]:
    """What the server says at `path`, again and again until that has ended. ApiError."""
    while True:
        found: dict[str, Any] = api.get(path)
        yield found
        if has_ended(found):
            return
        time.sleep(POLL_SECONDS)
