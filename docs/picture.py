"""Take the README's picture: the basket's heatmap of a demo. Run by `make picture`.

Starts `parcours demo`, signs in by the link it prints, and writes docs/picture.png.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

PORT = 8770
OUT = Path(__file__).with_name("picture.png")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


def sign_in_link(demo: subprocess.Popen[str]) -> str:
    """The link that the demo prints when it is ready."""
    assert demo.stdout
    for line in demo.stdout:
        if found := re.search(rf"http://127\.0\.0\.1:{PORT}/\S+", line):
            return found[0]
    raise SystemExit("The demo ended without printing its address.")


def main() -> None:
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "parcours.cli", "demo", "--port", str(PORT), "--data", data]
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            link = sign_in_link(demo)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
                page = browser.new_page(viewport={"width": 1366, "height": 860}, color_scheme="light")
                page.goto(link)
                page.goto(f"http://127.0.0.1:{PORT}/sites/1/heatmap?page=/basket&kind=click&width=1366&days=28")
                page.locator("tr[data-el]", has_text="Apply code").first.hover()
                page.wait_for_load_state("networkidle")
                page.screenshot(path=OUT)
                browser.close()
        finally:
            demo.terminate()
            demo.wait(30)


if __name__ == "__main__":
    main()
