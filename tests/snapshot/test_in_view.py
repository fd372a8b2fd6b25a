"""Content that is shown only while it is in view is in the picture, or a note says that it is not."""

import pytest

from tests.snapshot.conftest import colour, notes_of, whole
from tests.snapshot.in_view_pages import IN_VIEW_PAGES
from viewer.snapshot import Recipe, read_recipe

NOT_RESTORED = {"/in-view-words", "/in-view-canvas"}
OTHERS = {"/in-view-others"}


def colours(capture, *depths):
    picture = whole(capture)
    return [colour(picture, 300, y) for y in depths]


@pytest.mark.parametrize("path", [path for path in IN_VIEW_PAGES if path not in NOT_RESTORED | OTHERS])
def test_sections_that_hide_when_they_leave_the_window_are_painted(shoot, path):
    capture = shoot(path)
    found = colours(capture, 900, 1000, 1250, 1340, 1820, 1950, 2200, 2260)
    assert found == ["white", "green", "green", "white", "white", "blue", "blue", "white"]
    assert capture.snapshot.warnings == ()
    assert capture.layout.visible.all()


@pytest.mark.parametrize("path", sorted(NOT_RESTORED))
def test_content_that_is_removed_out_of_view_is_counted(shoot, path):
    assert notes_of(shoot(path).snapshot) == (
        "Places that show their content only while they are in view, and are blank in the picture: 2.",
    )


def test_what_moves_or_appears_otherwise_stays_as_it_is_at_the_top_of_the_page(shoot):
    capture = shoot("/in-view-others")
    assert colours(capture, 150, 1000, 1950, 2390) == ["white", "green", "blue", "magenta"]
    assert colours(capture, 1500)[0] in ("black", "yellow")
    assert capture.snapshot.warnings == ()


def test_sections_are_painted_in_a_state_too(shoot):
    capture = shoot("/in-view-toggle", recipe=Recipe("open", (), read_recipe(["scroll page to bottom", "wait 100"])))
    assert colours(capture, 1000, 1950) == ["green", "blue"]
