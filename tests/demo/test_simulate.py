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


class Server:
    """A stand-in for Parcours that gives `answers` first, then accepts every line; `taken`: the lines by route."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.taken: dict[str, list[dict[str, object]]] = {"/api/v1/batches": [], "/api/v1/events": []}

    def api(self) -> Api:
        client = httpx.Client(base_url="http://parcours.example", transport=httpx.MockTransport(self._answer))
        return Api(client.request, "token")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url.params["site"] == "Lampyre"
        if self.answers:
            return self.answers.pop(0)
        lines = [json.loads(line) for line in request.content.splitlines()]
        self.taken[request.url.path] += lines
        return httpx.Response(200, json={"accepted": len(lines), "duplicates": 0, "refused": []})


def crowd(visitors: int) -> Crowd:
    return Crowd(SHOP, LAYOUTS, visitors, NOW)


def test_lines_are_views_of_a_browser_and_rows_of_a_file(tmp_path: Path) -> None:
    server, reached = Server(), list[int]()
    sent = simulate(server.api(), "Lampyre", crowd(200), tmp_path, reached.append)
    views, events = server.taken["/api/v1/batches"], server.taken["/api/v1/events"]
    assert sent == len(views) + len(events)
    assert len(views) > 200
    assert reached[-1] == 200
    for line in views:
        assert str(line["agent"]).startswith("Mozilla/5.0")
        batch = wire.decode(json.dumps(line["batch"]).encode())
        assert batch.t0 < batch.sent <= NOW
    with (tmp_path / CONTACTS).open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(events) > 10
    assert [(row["name"], row["browser_id"], row["touchpoint"]) for row in rows] == [
        (event["name"], event["browser_id"], event["touchpoint"]) for event in events
    ]


def test_what_was_sent_is_not_sent_again(tmp_path: Path) -> None:
    simulate(Server().api(), "Lampyre", crowd(20), tmp_path, lambda n: None)
    server = Server()
    simulate(server.api(), "Lampyre", crowd(20), tmp_path, lambda n: None)
    assert server.taken["/api/v1/batches"] == []


def test_a_busy_collector_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"error": {"code": "busy", "message": "busy"}}
    busy = [httpx.Response(status, json=error, headers={"retry-after": "0"}) for status in (503, 429)]
    server = Server(*busy)
    sent = simulate(server.api(), "Lampyre", crowd(10), tmp_path, lambda n: None)
    assert sent == sum(map(len, server.taken.values()))
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
