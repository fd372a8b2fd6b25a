"""kill -9 at random moments: every acknowledged batch is in ClickHouse once, and none is there twice.

`PARCOURS_TEST_KILLS=20 python -m pytest tests/crash` kills more often than `make test` does;
`python -m bench crash` prints what happened.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from bench.crash import DEPLOYMENTS, all_in_one, torment
from bench.crash_clients import Clients
from bench.crash_count import count_in

KILLS = int(os.environ.get("PARCOURS_TEST_KILLS", "4"))


@pytest.mark.parametrize(
    ("name", "kills"), [("all in one", KILLS), ("apart, collector", KILLS // 2), ("apart, database", KILLS // 2)]
)
def test_acknowledged_is_stored_once_whatever_dies(tmp_path: Path, name: str, kills: int) -> None:
    outcome = asyncio.run(torment(DEPLOYMENTS[name](tmp_path), kills))
    assert outcome.count.acknowledged > 50
    assert outcome.count.right, outcome
    assert outcome.right, outcome


def test_an_orderly_stop_under_load_leaves_nothing_behind(tmp_path: Path) -> None:
    """All who wait are answered, all that was acknowledged is in the tables before the process ends."""

    async def work() -> Clients:
        deployment = all_in_one(tmp_path)
        server = deployment.victim
        server.start()
        clients = Clients(f"{server.url}/c/{(await server.ready()).json()['key']}")
        async with clients.sending():
            await clients.more(100)
            ended = await asyncio.to_thread(server.stop)
        assert ended in (0, -signal.SIGTERM)
        assert set(clients.answers) <= {204, 503}
        return clients

    clients = asyncio.run(work())
    assert list((tmp_path / "journal").glob("*.open")) == []
    assert list((tmp_path / "journal").glob("*.seg")) == []
    count = count_in(tmp_path / "store", clients, [])
    assert count.acknowledged >= 100
    assert count.right, count
