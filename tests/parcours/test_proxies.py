"""Behind a proxy: visitors have their own addresses and cannot choose one; a proxy that is not trusted is reported."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from parcours.proxies import FILE, KEPT_SECONDS, likely_proxy, save_proxies, seen_proxies, startup_problems
from parcours.proxy_watch import MOST, SEVERAL, ProxyWatch
from parcours.settings import Settings
from tests.machine import free_port
from tests.parcours.processes import at_server, parcours, running
from tests.waiting import until

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "proxies"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
OPENSSL = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
HOST = "stats.shop.example"
VISITORS = ("127.0.0.71", "127.0.0.72", "127.0.0.73", "127.0.0.74")


@dataclass
class Served:
    data: Path
    port: int
    log: Path
    key: str
    site: str


@contextlib.contextmanager
def serving(folder: Path, **env: str) -> Iterator[Served]:
    data, port, log = folder / "data", free_port(), folder / "log"
    variables = {f"PARCOURS_{name.upper()}": value for name, value in env.items()}
    with running("serve", "--port", str(port), data=data, port=port, env=variables, log=log):
        at_server("site", "add", "Shop", "--domain", "shop.example", data=data)  # the second time, it is there
        site = json.loads(at_server("site", "show", "Shop", "--json", data=data).stdout)
        yield Served(data, port, log, site["key"], site["id"])


def visit(url: str, key: str, n: int, address: str = "127.0.0.1", forwarded: str = "") -> None:
    """One view, sent from this address."""
    now = int(time.time() * 1000)
    batch = {
        "v": 1, "view": f"{n:024d}", "seq": 0, "sent": now, "t0": now - 1000,
        "ctx": {"url": "https://shop.example/lamps", "vw": 1366, "vh": 768, "pw": 1366, "ph": 2000},
    }  # fmt: skip
    headers = {"host": HOST, "origin": "https://shop.example", "content-type": "text/plain", "user-agent": AGENT}
    if forwarded:
        headers["x-forwarded-for"] = forwarded
    transport = httpx.HTTPTransport(local_address=address, verify=False)
    with httpx.Client(transport=transport) as client:
        answer = client.post(f"{url}/c/{key}", content=json.dumps(batch), headers=headers)
    assert answer.status_code == 204, answer.text


def as_owner(served: Served, path: str) -> httpx.Response:
    token = json.loads((served.data / "server.json").read_text())["token"]
    answer = httpx.get(f"http://127.0.0.1:{served.port}{path}", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer


def visitors(served: Served, views: int) -> int:
    """How many visitors the site has, once this many views are stored."""

    def page() -> dict[str, int]:
        as_owner(served, f"/api/v1/sites/{served.site}/health")  # waits until what was accepted is stored
        pages = as_owner(served, f"/api/v1/sites/{served.site}/pages").json()["pages"]
        return pages[0] if pages and pages[0]["views"] == views else {}

    return until(page, 60)["visitors"]


@contextlib.contextmanager
def program(command: list[str], port: int, **env: str) -> Iterator[None]:
    """A server in the foreground, from when its port answers until the end of the test."""
    with subprocess.Popen(command, env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:

            def answers() -> bool:
                assert process.poll() is None, process.stdout and process.stdout.read()
                with contextlib.suppress(httpx.TransportError):
                    httpx.get(f"http://127.0.0.1:{port}/")
                    return True
                return False

            until(answers, 30)
            yield
        finally:
            process.terminate()


@contextlib.contextmanager
def nginx(folder: Path, server: int) -> Iterator[str]:
    """nginx with the example of the docs; yields its address."""
    port, key, certificate = free_port(), folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [*OPENSSL, "-subj", f"/CN={HOST}", "-days", "2", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    example = (EXAMPLES / "nginx.conf").read_text()
    example = re.sub(r"listen \[::\].*\n", "", example).replace("listen 443", f"listen 127.0.0.1:{port}")
    example = re.sub(r"(ssl_certificate) .*;", rf"\1 {certificate};", example)
    example = re.sub(r"(ssl_certificate_key) .*;", rf"\1 {key};", example)
    paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "main.conf"
    main.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors; events {{}}\n"
        f"http {{ access_log off; {paths}\n{example.replace('127.0.0.1:8000', f'127.0.0.1:{server}')} }}\n"
    )
    with program(["nginx", "-p", str(folder), "-c", str(main), "-e", str(folder / "errors")], port):
        yield f"https://127.0.0.1:{port}"


@contextlib.contextmanager
def caddy(folder: Path, server: int) -> Iterator[str]:
    """Caddy with the example of the docs, without TLS: there is no certificate for the host here."""
    port, example = free_port(), (EXAMPLES / "Caddyfile").read_text()
    example = example.replace(f"{HOST} {{", f"http://{HOST}:{port} {{\n\tbind 127.0.0.1")
    config = folder / "Caddyfile"
    config.write_text("{\n\tadmin off\n}\n" + example.replace("127.0.0.1:8000", f"127.0.0.1:{server}"))
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(config)]
    with program(command, port, XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder), HOME=str(folder)):
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("proxy", [nginx, caddy], ids=["nginx", "caddy"])
def test_visitors_behind_a_proxy_are_counted_one_by_one_and_cannot_choose_an_address(
    proxy: Callable[[Path, int], contextlib.AbstractContextManager[str]], tmp_path: Path
) -> None:
    if not shutil.which(proxy.__name__):
        pytest.skip(f"{proxy.__name__} is not installed")
    example = {nginx: "nginx.conf", caddy: "Caddyfile"}[proxy]
    trusted = re.findall(r"PARCOURS_TRUSTED_PROXIES=(\S+)", (EXAMPLES / example).read_text())[0]
    with serving(tmp_path, trusted_proxies=trusted, base_url=f"https://{HOST}") as served:
        with proxy(tmp_path, served.port) as url:
            for n, address in enumerate(VISITORS):
                visit(url, served.key, n, address)
            for n, forged in enumerate(("203.0.113.5", "127.0.0.1", "203.0.113.6, 127.0.0.1"), 4):
                visit(url, served.key, n, VISITORS[0], forged)
            assert visitors(served, 7) == 4
        health = as_owner(served, f"/api/v1/sites/{served.site}/health").json()
        assert health["untrusted_proxies"] == []
        assert "not trusted" not in served.log.read_text()


def test_a_proxy_that_is_not_trusted_is_reported_everywhere_with_the_line_to_set(tmp_path: Path) -> None:
    line = "PARCOURS_TRUSTED_PROXIES=127.0.0.1"
    with serving(tmp_path) as served:
        for n in range(5):
            visit(f"http://127.0.0.1:{served.port}", served.key, n, forwarded=f"203.0.113.{n}")
        assert visitors(served, 5) == 1
        assert served.log.read_text().count(line) == 1
        page = as_owner(served, f"/sites/{served.site}").text
        assert "A proxy stands before this server" in page
        assert line in page
        assert as_owner(served, f"/api/v1/sites/{served.site}/health").json()["untrusted_proxies"] == [
            {"address": "127.0.0.1", "setting": line}
        ]
        doctor = parcours("doctor", data=served.data)
        assert doctor.returncode == 1
        assert line in doctor.stdout
    with serving(tmp_path) as again:
        assert again.log.read_text().count(line) == 1  # at the start
    with serving(tmp_path, trusted_proxies="127.0.0.1") as trusting:
        assert "not trusted" not in trusting.log.read_text()
        assert not (trusting.data / FILE).exists()


def scope(peer: str, *headers: tuple[str, str]) -> dict[str, object]:
    lines = [(name.lower().encode(), value.encode()) for name, value in headers]
    return {"type": "http", "client": (peer, 5), "headers": lines}


def watched(folder: Path, trusted: tuple[str, ...], *requests: dict[str, object]) -> list[str]:
    watch = ProxyWatch(Settings(data=folder, trusted_proxies=trusted))
    for request in requests:
        watch.see(request)
    return [one.setting.partition("=")[2] for one in watch.untrusted()]


@pytest.mark.parametrize(
    "header",
    [
        ("X-Forwarded-For", "203.0.113.5"),
        ("Forwarded", 'for="[2001:db8::5]:1234"'),
        ("CF-Connecting-IP", "203.0.113.5"),
        ("X-Real-IP", "203.0.113.5"),
    ],
)
@pytest.mark.parametrize("peer", ["127.0.0.1", "172.18.0.1", "::ffff:192.168.1.2", "fd00::2"])
def test_every_forwarding_header_of_a_private_peer_is_noticed(
    tmp_path: Path, peer: str, header: tuple[str, str]
) -> None:
    assert watched(tmp_path, (), scope(peer, header)) == [peer.removeprefix("::ffff:")]


def test_what_is_no_sign_of_a_proxy(tmp_path: Path) -> None:
    forwarded = ("X-Forwarded-For", "203.0.113.5")
    assert watched(tmp_path, (), scope("198.51.100.4", forwarded)) == []  # anybody can send it
    assert watched(tmp_path, (), scope("127.0.0.1", ("Accept", "*/*"))) == []
    assert watched(tmp_path, ("127.0.0.1",), scope("127.0.0.1", forwarded)) == []


def test_the_line_keeps_the_proxies_that_are_trusted(tmp_path: Path) -> None:
    forwarded = ("X-Forwarded-For", "203.0.113.5")
    assert watched(tmp_path, ("127.0.0.1",), scope("172.18.0.1", forwarded)) == ["127.0.0.1,172.18.0.1"]


def test_a_balancer_before_a_trusted_proxy_is_reported_as_its_network(tmp_path: Path) -> None:
    """Its address may be that of a visitor, which is not written down."""
    requests = [scope("127.0.0.1", ("X-Forwarded-For", f"203.0.113.{n}, 10.0.0.7")) for n in range(SEVERAL)]
    assert watched(tmp_path, ("127.0.0.1",), *requests[1:]) == []
    assert watched(tmp_path, ("127.0.0.1",), *requests) == ["127.0.0.1,10.0.0.0/24"]
    assert "10.0.0.7" not in (tmp_path / FILE).read_text()


def test_a_visitor_in_the_office_who_repeats_a_made_up_header_is_no_proxy(tmp_path: Path) -> None:
    made_up = scope("127.0.0.1", ("X-Forwarded-For", "203.0.113.5, 10.0.0.7"))
    assert watched(tmp_path, ("127.0.0.1",), *[made_up] * 20) == []


def test_the_number_of_reported_proxies_is_bounded(tmp_path: Path) -> None:
    requests = [scope(f"10.0.0.{n}", ("X-Forwarded-For", "203.0.113.5")) for n in range(50)]
    assert len(watched(tmp_path, (), *requests)) == MOST


def test_a_proxy_that_is_gone_or_trusted_is_forgotten(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    save_proxies(settings, {"10.0.0.1": 1_000.0, "10.0.0.0/24": 1_000.0})
    assert list(seen_proxies(settings, 1_000 + KEPT_SECONDS - 1)) == ["10.0.0.1", "10.0.0.0/24"]
    assert seen_proxies(settings, 1_000 + KEPT_SECONDS) == {}
    assert seen_proxies(Settings(data=tmp_path, trusted_proxies=("10.0.0.0/8",)), 1_000) == {}
    (tmp_path / FILE).write_text("[")
    assert seen_proxies(settings, 1_000) == {}


def test_https_without_a_trusted_proxy_is_known_at_the_start(tmp_path: Path) -> None:
    [found] = startup_problems(Settings(data=tmp_path, base_url=f"https://{HOST}"))
    assert "Set PARCOURS_TRUSTED_PROXIES=127.0.0.1 and restart" in found
    assert startup_problems(Settings(data=tmp_path, base_url=f"https://{HOST}", trusted_proxies=("10.0.0.1",))) == []
    assert startup_problems(Settings(data=tmp_path, base_url="http://127.0.0.1:8000")) == []
    done = parcours("doctor", "--json", data=tmp_path, env={"PARCOURS_BASE_URL": f"https://{HOST}"})
    found = {one["what"]: one for one in json.loads(done.stdout)}["proxies"]
    assert (found["good"], "PARCOURS_TRUSTED_PROXIES=127.0.0.1" in found["words"]) == (False, True)


@pytest.mark.parametrize(
    ("host", "proxy"), [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("::1", "::1"), ("10.0.0.5", "")]
)
def test_where_a_proxy_on_this_machine_connects_from(tmp_path: Path, host: str, proxy: str) -> None:
    assert likely_proxy(Settings(data=tmp_path, host=host)) == proxy


def test_in_a_container_a_proxy_on_the_machine_connects_from_the_gateway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes, mark = tmp_path / "route", tmp_path / "mark"
    head, zeros = "Iface Destination Gateway Flags", "0003 0 0 0 00000000 0 0 0"
    routes.write_text(f"{head}\neth0 0053A8C0 00000000 {zeros}\neth0 00000000 01531EAC {zeros}\n")
    monkeypatch.setattr("parcours.proxies._ROUTES", routes)
    monkeypatch.setattr("parcours.proxies._IN_DOCKER", mark)
    assert likely_proxy(Settings(host="0.0.0.0")) == ""
    mark.touch()
    assert likely_proxy(Settings(host="0.0.0.0")) == "172.30.83.1"


def test_docker_compose_trusts_the_network_that_a_proxy_connects_from() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    [pool] = compose["networks"]["outside"]["ipam"]["config"]
    assert compose["services"]["parcours"]["environment"]["PARCOURS_TRUSTED_PROXIES"] == (
        f"${{PARCOURS_TRUSTED_PROXIES:-{pool['subnet']}}}"
    )
    assert compose["services"]["parcours"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "outside" not in compose["services"]["clickhouse"]["networks"]
    traefik = yaml.safe_load((EXAMPLES / "traefik.yml").read_text())
    assert traefik["services"]["traefik"]["networks"] == ["outside"]
    assert not any("insecure" in word for word in traefik["services"]["traefik"]["command"])
    labels = traefik["services"]["parcours"]["labels"]
    assert labels["traefik.docker.network"] == compose["networks"]["outside"]["name"]
