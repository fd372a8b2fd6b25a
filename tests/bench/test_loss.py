"""Each tracker's clicks are counted once, and only from requests that the collector accepted."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from bench.loss_clicks import of_clarity, of_parcours, of_posthog
from bench.tracker_site import LARGE, Sent, serving
from bench.trackers import PARCOURS, SITE_KEY

_EXAMPLES = json.loads((Path(__file__).parents[1] / "examples" / "batches.json").read_text(encoding="utf-8"))
BATCH = next(example["body"] for example in _EXAMPLES["accepted"] if example["body"].get("click"))


def _sent(body: bytes, status: int = 200, address: str = "/sink") -> Sent:
    return Sent("any", "POST", address, body, status, leaving=False)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def test_our_clicks_are_counted_once_per_view_and_sequence() -> None:
    again = {**BATCH, "sent": BATCH["sent"] + 1000}
    later = {**BATCH, "seq": BATCH["seq"] + 1}
    sent = [_sent(_json(BATCH), 503), _sent(_json(again), 204), _sent(_json(again), 204), _sent(_json(later), 204)]
    assert of_parcours(sent) == 2 * len(BATCH["click"]["t"])
    assert of_parcours(sent[:1]) == 0


def test_clarity_clicks_are_counted_once_per_envelope() -> None:
    def payload(sequence: int, page: int = 1) -> bytes:
        envelope = ["0.8.70", sequence, 0, 900, "bench", "user", "session", page, 0, 0, 0, "https://shop.example/"]
        return _json({"e": envelope, "a": [[10, 9, 3, 400, 300], [12, 12, 3, 401, 300], [20, 9, 3, 400, 300]]})

    sent = [_sent(payload(1)), _sent(gzip.compress(payload(1))), _sent(gzip.compress(payload(2))), _sent(payload(1, 2))]
    assert of_clarity(sent) == 6
    assert of_clarity([_sent(payload(1), 503)]) == 0


@pytest.mark.parametrize("form", ["plain", "gzip", "base64", "list", "batch"])
def test_posthog_clicks_are_counted_once_per_uuid(form: str) -> None:
    points = {"https://shop.example/": [{"type": "click", "x": 1, "y": 2}, {"type": "mousemove", "x": 1, "y": 2}] * 2}
    event = {"event": "$$heatmap", "uuid": "u1", "properties": {"$heatmap_data": points}}
    other = {"event": "$pageview", "uuid": "u2", "properties": {}}
    body, address = _json(event), "/sink/posthog/e/?ver=1"
    if form == "gzip":
        body = gzip.compress(body)
    elif form == "base64":
        body, address = b"data=" + quote(base64.b64encode(body)).encode(), address + "&compression=base64"
    elif form == "list":
        body = _json([other, event])
    elif form == "batch":
        body = _json({"api_key": "bench", "batch": [other, event]})
    assert of_posthog([_sent(body, address=address)] * 2) == 2
    assert of_posthog([_sent(body, 503, address)]) == 0


def test_the_site_records_requests_and_answers_503_while_down() -> None:
    with serving() as site, httpx.Client(base_url=site.url) as browser:
        page = browser.get(site.address(LARGE, PARCOURS))
        assert PARCOURS.snippet() in page.text
        assert browser.get("/site/parcours/large/no-such-file").status_code == 404
        assert browser.post(f"/c/{SITE_KEY}?a=1", content=b"12345").status_code == 204
        site.down = site.leaving = True
        assert browser.post(f"/c/{SITE_KEY}", content=b"1").status_code == 503
        assert browser.post("/sink/clarity/collect", content=b"2").status_code == 503
        assert [(one.bytes, one.leaving) for one in site.of(PARCOURS)] == [(8, False), (1, True)]
