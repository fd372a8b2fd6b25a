"""Each route of a single-page application (`#/…`) has pictures of its own."""

import pytest

from tests.snapshot.conftest import colour, whole


@pytest.mark.parametrize(
    ("route", "page", "seen", "button"),
    [("#/b", "/routes#/b", "green", "buy"), ("#/a", "/routes#/a", "red", "watch"), ("", "/routes", "red", "watch")],
)
def test_a_route_is_photographed_and_filed_as_a_page(shoot, local, route, page, seen, button):
    """The last one opens the root of its application (`#/`) by itself, which is the same page."""
    capture = shoot(f"/routes{route}")
    assert capture.snapshot.page == f"127.0.0.1:{local.port}{page}"
    assert colour(whole(capture), 1000, 150) == seen
    assert any(path.endswith(f"button#{button}") for path in capture.layout.paths)
