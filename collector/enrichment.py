"""What the collector adds to a batch: all that depends on the request, and nothing of the address."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from msgspec import Struct

from collector.channels import arrival
from collector.clocks import MAX_AGE, MAX_AGE_DEMO, shift
from collector.devices import device
from collector.known_sites import KnownSite
from collector.origins import on_this_machine
from collector.visitors import Visitors
from collector.wire import Batch, span
from store.pages import NotAPage, canonical_page


class Enrichment(Struct):
    """`x` of a journal record; docs/architecture.md names where each field goes."""

    site: int
    page: str
    host: str
    visitor: str  # 64 bit, as text: JSON readers may lose digits of a number
    device: str
    browser: str
    os: str
    channel: str
    referrer: str
    source: str
    medium: str
    campaign: str
    bot: str
    excluded: int
    shift: int  # ms


class Request(Struct, frozen=True):
    """What the request tells beside its body. `address` stays in memory."""

    received: int  # ms since 1970
    address: str
    user_agent: str
    purpose: str  # Sec-Purpose, X-Purpose or X-Moz


_encoder = msgspec.json.Encoder()


def enrich(batch: Batch, known: KnownSite, request: Request, visitors: Visitors) -> tuple[Enrichment, bool]:
    """The enrichment, and whether the clock had to be clamped. Raises `NotAPage` when the URL names none."""
    site, context = known.site, batch.ctx
    page = _page(context.url, site.keep_query)
    time = shift(request.received, batch.sent, batch.t0, span(batch), MAX_AGE_DEMO if site.demo else MAX_AGE)
    came = arrival(context.url, context.ref)
    what = device(request.user_agent, context.touch)
    if context.consent and context.id:
        visitor = visitors.consented(known.number, context.id)
    else:
        visitor = visitors.cookieless(known.number, batch.t0 + time.ms, request.address, request.user_agent)
    return Enrichment(
        site=known.number,
        page=page,
        host=page.partition("/")[0],
        visitor=str(visitor),
        device=what.kind,
        browser=what.browser,
        os=what.os,
        channel=came.channel,
        referrer=came.referrer,
        source=came.source,
        medium=came.medium,
        campaign=came.campaign,
        bot=verdict(what.bot, context.auto, request.purpose, own_machine=on_this_machine(page.partition("/")[0])),
        excluded=0,
        shift=time.ms,
    ), time.clamped


def encode(enrichment: Enrichment) -> bytes:
    """JSON on one line."""
    return _encoder.encode(enrichment)


def verdict(user_agent_says: str, automated: bool, purpose: str, own_machine: bool = False) -> str:
    """Why the visitor is taken for a robot, "" if it is not. Robots are stored and left out when reading.

    A browser driven by a script (WebDriver, headless) on a page of its `own_machine` is the
    owner's test: it counts (docs/decisions/0010-tests-on-loopback-count.md).
    """
    if automated and not own_machine:
        return "webdriver"
    if user_agent_says and not (own_machine and user_agent_says == "headless"):
        return user_agent_says
    if any(word in purpose for word in ("prefetch", "prerender", "preview")):
        return "prefetch"
    return ""


@lru_cache(maxsize=20_000)
def _page(url: str, keep_query: tuple[str, ...]) -> str:
    return canonical_page(url, keep_query)


__all__ = ["Enrichment", "NotAPage", "Request", "encode", "enrich", "verdict"]
