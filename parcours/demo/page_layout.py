"""The layout of a real page, with the look-ups a browser makes: elements by path, position and visibility."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from store.layouts import Layout

# As in tracker_js/src/elements.js: a click on inline text belongs to the control around it.
_INLINE = frozenset(
    (
        *("span", "b", "i", "em", "strong", "small", "u", "s", "q", "code", "mark", "sub", "sup", "font"),
        *("abbr", "time", "cite", "kbd", "bdi", "del", "ins", "tspan"),
    )
)
_CONTROLS = {"a", "button", "input", "label", "select", "textarea", "summary"}
_CLICKABLE = {*_CONTROLS, "svg", "picture"}
_RESTING = {"a", "button", "h1", "h2", "h3", "p", "svg", "summary", "input", "dd", "blockquote", "label"}


@dataclass(frozen=True)
class Spot:
    """A position on an element: its index in the layout, fractions of its box in 0..1, and page px."""

    element: int
    fx: float
    fy: float
    x: float
    y: float


class PageLayout:
    """A page at one width (and variant). `states`: its layouts in other states, by key of the state."""

    def __init__(self, columns: Layout) -> None:
        self.columns = columns
        self.states: dict[str, PageLayout] = {}
        # plain lists: faster than arrays for many look-ups of single numbers
        sides = (columns.x.tolist(), columns.y.tolist(), columns.w.tolist(), columns.h.tolist())
        self.box: list[tuple[float, float, float, float]] = list(zip(*sides, strict=True))
        self.visible: list[bool] = columns.visible.tolist()
        self.parent: list[int] = columns.parents.tolist()
        self.fixed: list[bool] = columns.fixed.tolist()
        self.index = {path: i for i, path in enumerate(columns.paths)}
        self.children: dict[int, list[int]] = defaultdict(list)
        for i, parent in enumerate(self.parent):
            self.children[parent].append(i)
        self.resting = [
            i
            for i, tag in enumerate(columns.tags)
            if tag in _RESTING and self.shown(i) and self.box[i][2] * self.box[i][3] > 400
        ]

    def find(self, path: str) -> int | None:
        """The element with this anchored path, if it is visible."""
        i = self.index.get(path)
        return i if i is not None and self.shown(i) else None

    def opened(self, path: str) -> str:
        """The state that shows an element which is hidden in this layout; "" if there is none."""
        if path not in self.index or self.find(path) is not None:
            return ""
        return next((key for key, state in self.states.items() if state.find(path) is not None), "")

    def shown(self, i: int) -> bool:
        x, _, w, h = self.box[i]
        return self.visible[i] and w > 1 and h > 1 and 0 <= x < self.columns.width

    def contains(self, i: int, x: float, y: float) -> bool:
        left, top, w, h = self.box[i]
        return left <= x < left + w and top <= y < top + h

    def spot(self, i: int, fx: float, fy: float) -> Spot:
        """The innermost element that a click at these fractions of element `i` is recorded on."""
        left, top, w, h = self.box[i]
        return self.at(left + fx * w, top + fy * h, i)

    def at(self, x: float, y: float, root: int | None = None) -> Spot:
        """The innermost element at a position of the page, inside `root` (default: the whole page)."""
        found = self.root if root is None else root
        while inner := next(
            (i for i in reversed(self.children[found]) if self._is_hit(i, root is None) and self.contains(i, x, y)),
            None,
        ):
            found = inner
            if self.columns.tags[found] == "svg":
                break
        found = self._owner(found)
        left, top, w, h = self.box[found]
        return Spot(found, min(1, max(0, (x - left) / max(w, 1))), min(1, max(0, (y - top) / max(h, 1))), x, y)

    def is_control(self, i: int) -> bool:
        """Whether a click on it has an effect: it is a control, or is inside one."""
        while i >= 0:
            if self.columns.tags[i] in _CONTROLS:
                return True
            i = self.parent[i]
        return False

    @property
    def root(self) -> int:
        return self.index.get("body", 0)

    def record(self, i: int) -> tuple[str, str]:
        """Its path and fingerprints, as the tracker sends them."""
        return self.columns.paths[i], self.columns.fps[i]

    def _is_hit(self, i: int, skip_fixed: bool) -> bool:
        return self.shown(i) and not (skip_fixed and self.fixed[i])

    def _owner(self, i: int) -> int:
        if self.columns.tags[i] in _INLINE and not self.children[i]:
            up = i
            while up >= 0:
                if self.columns.tags[up] in _CLICKABLE:
                    return up
                up = self.parent[up]
        return i
