"""`parcours serve` as a process: one folder one process, commands speak to it, an orderly end."""

import json
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest

from tests.machine import free_port
from tests.parcours.processes import PATIENCE, at_server, parcours, running


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """(data folder, address, process) of a running server."""
    data, port = tmp_path_factory.mktemp("served"), free_port()
    with running("serve", "--port", str(port), data=data, port=port) as server:
        yield data, f"http://127.0.0.1:{port}", server


def test_a_command_uses_the_running_server(served):
    data, url, _ = served
    added = json.loads(at_server("site", "add", "Live", "--domain", "live.example", "--json", data=data).stdout)
    note = json.loads((data / "server.json").read_text())
    seen = httpx.get(f"{url}/api/v1/sites", headers={"authorization": f"Bearer {note['token']}"}).json()
    assert [s["key"] for s in seen["sites"]] == [added["key"]]
    assert added["snippet"].startswith(f'<script defer src="{url}/parcours.js"')


def test_a_second_process_on_the_folder_is_rejected(served):
    data, _, _ = served
    second = parcours("serve", "--port", str(free_port()), data=data)
    assert second.returncode == 4
    assert "Another process (" in second.stderr
    assert "Traceback" not in second.stderr
    assert json.loads((data / "server.json").read_text()), "the running server's note must stay"


def test_a_batch_is_in_the_export_at_once(served):
    data, url, _ = served
    site = json.loads(at_server("site", "add", "Sent", "--domain", "sent.example", "--json", data=data).stdout)
    now = int(time.time() * 1000)
    context = {"url": "https://sent.example/a?secret=1#x", "vw": 1366, "vh": 768, "pw": 1366, "ph": 2000}
    batch = {"v": 1, "view": "a" * 24, "seq": 0, "sent": now, "t0": now - 1000, "ctx": context}
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
    headers = {"origin": "https://sent.example", "content-type": "text/plain", "user-agent": agent}
    for _ in range(2):  # a batch sent twice is counted once
        answer = httpx.post(f"{url}/c/{site['key']}", content=json.dumps(batch), headers=headers)
        assert answer.status_code == 204, answer.text
    out = data / "views.ndjson"
    assert at_server("export", "Sent", "--table", "views", "--out", str(out), data=data).returncode == 0
    (view,) = map(json.loads, out.read_text().splitlines())
    assert view["page"] == "sent.example/a"
    assert view["bot"] == ""
    erased = at_server("forget", "Sent", view["visitor"], "--yes", "--json", data=data)
    result = json.loads(erased.stdout)
    assert (result["views"], result["points"]) == (1, 0)


def test_the_first_page_leads_to_sign_in(served):
    _, url, _ = served
    answer = httpx.get(f"{url}/", follow_redirects=True, headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert re.search("sign-in|first-run", str(answer.url))


def test_an_orderly_stop_removes_the_note(served):
    data, _, server = served
    server.send_signal(signal.SIGTERM)
    server.wait(PATIENCE)
    assert not (data / "server.json").exists()
    left = [p.name for p in (data / "journal").iterdir() if p.suffix in (".open", ".seg")]
    assert left == []


def test_tables_of_a_newer_version_are_rejected(served):
    data, _, server = served
    server.wait(PATIENCE)
    insert = (
        "from store.client import open_store; import sys; store = open_store(sys.argv[1]); "
        "store.insert('migrations', {'version': [9999], 'name': ['9999_later'], 'time': [0]}); store.close()"
    )
    subprocess.run([sys.executable, "-c", insert, str(data / "clickhouse")], check=True, timeout=PATIENCE)
    refused = parcours("serve", "--port", str(free_port()), data=data)
    assert refused.returncode == 4
    assert "newer Parcours" in refused.stderr
