"""Pages that scroll in something other than the window."""

import pytest

from tests.snapshot.conftest import box, colour, notes_of, whole


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize(
    ("path", "above"),
    [("/body-scrolls", 0), ("/body-auto", 1), ("/body-fixed", 0), ("/body-contained", 0)],
)
def test_a_page_whose_body_scrolls_is_photographed_to_its_foot(shoot, path, above, width):
    capture = shoot(path, width)
    top = above * capture.snapshot.viewport_h  # an element of 100 % keeps its height
    assert capture.snapshot.height == capture.layout.height == top + 2900
    assert capture.snapshot.warnings == ()
    picture = whole(capture)
    shown = [colour(picture, 300, top + y) for y in (450, 1350, 2250, 2800)]
    assert shown == ["red", "green", "blue", "magenta"]  # the last was loaded while its part was in view
    assert box(capture, "#c") == (0, top + 1800, width, 900)
    assert capture.layout.visible.sum() >= 5


@pytest.mark.parametrize("path", ["/quirks", "/quirks-body"])
def test_a_page_in_quirks_mode_is_photographed_to_its_foot(shoot, path):
    capture = shoot(path)
    assert capture.snapshot.height == 3000
    assert colour(whole(capture), 300, 2900) == "red"
    assert capture.snapshot.warnings == ()


@pytest.mark.parametrize("path", ["/app-shell", "/app-in-root", "/frameset"])
def test_a_page_that_scrolls_in_a_panel_or_frame_gives_a_warning(shoot, path):
    capture = shoot(path)
    assert capture.snapshot.height == 768
    assert colour(whole(capture), 300, 400) == "red"
    assert ["scrolls in a panel" in words for words in notes_of(capture.snapshot)] == [True]


def test_a_frameset_is_photographed_with_the_elements_of_its_frames(shoot):
    capture = shoot("/frames-short")
    layout = capture.layout
    assert capture.snapshot.title == "Frames"
    assert capture.snapshot.warnings == ()
    assert sum(">>html:1" in path for path in layout.paths) > 10
    headings = [i for i, tag in enumerate(layout.tags) if tag == "h1"]
    assert all(layout.visible[i] for i in headings)
    assert sorted(round(float(layout.x[i]), -2) for i in headings) == [0, 400, 400]
    assert len({round(float(layout.y[i]), -2) for i in headings}) == 2


@pytest.mark.parametrize("path", ["/by-transform", "/by-slides", "/by-slides-sideways", "/by-moved-container"])
def test_a_page_whose_script_scrolls_it_gives_a_warning(shoot, path):
    assert sum(words.startswith("This page scrolls inside itself") for words in notes_of(shoot(path).snapshot)) == 1


@pytest.mark.parametrize("path", ["/one-screen", "/hero", "/sticky", "/plain"])
def test_other_pages_do_not_scroll_inside_themselves(shoot, path):
    assert not any("inside itself" in words for words in notes_of(shoot(path).snapshot))
