"""One shape for all that goes wrong."""

import logging

import pytest
from starlette.exceptions import HTTPException

from aggregator.pictures.newest import NoSnapshot
from aggregator.shapes.scope import BadScope
from store.client import StoreAway
from store.definitions import Conflict, Missing
from store.errors import QueryCancelled, QueryTooLarge, QueryTooLong
from store.pages import NotAPage
from viewer.http.errors import Problem, bad_parameter, problem_of
from viewer.snapshot.errors import SnapshotError
from viewer.work import ThreadsBusy


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAPage("no address"), 400),
        (BadScope("no such kind"), 400),
        (NoSnapshot("no picture"), 404),
        (Missing("no such site"), 404),
        (Conflict("changed by ada"), 409),
        (SnapshotError("nothing answers", "unreachable"), 422),
        (StoreAway("the server is away"), 503),
        (QueryTooLong(), 504),
        (QueryTooLarge(), 503),
        (QueryCancelled(), 503),
        (ThreadsBusy(), 503),
        (HTTPException(405), 405),
        (Problem(418, "teapot", "short and stout"), 418),
    ],
)
def test_status_of_each_error(error, status):
    problem = problem_of(error)
    assert problem.status == status
    assert problem.message
    shape = problem.as_json()
    assert set(shape) == {"error"}
    assert set(shape["error"]) == {"code", "message", "hint"}


def test_an_unexpected_error_gets_an_incident_number_that_is_in_the_log(caplog):
    with caplog.at_level(logging.ERROR, "parcours.viewer"):
        problem = problem_of(ZeroDivisionError("secret detail"))
    assert problem.status == 500
    assert problem.incident in caplog.text
    assert "secret detail" in caplog.text
    assert "secret detail" not in str(problem.as_json())
    assert problem.as_json()["error"]["incident"] == problem.incident


def test_a_bad_parameter_is_named_with_its_allowed_values():
    problem = bad_parameter("kind", "there is no 'tap'.", "click, hover, scroll")
    assert str(problem) == "kind: there is no 'tap'. Allowed for kind: click, hover, scroll"


def test_an_unknown_address_is_json_for_programs_and_html_for_people(api, anyone):
    found = api.get("/api/v1/nothing")
    assert found.status_code == 404
    assert found.json()["error"]["code"] == "not_found"
    page = anyone.get("/nothing/here")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")


def test_a_method_that_is_not_allowed(api):
    found = api.delete("/api/v1/sites")
    assert found.status_code == 405
    assert "GET" in found.headers["allow"]


def test_a_crash_in_a_route_is_answered(api, viewer, monkeypatch, caplog):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("here")

    monkeypatch.setattr(viewer.definitions, "stored", broken)
    found = api.get("/api/v1/sites")
    assert found.status_code == 500
    assert found.json()["error"]["incident"] in caplog.text


def test_every_answer_has_the_security_headers(api, anyone):
    for response in (api.get("/healthz"), anyone.get("/nothing"), api.get("/api/v1")):
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe-inline" not in policy.replace("style-src-attr 'unsafe-inline'", "")
        assert "frame-ancestors 'none'" in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in response.headers


def test_hsts_is_sent_where_the_address_is_https(make_viewer, portal):
    from tests.viewer.client import Client

    secure = Client(portal, make_viewer("https://stats.example").asgi, "https://stats.example")
    assert "max-age" in secure.get("/healthz").headers["strict-transport-security"]


LIMITS = {
    QueryTooLong(): (504, "takes longer to answer than is allowed", "prend plus de temps"),
    QueryTooLarge(): (503, "needs more memory than is allowed", "demande plus de mémoire"),
    ThreadsBusy(): (503, "Too many maps are being computed", "Trop de cartes sont en cours"),
}


@pytest.mark.parametrize("error", LIMITS, ids=lambda error: type(error).__name__)
def test_limits_are_reported_in_the_language_of_the_person(owner, api, shop, monkeypatch, error):
    def limited(*_: object) -> None:
        raise error

    monkeypatch.setattr("viewer.maps.whole_map", limited)
    address, (status, english, french) = f"/sites/{shop.id}/heatmap?page=/lamps", LIMITS[error]
    for language, words in (("en", english), ("fr", french)):
        page = owner.get(address, headers={"Accept-Language": language})
        assert page.status_code == status
        assert words in page.text
    found = api.get(f"/api/v1{address}")
    assert found.status_code == status
    assert english in found.json()["error"]["message"]
