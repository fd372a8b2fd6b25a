"""`parcours import` against a running server: everything is stored once, wherever an import is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from parcours.connection import Api, ApiError
from parcours.importing.items import Bad, Item, Made
from parcours.importing.progress import ImportProgress, RefusedLines
from parcours.importing.sending import Sending
from tests.machine import free_port
from tests.parcours.conftest import Served
from tests.parcours.processes import PATIENCE, Done, at_server, parcours, running
from tests.parcours.tables import write_parquet
from tests.parcours.test_import_readers import POSTHOG, VISIT
from tests.waiting import until


@dataclass
class Server:
    data: Path
    url: str

    def site(self, name: str) -> None:
        assert self._command("site", "add", name, "--domain", "shop.example", "--new", data=self.data).returncode == 0

    @property
    def _command(self) -> Callable[..., Done]:
        return at_server if self.url else parcours

    def run(self, *args: str | Path) -> Done:
        return self._command("import", *map(str, args), data=self.data)

    def rows(self, site: str, table: str) -> list[dict[str, Any]]:
        out = self.data / "out.ndjson"
        arguments = ("--table", table, "--since", "2020-01-01", "--out", str(out))
        assert self._command("export", site, *arguments, data=self.data).returncode == 0
        return [json.loads(line) for line in out.read_text().splitlines()]


@pytest.fixture(scope="module")
def server(served: Served) -> Server:
    return Server(*served)


def orders(path: Path, count: int) -> Path:
    lines = [f"{1_795_165_200 + n},order,{n},customer {n % 7}" for n in range(count)]
    path.write_text("\n".join(["time,name,value,visitor", *lines]) + "\n")
    return path


def test_a_table_with_rejected_lines(server: Server, tmp_path: Path) -> None:
    server.site("Table")
    path = tmp_path / "orders.csv"
    path.write_text(
        "when,total,where\n2026-11-20T10:00:00,1,https://shop.example/thanks\n2026-11-20,2,https://evil.example/\n"
        "1999-01-01,3,\nsoon,4,\n2026-11-21,5,\n"
    )
    arguments = (
        "Table",
        path,
        "--map",
        "time=when",
        "--map",
        "value=total",
        "--map",
        "page=where",
        "--set",
        "name=order",
    )
    dry = server.run(*arguments, "--dry-run")
    assert (dry.returncode, dry.stdout.splitlines()[-1]) == (5, "Nothing was sent.")
    assert "2 events" in dry.stdout
    assert "3 invalid lines" in dry.stdout
    assert server.rows("Table", "events") == []

    done = server.run(*arguments)
    assert done.returncode == 5, done.stderr
    assert "2 accepted, 0 duplicates, 3 refused" in done.stdout
    why = [json.loads(line) for line in (tmp_path / "orders.csv.refused.ndjson").read_text().splitlines()]
    assert {no["line"]: no["code"] for no in why} == {3: "event_page", 4: "event_time", 5: "line"}
    stored = until(lambda: server.rows("Table", "events"), PATIENCE)
    assert [(row["value"], row["page"], row["time"]) for row in stored] == [
        (1, "shop.example/thanks", "2026-11-20 10:00:00.000"),
        (5, "", "2026-11-21 00:00:00.000"),
    ]
    assert server.rows("Table", "views") == []

    second = server.run(*arguments)
    assert second.returncode == 5
    assert "already imported" in second.stdout
    assert "2 accepted, 0" not in second.stdout
    (tmp_path / "orders.csv.import.json").unlink()
    again = json.loads(server.run(*arguments, "--json").stdout)
    assert (again[0]["accepted"], again[0]["duplicates"], again[0]["refused"]) == (0, 2, 3)
    assert server.rows("Table", "events") == stored


def test_an_import_killed_midway_continues(server: Server, tmp_path: Path) -> None:
    """kill -9 after each progress note: in the end nothing is missing, and nothing is stored twice."""
    server.site("Killed")
    path, count = orders(tmp_path / "orders.csv", 12_000), 12_000
    note = tmp_path / "orders.csv.import.json"
    command = [sys.executable, "-m", "parcours.cli", "import", "Killed", str(path)]
    environment = os.environ | {"PARCOURS_DATA": str(server.data)}
    kills, before = 0, 0
    for _ in range(3):
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            until(lambda: run.poll() is not None or _done(note) >= before + 1000, PATIENCE)  # noqa: B023
            if run.poll() is None:
                run.send_signal(signal.SIGKILL)
                kills += 1
        before = _done(note)
    assert kills == 3
    assert 0 < before < count
    last = server.run("Killed", path)
    assert last.returncode == 0, last.stderr
    state = json.loads(note.read_text())
    assert (state["done"], state["accepted"] + state["duplicates"]) == (count, count)
    stored = until(lambda: _all(server.rows("Killed", "events"), count), PATIENCE)
    assert sorted(int(row["value"]) for row in stored) == list(range(count))
    assert len({row["visitor"] for row in stored}) == 7


def test_the_server_killed_during_an_import(tmp_path: Path) -> None:
    """kill -9 of the server during the import, twice: what it acknowledged is stored, and nothing twice."""
    port, data, count = free_port(), tmp_path / "data", 8_000
    data.mkdir()
    path = orders(tmp_path / "orders.csv", count)
    note = tmp_path / "orders.csv.import.json"
    command = [sys.executable, "-m", "parcours.cli", "import", "Killed", str(path)]
    environment = os.environ | {"PARCOURS_DATA": str(data)}
    before = 0
    for turn in range(3):
        with running("serve", "--port", str(port), data=data, port=port) as process:
            server = Server(data, f"http://127.0.0.1:{port}")
            if not turn:
                server.site("Killed")
            if turn == 2:
                last = server.run("Killed", path)
                stored = until(lambda: _all(server.rows("Killed", "events"), count), PATIENCE)  # noqa: B023
                break
            with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
                until(lambda: _done(note) >= before + 1000, PATIENCE)  # noqa: B023
                process.kill()
                process.wait(PATIENCE)
                run.kill()
                run.wait(PATIENCE)
            before = _done(note)
            assert 0 < before < count
    assert last.returncode == 0, last.stderr
    assert sorted(int(row["value"]) for row in stored) == list(range(count))


def _all(rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]] | None:
    """The rows once there are enough: an export waits for the database only for a few seconds."""
    return rows if len(rows) >= count else None


def _done(note: Path) -> int:
    return int(json.loads(note.read_text())["done"]) if note.exists() else 0


def test_posthog_clicks_become_points_and_its_views_views(server: Server, tmp_path: Path) -> None:
    server.site("PostHog")
    path = tmp_path / "events.ndjson"
    path.write_text("\n".join(map(json.dumps, POSTHOG)))
    for _ in range(2):
        done = server.run("PostHog", path, "--from", "posthog")
        assert done.returncode == 0, done.stderr
        (tmp_path / "events.ndjson.import.json").unlink()
    assert "0 accepted, 5 duplicates" in done.stdout
    assert "$pageleave (1)" in done.stdout
    points = until(lambda: server.rows("PostHog", "points"), PATIENCE)
    assert sorted((p["page"], p["page_x"], p["page_y"], p["page_h"]) for p in points) == [
        ("shop.example/lamps", 10, 20, 2000),
        ("shop.example/lamps", 683, 1000, 2000),
        ("shop.example/other", 5, 6, 0),
    ]
    views, events = server.rows("PostHog", "views"), server.rows("PostHog", "events")
    assert sorted((v["page"], v["clicks"], v["device"], v["bot"]) for v in views) == [
        ("shop.example/lamps", 2, "desktop", ""), ("shop.example/other", 1, "desktop", ""),
    ]  # fmt: skip
    assert sorted(e["name"] for e in events) == ["click button", "order"]
    assert len({row["visitor"] for row in (*points, *views, *events)}) == 1


def test_files_that_share_a_view(server: Server, tmp_path: Path) -> None:
    """Hour files, the newest first; only the last one contains the height of the page."""
    server.site("Hours")
    begin, click, leave = POSTHOG[0], POSTHOG[1], POSTHOG[4]
    later = click | {"timestamp": "2026-11-20T10:30:00Z", "uuid": "later"}
    files = []
    for name, rows in (("h10", [later, leave]), ("h09", [click, begin]), ("h09 again", [begin, click, later])):
        files.append(tmp_path / f"{name}.ndjson")
        files[-1].write_text("\n".join(map(json.dumps, rows)))
    first = server.run("Hours", *files[:2], "--from", "posthog")
    assert first.returncode == 0, first.stderr
    assert [line.partition(": ")[2] for line in first.stdout.splitlines() if "accepted" in line] == [
        "2 accepted, 0 duplicates, 0 refused", "3 accepted, 0 duplicates, 0 refused",
    ]  # fmt: skip
    again = server.run("Hours", files[2], "--from", "posthog")
    assert "0 accepted, 5 duplicates, 0 refused (already imported)" in again.stdout
    points = until(lambda: _all(server.rows("Hours", "points"), 6), PATIENCE)
    assert sorted((p["page"], p["page_y"], p["page_h"]) for p in points) == [
        ("shop.example/lamps", 20, 2000), ("shop.example/lamps", 20, 2000),
        ("shop.example/lamps", 1000, 2000), ("shop.example/lamps", 1000, 2000),
        ("shop.example/other", 6, 0), ("shop.example/other", 6, 0),
    ]  # fmt: skip
    assert sorted((view["page"], view["clicks"], view["time"]) for view in server.rows("Hours", "views")) == [
        ("shop.example/lamps", 4, "2026-11-20 09:00:00.000"), ("shop.example/other", 2, "2026-11-20 09:00:05.000"),
    ]  # fmt: skip


def test_matomos_visits_and_parquet(server: Server, tmp_path: Path) -> None:
    server.site("Matomo")
    visits = tmp_path / "visits.json"
    visits.write_text(json.dumps([VISIT]))
    assert server.run("Matomo", visits, "--from", "matomo").returncode == 5
    (view,) = until(lambda: server.rows("Matomo", "views"), PATIENCE)
    assert (view["page"], view["engaged_ms"], view["os"]) == ("shop.example/lamps", 8000, "iOS")
    pytest.importorskip("chdb")
    table = tmp_path / "calls.parquet"
    write_parquet(
        table,
        "SELECT 'call' AS name, 'shop-visit' AS touchpoint, toDateTime64('2026-11-20 09:00:00', 3, 'UTC') AS time",
    )
    assert server.run("Matomo", table).returncode == 0
    (call,) = [row for row in server.rows("Matomo", "events") if row["name"] == "call"]
    assert (call["page"], call["time"]) == ("touchpoint/shop-visit", "2026-11-20 09:00:00.000")


def test_without_a_server_it_opens_the_data_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    alone = Server(data, "")
    alone.site("Alone")
    path = orders(tmp_path / "orders.csv", 3)
    done = alone.run("Alone", path)
    assert done.returncode == 0, done.stderr
    assert [row["value"] for row in alone.rows("Alone", "events")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("Nowhere", "orders.csv"), 3, "There is no site 'Nowhere'"),
        (("Table", "orders.xlsx"), 1, "the extension must be"),
        (("Table", "orders.csv", "--timezone", "Moon"), 2, "not a time zone"),
        (("Table", "orders.csv", "--map", "when=time"), 2, "FIELD one of"),
    ],
)
def test_mistakes_are_reported(
    server: Server, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    path = orders(tmp_path / arguments[1], 2)
    done = server.run(arguments[0], path, *arguments[2:])
    why = tmp_path / f"{path.name}.refused.ndjson"
    assert done.returncode == code
    assert words in " ".join(done.stderr.split()) + (why.read_text() if why.exists() else "")
    assert "Traceback" not in done.stderr


# --- sending, with a server that answers as told


@dataclass
class Answers:
    """One status a request, then all goes well."""

    statuses: list[int] = field(default_factory=list)
    requests: list[list[dict[str, Any]]] = field(default_factory=list)

    def __call__(self, method: str, path: str, **given: Any) -> httpx.Response:
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 0:
            raise httpx.ConnectError("away")
        if status != 200:
            error = {"error": {"code": "busy", "message": "Too much.", "hint": ""}}
            return httpx.Response(status, json=error, headers={"retry-after": "3"})
        self.requests.append([json.loads(line) for line in given["content"].splitlines()])
        return httpx.Response(200, json={"accepted": len(self.requests[-1]), "duplicates": 0, "refused": []})


@pytest.fixture
def send(tmp_path: Path) -> Callable[..., tuple[ImportProgress, list[float]]]:
    def run(answers: Answers, items: list[Made]) -> tuple[ImportProgress, list[float]]:
        note = tmp_path / "note"
        state, pauses = ImportProgress.read(note, {"file": "x"}), []
        refused = RefusedLines(tmp_path / "refused", state.refused_bytes)
        Sending(Api(answers, "t"), "Shop", state, note, refused, pauses.append).send(items)
        return state, pauses

    return run


ITEMS: list[Made] = [Item(n, "events", {"name": "a"}) if n % 10 else Bad(n, "wrong") for n in range(1, 1200)]


def test_it_waits_as_long_as_the_server_asks(send: Callable[..., tuple[ImportProgress, list[float]]]) -> None:
    state, pauses = send(Answers([429, 503, 0, 408]), ITEMS)
    assert pauses == [3.0, 3.0, 1.0, 3.0]
    assert (state.accepted, state.refused, state.done, state.finished) == (1080, 119, 1199, True)


def test_it_gives_up_with_a_note_and_continues_later(
    send: Callable[..., tuple[ImportProgress, list[float]]], tmp_path: Path
) -> None:
    with pytest.raises(ApiError, match=r"Too much\."):
        send(Answers([200, *[503] * 8]), ITEMS)
    assert ImportProgress.read(tmp_path / "note", {"file": "x"}).done == 500
    with (tmp_path / "refused").open("ab") as file:
        file.write(b'{"line": 1}\n{"half')  # of a run that was killed before it wrote its note
    answers = Answers()
    state, _ = send(answers, ITEMS)
    assert (len(answers.requests), state.accepted, state.refused) == (2, 1080, 119)
    lines = [json.loads(line)["line"] for line in (tmp_path / "refused").read_text().splitlines()]
    assert lines == list(range(10, 1200, 10))
    assert send(Answers(), ITEMS)[0].done == 1199  # nothing more to send


def test_a_permanent_rejection_is_not_retried(send: Callable[..., tuple[ImportProgress, list[float]]]) -> None:
    with pytest.raises(ApiError):
        send(Answers([403, 200]), ITEMS)
