"""How a visitor came: channel and source of a view, from its address and its referrer.

The table is short on purpose: the sites that send nearly all visitors. Everything else
is a referral under its own host, which says as much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from collector.origins import host_of

CHANNELS = ("direct", "search", "social", "mail", "referral", "paid", "campaign")
MAX_WORD = 100  # letters kept of an utm value

# Name of the source → second-level names or whole hosts. `google` is google.<any country>.
_SEARCH = {
    "google": "google", "bing": "bing.com", "duckduckgo": "duckduckgo.com", "yahoo": "search.yahoo.com yahoo",
    "yandex": "yandex ya.ru", "baidu": "baidu.com", "ecosia": "ecosia.org", "qwant": "qwant.com",
    "startpage": "startpage.com", "brave": "search.brave.com", "kagi": "kagi.com", "naver": "naver.com",
    "seznam": "seznam.cz", "sogou": "sogou.com", "lilo": "lilo.org", "mojeek": "mojeek.com",
}  # fmt: skip
_SOCIAL = {
    "facebook": "facebook.com fb.com fb.me messenger.com", "instagram": "instagram.com", "x": "twitter.com t.co x.com",
    "linkedin": "linkedin.com lnkd.in", "youtube": "youtube.com youtu.be", "tiktok": "tiktok.com",
    "pinterest": "pinterest pin.it", "reddit": "reddit.com", "whatsapp": "whatsapp.com wa.me",
    "telegram": "telegram.org t.me", "snapchat": "snapchat.com", "threads": "threads.net threads.com",
    "bluesky": "bsky.app", "mastodon": "mastodon.social", "vk": "vk.com", "discord": "discord.com",
    "tumblr": "tumblr.com", "quora": "quora.com", "hacker news": "news.ycombinator.com", "twitch": "twitch.tv",
}  # fmt: skip
_MAIL = {
    "gmail": "mail.google.com com.google.android.gm", "outlook": "outlook.live.com outlook.office.com",
    "yahoo mail": "mail.yahoo.com", "proton mail": "mail.proton.me", "orange mail": "mail.orange.fr webmail.orange.fr",
    "laposte": "webmail.laposte.net", "free mail": "webmail.free.fr zimbra.free.fr",
}  # fmt: skip
_HOSTS = {
    host: (channel, name)
    for channel, table in (("search", _SEARCH), ("social", _SOCIAL), ("mail", _MAIL))
    for name, hosts in table.items()
    for host in hosts.split()
}
_PAID = re.compile(r"^(?:.*cp[acmv]|ppc|paid.*|.*[-_]paid|retargeting|display|banner|ads?|sea)$")
_MAIL_MEDIUM = re.compile(r"^(?:e-?mail|newsletter|mailing|e-?mailing)$")
_SOCIAL_MEDIUM = re.compile(r"^(?:social|social[-_ ]?(?:media|network)|sm)$")
_CLICK_IDS = {"gclid", "gbraid", "wbraid", "msclkid", "dclid", "ttclid", "twclid", "li_fat_id"}
_MAIL_HOST = re.compile(r"^(?:web)?mail\d*\.")


@dataclass(frozen=True, slots=True)
class TrafficSource:
    channel: str  # one of CHANNELS
    referrer: str  # host it came from, "" when from this site or unknown
    source: str  # utm_source, else the name of the referrer
    medium: str
    campaign: str


@lru_cache(maxsize=20_000)
def traffic_source(url: str, referrer: str) -> TrafficSource:
    """Channel of a view of `url` that came from `referrer` (both without fragment, "" for none)."""
    own, host = host_of(url), host_of(referrer)
    if host == own:
        host = ""
    query = {name.lower(): value for name, value in parse_qsl(urlsplit(url).query)}
    source, medium, campaign = (_word(query.get(f"utm_{part}", "")) for part in ("source", "medium", "campaign"))
    channel, name = _known(host)
    if _CLICK_IDS & query.keys() or _PAID.match(medium):
        channel = "paid"
    elif _MAIL_MEDIUM.match(medium) or _MAIL_MEDIUM.match(source):
        channel = "mail"
    elif _SOCIAL_MEDIUM.match(medium):
        channel = "social"
    elif source or medium or campaign:
        channel = "campaign"
    return TrafficSource(channel, host, source or name, medium, campaign)


def _known(host: str) -> tuple[str, str]:
    """Channel and name of a referring host."""
    if not host:
        return "direct", ""
    if _MAIL_HOST.match(host) and host not in _HOSTS:
        return "mail", host
    labels = host.partition(":")[0].split(".")
    for start in range(len(labels)):
        found = _HOSTS.get(".".join(labels[start:]))
        if found:
            return found
    # google.fr, google.co.uk, yandex.com.tr: the name stands before the last one or two labels
    for label in labels[-3:-1]:
        if label in _HOSTS:
            return _HOSTS[label]
    return "referral", host


def _word(text: str) -> str:
    return "*" if "@" in text else text.strip().lower()[:MAX_WORD]  # an e-mail address is nobody's source
