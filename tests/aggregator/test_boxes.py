"""Text that is broken into lines: a fraction runs along the words, wherever the lines break."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.placing.boxes import Boxes
from store.layouts import Layout
from tests.aggregator.build import layout

NEAR = 0.05  # px: precision of 32 bits far down a page
F = np.float32

side = st.floats(0, 2000, width=32)
line = st.tuples(side, side, st.floats(0, 1500, width=32), st.floats(0, 80, width=32))
element = st.lists(line, min_size=1, max_size=6)
fraction = st.integers(0, 10_000).map(lambda steps: steps / 10_000)


def page_of(elements: list[list[tuple[float, float, float, float]]]) -> Layout:
    """Elements with these lines, each in the box around them."""
    made, lines = [], {}
    for i, boxes in enumerate(elements):
        x, y, w, h = np.array(boxes).T
        path = f"p#e{i}"
        left, top = float(x.min()), float(y.min())
        made.append((path, "", (left, top, float((x + w).max()) - left, float((y + h).max()) - top)))
        if len(boxes) > 1:
            lines[path] = [length for box in boxes for length in box]
    return layout(*made, lines=lines)


def place(boxes: Boxes, element: int, fx: list[float], fy: list[float]) -> tuple[np.ndarray, np.ndarray]:
    return boxes.place(np.full(len(fx), element, np.int32), np.array(fx, F), np.array(fy, F))


def test_by_hand() -> None:
    """Two lines: the end of one, and the whole of the next; a third without width between them."""
    boxes = Boxes.of(page_of([[(10, 0, 90, 20)], [(300, 100, 100, 20), (0, 120, 0, 20), (20, 130, 300, 30)]]))
    x, y = place(boxes, 1, [0, 0.125, 0.25, 0.5, 1], [0, 0.5, 0.5, 1, 0])
    assert x.tolist() == [300, 350, 20, 120, 320]
    assert y.tolist() == [100, 110, 145, 160, 130]
    assert [float(length[0]) for length in boxes.size(np.array([1]))] == [400, 25]
    assert [float(length[0]) for length in boxes.size(np.array([0]))] == [90, 20]


def test_a_word_keeps_its_place_when_another_width_breaks_the_lines() -> None:
    """“one two three”, 300 px on one line; on two lines the middle word begins the second."""
    wide = Boxes.of(page_of([[(0, 0, 300, 20)]]))
    narrow = Boxes.of(page_of([[(50, 0, 100, 20), (0, 20, 200, 20)]]))
    assert place(wide, 0, [0.4], [0.5])[0].tolist() == [120]
    x, y = place(narrow, 0, [0.4], [0.5])
    assert (round(float(x[0])), y.tolist()) == (20, [30])


def test_one_line_with_a_width_is_a_box_like_any_other() -> None:
    """A link around a block has empty lines before and after it."""
    boxes = Boxes.of(page_of([[(5, 10, 0, 0), (0, 10, 400, 200), (5, 210, 0, 20)]]))
    x, y = place(boxes, 0, [0.5], [1])
    assert (x.tolist(), y.tolist()) == ([200], [210])


def test_lines_without_any_width_leave_the_box() -> None:
    boxes = Boxes.of(page_of([[(5, 10, 0, 10), (25, 20, 0, 10)]]))
    x, y = place(boxes, 0, [0.5], [0.5])
    assert (x.tolist(), y.tolist()) == ([15], [20])


def test_the_index_without_an_element_has_no_box() -> None:
    for made in (page_of([[(5, 5, 5, 5)]]), layout()):
        x, y = place(Boxes.of(made), -1, [0.5], [0.5])
        assert (x.tolist(), y.tolist()) == ([0], [0])


@settings(max_examples=150, deadline=None)
@given(st.lists(element, min_size=1, max_size=8), st.data())
def test_every_place_lies_in_a_box_of_its_element(elements: list[list[tuple[float, ...]]], data: st.DataObject) -> None:
    boxes = Boxes.of(page_of(elements))
    for i, own in enumerate(elements):
        fx, fy = data.draw(fraction), data.draw(fraction)
        x, y = (float(at[0]) for at in place(boxes, i, [fx], [fy]))
        wide = [box for box in own if box[2] > 0] or [_around(own)]
        assert any(
            left - NEAR <= x <= left + w + NEAR and top - NEAR <= y <= top + h + NEAR for left, top, w, h in wide
        )


def _around(own: list[tuple[float, ...]]) -> tuple[float, float, float, float]:
    x, y, w, h = np.array(own).T
    return float(x.min()), float(y.min()), float((x + w).max() - x.min()), float((y + h).max() - y.min())


@settings(max_examples=150, deadline=None)
@given(element, st.lists(fraction, min_size=2, max_size=30))
def test_the_order_along_the_words_is_kept(own: list[tuple[float, ...]], parts: list[float]) -> None:
    boxes = Boxes.of(page_of([[(0, 0, 10, 10)], own]))
    x, y = place(boxes, 1, sorted(parts), [0.0] * len(parts))
    wide = [box for box in own if box[2] > 0]
    if not wide:
        return
    before = np.concatenate(([0.0], np.cumsum([w for _, _, w, _ in wide])))
    # Where along the words each place can be: of several lines at one height, the one that keeps the order.
    reached = 0.0
    for px, py in zip(x.tolist(), y.tolist(), strict=True):
        along = [
            start + px - left
            for (left, top, w, _), start in zip(wide, before.tolist(), strict=False)
            if abs(py - top) <= NEAR and left - NEAR <= px <= left + w + NEAR
        ]
        assert along
        assert max(along) >= reached - 2 * NEAR
        reached = max(reached, min(one for one in along if one >= reached - 2 * NEAR))


@settings(max_examples=150, deadline=None)
@given(line.filter(lambda box: box[2] > 0), fraction, fraction)
def test_one_box_is_left_as_it_was(box: tuple[float, float, float, float], fx: float, fy: float) -> None:
    x, y, w, h = np.array(box, F)
    got_x, got_y = place(Boxes.of(page_of([[box]])), 0, [fx], [fy])
    assert got_x[0] == x + F(fx) * w
    assert got_y[0] == y + F(fy) * h
