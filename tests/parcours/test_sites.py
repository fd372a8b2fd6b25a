"""A site key, rotated by command while the server receives batches."""

from __future__ import annotations

import itertools
import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.parcours.conftest import Served
from tests.parcours.processes import PATIENCE, at_server
from tests.waiting import until

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
HEADERS = {"origin": "https://keys.example", "content-type": "text/plain", "user-agent": AGENT}
DAY_MS = 86_400_000

_views = itertools.count()


def answered(data: Path, *args: str) -> dict[str, Any]:
    """The JSON answer of a command."""
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


def test_a_domain_with_other_letters_is_stored_in_ascii_and_shown_readable(served: Served) -> None:
    data, _ = served
    added = answered(data, "add", "Bücher", "--domain", "https://Bücher.example./")
    assert added["domains"] == ["xn--bcher-kva.example"]
    assert "bücher.example" in at_server("site", "list", data=data).stdout
    assert "bücher.example" in at_server("site", "show", "Bücher", data=data).stdout


def test_the_zone_of_a_site_is_set_and_shown(served: Served) -> None:
    data, _ = served
    assert answered(data, "add", "Island", "--domain", "island.example", "--timezone", "Pacific/Apia")["timezone"] == (
        "Pacific/Apia"
    )
    shown = at_server("site", "show", "Island", data=data)
    assert "time zone: Pacific/Apia" in shown.stdout
    assert "times in Pacific/Apia" in at_server("site", "retakes", "Island", data=data).stdout
    refused = at_server("site", "add", "Moon", "--domain", "moon.example", "--timezone", "moon", data=data)
    assert refused.returncode != 0
    assert "timezone: is 'moon', which is not a time zone: write the name of one, such as" in refused.stderr


def test_the_old_key_works_beside_the_new_one_and_is_counted(served: Served) -> None:
    data, url = served
    first = answered(data, "add", "Keys", "--domain", "keys.example")
    assert send(url, first["key"]).status_code == 204
    before = time.time() * 1000
    second = answered(data, "rotate-key", "Keys", "--grace-days", "7")
    assert second["key"] != first["key"]
    assert f'data-site="{second["key"]}"' in second["snippet"]
    assert [old["key"] for old in second["old_keys"]] == [first["key"]]
    assert send(url, second["key"]).status_code == 204

    def counted() -> bool:
        assert send(url, first["key"]).status_code == 204
        return bool(answered(data, "show", "Keys")["health"]["by_old_key"])

    until(counted, PATIENCE)  # a collector looks a site up again after a few seconds (collector/known_sites.py)
    ends = datetime.fromisoformat(second["old_keys"][0]["until"]).timestamp() * 1000
    assert before - 1000 < ends - 7 * DAY_MS < time.time() * 1000 + 1000


def test_without_grace_the_old_key_is_rejected_with_a_message(served: Served) -> None:
    data, url = served
    first = answered(data, "add", "Leaked", "--domain", "keys.example")
    assert send(url, first["key"]).status_code == 204
    rotated = at_server("site", "rotate-key", "Leaked", "--grace-days", "0", data=data)
    assert rotated.returncode == 0, rotated.stderr
    assert "the previous one no longer works" in rotated.stdout
    second = answered(data, "show", "Leaked")
    assert f'data-site="{second["key"]}"' in rotated.stdout
    until(lambda: send(url, first["key"]).status_code == 404, PATIENCE)
    assert "site" in send(url, first["key"]).text
    assert send(url, second["key"]).status_code == 204


def test_rotation_errors_are_reported(served: Served) -> None:
    data, _ = served
    nowhere = at_server("site", "rotate-key", "Nowhere", data=data)
    assert nowhere.returncode == 3
    assert "Nowhere" in nowhere.stderr
    too_long = at_server("site", "rotate-key", "Keys", "--grace-days", "366", data=data)
    assert too_long.returncode == 2
    assert "0<=x<=365" in too_long.stderr


def test_a_site_is_changed_field_by_field(served: Served) -> None:
    data, _ = served
    made = answered(data, "add", "Lamps", "--domain", "lamps.example", "--keep-query", "id", "--retake", "weekly")
    changed = answered(
        data, "change", "Lamps", "--domain", "lamps.example", "--domain", "m.lamps.example", "--allow-private",
        "--timezone", "Asia/Tokyo", "--keep-pictures", "5",
    )  # fmt: skip
    expected = {
        "domains": ["lamps.example", "m.lamps.example"], "allow_private": True, "timezone": "Asia/Tokyo",
        "keep_pictures": 5,
    }  # fmt: skip
    assert changed == made | expected | {"version": 2}
    emptied = answered(data, "change", made["id"], "--no-allow-private", "--keep-query", "", "--name", "Lights")
    assert emptied == changed | {"allow_private": False, "keep_query": [], "name": "Lights", "version": 3}
    shown = at_server("site", "change", "Lights", "--retake", "never", "--keep-query", "", data=data)
    assert shown.stdout == f"Lights (site {made['id']}) is changed:\n  keep_query: none\n  retake: never\n"


def test_a_change_that_the_rules_reject_is_reported_under_its_field(served: Served) -> None:
    data, _ = served
    answered(data, "add", "Chairs", "--domain", "chairs.example")
    for arguments, code, words in (
        (("--domain", "*.com"), 3, "domains.0:"),
        (("--timezone", "Europe/Lyon"), 3, "timezone:"),
        (("--keep-pictures", "1"), 3, "keep_pictures:"),
        (("--domain", ""), 3, "domains:"),
        ((), 2, "give at least one option"),
    ):
        refused = at_server("site", "change", "Chairs", *arguments, data=data)
        assert refused.returncode == code
        assert words in refused.stderr
    assert answered(data, "show", "Chairs")["version"] == 1
    assert at_server("site", "change", "Nowhere", "--retake", "never", data=data).returncode == 3
