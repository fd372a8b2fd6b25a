import pytest

from store.notes import read_note
from viewer.snapshot.heights import height_warning, strips, viewport_height


@pytest.mark.parametrize(
    ("width", "recorded", "height"),
    [(1366, None, 768), (390, None, 844), (768, {}, 1024), (400, None, 844), (1366, {1366: 657}, 657),
     (390, {1366: 657}, 844)],
)  # fmt: skip
def test_viewport_height(width, recorded, height):
    assert viewport_height(width, recorded) == height


@pytest.mark.parametrize(
    ("height", "expected"),
    [(100, [(0, 100)]), (2048, [(0, 2048)]), (2049, [(0, 2048), (2048, 1)]),
     (5000, [(0, 2048), (2048, 2048), (4096, 904)])],
)  # fmt: skip
def test_strips(height, expected):
    assert strips(height, 2048) == expected


def test_height_is_compared_with_the_recorded_one():
    assert height_warning(1000, 1366, {1366: 1100}) == ""
    assert height_warning(1000, 1366, {390: 5000}) == ""
    assert "1,000 px" in read_note(height_warning(1000, 1366, {1366: 2000})).words
