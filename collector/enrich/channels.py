"""How a visitor came: channel and source of a view, from its address and its referrer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from collector.enrich.masking import CLICK_IDS
from collector.enrich.referrers import channel_of
from collector.origins import host_of
from collector.text_cache import CACHED

CHANNELS = ("direct", "search", "ai", "social", "mail", "referral", "paid", "campaign")
MAX_WORD = 100  # letters kept of a utm value

_PAID = re.compile(r"^(?:.*cp[acmv]|ppc|paid.*|.*[-_]paid|retargeting|display|banner|ads?|sea)$")
_MAIL_MEDIUM = re.compile(r"^(?:e-?mail|newsletter|mailing|e-?mailing)$")
_SOCIAL_MEDIUM = re.compile(r"^(?:social|social[-_ ]?(?:media|network)|sm)$")
_MAIL_HOST = re.compile(r"^(?:web)?mail\d*\.")


@dataclass(frozen=True, slots=True)
class TrafficSource:
    channel: str  # one of CHANNELS
    referrer: str  # referring host, "" when it is this site or unknown
    source: str  # utm_source, else the name of the referrer
    medium: str
    campaign: str


@lru_cache(CACHED)
def traffic_source(url: str, referrer: str) -> TrafficSource:
    """Channel of a view of `url` with this referrer (both without fragment, "" for none).

    Campaign parameters override the referrer: an advertiser's click id or a paid medium, then mail, then social,
    then any other `utm_` value.
    """
    own, host = host_of(url), host_of(referrer)
    if host == own:
        host = ""
    query = {name.lower(): value for name, value in parse_qsl(urlsplit(url).query)}
    source, medium, campaign = (_word(query.get(f"utm_{part}", "")) for part in ("source", "medium", "campaign"))
    channel, name = _referring(host)
    assistant = channel_of(source) if source and not (medium or campaign) else None
    if assistant is not None and assistant[0] == "ai":  # links in ChatGPT's answers carry utm_source=chatgpt.com
        channel, source = assistant
    elif CLICK_IDS & query.keys() or _PAID.match(medium):
        channel = "paid"
    elif _MAIL_MEDIUM.match(medium) or _MAIL_MEDIUM.match(source):
        channel = "mail"
    elif _SOCIAL_MEDIUM.match(medium):
        channel = "social"
    elif source or medium or campaign:
        channel = "campaign"
    return TrafficSource(channel, host, source or name, medium, campaign)


def _referring(host: str) -> tuple[str, str]:
    """Channel and name of a referring host."""
    if not host:
        return "direct", ""
    listed = channel_of(host)
    if listed is not None:
        return listed
    return ("mail" if _MAIL_HOST.match(host) else "referral"), host


def _word(text: str) -> str:
    return "*" if "@" in text else text.strip().lower()[:MAX_WORD]  # an e-mail address is never stored
