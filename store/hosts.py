"""The one way to write a host: in lower case, without a final dot, and in ASCII (IDNA), as it is in browsers' URLs."""

from __future__ import annotations

import idna


def ascii_host(host: str) -> str:
    """`xn--mller-kva.example` of `Müller.example.`; a name that IDNA does not allow only in lower case.

    Names are mapped as browsers do (UTS 46, non-transitional). A wildcard (`*.`) stays.

    >>> ascii_host("*.Müller.example."), ascii_host("SHOP.example.")
    ('*.xn--mller-kva.example', 'shop.example')
    """
    host = host.strip().lower()
    if not host.isascii():
        try:
            labels = idna.uts46_remap(host, std3_rules=False, transitional=False).split(".")
            host = ".".join(label if label.isascii() else idna.alabel(label).decode() for label in labels)
        except (idna.IDNAError, UnicodeError):
            return host
    return host.removesuffix(".")


def ascii_domain(text: str) -> str:
    """A host as an owner may type it (`https://Müller.example:8001/`) with its port, without the scheme."""
    text = text.strip().lower().removeprefix("http://").removeprefix("https://").rstrip("/")
    if text.startswith("["):
        return text
    host, colon, port = text.partition(":")
    return ascii_host(host) + colon + port


def readable_host(text: str) -> str:
    """`müller.example/a` of `xn--mller-kva.example/a`: a host, also with port or path, as people read it."""
    host, slash, rest = text.partition("/")
    if "xn--" not in host:
        return text
    return ".".join(map(_readable_label, host.split("."))) + slash + rest


def _readable_label(label: str) -> str:
    name, colon, port = label.partition(":")
    try:
        return idna.ulabel(name) + colon + port if name.startswith("xn--") else label
    except (idna.IDNAError, UnicodeError):
        return label
