"""The proxy alone, spoken to over a bare socket."""

import asyncio

from tests.machine import free_port
from tests.snapshot.conftest import resolve
from viewer.snapshot.addresses import Bounds
from viewer.snapshot.proxy import Proxy


def say(bounds: Bounds, *requests: str, resolver=resolve) -> tuple[bytes, dict[str, str]]:
    """All the proxy answers on one connection, and what it refused."""

    async def talk() -> tuple[bytes, dict[str, str]]:
        async with Proxy(bounds, resolver, 2.0).running() as proxy:
            host, port = proxy.address.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write("".join(requests).encode())
            answer = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            return answer, proxy.refused

    return asyncio.run(talk())


def get(url: str) -> str:
    return f"GET {url} HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n"


def test_own_private_address_is_fetched_when_allowed(local):
    answer, refused = say(Bounds("s", ("shop.test",), True), get(local.url("/tick", "shop.test")))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"tick")
    assert b"Connection: close" in answer
    assert refused == {}
    assert "proxy-connection" not in local.headers


def test_a_private_address_is_rejected(local):
    answer, refused = say(Bounds("s", ("shop.test",), False), get(local.url("/tick", "shop.test")))
    assert b"parcours-refused: private" in answer
    assert refused == {f"shop.test:{local.port}": "private"}


def test_another_private_host_is_rejected_in_a_tunnel_too(local):
    _, refused = say(Bounds("s", ("shop.test",), True), f"CONNECT other.test:{local.port} HTTP/1.1\r\n\r\n")
    assert refused == {f"other.test:{local.port}": "private"}


def test_second_request_of_a_connection_reaches_no_other_host(local):
    local.asked.clear()
    answer, _ = say(
        Bounds("s", ("shop.test",), True),
        get(local.url("/tick", "shop.test")),
        get(local.url("/secret", "other.test")),
    )
    assert b"secret" not in answer


def test_the_connection_goes_to_the_checked_address(local):
    """A name that answers with a public address first and a private one after it gains nothing."""
    answers = iter([["192.0.2.1", "127.0.0.1"], ["127.0.0.1"]])
    _, refused = say(
        Bounds("s", ("shop.test",), False), get(local.url("/tick", "shop.test")), resolver=lambda _: next(answers)
    )
    assert refused == {f"shop.test:{local.port}": "private"}


def test_unknown_host_and_closed_port():
    port = free_port()
    bounds = Bounds("s", ("shop.test",), True)
    assert say(bounds, get("http://missing.test/"))[1] == {"missing.test:80": "dns"}
    assert say(bounds, get(f"http://shop.test:{port}/"))[1] == {f"shop.test:{port}": "unreachable"}


def test_visits_are_not_forwarded(local):
    local.asked.clear()
    url = local.url("/c/abcdefghijkl", "shop.test")
    answer, _ = say(Bounds("s", ("shop.test",), True), f"POST {url} HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 204")
    assert local.asked == []
