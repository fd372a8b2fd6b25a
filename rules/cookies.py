"""Cookies that an owner pastes or imports, so that the camera sees what a signed-in visitor sees.

They are read from a `Cookie:` header, a Netscape cookies.txt (https://curl.se/docs/http-cookies.html), or the JSON of
browser extensions, developer tools and Playwright.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.domains import host_and_port, in_domains
from rules.faults import Faults, InvalidDefinition, fault

LONGEST = 256 * 1024  # characters
MOST = 300
LONGEST_COOKIE = 4096  # characters of name and value: https://www.rfc-editor.org/rfc/rfc6265#section-6.1
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # a token: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
_VALUE = re.compile(r"[\x20-\x3a\x3c-\x7e]*")  # without `;` and control characters
_SAME_SITE = {"strict": "Strict", "lax": "Lax", "none": "None", "no_restriction": "None"}


@dataclass(frozen=True)
class SiteCookie:
    """One cookie. `domain`: without a leading dot; empty for the host of the page whose picture is taken."""

    name: str
    value: str
    domain: str = ""
    path: str = "/"
    expires: int = 0  # seconds since 1970; 0 until the browser is closed
    secure: bool = False
    http_only: bool = False
    same_site: str = ""  # Strict, Lax, None, or empty: not known

    def __repr__(self) -> str:
        return f"SiteCookie({self.name!r}, domain={self.domain!r})"  # never the value


@dataclass(frozen=True)
class ReadCookies:
    """The cookies of the site, and the domains of those that were left out."""

    cookies: tuple[SiteCookie, ...]
    foreign: tuple[str, ...] = ()


def read_cookies(text: str, domains: Iterable[str]) -> ReadCookies:
    """The cookies in `text` that belong to a site with these domains. InvalidDefinition, which never quotes a value."""
    if len(text) > LONGEST:
        raise _invalid("long", n=len(text), most=LONGEST)
    found = [one for one in _cookies(text) if _is_valid(one)]
    if not found:
        raise _invalid("no_cookies")
    domains = tuple(domains)
    own = {(one.name, one.domain, one.path): one for one in found if not one.domain or _is_own(one.domain, domains)}
    foreign = tuple(dict.fromkeys(one.domain for one in found if one.domain and not _is_own(one.domain, domains)))
    if not own:
        raise _invalid("foreign_cookies", domains=", ".join(foreign[:5]))
    if len(own) > MOST:
        raise _invalid("many", n=len(own), most=MOST)
    return ReadCookies(tuple(own.values()), foreign)


def cookies_json(cookies: Iterable[SiteCookie]) -> str:
    """The cookies as they are stored (encrypted); `stored_cookies` reads them again."""
    return json.dumps([vars(one) for one in cookies])


def stored_cookies(text: str) -> tuple[SiteCookie, ...]:
    return tuple(SiteCookie(**fields) for fields in json.loads(text))


def sent_to(cookie: SiteCookie, host: str) -> bool:
    """Whether a browser sends the cookie to `host`: its domain or a subdomain of it."""
    return not cookie.domain or host == cookie.domain or host.endswith(f".{cookie.domain}")


def _invalid(code: str, **values: str | int) -> InvalidDefinition:
    return InvalidDefinition(Faults((fault("cookies", code, **values),)))


def _is_valid(cookie: SiteCookie) -> bool:
    return bool(
        _NAME.fullmatch(cookie.name)
        and _VALUE.fullmatch(cookie.value)
        and len(cookie.name) + len(cookie.value) <= LONGEST_COOKIE
        and cookie.path.startswith("/")
        and cookie.path.isprintable()
        and 0 <= cookie.expires < 1 << 53
    )


def _is_own(domain: str, domains: Iterable[str]) -> bool:
    """Whether a cookie of `domain` is sent to a host of the site: the domain itself, one below it or one above it."""
    for pattern in domains:
        host, _ = host_and_port(pattern.lower())
        if in_domains(domain, 0, (host,)) or f".{host.removeprefix('*.')}".endswith(f".{domain}"):
            return True
    return False


def _cookies(text: str) -> Iterator[SiteCookie]:
    plain = text.strip().removeprefix("\ufeff").strip()
    if plain[:1] in ("[", "{"):
        yield from _of_json(plain)
    elif any(line.count("\t") >= 6 for line in plain.splitlines()):
        yield from _of_netscape(plain)
    else:
        yield from _of_header(plain)


def _of_header(text: str) -> Iterator[SiteCookie]:
    for line in text.splitlines():
        for part in re.sub(r"^\s*cookie\s*:\s*", "", line, flags=re.I).split(";"):
            name, equals, value = part.strip().partition("=")
            if equals:
                yield SiteCookie(name.strip(), value.strip())


def _of_netscape(text: str) -> Iterator[SiteCookie]:
    for line in text.splitlines():
        http_only = line.startswith("#HttpOnly_")
        if line.startswith("#") and not http_only:
            continue
        fields = line.removeprefix("#HttpOnly_").split("\t")
        if len(fields) < 7:
            continue
        domain, _, path, secure, expires, name, value = fields[:7]
        yield SiteCookie(
            name, value.strip(), _domain(domain), path or "/", _seconds(expires), secure.upper() == "TRUE", http_only
        )


def _of_json(text: str) -> Iterator[SiteCookie]:
    try:
        plain: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(plain, dict):  # storage state of Playwright, a single cookie, or name → value
        if isinstance(plain.get("cookies"), list):
            plain = plain["cookies"]
        elif isinstance(plain.get("name"), str):
            plain = [plain]
        else:
            plain = [{"name": name, "value": value} for name, value in _flat(plain)]
    for fields in plain[: MOST * 10] if isinstance(plain, list) else ():
        if isinstance(fields, dict) and isinstance(fields.get("value"), str):
            yield _of_fields(fields)


def _flat(plain: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and value of each text; Firefox nests them in `Request Cookies`."""
    for name, value in plain.items():
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, dict):
            yield from ((key, one) for key, one in value.items() if isinstance(one, str))


def _of_fields(fields: Mapping[str, Any]) -> SiteCookie:
    """A cookie as extensions (`expirationDate`, `hostOnly`) or Playwright (`expires`) write it."""
    expires = fields.get("expirationDate", fields.get("expires", 0))
    return SiteCookie(
        name=str(fields.get("name", "")),
        value=fields["value"],
        domain=_domain(str(fields.get("domain") or "")),
        path=str(fields.get("path") or "/"),
        expires=_seconds(expires),
        secure=fields.get("secure") is True,
        http_only=fields.get("httpOnly") is True,
        same_site=_SAME_SITE.get(str(fields.get("sameSite", "")).lower(), ""),
    )


def _domain(text: str) -> str:
    return text.strip().lower().lstrip(".")


def _seconds(value: object) -> int:
    """Seconds since 1970; 0 for a session cookie or what is not a time."""
    try:
        return max(0, int(float(str(value))))
    except (ValueError, OverflowError):
        return 0
