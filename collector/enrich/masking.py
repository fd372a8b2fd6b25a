"""URLs as they may be stored. The tracker masks them too, but not every sender is our tracker."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit, urlunsplit

from collector.text_cache import CACHED
from store.masking import MASK, masked
from store.pages import route_of

# Query parameters that advertisers add to links: an id of the click, and so of the person.
CLICK_IDS = frozenset({"gclid", "gbraid", "wbraid", "msclkid", "dclid", "ttclid", "twclid", "li_fat_id"})

_CAMPAIGN = re.compile("utm_[a-z_]+", re.I)


@lru_cache(CACHED)
def masked_address(url: str, keep_query: tuple[str, ...] = ()) -> str:
    """`scheme://host[:port]/path[?query][#route]` with every part masked; "" when it is not a URL.

    User name and anchor are removed; a fragment that is a route (`store.pages.route_of`) is kept, masked like a path:
    the tracker sends one only if the site's owner asked for it. Of the query, `utm_*`, the keys of `keep_query` and the
    names of advertisers' click ids are kept: the name shows the channel, the value would identify the person.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not parts.scheme:
        return ""
    netloc = f"[{host}]" if ":" in host else host
    if port is not None:
        netloc += f":{port}"
    path, query = _path(parts.path), _query(parts.query, keep_query)
    inner, _, of_route = route_of(parts.fragment).partition("?")
    route = "?".join(filter(None, (_path(inner), _query(of_route, keep_query))))
    return urlunsplit((parts.scheme, netloc, path, query, route))


def _path(path: str) -> str:
    return "/".join(map(masked, path.split("/")))


def _query(query: str, keep_query: tuple[str, ...]) -> str:
    return "&".join(filter(None, (_pair(pair, keep_query) for pair in query.split("&"))))


def _pair(pair: str, keep_query: tuple[str, ...]) -> str:
    """The pair as it is kept, "" if it is dropped."""
    name, _, value = pair.partition("=")
    if name.lower() in CLICK_IDS:
        return f"{name}={MASK}"
    return f"{name}={masked(value)}" if _CAMPAIGN.fullmatch(name) or unquote(name) in keep_query else ""
