"""The live check on a real web page and a real collector: each thing that stops views is found, with its remedy."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import formatdate
from html import unescape

import httpx
import pytest
from msgspec import structs

from store.client import Store
from store.records import OldKey, Site
from tests.collector.batches import batch
from tests.machine import free_port
from tests.viewer.conftest import SERVICE
from tests.viewer.pages import words
from tests.viewer.real_site import RunningParcours, WebSite, running_parcours, web_site
from tests.waiting import until
from viewer.app import Viewer
from viewer.health import UntrustedProxy

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"


@pytest.fixture(scope="module")
def parcours(
    make_viewer: Callable[..., Viewer], module_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningParcours]:
    with running_parcours(make_viewer, module_store, tmp_path_factory.mktemp("check") / "journal") as running:
        yield running


@pytest.fixture
def web() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


@pytest.fixture
def site(parcours: RunningParcours, web: WebSite) -> Site:
    """A site of the web site, whose page has the line."""
    made = parcours.add(f"Shop {web.port}", web)
    web.put(line(parcours, made))
    return made


def line(parcours: RunningParcours, site: Site, more: str = "") -> str:
    return f'<script defer src="{parcours.address}/parcours.js" data-site="{site.key}"{more}></script>'


def ask(parcours: RunningParcours, path: str, **query: object) -> httpx.Response:
    headers = {"authorization": f"Bearer {SERVICE}", "accept-language": "en", "accept": "text/html"}
    answer = httpx.get(parcours.address + path, params=query, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer


def check(parcours: RunningParcours, site: Site, **query: object) -> tuple[str, str, str]:
    """The code of the finding, the words, and what is ready to copy."""
    parcours.viewer.page_reader._kept.clear()
    text = ask(parcours, f"/sites/{site.id}/check", **query).text
    code = re.search(r'data-checked="(\w*)"', text)
    ready = re.search(r'<pre id="remedy">(.*?)</pre>', text, re.S)
    assert code
    return code[1], words(f"<main>{text}</main>"), unescape(ready[1]) if ready else ""


def send(parcours: RunningParcours, web: WebSite, key: str, agent: str = CHROME, origin: str = "") -> httpx.Response:
    made = batch()
    made["ctx"]["url"] = web.address
    headers = {
        "content-type": "text/plain",
        "user-agent": agent,
        "accept-language": "en",
        "origin": origin or web.address.rstrip("/"),
    }
    return httpx.post(f"{parcours.address}/c/{key}", content=json.dumps(made), headers=headers)


def test_a_page_that_is_right_waits_for_a_view(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    code, said, _ = check(parcours, site)
    assert code == "waiting"
    assert f"{web.domain} answers 200" in said
    assert f"key {site.key}" in said
    assert "Open the page and stay on it" in said


def test_before_the_page_is_read_nothing_is_claimed(parcours: RunningParcours, site: Site) -> None:
    page = words(ask(parcours, f"/sites/{site.id}").text)
    assert "The page is being read" in page
    assert "key" not in page.split("2. Is it working?")[1].split("Open the page")[0]


def test_nothing_answers(parcours: RunningParcours, web: WebSite) -> None:
    closed = replace(web, port=free_port())
    code, said, _ = check(parcours, parcours.add("Closed", closed))
    assert code == "unreachable"
    assert f"{closed.domain} cannot be read from here" in said
    assert "Enter another address to read from" in said


def test_the_name_is_not_known(parcours: RunningParcours, web: WebSite) -> None:
    code, said, _ = check(parcours, parcours.add("Unknown", web, domains=["no-such-host.invalid"]))
    assert code == "dns"
    assert "The name is not known to this server" in said


def test_private_hosts_are_read_only_where_an_owner_allows_it(parcours: RunningParcours, web: WebSite) -> None:
    closed = parcours.add("Private", web, allow_private=False)
    web.put(line(parcours, closed))
    code, said, _ = check(parcours, closed)
    assert code == "private"
    assert "Allow private addresses" in said
    allowed = parcours.add("Private too", web)
    web.headers["Location"], web.status = "http://127.0.0.2:1/", 302  # a redirect is guarded as well
    assert check(parcours, allowed)[0] == "private"


@pytest.mark.parametrize("status", [401, 503])
def test_the_page_answers_with_an_error(parcours: RunningParcours, web: WebSite, site: Site, status: int) -> None:
    web.status = status
    code, said, _ = check(parcours, site)
    assert code == "status"
    assert f"answers with status {status}" in said


def test_the_address_is_no_page(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    web.headers["Content-Type"] = "application/pdf"
    assert check(parcours, site)[0] == "not_html"


def test_the_line_is_not_on_the_page(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    web.put(f"<!-- {line(parcours, site)} -->")
    code, said, ready = check(parcours, site)
    assert code == "no_line"
    assert "The line is not on the page" in said
    assert ready == line(parcours, site)


def test_a_tag_manager_may_add_the_line(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    web.put('<script async src="https://www.googletagmanager.com/gtm.js?id=GTM-1"></script>')
    code, said, _ = check(parcours, site)
    assert code == "waiting"
    assert "what that adds is only seen in a browser" in said


def test_the_key_is_that_of_another_site(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    other = parcours.add(f"Other {web.port}", web)
    web.put(line(parcours, other))
    code, said, ready = check(parcours, site)
    assert code == "other_key"
    assert f"is that of your site {other.name}" in said
    assert ready == line(parcours, site)


def test_no_site_has_the_key_and_its_messages_are_counted(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    web.put(line(parcours, structs.replace(site, key="abcdefghijkl")))
    assert send(parcours, web, "abcdefghijkl").status_code == 404
    code, said, _ = check(parcours, site)
    assert code == "other_key"
    assert "None of your sites has the other key" in said
    assert "with an unknown key was refused" in said


def test_an_earlier_key_that_still_works_is_right(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    old = OldKey(site.key, int(time.time() * 1000) + 1_000_000)
    parcours.viewer.definitions.put(structs.replace(site, key="newkeynewkey", old_keys=(old,)))
    parcours.viewer.work.forget()
    assert check(parcours, site)[0] == "waiting"


@pytest.mark.parametrize(
    ("policy", "ready"),
    [
        (
            "default-src 'self'",
            "script-src 'self' {address}; connect-src 'self' {address}",
        ),
        ("script-src 'self' {address}; connect-src 'none'", "connect-src {address}"),
        ("script-src-elem cdn.example; connect-src *", "script-src-elem cdn.example {address}"),
        ("connect-src http:, script-src 'none'", "script-src {address}"),
    ],
)
@pytest.mark.parametrize("where", ["header", "meta"])
def test_the_policy_of_the_page_blocks_it(
    parcours: RunningParcours, web: WebSite, site: Site, policy: str, ready: str, where: str
) -> None:
    written = policy.format(address=parcours.address)
    if where == "header":
        web.headers["Content-Security-Policy"] = written
    else:
        metas = "".join(f'<meta http-equiv="content-security-policy" content="{one}">' for one in written.split(","))
        web.put(metas + line(parcours, site))
    code, said, found = check(parcours, site)
    assert code == "policy"
    assert "The page's security policy blocks the line" in said
    assert found == ready.format(address=parcours.address)


def test_a_policy_with_nonces_asks_for_the_nonce(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    web.headers["Content-Security-Policy"] = "script-src 'nonce-r4nd0m' 'strict-dynamic'"
    code, _, ready = check(parcours, site)
    assert code == "nonce"
    assert 'nonce="NONCE"' in ready
    web.put(line(parcours, site, ' nonce="r4nd0m"'))
    assert check(parcours, site)[0] == "waiting"


def test_a_consent_tool_holds_the_line_back(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    web.put(line(parcours, site, ' type="text/plain"'))
    assert check(parcours, site)[0] == "held"


def test_the_line_itself_waits_for_consent(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    web.put(line(parcours, site, ' data-consent="wait"'))
    code, _, ready = check(parcours, site)
    assert (code, ready) == ("consent", "parcours('consent', true)")


def test_views_of_another_domain_are_refused_until_it_is_accepted(
    parcours: RunningParcours, web: WebSite, site: Site
) -> None:
    assert send(parcours, web, site.key, origin="https://m.lampyre.example").status_code == 403
    code, said, _ = check(parcours, site)
    assert code == "origin"
    assert "1 message came from m.lampyre.example" in said
    page = ask(parcours, f"/sites/{site.id}/check").text
    assert 'name="domain" value="m.lampyre.example"' in page
    answer = httpx.post(
        f"{parcours.address}/sites/{site.id}/domains",
        data={"domain": "m.lampyre.example"},
        headers={"authorization": f"Bearer {SERVICE}"},
    )
    assert answer.status_code == 303, answer.text
    assert parcours.viewer.definitions.get(Site, site.id).domains == (web.domain, "m.lampyre.example")


def test_the_page_leads_to_another_domain(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    with web_site() as other:
        second = parcours.add(f"Two hosts {web.port}", web, fetch_from="")
        web.status, web.headers["Location"] = 302, other.address.replace("127.0.0.1", "localhost")
        parcours.viewer.definitions.put(structs.replace(second, domains=(web.domain, f"localhost:{free_port()}")))
        code, *_ = check(parcours, second)
    assert code in ("foreign", "private")  # a private host that is not the site's is not even asked


def test_an_ad_blocker_is_told_from_a_page_that_nobody_opened(
    parcours: RunningParcours, web: WebSite, site: Site
) -> None:
    assert check(parcours, site)[0] == "waiting"
    ago = int((time.time() - 30) * 1000)
    code, said, ready = check(parcours, site, opened=ago)
    assert code == "blocked"
    assert "no browser has asked for the script" in said
    assert ready == f"PARCOURS_BASE_URL={web.address}visits"
    httpx.get(f"{parcours.address}/parcours.js?probe", headers={"referer": web.address})  # by the check itself
    assert check(parcours, site, opened=ago)[0] == "blocked"
    httpx.get(f"{parcours.address}/parcours.js", headers={"referer": web.address})
    assert check(parcours, site, opened=ago)[0] == "script_only"
    assert check(parcours, site, blocked=1)[0] == "blocked"


def test_where_others_collect_what_cannot_be_known_is_said(
    make_viewer: Callable[..., Viewer], parcours: RunningParcours, web: WebSite, site: Site
) -> None:
    around = parcours.viewer.health
    asked, around._script_asked = around._script_asked, None
    intake, around._intake = around._intake, None
    try:
        code, said, _ = check(parcours, site, opened=int((time.time() - 30) * 1000))
    finally:
        around._script_asked, around._intake = asked, intake
    assert code == "waiting"
    assert "Other processes collect the views of this site" in said


def test_only_robots_arrive(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    assert send(parcours, web, site.key, agent="Googlebot/2.1 (+http://www.google.com/bot.html)").status_code == 204
    _, said, _ = until(lambda: (found := check(parcours, site))[0] == "robots" and found)
    assert "counts as a robot's: crawler" in said
    assert "What comes next" in said  # it works


def test_only_the_owners_people_arrive(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    parcours.viewer.definitions.put(structs.replace(site, staff_networks=("127.0.0.0/8",)))
    until(lambda: send(parcours, web, site.key).status_code == 204)
    until(lambda: parcours.collector.health(int(site.id)).accepted)
    found = until(lambda: (found := check(parcours, site))[0] not in ("storing", "waiting") and found)
    assert found[0] in ("own_people", "")  # the collector reads the site again after two seconds


def test_a_proxy_that_is_not_named(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    health = parcours.viewer.health
    proxies, health._untrusted_proxies = (
        health._untrusted_proxies,
        lambda: (UntrustedProxy("10.0.0.4", "PARCOURS_TRUSTED_PROXIES=10.0.0.4"),),
    )
    try:
        code, _, ready = check(parcours, site)
    finally:
        health._untrusted_proxies = proxies
    assert (code, ready) == ("proxy", "PARCOURS_TRUSTED_PROXIES=10.0.0.4")


def test_the_clock_of_this_server(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    web.headers["Date"] = formatdate(time.time() - 3600, usegmt=True)
    code, said, ready = check(parcours, site)
    assert (code, ready) == ("clock", "timedatectl set-ntp true")
    assert "60 min ahead of that of your web site" in said


def test_a_view_is_enough(parcours: RunningParcours, web: WebSite, site: Site) -> None:
    assert send(parcours, web, site.key).status_code == 204
    web.status = 503  # the proof is the view
    _, said, _ = until(lambda: (found := check(parcours, site))[0] == "" and found)
    assert "A view is received" in said
    assert "Say what a success is" in said
