"""Take the pictures of the docs from a demo: the README's, and those of reading-a-map. Run by `make picture`.

Starts `parcours demo` and signs in with the link it prints. `--link URL` uses a demo that is already running.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PORT = 8770
DOCS = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
WINDOW = {"width": 1366, "height": 860}
LOCALES = {"en": "en-GB", "fr": "fr-FR"}
COLOURS = 96  # of a crop: enough for text and a heat layer, at a third of the size
WIDEST = 720  # px: wider crops are scaled down
# Nothing floats over a crop, and the panel is shown as a whole.
STILL = ".bar,.legend,.panel{position:static!important;max-height:none!important;overflow:visible!important}"

BASKET = "/sites/1/heatmap?page=/basket&kind=click&width=1366&days=28"
START = "/sites/1/heatmap?page=/&kind=click&width=1366&days=28"
REACH = "/sites/1/heatmap?page=/journal&kind=scroll&width=1366&days=28"
COMPARISON = "/sites/1/experiments/buy-button?days=28"
JOURNEY = "/sites/1/journeys/first-lamp?days=28"
APPLY = "tr[data-el]:has-text('Apply code')"

# Of the rows of a table of elements, keep those with the narrowest and the widest interval.
NARROW_AND_WIDE = """() => {
  const rows = [...document.querySelectorAll('.panel tr[data-el]')];
  const width = (row) => {
    const [low, high] = row.cells[2].textContent.replace(/,/g, '.').split('–').map(parseFloat);
    return (high - low) / parseFloat(row.cells[1].textContent.replace(',', '.'));
  };
  rows.sort((a, b) => width(a) - width(b));
  for (const row of rows.slice(1, -1)) row.remove();
}"""


@dataclass(frozen=True)
class Crop:
    """A part of a page. `most`: the largest width and height in px; `around`: px of margin; `window`: its width;
    `widest`: px to which the crop is scaled down."""

    name: str
    path: str
    selector: str
    most: tuple[int, int] = (WIDEST, 600)
    around: int = 8
    prepare: Callable[[Page], object] = lambda page: None
    window: int = 1366
    widest: int = WIDEST


def show_apply(page: Page) -> None:
    """Hover over the row of "Apply code": the map shows its tag, the panel its details."""
    page.locator(APPLY).first.hover()
    page.locator("[data-detail-of]").wait_for()


def show_reach(page: Page) -> None:
    page.locator(".rl").first.wait_for(state="attached")


CROPS = (
    Crop("clicked-by", BASKET, ".panel section:has(table.tbl)", (WIDEST, 330), 0),
    Crop("interval", BASKET, ".panel table.tbl", prepare=lambda page: page.evaluate(NARROW_AND_WIDE)),
    Crop("dead", BASKET, ".pic .el.on", (330, 300), 150, show_apply),
    Crop("rage", BASKET, "[data-detail-of]", around=0, prepare=show_apply),
    Crop("colours", BASKET, ".legend > div:first-child"),
    Crop("reached", REACH, ".reachwrap", (1400, 2000), 0, show_reach, widest=480),
    Crop("account", START, ".panel section:has(table.ledger)", (WIDEST, 420), 0),
    Crop("difference", COMPARISON, ".tbl.mid", (1000, 140), window=860),
    Crop("went-on", JOURNEY, ".board", (520, 424), 0),
)


def sign_in_link(demo: subprocess.Popen[str]) -> str:
    """The link that the demo prints when it is ready."""
    assert demo.stdout
    for line in demo.stdout:
        if found := re.search(rf"http://127\.0\.0\.1:{PORT}/\S+", line):
            return found[0]
    raise SystemExit("The demo ended without printing its address.")


@contextlib.contextmanager
def running_demo() -> Iterator[str]:
    """A demo with a fresh data folder; yields its sign-in link."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "parcours.cli", "demo", "--port", str(PORT), "--data", data]
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            yield sign_in_link(demo)
        finally:
            demo.terminate()
            demo.wait(30)


def signed_in(browser: Browser, link: str, language: str) -> Page:
    page = browser.new_page(viewport=WINDOW, color_scheme="light", locale=LOCALES[language], bypass_csp=True)
    page.goto(link)
    return page


def take_readme(page: Page, root: str) -> None:
    page.goto(root + BASKET)
    page.locator(APPLY).first.hover()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=DOCS / "picture.png")


def take_crop(page: Page, root: str, crop: Crop, language: str) -> None:
    page.set_viewport_size({"width": crop.window, "height": WINDOW["height"]})
    page.goto(root + crop.path)
    page.wait_for_load_state("networkidle")
    page.add_style_tag(content=STILL)
    crop.prepare(page)
    target = page.locator(crop.selector).first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    if box is None:
        raise SystemExit(f"{crop.name}: nothing matches {crop.selector} on {crop.path}.")
    scroll = page.evaluate("[scrollX, scrollY]")
    clip = {
        "x": max(0.0, box["x"] + scroll[0] - crop.around),
        "y": max(0.0, box["y"] + scroll[1] - crop.around),
        "width": min(box["width"] + 2 * crop.around, crop.most[0]),
        "height": min(box["height"] + 2 * crop.around, crop.most[1]),
    }
    shot = Image.open(io.BytesIO(page.screenshot(clip=clip, full_page=True)))
    save(shot, DOCS / "reading-a-map" / f"{crop.name}.{language}.png", crop.widest)


def save(shot: Image.Image, path: Path, widest: int) -> None:
    """As a palette PNG, at most `widest` px wide."""
    if shot.width > widest:
        shot = shot.resize((widest, round(shot.height * widest / shot.width)), Image.Resampling.LANCZOS)
    path.parent.mkdir(exist_ok=True)
    shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--link", help="the sign-in link of a demo that is already running")
    parser.add_argument("--only", help="one crop, by name")
    args = parser.parse_args()
    with contextlib.nullcontext(args.link) if args.link else running_demo() as link, sync_playwright() as playwright:
        address = urlsplit(link)
        root = f"{address.scheme}://{address.netloc}"
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for language in LOCALES:
            page = signed_in(browser, link, language)
            if language == "en" and not args.only:
                take_readme(page, root)
            for crop in CROPS:
                if args.only in (None, crop.name):
                    take_crop(page, root, crop, language)
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
