"""What the camera signs in to a site with: steps with secrets, and cookies. In memory only while pictures are taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from rules.cookies import SiteCookie, sent_to
from rules.domains import in_domains
from rules.recipe import Steps
from store.layouts import Layout
from store.records import Site
from store.snapshots import Snapshot
from viewer.snapshot.addresses import port_of
from viewer.snapshot.errors import SnapshotError, StepError

HIDDEN = "•••"  # instead of a secret
_SHORTEST = 4  # characters: replacing every "a" would hide nothing and make messages unreadable
_ELSEWHERE = ("moved", "redirect")


@dataclass(frozen=True)
class SiteAccess:
    """How to sign in before the pictures of a page. Neither steps nor cookies: the page is public."""

    url: str = ""  # the sign-in page, on which the steps begin
    steps: Steps = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)  # name → value
    cookies: tuple[SiteCookie, ...] = field(default=(), repr=False)

    def redact(self, text: str) -> str:
        """The text without the values of secrets, as they are or percent-encoded."""
        values = [value for value in self.secrets.values() if len(value) >= _SHORTEST]
        for value in sorted({form for one in values for form in (one, quote(one), quote_plus(one))}, key=len)[::-1]:
            text = text.replace(value, HIDDEN)
        return text

    @contextmanager
    def redacted(self, url: str) -> Iterator[None]:
        """Errors raised inside contain no secret, and say that the session ended where cookies led elsewhere."""
        try:
            yield
        except StepError as error:
            values = {name: self.redact(one) if isinstance(one, str) else one for name, one in error.values.items()}
            raise StepError(error.fault, **values) from None
        except SnapshotError as error:
            if self.cookies and not self.steps and error.code in _ELSEWHERE:
                raise signed_out(url, "leads to another page") from None
            raise SnapshotError(self.redact(error.words), error.code) from None

    def without_secrets(self, snapshot: Snapshot, layout: Layout) -> tuple[Snapshot, Layout]:
        """The same, should the page show a secret in its title or texts."""
        if not self.secrets:
            return snapshot, layout
        names = [self.redact(name) for name in layout.names]
        return replace(snapshot, title=self.redact(snapshot.title)), replace(layout, names=names)


NO_ACCESS = SiteAccess()
AccessOf = Callable[[Site, str], SiteAccess]  # (site, canonical page) → how to sign in for it; raises SnapshotError


def no_access(site: Site, page: str) -> SiteAccess:
    """Every page is public."""
    return NO_ACCESS


def browser_cookies(access: SiteAccess, site: Site, url: str) -> list[dict[str, Any]]:
    """The cookies that have not expired, as Playwright's `add_cookies` wants them.

    A cookie of a domain above the site's own (`.example` for `shop.example`) is narrowed to the host of `url`.
    Raises SnapshotError (signed_out) if all have expired.
    """
    parts = urlsplit(url)
    host, now = parts.hostname or "", time.time()
    fresh = [one for one in access.cookies if not one.expires or one.expires > now]
    if access.cookies and not fresh:
        raise signed_out(url, "needs cookies, and all that are stored have expired")
    return [
        {
            "name": one.name,
            "value": one.value,
            "path": one.path,
            "domain": f".{one.domain}" if _is_wider(one, host, site, port_of(parts)) else host,
            "secure": one.secure or one.same_site == "None",
            "httpOnly": one.http_only,
            **({"expires": one.expires} if one.expires else {}),
            **({"sameSite": one.same_site} if one.same_site else {}),
        }
        for one in fresh
        if sent_to(one, host) or in_domains(one.domain, port_of(parts), site.domains)
    ]


def _is_wider(cookie: SiteCookie, host: str, site: Site, port: int) -> bool:
    """Whether the cookie keeps its domain: the whole of it belongs to the site."""
    if not cookie.domain or cookie.name.startswith("__Host-") or cookie.domain == host:
        return False
    return in_domains(cookie.domain, port, site.domains)


def signed_out(url: str, what: str) -> SnapshotError:
    """The error when a page that needs a session is shown without one."""
    return SnapshotError(
        f"{url} {what}: the session ended. Sign in again in your browser and paste new cookies "
        "(site settings, Pictures behind a login).",
        "signed_out",
    )
