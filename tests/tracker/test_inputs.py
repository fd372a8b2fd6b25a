"""Form fields, submits and errors: how they were used, never what was entered."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from collector import wire
from tests.tracker.bench import Bench
from tests.tracker.clock import stop_clock

BLANK, CORRECTED = 1, 2
FORM = """<form id=f onsubmit="return false"><input id=a><textarea id=t></textarea><select id=s><option value="">-
<option>x</select><div contenteditable id=e></div><input type=checkbox id=c><input readonly id=r>
<button id=go>Go</button></form>"""


def _fields(batch: wire.Batch) -> list[tuple[str, int, int]]:
    """(path, changes, flags) of each field that had the focus."""
    assert batch.input is not None
    assert batch.el is not None
    return [
        (batch.el.p[e].rpartition("#")[2], n, k)
        for e, n, k in zip(batch.input.e, batch.input.n, batch.input.k, strict=True)
    ]


def test_a_field_has_its_time_its_changes_and_whether_it_was_blank_or_corrected(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/a", FORM))
    page.click("#a")
    for letter in "abc":
        page.clock.run_for(30)
        page.keyboard.type(letter)
    page.keyboard.press("Tab")  # a: three changes
    page.keyboard.press("Tab")  # t: left blank
    page.keyboard.press("ArrowDown")  # s: one change
    page.click("#e")
    page.keyboard.type("xy")
    page.keyboard.press("Backspace")  # e: corrected
    page.click("#c")  # a checkbox has no text
    page.click("#r")  # nor has a read-only field
    page.click("#a")
    page.keyboard.type("d")  # a again: changed in a second visit
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    found = [one for one in _fields(batch) if one[0] != "s"]
    assert found == [("a", 3, 0), ("t", 0, BLANK), ("e", 3, CORRECTED), ("a", 1, CORRECTED)]
    assert batch.input is not None
    assert batch.input.d[0] == 9  # 10 ms
    assert all(b"abc" not in body for _, body in bench.bodies)


def test_a_submit_is_on_its_form(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", FORM))
    page.click("#go")
    page.keyboard.press("Enter")
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.submit is not None
    assert batch.el is not None
    assert [batch.el.p[e] for e in batch.submit.e] == ["form#f"] * 2


def test_the_first_error_after_a_click_is_kept_by_file_and_12_bits(bench: Bench, browser: Browser) -> None:
    page = browser.new_page()  # not the fixture, which fails on errors of the page
    script = """<script>
      window.errors = 0
      for (const type of ['error', 'unhandledrejection']) addEventListener(type, () => { errors++ })
      setTimeout(() => { throw new Error('before any click hunter2') })
      go.onclick = () => { for (let i = 0; i < 5; i++) setTimeout(() => { throw new Error('hunter2 ' + i) }, 10 * i) }
      a.onclick = () => setTimeout(() => Promise.reject(new Error('hunter2')), 10)
      t.onclick = () => setTimeout(() => { throw new Error('late') }, 1300)
    </script>"""
    page.goto(bench.page("/user/anna@example.org", FORM + script) + "?token=hunter2#hunter2")
    page.wait_for_function("errors === 1")
    for selector, errors in (("#go", 6), ("#a", 7), ("#t", 8)):
        page.click(selector)
        page.wait_for_function("(count) => errors === count", arg=errors)
    bench.leave(page)
    (batch,) = bench.batches()
    page.close()
    assert batch.error is not None
    assert batch.el is not None
    assert [batch.el.p[e].rpartition("#")[2] for e in batch.error.e] == ["go", "a"]
    assert batch.error.n == ["*", ""]  # the page's own address, whose last part may identify a person
    assert all(len(h) == 2 for h in batch.error.h)
    sent = b"".join(body for _, body in bench.bodies)
    assert b"hunter2" not in sent
    assert b"anna" not in sent
