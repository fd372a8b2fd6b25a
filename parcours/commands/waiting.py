"""Waiting for what the server does in the background, with its progress on the terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
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
        while True:
            found: dict[str, Any] = api.get(path)
            state = state_of(found)
            progress.update(task, description=state.words, completed=state.done, total=state.of)
            if state.ended:
                return found
            time.sleep(POLL_SECONDS)
