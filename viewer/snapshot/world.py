"""Runs our scripts in an isolated world, which the scripts of the page can neither see nor change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Page

from viewer.snapshot.errors import SnapshotError

_NAME = "parcours"
_SCRIPTS = Path(__file__).parent / "page"


def script(name: str) -> str:
    """`page/{name}.js` as an expression that evaluates to a function. The script can use `elementsOf` (elements.js)."""
    return f"(() => {{const elementsOf = {_text('elements')};\nconst main = {_text(name)};\nreturn main}})()"


def _text(name: str) -> str:
    return (_SCRIPTS / f"{name}.js").read_text(encoding="utf-8").strip().removesuffix(";")


class World:
    """The isolated world of a page's main frame, or of its frame `frame`. It still works when the page's own scripts
    are disabled."""

    def __init__(self, page: Page, session: CDPSession, frame: str = "") -> None:
        self.page = page
        self.session = session
        self.frame = frame  # id of a frame of this session, '' = its main one

    @classmethod
    async def of(cls, page: Page) -> World:
        return cls(page, await page.context.new_cdp_session(page))

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression (awaited when it is a promise), as plain data."""
        return (await self._evaluate(expression, returnByValue=True))["result"].get("value")

    async def run(self, name: str, *arguments: object) -> Any:
        """The result of `page/{name}.js`, called with these arguments (plain data)."""
        return await self.evaluate(f"({script(name)})({', '.join(map(json.dumps, arguments))})")

    async def nodes(self, expression: str) -> list[int]:
        """The DevTools ids of the elements in the array that an expression returns."""
        await self.session.send("DOM.enable")
        await self.session.send("DOM.getDocument", {"depth": 0})
        array = (await self._evaluate(expression))["result"]["objectId"]
        listed = await self.session.send("Runtime.getProperties", {"objectId": array, "ownProperties": True})
        objects = [one["value"]["objectId"] for one in listed["result"] if one["name"].isdigit()]
        return [(await self.session.send("DOM.requestNode", {"objectId": one}))["nodeId"] for one in objects]

    async def _evaluate(self, expression: str, **how: bool) -> dict[str, Any]:
        frame = self.frame or (await self.session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        # The same name returns the same world, or a new one after a navigation.
        world = await self.session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": _NAME})
        answer: dict[str, Any] = await self.session.send(
            "Runtime.evaluate",
            {"expression": expression, "contextId": world["executionContextId"], "awaitPromise": True, **how},
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            message = details.get("exception", {}).get("description") or details.get("text", "")
            raise SnapshotError(f"A script of the snapshot failed in the page: {message[:300]}", "capture")
        return answer

    async def stop_scripts(self) -> None:
        """Disable the scripts of the page (timers, frames, events), so that nothing changes by itself."""
        await self.session.send("Emulation.setScriptExecutionDisabled", {"value": True})
