"""Firefox through WebDriver BiDi, which it speaks itself: https://w3c.github.io/webdriver-bidi/ (no geckodriver)."""

from __future__ import annotations

import itertools
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.browsers.actions import ActionTab
from tests.browsers.processes import program, running
from tests.browsers.tab import HEIGHT, WIDTH, Browser, json_call
from tests.waiting import until

START_S = 60.0  # for a machine that is busy
ANSWER_S = 60.0  # for one command
# Only what keeps Firefox from asking its maker's servers, and from restoring or asking anything itself.
# How it treats pages stays as in any Firefox.
_PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "",
    "toolkit.telemetry.enabled": False,
}


class Firefox(Browser):
    """`preferences`: further ones of about:config, by name."""

    name = "firefox"

    def __init__(self, preferences: dict[str, Any] | None = None) -> None:
        self._ids = itertools.count(1)
        self._open = ExitStack()
        try:
            profile = Path(self._open.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
            lines = (
                f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
                for name, value in (_PREFERENCES | (preferences or {})).items()
            )
            (profile / "user.js").write_text("".join(lines), encoding="utf-8")
            self._socket = self._open.enter_context(self._connection(profile))
            capabilities = self.call("session.new", capabilities={})["capabilities"]
        except BaseException:
            self.close()
            raise
        self._version = capabilities["browserVersion"]

    def _connection(self, profile: Path) -> ClientConnection:
        path = program("PARCOURS_FIREFOX", "firefox-esr", "firefox-esr")
        command = [path, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
        process = self._open.enter_context(running([*command, "about:blank"]))

        def address() -> str:
            if process.poll() is not None:
                raise RuntimeError(f"{path} ended with status {process.returncode} before it could be driven.")
            # Firefox writes where it listens: https://searchfox.org/firefox-main/source/remote/webdriver-bidi
            text = found.read_text(encoding="utf-8") if (found := profile / "WebDriverBiDiServer.json").exists() else ""
            return "ws://{ws_host}:{ws_port}/session".format(**json.loads(text)) if text.endswith("}") else ""

        return connect(until(address, START_S), max_size=None, open_timeout=START_S, ping_interval=None)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a BiDi command. Raises RuntimeError with the browser's message."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=ANSWER_S))
            if answer.get("id") == number:
                break
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    def version(self) -> str:
        return self._version

    def tab(self) -> FirefoxTab:
        return FirefoxTab(self)

    def close(self) -> None:
        self._open.close()


class FirefoxTab(ActionTab):
    """A tab in a container of its own ("user context")."""

    def __init__(self, browser: Firefox) -> None:
        self._browser = browser
        self._user = browser.call("browser.createUserContext")["userContext"]
        self._context = self._new()
        self.resize(WIDTH, HEIGHT)

    def _new(self) -> str:
        return self._browser.call("browsingContext.create", type="tab", userContext=self._user)["context"]

    def goto(self, url: str) -> None:
        self._browser.call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, function: str, argument: Any = None) -> Any:
        target = {"context": self._context}
        expression = json_call(function, argument)
        answer = self._browser.call("script.evaluate", expression=expression, target=target, awaitPromise=True)
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def perform(self, sources: list[dict[str, Any]]) -> None:
        self._browser.call("input.performActions", context=self._context, actions=sources)

    def resize(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        self._browser.call("browsingContext.setViewport", context=self._context, viewport=viewport)

    def hide(self) -> None:
        self._new()

    def close(self) -> None:
        self._browser.call("browsingContext.close", context=self._context)
