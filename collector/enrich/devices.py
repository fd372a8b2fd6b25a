"""What a User-Agent header says: device class, browser, system, and whether it is a robot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crawlerdetect import CrawlerDetect
from ua_parser import OS, UserAgent, parse
from ua_parser import Device as Named

from collector.enrich.robots import MAX_UA
from collector.text_cache import text_cache
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
    r"|playwright|puppeteer|selenium|phantomjs|cypress|electron-fetch|lighthouse|axios|scan(?:ner)?/",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Device:
    kind: AnyDevice
    browser: str  # family without version
    os: str
    bot: str  # why it counts as a robot, "" if it does not


@lru_cache(maxsize=1)
def _crawlers() -> CrawlerDetect:
    return CrawlerDetect()


@text_cache(letters=MAX_UA)
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
    known = spider or not _BROWSER.match(text) or _NO_BROWSER.search(text) or _crawlers().isCrawler(text)
    return "crawler" if known else ""
