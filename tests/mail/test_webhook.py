"""The webhook, with real HTTP servers: one that accepts, one that fails first, one that redirects."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rules.alerts import parse_webhook
from rules.faults import InvalidDefinition
from store.client import Store
from store.definitions import Definitions
from store.outbox import OutboxMessage
from store.sealing import Sealer
from tests.mail.servers import free_port
from viewer.mail.outbox import MINUTE, Outbox
from viewer.mail.sending import Off
from viewer.mail.webhook import WebhookSender
from viewer.webhooks import Webhooks

NOW = 1_764_547_200.0


class Receiver:
    """Answers each request with the next of `answers`, then 204. Keeps what it got."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.got: list[tuple[dict[str, str], bytes]] = []


@contextmanager
def receiver(found: Receiver) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers), body))
            self.send_response(found.answers.pop(0) if found.answers else 204)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook?a=1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Clock:
    def __init__(self) -> None:
        self.seconds = NOW

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def webhooks(module_store: Store) -> Webhooks:
    definitions = Definitions(module_store)
    for one in definitions.find(OutboxMessage):
        definitions.delete(one)
    return Webhooks(definitions, Sealer(b"k" * 32))


def outbox_of(webhooks: Webhooks, clock: Clock) -> Outbox:
    sender = WebhookSender(webhooks.target, clock)
    return Outbox(webhooks._definitions, {"mail": Off(), "webhook": sender}, False, clock)


def put(webhooks: Webhooks, outbox: Outbox, key: str) -> None:
    message = webhooks.message("1", "alert", "Lamp shop", {"sentence": "Basket: “Apply code” does nothing."})
    assert message is not None
    assert outbox.put_once(key, message)


def verified(secret: str, header: str, body: bytes) -> bool:
    """The snippet of docs/mail.md."""
    parts = dict(one.split("=", 1) for one in header.split(","))
    signed = parts["t"].encode() + b"." + body
    return hmac.compare_digest(hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest(), parts["v1"])


def test_a_message_arrives_signed(webhooks: Webhooks, clock: Clock) -> None:
    got = Receiver()
    with receiver(got) as url:
        secret = webhooks.save("1", parse_webhook({"url": url, "allow_private": True}), "ada")
        outbox = outbox_of(webhooks, clock)
        put(webhooks, outbox, "signed")
        assert outbox.send_due() == 1
    ((headers, body),) = got.got
    assert json.loads(body) == {
        "type": "alert", "site": {"id": "1", "name": "Lamp shop"}, "sentence": "Basket: “Apply code” does nothing."
    }  # fmt: skip
    assert headers["Content-Type"] == "application/json"
    assert headers["Parcours-Signature"].startswith(f"t={int(NOW)},v1=")
    assert verified(secret, headers["Parcours-Signature"], body)
    assert not verified(secret, headers["Parcours-Signature"], body + b" ")
    assert not verified("whsec_other", headers["Parcours-Signature"], body)
    stored = webhooks.of("1")
    assert stored
    assert secret not in repr(stored)
    assert outbox.sent("1")[0].channel == "webhook"


@pytest.mark.parametrize(("status", "problem"), [(503, "later"), (429, "later"), (404, "refused"), (302, "redirect")])
def test_a_failure_is_shown_and_tried_again(webhooks: Webhooks, clock: Clock, status: int, problem: str) -> None:
    got = Receiver(status)
    with receiver(got) as url:
        webhooks.save("1", parse_webhook({"url": url, "allow_private": True}), "ada")
        outbox = outbox_of(webhooks, clock)
        put(webhooks, outbox, f"failure {status}")
        assert outbox.send_due() == 0
        state = outbox.state("1")
        assert (state.waiting, state.problem, state.reply) == (1, problem, str(status))
        clock.seconds += MINUTE / 1000
        assert outbox.send_due() == 1
    first, second = (headers["Parcours-Message"] for headers, _ in got.got)
    assert first == second  # a receiver can tell that it is the same one


def test_gone_is_final_and_a_removed_webhook_gets_nothing(webhooks: Webhooks, clock: Clock) -> None:
    got = Receiver(410)
    with receiver(got) as url:
        webhooks.save("1", parse_webhook({"url": url, "allow_private": True}), "ada")
        outbox = outbox_of(webhooks, clock)
        put(webhooks, outbox, "gone")
        outbox.send_due()
        assert outbox.state("1").given_up[0].reply == "410"
        put(webhooks, outbox, "removed")
        webhooks.remove("1", "ada")
        outbox.send_due()
        assert {one.problem for one in outbox.state("1").given_up} == {"refused", "off"}
    assert len(got.got) == 1


def test_a_name_that_leads_to_a_private_address_gets_nothing(
    webhooks: Webhooks, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    webhooks.save("1", parse_webhook({"url": f"http://hooks.shop.example:{port}/"}), "ada")
    outbox = outbox_of(webhooks, clock)
    for n, ip in enumerate(("127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1")):
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, ip=ip, **__: [(0, 0, 0, "", (ip, port))])
        put(webhooks, outbox, f"private {n}")
        outbox.send_due()
        assert outbox.state("1").problem == "private", ip


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://shop.example", "webhook_address"),
        ("https://user:secret@shop.example", "webhook_address"),
        ("shop.example", "webhook_address"),
        ("http://[", "webhook_address"),
        ("http://shop.example:99999", "webhook_address"),
        ("http://localhost/hook", "webhook_private"),
        ("https://10.1.2.3/", "webhook_private"),
        ("https://0x7f000001/", "webhook_private"),
        ("https://[::1]:8443/", "webhook_private"),
        ("http://169.254.169.254/latest", "webhook_private"),
    ],
)
def test_an_address_that_must_not_be_called_is_rejected(url: str, code: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        parse_webhook({"url": url})
    assert [one.code for one in caught.value.faults] == [code]


def test_the_metadata_of_a_cloud_is_off_limits_even_if_private_hosts_are_allowed() -> None:
    assert parse_webhook({"url": "http://10.1.2.3/", "allow_private": True}).url == "http://10.1.2.3/"
    with pytest.raises(InvalidDefinition):
        parse_webhook({"url": "http://169.254.169.254/", "allow_private": True})
