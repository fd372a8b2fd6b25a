"""Programs that a test starts: found by name, limited in time, ended with everything they have started."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.browsers.tab import MissingBrowserError

LIFETIME_S = 1200  # a program ends after this long even if the tests are killed
END_S = 5  # to end by itself


def program(variable: str, name: str, package: str) -> str:
    """The path of a program: from an environment variable, otherwise by name. Raises MissingBrowserError."""
    chosen = os.environ.get(variable) or name
    if found := shutil.which(chosen):
        return found
    raise MissingBrowserError(
        f"There is no program {chosen!r}. On Debian: apt-get install {package}. Elsewhere: set {variable} to its path."
    )


@contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a program in a process group of its own; `options` are those of Popen."""
    limit = ["timeout", f"--kill-after={END_S}", str(LIFETIME_S)]  # of GNU coreutils
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*limit, *command], start_new_session=True, **(quiet | options))
    try:
        yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_S)
