"""A Chromium driven over its DevTools pipe, without the settings that Playwright makes for every page.

Playwright keeps every page visible and focused and turns prerendering off. Visitors' browsers do neither.
The DevTools protocol: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import waiting
from tests.machine import CHROMIUM_ARGS

LONGEST = 20.0  # s an answer may take
READS, WRITES = 3, 4  # the browser's ends of the pipes, as `--remote-debugging-pipe` has them


class PlainChromium:
    """One browser with one tab and at most one prerendered page in it. `page`: session of the page that is driven."""

    def __init__(self, profile: Path) -> None:
        theirs_in, self._commands = os.pipe()
        self._answers, theirs_out = os.pipe()
        chromium = shutil.which("chromium")
        assert chromium is not None
        # A shell connects the pipes to the descriptors that the browser expects.
        wiring = f'exec "$0" "$@" {READS}<&{theirs_in} {WRITES}>&{theirs_out}'
        self._process = subprocess.Popen(
            ["bash", "-c", wiring, chromium, "--headless=new", "--remote-debugging-pipe", *CHROMIUM_ARGS,
             f"--user-data-dir={profile}", "--window-size=1000,800", "about:blank"],
            pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._rest = b""
        self._number = 0
        self.page = self._ahead = ""
        # Through the tab: a page attached to directly is not allowed to prerender.
        (tab,) = self._send("", "Target.getTargets", filter=[{"type": "tab"}])["targetInfos"]
        session = self._send("", "Target.attachToTarget", targetId=tab["targetId"], flatten=True)["sessionId"]
        self._send(session, "Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True)
        assert self.page

    def goto(self, url: str) -> None:
        self._send(self.page, "Page.navigate", url=url)
        self.wait(lambda: self.evaluate(f"location.href === {json.dumps(url)} && document.readyState === 'complete'"))

    def evaluate(self, script: str) -> Any:
        """The value of an expression in the page."""
        found = self._send(self.page, "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def click(self, selector: str) -> None:
        """A press and a release in the middle of the element."""
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        x, y = self.evaluate(f"((b) => [b.x + b.width / 2, b.y + b.height / 2])({box})")
        for kind in ("mousePressed", "mouseReleased"):
            self._send(self.page, "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def turn_to_prerendered_page(self) -> str:
        """Drives the prerendered page as soon as it is ready; returns the session of the page that is shown."""
        self.wait(lambda: self.evaluate("true") and self._ahead)  # its announcement comes with an answer
        shown, self.page = self.page, self._ahead
        self.wait(lambda: self.evaluate("document.readyState === 'complete'"))
        return shown

    def wait(self, until: Callable[[], Any]) -> None:
        waiting.until(until, LONGEST)

    def close(self) -> None:
        try:
            self._send("", "Browser.close")
            self._process.wait(LONGEST)
        finally:
            self._process.kill()
            self._process.wait()
            os.close(self._commands)
            os.close(self._answers)

    def _send(self, session: str, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("method") == "Target.attachedToTarget":
                self._attached(answer["params"])
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                return dict(answer["result"])

    def _attached(self, to: dict[str, Any]) -> None:
        if to["targetInfo"].get("subtype") == "prerender":
            self._ahead = to["sessionId"]
        elif to["targetInfo"]["type"] == "page":
            self.page = to["sessionId"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select.select([self._answers], [], [], LONGEST)[0], "the browser does not answer"
            piece = os.read(self._answers, 65_536)
            assert piece, "the browser is gone"
            self._rest += piece
        one, self._rest = self._rest.split(b"\0", 1)
        return dict(json.loads(one))
