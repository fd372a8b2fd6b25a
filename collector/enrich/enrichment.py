"""What the collector adds to a batch from its request. The client's address is used and not stored."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct

from collector.enrich.channels import traffic_source
from collector.enrich.clocks import MAX_AGE, MAX_AGE_DEMO, shift
from collector.enrich.countries import Countries
from collector.enrich.devices import device
from collector.enrich.masking import masked_address
from collector.enrich.networks import Networks, networks, read_networks
from collector.enrich.robots import by_behaviour, by_request, is_lighthouse
from collector.enrich.unattended import attended
from collector.enrich.visitors import Visitors
from collector.known_sites import KnownSite
from collector.origins import on_this_machine
from collector.text_cache import CACHED
from collector.wire import Batch, span
from store.masking import masked
from store.pages import NotAPage, canonical_page
from store.records import Site
from store.visitors import staff_mark


class Enrichment(Struct):
    """`x` of a journal record; store/sql/0001_schema.sql says where each field goes."""

    site: int
    page: str
    host: str
    visitor: str  # 64 bits, as text: JSON readers may lose digits of a number
    device: str
    browser: str
    os: str
    country: str  # ISO 3166-1, "" without a GeoIP file
    channel: str
    referrer: str
    source: str
    medium: str
    campaign: str
    bot: str
    excluded: int
    shift: int  # ms


class RequestFacts(Struct, frozen=True):
    """What the request says besides its body. `address` is in memory only."""

    received: int  # ms since 1970
    address: str
    user_agent: str
    purpose: str  # Sec-Purpose, X-Purpose or X-Moz
    brands: bytes = b""  # Sec-CH-UA
    names_language: bool = True  # false for a browser that sends no Accept-Language


class AddressLists(Struct, frozen=True):
    """The owner's lists for addresses."""

    places: Countries | None = None
    datacentres: Networks | None = None


NO_ADDRESS_LISTS = AddressLists()


def read_address_lists(geoip: Path | None, datacentres: Path | None) -> AddressLists:
    """Read the owner's files. Raises SettingsError when one cannot be used."""
    return AddressLists(
        Countries(geoip) if geoip else None,
        read_networks(datacentres, "PARCOURS_DATACENTRES") if datacentres else None,
    )


_encoder = msgspec.json.Encoder()


def enrich(
    batch: Batch, known: KnownSite, request: RequestFacts, visitors: Visitors, lists: AddressLists = NO_ADDRESS_LISTS
) -> tuple[Enrichment, bool]:
    """The enrichment, and whether the clock was clamped. Raises `NotAPage` when the URL is not one of a page.

    Masks the URLs and event names in the batch, so that what is stored of it says no more than the enrichment.
    """
    site, context = known.site, batch.ctx
    context.url = masked_address(context.url, site.keep_query)
    context.ref = masked_address(context.ref)
    if batch.custom is not None:
        batch.custom.n = [masked(name) for name in batch.custom.n]
    page = _page(context.url, site.keep_query)
    host = page.partition("/")[0]
    time = shift(request.received, batch.sent, batch.t0, span(batch), MAX_AGE_DEMO if site.demo else MAX_AGE)
    if time.clamped:
        batch.sent = request.received - time.ms  # also the time of dwells
    came = traffic_source(context.url, context.ref)
    what = device(request.user_agent, context.touch)
    if site.mode != "with_consent":
        context.consent, context.id = False, ""
    consented = bool(context.consent and context.id)
    if consented:
        visitor = visitors.consented(known.number, context.id)
    else:
        began = batch.t0 + time.ms
        visitor = visitors.cookieless(known.number, began, request.address, request.user_agent, site.zone)
    return Enrichment(
        site=known.rows,
        page=page,
        host=host,
        visitor=str(visitor),
        device=what.kind,
        browser=what.browser,
        os=what.os,
        country=lists.places.country(request.address) if lists.places is not None else "",
        channel=came.channel,
        referrer=came.referrer,
        source=came.source,
        medium=came.medium,
        campaign=came.campaign,
        bot=verdict(batch, request, what.bot, on_this_machine(host), lists.datacentres),
        excluded=int(is_staff(site, request.address, visitor if consented else None)),
        shift=time.ms,
    ), time.clamped


def encode(enrichment: Enrichment) -> bytes:
    """The enrichment as one line of JSON."""
    return _encoder.encode(enrichment)


def verdict(
    batch: Batch, request: RequestFacts, user_agent_says: str, own_machine: bool, datacentres: Networks | None
) -> str:
    """Why the visitor counts as a robot (store/robots.py), "" if it does not.

    Robots are stored, and excluded when reading.
    """
    said = by_request(
        user_agent_says,
        request.user_agent,
        request.brands,
        request.names_language,
        batch.ctx.auto,
        request.purpose,
        own_machine,
    )
    if said:
        return said
    if datacentres is not None and request.address in datacentres:
        return "datacentre"
    if own_machine:
        return ""
    if is_lighthouse(batch.ctx, request.user_agent) and not attended(batch):
        return "emulated"
    # When the tracker has to drop events, it drops dwell first.
    return by_behaviour(batch.click, bool(batch.hover and batch.hover.e) or batch.sum.cut > 0)


def is_staff(site: Site, address: str, consented: int | None) -> bool:
    """Whether the visitor belongs to the owner's team: by address, which is not stored, or by a consented id."""
    if site.staff_networks and address in networks(site.staff_networks):
        return True
    return bool(site.staff_ids) and consented is not None and staff_mark(consented) in site.staff_ids


@lru_cache(CACHED)
def _page(url: str, keep_query: tuple[str, ...]) -> str:
    return canonical_page(url, keep_query)


__all__ = [
    "AddressLists",
    "Enrichment",
    "NotAPage",
    "RequestFacts",
    "encode",
    "enrich",
    "is_staff",
    "read_address_lists",
    "verdict",
]
