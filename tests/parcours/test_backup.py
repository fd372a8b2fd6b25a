"""Backup and restore of both kinds of database, by the steps of docs/operate.md."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import httpx

from tests import clickhouse_front
from tests.machine import free_port
from tests.parcours.processes import PATIENCE, at_server, parcours, running

DOCS = Path(__file__).parents[2] / "docs" / "operate.md"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


def section(heading: str) -> str:
    return DOCS.read_text().split(f"\n### {heading}\n")[1].split("\n##")[0]


def blocks(heading: str) -> list[list[str]]:
    """The indented blocks of a section, without the lines of systemctl: the test starts and stops the server."""
    found = re.findall(r"(?:^ {4}\S.*\n)+", section(heading), re.M)
    return [[line.strip() for line in block.splitlines() if "systemctl" not in line] for block in found]


def statements(heading: str) -> list[list[str]]:
    return [block.strip().splitlines() for block in re.findall(r"```sql\n(.*?)```", section(heading), re.S)]


def run(lines: list[str], root: Path) -> None:
    """Lines of the docs, with /var in a folder of the test."""
    script = "\n".join(lines).replace("/var/", f"{root}/var/")
    subprocess.run(["sh", "-ec", script], check=True, timeout=PATIENCE, capture_output=True)


def visit(url: str, key: str, view: str) -> None:
    now = int(time.time() * 1000)
    context = {"url": "https://kept.example/a", "vw": 1366, "vh": 768, "pw": 1366, "ph": 2000}
    batch = {"v": 1, "view": view * 24, "seq": 0, "sent": now, "t0": now - 1000, "ctx": context}
    headers = {"origin": "https://kept.example", "content-type": "text/plain", "user-agent": AGENT}
    assert httpx.post(f"{url}/c/{key}", content=json.dumps(batch), headers=headers).status_code == 204


def filled(data: Path, env: dict[str, str]) -> None:
    """A server runs on the folder, receives a visit and stops in order."""
    port = free_port()
    with running("serve", "--port", str(port), data=data, port=port, env=env) as server:
        added = at_server("site", "add", "Kept", "--domain", "kept.example", "--json", data=data)
        visit(f"http://127.0.0.1:{port}", json.loads(added.stdout)["key"], "a")
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE)


def damaged(data: Path, env: dict[str, str]) -> None:
    """What must be gone after the restore."""
    assert parcours("site", "add", "Later", "--domain", "later.example", data=data, env=env).returncode == 0


def check(data: Path, env: dict[str, str]) -> None:
    """A server runs on what was restored: the site and its visit are there, and new visits are accepted."""
    port = free_port()
    with running("serve", "--port", str(port), data=data, port=port, env=env):
        (site,) = json.loads(at_server("site", "list", "--json", data=data).stdout)["sites"]
        assert site["name"] == "Kept"
        assert exported(data, data.parent) == 1
        visit(f"http://127.0.0.1:{port}", site["key"], "b")
        assert exported(data, data.parent) == 2


def exported(data: Path, folder: Path) -> int:
    out = folder / "views.ndjson"
    done = at_server("export", "Kept", "--out", str(out), data=data)
    assert done.returncode == 0, done.stderr
    return len(out.read_text().splitlines())


def test_the_embedded_database(tmp_path: Path) -> None:
    data, backups = tmp_path / "var" / "lib" / "parcours", tmp_path / "var" / "backups"
    data.parent.mkdir(parents=True)
    backups.mkdir()
    back_up, look, restore = blocks("Embedded database")
    filled(data, {})
    run(back_up, tmp_path)
    damaged(data, {})
    (command,) = look
    *_, copy = command.replace("/var/", f"{tmp_path}/var/").split()
    assert "Kept" in parcours("site", "list", "--data", copy, data=data).stdout
    run(restore, tmp_path)
    check(data, {})


def test_a_clickhouse_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with clickhouse_front.running(tmp_path / "engine") as address:
        env = {"PARCOURS_CLICKHOUSE_URL": f"{address}parcours"}
        base = address.replace("clickhouse:", "http:")
        back_up, restore = statements("ClickHouse server")
        filled(data, env)
        for statement in back_up:
            _answered(base, statement, tmp_path)
        damaged(data, env)
        for statement in restore:
            _answered(base, statement, tmp_path)
        check(data, env)


def _answered(base: str, statement: str, folder: Path) -> None:
    content = statement.replace("File('", f"File('{folder}/")  # a server has a folder of its own for them
    answer = httpx.post(base, content=content, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text


def test_a_copy_that_lacks_the_symbolic_links_is_not_said_to_be_in_use(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    assert parcours("site", "add", "Kept", "--domain", "kept.example", "--new", data=data).returncode == 0
    shutil.copytree(data, copy)  # follows the links: not what the docs say
    refused = parcours("site", "list", data=copy)
    assert refused.returncode == 4
    assert f"The database in {copy / 'clickhouse'} cannot be opened" in refused.stderr
    assert "in use" not in refused.stderr
