"""URLs as they may be stored. The tracker masks them too, but not every sender is our tracker."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from store.masking import MASK, masked

# Query parameters that advertisers add to links: an id of the click, and so of the person.
CLICK_IDS = frozenset({"gclid", "gbraid", "wbraid", "msclkid", "dclid", "ttclid", "twclid", "li_fat_id"})
_SAFE = "*~.-_!$&'()+,;=:@"  # letters that are not percent-encoded in a part of a path


@lru_cache(maxsize=20_000)
def masked_address(url: str, keep_query: tuple[str, ...] = ()) -> str:
    """`scheme://host[:port]/path[?query]` with every part masked; "" when it is not a URL.

    User name and fragment are removed. Of the query, `utm_*`, the keys of `keep_query` and the names of advertisers'
    click ids are kept: the name shows the channel, the value would identify the person.
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
