"""Opens a page, with a message for every way in which that can fail."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Response
from playwright.async_api import TimeoutError as PlaywrightTimeout

from store.pages import canonical_page
from store.records import Site
from viewer.snapshot.addresses import port_of
from viewer.snapshot.errors import SnapshotError
from viewer.snapshot.limits import Limits
from viewer.snapshot.mapping import Mapping
from viewer.snapshot.proxy import REFUSED, Proxy
from viewer.snapshot.traffic import Traffic

CONNECTION_CODES = ("private", "dns", "unreachable")

_STATUS = {
    401: "asks for a name and password",
    403: "is forbidden to us; perhaps the site has a protection against robots",
    404: "is not there",
    410: "is gone",
    429: "is refused because of too many requests",
    503: "is out of service",
}


async def open_page(
    page: Page, url: str, site: Site, traffic: Traffic, proxy: Proxy, mapping: Mapping | None, limits: Limits
) -> None:
    """Go to `url` and wait for its load event. Raises `SnapshotError`."""
    try:
        response = await page.goto(url, wait_until="commit", timeout=limits.answer_s * 1000)
    except PlaywrightError as error:
        check_address(page, url, site, traffic, mapping)
        raise _failure(url, error, site, proxy, limits) from None
    if response is not None and (code := response.headers.get(REFUSED, "")) in CONNECTION_CODES:
        raise refusal(code, _host(page.url), site)
    check_address(page, url, site, traffic, mapping)
    _check_answer(url, response)
    try:
        await page.wait_for_load_state("load", timeout=limits.load_s * 1000)
    except PlaywrightTimeout:
        return  # a file that never loads; settle.py waits for the rest
    except PlaywrightError as error:
        raise _failure(url, error, site, proxy, limits) from None


def check_address(page: Page, url: str, site: Site, traffic: Traffic, mapping: Mapping | None) -> None:
    """Raise `SnapshotError` if a redirect or a script has led the page to another address."""
    outside = traffic.left
    target = mapping.left if mapping else ""
    if target and urlsplit(target).netloc != urlsplit(url).netloc:
        outside = outside or target
    if outside:
        raise SnapshotError(
            f"{url} leads to {_host(outside)}, which is not one of the domains of {site.name}. "
            "Give the address of a page of the site, or add that host to its domains.",
            "redirect",
        )
    final = target or page.url
    if urlsplit(final).scheme not in ("http", "https"):
        return
    asked, reached = canonical_page(url, site.keep_query), canonical_page(final, site.keep_query)
    # A page without a route may open one of its own: the routes of a site without `data-hash` are not pages.
    if asked not in (reached, reached.partition("#")[0]):
        raise SnapshotError(
            f"{url} leads to {reached}: visits are counted there, and its picture would be the wrong one here. "
            f"Ask for {final} instead. If that is a sign-in page, this page cannot be photographed without an account.",
            "moved",
        )


def _host(url: str) -> str:
    return urlsplit(url).netloc or url[:80]


def refusal(code: str, host: str, site: Site) -> SnapshotError:
    """The error for a host to which no connection was made."""
    words = {
        "private": f"{host} lies in a private network, and {site.name} does not allow pictures from there. "
        "If that is meant, allow private addresses for this site (--allow-private).",
        "dns": f"There is no host named {host}: check the spelling, "
        "or set the address that pages are fetched from (fetch_from).",
        "unreachable": f"Nothing answers at {host}. Check that the page opens from this machine, "
        "or set the address that pages are fetched from (fetch_from).",
    }
    return SnapshotError(words[code], code)


def _failure(url: str, error: PlaywrightError, site: Site, proxy: Proxy, limits: Limits) -> SnapshotError:
    text, host = error.message, _host(url)
    for name, code in proxy.refused.items():
        if name.rpartition(":")[0] == urlsplit(url).hostname or (site.fetch_from and name in _base_name(site)):
            return refusal(code, name, site)
    if isinstance(error, PlaywrightTimeout):
        return SnapshotError(
            f"{url} did not answer within {limits.answer_s:g} s. Check that it opens from this machine and try again.",
            "timeout",
        )
    if "ERR_CERT" in text or "ERR_SSL" in text:
        reason = (re.search(r"ERR_[A-Z_]+", text) or ["ERR_CERT"])[0]
        return SnapshotError(
            f"The certificate of {host} is not valid ({reason}). Renew it, or give an address with a valid one.",
            "certificate",
        )
    if "Download is starting" in text or "ERR_ABORTED" in text:
        return SnapshotError(f"{url} is a file to download or has no content, not a page to look at.", "download")
    if "ERR_NAME_NOT_RESOLVED" in text:
        return refusal("dns", host, site)
    if "crash" in text.lower():
        return SnapshotError(f"{url} brought the browser down; this machine may have too little memory.", "crashed")
    reason = (re.search(r"ERR_[A-Z_0-9]+", text) or [text.strip().splitlines()[0]])[0]
    return SnapshotError(
        f"{url} could not be loaded ({reason}). Check that the page opens from this machine and try again.",
        "unreachable",
    )


def _base_name(site: Site) -> str:
    base = urlsplit(site.fetch_from)
    return f"{base.hostname}:{port_of(base)}"


def _check_answer(url: str, response: Response | None) -> None:
    if response is None:
        return
    if response.status >= 400:
        reason = _STATUS.get(response.status, "answers with an error" if response.status >= 500 else "is refused")
        raise SnapshotError(
            f"{url} {reason} (HTTP {response.status}). Open it in a browser window without sign-in: "
            "a picture can be taken of what is seen there.",
            "status",
        )
    kind = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", ""):
        raise SnapshotError(f"{url} is not a web page ({kind}): give the address of a page.", "not_html")
