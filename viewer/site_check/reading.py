"""Reading a page of a site as a browser would ask for it, through the camera's proxy, which guards private hosts."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

import httpx

from rules.domains import in_domains
from rules.private_hosts import is_private_host
from store.records import Site
from viewer.site_check.page_html import PageHtml, read_html
from viewer.site_check.policy import Policy, header_policies
from viewer.snapshot.addresses import Bounds, Resolve, port_of, system_resolve
from viewer.snapshot.proxy import REFUSED, Proxy

SECONDS = 10.0  # for one reading
FRESH = 4.0  # s for which several readers share one reading
MOST_BYTES = 3_000_000
MOST_READINGS = 200  # kept
_AGENT = {"user-agent": "Mozilla/5.0 (compatible; Parcours set-up check)", "accept": "text/html,*/*;q=0.5"}

Outcome = Literal[
    "read", "dns", "private", "unreachable", "timeout", "certificate", "status", "not_html", "too_large", "foreign"
]


@dataclass(frozen=True)
class PageReading:
    """What was found at `address`, after redirects. `outcome` "read": it is a page; `foreign`: of another site."""

    asked: str
    address: str
    outcome: Outcome
    status: int = 0
    ms: int = 0
    size: int = 0  # bytes, decoded
    html: PageHtml = PageHtml((), (), False)
    policies: tuple[Policy, ...] = ()
    clock_ahead_s: float = 0.0  # of this machine before the web server's, by its header Date
    at: float = field(default_factory=time.time)  # s since 1970


class _Full(Exception):
    """The page sends more than is read."""


class PageReader:
    """Reads pages; readers within a few seconds share one reading."""

    def __init__(self, resolve: Resolve = system_resolve) -> None:
        self._resolve = resolve
        self._kept: dict[tuple[str, int, str], PageReading] = {}
        self._running: dict[tuple[str, int, str], asyncio.Task[PageReading]] = {}

    async def read(self, site: Site, address: str) -> PageReading:
        """The page at an address of the site's. Never raises for what the page does."""
        key = (site.id, site.version, address)
        kept = self._kept.get(key)
        if kept is not None and time.time() - kept.at < FRESH:
            return kept
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._read(site, address))
            task.add_done_callback(lambda _: self._running.pop(key, None))
        found = await asyncio.shield(task)
        self._kept.pop(key, None)
        self._kept[key] = found
        while len(self._kept) > MOST_READINGS:
            del self._kept[next(iter(self._kept))]
        return found

    async def _read(self, site: Site, address: str) -> PageReading:
        proxy = Proxy(Bounds.of(site), self._resolve, SECONDS / 2)
        try:
            async with asyncio.timeout(SECONDS), proxy.running():
                return await _ask(proxy, site, address)
        except (TimeoutError, httpx.TimeoutException):
            return PageReading(address, address, "timeout")
        except _Full:
            return PageReading(address, address, "too_large")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            refused = next(iter(proxy.refused.values()), "")
            return PageReading(address, address, _outcome(refused, error))


async def _ask(proxy: Proxy, site: Site, address: str) -> PageReading:
    async with httpx.AsyncClient(proxy=proxy.address, headers=_AGENT, max_redirects=5, timeout=SECONDS) as client:
        return await _answer(client, site, address)


async def _answer(client: httpx.AsyncClient, site: Site, address: str) -> PageReading:
    began = time.monotonic()
    async with client.stream("GET", address, follow_redirects=True) as response:
        if code := response.headers.get(REFUSED):
            return PageReading(address, str(response.url), _outcome(code))
        body = b""
        async for part in response.aiter_bytes():
            body += part
            if len(body) > MOST_BYTES:
                raise _Full
    found, took = str(response.url), int((time.monotonic() - began) * 1000)
    if not _own(site, found):
        return PageReading(address, found, "foreign", response.status_code, took)
    if response.status_code >= 400:
        return PageReading(address, found, "status", response.status_code, took)
    kind = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml"):
        return PageReading(address, found, "not_html", response.status_code, took, len(body))
    text = body.decode(response.charset_encoding or "utf-8", "replace") if _known(response.charset_encoding) else ""
    html = read_html(text or body.decode("utf-8", "replace"), found)
    policies = header_policies(response.headers.get_list("content-security-policy"))
    return PageReading(
        address,
        found,
        "read",
        response.status_code,
        took,
        len(body),
        html,
        (*policies, *(Policy(one, "meta") for one in html.policies)),
        _ahead(response.headers.get("date", "")),
    )


def _known(encoding: str | None) -> bool:
    try:
        "".encode(encoding or "utf-8")
    except LookupError:
        return False
    return True


def _own(site: Site, address: str) -> bool:
    parts = urlsplit(address)
    return Bounds.of(site).own(parts.hostname or "", port_of(parts))


def _outcome(code: str, error: Exception | None = None) -> Outcome:
    if code == "dns":
        return "dns"
    if code == "private":
        return "private"
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < 8:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in causes):
        return "certificate"
    return "unreachable"


def _ahead(date: str) -> float:
    try:
        return time.time() - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, IndexError):
        return 0.0


def start_addresses(site: Site) -> tuple[str, ...]:
    """Where the site's start page is read, in this order until one answers: https first, unless only http can be."""
    if site.fetch_from:
        return (site.fetch_from.rstrip("/") + "/",)
    named = [domain for domain in site.domains if not domain.startswith("*.")]
    domain = (named or [site.domains[0].removeprefix("*.")])[0]
    if domain.rpartition(":")[2].isdigit() and not domain.endswith("]"):
        return (f"https://{domain}/",) if domain.endswith(":443") else (f"http://{domain}/",)
    if is_private_host(domain):
        return (f"http://{domain}/",)
    return (f"https://{domain}/", f"http://{domain}/")


def address_in(site: Site, typed: str) -> str:
    """The address of a page that was typed, if it is one of the site's; "" if it is not."""
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        inside = parts.scheme in ("http", "https") and in_domains(parts.hostname or "", port_of(parts), site.domains)
    except ValueError:
        return ""
    return parts._replace(fragment="").geturl() if inside and not parts.username else ""
