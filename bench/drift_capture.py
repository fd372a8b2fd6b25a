"""Cases of the drift bench: what the tracker's code captures of a page before an edit, and its layout after it."""

from __future__ import annotations

import hashlib
import pickle
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from bench.drift_pages import PAGES, VERSIONS, page_file
from bench.packages import CACHE
from store.layouts import Layout
from viewer.snapshot import find_chromium

ROOT = Path(__file__).resolve().parents[1]
CAPTURE = ROOT / "tracker_js" / "dist" / "capture.js"
EDITS = ROOT / "bench" / "drift_edits.js"
CASES = CACHE.parent / "bench-drift"
SITE_KEY = "bench"
WIDE, NARROW = 1366, 390
HEIGHT = 900

_SCRIPT = re.compile(r"<script\b(?:\s+type=\S+(?=[\s>]))?", re.I)

# Edit → its label in the tables, in their order.
SINGLE = {
    "none": "none",
    "banner": "banner on top",
    "insertion": "section in the middle",
    "wrappers": "wrappers added (15 % of the blocks)",
    "swapped": "sections swapped",
    "grown": "items added at the head of lists",
    "newIds": "all ids regenerated",
    "hashed": "all classes hashed, 10 % of the texts",
    "translated": "page translated",
    "buttons": "a ↔ button (half)",
    "stripped": "attributes removed (25–50 %)",
    "moved": "15 % of clickables moved",
    "removed": "a section and 10 % removed",
    "relaid": "A/B: grids laid out differently",
    "reordered": "A/B: reordered, half the links reworded",
    "rebuilt": "A/B: sections rebuilt",
}
COMBINED = "2–4 of these at once"
# Edits of a list of product cards, which was put on every page before.
CARDS = {
    "none": "cards: none",
    "cardsSorted": "cards sorted again",
    "cardsGrown": "a card added at the head",
    "cardsAds": "an advertisement more",
}
SORTED = "all lists sorted again"
PERSONAL = "texts that differ per visitor (5 visitors)"
BECAME_TWO = "a component is now rendered twice"
WERE_TWO = "a component was already rendered twice, then edited"
COMBINATIONS = 8  # per page and width
VISITORS = 5


@dataclass(frozen=True)
class Side:
    """A page before or after the edit: its layout, each element's ground-truth number (-1: new) and text, and whether
    it is in a list of product cards."""

    layout: Layout
    numbers: np.ndarray
    words: list[str]
    cards: np.ndarray


@dataclass(frozen=True)
class Case:
    """Records are made on `before` (one page per visitor) and drawn on `after`."""

    page: str
    edit: str
    width: int  # of the window in which the records were made
    before: tuple[Side, ...]
    after: Side


def edited(pages: Sequence[str] = tuple(PAGES), seeds: int = 1) -> list[Case]:
    """All cases of edited pages; from the cache if this version of the code has made them."""
    cases: list[Case] = []
    for package in pages:
        name = f"{package.replace('/', '-')}-{seeds}"
        cases += _cached(name, lambda package=package: _edited(package, seeds))
    return cases


def published() -> list[Case]:
    """Versions of the same page: each against the next and against the last, without ground truth."""
    return _cached("published", _published)


def _cached(name: str, make: Any) -> list[Case]:
    code = hashlib.sha256(b"".join(p.read_bytes() for p in (CAPTURE, EDITS, Path(__file__)))).hexdigest()[:12]
    file = CASES / f"{name}-{code}.pickle"
    if not file.exists():
        CASES.mkdir(parents=True, exist_ok=True)
        cases = make()
        file.with_suffix(".part").write_bytes(pickle.dumps(cases))
        file.with_suffix(".part").rename(file)
    found: list[Case] = pickle.loads(file.read_bytes())  # written by this function
    return found


def _edited(package: str, seeds: int) -> list[Case]:
    file = page_file(package, PAGES[package])
    chance = random.Random(package)
    cases = []
    with _browser() as browser:

        def side(width: int, names: Sequence[str], seed: int = 0, base: Sequence[str] = ()) -> Side:
            with _opened(browser, file, width) as page:
                page.evaluate("names => bench.edit(names, 1)", list(base))
                page.evaluate("bench.number()")
                page.evaluate("([names, seed]) => bench.edit(names, seed)", [list(names), seed])
                return _side(page)

        before = {width: side(width, ()) for width in (WIDE, NARROW)}
        offers = {width: side(width, (), base=("cards",)) for width in (WIDE, NARROW)}
        doubled = {width: side(width, (), base=("twice",)) for width in (WIDE, NARROW)}
        afters: list[tuple[str, Side, dict[int, Side]]] = []
        for seed in range(seeds):
            for edit, words in SINGLE.items():
                if edit == "none" and seed:
                    continue
                afters.append((words, side(WIDE, [edit], 1 + seed), before))
            for n in range(COMBINATIONS):
                names = chance.sample(list(SINGLE)[1:], chance.choice((2, 3, 4)))
                afters.append((COMBINED, side(WIDE, names, 100 * seed + n), before))
            afters.append((BECAME_TWO, side(WIDE, ["twice"], seed + 1), before))
            afters.append((SORTED, side(WIDE, ["sorted"], seed + 1), before))
            for edit, words in CARDS.items():
                afters.append((words, side(WIDE, [edit], seed + 1, base=("cards",)), offers))
            for edit in ("none", "wrappers", "grown", "swapped", "stripped"):
                afters.append((WERE_TWO, side(WIDE, [edit], seed + 1, base=("twice",)), doubled))
        for words, after, sides in afters:
            cases += [Case(package, words, width, (sides[width],), after) for width in (WIDE, NARROW)]
        visitors = {
            width: tuple(side(width, ["personal"], 10 + n) for n in range(VISITORS)) for width in (WIDE, NARROW)
        }
        for edit in ("none", "insertion"):
            after = side(WIDE, ["personal", edit], 99)
            cases += [Case(package, PERSONAL, width, visitors[width], after) for width in (WIDE, NARROW)]
    return cases


def _published() -> list[Case]:
    cases = []
    with _browser() as browser:
        for name, versions in VERSIONS.items():
            sides = []
            for version in versions:
                with _opened(browser, page_file(f"{name}@{version}"), WIDE) as page:
                    sides.append(_side(page))
            pairs = {(i, i + 1) for i in range(len(sides) - 1)} | {(i, len(sides) - 1) for i in range(len(sides) - 1)}
            cases += [
                Case(name, f"{versions[i]} → {versions[j]}", WIDE, (sides[i],), sides[j]) for i, j in sorted(pairs)
            ]
    return cases


def _side(page: Page) -> Side:
    found = page.evaluate("key => bench.capture(key)", SITE_KEY)
    if found["seenTags"] != found["tags"]:
        raise SystemExit("The capture read boxes in another order than it lists elements: the numbers do not fit.")
    layout = Layout.of(found["width"], found["height"], found["viewportHeight"], found)
    return Side(layout, np.array(found["numbers"], np.int32), found["words"], np.array(found["cards"], bool))


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium() or None,
            args=["--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"],
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def _opened(browser: Browser, file: Path, width: int) -> Iterator[Page]:
    """The page loaded from its file, with its own scripts disabled and other hosts blocked."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHT})
    # Its scripts become plain text. Disabling JavaScript would disable the capture too.
    html = _SCRIPT.sub('<script type="text/plain"', file.read_text("utf-8"))
    try:
        page = context.new_page()
        page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        page.route(file.as_uri(), lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        page.goto(file.as_uri(), wait_until="load")
        page.evaluate(CAPTURE.read_text("utf-8"))
        page.evaluate(EDITS.read_text("utf-8"))
        yield page
    finally:
        context.close()
