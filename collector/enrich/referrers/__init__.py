"""Which channel and which source a referring host stands for, by a maintained list.

`list.json` is made by `update.py` from Matomo's list of AI assistants, social networks and search engines
(https://github.com/matomo-org/searchengine-and-social-list, CC0 1.0). Mail services are our own table.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.json import decode

LIST = Path(__file__).with_name("list.json")
ANY = "{}"  # in a search engine's host: a country or a language
_RENAMED = {"twitter": "x", "yahoo!": "yahoo"}
# Hosts that the list does not have, by channel and source.
_MORE = {
    ("social", "facebook"): "fb.com messenger.com",
    ("social", "whatsapp"): "whatsapp.com wa.me",
    ("social", "telegram"): "telegram.org t.me",
    ("social", "pinterest"): "pin.it",
    ("social", "quora"): "quora.com",
    ("social", "twitch"): "twitch.tv",
    ("search", "lilo"): "lilo.org",
    ("search", "naver"): "naver.com",
    ("search", "seznam"): "seznam.cz",
    ("mail", "gmail"): "mail.google.com com.google.android.gm",
    ("mail", "outlook"): "outlook.live.com outlook.office.com",
    ("mail", "yahoo mail"): "mail.yahoo.com",
    ("mail", "proton mail"): "mail.proton.me",
    ("mail", "orange mail"): "mail.orange.fr webmail.orange.fr",
    ("mail", "laposte"): "webmail.laposte.net",
    ("mail", "free mail"): "webmail.free.fr zimbra.free.fr",
}


class ReferrerList(Struct, frozen=True):
    """The file: host → name of the source, in lower case. Hosts of search engines may hold `{}`."""

    source: str
    commit: str
    licence: str
    ai: dict[str, str]
    social: dict[str, str]
    search: dict[str, str]


def channel_of(host: str) -> tuple[str, str] | None:
    """Channel (ai, search, social, mail) and source of a host without `www.`; None when it is not listed."""
    domains, search = _tables()
    name = host.partition(":")[0]
    labels = name.split(".")
    for start in range(len(labels)):  # a subdomain of a listed domain counts as that domain
        found = domains.get(".".join(labels[start:]))
        if found:
            return found
    source = next((search[pattern] for pattern in _patterns(labels) if pattern in search), None)
    return None if source is None else ("search", source)


def _patterns(labels: list[str]) -> Iterator[str]:
    """How a search engine's host may be listed: `google.co.uk` as `google.{}`, `fr.bing.com` as `{}.bing.com`."""
    yield ".".join(labels)
    yield ".".join([*labels[:-1], ANY])
    if len(labels) > 2:
        yield ".".join([*labels[:-2], ANY])
        yield ".".join([ANY, *labels[1:]])


@cache
def _tables() -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Domains of AI assistants, social networks and mail, with channel and source; hosts of search engines."""
    listed = decode(LIST.read_bytes(), type=ReferrerList)
    domains = {host: (channel, source) for (channel, source), hosts in _MORE.items() for host in hosts.split()}
    for channel, table in (("social", listed.social), ("ai", listed.ai)):
        domains.update({host: (channel, _RENAMED.get(source, source)) for host, source in table.items()})
    return domains, {host: _RENAMED.get(source, source) for host, source in listed.search.items()}
