"""The client and the MCP server give the figures of the API, from a server that listens."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn
from anyio.from_thread import BlockingPortal
from mcp.server.mcpserver.exceptions import ToolError

from parcours.client import ApiError, ParcoursClient
from parcours.mcp_server import ReadersOnly, mcp_server
from store.records import Site
from tests.viewer.client import Client
from tests.viewer.conftest import api, make_viewer, module_store, portal, shop, viewer
from tests.viewer.shop import PERIOD, WIDTH
from tests.viewer.test_openapi import SAMPLE
from tests.viewer.test_pages_needs import shop_with_trouble
from tests.waiting import until
from viewer.api.entry import ROOT
from viewer.app import Viewer

__all__ = ["api", "make_viewer", "module_store", "portal", "shop", "shop_with_trouble", "viewer"]
DOCS = Path(__file__).parents[2] / "docs" / "programs.md"
DAYS = 3660  # the visits of the shop are months old
PAY = {"key": "pay", "name": {"en": "Pay"}, "touchpoints": [{"key": "pay", "name": {"en": "Pay"}, "pages": ["/pay"]}]}


@pytest.fixture(scope="module")
def address(viewer: Viewer, portal: BlockingPortal) -> Iterator[str]:
    """The viewer, listening."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(viewer.asgi, lifespan="off", log_level="warning"))
        task = portal.start_task_soon(server.serve, [listening])
        until(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        task.result(timeout=30)


@pytest.fixture(scope="module")
def token(viewer: Viewer, portal: BlockingPortal, shop_with_trouble: Site) -> str:
    """A viewer's, of a shop with a journey."""
    owner = Client(portal, viewer.asgi, "http://testserver", {"Authorization": "Bearer service-token-of-the-tests"})
    journey = SAMPLE | {"stages": [*SAMPLE["stages"], PAY]}
    assert owner.post(f"{ROOT}/sites/{shop_with_trouble.id}/journeys", json=journey).status_code == 201
    made: str = owner.post(f"{ROOT}/tokens", json={"name": "reader", "role": "viewer"}).json()["token"]
    return made


@pytest.fixture(scope="module")
def client(address: str, token: str) -> Iterator[ParcoursClient]:
    with ParcoursClient(address, token) as client:
        yield client


def answers(api: Client, path: str, **query: object) -> Any:
    return api.get(f"{ROOT}/sites/1/{path}", params={name: str(value) for name, value in query.items()}).json()


def test_the_client_has_the_figures_of_the_api(client: ParcoursClient, api: Client, shop: Site) -> None:
    (site,) = client.sites()
    assert (site.id, site.name, site.domains) == (shop.id, shop.name, shop.domains)
    found = client.map(shop.name, "/lamps", width=WIDTH, **PERIOD)
    told = answers(api, "heatmap", page="/lamps", width=WIDTH, **PERIOD)
    assert [(one.name, one.visitors, one.of, one.low) for one in found.figures.elements] == [
        (one["name"], one["visitors"], one["of"], one["low"]) for one in told["elements"]
    ]
    assert found.grid.shape == (told["grid"]["rows"], told["grid"]["columns"])
    assert found.grid.dtype == np.float32
    assert found.grid.max() > 0
    hovers = client.map(shop.name, "/lamps", "hover", width=WIDTH, **PERIOD)
    told = answers(api, "heatmap", page="/lamps", kind="hover", width=WIDTH, **PERIOD)
    assert (hovers.figures.query["kind"], hovers.figures.scale.unit) == ("hover", told["scale"]["unit"])
    assert hovers.figures.scale.unit != found.figures.scale.unit
    assert hovers.grid.shape == found.grid.shape
    reach = client.reach(shop.name, "/lamps", width=WIDTH, **PERIOD)
    told = answers(api, "heatmap", page="/lamps", kind="scroll", width=WIDTH, **PERIOD)
    assert (reach.figures.views, reach.figures.quartiles) == (told["views"], told["quartiles"])
    assert (reach.depth.tolist(), reach.share.tolist()) == (told["depth"], told["share"])
    assert reach.attention.tolist() == told["attention"]
    assert 0 < reach.share.min() < reach.share.max() <= 1
    funnel = client.funnel("1", "visit", **PERIOD)
    steps = answers(api, "journeys/visit/funnel", **PERIOD)["steps"]
    assert [(one.key, one.visitors) for one in funnel.steps] == [(one["key"], one["visitors"]) for one in steps]
    assert funnel.steps[1].of_first is not None
    assert funnel.steps[1].of_first.low == steps[1]["of_first"]["low"]


def test_errors_have_their_code_message_and_hint(client: ParcoursClient, address: str) -> None:
    with pytest.raises(ApiError) as wrong:
        client.needs("Lampshop")
    assert (wrong.value.status, wrong.value.code) == (404, "no_site")
    assert "Lampshop" in wrong.value.message
    assert wrong.value.hint
    with ParcoursClient(address, "wrong") as stranger, pytest.raises(ApiError) as refused:
        stranger.sites()
    assert refused.value.status == 401
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with ParcoursClient(nowhere, "x") as lost, pytest.raises(ApiError) as away:
            lost.sites()
    assert (away.value.status, away.value.code) == (0, "unreachable")


@pytest.mark.parametrize(("header", "waited"), [("3", 3), ("9999", 60), ("soon", 1), (None, 1)])
def test_a_busy_server_is_asked_again_after_its_retry_after(header: str | None, waited: int) -> None:
    busy = httpx.Response(503, headers={"Retry-After": header} if header else {}, json={"error": {}})
    given = iter([busy, httpx.Response(429, headers=busy.headers), httpx.Response(200, json={"sites": []})])
    slept: list[float] = []
    transport = httpx.MockTransport(lambda request: next(given))
    with ParcoursClient("http://shop.example", "x", transport=transport, sleep=slept.append) as client:
        assert client.sites() == ()
    assert slept == [waited, waited]


def test_a_server_that_stays_busy_is_an_error() -> None:
    error = {"code": "maps_busy", "message": "Too many maps are being computed.", "hint": "Try again in a moment."}
    transport = httpx.MockTransport(lambda request: httpx.Response(503, json={"error": error}))
    busy = ParcoursClient("http://shop.example", "x", transport=transport, sleep=lambda seconds: None)
    with busy, pytest.raises(ApiError, match="Too many maps"):
        busy.sites()


def test_the_example_of_the_docs_runs(address: str, token: str, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.S)
    example = example.replace("https://stats.shop.example", address).replace("pt_…", token)
    exec(compile(example, DOCS.name, "exec"), {})
    shown = capsys.readouterr().out
    assert "Buy" in shown


def test_each_tool_answers_with_the_figures_of_the_api(
    portal: BlockingPortal, api: Client, address: str, token: str
) -> None:
    """Over standard input and output, with the client of the SDK."""
    calls = {
        "sites": {},
        "needs_attention": {"site": "1", "days": DAYS},
        "heatmap": {"site": "1", "page": "/lamps", "days": DAYS, "device": "desktop"},
        "reach": {"site": "1", "page": "/lamps", "days": DAYS},
        "compare": {"site": "1", "page": "/lamps", "days": DAYS, "compared_with": "device:phone"},
        "journey": {"site": "1", "journey": "visit", "days": DAYS},
        "funnel": {"site": "1", "journey": "visit", "days": DAYS},
        "": {"site": "Lampshop", "days": DAYS},
    }

    async def ask() -> tuple[dict[str, Any], list[Any]]:
        from mcp import Client as McpClient
        from mcp import StdioServerParameters

        command = ["-m", "parcours.cli", "mcp", "--url", address]
        started = StdioServerParameters(command=sys.executable, args=command, env={"PARCOURS_TOKEN": token})
        async with McpClient(started) as session:
            tools = (await session.list_tools()).tools
            return {
                name: await session.call_tool(name or "needs_attention", given) for name, given in calls.items()
            }, tools

    found, tools = portal.call(ask)
    assert {tool.name for tool in tools} == set(calls) - {""}
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools)
    wrong = found.pop("")
    assert wrong.is_error
    assert "There is no site 'Lampshop'" in wrong.content[0].text
    assert not [name for name, one in found.items() if one.is_error], found
    got = {name: one.structured_content for name, one in found.items()}
    assert [one["id"] for one in got["sites"]["sites"]] == ["1"]

    needs = answers(api, "needs", days=DAYS)["elements"]
    for one, told in zip(got["needs_attention"]["elements"], needs, strict=True):
        assert one == {name: told[name] for name in one}
    assert needs[0]["name"] == "Buy"
    assert needs[0]["failed_share"]["low"] < 0.75 < needs[0]["failed_share"]["high"]

    told = answers(api, "heatmap", page="/lamps", days=DAYS, device="desktop", points=0)
    assert got["heatmap"]["visitors"] == told["visitors"]
    for one in got["heatmap"]["elements"]:
        assert one in [{name: row[name] for name in one} for row in told["elements"]]

    told = answers(api, "heatmap", page="/lamps", kind="scroll", days=DAYS)
    assert got["reach"]["quartiles"]
    for name in ("visitors", "views", "fold", "quartiles", "attention", "attention_views"):
        assert got["reach"][name] == told[name], name

    told = answers(api, "compare", page="/lamps", days=DAYS, **{"with": "device:phone"})
    assert got["compare"]["verdict"] == told["verdict"]
    for one, row in zip(got["compare"]["elements"], told["rows"], strict=True):
        assert one == {name: row[name] for name in one}

    told = answers(api, "journeys/visit/map", days=DAYS)
    for one, stage in zip(got["journey"]["stages"], told["stages"], strict=True):
        assert one == {name: stage[name] for name in one}
    for key, one in got["journey"]["touchpoints"].items():
        assert one == {name: told["touchpoints"][key][name] for name in one}

    told = answers(api, "journeys/visit/funnel", days=DAYS)
    for one, step in zip(got["funnel"]["steps"], told["steps"], strict=True):
        assert one == {name: step[name] for name in one}

    for name, one in got.items():
        page = one["link"].removeprefix(address)
        assert one["link"].startswith(address), name
        assert api.get(page).status_code == 200, (name, page)


@pytest.mark.parametrize("roles", [{"role": "editor"}, {"sites": {"1": "owner"}}])
def test_a_token_that_may_change_things_is_refused(
    portal: BlockingPortal, api: Client, address: str, shop: Site, roles: dict[str, Any]
) -> None:
    mighty = api.post(f"{ROOT}/tokens", json={"name": "deploy", **roles}).json()["token"]
    with ParcoursClient(address, mighty) as client:
        assert not client.identity().only_reads
        with pytest.raises(ApiError, match="'deploy' may change things") as refused:
            ReadersOnly(client).check()
        assert refused.value.code == "too_mighty"

        async def ask() -> Any:
            return await mcp_server(client).call_tool("sites", {})

        with pytest.raises(ToolError, match="parcours token NAME --role viewer"):
            portal.call(ask)
    command = [sys.executable, "-m", "parcours.cli", "mcp", "--url", address]
    ended = subprocess.run(
        command, env={**os.environ, "PARCOURS_TOKEN": mighty}, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "an assistant needs to read only" in ended.stderr


def test_a_reader_is_known_by_its_roles(client: ParcoursClient) -> None:
    found = client.identity()
    assert (found.name, found.role, found.only_reads) == ("reader", "viewer", True)
    ReadersOnly(client).check()
