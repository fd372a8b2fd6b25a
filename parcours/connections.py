"""Limits on open connections, so that none of them takes the last descriptor of the process."""

from __future__ import annotations

import resource
from asyncio import Transport
from typing import Any

from collector.addresses import ip_of
from parcours.heads import LimitedHeads
from viewer.access.addresses import address_group

RESERVED = 512  # descriptors for the database, the journal, the browser and the logs
MOST = 20_000  # connections, where the system allows so many descriptors


def most_connections() -> int:
    """How many connections may be open at once."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else max(soft // 4, min(MOST, soft - RESERVED))


class LimitedConnections(LimitedHeads):
    """One connection. Closed at once if too many are open, or half of all that are allowed belong to one public peer.

    A private peer may be a proxy, through which all clients come.
    """

    peer = ""  # see `_group`

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.limit(self.server_state.connections, transport)

    def limit(self, open_now: set[Any], transport: Transport) -> None:
        """Abort the transport if this connection, which is counted already, is one too many."""
        self.peer = _group(self.client)
        most = most_connections()
        if len(open_now) > most or (len(open_now) > most // 2 and self._of_peer(open_now) > most // 2):
            transport.abort()

    def _of_peer(self, connections: set[Any]) -> int:
        return sum(one.peer == self.peer for one in connections) if self.peer else 0


def _group(client: tuple[str, int] | None) -> str:
    """The network of a public peer: one IPv4 address, or /64 of IPv6; "" for other peers."""
    address = client[0] if client else ""
    ip = ip_of(address)
    return address_group(address) if ip is not None and ip.is_global else ""
