"""`parcours demo` as a person runs it: from nothing, stopped by Ctrl-C, and once more."""

from __future__ import annotations

import csv
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from parcours.demo.processes import descendants
from parcours.demo.scenario import STORY, code_failed_on
from parcours.demo.simulate import CONTACTS
from parcours.server_note import running_server
from store.zone_names import machine_zone
from tests.axe import barriers
from tests.demo.conftest import ROOT
from tests.waiting import until

PATIENCE = 55  # s


def start(data: Path, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.demo.small_demo", "demo", "--port", str(port), "--data", str(data)]
    # a session of its own: a signal to its group is what Ctrl-C is
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def line_with(demo: subprocess.Popen[str], words: str) -> str:
    """The first line with `words`; fails with all that was printed when there is none."""
    assert demo.stdout
    timer = threading.Timer(PATIENCE, demo.kill)
    timer.start()
    printed = ""
    try:
        for line in demo.stdout:
            printed += line
            if words in line:
                return line
    finally:
        timer.cancel()
    raise AssertionError(f"no {words!r} in:\n{printed}")


def stop(demo: subprocess.Popen[str]) -> int:
    """Ctrl-C; the exit code, after every process it started is gone."""
    below = descendants(demo.pid)
    os.killpg(demo.pid, signal.SIGINT)
    assert demo.stdout
    demo.stdout.read()
    code = demo.wait(30)
    until(lambda: not any(_runs(pid) for pid in below), 5)
    return code


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def api(data: Path) -> Iterator[httpx.Client]:
    server = running_server(data)
    assert server
    headers = {"authorization": f"Bearer {server.token}"}
    with httpx.Client(base_url=f"{server.url}/api/v1", headers=headers, timeout=30) as client:
        yield client


def ask(client: httpx.Client, path: str, **params: Any) -> Any:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def two_free_ports() -> int:
    """A port whose next one is free too, below those the system gives to connections."""
    while True:
        port = random.randrange(20_000, 32_000)
        try:
            for number in (port, port + 1):
                socket.create_server(("127.0.0.1", number)).close()
        except OSError:
            continue
        return port


@pytest.fixture(scope="module")
def port() -> int:
    return two_free_ports()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


def test_from_nothing_to_a_map_then_ctrl_c(data: Path, port: int) -> None:
    demo = start(data, port)
    try:
        link = re.search(r"http://\S+", line_with(demo, "Parcours:"))
        assert link
        assert link[0].startswith(f"http://127.0.0.1:{port}/sign-in?link=")
        shown = httpx.get(link[0], follow_redirects=True, headers={"accept": "text/html"})
        assert shown.url.path == "/sites/1/pages"
        assert "/basket" in shown.text
        assert "lampyre" in httpx.get(f"http://127.0.0.1:{port + 1}/").text
        with api(data) as client:
            (site,) = ask(client, "/sites")["sites"]
            assert (site["name"], site["demo"]) == ("Lampyre", True)
            pictures = ask(client, "/sites/Lampyre/snapshots")["snapshots"]
            assert {(p["page"].partition("/")[2], p["width"]) for p in pictures} == {
                (page, width) for page in ("basket", "table-lamps/luciole") for width in (1366, 768, 390)
            }
            assert [p["warnings"] for p in pictures] == [[]] * 6
            health = ask(client, "/sites/Lampyre/health")
            assert health["accepted"] >= health["views_28_days"] > 10
            assert health["refused"] == []
            found = ask(client, "/sites/Lampyre/heatmap", page="/basket", kind="click", width=1366)
            account = found["account"]
            assert (account["received"] > 20, account["bots"]) == (True, 0)
            assert account["own"] > 0.85 * account["received"]  # the others were made in an open dialog
            applied = next(e for e in found["elements"] if e["path"] == "button#apply-code")
            assert applied["dead"] > 0
            stages = ask(client, "/sites/Lampyre/journeys/first-lamp/map")["stages"]
            assert len(stages) == 9
    finally:
        code = stop(demo)
    assert code == 0


def test_another_port_is_rejected(data: Path, port: int) -> None:
    demo = start(data, two_free_ports())
    assert f"--port {port}" in line_with(demo, "holds a demo of port")
    assert demo.wait(20) == 1


@pytest.fixture(scope="module")
def second_run(data: Path, port: int) -> Iterator[str]:
    """The demo started again in the same folder; its sign-in link."""
    demo = start(data, port)
    try:
        line_with(demo, "Ready")
        link = re.search(r"http://\S+", line_with(demo, "Parcours:"))
        assert link
        yield link[0]
    finally:
        code = stop(demo)
    assert code == 0


@pytest.fixture(scope="module")
def owner(second_run: str, browser: Browser) -> Iterator[Page]:
    """A page of somebody who followed the link."""
    page = browser.new_page(viewport={"width": 1366, "height": 900}, locale="en-GB")
    page.goto(second_run)
    yield page
    page.close()


def test_a_second_run_adds_nothing(second_run: str, data: Path) -> None:
    with api(data) as client:
        assert ask(client, "/sites/Lampyre/health")["accepted"] == 0
        assert len(ask(client, "/sites/Lampyre/snapshots")["snapshots"]) == 6


def test_figures_are_the_truth_of_the_scenario(second_run: str, data: Path) -> None:
    with (data / CONTACTS).open() as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    met = {name: {row["key"] for row in rows if row["type"] == name} for name in {row["type"] for row in rows}}
    with api(data) as client:
        points = ask(client, "/sites/Lampyre/journeys/first-lamp/map", days=120)["touchpoints"]
        for key, name in (("shop", "shop_visit"), ("parcel", "parcel_delivered"), ("calls", "call"),
                          ("returns", "return_received")):  # fmt: skip
            assert points[key]["visitors"] == len(met[name]), key
        ordered = points["thanks"]["visitors"]
        assert points["calls"]["visitors"] / ordered == pytest.approx(STORY.calls, abs=0.05)
        broken, worked = (
            ask(client, "/sites/Lampyre/journeys/first-lamp/map", **days)["touchpoints"]["basket"]
            for days in (since_broken(), before_broken())
        )
        assert broken["frustrated_low"] > worked["frustrated_high"]
        assert broken["forward"] < worked["forward"]


def test_clicks_lead_from_the_drop_at_the_basket_to_the_button_that_does_nothing(owner: Page) -> None:
    page = owner
    page.get_by_role("link", name="Journeys", exact=True).click()
    page.get_by_role("link", name="First lamp", exact=True).click()
    # The basket misses its targets: its visitors are frustrated, and too few go on.
    expect(page.locator(".tp.alarm")).to_contain_text("Basket")
    assert barriers(page) == []

    # Those who left pressed the button more often than those who went on.
    page.get_by_role("link", name="Basket: Left / went on").press("Enter")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Apply code", exact=True))
    expect(row).to_contain_text("Fewer visitors clicked it in B")
    expect(page.get_by_role("row", name="Dead click or rage")).to_contain_text("−")
    assert barriers(page) == []

    # On the map of those who left, the button is pressed most, and nothing happens.
    page.get_by_role("link", name="Back to the journey").click()
    intent = page.locator(".st").filter(has=page.get_by_role("heading", name="Intent", exact=True))
    intent.get_by_role("link", name="Only those who left").click()
    page.locator(".tp.alarm a[href*='/heatmap?']").first.click()
    page.get_by_role("link", name="Dead", exact=True).first.click()
    pressed = page.get_by_role("row").filter(has_text="Apply code")
    expect(pressed).to_contain_text("Apply code")
    share, dead = (int(re.findall(r"(\d+)[.\d]*%", pressed.inner_text())[i]) for i in (0, -1))
    assert share > 20
    assert dead > 60


def test_axe_finds_no_barrier_on_the_views_of_a_journey(owner: Page) -> None:
    page = owner
    root = page.url.partition("/sites/")[0] + "/sites/1/journeys"
    views = ("funnel", "paths", "walk", "opportunities", "touchpoints/basket")
    found = {}
    for path in (root, f"{root}/first-lamp?edit=1", *(f"{root}/first-lamp/{view}" for view in views)):
        answer = page.goto(path, wait_until="networkidle")
        assert answer
        assert answer.status == 200, path
        found[path] = barriers(page)
    page.goto(f"{root}?lang=fr")
    desktop = page.viewport_size or {"width": 1366, "height": 900}
    page.set_viewport_size({"width": 390, "height": 844})
    for path in (f"{root}/first-lamp", *(f"{root}/first-lamp/{view}" for view in views)):
        page.goto(path, wait_until="networkidle")
        found[f"French, 390 px: {path}"] = barriers(page)
    page.set_viewport_size(desktop)
    page.goto(f"{root}/first-lamp?lang=en", wait_until="networkidle")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    found["print"] = barriers(page)
    page.emulate_media(media="screen")
    assert {path: barrier for path, barrier in found.items() if barrier} == {}


def since_broken() -> dict[str, str]:
    return {"since": code_failed_on().isoformat(), "until": machine_zone().today().isoformat()}


def before_broken() -> dict[str, str]:
    last = code_failed_on() - timedelta(days=1)
    return {"since": (last - timedelta(days=27)).isoformat(), "until": last.isoformat()}


def test_ctrl_c_while_it_prepares(tmp_path: Path) -> None:
    demo = start(tmp_path / "data", two_free_ports())

    def takes_pictures() -> bool:
        assert demo.poll() is None
        return any("chrom" in _name(pid) for pid in descendants(demo.pid))

    until(takes_pictures, PATIENCE)
    assert stop(demo) == 0


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_a_port_in_use_is_reported(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        demo = start(tmp_path, number)
        assert "is in use" in line_with(demo, f"Port {number}")
        assert demo.wait(20) == 1
