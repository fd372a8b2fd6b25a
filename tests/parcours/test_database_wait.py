"""The ClickHouse server that is not there yet when Parcours starts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from parcours.database_wait import Patience, when_there
from store.errors import StoreAway, StoreError
from tests import clickhouse_front
from tests.machine import free_port
from tests.parcours.processes import PATIENCE, at_server, parcours, running
from tests.waiting import until


@dataclass
class Clock:
    """A clock that moves only while somebody sleeps."""

    now: float = 100.0
    pauses: list[float] = field(default_factory=list)

    def patience(self, seconds: float) -> Patience:
        return Patience(seconds, lambda: self.now, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def attempts(*outcomes: Exception | str) -> Callable[[], str]:
    """A function with these outcomes; the last one for ever."""
    left = list(outcomes)

    def attempt() -> str:
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return attempt


AWAY = StoreAway("Opening: clickhouse://db:8123/x does not answer.")


def test_it_waits_and_says_so_once() -> None:
    clock, said = Clock(), list[str]()
    assert when_there(attempts(AWAY, AWAY, AWAY, "open"), clock.patience(60), said.append) == "open"
    assert clock.pauses == [0.5, 1.0, 2.0]
    first, last = said
    assert "db:8123/x does not answer. Waiting for it for up to 60 s (PARCOURS_DATABASE_WAIT)" in first
    assert last == "The database answers after 4 s."


def test_a_server_that_is_there_is_not_mentioned() -> None:
    said = list[str]()
    assert when_there(attempts("open"), Clock().patience(60), said.append) == "open"
    assert said == []


def test_it_gives_up_in_time() -> None:
    clock = Clock()
    with pytest.raises(StoreAway, match=r"does not answer. Gave up after 12 s \(PARCOURS_DATABASE_WAIT\)"):
        when_there(attempts(AWAY), clock.patience(12), lambda _: None)
    assert sum(clock.pauses) == 12


def test_zero_does_not_wait() -> None:
    clock, said = Clock(), list[str]()
    with pytest.raises(StoreAway) as raised:
        when_there(attempts(AWAY), clock.patience(0), said.append)
    assert (str(raised.value), clock.pauses, said) == (str(AWAY), [], [])


def test_another_error_is_raised_at_once() -> None:
    clock = Clock()
    with pytest.raises(StoreError, match="Authentication failed"):
        when_there(attempts(AWAY, StoreError("Authentication failed"), "open"), clock.patience(60), lambda _: None)
    assert len(clock.pauses) == 1


def test_serve_starts_once_the_server_answers(tmp_path: Path) -> None:
    database, port = free_port(), free_port()
    env = {"PARCOURS_CLICKHOUSE_URL": f"clickhouse://parcours:a/b#c?d%e@127.0.0.1:{database}/parcours"}
    log = tmp_path / "log"

    def start_database() -> None:
        until(lambda: "Waiting for it" in log.read_text(), PATIENCE)
        front.__enter__()

    front = clickhouse_front.running(tmp_path / "engine", database)
    arguments = ("serve", "--port", str(port))
    with running(*arguments, data=tmp_path / "data", port=port, env=env, log=log, meanwhile=start_database):
        added = at_server("site", "add", "Late", "--domain", "a.example", "--json", data=tmp_path / "data")
        assert json.loads(added.stdout)["name"] == "Late"
    front.__exit__(None, None, None)
    assert "The database answers" in log.read_text()
    assert "a/b" not in log.read_text()


@pytest.mark.parametrize(("command", "wait"), [("serve", "0.2"), ("collect", "0"), ("view", "0.2")])
def test_it_exits_with_the_reason(tmp_path: Path, command: str, wait: str) -> None:
    url = f"clickhouse://parcours:pass/w%rd@127.0.0.1:{free_port()}/parcours"
    env = {"PARCOURS_CLICKHOUSE_URL": url, "PARCOURS_DATABASE_WAIT": wait}
    ended = parcours(command, "--port", str(free_port()), data=tmp_path, env=env)
    assert ended.returncode == 4
    assert "does not answer" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "pass/w" not in ended.stderr + ended.stdout


def test_settings_and_errors_do_not_print_the_password(tmp_path: Path) -> None:
    env = {"PARCOURS_CLICKHOUSE_URL": "clickhouse://parcours:a/b#SECRET@db:8123/shop", "PARCOURS_SECRET_KEY": "k" * 32}
    for arguments in ((), ("--json",)):
        printed = parcours("settings", *arguments, data=tmp_path, env=env).stdout
        assert "clickhouse://db:8123/shop" in printed
        assert "SECRET@" not in printed
        assert "kkkk" not in printed
    broken = parcours("site", "list", data=tmp_path, env={"PARCOURS_CLICKHOUSE_URL": "clickhouse://u:SECRET/x"})
    assert broken.returncode == 2
    assert "PARCOURS_CLICKHOUSE_URL" in broken.stderr
    assert "SECRET" not in broken.stderr
