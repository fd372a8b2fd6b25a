"""Share of points drawn on their element when clicks made at one width are drawn at another, on five public pages."""

from __future__ import annotations

import argparse
import csv
import io
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, sync_playwright

from bench.placement_site import serving
from bench.placement_tally import Tally
from bench.placement_truth import Verdict, elements_of, judge, rest
from bench.placement_visits import Click, opened, visit
from parcours.server_note import running_server
from viewer.snapshot import find_chromium

NAME = "placement"
HELP = "share of clicks drawn on their element, made at five widths and drawn at three (8 min)"

MADE, DRAWN = (390, 768, 1024, 1366, 1920), (390, 1366, 1920)
CLICKS, QUICK_CLICKS = 100, 15  # per page and width
FAILURES = 25  # described one by one in the result
_PATIENCE_S = 180.0
_LOST_AFTER_S = 20.0


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Figures overall, per page, and per pair of widths (made at → drawn at)."""
    most = QUICK_CLICKS if getattr(args, "quick", False) else CLICKS
    snippet = [""]
    by_pair: dict[tuple[int, int], Tally] = defaultdict(Tally)
    by_page: dict[str, Tally] = defaultdict(Tally)
    overall = Tally()
    failed: list[str] = []
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, serving(snippet) as (port, pages), _server(Path(folder)) as api:
        site = _call(api, "POST", "/sites", json={
            "name": "Bench", "domains": [f"127.0.0.1:{port}"], "allow_private": True,
        }).json()  # fmt: skip
        snippet[0] = site["snippet"]
        with _browser() as browser:
            for name, url in pages.items():
                _take(api, site["id"], url)
                for made, drawn, judged, lost in _pairs(api, site["id"], browser, url, most):
                    for tally in (overall, by_page[name], by_pair[made, drawn]):
                        tally.lost += lost
                        for row, verdict in judged:
                            tally.add(verdict, row["rung"])
                    failed += [f"{name} {made} → {drawn}: {_describe(*one)}" for one in judged if not _is_good(*one)]
    return {
        "pages": len(pages),
        "clicks made": round((overall.shown + overall.hidden + overall.lost) / len(DRAWN)),
        "clicks that never arrived": round(overall.lost / len(DRAWN)),
        "duration, s": round(time.monotonic() - start),
        "overall": overall.figures(),
        **{name: tally.figures() for name, tally in by_page.items()},
        **{f"{made} → {drawn} px": by_pair[made, drawn].figures() for drawn in DRAWN for made in MADE},
        "not on their element": dict(enumerate(failed[:FAILURES], 1)),
    }


def _is_good(row: dict[str, str], verdict: Verdict) -> bool:
    return verdict.right if verdict.shown else row["rung"] == "none"


def _describe(row: dict[str, str], verdict: Verdict) -> str:
    if not verdict.shown:
        why = f"drawn at {row['x']}, {row['y']}, but its element is not visible"
    elif row["rung"] == "none":
        why = "not placed" + (", its position is scrolled out of view" if verdict.cut else "")
    else:
        why = f"drawn at {row['x']}, {row['y']}, {verdict.miss or 0:.0f} px off"
    return f"{row['path']} {why}"


def _pairs(
    api: httpx.Client, site: int, browser: Browser, url: str, most: int
) -> Iterator[tuple[int, int, list[tuple[dict[str, str], Verdict]], int]]:
    """(made at, drawn at, placed points with their verdicts, number of clicks lost) of one page."""
    made: dict[int, list[Click]] = {}
    for width in MADE:

        def arrived(n: int, before: int = sum(map(len, made.values()))) -> None:
            _points(api, site, url, DRAWN[0], before + n)

        made[width] = visit(browser, url, width, most, width, arrived)
    tags = set()
    for drawn in DRAWN:
        rows = _points(api, site, url, drawn, sum(map(len, made.values())))
        with opened(browser, url, drawn) as page:
            rest(page)
            tags.add(tuple(elements_of(page)))
            if len(tags) != 1:
                raise SystemExit(f"{url} has different elements at another width, so their numbers cannot be compared.")
            for width, clicks in made.items():
                found = [(click, _row_of(click, rows, width)) for click in clicks]
                known = [(click, row) for click, row in found if row and click.element >= 0]
                places = [(float(row["x"]), float(row["y"])) if row["x"] else None for _, row in known]
                # The usual method of other open-source tools: x as a share of the width, y in pixels.
                relative = [(click.x / width * drawn, click.y) for click, _ in known]
                verdicts = judge(page, [click for click, _ in known], places, relative)
                judged = [(row, verdict) for (_, row), verdict in zip(known, verdicts, strict=True)]
                yield width, drawn, judged, sum(row is None for _, row in found)


def _row_of(click: Click, rows: dict[tuple[int, int, int], dict[str, str]], width: int) -> dict[str, str] | None:
    """Find a click among the rows by where on the page it was made; None when it is missing."""
    near = ((dx, dy) for dx in (0, -1, 1) for dy in (0, -1, 1))
    spots = ((width, round(click.x) + dx, round(click.y) + dy) for dx, dy in near)
    return next((rows[spot] for spot in spots if spot in rows), None)


@contextmanager
def _browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        # These visits stand for people, so the browser must not report navigator.webdriver.
        browser = playwright.chromium.launch(
            executable_path=find_chromium() or None,
            args=["--no-sandbox", "--disable-gpu", "--disable-blink-features=AutomationControlled"],
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def _server(data: Path) -> Iterator[httpx.Client]:
    """Run `parcours serve` on its own data folder and yield a client of its API."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "from parcours.cli import main; main()", "serve"]
    log = (data / "server.log").open("wb")
    process = subprocess.Popen([*command, "--data", str(data), "--port", str(port)], stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:

            def ready() -> bool:
                if process.poll() is not None:
                    raise SystemExit(f"The server did not start:\n{(data / 'server.log').read_text()[-2000:]}")
                try:
                    return client.get("/healthz").status_code == 200
                except httpx.TransportError:
                    return False

            _until(ready, "the server to be ready")
            note = running_server(data)
            if note is None:
                raise SystemExit(f"{data} holds no note of the running server.")
            client.headers["authorization"] = f"Bearer {note.token}"
            yield client
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise SystemExit(f"Waited {_PATIENCE_S:g} s for {what}, without success.")
        time.sleep(0.2)


def _call(api: httpx.Client, method: str, path: str, **given: Any) -> Any:
    answer = api.request(method, f"/api/v1{path}", **given)
    if answer.status_code >= 400:
        raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
    return answer


def _take(api: httpx.Client, site: str, url: str) -> None:
    asked = _call(api, "POST", f"/sites/{site}/snapshots", json={"url": url, "widths": list(DRAWN)}).json()
    job: dict[str, Any] = {}

    def finished() -> bool:
        job.update(_call(api, "GET", f"/jobs/{asked['job']}").json())
        return job["state"] in ("done", "failed")

    _until(finished, "the pictures")
    if job["state"] == "failed":
        raise SystemExit(f"No picture of {url}: {job['error']}")


def _points(api: httpx.Client, site: int, url: str, width: int, at_least: int) -> dict[tuple[int, int, int], Any]:
    """The points as the product placed them, once all clicks are in or no more come.

    Keyed by where they were made: viewport width, x and y on the page.
    """
    rows: list[dict[str, str]] = []
    deadline = time.monotonic() + _LOST_AFTER_S

    def all_in() -> bool:
        given = {"page": url, "kind": "click", "width": width, "bots": 1, "format": "csv"}
        text = _call(api, "GET", f"/sites/{site}/heatmap", params=given).text
        rows[:] = list(csv.DictReader(io.StringIO(text)))
        return len(rows) >= at_least or time.monotonic() > deadline

    _until(all_in, "the clicks to arrive")
    return {(int(r["viewport_width"]), round(float(r["page_x"])), round(float(r["page_y"]))): r for r in rows}
