"""Share of points on their element when clicks made at one width are drawn at another, on three public pages."""

from __future__ import annotations

import argparse
import csv
import io
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

from bench.placement_site import serving
from bench.placement_visits import Boxes, Click, boxes_at, visit
from parcours.connection import running_server

NAME = "placement"
HELP = "share of clicks drawn on their element, made at five widths and drawn at two"

MADE, DRAWN = (390, 768, 1024, 1366, 1920), (1366, 390)
CLICKS, QUICK_CLICKS = 80, 15  # a page and width
_NEAR = 1.0  # px around a box that count as inside
_PATIENCE_S = 180.0


@dataclass
class Tally:
    """What became of the clicks of one pair of widths, ours and the page-relative way."""

    right: int = 0
    on_control: int = 0
    wrong: int = 0
    not_placed: int = 0
    lost: int = 0  # never reached the collector
    hidden: int = 0  # the element is not shown at that width
    hidden_drawn: int = 0  # … and yet the point was drawn
    miss: list[float] = field(default_factory=list)
    page_right: int = 0
    page_miss: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        n = self.right + self.wrong + self.not_placed

        def share(part: int, whole: int) -> float:
            return round(100 * part / whole, 1) if whole else 0.0

        return {
            "clicks": n,
            "on their element, %": share(self.right, n),
            "on their element or the control around it, %": share(self.on_control, n),
            "on another, %": share(self.wrong, n),
            "not placed, %": share(self.not_placed, n),
            "median miss, px": round(statistics.median(self.miss), 1) if self.miss else 0.0,
            "page-relative: on their element, %": share(self.page_right, n),
            "page-relative: median miss, px": round(statistics.median(self.page_miss), 1) if self.page_miss else 0.0,
            "of elements not shown there": self.hidden,
            "of these drawn all the same, %": share(self.hidden_drawn, self.hidden),
        }


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Figures for each pair made-at → drawn-at, over all pages."""
    most = QUICK_CLICKS if getattr(args, "quick", False) else CLICKS
    snippet = [""]
    with tempfile.TemporaryDirectory() as folder, serving(snippet) as (port, pages), _server(Path(folder)) as api:
        site = _call(api, "POST", "/sites", json={
            "name": "Bench", "domains": [f"127.0.0.1:{port}"], "allow_private": True,
        }).json()  # fmt: skip
        snippet[0] = site["snippet"]
        tallies: dict[tuple[int, int], Tally] = defaultdict(Tally)
        clicks_in_all = 0
        with _browser() as browser:
            for url in pages.values():
                truth = {width: boxes_at(browser, url, width) for width in DRAWN}
                if len({tuple(boxes.names) for boxes in truth.values()}) != 1:
                    raise SystemExit(f"{url} has other elements at another width: its numbers would not compare.")
                _take(api, site["id"], url)
                made: dict[int, list[Click]] = {}
                clicks = 0
                for width in MADE:

                    def arrived(n: int, url: str = url, before: int = clicks) -> None:
                        _points(api, site["id"], url, DRAWN[0], before + n)

                    made[width] = visit(browser, url, width, most, width, arrived)
                    clicks += len(made[width])
                clicks_in_all += clicks
                for drawn in DRAWN:
                    rows = _points(api, site["id"], url, drawn, clicks)
                    for width, done in made.items():
                        _judge(tallies[width, drawn], done, rows, width, truth[drawn])
    return {
        "pages": len(pages),
        "clicks made": clicks_in_all,
        "clicks lost on the way": sum(tally.lost for (_, drawn), tally in tallies.items() if drawn == DRAWN[0]),
        **{f"{width} → {drawn} px": tallies[width, drawn].figures() for drawn in DRAWN for width in MADE},
    }


@contextmanager
def _browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        # A robot says so (navigator.webdriver); these visits stand for people.
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-gpu", "--disable-blink-features=AutomationControlled"],
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def _server(data: Path) -> Iterator[httpx.Client]:
    """`parcours serve` in a folder of its own; gives a client of its API."""
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
            raise SystemExit(f"Waited {_PATIENCE_S:g} s in vain for {what}.")
        time.sleep(0.2)


def _call(api: httpx.Client, method: str, path: str, **given: Any) -> Any:
    answer = api.request(method, f"/api/v1{path}", **given)
    if answer.status_code >= 400:
        raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
    return answer


def _take(api: httpx.Client, site: str, url: str) -> None:
    asked = _call(api, "POST", f"/sites/{site}/snapshots", json={"url": url, "widths": list(DRAWN)}).json()
    job: dict[str, Any] = {}

    def over() -> bool:
        job.update(_call(api, "GET", f"/jobs/{asked['job']}").json())
        return job["state"] in ("done", "failed")

    _until(over, "the pictures")
    if job["state"] == "failed":
        raise SystemExit(f"No picture of {url}: {job['error']}")


def _points(api: httpx.Client, site: str, url: str, width: int, at_least: int) -> list[dict[str, str]]:
    """The placed points as the product gives them, once all clicks are in (or no more come)."""
    rows: list[dict[str, str]] = []
    deadline = time.monotonic() + 20

    def all_in() -> bool:
        given = {"page": url, "kind": "click", "width": width, "bots": 1, "format": "csv"}
        text = _call(api, "GET", f"/sites/{site}/heatmap", params=given).text
        rows[:] = list(csv.DictReader(io.StringIO(text)))
        return len(rows) >= at_least or time.monotonic() > deadline

    _until(all_in, "the clicks to arrive")
    return rows


def _distance(box: tuple[float, float, float, float, int], part: tuple[float, float], x: float, y: float) -> float:
    return ((box[0] + part[0] * box[2] - x) ** 2 + (box[1] + part[1] * box[3] - y) ** 2) ** 0.5


def _inside(box: tuple[float, float, float, float, int], x: float, y: float) -> bool:
    return box[0] - _NEAR <= x <= box[0] + box[2] + _NEAR and box[1] - _NEAR <= y <= box[1] + box[3] + _NEAR


def _judge(tally: Tally, clicks: list[Click], rows: list[dict[str, str]], width: int, truth: Boxes) -> None:
    """Find each click again by where on the page it was made, and hold its drawn point against the true box."""
    by_spot = {
        (int(row["viewport_width"]), round(float(row["page_x"])), round(float(row["page_y"]))): row for row in rows
    }
    for click in clicks:
        spots = [(width, round(click.x) + dx, round(click.y) + dy) for dx in (0, -1, 1) for dy in (0, -1, 1)]
        row = next((by_spot[spot] for spot in spots if spot in by_spot), None)
        if row is None:
            tally.lost += 1
            continue
        box = truth.boxes[click.element]
        if not box[4]:
            tally.hidden += 1
            tally.hidden_drawn += bool(row["x"])
            continue
        page_x, page_y = click.x / width * truth.width, click.y
        tally.page_right += _inside(box, page_x, page_y)
        tally.page_miss.append(_distance(box, click.part, page_x, page_y))
        if not row["x"]:
            tally.not_placed += 1
            continue
        x, y = float(row["x"]), float(row["y"])
        right = _inside(box, x, y)
        tally.right += right
        tally.wrong += not right
        tally.on_control += right or _inside(truth.boxes[click.control], x, y)
        tally.miss.append(_distance(box, click.part, x, y))
