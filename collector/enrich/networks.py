"""Lists of networks, to look up an address in. In memory only."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from collector.addresses import MAX_PREFIX, Network, ip_of
from collector.settings import SettingsError
from collector.text_cache import text_cache


class Networks:
    """Whether an address is in one of many networks: a binary search, cached by address."""

    def __init__(self, networks: Iterable[Network]) -> None:
        self._starts: dict[int, list[int]] = {4: [], 6: []}
        self._ends: dict[int, list[int]] = {4: [], 6: []}
        every = list(networks)
        four = [n for n in every if isinstance(n, ipaddress.IPv4Network)]
        six = [n for n in every if isinstance(n, ipaddress.IPv6Network)]
        # Collapsed networks are sorted and do not overlap.
        joined: list[Network] = [*ipaddress.collapse_addresses(four), *ipaddress.collapse_addresses(six)]
        for network in joined:
            self._starts[network.version].append(int(network.network_address))
            self._ends[network.version].append(int(network.broadcast_address))
        self._holds = text_cache(10_000, MAX_PREFIX)(self._look_up)

    def __contains__(self, address: str) -> bool:
        return self._holds(address)

    def __len__(self) -> int:
        """The number of networks, with adjacent ones joined."""
        return len(self._starts[4]) + len(self._starts[6])

    def _look_up(self, address: str) -> bool:
        ip = ip_of(address)
        if ip is None:
            return False
        number, starts = int(ip), self._starts[ip.version]
        at = bisect_right(starts, number) - 1
        return at >= 0 and number <= self._ends[ip.version][at]


def read_networks(path: Path, setting: str) -> Networks:
    """The networks of a file: one CIDR per line, `#` begins a comment. Raises SettingsError with the line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{setting}={path} cannot be read: {error}. Name a text file with one network per line."
        ) from None
    found: list[Network] = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError as error:
            raise SettingsError(f"{setting}: {path}, line {number}: {error}. Write one network per line.") from None
    if not found:
        raise SettingsError(f"{setting}={path} contains no network. Write one per line, such as 192.0.2.0/24.")
    return Networks(found)


@lru_cache(maxsize=1_000)
def networks(texts: tuple[str, ...]) -> Networks:
    """The networks of a list that was validated when it was saved; an invalid one is skipped."""
    found: list[Network] = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            continue
    return Networks(found)
