"""Cross-origin frames of the same site: clicks come from their own snippet, their layout from the camera's browser."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Browser

from aggregator.placing.projection import RUNGS, project
from store.records import Site
from tests.aggregator.build import points, records
from tests.geometry.travel import NEAR, STILL
from tests.snapshot.conftest import FAST, NAMES, resolve
from tests.tracker.bench import SITE_KEY, Bench, clicks, until_heard
from viewer.snapshot import Camera, PictureRequest
from viewer.snapshot.frames import graft

INSIDE = (
    "<body style='margin:20px'>{snippet}" + STILL + "<main id='content'><p style='margin:0 0 15px'>Pay by card</p>"
    "<button style='width:70%;height:40px'>Pay</button><p style='height:900px'>terms</p><a href='#x'>low</a></main>"
)


def _site(*domains: str) -> Site:
    return Site(id="7", name="Shop", key=SITE_KEY, domains=domains, allow_private=True)


def _pages(bench: Bench, other_site: Bench) -> str:
    snippet = '<script defer src="/parcours.js" data-site="{}" {}></script>'
    other_site.pages["/inside"] = "<!doctype html>" + INSIDE.format(
        snippet=snippet.format(SITE_KEY, f'data-parent="{bench.url}"')
    )
    return bench.page(
        "/outside",
        "<meta name='viewport' content='width=device-width'>"
        + STILL
        + "<p>Before the frame, a text that takes more lines in a narrow window than in a wide one.</p>"
        f"<div><iframe src='{other_site.url}/inside' style='width:80%;height:200px;border:7px solid;padding:9px'>"
        "</iframe></div>"
        "<p id='after'>after</p>",
        snippet.format(SITE_KEY, f'data-frames="{other_site.url}"'),
    )


@pytest.mark.parametrize(("made", "drawn"), [(1366, 390), (390, 1366)])
def test_a_click_in_a_frame_is_drawn_in_the_frame(
    bench: Bench, other_site: Bench, browser: Browser, made: int, drawn: int
) -> None:
    url = _pages(bench, other_site)
    boxes = {}
    for width in (made, drawn):
        context = browser.new_context(viewport={"width": width, "height": 800})
        page = context.new_page()
        page.goto(url)
        button = page.frame_locator("iframe").locator("button")
        boxes[width] = box = button.bounding_box()
        assert box is not None
        if width == made:
            page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.6 * box["height"])
            until_heard(page, page.frames[1])
        page.goto("about:blank")
        context.close()
    (click,) = clicks(bench.wait(clicks))
    assert click["path"].startswith("body>div:1>iframe:1>>html:1>body:1>")

    with Camera(limits=FAST, resolve=resolve) as camera:
        mine = (bench.url.removeprefix("http://"), other_site.url.removeprefix("http://"))
        layout = camera.take(PictureRequest(_site(*mine), url, (drawn,)))[0].layout
        narrower = camera.take(PictureRequest(_site(mine[0]), url, (drawn,)))[0].layout
    named = [(click["path"], click["fp"])]
    placed = project(
        points(named, fx=np.array([click["x"] / 10_000]), fy=np.array([click["y"] / 10_000])), records(named), layout
    )
    assert RUNGS[placed.rung[0]] == "own"
    box = boxes[drawn]
    assert abs(placed.x[0] - (box["x"] + 0.3 * box["width"])) <= NEAR
    assert abs(placed.y[0] - (box["y"] + 0.6 * box["height"])) <= NEAR
    # a frame of another site is not read
    assert not [path for path in narrower.paths if ">>" in path]
    assert len(narrower) < len(layout)


def test_frames_of_the_same_site_but_another_origin(bench: Bench, other_site: Bench) -> None:
    NAMES["pay.shop.test"] = ["127.0.0.1"]
    port, second = (one.url.rpartition(":")[2] for one in (bench, other_site))
    other_site.pages["/inside"] = "<!doctype html>" + INSIDE.format(snippet="")
    bench.page("/outside", f"<iframe src='http://pay.shop.test:{second}/inside' width='500'></iframe><p>after</p>")
    with Camera(limits=FAST, resolve=resolve) as camera:
        layout = camera.take(
            PictureRequest(_site("shop.test", "pay.shop.test"), f"http://shop.test:{port}/outside", (1000,))
        )[0].layout
    paths = layout.paths
    button = paths.index("body>iframe:1>>html:1>body:1>main:1>button:1")
    low = paths.index("body>iframe:1>>html:1>body:1>main:1>a:1")
    assert (layout.visible[button], layout.visible[low]) == (True, False)
    assert layout.control[button] == button
    assert layout.tags[layout.scroller[button]] == "iframe"
    assert paths[-1] == "body>p:1"
    assert (layout.parents < np.arange(len(layout))).all()
    around = [button]
    while layout.parents[around[-1]] >= 0:
        around.append(int(layout.parents[around[-1]]))
    assert [layout.tags[i] for i in around] == ["button", "main", "body", "html", "iframe", "body", "html"]


def test_grafting_a_frames_layout_keeps_every_reference() -> None:
    def columns(paths: list[str], **more: object) -> dict[str, object]:
        n = len(paths)
        plain = {name: [0.0] * n for name in "xywh"}
        indices = {name: [-1] * n for name in ("parents", "scroller", "control")}
        texts = {name: ["?"] * n for name in ("fps", "names", "tags")}
        flags = {"visible": [True] * n, "fixed": [False] * n, "lines": [[]] * n}
        return {"paths": paths, **plain, **indices, **texts, **flags, **more}

    page = columns(
        ["html", "body", "body>iframe:1", "body>a:1"],
        parents=[-1, 0, 1, 1], control=[-1, -1, -1, 3], frames={"2": [100.0, 50.0, 300.0, 200.0]},
    )  # fmt: skip
    inner = columns(
        [">>html:1", ">>html:1>button:1", ">>html:1>p:1"],
        parents=[-1, 0, 0], control=[-1, 1, -1], x=[0.0, 10.0, 10.0], y=[0.0, 20.0, 500.0],
        w=[300.0, 50.0, 50.0], h=[900.0, 20.0, 20.0], lines=[[], [10, 20, 5, 5, 0, 30, 5, 5], []],
    )  # fmt: skip
    whole = graft(page, 2, inner)
    frame = "body>iframe:1"
    assert whole["paths"] == [
        "html", "body", frame, f"{frame}>>html:1", f"{frame}>>html:1>button:1", f"{frame}>>html:1>p:1", "body>a:1",
    ]  # fmt: skip
    assert whole["parents"] == [-1, 0, 1, 2, 3, 3, 1]
    assert whole["control"] == [-1, -1, -1, -1, 4, -1, 6]
    assert whole["scroller"] == [-1, -1, -1, 2, 2, 2, -1]
    assert whole["visible"] == [True, True, True, True, True, False, True]
    assert (whole["x"][4], whole["y"][4], whole["lines"][4]) == (110, 70, [110, 70, 5, 5, 100, 80, 5, 5])
