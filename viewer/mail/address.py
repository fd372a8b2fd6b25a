"""Mail addresses: which are accepted, and in which form they are stored."""

from __future__ import annotations

import re

from store.hosts import ascii_host

MOST = 254  # characters (RFC 5321, 4.5.3.1.3)
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")  # dot-atom, RFC 5322
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class BadAddress(ValueError):
    """Text that is not one mail address."""


def mail_address(text: str) -> str:
    """The address `name@domain`, its domain in ASCII. BadAddress for anything else: names in angle brackets, quoted
    local parts, several addresses, letters outside ASCII before the @, control characters."""
    local, at, domain = text.strip(" ").rpartition("@")
    host = ascii_host(domain)
    address = f"{local}@{host}"
    valid = text.isprintable() and bool(_LOCAL.fullmatch(local)) and bool(_DOMAIN.fullmatch(host))
    if not at or not valid or len(local) > 64 or len(address) > MOST:
        raise BadAddress(f"{text[:80]!r} is not a mail address: write one such as name@shop.example.")
    return address
