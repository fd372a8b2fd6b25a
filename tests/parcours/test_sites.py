"""A site's key, changed by command while its server takes batches."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.machine import free_port
from tests.parcours.processes import PATIENCE, at_server, running
from tests.waiting import until

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
HEADERS = {"origin": "https://keys.example", "content-type": "text/plain", "user-agent": AGENT}
DAY_MS = 86_400_000

Served = tuple[Path, str]
_views = itertools.count()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """(data folder, address) of a running server."""
    data, port = tmp_path_factory.mktemp("served"), free_port()
    with running("serve", "--port", str(port), data=data, port=port):
        yield data, f"http://127.0.0.1:{port}"


def told(data: Path, *args: str) -> dict[str, Any]:
    """What a command answers with `--json`."""
    done = at_server("site", *args, "--json", data=data)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def send(url: str, key: str) -> httpx.Response:
    """A new view's batch."""
    now = int(time.time() * 1000)
    context = {"url": "https://keys.example/a", "vw": 1366, "vh": 768, "pw": 1366, "ph": 2000}
    batch = {"v": 1, "view": f"{next(_views):024d}", "seq": 0, "sent": now, "t0": now - 1000, "ctx": context}
    return httpx.post(f"{url}/c/{key}", content=json.dumps(batch), headers=HEADERS)


def test_the_old_key_works_beside_the_new_one_and_is_counted(served: Served) -> None:
    data, url = served
    first = told(data, "add", "Keys", "--domain", "keys.example")
    assert send(url, first["key"]).status_code == 204
    before = time.time() * 1000
    second = told(data, "rotate-key", "Keys", "--grace-days", "7")
    assert second["key"] != first["key"]
    assert f'data-site="{second["key"]}"' in second["snippet"]
    assert [old["key"] for old in second["old_keys"]] == [first["key"]]
    assert send(url, second["key"]).status_code == 204

    def counted() -> bool:
        assert send(url, first["key"]).status_code == 204
        return bool(told(data, "show", "Keys")["health"]["by_old_key"])

    until(counted, PATIENCE)  # a collector looks a site up again after a few seconds (collector/known_sites.py)
    ends = datetime.fromisoformat(second["old_keys"][0]["until"]).timestamp() * 1000
    assert before - 1000 < ends - 7 * DAY_MS < time.time() * 1000 + 1000


def test_without_grace_the_old_key_is_refused_in_words(served: Served) -> None:
    data, url = served
    first = told(data, "add", "Leaked", "--domain", "keys.example")
    assert send(url, first["key"]).status_code == 204
    rotated = at_server("site", "rotate-key", "Leaked", "--grace-days", "0", data=data)
    assert rotated.returncode == 0, rotated.stderr
    assert "the previous one no longer works" in rotated.stdout
    second = told(data, "show", "Leaked")
    assert f'data-site="{second["key"]}"' in rotated.stdout
    until(lambda: send(url, first["key"]).status_code == 404, PATIENCE)
    assert "site" in send(url, first["key"]).text
    assert send(url, second["key"]).status_code == 204


def test_what_cannot_be_rotated_is_told_in_words(served: Served) -> None:
    data, _ = served
    nowhere = at_server("site", "rotate-key", "Nowhere", data=data)
    assert nowhere.returncode == 3
    assert "Nowhere" in nowhere.stderr
    too_long = at_server("site", "rotate-key", "Keys", "--grace-days", "366", data=data)
    assert too_long.returncode == 2
    assert "0<=x<=365" in too_long.stderr
