"""The command as a process, for the tests of this folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx

from tests.waiting import until

PATIENCE = 120  # seconds; the machine may be busy


def _environment(data: Path, env: Mapping[str, str] | None) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PARCOURS_")}
    return kept | {"PARCOURS_DATA": str(data)} | dict(env or {})


def parcours(*args: str, data: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "parcours.cli", *args]
    return subprocess.run(command, env=_environment(data, env), capture_output=True, text=True, timeout=PATIENCE)


@contextmanager
def running(
    *args: str, data: Path, port: int, env: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """The command while it serves at `port`, its log in a file if named; killed at the end if it still runs."""
    command = [sys.executable, "-m", "parcours.cli", *args]
    with (
        open(log, "w") if log else nullcontext() as stderr,
        subprocess.Popen(
            command, env=_environment(data, env), stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as server,
    ):
        try:
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
