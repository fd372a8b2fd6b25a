"""After a run with known addresses, e-mails and tokens none of them is on disk, in the log or in an answer to others.

The whole application as a process, its log at debug: every byte of the data folder is searched, and, since
ClickHouse compresses its files, every column of every table.
"""

from __future__ import annotations

import gzip
import ipaddress
import itertools
import json
import signal
import subprocess
import sys
import time
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.machine import free_port
from tests.parcours.processes import PATIENCE, at_server, running

CLIENTS = ["198.51.100.77", "2001:db8:77:1234::5e1f", "::ffff:198.51.100.78"]
FORGED = ["203.0.113.99", "192.0.2.66", "2001:db8:bad::1"]
PEER = "127.0.0.77"  # speaks past the proxy
MAIL, TOKEN, DIGITS = "anna.priv@home.example", "d41d8cd98f00b204e9800998ecf8427e", "20991231235959"
SECRETS = [MAIL, quote(MAIL, safe=""), "anna.priv", TOKEN, DIGITS, "Sup3rSecretClickIdentifier0001", "customer-4711"]
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
DUMP = """
import sys
from store.client import open_store
store = open_store(sys.argv[1])
for table in store.rows(
    "SELECT database, name FROM system.tables WHERE NOT is_temporary AND engine NOT LIKE '%View' AND engine != 'Null' "
    "AND (database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema') OR name LIKE '%log')"
):
    name = f"`{table['database']}`.`{table['name']}`"
    print(name, flush=True)
    sys.stdout.buffer.write(store.formatted(f"SELECT * FROM {name}", "JSONEachRow"))
    sys.stdout.buffer.flush()
store.close()
"""
_view = itertools.count()


def batch(**context: Any) -> dict[str, Any]:
    now = int(time.time() * 1000)
    page = {"url": "https://shop.example/lamps", "vw": 1366, "vh": 768, "pw": 1366, "ph": 2000}
    return {
        "v": 1, "view": f"{next(_view):024d}", "seq": 0, "sent": now, "t0": now - 1000, "ctx": page | context,
        "el": {"p": ["main>a:1"], "f": ["." * 22]}, "scroll": {"e": 0, "y": 1, "depth": 1, "ph": 1},
    }  # fmt: skip


GOOD = [
    {},
    {"url": f"https://shop.example/u/{MAIL}/o{DIGITS}/{TOKEN}?q={MAIL}&gclid=Sup3rSecretClickIdentifier0001#{MAIL}"},
    {
        "url": f"https://{quote(MAIL)}:{TOKEN}@shop.example/{quote(MAIL, safe='')}"
        f"?utm_source={MAIL}&utm_campaign={TOKEN}",
    },
    {"ref": f"https://mail.example/{quote(MAIL, safe='')}/{TOKEN}?q={DIGITS}"},
    {"consent": True, "id": "customer-4711"},
    {"consent": True, "id": MAIL},
    {"id": DIGITS},
]


def bad(text: bytes) -> list[tuple[str, bytes, dict[str, str]]]:
    """(key or "" for the site's, body, more headers), all refused."""
    mail = MAIL.encode()
    return [
        ("", mail, {}),
        ("", b'{"v":1,"view":"' + mail + b'"}', {}),
        ("", b'{"v":1,"' + mail + b'":1}', {}),
        ("", text[: len(text) // 2], {}),
        ("", text.replace(b"shop.example", b"evil.example"), {}),
        ("", text.replace(b"https://shop.example", b"mailto:" + mail), {}),
        ("", text, {"origin": f"https://evil.example/{MAIL}/{TOKEN}?{DIGITS}"}),
        ("", text, {"origin": "", "referer": f"https://evil.example/reset/{TOKEN}/{quote(MAIL, safe='')}"}),
        ("", text, {"content-type": f"text/{MAIL}"}),
        ("", text, {"content-encoding": TOKEN}),
        ("", gzip.compress(text)[:-9] + mail, {"content-encoding": "gzip"}),
        ("", b" " * 70_000 + mail, {}),
        (quote(MAIL), text, {}),
        (TOKEN, text, {}),
    ]


def needles(address: str) -> list[bytes]:
    """The address as it may be written: text, and packed in both orders."""
    ip = ipaddress.ip_address(address)
    return [address.encode(), ip.exploded.encode(), ip.packed, ip.packed[::-1], ip.packed.hex().encode()]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Name → bytes of everything that the run left behind, and of what it told to others."""
    data, log, port = tmp_path_factory.mktemp("private"), tmp_path_factory.mktemp("log") / "stderr", free_port()
    url = f"http://127.0.0.1:{port}"
    env = {"PARCOURS_TRUSTED_PROXIES": "127.0.0.1", "PARCOURS_LOG_LEVEL": "debug", "PARCOURS_SEGMENT_SECONDS": "0.2"}
    said: dict[str, bytes] = {}
    head = {"origin": "https://shop.example", "content-type": "text/plain", "user-agent": AGENT}
    with running("serve", "--port", str(port), data=data, port=port, env=env, log=log) as server:
        site = json.loads(at_server("site", "add", "Shop", "--domain", "shop.example", "--json", data=data).stdout)
        token = json.loads((data / "server.json").read_text())["token"]
        proxy = httpx.Client(base_url=url)
        past = httpx.Client(base_url=url, transport=httpx.HTTPTransport(local_address=PEER))
        ways = [(proxy, f"{forged}, {client}") for client, forged in itertools.product(CLIENTS, FORGED)]
        ways += [(past, forged) for forged in FORGED] + [(past, "")]
        for (client, forwarded), context in itertools.product(ways[:2] + ways[-2:], GOOD):
            text = json.dumps(batch(**context)).encode()
            answer = client.post(f"/c/{site['key']}", content=text, headers=head | {"x-forwarded-for": forwarded})
            assert answer.status_code == 204, answer.text
        for client, forwarded in ways:
            answer = client.post(
                f"/c/{site['key']}",
                content=json.dumps(batch()),
                headers=head | {"x-forwarded-for": forwarded, "user-agent": f"{AGENT} {MAIL}"},
            )
            assert answer.status_code == 204, answer.text
        for (client, forwarded), (key, text, more) in itertools.product(
            ways[:1] + ways[-1:], bad(json.dumps(batch()).encode())
        ):
            headers = head | {"x-forwarded-for": forwarded} | more
            answer = client.post(f"/c/{key or site['key']}", content=text, headers=headers)
            assert answer.status_code >= 400, (text[:80], more)
            said[f"answer {answer.status_code} {answer.json()['error']['code']}"] = b""
        past.get("/no/such/page", headers={"x-forwarded-for": FORGED[0]})
        past.get(f"/sites/{site['id']}", headers={"authorization": "Bearer wrong"})
        past.get("/metrics?" + MAIL)
        owner = {"authorization": f"Bearer {token}"}
        number = next(s["id"] for s in httpx.get(f"{url}/api/v1/sites", headers=owner).json()["sites"])
        for path in ("/metrics", f"/api/v1/sites/{number}/health", f"/sites/{number}"):
            answer = httpx.get(url + path, headers=owner)
            assert answer.status_code == 200, path
            said[path] = answer.content
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE)
    assert b"refused" in said["/metrics"]
    assert b"origin" in said[f"/api/v1/sites/{number}/health"]
    dump = subprocess.run(
        [sys.executable, "-c", DUMP, str(data / "clickhouse")], capture_output=True, timeout=PATIENCE, check=True
    )
    assert b"lamps" in dump.stdout
    assert b"`refusals`" in dump.stdout
    said |= {"tables": dump.stdout, "log": log.read_bytes()}
    said |= {str(p.relative_to(data)): p.read_bytes() for p in sorted(data.rglob("*")) if p.is_file()}
    assert any(name.startswith("journal") and b"lamps" in text for name, text in said.items())
    return said


@pytest.mark.parametrize("address", [*CLIENTS, *FORGED, PEER])
def test_no_address_is_left(left: dict[str, bytes], address: str) -> None:
    for name, text in left.items():
        for needle in needles(address):
            by_chance = len(needle) == 4 and name.startswith("clickhouse")  # compressed: any four bytes occur
            assert by_chance or needle not in text, f"{needle!r} is in {name}"


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_left(left: dict[str, bytes], secret: str) -> None:
    for name, text in left.items():
        at = text.lower().find(secret.lower().encode())
        assert at < 0, f"{name}: …{text[max(0, at - 120) : at + 60]!r}"


def test_every_kind_of_rejection_was_covered(left: dict[str, bytes]) -> None:
    codes = {name.split()[2] for name in left if name.startswith("answer")}
    assert codes >= {"not_json", "shape", "origin", "page", "content_type", "content_encoding", "not_gzip"}
    assert codes >= {"too_large", "unknown_site"}
