"""What a test does in a browser, whichever it is."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Self

WIDTH, HEIGHT = 1366, 768  # px, of the viewport of a new tab

# The centre of an element in the viewport of the page, also if it is in same-origin frames: [frame, …, element].
_CENTRE = """(selectors) => {
  let [x, y, root] = [0, 0, document]
  for (const [i, selector] of selectors.entries()) {
    const element = root.querySelector(selector)
    const box = element.getBoundingClientRect()
    const last = i === selectors.length - 1
    x += box.left + (last ? box.width / 2 : element.clientLeft)
    y += box.top + (last ? box.height / 2 : element.clientTop)
    root = element.contentDocument
  }
  return [x, y]
}"""


class MissingBrowserError(Exception):
    """The browser, or a program that drives it, is not installed; the message says how to install it."""


class Tab(ABC):
    """One tab in the foreground, its viewport WIDTH × HEIGHT. Coordinates are CSS pixels of the viewport."""

    @abstractmethod
    def goto(self, url: str) -> None:
        """Navigates as the address bar does; returns when the page has loaded."""

    @abstractmethod
    def evaluate(self, function: str, argument: Any = None) -> Any:
        """Calls a JavaScript function in the page, waits for a promise it returns, and returns its value (JSON)."""

    @abstractmethod
    def move(self, x: float, y: float) -> None: ...

    @abstractmethod
    def press(self, button: int = 0) -> None:
        """Presses a mouse button where the pointer is: 0 left, 1 middle, 2 right."""

    @abstractmethod
    def release(self, button: int = 0) -> None: ...

    @abstractmethod
    def wheel(self, x: float, y: float, by: float) -> None:
        """Turns the wheel over (x, y) by a distance in pixels; positive values scroll down."""

    @abstractmethod
    def key(self, name: str) -> None:
        """Presses and releases a key: a character, or one of the names in actions.py."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Changes the size of the viewport."""

    @abstractmethod
    def hide(self) -> None:
        """Puts the tab into the background: `document.hidden` becomes true."""

    @abstractmethod
    def close(self) -> None:
        """Closes the tab as its cross does."""

    def discard(self) -> None:
        """The test is over."""
        self.close()

    def click(self, x: float, y: float) -> None:
        self.move(x, y)
        self.press()
        self.release()

    def centre(self, *selectors: str) -> tuple[float, float]:
        """The middle of an element; the selectors before the last are of the same-origin frames around it."""
        x, y = self.evaluate(_CENTRE, list(selectors))
        return x, y

    def click_on(self, *selectors: str) -> None:
        self.click(*self.centre(*selectors))

    def move_to(self, *selectors: str) -> None:
        self.move(*self.centre(*selectors))

    def type(self, text: str) -> None:
        for letter in text:
            self.key(letter)


class Browser(ABC):
    """A running browser with a new profile. It ends with its `with` block, and by itself after some minutes."""

    name: str

    @abstractmethod
    def version(self) -> str: ...

    @abstractmethod
    def tab(self) -> Tab:
        """A tab without the cookies and storage of the other tabs."""

    @abstractmethod
    def close(self) -> None:
        """Ends the browser; does nothing if it has ended."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def json_call(function: str, argument: Any) -> str:
    """An expression whose value is a promise of the result of `function(argument)` as JSON."""
    return f"Promise.resolve(({function})({json.dumps(argument)})).then((value) => JSON.stringify(value ?? null))"
