"""Reach and time in view of pages whose content comes late, grows or goes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from collector import wire
from tests.tracker.bench import Bench
from tests.tracker.clock import pass_time, stop_clock_with_frames, wheel

BLOCK = "<section style='height:500px'>block</section>"
ROOT = "<style>body{margin:0}</style><div id=root></div>"


def fill(ms: int, count: int = 8, more: str = "") -> str:
    return f"<script>setTimeout(() => {{ root.innerHTML = `{BLOCK * count}`; {more} }}, {ms})</script>"


def last(bench: Bench, page: Page) -> tuple[wire.ViewContext, wire.Scroll]:
    bench.leave(page)
    batch = bench.wait(lambda batches: batches)[-1]
    assert batch.scroll is not None
    return batch.ctx, batch.scroll


@pytest.mark.parametrize("after", [0, 150, 400, 1_500, 2_800])
@pytest.mark.parametrize("style", ["", "html,body,#root{height:100%}"])
def test_a_page_filled_late_is_seen_as_far_as_the_window_shows(
    bench: Bench, page: Page, after: int, style: str
) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    stop_clock_with_frames(page)
    page.goto(bench.page("/a", f"<style>{style}</style>{ROOT}{fill(after)}"))
    pass_time(page, 3_000)
    ctx, scroll = last(bench, page)
    assert ctx.ph == 4_000
    assert (scroll.depth, scroll.ph) == (768, 4_000)
    assert 2_700 <= scroll.bands[0] <= 3_300
    assert scroll.bands[2] == pytest.approx(scroll.bands[0], abs=2)
    assert scroll.bands[3] == pytest.approx(scroll.bands[0] * 0.84, abs=10)  # 168 of 200 px
    assert scroll.bands[4:] == [0] * 16


@pytest.mark.parametrize(
    "grow",
    ["pic.height = 3232", "more.open = true",
     "document.body.style.zoom = 4000 / 768", "root.style.minHeight = '3232px'"],
    ids=["picture", "details", "zoom", "style"],
)  # fmt: skip
def test_a_page_that_grows_without_new_elements(bench: Bench, page: Page, grow: str) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    stop_clock_with_frames(page)
    body = """<style>body{margin:0}body>*{display:block}summary{height:0;overflow:hidden}</style>
      <img id=pic width=9 height=0 src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>">
      <details id=more><summary>More</summary><p style="height:3232px;margin:0"></details>
      <div id=root></div><div style="height:768px">text</div>"""
    page.goto(bench.page("/a", body + f"<script>setTimeout(() => {{ {grow} }}, 700)</script>"))
    pass_time(page, 2_000)
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height > 3_900
    ctx, scroll = last(bench, page)
    assert ctx.ph == scroll.ph == height
    assert scroll.depth == 768
    assert scroll.bands[4:] == [0] * 16
    assert scroll.bands[0] == pytest.approx(2_000, abs=300)


def test_a_batch_that_is_sent_before_the_visitor_leaves_has_the_size_at_that_time(bench: Bench, page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    stop_clock_with_frames(page)
    page.goto(bench.page("/a", f"{ROOT}{fill(400)}"))
    pass_time(page, 200)
    page.mouse.move(9, 9)
    pass_time(page, 31_000, 500)
    (batch,) = bench.wait(lambda batches: batches)
    assert batch.scroll is not None
    assert (batch.ctx.ph, batch.scroll.depth, batch.scroll.ph) == (4_000, 768, 4_000)
    assert batch.scroll.bands[4:] == [0] * 16


def test_a_late_page_that_is_left_for_another_route(bench: Bench, page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    stop_clock_with_frames(page)
    page.goto(bench.page("/a", ROOT + fill(400)))
    pass_time(page, 2_000)
    page.evaluate("root.innerHTML = 'other'; history.pushState(0, '', '/b')")
    pass_time(page, 300)
    bench.leave(page)
    first, second = bench.wait(lambda batches: len(batches) == 2)
    assert first.scroll is not None
    assert second.scroll is not None
    assert (first.ctx.ph, first.scroll.depth, first.scroll.ph) == (4_000, 768, 4_000)
    assert first.scroll.bands[4:] == [0] * 16
    assert (second.scroll.depth, second.scroll.ph) == (768, 768)


def test_a_list_that_grows_keeps_what_was_seen_at_its_place(bench: Bench, page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 1_000})
    stop_clock_with_frames(page)
    page.goto(bench.page("/a", f"{ROOT}<script>root.innerHTML = `{BLOCK * 4}`</script>"))
    pass_time(page, 1_000)
    wheel(page, 1_000)
    pass_time(page, 1_000)
    page.evaluate(f"root.innerHTML += `{BLOCK * 4}`")
    pass_time(page, 1_000)
    wheel(page, -1_000)
    pass_time(page, 1_000)
    page.evaluate(f"root.innerHTML += `{BLOCK * 8}`")
    pass_time(page, 1_000)
    ctx, scroll = last(bench, page)
    assert (ctx.ph, scroll.depth, scroll.ph) == (8_000, 2_000, 8_000)
    assert scroll.bands[5:] == [0] * 15
    assert scroll.bands[:5] == pytest.approx([3_000, 3_000, 2_500, 2_000, 2_000], abs=600)


def test_the_edge_in_a_tall_element_that_grows_stays_at_its_px(bench: Bench, page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 1_000})
    stop_clock_with_frames(page)
    page.goto(bench.page("/a", "<style>body{margin:0}main{height:3000px}</style><main>text</main>"))
    pass_time(page, 500)
    wheel(page, 500)
    pass_time(page, 500)
    wheel(page, -500)
    pass_time(page, 500)
    page.evaluate("document.querySelector('main').style.height = '6000px'")
    pass_time(page, 500)
    _, scroll = last(bench, page)
    assert (scroll.depth, scroll.ph, scroll.y) == (1_500, 6_000, 2_500)


def test_a_page_that_shrinks_was_seen_to_its_end(bench: Bench, page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    stop_clock_with_frames(page)
    page.goto(bench.page("/a", f"{ROOT}<script>root.innerHTML = `{BLOCK * 8}`</script>{fill(900, 1)}"))
    pass_time(page, 2_000)
    ctx, scroll = last(bench, page)
    assert (ctx.ph, scroll.depth, scroll.ph) == (768, 768, 768)
    assert min(scroll.bands) > 1_500


def test_an_inner_scroller_that_grows_after_it_was_scrolled(bench: Bench, page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 800})
    stop_clock_with_frames(page)
    shell = "<style>#root{height:800px;overflow:auto}</style>"
    page.goto(bench.page("/a", f"{ROOT}{shell}<script>root.innerHTML = `{BLOCK * 4}`</script>"))
    page.mouse.move(300, 300)
    pass_time(page, 1_000)
    wheel(page, 400)
    pass_time(page, 1_000)
    page.evaluate(f"root.innerHTML += `{BLOCK * 4}`")
    pass_time(page, 1_000)
    _, scroll = last(bench, page)
    assert (scroll.depth, scroll.ph) == (1_200, 4_000)
    assert scroll.bands[6:] == [0] * 14
    assert scroll.bands[3] > 2_500


def test_a_wide_carousel_is_not_the_page(bench: Bench, page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 800})
    stop_clock_with_frames(page)
    hero = "<div id=hero style='height:700px;overflow:auto'><p style='width:9999px;height:300px'>hero</div>"
    page.goto(
        bench.page("/a", f"{hero}<p style='height:3000px'><script>setInterval(() => hero.scrollLeft += 9, 50)</script>")
    )
    pass_time(page, 2_000)
    _, scroll = last(bench, page)
    assert scroll.ph > 3_000
