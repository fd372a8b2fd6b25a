"""Installs Firefox, WebKit and Chromium's headless shell on Debian as root.

`make test` runs it: `python -m tests.browsers.install`.

Elsewhere, and where that fails, the tests of the first two are skipped, unless ALL_BROWSERS is set; the tests in the
headless shell run in Chromium, which takes longer (tests/machine.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess

from parcours.demo.chromium import on_debian_as_root

# program → the Debian package it comes from
PACKAGES = {
    "firefox-esr": "firefox-esr",
    "WebKitWebDriver": "webkit2gtk-driver",
    "Xvfb": "xvfb",
    "chromium-headless-shell": "chromium-headless-shell",
}


def main() -> None:
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if not missing:
        return
    if not on_debian_as_root():
        print(f"Some tests are skipped or slower. On Debian: apt-get install {' '.join(missing)}")
        return
    print(f"Installing browsers for the tests (apt-get install {' '.join(missing)}) …")
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *missing]):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if subprocess.run(["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
            print("apt-get failed: some tests are skipped or slower.")
            return


if __name__ == "__main__":
    main()
