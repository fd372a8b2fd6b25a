"""Finding and starting Chromium."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.async_api import Browser, Playwright
from playwright.async_api import Error as PlaywrightError

from viewer.snapshot.errors import SnapshotError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = (
    "Install Chromium (Debian, Ubuntu: apt install chromium; macOS: brew install --cask chromium; "
    "anywhere: python -m playwright install chromium), or name its program in PARCOURS_CHROMIUM."
)
_ARGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",  # containers give /dev/shm 64 MB: tall pages crash there
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pages may reach the network only through our proxy, so no UDP besides it.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)


def find_chromium(chosen: str = "") -> str:
    """The program to start: `chosen` (a path or a name), else one on PATH, else '' for Playwright's own.

    Raises `SnapshotError` (browser) if `chosen` does not exist.
    """
    if chosen:
        found = shutil.which(chosen)
        if found is None:
            raise SnapshotError(f"There is no program {chosen!r} (PARCOURS_CHROMIUM). {INSTALL}", "browser")
        return found
    return next((found for name in NAMES if (found := shutil.which(name))), "")


def chromium_problem(chosen: str = "") -> str:
    """For `parcours doctor`: '' if there is a Chromium, otherwise what to do. Starts nothing."""
    try:
        found = find_chromium(chosen)
    except SnapshotError as error:
        return error.words
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "") or Path.home() / ".cache/ms-playwright")
    return "" if found or any(own.glob("chromium*")) else f"There is no Chromium on PATH. {INSTALL}"


async def launch(playwright: Playwright, chosen: str = "") -> Browser:
    """Start a headless Chromium with a fresh profile. Raises `SnapshotError` (browser)."""
    program = find_chromium(chosen) or None
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    # The sandbox of Chromium does not work as root, nor in many containers: try with it first, then without.
    tries = (False,) if root else (True, False)
    problem = ""
    for sandbox in tries:
        try:
            return await playwright.chromium.launch(
                executable_path=program, chromium_sandbox=sandbox, args=list(_ARGS), timeout=60_000
            )
        except PlaywrightError as error:
            problem = error.message.strip().splitlines()[0] if error.message.strip() else "no reason given"
    raise SnapshotError(
        f"Chromium ({program or 'the one of playwright'}) does not start: {problem} {INSTALL}", "browser"
    )
