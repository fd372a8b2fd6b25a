"""GET /parcours.js."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from collector.door.script import Script


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "parcours.js"
    path.write_text("console.log(1);\n" * 50)
    return path


class Client:
    """Asks one `Script` over ASGI."""

    def __init__(self, path: Path) -> None:
        self._app = Starlette(routes=[Route("/parcours.js", Script(path).page)])

    def get(self, url: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://c") as client:
                return await client.get(url, headers=headers)

        return asyncio.run(ask())


def test_served_with_an_etag(file: Path) -> None:
    answer = Client(file).get("/parcours.js")
    assert answer.status_code == 200
    assert answer.text == file.read_text()
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    assert "max-age=" in answer.headers["cache-control"]
    again = Client(file).get("/parcours.js", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]


def test_uncompressed_for_clients_without_gzip(file: Path) -> None:
    answer = Client(file).get("/parcours.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.text == file.read_text()


def test_a_new_build_is_served_at_once(file: Path) -> None:
    speaker = Client(file)
    old = speaker.get("/parcours.js").headers["etag"]
    file.write_text("new")
    answer = speaker.get("/parcours.js", headers={"if-none-match": old})
    assert (answer.status_code, answer.text) == (200, "new")


def test_a_missing_file_is_answered_with_what_to_do(tmp_path: Path) -> None:
    answer = Client(tmp_path / "none.js").get("/parcours.js")
    assert answer.status_code == 404
    assert "make" in answer.json()["error"]["hint"]
