"""What is in shadow roots, and what appears late."""

import pytest

from tests.snapshot.conftest import colour, notes_of, whole
from viewer.snapshot import SnapshotError


@pytest.mark.parametrize("path", ["/banner-in-root", "/banner-slotted", "/banner-nested", "/banner-frame"])
def test_cookie_banners_in_shadow_roots_and_frames_are_hidden(shoot, path):
    capture = shoot(path)
    assert notes_of(capture.snapshot) == ("A cookie banner was hidden for the picture.",)
    picture = whole(capture)
    assert [colour(picture, 600, y) for y in (100, 500, 700)] == ["yellow"] * 3


def test_a_menu_in_a_shadow_root_that_mentions_cookies_is_not_hidden(shoot):
    capture = shoot("/bar-in-root")
    assert colour(whole(capture), 900, 150) == "red"
    assert capture.snapshot.warnings == ()


@pytest.mark.parametrize(
    ("path", "at"),
    [("/closed-root", 600), ("/closed-root-of-one-colour", 600), ("/closed-root-late", 600), ("/open-root-late", 600)],
)
def test_a_page_that_consists_of_a_component_is_photographed(shoot, path, at):
    capture = shoot(path)
    assert colour(whole(capture), 600, at) == "green"
    assert capture.snapshot.warnings == ()


@pytest.mark.parametrize("path", ["/late-900", "/late-3000"])
def test_a_page_that_is_rendered_by_a_timer_is_photographed(shoot, path):
    capture = shoot(path)
    assert capture.snapshot.height > 1500
    assert colour(whole(capture), 600, 1400) == "green"


def test_a_page_that_shows_only_its_background_is_empty(shoot):
    with pytest.raises(SnapshotError) as raised:
        shoot("/painted-nothing")
    assert raised.value.code == "empty"
