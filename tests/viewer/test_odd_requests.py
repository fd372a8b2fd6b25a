"""No request makes a route fail, whatever its body, content type, cookies, address and parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.records import Site
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import csrf
from viewer import pages, picture_routes
from viewer.api import ENTRIES
from viewer.app import Viewer
from viewer.pages.journey import index as journey_index

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
HUGE = "9" * 400
# fields of all bodies of the API and of all forms
FIELDS = (
    "all_states", "allow_private", "cookies", "csrf", "demo", "devices", "do", "domains", "ended", "fetch_from",
    "first", "grace_days", "id", "keep_pictures", "keep_query", "key", "language", "name", "new", "next",
    "objective", "old", "page", "pages", "password", "picture_url", "place", "planned", "review_on", "retake", "role",
    "share", "site",
    "staff_ids", "staff_networks", "stages", "started", "state", "steps", "theme", "token", "touchpoints", "url",
    "timezone", "value", "variant", "variants", "version", "width", "widths", "window_days",
)  # fmt: skip
RAW = [
    (b"", JSON), (b"{", JSON), (b"[]", JSON), (b"[1, {}]", JSON), (b"null", JSON), (b'"text"', JSON), (b"-0", JSON),
    (HUGE.encode(), JSON), (b"1e999", JSON), (b"NaN", JSON), (b"\xff\xfe\x00{", JSON), (b'{"name": "\xff"}', JSON),
    (b'{"name": "\\ud800", "domains": ["\\udfff.example"]}', JSON), (b"[" * 100_000, JSON), (b'{"a":' * 5_000, JSON),
    (b'{"name": ' + HUGE.encode() + b', "version": ' + HUGE.encode() + b"}", JSON), (b"\x00", JSON),
    (b'{"name": "a\\u0000b", "url": "\\u0000", "domains": ["\\u0000"], "pages": ["\\u0000"]}', JSON),
    (b'{"name": "x", "name": 1, "": {}}', JSON), (b"name=Lamp&domains=a.example", FORM), (b"%ff=%00&=&&", FORM),
    (b"name=%ED%A0%80&do=%ED%A0%80", FORM), (b"&" * 5_000, FORM), (b"a=" + b"%" * 500, FORM),
    (b"--b\r\n", "multipart/form-data; boundary=b"), (b"junk", "multipart/form-data; boundary=b"),
    (b"x", "multipart/form-data"), (b'--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n',
                                    "multipart/form-data; boundary=b"),
    (b'--b\r\nContent-Disposition: form-data; name="name"; filename="f"\r\n\r\n\x00\r\n--b--\r\n',
     "multipart/form-data; boundary=b"),
    (b"{}", "application/json; charset=utf-16"), (b"{}", "text/plain"), (b"{}", "\xe9"), (b"{}", ""), (b"{}", ";;;"),
    (b'{"cookies": "a,b=c; =x", "value": [1], "steps": [[]]}', JSON),
    (b"name=x", "application/x-www-form-urlencoded; charset=klingon"),
]  # fmt: skip
COOKIES = [
    "a,b=c", "=", "=x", "a", ";;;", "a=b; a=c", 'a="b', "parcours=", "parcours=\xe9", "parcours=a.b.c", "parcours=\x01",
    "parcours-form=\xe9", "parcours-device=WyJhIl0.x.y", "parcours-language=fr,de", "parcours-look=\xff",
    "a=" + "x" * 3_000, "$Version=1; $Path=/", "parcours=" + "." * 500, "[]=1; {}=2", "parcours-form=" + "x" * 2_000,
]  # fmt: skip
PARAMETERS = [
    "page=%00", "page=%ff", "days=" + HUGE, "days=-1", "since=0000-00-00", "since=9999-12-31&until=0001-01-01",
    "width=1e9", "width=%D9%A1", "page=/" + "a" * 3_000, "variant=:", "variant=%00:%00", "state=%ED%A0%80", "lang=%00",
    "kind=scroll&page=[", "page=http://[", "page=//", "page=http://a:99999999/", "=", "&&", "next=%00", "link=%ff",
    "link=a.b.c", "token=%ED%A0%80", "segment=%00", "format=csv&table=events&days=1", "device=%00&page=/**",
]  # fmt: skip
PLACES = ["0", "-1", HUGE[:40], "\x00", "\xff", "..", "a" * 3_000, "%ED%A0%80", "²", "٣", "[", "x-y"]
odd_text = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["\x00", "http://[", "http://a:b/", "javascript:1", "=1", "a" * 3_000, "²", "1e400", "2026-13-45"]),
)
odd_value = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), odd_text, st.integers(min_value=10**18)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(FIELDS) | odd_text, inner, max_size=4)
    ),
    max_leaves=8,
)
odd_object = st.dictionaries(st.sampled_from(FIELDS), odd_value, max_size=6)
_settings = settings(
    max_examples=6, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


def routes() -> Iterator[tuple[str, str]]:
    """(method, path) of every route of the viewer."""
    for entry in ENTRIES:
        yield entry.method, entry.full_path
    for endpoint in (*picture_routes.ENDPOINTS, *pages.ENDPOINTS):
        for method in endpoint.methods:
            yield method, endpoint.path


ROUTES = sorted(set(routes()))
SESSION_ENDS = ("/sign-out", "/account")  # of the person that the other tests need
CHANGES = [route for route in ROUTES if route[0] not in ("GET", "OPTIONS") and route[1] not in SESSION_ENDS]
READS = [route for route in ROUTES if route[0] == "GET"]


def in_turn(values: Sequence[Any], n: int) -> Sequence[Any]:
    """Every fifth of the values, beginning with another one for each route: with two hundred routes, each value reaches
    routes of every kind, in a fifth of the time."""
    return values[n % 5 :: 5]


def filled(path: str, site: Site, place: str = "1") -> str:
    """The path of a route with its site, and with `place` for its other parts."""
    return re.sub(r"\{(\w+)\}", lambda part: site.id if part[1] == "site" else quote(place, safe="%"), path)


@pytest.fixture
def send(api: Client, owner: Client, shop: Site) -> Any:
    """Sends a request as a program to the API, or as a signed-in person with a form token."""
    token = {"X-CSRF-Token": csrf(owner.get("/account").text)}

    def send(method: str, path: str, *, person: bool = False, **given: Any) -> None:
        client, more = (owner, token) if person or not path.startswith("/api/") else (api, {})
        answer = client.request(method, path, headers={**given.pop("headers", {}), **more}, **given)
        assert answer.status_code < 500, (method, path, given, answer.text)

    return send


@pytest.fixture(scope="module", autouse=True)
def lists_do_not_wait() -> Iterator[None]:
    """The list of journeys waits a moment for figures: hundreds of requests would wait minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journey_index, "WAIT_SECONDS", 0.0)
        yield


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_odd_bodies(send: Any, owner: Client, shop: Site, method: str, path: str) -> None:
    at = filled(path, shop)
    some = in_turn(RAW, CHANGES.index((method, path)))
    for body, kind in some if method != "DELETE" else some[::2]:  # which reads no body
        headers = {"Content-Type": kind.encode("latin-1")}
        send(method, at, content=body, headers=headers)
        if kind.startswith((FORM, "multipart")):
            send(method, at, person=True, content=body, headers=headers)
            assert owner.request(method, at, content=body, headers=headers).status_code < 500  # no form token


@pytest.mark.parametrize(("method", "path"), [route for route in CHANGES if route[0] != "DELETE"])
@_settings
@given(fields=odd_object)
def test_odd_fields(send: Any, shop: Site, method: str, path: str, fields: dict[str, Any]) -> None:
    body = json.dumps(fields).encode("utf-8", "surrogatepass")
    send(method, filled(path, shop), content=body, headers={"Content-Type": JSON})


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_odd_places(send: Any, shop: Site, method: str, path: str) -> None:
    some = in_turn(PLACES, ROUTES.index((method, path)))
    for place in some if "{" in path.replace("{site}", "") else ():
        send(method, filled(path, shop, place))
    for place in some if "{site}" in path else ():
        send(method, filled(path.replace("{site}", quote(place, safe="%")), shop))


@pytest.mark.parametrize("path", [path for _, path in READS])
def test_odd_parameters(send: Any, shop: Site, path: str) -> None:
    for query in in_turn(PARAMETERS, READS.index(("GET", path))):
        send("GET", f"{filled(path, shop)}?{query}")


@pytest.mark.parametrize("cookie", COOKIES)
def test_odd_cookies(viewer: Viewer, portal: BlockingPortal, owner: Client, shop: Site, cookie: str) -> None:
    headers: dict[str, Any] = {"Accept": "text/html", "Cookie": cookie.encode("latin-1")}
    client = Client(portal, viewer.asgi, BASE, headers)
    for path in (
        "/",
        "/sign-in",
        "/first-run",
        "/account",
        f"/sites/{shop.id}",
        "/static/look.css",
        "/api/v1",
        "/none",
    ):
        for method in ("GET", "POST"):
            assert client.request(method, path).status_code < 500, (cookie, method, path)
    together = f"{cookie}; parcours={owner.cookies['parcours']}"
    signed_in = Client(portal, viewer.asgi, BASE, headers | {"Cookie": together.encode("latin-1")})
    assert signed_in.get("/account").status_code in (200, 303)
