"""Input in the form that WebDriver and WebDriver BiDi share: https://w3c.github.io/webdriver/#actions."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from tests.browsers.tab import Tab

# https://www.w3.org/TR/webdriver2/#keyboard-actions
_KEYS = {
    "Backspace": "\ue003",
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
}


class ActionTab(Tab):
    """A tab whose driver performs lists of actions."""

    @abstractmethod
    def perform(self, sources: list[dict[str, Any]]) -> None:
        """Performs the actions of these input sources, and waits until the page has received them."""

    def move(self, x: float, y: float) -> None:
        self._pointer({"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0})

    def press(self, button: int = 0) -> None:
        self._pointer({"type": "pointerDown", "button": button})

    def release(self, button: int = 0) -> None:
        self._pointer({"type": "pointerUp", "button": button})

    def click(self, x: float, y: float) -> None:
        move = {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}
        self._pointer(move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0})

    def wheel(self, x: float, y: float, by: float) -> None:
        action = {"type": "scroll", "x": round(x), "y": round(y), "deltaX": 0, "deltaY": round(by), "duration": 0}
        self.perform([{"type": "wheel", "id": "wheel", "actions": [action]}])

    def key(self, name: str) -> None:
        value = _KEYS.get(name, name)
        actions = [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self.perform([{"type": "key", "id": "keyboard", "actions": actions}])

    def _pointer(self, *actions: dict[str, Any]) -> None:
        parameters = {"pointerType": "mouse"}
        self.perform([{"type": "pointer", "id": "mouse", "parameters": parameters, "actions": list(actions)}])
