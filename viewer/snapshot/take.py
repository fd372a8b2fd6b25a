"""Pictures and layouts of one page: one load of the page for each width gives both."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Route
from playwright.async_api import Error as PlaywrightError

from aggregator.shapes.heights import Heights
from store.layouts import Layout
from store.notes import note
from store.pages import canonical_page
from store.snapshots import Snapshot, new_id
from viewer.snapshot.access import NO_ACCESS, SiteAccess
from viewer.snapshot.addresses import Bounds, Resolve
from viewer.snapshot.capture import read_elements, to_layout
from viewer.snapshot.errors import BrowserFailure, SnapshotError, StepError
from viewer.snapshot.guard import PageGuard
from viewer.snapshot.heights import PHONE_BELOW, height_warning, viewport_height
from viewer.snapshot.left_out import RequestedFiles
from viewer.snapshot.limits import Limits
from viewer.snapshot.loading import check_address, open_page
from viewer.snapshot.mapping import Mapping
from viewer.snapshot.picture import is_blank, page_height, photograph
from viewer.snapshot.proxy import COLLECTOR, Proxy
from viewer.snapshot.request import PictureRequest
from viewer.snapshot.settle import arrive, come_to_rest, read_through, rest_in_state
from viewer.snapshot.signing_in import check_signed_in, enter
from viewer.snapshot.steps import Player
from viewer.snapshot.traffic import Traffic
from viewer.snapshot.world import World

_PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Mobile Safari/537.36"
_CLOSE_S = 10.0
_DESK = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"


@dataclass(frozen=True)
class Capture:
    """One width of a page, as it is saved (`Snapshots.save(*…)`)."""

    snapshot: Snapshot
    layout: Layout
    strips: list[tuple[int, bytes]]  # (height px, WebP)


@dataclass(frozen=True)
class PictureSession:
    """What a picture of a request needs: the browser, the heights of visitors' windows, limits, name look-up.

    `tell` reports a step of the current width.
    """

    browser: Browser
    request: PictureRequest
    heights: Heights
    limits: Limits
    resolve: Resolve
    tell: Callable[[str], None]
    access: SiteAccess = NO_ACCESS

    @property
    def bounds(self) -> Bounds:
        return Bounds.of(self.request.site)


def check(request: PictureRequest) -> None:
    """Raise `SnapshotError` (address) if the request is for another site, or for widths that no window has."""
    Bounds.of(request.site).check(request.url)
    widths = request.widths
    if not widths or not all(200 <= width <= 4000 for width in widths):
        raise SnapshotError(f"Widths are from 200 to 4,000 px, not {list(widths)}.", "address")


async def take_width(session: PictureSession, width: int) -> Capture:
    """The capture of one width. Raises `SnapshotError`; `BrowserFailure` if the browser hung or crashed."""
    request, limits = session.request, session.limits
    try:
        async with asyncio.timeout(limits.whole_s):
            return await _take_one(session, width)
    except TimeoutError:
        raise BrowserFailure(
            f"{request.url} at {width} px was not finished within {limits.whole_s:g} s: the page keeps the browser "
            "busy. Try again, or give a page of the site that does less.",
            "timeout",
        ) from None
    except PlaywrightError as error:
        crashed = not session.browser.is_connected() or "crash" in error.message.lower()
        first = error.message.strip().splitlines()[0] if error.message.strip() else "no reason given"
        words = f"{request.url} at {width} px: the browser failed ({first}). Try again."
        raise (BrowserFailure(words, "crashed") if crashed else SnapshotError(words, "capture")) from None


async def _take_one(session: PictureSession, width: int) -> Capture:
    request, limits = session.request, session.limits
    window = viewport_height(width, session.heights.window)
    guard = PageGuard(request.url, limits)
    async with Proxy(session.bounds, session.resolve, limits.dial_s, guard).running() as proxy:
        context = await _context(session.browser, width, window, proxy)
        try:
            async with guard:
                mapping = await _mapping(context, request)
                page = await context.new_page()
                await guard.watch(page)
                world = await World.of(page)
                await enter(world, session.access, request.site, request.url, limits)
                if mapping:
                    mapping.left = ""
                traffic, left_out = Traffic(page, session.bounds), RequestedFiles(page)
                await open_page(page, request.url, request.site, traffic, proxy, mapping, limits)
                session.tell("settling")
                try:
                    warnings = await _come_to_rest(world, traffic, session, width)
                except StepError:
                    raise
                except (PlaywrightError, SnapshotError):
                    # A page that navigates away destroys our scripts: report where it went, which helps the owner more.
                    with contextlib.suppress(PlaywrightError):
                        await page.wait_for_load_state("load", timeout=limits.answer_s * 1000)
                    check_address(page, request.url, request.site, traffic, mapping)
                    raise
                check_address(page, request.url, request.site, traffic, mapping)
                await check_signed_in(world, session.access, request.url)
                session.tell("picture")
                warnings += left_out.notes(proxy.refused, await world.run("own_scripts"))
                return await _picture(world, session, width, window, warnings)
        finally:
            # A page that blocks its renderer can block this too; the camera then ends the browser.
            with contextlib.suppress(PlaywrightError, TimeoutError):
                await asyncio.wait_for(context.close(), _CLOSE_S)


async def _come_to_rest(world: World, traffic: Traffic, session: PictureSession, width: int) -> list[str]:
    """From the load event to a page at rest in the requested state; returns warnings."""
    request, limits = session.request, session.limits
    recipe, player = request.recipe, Player(world, traffic, request.site, limits, touch=width < PHONE_BELOW)
    try:
        quiet = await arrive(world, traffic, limits)
        warnings = await player.play(recipe.first, may_reload=True)
        await player.put_pointer_away()
        warnings += await read_through(world, traffic, limits, quiet)
        if recipe.steps:
            session.tell("state")
            warnings += await player.play(recipe.steps)
    except StepError as error:
        raise error.at(width) from None
    return warnings + await (rest_in_state if recipe.steps else come_to_rest)(world)


async def _context(browser: Browser, width: int, window: int, proxy: Proxy) -> BrowserContext:
    """A fresh profile like that of a visitor's browser of this width; its only way out is `proxy`."""
    phone = width < PHONE_BELOW
    major = browser.version.partition(".")[0]
    context = await browser.new_context(
        viewport={"width": width, "height": window},
        screen={"width": width, "height": window},
        device_scale_factor=1,
        is_mobile=phone,
        has_touch=phone,
        user_agent=(_PHONE if phone else _DESK).format(f"{major}.0.0.0"),
        reduced_motion="reduce",
        service_workers="block",
        accept_downloads=False,
        proxy={"server": proxy.address, "bypass": "<-loopback>"},
    )
    await context.route(lambda url: bool(COLLECTOR.search(urlsplit(url).path)), _no_visit)
    context.on("page", _close_popup)
    return context


async def _no_visit(route: Route) -> None:
    await route.fulfill(status=204, headers={"access-control-allow-origin": "*"})


async def _close_popup(page: Page) -> None:
    if await page.opener() is not None:
        await page.close()


async def _mapping(context: BrowserContext, request: PictureRequest) -> Mapping | None:
    if not request.site.fetch_from:
        return None
    mapping = Mapping(urlsplit(request.url).netloc, request.site.fetch_from)
    await mapping.install(context)
    return mapping


async def _picture(world: World, session: PictureSession, width: int, window: int, warnings: list[str]) -> Capture:
    request, limits = session.request, session.limits
    state = await world.run("state")
    if state["empty"] and await is_blank(world, state["canvas"]):
        raise SnapshotError(
            f"{request.url} shows nothing at {width} px. If its content needs a sign-in or comes from a private "
            "address, it cannot be seen from here.",
            "empty",
        )
    found = await read_elements(world, request.site.key, Bounds.of(request.site))
    wide, tall = int(state["width"]), await page_height(world)
    height = min(tall, limits.tallest_px)
    if height < tall:
        warnings.append(note("tall", height=tall, end=height))
    if wide != width:
        warnings.append(note("wide" if state["viewportTag"] else "no_viewport_tag", laid=wide, window=width))
    if state["overflow"] > wide * 1.1:
        warnings.append(note("beyond", px=state["overflow"] - wide))
    if not request.recipe.steps:  # a state may have another height or scroll position
        if state["panel"] > window and note("panel") not in warnings:
            warnings.append(note("panel"))
        elif await world.run("inside"):
            warnings.append(note("inside"))
        if different := height_warning(tall, width, session.heights.page):
            warnings.append(different)
    strips = await photograph(world, wide, height, limits)
    taken = time.time_ns() // 1_000_000
    snapshot = Snapshot(
        id=new_id(),
        site=int(request.site.id),
        page=request.page or canonical_page(request.url, request.site.keep_query),
        width=width,
        variant=request.variant,
        state=request.recipe.state,
        url=request.url,
        taken=taken,
        height=height,
        viewport_h=window,
        title=str(state["title"])[:300],
        warnings=tuple(warnings),
    )
    return Capture(snapshot, to_layout(found, wide, height, window), strips)
