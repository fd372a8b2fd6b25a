"""Time in a page: stopped, or waited for by what happens in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
# `asked`: requests to the collector; `answered`: how many of them were answered or failed.
COUNT_REQUESTS = """
  window.asked = window.answered = 0;
  const own = window.fetch;
  window.fetch = (...args) => {
    const answer = own(...args);
    if (!String(args[0]).includes('/c/')) return answer;
    asked++;
    answer.catch(() => 0).then(() => { answered++; });
    return answer;
  };
"""
# `soon`: timers of less than a second and animation frames that have not run yet. `quiet()`: until there is none.
COUNT_TIMERS = """(() => {
  const {setTimeout: set, clearTimeout: clear, requestAnimationFrame: next} = window;
  const open = new Map();
  window.soon = 0;
  window.setTimeout = (fn, ms) => {
    const id = set(() => { close(id); fn(); }, ms);
    open.set(id, ms < 1000);
    soon += ms < 1000;
    return id;
  };
  const close = (id) => { if (open.get(id)) soon--; open.delete(id); };
  window.clearTimeout = (id) => { close(id); clear(id); };
  window.requestAnimationFrame = (fn) => { soon++; return next((now) => { soon--; fn(now); }); };
  window.quiet = () => new Promise((done) => { (function look() { soon ? next(look) : done(); })(); });
})();"""


def stop_clock(page: Page) -> None:
    """Stops the time of all documents loaded from now on: it passes only in `page.clock.run_for(ms)`.

    Delays of retries get no random share.
    """
    page.add_init_script(f"Math.random = () => 0.5; {COUNT_REQUESTS}")
    page.clock.install(time=NOON)
    page.clock.pause_at(NOON + timedelta(seconds=1))


def stop_clock_with_frames(page: Page) -> None:
    """As `stop_clock`, for `pass_time`."""
    page.add_init_script("window.realFrame = window.requestAnimationFrame.bind(window)")
    stop_clock(page)


def pass_time(page: Page, ms: int, step: int = 100) -> None:
    """Lets `ms` pass in the page, and the browser show a frame after each `step`.

    The browser computes the layout and fires scroll events in its frames, whatever the page's clock shows.
    """
    for _ in range(ms // step):
        page.clock.run_for(step)
        page.evaluate("new Promise((done) => realFrame(() => done()))")


def until_answered(page: Page, count: int) -> None:
    """With the clock stopped: until `count` requests were answered and the tracker has handled the answers."""
    page.wait_for_function("(count) => answered >= count", arg=count)


def until_all_answered(page: Page) -> None:
    """With the clock stopped: until the tracker has no request under way."""
    page.wait_for_function("asked > 0 && asked === answered")


def count_timers(page: Page) -> None:
    """Lets `until_quiet` work in all documents loaded from now on."""
    page.add_init_script(COUNT_TIMERS)


def until_quiet(page: Page) -> None:
    """Until no timer of less than a second is open: the tracker has read the pointer's place and the reach."""
    page.evaluate("quiet()")  # not `wait_for_function`, which needs what the broken pages lack


def next_frame(page: Page) -> None:
    page.evaluate("new Promise(requestAnimationFrame)")


def wheel(page: Page, dy: float) -> None:
    """Turns the wheel; returns when what lies under the pointer has scrolled and come to rest."""
    page.evaluate(
        "() => { window.rested = new Promise((done) =>"
        " addEventListener('scrollend', done, {capture: true, once: true})); }"
    )
    page.mouse.wheel(0, dy)
    page.evaluate("rested.then(() => 0)")
