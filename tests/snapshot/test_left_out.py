"""Files from private addresses: their absence is reported, except that of Parcours's own script."""

import pytest

from tests.snapshot.conftest import notes_of
from viewer.snapshot import PictureRequest
from viewer.snapshot.left_out import is_own_script

OWN = ["/own-script", "/own-script-renamed", "/own-script-secure", "/own-script-by-key", "/own-script-loaded"]
OTHER = ["/other-script", "/other-script-named-alike", "/own-script-and-other"]


@pytest.mark.parametrize("path", OWN)
def test_a_picture_without_our_own_script_has_no_warning(shoot, path):
    assert shoot(path).snapshot.warnings == ()


@pytest.mark.parametrize("path", OTHER)
def test_a_picture_without_another_file_has_a_warning(shoot, local, path):
    assert notes_of(shoot(path).snapshot) == (
        f"Files from private addresses outside the site's domains were left out: other.test:{local.port}.",
    )


@pytest.mark.parametrize(("path", "warns"), [("/own-script", False), ("/other-script", True)])
def test_the_same_holds_for_a_site_fetched_from_another_address(camera, local, path, warns):
    site = local.site("public.test", fetch_from=local.url(""))
    capture = camera.take(PictureRequest(site, f"http://public.test{path}", (1366,)))[0]
    assert bool(capture.snapshot.warnings) == warns


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://localhost:8000/parcours.js", True),
        ("https://stats.example/parcours.js?v=2", True),
        ("https://shop.example/a/parcours.js?site=abcdefghijkl", True),
        ("https://shop.example/a/parcours.js?site=12", False),
        ("https://shop.example/a/parcours.js", False),
        ("https://shop.example/parcours.json", False),
        ("https://shop.example/widget.js?site=abcdefghijkl", False),
    ],
)
def test_addresses_that_identify_our_script(url, own):
    assert is_own_script(url) == own
