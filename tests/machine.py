"""What tests ask of the machine: a browser's flags, a free port."""

from __future__ import annotations

import os
import shutil
import socket

# The program for tests of what happens inside a page: Chromium's headless shell, which is what Playwright starts by
# default. It is the same engine without the windows of the browser, which cost most of the work: 0.9 s of CPU for each
# context instead of 0.16. tests/browsers, and what concerns the browser itself, run in the full Chromium.
# TEST_CHROMIUM names another program for all of them.
HEADLESS = next(
    filter(None, map(shutil.which, (os.environ.get("TEST_CHROMIUM", ""), "chromium-headless-shell", "chromium"))), None
)
# No sandbox as root, and nothing sent to the browser's maker.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
