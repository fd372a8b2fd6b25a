"""Proxies that name visitors' addresses but are not trusted: what to say about them.

Those that a server noticed (parcours/proxy_watch.py) are in a file of the data folder, for `parcours doctor` and the
next start.
"""

from __future__ import annotations

import ipaddress
import json
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from collector.addresses import Network, ip_of, network_of
from parcours.settings import ANY_IPV4, ANY_IPV6, Settings

FILE = "untrusted-proxies.json"  # address → when it was seen last, s since 1970
KEPT_SECONDS = 7 * 86_400  # a proxy that was not seen for so long is gone
_DOCS = "docs/operate.md, section Proxies"
_IN_DOCKER = Path("/.dockerenv")
_ROUTES = Path("/proc/net/route")


def setting_line(settings: Settings, proxy: str) -> str:
    """The line that makes this proxy trusted, in addition to those that are."""
    return f"PARCOURS_TRUSTED_PROXIES={','.join((*settings.trusted_proxies, proxy))}"


def problem(settings: Settings, proxy: str) -> str:
    """What goes wrong because this proxy is not trusted, and the line to set."""
    return (
        f"The proxy at {proxy} sends the addresses of visitors, but it is not trusted: everybody behind it counts as "
        "one visitor (if the browsers are alike) and shares one rate limit. "
        f"If this proxy is yours, set {setting_line(settings, proxy)} and restart Parcours ({_DOCS})."
    )


def startup_problems(settings: Settings) -> list[str]:
    """What can be known before any request: proxies that an earlier run noticed, or that there must be one."""
    seen = seen_proxies(settings, time.time())
    if seen:
        return [problem(settings, proxy) for proxy in seen]
    if settings.trusted_proxies or not settings.base_url.startswith("https:"):
        return []
    proxy = likely_proxy(settings)
    line = f"set {setting_line(settings, proxy)}" if proxy else "set PARCOURS_TRUSTED_PROXIES to its address"
    return [
        f"PARCOURS_BASE_URL is {settings.base_url}, so a proxy must be in front of Parcours, but no proxy is trusted: "
        "all visitors would count as one (if their browsers are alike) and share one rate limit. "
        f"{line[0].upper()}{line[1:]} and restart Parcours ({_DOCS})."
    ]


def likely_proxy(settings: Settings) -> str:
    """The address from which a proxy on this machine connects; "" if it cannot be known."""
    host = settings.host
    if host in (ANY_IPV4, ANY_IPV6):
        return _gateway() if _IN_DOCKER.exists() else ""
    if host == "localhost":
        return "127.0.0.1"
    ip = ip_of(host)
    return str(ip) if ip is not None and ip.is_loopback else ""


def seen_proxies(settings: Settings, now: float) -> dict[str, float]:
    """Address → when it was seen last: those stored in the data folder that are recent and still not trusted."""
    trusted = tuple(map(network_of, settings.trusted_proxies))
    try:
        stored = json.loads((settings.data / FILE).read_bytes())
        return {
            str(one): float(seen)
            for one, seen in stored.items()
            if now - float(seen) < KEPT_SECONDS and not _within(str(one), trusted)
        }
    except (OSError, ValueError, AttributeError, TypeError):  # missing, or damaged
        return {}


def save_proxies(settings: Settings, seen: Mapping[str, float]) -> None:
    """Store what was seen. A disk that cannot be written is no reason to fail."""
    path = settings.data / FILE
    with suppress(OSError):
        if not seen:
            path.unlink(missing_ok=True)
            return
        partial = path.with_suffix(".new")
        partial.write_text(json.dumps(seen))
        os.replace(partial, path)


def _within(proxy: str, trusted: Iterable[Network]) -> bool:
    network = network_of(proxy)
    return any(network.version == one.version and network.subnet_of(one) for one in trusted)  # type: ignore[arg-type]


def _gateway() -> str:
    """The address of the default gateway: in a container, the machine that it runs on."""
    with suppress(OSError, ValueError, IndexError):
        for line in _ROUTES.read_text().splitlines()[1:]:
            target, gateway = line.split()[1:3]
            if target == "00000000":
                return str(ipaddress.IPv4Address(bytes.fromhex(gateway)[::-1]))
    return ""
