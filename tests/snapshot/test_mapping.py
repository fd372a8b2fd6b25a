"""Sites whose public address is out of reach (`fetch_from`)."""

import pytest

from viewer.snapshot import PictureRequest, SnapshotError


def test_page_keeps_its_public_address(camera, local):
    site = local.site("public.test", fetch_from=local.url(""))
    capture = camera.take(PictureRequest(site, "https://public.test/lazy", (1366,)))[0]
    assert capture.snapshot.page == "public.test/lazy"
    assert capture.snapshot.url == "https://public.test/lazy"
    assert capture.snapshot.warnings == ()  # its images came from there too
    assert local.headers["host"] == "public.test"
    assert local.headers["x-forwarded-proto"] == "https"


def test_redirects_of_the_mapped_host(camera, local):
    site = local.site("public.test", fetch_from=local.url(""))
    with pytest.raises(SnapshotError) as raised:
        camera.take(PictureRequest(site, "https://public.test/relative", (1366,)))
    assert raised.value.code == "moved"
    with pytest.raises(SnapshotError) as raised:
        camera.take(PictureRequest(site, "https://public.test/to/other.test/plain", (1366,)))
    assert raised.value.code == "redirect"


def test_a_mapped_private_address_needs_permission(camera, local):
    site = local.site("public.test", fetch_from=local.url(""), allow_private=False)
    with pytest.raises(SnapshotError) as raised:
        camera.take(PictureRequest(site, "https://public.test/plain", (1366,)))
    assert raised.value.code == "private"


def test_status_of_the_mapped_host(camera, local):
    site = local.site("public.test", fetch_from=local.url(""))
    with pytest.raises(SnapshotError, match="HTTP 404"):
        camera.take(PictureRequest(site, "https://public.test/status/404", (1366,)))


def test_a_mapped_picture_is_not_a_visit(camera, local):
    local.asked.clear()
    camera.take(
        PictureRequest(local.site("public.test", fetch_from=local.url("")), "https://public.test/tracked", (1366,))
    )
    assert [path for _, path in local.asked if path.startswith("/c/")] == []
