"""Finding, starting and ending Chromium."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from pathlib import Path

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from viewer.snapshot.errors import SnapshotError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = (
    "Install Chromium (Debian, Ubuntu: apt install chromium; macOS: brew install --cask chromium; "
    "anywhere: python -m playwright install chromium), or name its program in PARCOURS_CHROMIUM."
)
_ANSWER_S = 5.0  # for a browser that does nothing else
_CLOSE_S = 5.0  # then it is killed
_DRIVER_S = 15.0
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


class Chromium:
    """One running Chromium, started when it is first needed. For one event loop."""

    def __init__(self, chosen: str = "") -> None:
        self._chosen = chosen
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._group = 0  # the process group of the browser and its children; 0: not known

    async def ready(self) -> Browser:
        """A browser that answers: the running one, or a new one. Raises `SnapshotError` (browser)."""
        if self._browser is not None and not await self.healthy():
            await self.end()
        if self._browser is None:
            self._playwright = self._playwright or await async_playwright().start()
            self._browser = await launch(self._playwright, self._chosen)
            self._group = await _process_of(self._browser)
        return self._browser

    async def healthy(self) -> bool:
        """Whether the browser answers and closed all that it was told to close."""
        if self._browser is None or not self._browser.is_connected() or self._browser.contexts:
            return False
        try:
            await asyncio.wait_for(_process_of(self._browser), _ANSWER_S)
        except (PlaywrightError, TimeoutError):
            return False
        return True

    async def end(self) -> None:
        """End the browser and all its processes, even if it hangs; `ready` starts a new one."""
        browser, group, self._browser, self._group = self._browser, self._group, None, 0
        if browser is None:
            return
        with contextlib.suppress(PlaywrightError, TimeoutError):
            if not browser.contexts:  # otherwise it did not close a page either
                await asyncio.wait_for(browser.close(), _CLOSE_S)
        if group:
            with contextlib.suppress(OSError):  # the group has ended
                _kill(group)
        with contextlib.suppress(PlaywrightError, TimeoutError):
            await asyncio.wait_for(browser.close(), _CLOSE_S)  # lets the driver notice that the browser is gone

    async def close(self) -> None:
        """End the browser and its driver."""
        await self.end()
        playwright, self._playwright = self._playwright, None
        if playwright is not None:
            with contextlib.suppress(PlaywrightError, TimeoutError):
                await asyncio.wait_for(playwright.stop(), _DRIVER_S)


async def _process_of(browser: Browser) -> int:
    """The id of the browser's main process, which leads its process group (Playwright starts it so)."""
    session = await browser.new_browser_cdp_session()
    try:
        listed = await session.send("SystemInfo.getProcessInfo")
    finally:
        await session.detach()
    return next((int(one["id"]) for one in listed["processInfo"] if one["type"] == "browser"), 0)


def _kill(group: int) -> None:
    if hasattr(os, "killpg"):
        os.killpg(group, signal.SIGKILL)
    else:
        os.kill(group, signal.SIGTERM)
