"""The short way of a batch: from uvicorn's parser to the endpoint, and from the committer to the socket.

A batch whose head and body come in one read, which is nearly every one, needs nothing of what ASGI is
for: no task, no route, no timer over its body. Whatever is out of the ordinary (a body in pieces, a site
that is not at hand, a client that wants the connection closed or does not read its answers, a request
behind one that is not answered yet) goes the usual way through the app, where the same endpoint answers it.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from collector.door import answers
from collector.door.answers import Header, HttpAnswer
from collector.door.endpoint import BatchEndpoint
from collector.door.refusal import Reason, RefusalError
from collector.journal.journal import JournalError

log = logging.getLogger("parcours.collector")
PATH = b"/c/"
_FAILED = HttpAnswer(500, ((b"content-length", b"0"), (b"connection", b"close")))


class FastPath(HttpToolsProtocol):
    """One connection. Without an endpoint every request goes through the app."""

    _parts: list[bytes] | None = None  # the body that is coming, of a batch that may go the short way
    _rests_since: float | None = None  # loop time; None while a request is under way

    def __init__(self, *args: Any, endpoint: BatchEndpoint | None = None, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._endpoint = endpoint

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._parts is not None and not self.transport.is_closing():  # there is more to come
            self._go_on(self._parts)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        super()._unset_keepalive_if_required()

    def on_message_begin(self) -> None:
        self.url, self.expect_100_continue, self.headers = b"", False, []  # its scope is made when it is needed

    def on_headers_complete(self) -> None:
        if self._is_ordinary():
            self._parts = []
        else:
            self._usual_head()

    def on_body(self, body: bytes) -> None:
        if self._parts is None:
            super().on_body(body)
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        parts = self._parts
        if parts is None:
            super().on_message_complete()
        elif not self._take(b"".join(parts)):
            self._go_on(parts)
            super().on_message_complete()
        self._parts = None

    def _is_ordinary(self) -> bool:
        parser = self.parser
        return (
            self._endpoint is not None
            and self.url.startswith(PATH)
            and parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and not self.expect_100_continue
            and not self.flow.write_paused
            and (self.cycle is None or self.cycle.response_complete)
            and self.limit_concurrency is None
        )

    def _go_on(self, parts: list[bytes]) -> None:
        """The usual way, from where it was left."""
        self._parts = None
        self._usual_head()
        for part in parts:
            super().on_body(part)

    def _usual_head(self) -> None:
        url, expects, headers = self.url, self.expect_100_continue, self.headers
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """As uvicorn's, but a connection has one timer that looks how long it rests, not a new one each time."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._rests_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again(self._rests_since + self.timeout_keep_alive)

    def _unset_keepalive_if_required(self) -> None:
        self._rests_since = None

    def _look_again(self, at: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_at(at, self._look)

    def _look(self) -> None:
        self.timeout_keep_alive_task = None
        if self._rests_since is None:
            return  # its answer will set the timer
        due = self._rests_since + self.timeout_keep_alive
        if due <= self.loop.time():
            self.timeout_keep_alive_handler()
        else:
            self._look_again(due)

    def _take(self, body: bytes) -> bool:
        """Whether the short way was possible; then the request is answered, or will be."""
        endpoint = self._endpoint
        assert endpoint is not None
        known = endpoint.cached(self.url[len(PATH) :].decode("latin-1"))
        if known is None:
            return False
        headers = dict(self.headers)
        batch = PendingRequest(self, endpoint, known.number, headers.get(b"origin", b""))
        self.cycle = batch  # type: ignore[assignment]  # uvicorn keeps what follows on the connection behind it
        try:
            if not endpoint.take(known, self.client[0] if self.client else "", self.headers, headers, body, batch.told):
                batch.told(None)
        except RefusalError as refused:
            batch.answer(endpoint.refused(refused.refusal, known.number, batch.origin))
        except Exception:
            log.exception("A batch was not taken")
            batch.answer(_FAILED)
        return True

    def write(self, answer: HttpAnswer, keep_alive: bool) -> bool:
        """Write the answer; whether the connection stays open."""
        closing = not keep_alive or (b"connection", b"close") in answer.headers
        head = _head(answer.status, answer.headers, closing, *self.server_state.default_headers)
        self.transport.write(head + answer.body if answer.body else head)
        return not closing


class PendingRequest:
    """A batch that waits for the disk: what the protocol of uvicorn needs to know of a request under way."""

    __slots__ = ("_endpoint", "_protocol", "_site", "disconnected", "keep_alive", "origin", "response_complete")
    waiting_for_100_continue = False

    def __init__(self, protocol: FastPath, endpoint: BatchEndpoint, site: int, origin: bytes) -> None:
        self._protocol = protocol
        self._endpoint = endpoint
        self._site = site
        self.origin = origin
        self.keep_alive = True  # until uvicorn stops
        self.disconnected = False
        self.response_complete = False

    @property
    def message_event(self) -> PendingRequest:
        """What uvicorn sets when the connection is lost; nobody waits for it here."""
        return self

    def set(self) -> None: ...

    def told(self, error: JournalError | None) -> None:
        """By the committer: the batch is durable, or cannot be."""
        if error is None:
            self.answer(answers.accepted(self.origin))
        else:
            self.answer(self._endpoint.refused(Reason.NOT_DURABLE.value, self._site, self.origin))

    def answer(self, answer: HttpAnswer) -> None:
        self.response_complete = True
        protocol = self._protocol
        if self.disconnected or protocol.transport.is_closing():
            return
        if not protocol.write(answer, self.keep_alive):
            protocol.transport.close()
        protocol.on_response_complete()


@lru_cache(maxsize=1_000)
def _head(status: int, headers: tuple[Header, ...], closing: bool, *common: Header) -> bytes:
    """Of an answer; `common` to all of uvicorn's, among them the date, which changes each second."""
    lines = dict((*common, *headers, *(((b"connection", b"close"),) if closing else ())))
    return b"".join((STATUS_LINE[status], *(b"%b: %b\r\n" % line for line in lines.items()), b"\r\n"))
