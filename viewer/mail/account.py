"""The owner's SMTP server, read from the settings PARCOURS_SMTP_URL and PARCOURS_MAIL_FROM."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from viewer.mail.address import BadAddress, mail_address

Encryption = Literal["tls", "starttls", "none"]
_PORTS: dict[Encryption, int] = {"tls": 465, "starttls": 587, "none": 25}
EXAMPLE = "smtps://user:password@mail.shop.example:465"


class BadAccount(ValueError):
    """A setting of the mail server that cannot be used. The message never contains the password."""


@dataclass(frozen=True)
class SmtpAccount:
    """Where mail is handed in. `encryption`: TLS from the start, STARTTLS (required), or none."""

    host: str
    port: int
    encryption: Encryption
    sender: str  # address
    sender_name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """The address without user and password."""
        scheme = "smtps" if self.encryption == "tls" else "smtp"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


def smtp_account(url: str, sender: str) -> SmtpAccount | None:
    """The account of the two settings; None if neither is set. BadAccount says what is wrong."""
    if not url and not sender:
        return None
    if not url:
        raise BadAccount(f"PARCOURS_MAIL_FROM needs PARCOURS_SMTP_URL, such as {EXAMPLE}.")
    if not sender:
        raise BadAccount("PARCOURS_SMTP_URL needs PARCOURS_MAIL_FROM, the address that mails come from.")
    if any(ord(one) < 32 or ord(one) == 127 for one in sender):
        raise BadAccount("PARCOURS_MAIL_FROM contains control characters.")
    name, address = parseaddr(sender)
    try:
        address = mail_address(address)
    except BadAddress:
        raise BadAccount("PARCOURS_MAIL_FROM is not a mail address: write one such as stats@shop.example.") from None
    return _account(url, address, name)


def _account(url: str, sender: str, name: str) -> SmtpAccount:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAccount(f"PARCOURS_SMTP_URL cannot be read: write an address such as {EXAMPLE}.") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/") or parts.fragment:
        words = "must begin with smtps:// or smtp://, with a host and no path"
        raise BadAccount(f"PARCOURS_SMTP_URL {words}: {EXAMPLE}. Write @, / and # of a password as %40, %2F and %23.")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    starttls = query.pop("starttls", "required")
    if query or starttls not in ("required", "never") or (parts.scheme == "smtps" and parts.query):
        raise BadAccount("PARCOURS_SMTP_URL accepts ?starttls=never after smtp://, and nothing else.")
    encryption: Encryption = "tls" if parts.scheme == "smtps" else "starttls" if starttls == "required" else "none"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and encryption == "none":
        raise BadAccount("PARCOURS_SMTP_URL must not send a password without encryption: leave starttls=never out.")
    return SmtpAccount(parts.hostname, port or _PORTS[encryption], encryption, sender, name, user, password)
