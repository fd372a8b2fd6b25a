"""Chromium through Playwright, which drives Debian's own."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from typing import Any

from playwright.sync_api import Page, Playwright, sync_playwright

from tests.browsers.tab import HEIGHT, WIDTH, Browser, MissingBrowserError, Tab, json_call
from tests.machine import CHROMIUM_ARGS
from viewer.snapshot import SnapshotError, find_chromium

_BUTTONS = ("left", "middle", "right")


class Chromium(Browser):
    """`playwright`: one that runs already; a thread can have only one."""

    name = "chromium"

    def __init__(self, playwright: Playwright | None = None) -> None:
        self._open = ExitStack()
        try:
            path = find_chromium(os.environ.get("PARCOURS_CHROMIUM", ""))
        except SnapshotError as error:
            raise MissingBrowserError(error.words) from None
        if playwright is None:
            playwright = self._open.enter_context(sync_playwright())
        self._browser = playwright.chromium.launch(executable_path=path or None, args=CHROMIUM_ARGS)
        self._open.callback(self._browser.close)

    def version(self) -> str:
        return self._browser.version

    def tab(self) -> ChromiumTab:
        return ChromiumTab(self._browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}).new_page())

    def close(self) -> None:
        self._open.close()


class ChromiumTab(Tab):
    def __init__(self, page: Page) -> None:
        self.page = page

    def goto(self, url: str) -> None:
        self.page.goto(url)

    def evaluate(self, function: str, argument: Any = None) -> Any:
        return json.loads(self.page.evaluate(json_call(function, argument)))

    def move(self, x: float, y: float) -> None:
        self.page.mouse.move(x, y)

    def press(self, button: int = 0) -> None:
        self.page.mouse.down(button=_BUTTONS[button])

    def release(self, button: int = 0) -> None:
        self.page.mouse.up(button=_BUTTONS[button])

    def wheel(self, x: float, y: float, by: float) -> None:
        self.page.mouse.move(x, y)
        self.page.mouse.wheel(0, by)

    def key(self, name: str) -> None:
        self.page.keyboard.press(name)

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def hide(self) -> None:
        raise NotImplementedError("Playwright keeps every page visible; tests/tracker/test_tabs.py hides real tabs.")

    def close(self) -> None:
        self.page.close()

    def discard(self) -> None:
        """Does nothing: Playwright's close can wait for ever for a page that is arriving. The browser ends it."""
