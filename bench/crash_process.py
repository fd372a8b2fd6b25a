"""A process that is killed and restarted on the same port."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 60.0  # for a start; the machine may be busy


class Process:
    """`python -m …`, ready when `GET ready` is answered."""

    def __init__(self, module: str, *arguments: str, port: int, ready: str) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self.url = f"http://127.0.0.1:{port}"
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self.start_s = 2.0  # what a start took last
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # what all its lives wrote
        self.failures = 0  # lives that ended before they were ready, and were not killed

    def start(self) -> None:
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._said
        )

    async def ready(self) -> httpx.Response:
        """Wait until it answers; started again when it ends by itself."""
        async with httpx.AsyncClient(timeout=5) as client:
            while time.monotonic() < self._began + PATIENCE_S:
                with contextlib.suppress(httpx.TransportError):
                    answer = await client.get(self.url + self._ready)
                    self.start_s = time.monotonic() - self._began
                    return answer
                if self.ended:
                    self.failures += 1
                    if self.failures > 3:
                        break
                    self.start()
                await asyncio.sleep(0.02)
        self._said.seek(0)
        words = self._said.read()[-2000:].decode("utf-8", "replace")
        raise SystemExit(f"{' '.join(self._command)} does not start:\n{words}")

    @property
    def ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def stop(self, seconds: float = 30.0) -> int:
        """An orderly end; its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        return int(self._process.returncode)
