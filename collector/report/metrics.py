"""GET /metrics in the text format of Prometheus. Counts are read from the counters on each request."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from collector.addresses import CLIENT_HEADERS, ip_of
from collector.histograms import Histogram
from collector.report.counters import Counters
from store.errors import StoreError

Timing = tuple[str, str, Callable[[], Histogram | None]]  # name, help
MetricValue = tuple[str, str, str, Callable[[], float]]  # kind (counter, gauge), name, help, value
# A proxy on this machine adds at least one of these: the client itself is somewhere else.
_FORWARDING = (*(name.decode() for name in CLIENT_HEADERS), "via", "x-forwarded-host", "x-forwarded-proto")


class _Source:
    """Reads the counters on each request (the protocol of a registry's collector)."""

    def __init__(self, counters: Counters, figures: tuple[MetricValue, ...], timings: tuple[Timing, ...]) -> None:
        self._counters = counters
        self._figures = figures
        self._timings = timings

    def collect(self) -> Iterator[Metric]:
        accepted = CounterMetricFamily("parcours_batches_accepted", "Batches written to disk", labels=["site"])
        duplicates = CounterMetricFamily(
            "parcours_batches_duplicate", "Repeated batches, answered and not stored again", labels=["site"]
        )
        bots = CounterMetricFamily("parcours_batches_bot", "Accepted batches of robots", labels=["site"])
        refused = CounterMetricFamily("parcours_batches_refused", "Batches refused", labels=["site", "reason"])
        skipped = CounterMetricFamily(
            "parcours_batches_skipped",
            "Accepted batches with kinds of events that this collector does not know",
            labels=["site"],
        )
        clamped = CounterMetricFamily(
            "parcours_batches_clamped", "Accepted batches with an impossible clock", labels=["site"]
        )
        for number, counts in sorted(self._counters.sites().items()):
            accepted.add_metric([str(number)], counts.accepted)
            duplicates.add_metric([str(number)], counts.duplicates)
            bots.add_metric([str(number)], counts.bots)
            skipped.add_metric([str(number)], counts.skipped.count)
            clamped.add_metric([str(number)], counts.clamped)
            for code, refusals in sorted(counts.refused.items()):
                refused.add_metric([str(number), code], refusals.count)
        yield from (accepted, duplicates, bots, skipped, clamped, refused)
        for kind, name, words, value in self._figures:
            family = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
            yield family(name, words, value=value())
        for name, words, timing in self._timings:
            histogram = timing()
            if histogram is not None:
                yield _family(name, words, histogram)


def _family(name: str, words: str, histogram: Histogram) -> HistogramMetricFamily:
    counts = list(accumulate(histogram.counts))
    bounds = [*map(str, histogram.bounds), "+Inf"]
    return HistogramMetricFamily(name, words, buckets=list(zip(bounds, counts, strict=True)), sum_value=histogram.sum)


def is_local(request: Request) -> bool:
    """Whether the client runs on this machine and did not come through a proxy.

    A private address is not enough: Docker shows every client that comes through a published port as its gateway.
    """
    if any(name in request.headers for name in _FORWARDING):
        return False
    peer = request.client.host if request.client else ""
    ip = ip_of(peer)
    return peer == "" or (ip is not None and ip.is_loopback)  # "": a Unix socket


class Metrics:
    """The page, for requests with a token; where no token of its own is set, also for this machine."""

    def __init__(
        self,
        counters: Counters,
        figures: tuple[MetricValue, ...],
        timings: tuple[Timing, ...],
        token: str,
        is_token: Callable[[str], bool],
    ) -> None:
        """`token`: the page's own one, empty: none. `is_token`: whether a text is a token of the API; may block."""
        self._registry = CollectorRegistry()
        self._registry.register(_Source(counters, figures, timings))
        self._token = token
        self._is_token = is_token

    async def page(self, request: Request) -> Response:
        if not await self._may_read(request):
            return PlainTextResponse(
                "Metrics may be read with a bearer token (PARCOURS_METRICS_TOKEN, or one of the API), or, if none is "
                "set, from this machine without a proxy.\n",
                status_code=403,
            )
        return Response(generate_latest(self._registry), media_type="text/plain; version=0.0.4")

    async def _may_read(self, request: Request) -> bool:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if self._token and secrets.compare_digest(text.encode(), self._token.encode()):
                return True
            with suppress(StoreError):
                if await asyncio.to_thread(self._is_token, text.strip()):
                    return True
        return not self._token and is_local(request)
