"""What of a site only an owner may set, because it opens the network of the server or falsifies figures.

Pictures are taken by a browser on the server. With `allow_private` it reaches private addresses of the site's domains,
and shows whoever takes the picture what is there. Visits of a `demo` may be back-dated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from rules.faults import Fault, Faults, fault
from rules.private_hosts import host_of_domain, is_private_host
from store.definitions import Stored
from store.hosts import ascii_domain

FLAGS = ("allow_private", "demo")
LIMITS = ("keep_views_days", "keep_points_days", "keep_events_days", "keep_pictures_days")  # they erase what is older


def owner_only(fields: Mapping[str, object], stored: Stored | None = None) -> Faults | None:
    """The fields of a new site, or of a change, that somebody who is not an owner may not set; None if there are none.

    Values of a wrong type are left to the rules of the site.
    """
    found = tuple(_faults(fields, stored.fields if stored else {}))
    return Faults(found) if found else None


def _faults(fields: Mapping[str, object], before: Mapping[str, Any]) -> Iterator[Fault]:
    for name in FLAGS:
        if name in fields and bool(fields[name]) != bool(before.get(name, False)):
            yield fault(name, "owner_only")
    for name in LIMITS:
        if name in fields and fields[name] != before.get(name, 0):
            yield fault(name, "owner_only")
    opened = bool(before.get("allow_private", False))  # any name may resolve to a private address
    known = set(map(ascii_domain, _texts(before.get("domains"))))
    for n, domain in enumerate(_texts(fields.get("domains"))):
        if ascii_domain(domain) not in known and (opened or is_private_host(host_of_domain(domain))):
            yield fault(f"domains.{n}", "owner_domain", value=domain)
    address = fields.get("fetch_from")
    if isinstance(address, str) and address and address != before.get("fetch_from", ""):
        try:
            host = urlsplit(address).hostname or ""
        except ValueError:
            return  # no address at all
        if opened or is_private_host(host):
            yield fault("fetch_from", "owner_domain", value=address)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one.strip() for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()
