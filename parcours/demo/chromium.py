"""Finds or installs a Chromium for pictures and visits. `make test` runs it: `python -m parcours.demo.chromium`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import sync_playwright

from viewer.snapshot import SnapshotError, find_chromium

Say = Callable[[str], None]
OS_RELEASE = Path("/etc/os-release")


class NoChromium(Exception):
    """No Chromium was found or installed; the message says what to do."""


def ensure_chromium(chosen: str = "", say: Say = print) -> str:
    """The program to start ('' means Playwright's own Chromium); installs one if there is none.

    Uses apt-get on Debian as root, otherwise Playwright. Raises NoChromium.
    """
    try:
        found = find_chromium(chosen)
    except SnapshotError as error:
        raise NoChromium(error.words) from None
    if found or playwright_has_one():
        return found
    if on_debian_as_root():
        say("No Chromium found: installing the Debian package (apt-get install chromium fonts-liberation) …")
        _run(["apt-get", "update", "-qq"])
        _run(
            ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium", "fonts-liberation"],
            {"DEBIAN_FRONTEND": "noninteractive"},
        )
        if found := find_chromium():
            return found
    else:
        say("No Chromium found: installing the one of Playwright (python -m playwright install chromium) …")
        _run([sys.executable, "-m", "playwright", "install", "chromium"])
        if playwright_has_one():
            return ""
    raise NoChromium("Chromium was installed but is not found. Set PARCOURS_CHROMIUM to its program.")


def playwright_has_one() -> bool:
    """Whether Playwright has downloaded its own Chromium."""
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def on_debian_as_root() -> bool:
    """Only Debian: the package of Ubuntu is a stub for snap."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    debian = OS_RELEASE.exists() and "ID=debian" in OS_RELEASE.read_text().splitlines()
    return root and debian and shutil.which("apt-get") is not None


def _run(command: list[str], more: dict[str, str] | None = None) -> None:
    try:
        subprocess.run(command, check=True, env=os.environ | (more or {}), stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoChromium(
            f"Chromium could not be installed: `{' '.join(command)}` failed ({error}).\n"
            "Install it yourself (Debian, Ubuntu: sudo apt install chromium; macOS: brew install --cask chromium; "
            "anywhere: python -m playwright install --with-deps chromium), "
            "or set PARCOURS_CHROMIUM to its program."
        ) from None


def main() -> int:
    try:
        found = ensure_chromium(os.environ.get("PARCOURS_CHROMIUM", ""))
    except NoChromium as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Chromium: {found or 'the one of Playwright'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
