"""Notices proxies that name visitors' addresses but are not trusted: then all their visitors count as one."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from collector.addresses import CLIENT_HEADERS, ClientAddress, address_prefix
from parcours.proxies import problem, save_proxies, seen_proxies, setting_line
from parcours.settings import Settings
from viewer.health import UntrustedProxy

log = logging.getLogger("parcours.proxies")
SAVE_SECONDS = 3_600  # how exact the stored time is
SEVERAL = 5  # clients: fewer may be one visitor who tries headers
MOST = 8  # addresses: any client in a private network can send the header


class ProxyWatch:
    """The private addresses that sent a forwarding header which is not believed. For the event loop only.

    Once a trusted proxy is in use, such an address may also be that of a visitor who made up the header. So it is
    reported only when it has named several clients, and as its network (/24 or /56): the address of a visitor is never
    written down.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._address = ClientAddress(settings.trusted_proxies)
        self._seen = seen_proxies(settings, clock())
        self._trusted_in_use = False
        self._clients: defaultdict[str, set[int]] = defaultdict(set)  # network → hashes of the chains that it sent

    def see(self, scope: Scope) -> None:
        """Look at the head of a request; log a proxy once."""
        headers = scope["headers"]
        if not any(name in CLIENT_HEADERS for name, _ in headers):
            return
        peer = scope["client"][0] if scope["client"] else ""
        self._trusted_in_use = self._trusted_in_use or self._address.trusts(peer)
        forwarded_for = b",".join(value for name, value in headers if name == b"x-forwarded-for")
        proxy = self._address.untrusted_proxy(peer, forwarded_for.decode("latin-1"))
        if proxy and not self._trusted_in_use:
            self._saw(proxy)
        elif proxy and self._has_several_clients(network := address_prefix(proxy), forwarded_for):
            self._saw(network)

    def seen(self) -> Mapping[str, float]:
        """Address → when it was seen last, s since 1970."""
        return dict(self._seen)

    def untrusted(self) -> tuple[UntrustedProxy, ...]:
        return tuple(UntrustedProxy(one, setting_line(self._settings, one)) for one in self._seen)

    def _has_several_clients(self, network: str, forwarded_for: bytes) -> bool:
        if network not in self._clients and len(self._clients) >= MOST:
            return False
        chains = self._clients[network]
        if len(chains) < SEVERAL:
            chains.add(hash(forwarded_for))
        return len(chains) >= SEVERAL

    def _saw(self, proxy: str) -> None:
        before, now = self._seen.get(proxy), self._clock()
        if (before is None and len(self._seen) >= MOST) or (before is not None and now - before < SAVE_SECONDS):
            return
        self._seen[proxy] = now
        if before is None:
            log.warning(problem(self._settings, proxy))
        save_proxies(self._settings, self._seen)


class WatchProxies:
    """Middleware: shows the head of every request to a ProxyWatch."""

    def __init__(self, app: ASGIApp, watch: ProxyWatch) -> None:
        self.app = app
        self.watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.watch.see(scope)
        await self.app(scope, receive, send)
