"""A path in PARCOURS_BASE_URL: whatever the viewer shows, sets or redirects to stays below it."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from parcours.prefix import UnderPath
from tests.machine import free_port
from tests.parcours.processes import at_server, running
from tests.parcours.test_proxies import Served, program, visit
from viewer.http.urls import Urls

ROOT = "/analytics"
PASSWORD = "a long enough password"
# Whatever an attribute says that begins like a path, alone or in JSON; and what the usual ones say.
ADDRESS = re.compile(r"""="(/[^"]*)"|&#34;(/[^&]*)|\b(?:href|src|action|formaction)="([^"]*)\"""")
MOST = 150  # pages
Below = tuple[Served, str, str]  # a server, its address behind nginx, the link of the first sign-in


@contextlib.contextmanager
def nginx(folder: Path, server: int, port: int, passes: str) -> Iterator[None]:
    """nginx that serves only what is below ROOT, at `passes` of the server."""
    paths = "".join(f"{one}_temp_path {folder}/{one};" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors; events {{}}\n"
        f"http {{ access_log off; {paths} server {{ listen 127.0.0.1:{port};\n"
        f"location {ROOT}/ {{ proxy_pass http://127.0.0.1:{server}{passes}; proxy_set_header Host $http_host;\n"
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } } }\n"
    )
    with program(["nginx", "-p", str(folder), "-c", str(config), "-e", str(folder / "errors")], port):
        yield


@pytest.fixture(scope="module", params=["", "/"], ids=["the path stays", "nginx removes the path"])
def below(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Below]:
    """A server with a site and a visited page, and its address behind nginx."""
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("below")
    data, port, front, log = folder / "data", free_port(), free_port(), folder / "log"
    base = f"http://127.0.0.1:{front}{ROOT}"
    env = {"PARCOURS_BASE_URL": base + "/", "PARCOURS_TRUSTED_PROXIES": "127.0.0.1"}
    with running("serve", "--port", str(port), data=data, port=port, env=env, log=log) as server:
        assert server.stdout is not None
        link = next(line.split()[-1] for line in server.stdout if line.startswith("First sign-in: "))
        site = json.loads(at_server("site", "add", "Shop", "--domain", "shop.example", "--json", data=data).stdout)
        with nginx(folder, port, front, request.param):
            yield Served(data, port, log, site["key"], site["id"]), base, link


def inside(base: str, address: str) -> bool:
    return address.startswith(base + "/") or address == base


def addresses(page: str, html: str) -> set[str]:
    """Every address in a page of ours, absolute."""
    found = {unescape("".join(groups)) for groups in ADDRESS.findall(html)}
    return {urljoin(page, one) for one in found if one and not one.startswith(("javascript:", "data:", "mailto:"))}


def test_every_page_stays_below_the_path(below: Below) -> None:
    served, base, link = below
    host = "{0.scheme}://{0.netloc}".format(urlsplit(base))
    visit(base, served.key, 1)
    outside: dict[str, set[str]] = {}
    with httpx.Client(headers={"accept": "text/html"}) as client:
        first = client.get(base + "/")
        assert first.headers["location"] == f"{ROOT}/sites"
        assert client.get(f"{base}/sites").headers["location"] == f"{ROOT}/sign-in?next={ROOT}/sites"
        assert client.get(f"{base}/sites/").headers["location"] == f"{base}/sites"
        form = client.get(f"{base}/first-run")
        assert not {one for one in addresses(f"{base}/first-run", form.text) if not inside(base, one)}
        signed_in(client, base, link)
        waiting, seen = [f"{base}/sites"], {f"{base}/sites"}
        while waiting and len(seen) < MOST:
            page = waiting.pop()
            answer = client.get(page, headers={"accept": "text/html"})
            assert answer.status_code < 500, page
            if goal := answer.headers.get("location"):
                found = {urljoin(page, goal)}
            elif "text/html" in answer.headers["content-type"]:
                found = addresses(page, answer.text)
            else:
                continue
            ours = {one.partition("#")[0] for one in found if one.startswith(host)}
            if escaped := {one for one in ours if not inside(base, one)}:
                outside[page] = escaped
            new = {one for one in ours if inside(base, one) and "sign-out" not in one} - seen
            seen |= new
            waiting += sorted(new)
        cookies = {(cookie.name, cookie.path) for cookie in client.cookies.jar}
    assert not outside
    assert len(seen) > 30
    assert ROOT in {path for _, path in cookies}
    assert all(path == ROOT or path.startswith(f"{ROOT}/") for _, path in cookies)
    assert {name for name, _ in cookies} >= {"parcours", "parcours-device"}


def signed_in(client: httpx.Client, base: str, link: str) -> None:
    """Make the first owner by the link that the server printed, once, and sign in."""
    assert link.startswith(f"{base}/first-run?token=")
    page = client.get(link)
    [csrf] = re.findall(r'name="csrf" value="(\w+)"', page.text)
    form = {"csrf": csrf, "token": link.rpartition("=")[2], "name": "ann", "password": PASSWORD}
    answer = client.post(f"{base}/first-run", data=form)
    assert answer.headers.get("location") == f"{ROOT}/sites", answer.text


def test_the_snippet_the_script_and_the_api_are_below_the_path(below: Below) -> None:
    served, base, _ = below
    shown = at_server("site", "show", "Shop", data=served.data).stdout
    assert f'src="{base}/parcours.js"' in shown
    assert httpx.get(f"{base}/parcours.js").status_code == 200
    assert httpx.get(f"{base}/healthz").status_code == 200
    assert httpx.get(f"{base}/api/v1/sites").status_code == 401


def test_a_path_is_put_before_every_address_once() -> None:
    urls = Urls("https://shop.example/analytics/")
    assert urls.sites() == "/analytics/sites"
    assert urls.absolute(urls.sites()) == "https://shop.example/analytics/sites"
    assert Urls("https://shop.example/").absolute("/sites") == "https://shop.example/sites"


@pytest.mark.parametrize(
    ("path", "whole"),
    [("/analytics/sites", "/analytics/sites"), ("/sites", "/analytics/sites"), ("/analytics", "/analytics/"),
     ("/analyticsx", "/analytics/analyticsx")],
)  # fmt: skip
def test_the_path_of_a_request(path: str, whole: str) -> None:
    assert UnderPath(None, "/analytics")._whole(path) == whole  # type: ignore[arg-type]
