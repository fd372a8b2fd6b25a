"""Clicks contained in a tracker's requests, each counted once however often its batch was sent.

Only requests with a success status count: a collector keeps nothing of the others.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

from bench.tracker_site import Sent
from collector import wire

_CLARITY_CLICK = 9  # Event.Click in clarity-js, types/data.d.ts


def accepted(sent: Iterable[Sent]) -> list[Sent]:
    """The requests that the collector accepted."""
    return [one for one in sent if one.method == "POST" and one.status < 300]


def of_parcours(sent: Iterable[Sent]) -> int:
    return of_batches(one.body for one in accepted(sent))


def of_batches(bodies: Iterable[bytes]) -> int:
    """A batch is identified by (view, seq); every body must be valid in the wire format."""
    batches = [wire.decode(body) for body in bodies]
    return sum(len(batch.click.t) for batch in {(b.view, b.seq): b for b in batches}.values() if batch.click)


def of_clarity(sent: Iterable[Sent]) -> int:
    """Payload `{e: envelope, a: [[time, event, …], …]}`, identified by the envelope's user, session, page, sequence."""
    payloads: dict[tuple[Any, ...], list[list[Any]]] = {}
    for one in accepted(sent):
        payload = json.loads(inflated(one.body))
        envelope = payload["e"]
        payloads[envelope[1], *envelope[5:8]] = payload["a"]
    return sum(tokens[1] == _CLARITY_CLICK for events in payloads.values() for tokens in events)


def of_posthog(sent: Iterable[Sent]) -> int:
    """Events `$$heatmap` with `{address: [{type, x, y}, …]}`, identified by uuid; single, in a list or in `batch`."""
    found: dict[str, int] = {}
    for one in accepted(sent):
        for event in _posthog_events(one):
            data = event.get("properties", {}).get("$heatmap_data") or {}
            clicks = sum(point["type"] == "click" for points in data.values() for point in points)
            found[event.get("uuid") or json.dumps(event, sort_keys=True)] = clicks
    return sum(found.values())


def _posthog_events(one: Sent) -> list[dict[str, Any]]:
    body = inflated(one.body)
    if body.startswith(b"data="):
        body = unquote_to_bytes(body.removeprefix(b"data="))
        if parse_qs(urlsplit(one.address).query).get("compression") == ["base64"]:
            body = base64.b64decode(body)
    events = json.loads(body)
    if isinstance(events, dict):
        events = events.get("batch", [events])
    return [event for event in events if event.get("event") == "$$heatmap"]


def inflated(body: bytes) -> bytes:
    """The body, whether or not it was sent gzipped."""
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


COUNT = {"parcours": of_parcours, "clarity": of_clarity, "posthog": of_posthog}
