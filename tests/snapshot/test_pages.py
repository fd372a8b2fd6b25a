"""Purpose-made pages, photographed by the real browser."""

from dataclasses import replace

import pytest

from aggregator.shapes.heights import Heights
from tests.snapshot.conftest import box, colour, notes_of, whole
from viewer.job import JobProgress
from viewer.snapshot import PictureRequest


def test_plain_page(shoot, local):
    capture = shoot("/plain")
    snapshot, layout = capture.snapshot, capture.layout
    assert snapshot.page == f"127.0.0.1:{local.port}/plain"
    assert snapshot.title == "Plain & simple"
    assert (snapshot.width, snapshot.viewport_h, snapshot.site) == (1366, 768, 7)
    assert (layout.width, layout.height, layout.viewport_h) == (1366, snapshot.height, 768)
    assert snapshot.warnings == ()
    assert 0 < snapshot.id < 2**53
    assert whole(capture).size == (1366, snapshot.height)
    assert len(layout.paths) == len(layout.keys) == len(layout.x)


def test_lazy_content_is_there(shoot):
    capture = shoot("/lazy")
    picture = whole(capture)
    for name, expected in (("#native", "green"), ("#scripted", "blue"), ("#reveal", "red")):
        x, y, w, h = box(capture, name)
        assert colour(picture, int(x + w / 2), int(y + h / 2)) == expected, name
    assert capture.snapshot.warnings == ()


def test_a_missing_image_gives_a_warning(shoot):
    assert notes_of(shoot("/broken").snapshot) == ("1 of 2 images could not be loaded.",)


@pytest.mark.parametrize(
    ("width", "heights", "expected"), [(1366, None, 768), (390, None, 844), (1366, {1366: 650}, 650)]
)
def test_full_window_sections_do_not_grow(shoot, width, heights, expected):
    capture = shoot("/hero", width, heights=Heights(window=heights))
    assert box(capture, "#hero")[3] == expected
    assert capture.snapshot.height == expected + 3000
    picture = whole(capture)
    assert colour(picture, 100, expected - 3) == "red"
    assert colour(picture, 100, expected + 3) == "green"


def test_sticky_and_fixed_elements_appear_once(shoot):
    capture = shoot("/sticky")
    picture = whole(capture)
    assert picture.height == 6060
    blacks = [y for y in range(0, picture.height, 20) if colour(picture, 5, y) == "black"]
    assert blacks == [0, 20, 40]
    blues = [y for y in range(0, picture.height, 10) if colour(picture, 1300, y + 5) == "blue"]
    assert (blues[0], blues[-1]) == (720, 760)
    at = next(i for i, path in enumerate(capture.layout.paths) if path.endswith("#chat"))
    assert capture.layout.fixed[at]


def test_cookie_banner_is_hidden_and_its_lock_lifted(shoot):
    capture = shoot("/banner")
    picture = whole(capture)
    assert picture.height == 2040
    assert colour(picture, 600, 20) == "green"  # the site's own bar stays, though it says cookie
    assert colour(picture, 600, 700) == "yellow"
    assert notes_of(capture.snapshot) == ("A cookie banner was hidden for the picture.",)


def test_known_platform_is_named(shoot):
    capture = shoot("/platform")
    assert colour(whole(capture), 600, 400) == "yellow"
    assert notes_of(capture.snapshot) == ("A cookie banner (OneTrust) was hidden for the picture.",)


def test_a_menu_that_mentions_cookies_is_not_hidden(shoot):
    capture = shoot("/cookie-shop")
    assert colour(whole(capture), 900, 150) == "red"
    assert capture.snapshot.warnings == ()


def test_a_page_that_never_rests_gives_a_warning(shoot):
    capture = shoot("/restless")
    assert colour(whole(capture), 600, 800) == "green"
    assert "did not come to rest" in notes_of(capture.snapshot)[0]


def test_a_tall_page_is_split_into_strips(shoot):
    capture = shoot("/tall", 390)
    assert capture.snapshot.height == 25_000
    assert [height for height, _ in capture.strips] == [2048] * 12 + [424]
    picture = whole(capture)
    assert [colour(picture, 200, 1000 * n + 500) for n in range(25)] == ["red", "green"] * 12 + ["red"]


def test_tallest_page_is_cut(shoot, camera, monkeypatch):
    monkeypatch.setattr(camera, "limits", replace(camera.limits, tallest_px=5_000))
    capture = shoot("/tall", 390)
    assert capture.snapshot.height == capture.layout.height == sum(height for height, _ in capture.strips) == 5_000
    assert "25,000 px" in notes_of(capture.snapshot)[0]


def test_endless_page_ends(shoot):
    capture = shoot("/endless")
    assert any("grows while it is scrolled" in words for words in notes_of(capture.snapshot))


def test_an_inner_scroller_gives_a_warning(shoot):
    capture = shoot("/panel")
    assert capture.snapshot.height == 768
    assert colour(whole(capture), 100, 300) == "green"
    assert "scrolls in a panel" in notes_of(capture.snapshot)[0]


def test_picture_and_layout_show_one_moment(shoot):
    capture = shoot("/moving")
    picture = whole(capture)
    x, y, w, h = box(capture, "#slide")
    assert colour(picture, int(x + w / 2), int(y + h / 2)) == "red"
    assert colour(picture, 50, 250) == "blue"  # endless: at its beginning
    assert colour(picture, 50, 450) == "green"  # with an end: at its end


def test_page_without_viewport_tag_is_shown_as_a_phone_shows_it(shoot):
    capture = shoot("/no-viewport-tag", 390)
    assert capture.layout.width == 980
    assert whole(capture).size == (980, capture.snapshot.height)
    assert "no viewport tag" in notes_of(capture.snapshot)[0]


def test_page_wider_than_the_phone(shoot):
    capture = shoot("/wide", 390)
    picture = whole(capture)
    assert (capture.layout.width, picture.width) == (390, 390)
    assert colour(picture, 380, 290) == "green"
    assert colour(picture, 200, 310) == "white"
    assert box(capture, "#wide")[2:] == (900, 300)
    assert "510 px beyond the right edge" in notes_of(capture.snapshot)[0]


def test_height_is_compared_with_the_pages_of_visitors(shoot):
    assert any("9,000 px" in words for words in notes_of(shoot("/hero", heights=Heights(page={1366: 9000})).snapshot))


def test_a_picture_is_not_a_visit(shoot, local):
    local.asked.clear()
    shoot("/tracked")
    assert [asked for asked in local.asked if asked[1].startswith("/c/")] == []


def test_several_widths_and_progress(camera, local):
    said = []
    request = PictureRequest(local.site(), local.url("/plain"), (768, 390), variant="e=a")

    def tell(step, /, *, width=0, number=0):
        said.append(JobProgress(step, width, number, of=2).words)

    captures = camera.take(request, progress=tell)
    assert [capture.snapshot.width for capture in captures] == [768, 390]
    assert {(capture.snapshot.variant, capture.snapshot.state) for capture in captures} == {("e=a", "")}
    assert said[0] == "768 px (1 of 2): opening the page"
