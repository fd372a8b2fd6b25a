"""Signs in to a site before a picture. Secrets are written only into pages of the site's own domains, over https."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from rules.recipe import Step
from rules.sign_in import is_private_page_of
from store.records import Site
from viewer.snapshot.access import SiteAccess, browser_cookies, signed_out
from viewer.snapshot.addresses import Bounds, port_of
from viewer.snapshot.errors import SnapshotError, StepError
from viewer.snapshot.limits import Limits
from viewer.snapshot.settle import arrive, wait_quiet
from viewer.snapshot.steps import Player
from viewer.snapshot.traffic import Traffic
from viewer.snapshot.world import World, script

_POLL_S = 0.1
_BODILESS = ("GET", "HEAD")


async def enter(world: World, access: SiteAccess, site: Site, url: str, limits: Limits) -> None:
    """Set the cookies of the site, then sign in with its steps, for the page `url`. Raises SnapshotError."""
    if access.cookies:
        try:
            await world.page.context.add_cookies(browser_cookies(access, site, url))  # type: ignore[arg-type]
        except PlaywrightError:  # its message may quote a cookie
            raise SnapshotError(
                f"The browser rejects the cookies of {site.name}: paste them again.", "sign_in"
            ) from None
    if access.steps:
        await _sign_in(world, access, site, limits)


async def check_signed_in(world: World, access: SiteAccess, url: str) -> None:
    """Raise SnapshotError (signed_out) if cookies were set and the page asks for a password nevertheless."""
    if access.cookies and not access.steps and await world.evaluate(f"({script('login')})()"):
        raise signed_out(url, "shows a sign-in form")


async def _sign_in(world: World, access: SiteAccess, site: Site, limits: Limits) -> None:
    page = world.page
    if not is_private_page_of(access.url, site):
        raise SnapshotError(
            f"{access.url[:120]!r} is not an https page of {site.name}: correct the address of the sign-in page.",
            "sign_in",
        )
    guard = ForeignRequests(page, Bounds.of(site))
    async with guard.blocked():
        traffic = Traffic(page, Bounds.of(site))
        try:
            answer = await page.goto(access.url, wait_until="commit", timeout=limits.answer_s * 1000)
        except PlaywrightError:
            answer = None
        if guard.host or answer is None or answer.status >= 400:
            why = f"leads to {guard.host}" if guard.host else f"answers {answer.status}" if answer else "does not open"
            raise SnapshotError(
                f"The sign-in page {access.url} {why}. Check that it opens from this machine, and its address.",
                "sign_in",
            )
        with contextlib.suppress(PlaywrightError, SnapshotError):  # the first step waits for what it needs
            await arrive(world, traffic, limits)
        await SignInPlayer(world, traffic, site, limits, access, guard).sign_in()


class ForeignRequests:
    """While signing in, stops what could carry a secret to another host: the page itself going there, and a form or a
    redirected request with a body. `host`: the first host that was refused.

    Playwright's routes do not see redirects, so this uses the DevTools domain Fetch:
    https://chromedevtools.github.io/devtools-protocol/tot/Fetch/
    """

    def __init__(self, page: Page, bounds: Bounds) -> None:
        self.host = ""
        self._page = page
        self._bounds = bounds
        self._session: CDPSession | None = None
        self._main = ""
        self._seen: set[str] = set()  # network ids of requests to the site
        self._answering: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def blocked(self) -> AsyncIterator[None]:
        self._session = session = await self._page.context.new_cdp_session(self._page)
        self._main = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        session.on("Fetch.requestPaused", self._paused)
        await session.send("Fetch.enable", {"patterns": [{"urlPattern": "*", "requestStage": "Request"}]})
        try:
            yield
        finally:
            with contextlib.suppress(PlaywrightError):
                await session.send("Fetch.disable")
                await session.detach()

    def _paused(self, event: dict[str, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(event))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, event: dict[str, Any]) -> None:
        if self._session is None:
            return
        named = {"requestId": event["requestId"]}
        with contextlib.suppress(PlaywrightError):  # the request was cancelled, or the page closed
            if host := self._foreign(event):
                self.host = self.host or host
                await self._session.send("Fetch.failRequest", {**named, "errorReason": "AccessDenied"})
            else:
                await self._session.send("Fetch.continueRequest", named)

    def _foreign(self, event: dict[str, Any]) -> str:
        """The host of a request that is refused; empty for one that may go on."""
        request = event["request"]
        parts = urlsplit(request["url"])
        if parts.scheme not in ("http", "https"):
            return ""
        host, port = parts.hostname or "", port_of(parts)
        if self._bounds.own(host, port):
            self._seen.add(event.get("networkId", ""))
            return ""
        document = event["resourceType"] == "Document"
        redirected = event.get("networkId") in self._seen  # an id stays the same through redirects
        with_body = request["method"] not in _BODILESS
        if (document and event.get("frameId") == self._main) or (with_body and (document or redirected)):
            return str(parts.netloc)
        return ""


class SignInPlayer(Player):
    """Performs the steps of a sign-in. Pages may follow each other; the last step confirms that it worked."""

    def __init__(
        self, world: World, traffic: Traffic, site: Site, limits: Limits, access: SiteAccess, guard: ForeignRequests
    ) -> None:
        super().__init__(world, traffic, site, limits)
        self._access = access
        self._guard = guard

    async def sign_in(self) -> None:
        """Perform all steps. Raises StepError (code sign_in), whose message never contains a secret."""
        last = len(self._access.steps)
        for n, step in enumerate(self._access.steps, 1):
            try:
                async with asyncio.timeout(self.limits.step_s * 1.5):
                    await self._do(n, step)
                self._check_host(n, step)
            except TimeoutError:
                raise _failed("slow", n, step, seconds=self.limits.step_s) from None
            except PlaywrightError:
                # Its message may quote what was written. Most often the page went on while the step was performed.
                raise _failed("slow", n, step, seconds=self.limits.step_s) from None
            except StepError as error:
                self._check_host(n, step)
                if n == last:
                    place = urlsplit(self.page.url)
                    at = f"{place.hostname}{place.path}"
                    raise _failed("unconfirmed", n, step, seconds=self.limits.step_s, place=at) from None
                raise StepError(error.fault, **{**error.values, "signing_in": True}) from None
        with contextlib.suppress(PlaywrightError, SnapshotError):  # scripts may still store the session
            await wait_quiet(self.world, self.traffic, self.limits.calm_s * 4, self.limits.calm_s)

    def _check_host(self, n: int, step: Step) -> None:
        if self._guard.host:
            raise _failed("foreign", n, step, host=self._guard.host)

    async def _do(self, n: int, step: Step) -> None:
        if step.verb == "fill":
            await self._press(await self._find(n, step))
            await self._write(n, step)
        elif step.verb == "submit":
            await self._press(await self._find(n, step))
            await self.page.keyboard.press("Enter")
        else:
            await super()._do(n, step)

    async def _look(self, n: int, step: Step) -> dict[str, Any]:
        """As in Player, but a page that is being replaced has nothing yet."""
        self._check_host(n, step)
        try:
            return await super()._look(n, step)
        except StepError:
            raise
        except (PlaywrightError, SnapshotError):
            return {}

    async def _write(self, n: int, step: Step) -> None:
        """Write the secret of a step into its field, if page and frame belong to the site at that moment."""
        value = self._access.secrets[step.secret]
        deadline = time.monotonic() + self.limits.step_s
        while True:
            found = await self._fill(step, "undefined, undefined")
            if found.get("unwritable"):
                raise _failed("no_field", n, step)
            if origins := found.get("origins"):
                for origin in origins:
                    if not is_private_page_of(origin, self.site):
                        raise _failed("insecure", n, step, origin=origin)
                if (await self._fill(step, f"{json.dumps(origins)}, {json.dumps(value)}")).get("written"):
                    return
            if time.monotonic() > deadline:
                raise _failed("nothing", n, step, seconds=self.limits.step_s)
            await asyncio.sleep(_POLL_S)

    async def _fill(self, step: Step, arguments: str) -> dict[str, Any]:
        try:
            found = await self.world.evaluate(f"({script('fill')})({json.dumps(step.selector)}, {arguments})")
        except (PlaywrightError, SnapshotError):  # its message may quote the script; the page went on
            return {}
        return dict(found)


def _failed(fault: str, n: int, step: Step, **values: object) -> StepError:
    return StepError(fault, n=n, step=str(step), selector=step.selector, signing_in=True, **values)
