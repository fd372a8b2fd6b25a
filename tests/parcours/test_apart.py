"""Collector and viewer apart, over HTTP to one database, as against a ClickHouse server."""

import json
import time

import httpx
import pytest

from tests import clickhouse_front
from tests.machine import free_port
from tests.parcours.processes import parcours, running
from tests.waiting import until

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    """(collector's address, viewer's address, viewer's data folder, environment)."""
    folder = tmp_path_factory.mktemp("apart")
    with clickhouse_front.running(folder / "engine") as server:
        env = {"PARCOURS_CLICKHOUSE_URL": f"{server.rstrip('/')}/parcours"}
        view, collect = free_port(), free_port()
        with (
            running("view", "--port", str(view), data=folder / "viewer", env=env, port=view),
            running("collect", "--port", str(collect), data=folder / "collector", env=env, port=collect),
        ):
            yield f"http://127.0.0.1:{collect}", f"http://127.0.0.1:{view}", folder / "viewer", env


def test_the_viewer_shows_what_the_collector_accepts(apart):
    collector, viewer, data, env = apart
    added = parcours("site", "add", "Far", "--domain", "far.example", "--json", data=data, env=env)
    site = json.loads(added.stdout)
    now = int(time.time() * 1000)
    context = {"url": "https://far.example/", "vw": 390, "vh": 844, "pw": 390, "ph": 2000}
    batch = {"v": 1, "view": "b" * 24, "seq": 0, "sent": now, "t0": now - 500, "ctx": context}
    headers = {"origin": "https://far.example", "content-type": "text/plain", "user-agent": AGENT}
    answer = httpx.post(f"{collector}/c/{site['key']}", content=json.dumps(batch), headers=headers)
    assert answer.status_code == 204, answer.text

    token = {"authorization": f"Bearer {json.loads((data / 'server.json').read_text())['token']}"}

    def arrived() -> dict | None:
        health = httpx.get(f"{viewer}/api/v1/sites/Far/health", headers=token).json()
        return health if health.get("views_today") else None

    health = until(arrived, 30)
    assert health["receiving"] is True
    assert health["views_today"] == 1


def test_each_process_serves_its_own_part(apart):
    collector, viewer, _, _ = apart
    assert httpx.get(f"{collector}/healthz").status_code == 200
    assert httpx.get(f"{collector}/parcours.js").status_code == 200
    assert httpx.get(f"{collector}/api/v1").status_code == 404
    assert httpx.get(f"{viewer}/api/v1").status_code == 200
    assert httpx.post(f"{viewer}/c/anything").status_code in (404, 405)


def test_a_separate_collector_accepts_backend_events(apart):
    """With a token that the viewer made, and by `parcours import` told the collector's folder."""
    collector, _, data, env = apart
    assert parcours("site", "add", "Backend", "--domain", "far.example", data=data, env=env).returncode == 0
    token = parcours("token", "shop", "--role", "editor", data=data, env=env).stdout.strip()
    event = {"site": "Backend", "name": "order", "value": 5, "id": "1", "visitor": "customer 7"}
    answers = [
        httpx.post(f"{collector}/api/v1/events", json=event, headers={"authorization": f"Bearer {given}"})
        for given in (token, token, "wrong")
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 401]
    assert [answer.json()["duplicates"] for answer in answers[:2]] == [0, 1]

    file = data / "calls.csv"
    file.write_text("name,visitor\ncall,customer 7\n")
    sent = parcours("import", "Backend", str(file), data=data.parent / "collector", env=env)
    assert sent.returncode == 0, sent.stderr
    away = parcours("import", "Backend", str(file), "--state", str(data / "notes"), data=data, env=env)
    assert (away.returncode, "accepts no events" in away.stderr) == (3, True)

    def stored() -> list[dict] | None:
        out = data / "events.ndjson"
        parcours("export", "Backend", "--table", "events", "--out", str(out), data=data, env=env)
        rows = [json.loads(line) for line in out.read_text().splitlines()]
        return rows if len(rows) >= 2 else None

    rows = until(stored, 30)
    assert sorted(row["name"] for row in rows) == ["call", "order"]
    assert len({row["visitor"] for row in rows}) == 1
