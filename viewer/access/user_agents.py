"""What a browser calls itself, for the list of sessions."""

from __future__ import annotations

from ua_parser import parse

MOST = 512  # letters that are read
_BROWSERS = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Edge Mobile": "Edge",
    "HeadlessChrome": "Chrome",
}
_SYSTEMS = {"Mac OS X": "macOS"}
_DEVICES = ("iPhone", "iPad")  # say more than their system


def agent_names(user_agent: str) -> tuple[str, str]:
    """Browser and system, such as `Firefox` and `Linux`; "" for what is not known.

    >>> agent_names("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    ('Firefox', 'Linux')
    """
    parsed = parse(user_agent[:MOST])
    browser = parsed.user_agent.family if parsed.user_agent else ""
    system = parsed.os.family if parsed.os else ""
    device = parsed.device.family if parsed.device else ""
    shown = device if device in _DEVICES else _SYSTEMS.get(system, system)
    return _BROWSERS.get(browser, browser)[:60], shown[:60]
