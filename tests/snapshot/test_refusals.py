"""Every way a picture can fail, with its code and words a person can act on."""

import shutil
import ssl
import subprocess
import threading
from dataclasses import replace
from http.server import ThreadingHTTPServer

import pytest

from tests.machine import free_port
from tests.snapshot.conftest import FAST, _handler, notes_of, resolve
from viewer.snapshot import Camera, PictureRequest, SnapshotError, find_chromium


@pytest.fixture(scope="module")
def camera():
    """In the full browser, as it is by default."""
    with Camera(limits=FAST, resolve=resolve) as camera:
        yield camera


def fails(camera, url, site, **progress):
    with pytest.raises(SnapshotError) as raised:
        camera.take(PictureRequest(site, url, (1366,)), **progress)
    assert raised.value.words.endswith(".") or raised.value.words.endswith(")")
    return raised.value.code, raised.value.words


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_http_errors(camera, local, status):
    code, words = fails(camera, local.url(f"/status/{status}"), local.site())
    assert code == "status"
    assert f"HTTP {status}" in words


def test_redirect_to_another_host(camera, local):
    site = local.site("127.0.0.1", "shop.test")
    local.asked.clear()
    code, words = fails(camera, local.url("/to/other.test/plain"), site)
    assert code == "redirect"
    assert "other.test" in words
    assert ("GET", "/plain") not in local.asked  # a private address: not even asked


def test_redirect_by_script(camera, local):
    code, words = fails(camera, local.url("/jumps"), local.site())
    assert code == "redirect"
    assert "other.test" in words


def test_redirect_within_the_site(camera, local):
    assert fails(camera, local.url("/to/127.0.0.1/login"), local.site())[0] == "moved"
    assert fails(camera, local.url("/old"), local.site())[0] == "moved"


def test_redirect_to_the_same_page_is_fine(camera, local):
    site = local.site("127.0.0.1", "shop.test")
    capture = camera.take(
        PictureRequest(site, local.url("/to/127.0.0.1/plain").replace("/to/127.0.0.1", "") + "?a=1", (390,))
    )[0]
    assert capture.snapshot.page.endswith("/plain")


def test_private_address_not_allowed(camera, local):
    local.asked.clear()
    code, words = fails(camera, local.url("/plain", "shop.test"), local.site("shop.test", allow_private=False))
    assert code == "private"
    assert "--allow-private" in words
    assert local.asked == []


def test_files_from_private_hosts_are_not_loaded(camera, local):
    local.asked.clear()
    capture = camera.take(PictureRequest(local.site(), local.url("/leaks"), (1366,)))[0]
    assert any(f"other.test:{local.port}" in words for words in notes_of(capture.snapshot))
    assert {path for _, path in local.asked} & {"/secret", "/direct", "/socket", "/green.png"} == set()


def test_foreign_domain_and_scheme(camera, local):
    assert fails(camera, "http://other.test/", local.site())[0] == "address"
    assert fails(camera, "file:///etc/passwd", local.site())[0] == "address"


def test_unknown_host(camera, local):
    code, words = fails(camera, "https://missing.test/", local.site("missing.test"))
    assert code == "dns"
    assert "missing.test" in words


def test_nothing_listens(camera, local):
    assert fails(camera, f"http://127.0.0.1:{free_port()}/", local.site("127.0.0.1"))[0] == "unreachable"


def test_server_that_does_not_answer(camera, local):
    code, words = fails(camera, local.url("/hang"), local.site())
    assert code == "timeout"
    assert "3 s" in words


def test_a_page_that_blocks_the_browser_ends(local):
    with Camera(limits=replace(FAST, whole_s=6), resolve=resolve) as camera:
        assert fails(camera, local.url("/busy"), local.site())[0] == "timeout"
        # and the next one is served all the same
        assert camera.take(PictureRequest(local.site(), local.url("/plain"), (390,)))


def test_closing_ends_a_picture_in_progress(local):
    camera, codes, opened = Camera(limits=FAST, resolve=resolve), [], threading.Event()
    order = threading.Thread(
        target=lambda: codes.append(
            fails(camera, local.url("/hang"), local.site(), progress=lambda *_, **__: opened.set())[0]
        )
    )
    order.start()
    assert opened.wait(30)
    camera.close()
    order.join(30)
    assert codes == ["stopped"]
    assert fails(camera, local.url("/plain"), local.site())[0] == "stopped"
    camera.close()


def test_download_and_other_types(camera, local):
    assert fails(camera, local.url("/file.zip"), local.site())[0] == "download"
    code, words = fails(camera, local.url("/list.json"), local.site())
    assert code == "not_html"
    assert "application/json" in words


def test_empty_page(camera, local):
    assert fails(camera, local.url("/blank"), local.site())[0] == "empty"


def test_popup_does_no_harm(camera, local):
    assert camera.take(PictureRequest(local.site(), local.url("/popup"), (1366,)))[0].snapshot.page.endswith("/popup")


def test_bad_width(camera, local):
    with pytest.raises(SnapshotError, match="Widths are from"):
        camera.take(PictureRequest(local.site(), local.url("/plain"), (10,)))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_bad_certificate(camera, local, tmp_path):
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
        "-subj",
        "/CN=x",
    ]
    subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(local))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        code, words = fails(camera, f"https://shop.test:{server.server_port}/plain", local.site("shop.test"))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert code == "certificate"
    assert "ERR_CERT" in words


def test_no_chromium(local):
    with Camera("no-such-chromium") as camera, pytest.raises(SnapshotError, match="Install Chromium") as raised:
        camera.take(PictureRequest(local.site(), local.url("/plain"), (390,)))
    assert raised.value.code == "browser"


def test_a_program_that_is_not_a_browser_is_reported(local):
    with Camera("true") as camera, pytest.raises(SnapshotError, match="does not start") as raised:
        camera.take(PictureRequest(local.site(), local.url("/plain"), (390,)))
    assert raised.value.code == "browser"


def test_find_chromium_prefers_the_chosen_one():
    assert find_chromium("sh") == shutil.which("sh")
