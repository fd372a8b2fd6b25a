"""The command line, for the tests of this folder: as a process, or in this one where a server runs already."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from unittest import mock

import httpx

from parcours.cli import main
from tests.waiting import until

PATIENCE = 120  # seconds; the machine may be busy
Done = subprocess.CompletedProcess[str]


def environment(data: Path, env: Mapping[str, str] | None) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PARCOURS_")}
    return kept | {"PARCOURS_DATA": str(data)} | dict(env or {})


def parcours(*args: str, data: Path, env: Mapping[str, str] | None = None) -> Done:
    """Run the command as a process, to its end."""
    command = [sys.executable, "-m", "parcours.cli", *args]
    return subprocess.run(command, env=environment(data, env), capture_output=True, text=True, timeout=PATIENCE)


def at_server(*args: str, data: Path) -> Done:
    """Run a command that only talks to the server of `data`, in this process: starting one costs half a second."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        mock.patch.dict(os.environ, environment(data, None), clear=True),
        mock.patch.object(sys, "argv", ["parcours", *args]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    assert isinstance(code, int)
    return subprocess.CompletedProcess(args, code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def running(
    *args: str,
    data: Path,
    port: int,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    meanwhile: Callable[[], None] = lambda: None,
    through: Sequence[str] = (),
) -> Iterator[subprocess.Popen[str]]:
    """The command while it serves at `port`, its log in a file if named; killed at the end if it still runs.

    `meanwhile` runs once the process has started, before it serves. `through` is a program that executes the command.
    """
    command = [*through, sys.executable, "-m", "parcours.cli", *args]
    with (
        open(log, "w") if log else contextlib.nullcontext() as stderr,
        subprocess.Popen(
            command, env=environment(data, env), stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as server,
    ):
        try:
            meanwhile()
            _wait(f"http://127.0.0.1:{port}/healthz", server)
            yield server
        finally:
            server.kill()


def _wait(url: str, server: subprocess.Popen[str]) -> None:
    def ready() -> bool:
        assert server.poll() is None, f"exit code {server.returncode} before {url} answered"
        try:
            return httpx.get(url).status_code == 200
        except httpx.TransportError:
            return False

    until(ready, PATIENCE)
