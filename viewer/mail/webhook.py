"""Posts messages to a webhook, signed: HMAC-SHA256 of timestamp and body (docs/mail.md)."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from rules.private_hosts import is_off_limits, is_off_limits_host, is_private
from store.outbox import OutboxMessage
from viewer.mail.sending import NotSent

SECONDS = 15.0
SIGNATURE, MESSAGE_ID = "Parcours-Signature", "Parcours-Message"


@dataclass(frozen=True)
class WebhookTarget:
    """Where messages of a site go, and what signs them."""

    url: str
    secret: str = field(repr=False)
    allow_private: bool = False


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The header of a message: `t=1764547200,v1=5257a8…`."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={mac}"


class WebhookSender:
    """`target`: of a site, None if it has no webhook any longer. The address is looked up once for each attempt and
    connected to as it was checked, so a name cannot change to a private address meanwhile."""

    def __init__(self, target: Callable[[str], WebhookTarget | None], now: Callable[[], float] = time.time) -> None:
        self._target = target
        self._now = now

    def send(self, message: OutboxMessage) -> None:
        target = self._target(message.site)
        if target is None or target.url != message.to:
            raise NotSent("off", "The webhook was changed or removed.", final=True)
        parts, body, now = urlsplit(target.url), message.text.encode(), int(self._now())
        host = parts.hostname or ""
        url = httpx.URL(target.url).copy_with(host=self._address(host, parts.port or _port(parts.scheme), target))
        headers = {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "User-Agent": "Parcours",
            MESSAGE_ID: message.id,
            SIGNATURE: signature(target.secret, now, body),
        }
        try:
            with (
                httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
                client.stream("POST", url, content=body, headers=headers, extensions={"sni_hostname": host}) as answer,
            ):
                status = answer.status_code
        except httpx.HTTPError as error:
            raise NotSent("no_answer", str(error) or type(error).__name__) from None
        _check(status)

    def _address(self, host: str, port: int, target: WebhookTarget) -> str:
        if is_off_limits_host(host):
            raise NotSent("private", host, final=True)
        try:
            found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except OSError as error:
            raise NotSent("no_answer", str(error)) from None
        allowed = [ip for ip in found if not is_off_limits(ip) and (target.allow_private or not is_private(ip))]
        if not allowed:
            raise NotSent("private", ", ".join(found))
        ip = ipaddress.ip_address(allowed[0].partition("%")[0])
        return str(ip)


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _check(status: int) -> None:
    """Only 410 Gone is final: whatever else a program answers may be set right."""
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise NotSent("redirect", str(status))
    raise NotSent("later" if status >= 500 or status == 429 else "refused", str(status), final=status == 410)
