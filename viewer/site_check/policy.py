"""Whether a page's Content-Security-Policy lets the line run and send, and what to write so that it does.

As browsers decide it (https://www.w3.org/TR/CSP3/): every policy must allow it, and within one the most specific
directive counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from viewer.site_check.page_html import PastedLine

SCRIPT = ("script-src-elem", "script-src", "default-src")  # the first that a policy has is the one that counts
CONNECT = ("connect-src", "default-src")
_HOST = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.\-]*)://)?(?P<host>\*|(?:\*\.)?[^:/?#'*]+|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>\d+|\*))?(?P<path>/[^?#]*)?",
    re.I,
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.I)
_SECRET = re.compile(r"'(?:nonce|sha256|sha384|sha512)-", re.I)
_PORTS = {"http": 80, "https": 443}
Where = Literal["header", "meta"]


@dataclass(frozen=True)
class Policy:
    """One policy as written, and where: in a header of the answer, or in a meta element of the page."""

    text: str
    where: Where


@dataclass(frozen=True)
class Obstacle:
    """A directive that stops the line. `now`: as written; `wanted`: what to write in its place.

    `nonce`: addresses do not count in this directive: the line needs the page's nonce, as its other scripts have it.
    """

    directive: str
    now: str
    wanted: str
    where: Where
    nonce: bool = False


def header_policies(values: Sequence[str]) -> tuple[Policy, ...]:
    """The policies of `Content-Security-Policy` headers; a comma begins another policy."""
    return tuple(Policy(text.strip(), "header") for value in values for text in value.split(",") if text.strip())


def obstacles(policies: Sequence[Policy], page: str, line: PastedLine) -> tuple[Obstacle, ...]:
    """What stops the line on the page at this address; nothing if it may run and send.

    Policies of meta elements after the line stop only what it sends.
    """
    found: list[Obstacle] = []
    before = line.policies_before
    for policy in policies:
        directives = _directives(policy.text)
        meta_after = False
        if policy.where == "meta":
            meta_after, before = before <= 0, before - 1
        elif "sandbox" in directives and "allow-scripts" not in directives["sandbox"]:
            now = _written("sandbox", directives["sandbox"])
            found.append(Obstacle("sandbox", now, f"{now} allow-scripts", "header"))
        if not meta_after:
            found += _script_obstacle(directives, policy.where, page, line)
        found += _connect_obstacle(directives, policy.where, page, line)
    return tuple(dict.fromkeys(found))


def _directives(text: str) -> dict[str, list[str]]:
    """Directive → its sources. Of two with one name, the first counts."""
    found: dict[str, list[str]] = {}
    for part in text.split(";"):
        name, *sources = part.split() or [""]
        if name:
            found.setdefault(name.lower(), sources)
    return found


def _script_obstacle(directives: dict[str, list[str]], where: Where, page: str, line: PastedLine) -> list[Obstacle]:
    name = next((name for name in SCRIPT if name in directives), "")
    if not name or not line.source:
        return []
    sources = directives[name]
    wanted_name = "script-src" if name == "default-src" else name
    if _has(sources, f"'nonce-{line.nonce}'") and line.nonce:
        return []
    if any(_has(sources, f"'{digest}'") for digest in line.integrity.split()):
        return []
    if _has(sources, "'strict-dynamic'") and any(map(_SECRET.match, sources)):
        if line.made:  # by a script that may run, so this one may too
            return []
        return [Obstacle(name, _written(name, sources), "", where, nonce=True)]
    if any(_allows(source, line.source, page) for source in sources):
        return []
    return [Obstacle(wanted_name, _written(name, sources), _with(wanted_name, sources, line.source), where)]


def _connect_obstacle(directives: dict[str, list[str]], where: Where, page: str, line: PastedLine) -> list[Obstacle]:
    name = next((name for name in CONNECT if name in directives), "")
    if not name or not line.source:
        return []
    sources, target = directives[name], f"{origin(line.source)}/c/{line.key}"
    if any(_allows(source, target, page) for source in sources):
        return []
    return [Obstacle("connect-src", _written(name, sources), _with("connect-src", sources, line.source), where)]


def origin(address: str) -> str:
    """Scheme, host and port of an address, as a policy names them."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _has(sources: Sequence[str], keyword: str) -> bool:
    """Nonces and digests count by their letters, keywords in either case."""
    if _SECRET.match(keyword):
        return keyword in sources
    return keyword in map(str.lower, sources)


def _written(name: str, sources: Sequence[str]) -> str:
    return " ".join((name, *sources))


def _with(name: str, sources: Sequence[str], address: str) -> str:
    """The directive with the address added: it takes the place of `default-src` if only that is there."""
    kept = [source for source in sources if source.lower() not in ("'none'", "'report-sample'")]
    return _written(name, [*kept, origin(address)])


def _allows(source: str, address: str, page: str) -> bool:
    """Whether a source of a directive covers an address. An insecure source covers the secure address too."""
    to, here = urlsplit(address), urlsplit(page)
    lower = source.lower()
    if lower == "'self'":
        same = (to.hostname, _port(to)) == (here.hostname, _port(here)) and to.scheme == here.scheme
        upgraded = to.hostname == here.hostname and _upgrades(here.scheme, to.scheme) and to.port is here.port is None
        return same or upgraded
    if lower.startswith("'"):
        return False
    if lower == "*":
        return to.scheme in _PORTS
    if _SCHEME.fullmatch(lower):
        return _scheme_fits(lower[:-1], to.scheme)
    match = _HOST.fullmatch(source)
    if match is None:
        return False
    return (
        _scheme_fits((match["scheme"] or here.scheme).lower(), to.scheme)
        and _host_fits(match["host"].lower(), to.hostname or "")
        and _port_fits(match["port"], to)
        and _path_fits(match["path"] or "", to.path)
    )


def _upgrades(wanted: str, given: str) -> bool:
    return wanted == "http" and given == "https"


def _scheme_fits(wanted: str, given: str) -> bool:
    return wanted == given or _upgrades(wanted, given)


def _host_fits(wanted: str, host: str) -> bool:
    if wanted == "*":
        return True
    if wanted.startswith("*."):
        return host.endswith(wanted[1:])
    return wanted.strip("[]") == host


def _port_fits(wanted: str | None, to: SplitResult) -> bool:
    if wanted == "*":
        return True
    if wanted is None:
        return _port(to) == _PORTS.get(to.scheme)
    return int(wanted) == _port(to) or (wanted == "80" and _port(to) == 443)


def _path_fits(wanted: str, path: str) -> bool:
    if wanted in ("", "/"):
        return True
    return path.startswith(wanted) if wanted.endswith("/") else path == wanted


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)
