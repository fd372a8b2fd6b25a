"""What a User-Agent header says: device class, browser, system, and whether it is a robot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from ua_parser import OS, UserAgent, parse
from ua_parser import Device as Named

from collector.enrich.crawler_list import CrawlerList
from collector.enrich.robots import MAX_UA
from collector.text_cache import CACHED
from store.devices import AnyDevice

_TABLET = re.compile(r"iPad|Tablet|PlayBook|Silk(?!.*Mobile)|Kindle|Android(?!.*Mobi)", re.I)
_PHONE = re.compile(r"Mobi|iPhone|iPod|Windows Phone|Opera Mini|BlackBerry", re.I)
_OTHER = re.compile(
    r"Smart-?TV|\bTV\b|HbbTV|AppleTV|CrKey|BRAVIA|Roku|PlayStation|Xbox|Nintendo|Tizen(?!.*Mobile)|Web0S", re.I
)
_DESKTOP = re.compile(r"Windows NT|Macintosh|X11|CrOS|Linux", re.I)
# Browsers call themselves Mozilla (Opera before 2013: Opera). Only MSIE, Konqueror and old Opera put a browser after
# "compatible;", and no browser includes a URL or an e-mail address.
_BROWSER = re.compile(r"[\s\"']*(?:Mozilla|Opera)/\d")
_NO_BROWSER = re.compile(
    r"https?:|www\.|\S@[a-z][^\s@]*\.[a-z]|compatible;(?! ?(?:MSIE|Konqueror|Opera))"
    r"|playwright|puppeteer|selenium|phantomjs|cypress|electron-fetch|lighthouse|axios|scan(?:ner)?/"
    r"|monitor|synthetic|uptime|probe|audit|inspector|diagnostic|thumbnail|screenshot|checker|verif|measurement"
    r"|agent\b|prospect|scanner|advisor|convertify|functionize",
    re.I,
)
_ENGINE = re.compile(r"AppleWebKit|Gecko|Trident|MSIE|Presto|KHTML|Goanna|Opera|NetFront|Servo", re.I)
# Patterns of crawler-user-agents that are found in browsers of people: an Android build of many phones, browsers in
# apps, editors, and names of phones. `python -m bench robots` measures false alarms on the strings of real devices.
_OF_PEOPLE = frozenset(
    {
        r"AP3A\.240617\.008", "MetaIAB Facebook", "Sogou", "Viber", "Fluid", r"Code\/1\.", r"Trae\/", r"008\/",
        "Sonic", "Butterfly", "Fever", "Expanse",
    }
)  # fmt: skip
_LIST_MEMORY = 64 << 20  # bytes that RE2 may use for the list of patterns


@dataclass(frozen=True, slots=True)
class Device:
    kind: AnyDevice
    browser: str  # family without version
    os: str
    bot: str  # why it counts as a robot, "" if it does not


@lru_cache(maxsize=1)
def _crawlers() -> CrawlerList:
    return CrawlerList()


@lru_cache(maxsize=1)
def _listed() -> Any:
    """The list https://github.com/monperrus/crawler-user-agents as one pattern, matched in linear time."""
    options = re2.Options()
    options.max_mem = _LIST_MEMORY
    patterns = (str(entry["pattern"]) for entry in CRAWLER_USER_AGENTS_DATA)
    return re2.compile("|".join(pattern for pattern in patterns if pattern not in _OF_PEOPLE), options)


@lru_cache(CACHED)
def device(user_agent: str, touch: bool) -> Device:
    """Parse a User-Agent header. `touch` distinguishes an iPad, which calls itself Macintosh, from a Mac."""
    text = user_agent[:MAX_UA]
    parsed = parse(text)
    return Device(
        kind=_kind(text, touch),
        browser=(parsed.user_agent or UserAgent("Other")).family,
        os=(parsed.os or OS("Other")).family,
        bot=_bot(text, (parsed.device or Named("Other")).family == "Spider"),
    )


def _kind(text: str, touch: bool) -> AnyDevice:
    if _OTHER.search(text):
        return "other"
    if _TABLET.search(text) or (touch and "Macintosh" in text):
        return "tablet"
    if _PHONE.search(text):
        return "phone"
    return "desktop" if _DESKTOP.search(text) else "other"


def _bot(text: str, spider: bool) -> str:
    if not text.strip():
        return "no_user_agent"
    if "headless" in text.lower():
        return "headless"
    known = spider or not _BROWSER.match(text) or _NO_BROWSER.search(text) or _names_nothing(text)
    return "crawler" if known or _listed().search(text) or text in _crawlers() else ""


def _names_nothing(text: str) -> bool:
    """Whether it names neither an engine nor a system: every browser names one."""
    return not any(pattern.search(text) for pattern in (_ENGINE, _OTHER, _TABLET, _PHONE, _DESKTOP))
