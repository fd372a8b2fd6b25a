"""Progress of the demo: a bar for each stage on a terminal, otherwise a line for each."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Stages:
    """`begin` a stage, `step` it, `end` it. Progress goes to stderr; results are printed by the caller."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self._bars: Progress | None = None
        if self.console.is_terminal:
            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(32),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("[dim]{task.fields[now]}"),
                console=self.console,
            )
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}

    def __enter__(self) -> Stages:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        if self._bars:
            self._bars.stop()

    def begin(self, name: str, total: int) -> None:
        self._began[name] = time.monotonic()
        if self._bars:
            self._tasks[name] = self._bars.add_task(name, total=total, now="")

    def now(self, name: str, activity: str) -> None:
        if self._bars:
            self._bars.update(self._tasks[name], now=activity)

    def step(self, name: str) -> None:
        if self._bars:
            self._bars.advance(self._tasks[name])

    def reach(self, name: str, count: int) -> None:
        """`count` steps of the stage are done."""
        if self._bars:
            self._bars.update(self._tasks[name], completed=count)

    def end(self, name: str) -> None:
        if self._bars:
            self._bars.update(self._tasks[name], now="")
        else:
            print(f"{name}: done in {time.monotonic() - self._began[name]:.0f} s", file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        (self._bars.console if self._bars else self.console).print(text, markup=False)
