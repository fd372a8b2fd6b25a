"""Simulated visitors are sent as an import sends past visits, and their own file as a shop sends it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import httpx
import pytest

from collector import wire
from parcours.connection import Api
from parcours.demo.simulate import CONTACTS, Crowd, SimulationRefused, simulate
from tests.demo.test_simulated_visits import NOW, SHOP, shop_layouts

LAYOUTS = shop_layouts()
OFFSITE = "/api/v1/sites/Lampyre/offsite"


class Server:
    """A stand-in for Parcours that gives `answers` first, then accepts everything: views are `taken`, and `files`."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.taken: list[dict[str, object]] = []
        self.files: list[str] = []

    def api(self) -> Api:
        client = httpx.Client(base_url="http://parcours.example", transport=httpx.MockTransport(self._answer))
        return Api(client.request, "token")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.answers:
            return self.answers.pop(0)
        if request.url.path.startswith(OFFSITE):
            return self._offsite(request)
        assert request.url.params["site"] == "Lampyre"
        lines = [json.loads(line) for line in request.content.splitlines()]
        self.taken += lines
        return httpx.Response(200, json={"accepted": len(lines), "duplicates": 0, "refused": []})

    def _offsite(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            assert request.url.params["file"] == CONTACTS
            self.files.append(request.read().decode())
        rows = self.files[-1].count("\n") - 1
        lines = {"stored": rows, "rejected": 0}
        return httpx.Response(201, json={"id": "a-1", "state": "stored", "lines": lines, "problem": "", "rejected": []})


def crowd(visitors: int) -> Crowd:
    return Crowd(SHOP, LAYOUTS, visitors, NOW)


def test_lines_are_views_of_a_browser_and_rows_of_a_file(tmp_path: Path) -> None:
    server, reached = Server(), list[int]()
    sent = simulate(server.api(), "Lampyre", crowd(200), tmp_path, reached.append)
    views = server.taken
    assert len(views) > 200
    assert reached[-1] == 200
    for line in views:
        assert str(line["agent"]).startswith("Mozilla/5.0")
        batch = wire.decode(json.dumps(line["batch"]).encode())
        assert batch.t0 < batch.sent <= NOW
    (file,) = server.files
    assert file == (tmp_path / CONTACTS).read_bytes().decode()
    rows = list(csv.DictReader(file.splitlines(), delimiter=";"))
    assert sent == len(views) + len(rows)
    assert len(rows) > 10
    assert {"shop_visit", "parcel_delivered"} <= {row["type"] for row in rows}


def test_what_was_sent_is_not_sent_again(tmp_path: Path) -> None:
    simulate(Server().api(), "Lampyre", crowd(20), tmp_path, lambda n: None)
    server = Server()
    simulate(server.api(), "Lampyre", crowd(20), tmp_path, lambda n: None)
    assert server.taken == []


def test_a_busy_collector_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"error": {"code": "busy", "message": "busy"}}
    busy = [httpx.Response(status, json=error, headers={"retry-after": "0"}) for status in (503, 429)]
    server = Server(*busy)
    sent = simulate(server.api(), "Lampyre", crowd(10), tmp_path, lambda n: None)
    assert sent == len(server.taken) + server.files[0].count("\n") - 1
    assert server.answers == []


def test_a_rejection_is_reported(tmp_path: Path) -> None:
    gone = httpx.Response(404, json={"error": {"code": "unknown_site", "message": "no such site"}})
    with pytest.raises(SimulationRefused, match="no such site"):
        simulate(Server(gone).api(), "Lampyre", crowd(10), tmp_path, lambda n: None)


def test_a_refused_line_is_reported(tmp_path: Path) -> None:
    one = {"line": 1, "code": "event_time", "message": "too long ago"}
    answer = httpx.Response(200, json={"accepted": 0, "duplicates": 0, "refused": [one]})
    with pytest.raises(SimulationRefused, match="too long ago"):
        simulate(Server(answer).api(), "Lampyre", crowd(1), tmp_path, lambda n: None)
