"""WebKit through WebDriver: WebKitGTK's driver with its MiniBrowser, on a virtual screen.

https://w3c.github.io/webdriver/
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import ExitStack
from typing import Any

import httpx

from tests.browsers.actions import ActionTab
from tests.browsers.processes import program, running
from tests.browsers.tab import HEIGHT, WIDTH, Browser, json_call
from tests.machine import free_port
from tests.waiting import until

ANSWER_S = 60.0  # for one command
_SCREEN = "1600x1200x24"


class WebKit(Browser):
    """The driver and the one session that it allows, which has a temporary profile."""

    name = "webkit"

    def __init__(self) -> None:
        self._open = ExitStack()
        try:
            driver = program("PARCOURS_WEBKIT_DRIVER", "WebKitWebDriver", "webkit2gtk-driver")
            environment = {**os.environ, "DISPLAY": self._screen(), "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
            home = self._open.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            environment |= {"HOME": home} | {f"XDG_{kind}_HOME": home for kind in ("CACHE", "CONFIG", "DATA")}
            port = free_port()
            self._open.enter_context(running([driver, f"--port={port}", "--host=127.0.0.1"], env=environment))
            self._http = self._open.enter_context(
                httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=ANSWER_S, trust_env=False)
            )
            until(self._answers, ANSWER_S)
            session = self.call("POST", "/session", capabilities={})
            self._session = f"/session/{session['sessionId']}"
            self._capabilities = session["capabilities"]
            self._first = self.call("GET", f"{self._session}/window")  # keeps the browser open
        except BaseException:
            self.close()
            raise

    def _screen(self) -> str:
        """Starts a virtual screen; returns its name."""
        reading, writing = os.pipe()
        command = [program("PARCOURS_XVFB", "Xvfb", "xvfb"), "-displayfd", str(writing), "-screen", "0", _SCREEN]
        with os.fdopen(reading) as number:
            try:
                self._open.enter_context(running([*command, "-nolisten", "tcp"], pass_fds=[writing]))
            finally:
                os.close(writing)
            return f":{number.readline().strip()}"

    def _answers(self) -> bool:
        try:
            return self._http.get("/status").is_success
        except httpx.TransportError:
            return False

    def call(self, method: str, path: str, **parameters: Any) -> Any:
        """The value of a WebDriver command. Raises RuntimeError with the driver's message."""
        answer = self._http.request(method, path, json=parameters if method == "POST" else None)
        value = answer.json()["value"]
        if answer.is_error:
            raise RuntimeError(f"{path}: {value['error']}: {value['message']}")
        return value

    def command(self, name: str, **parameters: Any) -> Any:
        """The value of a WebDriver command of the session."""
        return self.call("POST", f"{self._session}/{name}", **parameters)

    def close_window(self) -> None:
        """Closes the current window."""
        self.call("DELETE", f"{self._session}/window")
        self.command("window", handle=self._first)

    def version(self) -> str:
        return self._capabilities["browserVersion"]

    def tab(self) -> WebKitTab:
        return WebKitTab(self)

    def close(self) -> None:
        self._open.close()


class WebKitTab(ActionTab):
    """A window. It shares its storage with the other windows until one is closed."""

    def __init__(self, browser: WebKit) -> None:
        self._browser = browser
        self._handle = browser.command("window/new", type="window")["handle"]
        browser.command("window", handle=self._handle)
        self.resize(WIDTH, HEIGHT)

    def goto(self, url: str) -> None:
        self._browser.command("url", url=url)

    def evaluate(self, function: str, argument: Any = None) -> Any:
        script = f"return {json_call(function, argument)}"
        return json.loads(self._browser.command("execute/sync", script=script, args=[]))

    def perform(self, sources: list[dict[str, Any]]) -> None:
        self._browser.command("actions", actions=sources)

    def resize(self, width: int, height: int) -> None:
        frame = self.evaluate("() => [outerWidth - innerWidth, outerHeight - innerHeight]")
        self._browser.command("window/rect", width=width + frame[0], height=height + frame[1])
        until(lambda: self.evaluate("() => [innerWidth, innerHeight]") == [width, height])

    def hide(self) -> None:
        self._browser.command("window/minimize")

    def close(self) -> None:
        self.evaluate("() => { try { localStorage.clear() } catch { /* about:blank has none */ } }")
        self._browser.close_window()
