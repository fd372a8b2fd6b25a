"""Addresses as they may be kept: checked again here, since not every tracker is ours."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from store.masking import MASK, masked

CLICK_IDS = frozenset({"gclid", "gbraid", "wbraid", "msclkid", "dclid", "ttclid", "twclid", "li_fat_id"})
_SAFE = "*~.-_!$&'()+,;=:@"  # letters that stand as they are in a part of a path


@lru_cache(maxsize=20_000)
def masked_address(url: str, keep_query: tuple[str, ...] = ()) -> str:
    """`scheme://host[:port]/path[?query]` with every part masked; "" when it is no address.

    No user name, no fragment; of the query `utm_*`, the keys of `keep_query`, and the names of the click ids
    of advertisers (that there is one tells the channel, its value tells the person).
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
    path = "/".join(_part(part) for part in parts.path.split("/"))
    query = "&".join(_pair(pair, keep_query) for pair in parts.query.split("&"))
    return urlunsplit((parts.scheme, netloc, path, query.strip("&"), ""))


def _part(part: str) -> str:
    plain = unquote(part)
    cut = masked(plain)
    return part if cut == plain else quote(cut, safe=_SAFE)


def _pair(pair: str, keep_query: tuple[str, ...]) -> str:
    name, _, value = pair.partition("=")
    lower = name.lower()
    if lower in CLICK_IDS:
        return f"{lower}={MASK}"
    if not (lower.startswith("utm_") or unquote(name) in keep_query) or masked(unquote(name)) != unquote(name):
        return ""
    plain = unquote(value.replace("+", " "))
    cut = masked(plain)
    return pair if cut == plain else f"{name}={quote(cut, safe='*')}"
