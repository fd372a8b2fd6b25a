"""The layout of a snapshot names elements as the tracker in a visitor's browser does."""

from __future__ import annotations

import json

import numpy as np
from playwright.sync_api import sync_playwright

from store.layouts import path_key
from tests.snapshot.conftest import whole
from tests.waiting import until_on
from viewer.snapshot import PictureRequest, find_chromium


def clicks(batches: list[bytes]) -> list[tuple[str, str]]:
    """Path and fingerprints of each click in these batches, in their order."""
    found = []
    for batch in map(json.loads, batches):
        elements = batch.get("el", {"p": [], "f": []})
        found += [(elements["p"][at], elements["f"][at]) for at in batch.get("click", {"e": []})["e"]]
    return found


def sent_by_a_visitor(local, path: str) -> dict[str, tuple[str, str]]:
    """What the tracker sent for each element a visitor clicked: selector → (path, fingerprints)."""
    wanted = {"header a": 0, "h1": 0, "li:nth-child(3) a": 0, "li:nth-child(4) button": 0, "img": 0, "p": 0, "#host": 0}
    local.batches.clear()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium() or None, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": 1024, "height": 700})
            page.goto(local.url(path))
            page.wait_for_function("() => typeof parcours === 'function'")
            for selector in wanted:
                page.click(selector, position={"x": 5, "y": 5})
            page.goto("about:blank")
            until_on(page, lambda: len(clicks(local.batches)) >= len(wanted), 20)
        finally:
            browser.close()
    return dict(zip(wanted, clicks(local.batches), strict=True))


def test_keys_and_fingerprints_equal_those_of_the_tracker(camera, local):
    sent = sent_by_a_visitor(local, "/keys")
    layout = camera.take(PictureRequest(local.site(), local.url("/keys"), (1366,)))[0].layout
    for selector, (path, fingerprints) in sent.items():
        at = np.flatnonzero(layout.keys == np.uint64(path_key(path)))
        assert len(at) == 1, f"{selector}: {path}"
        assert layout.paths[at[0]] == path
        assert layout.fps[at[0]] == fingerprints, selector


def test_boxes_are_those_of_the_picture(shoot):
    capture = shoot("/lazy")
    layout, picture = capture.layout, whole(capture)
    assert float((layout.y + layout.h)[layout.visible].max()) <= picture.height + 1
    assert layout.parents[0] == -1
    assert (layout.parents < np.arange(len(layout))).all()


def test_shadow_roots_are_in_the_layout(shoot):
    layout = shoot("/keys").layout
    assert any(">>button" in path for path in layout.paths)
