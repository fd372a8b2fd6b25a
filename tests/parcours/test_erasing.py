"""What is erased is in no table and in no file of the data folder, and does not return."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.machine import free_port
from tests.parcours.erasing import KEPT, MARK, files_with, line, page, run
from tests.parcours.processes import Done, at_server, running
from tests.waiting import until

TABLES = {
    "views", "points", "scrolls", "events", "touches", "elements", "snapshots", "strips", "matches", "definitions",
    "refusals", "jobs", "credentials", "picture_choices", "retakes",
}  # fmt: skip


def command(*args: str, data: Path) -> Done:
    done = at_server(*args, data=data)
    assert done.returncode == 0, done.stderr + done.stdout
    return done


def tables_with(rows: list[str], mark: str) -> set[str]:
    return {row.split(" ", 1)[0] for row in rows if mark.lower() in row.lower()}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    run("write", folder)
    rows = run("read", folder)
    assert tables_with(rows, MARK) == tables_with(rows, KEPT) == TABLES - {"credentials"} | {"credentials"}
    return folder


def test_a_deleted_site_is_in_no_table_and_in_no_file(data: Path) -> None:
    port = free_port()
    with running("serve", "--port", str(port), data=data, port=port):
        command("site", "delete", f"Site {MARK}", "--yes", data=data)
    rows = run("read", data)
    assert tables_with(rows, MARK) == set()
    assert files_with(data, MARK) == []
    assert tables_with(rows, KEPT) == TABLES
    assert files_with(data / "journal", KEPT)


def counted(rows: list[str], table: str, *words: str) -> int:
    return sum(row.startswith(f"{table} ") and all(word in row for word in words) for row in rows)


def send(data: Path, url: str, token: str, site: str, source: str, names: list[str], ids: list[str]) -> Any:
    pairs = zip(names, ids, strict=True)
    events = "\n".join(json.dumps({"name": n, "id": i, "time": "2026-11-20T10:00:00Z"}) for n, i in pairs)
    answer = httpx.post(
        f"{url}/api/v1/events", params={"site": site} | ({"source": source} if source else {}), content=events,
        headers={"authorization": f"Bearer {token}", "content-type": "application/x-ndjson"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_page_a_period_and_a_source_are_erased_and_what_arrives_later_counts_again(data: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running("serve", "--port", str(port), data=data, port=port):
        site, other = f"Site {MARK}", f"Site {KEPT}"
        token = json.loads(command("token", "shop", "--role", "editor", "--json", data=data).stdout)["token"]
        assert send(data, url, token, other, "a.csv", ["bad"], ["one"])["accepted"] == 1
        assert send(data, url, token, other, "", ["good"], ["two"])["accepted"] == 1
        listed = json.loads(command("site", "sources", other, "--json", data=data).stdout)["sources"]
        assert [one["source"] for one in listed] == ["import a.csv", "token shop"]
        done = json.loads(command("erase", other, "--source", "import a.csv", "--yes", "--json", data=data).stdout)
        assert done["erased"]["events"] == 1
        assert send(data, url, token, other, "a.csv", ["mended"], ["one"])["accepted"] == 1

        long_ago = command("erase", site, "--to", "2026-01-01", "--yes", data=data)
        assert "Nothing was stored" in long_ago.stdout
        command("erase", site, "--page", f"{page(MARK)}", "--yes", data=data)
        sent = send(data, url, token, site, "", [f"later {MARK}"], ["three"])
        assert sent["accepted"] == 1
        command("export", site, "--table", "events", "--out", str(data.parent / "events.csv"), data=data)
    rows = run("read", data)
    assert tables_with(rows, page(MARK)) == set()
    assert counted(rows, "events", f"later {MARK}") == 1
    assert counted(rows, "events", '"good"') == counted(rows, "events", '"mended"') == 1
    assert counted(rows, "events", '"bad"') == 0
    assert counted(rows, "definitions", MARK) > 0
    assert tables_with(rows, KEPT) == TABLES
    assert [file for file in files_with(data, page(MARK)) if file.startswith("journal")] == []


def test_what_is_older_than_the_limits_of_a_site_is_erased(data: Path) -> None:
    port = free_port()
    with running("serve", "--port", str(port), data=data, port=port):
        note = json.loads((data / "server.json").read_text())
        api = httpx.Client(base_url=f"{note['url']}/api/v1", headers={"authorization": f"Bearer {note['token']}"})
        token = json.loads(command("token", "shop", "--role", "editor", "--json", data=data).stdout)["token"]
        for days in (1, 2, 3, 4):
            old = int(time.time() * 1000) - days * 86_400_000
            event = {"name": f"old {days}", "id": f"old{days}", "time": old}
            sent = httpx.post(f"{note['url']}/api/v1/events", params={"site": "1"}, json=event, headers=bearer(token))
            assert sent.status_code == 200, sent.text
        changed = api.put("/sites/1", json={"keep_events_days": 2, "keep_pictures_days": 1})
        assert changed.status_code == 200, changed.text
    with running("serve", "--port", str(port), data=data, port=port):  # limits are enforced at the start
        note = json.loads((data / "server.json").read_text())
        headers = bearer(note["token"])

        def done() -> bool:
            found = httpx.get(f"{note['url']}/api/v1/erasures/retention-1", headers=headers)
            return found.status_code == 200 and found.json()["state"] == "done"

        until(done, 60)
    rows = run("read", data)
    assert [counted(rows, "events", f'"old {days}"') for days in (1, 2, 3, 4)] == [1, 1, 0, 0]
    assert tables_with(rows, MARK) == tables_with(rows, KEPT) == TABLES


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_an_erasure_survives_kill_9_and_nothing_returns(data: Path) -> None:
    """The server is killed as soon as it has accepted the request, and again in the middle of its work."""
    port = free_port()
    with running("serve", "--port", str(port), data=data, port=port) as server:
        note = json.loads((data / "server.json").read_text())
        api = {"authorization": f"Bearer {note['token']}"}
        asked = httpx.delete(f"{note['url']}/api/v1/sites/1", params={"confirm": f"Site {MARK}"}, headers=api)
        assert asked.status_code == 202
        server.kill()
    # As a segment that was not inserted yet: it was in the journal when the erasure was asked for.
    (data / "journal" / "1700000000000000-000000ff.seg").write_bytes(line(1, MARK, "waits", 1_700_000_000_000))
    for step in ("tables", "done"):
        with running("serve", "--port", str(port), data=data, port=port) as server:
            note = json.loads((data / "server.json").read_text())
            address = f"{note['url']}/api/v1/erasures/{asked.json()['id']}"
            headers = {"authorization": f"Bearer {note['token']}"}

            def reached(step: str = step, address: str = address, headers: dict[str, str] = headers) -> bool:
                found = httpx.get(address, headers=headers).json()
                return found["state"] == "done" or found["step"] == step

            until(reached, 60)
            server.kill()
    rows = run("read", data)
    assert tables_with(rows, MARK) == set()
    assert files_with(data, MARK) == []
    assert tables_with(rows, KEPT) == TABLES
