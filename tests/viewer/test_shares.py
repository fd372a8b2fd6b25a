"""Read-only links: what they show, who may make them, and that nothing else opens by them."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from msgspec.structs import replace

from rules.share import MOST_DAYS, USUAL_DAYS
from store.records import Experiment, Site, Variant
from store.shares import Share
from store.zones import UTC_ZONE
from tests.aggregator.build import PAGE
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import DAYS, csrf, words
from viewer import api as api_routes
from viewer import pages, picture_routes
from viewer.access.shared_links import share_id
from viewer.app import Viewer

QUESTION = f"page={PAGE}&{DAYS}"
PASSWORD = "warm-lamp-41"
ROUTES = [one for one in (*api_routes.endpoints(), *picture_routes.ENDPOINTS, *pages.ENDPOINTS) if one.role is not None]


def make(owner: Client, shop: Site, question: str = QUESTION, **fields: str) -> str:
    """Make a link with the panel of a map; returns its path."""
    here = f"/sites/{shop.id}/heatmap?{question}&share=1"
    page = owner.get(here)
    assert page.status_code == 200
    sent = {"csrf": csrf(page.text), "do": "make", "kind": "map", "question": question, "back": here, "elements": "1"}
    made = owner.post(f"/sites/{shop.id}/shares", data=sent | fields)
    assert (made.status_code, made.headers["location"]) == (303, here), made.text
    shown = owner.get(here).text
    found = re.search(r'id="new-link">http://testserver(/s/[\w-]+)<', shown)
    assert found, "the new link is not shown"
    assert found[1] not in owner.get(here).text, "the link is shown once"
    return found[1]


def stored(viewer: Viewer, path: str) -> Share:
    return viewer.definitions.get(Share, share_id(path.rpartition("/")[2]))


def post(owner: Client, shop: Site, **fields: str) -> httpx.Response:
    page = owner.get(f"/sites/{shop.id}/shares")
    return owner.post(f"/sites/{shop.id}/shares", data={"csrf": csrf(page.text)} | fields)


@pytest.fixture
def link(owner: Client, shop: Site) -> str:
    return make(owner, shop, name="Payment team")


def test_a_reader_sees_the_map_with_days_device_visitors_elements_account_and_end(
    anyone: Client, link: str, viewer: Viewer
) -> None:
    page = anyone.get(link)
    assert page.status_code == 200
    read = words(page.text)
    for part in ("1 March", "3 March 2026", "Visitors 60", "Everyone", "Buy", "How to read it", "Account of this map"):
        assert part in read
    assert "The link ends on" in read
    assert "Payment team" not in page.text, "for whom a link is made is for the team"
    addresses = re.findall(r'(?:href|src|action)="([^"]+)"', page.text)
    assert all(one.startswith(("/static/", "#", f"{link}/0/")) for one in addresses), addresses
    assert stored(viewer, link).query == {"page": PAGE, "since": "2026-03-01", "until": "2026-03-03"}


def test_figures_of_a_link_equal_those_of_its_map(owner: Client, anyone: Client, shop: Site, link: str) -> None:
    def ledger(page: str) -> str:
        found = re.search(r'<table class="ledger">.*?</table>', page, re.DOTALL)
        assert found
        return found[0]

    assert ledger(anyone.get(link).text) == ledger(owner.get(f"/sites/{shop.id}/heatmap?{QUESTION}").text)


def test_a_link_is_kept_from_robots_caches_and_referrers(anyone: Client, link: str) -> None:
    for path in (link, f"{link}/0/page/0", f"{link}/0/heat/0", "/s/never-made"):
        headers = anyone.get(path).headers
        assert "noindex" in headers["x-robots-tag"], path
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "set-cookie" not in headers
    assert '<meta name="robots" content="noindex' in anyone.get(link).text


def test_pictures_are_those_of_the_map_and_altered_addresses_show_nothing(
    owner: Client, anyone: Client, shop: Site, link: str
) -> None:
    whole = owner.get(f"/sites/{shop.id}/heat.png?{QUESTION}&strip=0").content
    assert anyone.get(f"{link}/0/heat/0").content == whole
    for layer in ("page", "heat", "heat-dark"):
        for n in (0, 1):
            assert anyone.get(f"{link}/0/{layer}/{n}").headers["content-type"].startswith("image/")
    nothing = anyone.get("/s/never-made")
    altered = [f"{link}/0/page/2", f"{link}/1/page/0", f"{link}/0/veil/0", f"{link}/0/heat/99", f"{link}x/0/heat/0"]
    for name, value in (("width", 390), ("state", "menu"), ("page", "shop.example/"), ("kind", "hover"), ("x", "")):
        altered.append(f"{link}/0/heat/0?{urlencode({name: value})}")
        altered.append(f"{link}/0/page/0?{urlencode({name: value})}")
    for path in altered:
        answer = anyone.get(path)
        assert (answer.status_code, answer.content) == (404, nothing.content), path


def test_parameters_in_the_address_of_a_link_change_nothing(anyone: Client, link: str) -> None:
    plain = anyone.get(link).content
    assert anyone.get(f"{link}?page=shop.example/&width=390&kind=scroll&days=1&all=1").content == plain


def test_no_parameter_leads_to_another_map_site_or_link(
    owner: Client, anyone: Client, shop: Site, viewer: Viewer, link: str
) -> None:
    other = make(owner, shop, f"page={PAGE}&{DAYS}&kind=hover")
    values = ("shop.example/", "2", stored(viewer, other).id, other, other[3:], f"/sites/{shop.id}/heatmap", "../2")
    plain, picture = anyone.get(link).content, anyone.get(f"{link}/0/heat/0").content
    names = ("page", "site", "width", "kind", "layer", "segment", "with", "experiment", "share", "secret", "id", "by")
    for name in names:
        for value in values:
            answer = anyone.get(f"{link}?{urlencode({name: value})}")
            assert (answer.status_code, answer.content == plain) == (200, True), (name, value)
    assert anyone.get(f"{link}/0/heat/0", headers={"Cookie": f"parcours-shared={other[3:]}"}).content == picture
    for path in (
        f"{link}/sites/{shop.id}",
        f"{link}/1/heat/0",
        f"{link}/2/page/0",
        f"{link}{other}",
        f"{link}/x/page/0",
    ):
        assert anyone.get(path).status_code == 404, path


def test_ended_revoked_forged_and_unknown_links_have_one_answer(
    owner: Client, anyone: Client, shop: Site, viewer: Viewer
) -> None:
    ended, revoked = make(owner, shop), make(owner, shop)
    viewer.definitions.put(replace(stored(viewer, ended), until=1))
    assert post(owner, shop, do="revoke", share=stored(viewer, revoked).id).status_code == 303
    working = make(owner, shop)
    forged = [working[:-1] + ("A" if working[-1] != "A" else "B"), working + "=", "/s/" + working[3:].upper(), "/s/x"]
    answers = {anyone.get(path).content for path in (ended, revoked, *forged, f"/s/{'9' * 5000}", "/s/%00%F0")}
    assert len(answers) == 1
    for path in (ended, revoked, *forged):
        assert anyone.get(path).status_code == 404
        assert anyone.get(f"{path}/0/heat/0").status_code == 404
        assert anyone.post(path, data={"password": "x"}).status_code == 404
    assert "This link does not work any more" in anyone.get(ended).text


def test_a_revocation_counts_at_once_and_can_be_taken_back_for_seconds(
    owner: Client, api: Client, anyone: Client, shop: Site, viewer: Viewer, link: str
) -> None:
    id = stored(viewer, link).id
    post(owner, shop, do="revoke", share=id)
    assert anyone.get(link).status_code == 404
    assert "Undo" in words(owner.get(f"/sites/{shop.id}/shares").text)
    post(owner, shop, do="restore", share=id)
    assert anyone.get(link).status_code == 200
    post(owner, shop, do="revoke", share=id)
    viewer.definitions.put(replace(stored(viewer, link), revoked=stored(viewer, link).revoked - 60_000))
    assert post(owner, shop, do="restore", share=id).status_code == 404
    assert anyone.get(link).status_code == 404
    assert "revoked" in words(owner.get(f"/sites/{shop.id}/shares").text)
    viewer.definitions.put(replace(stored(viewer, link), revoked=stored(viewer, link).revoked - 31 * 86_400_000))
    assert id not in {one["id"] for one in api.get(f"/api/v1/sites/{shop.id}/shares").json()["shares"]}


def test_openings_are_counted_with_a_day_and_nothing_about_readers(
    api: Client, anyone: Client, shop: Site, viewer: Viewer, link: str
) -> None:
    for _ in range(3):
        anyone.get(link)
    anyone.request("HEAD", link)
    listed = api.get(f"/api/v1/sites/{shop.id}/shares").json()["shares"]
    use = next(one for one in listed if one["id"] == stored(viewer, link).id)
    assert (use["opened"], use["last"]) == (3, UTC_ZONE.today().isoformat())


def test_a_password_opens_the_link_and_its_pictures(owner: Client, anyone: Client, shop: Site, viewer: Viewer) -> None:
    path = make(owner, shop, password=PASSWORD)
    assert stored(viewer, path).password.startswith("$argon2id$")
    asked = anyone.get(path)
    assert "Password of this link" in asked.text
    assert "Lamps" not in asked.text
    assert anyone.get(f"{path}/0/page/0").status_code == 404
    assert anyone.post(path, data={"password": "wrong password"}).status_code == 401
    assert anyone.post(path, data={"password": PASSWORD}).headers["location"] == path
    assert "Buy" in anyone.get(path).text
    assert anyone.get(f"{path}/0/page/0").status_code == 200
    other = make(owner, shop, password=PASSWORD)
    assert "Password of this link" in anyone.get(other).text, "the password of one link opens no other"


def test_guessing_a_password_has_to_wait(owner: Client, anyone: Client, shop: Site) -> None:
    path = make(owner, shop, password=PASSWORD)
    answers = [anyone.post(path, data={"password": f"guess number {n}"}) for n in range(7)]
    assert [one.status_code for one in answers[:5]] == [401] * 5
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert anyone.post(path, data={"password": PASSWORD}).status_code == 429


def test_no_route_opens_by_the_secret_of_a_link(viewer: Viewer, portal: BlockingPortal, shop: Site, link: str) -> None:
    secret = link.rpartition("/")[2]
    cookies = "; ".join(f"{name}={secret}" for name in (viewer.sessions.cookie, "parcours-shared", "secret"))
    ways: list[dict[str, Any]] = [
        {"headers": {"Cookie": cookies}},
        {"params": {"token": secret, "share": secret, "link": secret, "secret": secret}},
    ]
    stranger = Client(portal, viewer.asgi, BASE, {"Accept": "application/json"})
    assert len(ROUTES) > 150
    for endpoint in ROUTES:
        path = re.sub(r"{\w+(:\w+)?}", "1", endpoint.path.replace("{site}", shop.id))
        for method in endpoint.methods:
            for way in ways:
                answer = stranger.request(method, path, **way)
                assert answer.status_code == 401, (method, endpoint.path, way)
    for path in (f"/api/v1/sites/{shop.id}/heatmap?{QUESTION}", f"/sites/{shop.id}/heatmap?{QUESTION}"):
        assert stranger.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code in (401, 429)


def test_only_editors_make_and_see_links(viewer: Viewer, portal: BlockingPortal, shop: Site, link: str) -> None:
    from viewer.access import tokens

    _, text = tokens.issue(viewer.definitions, "reader", "viewer")
    reader = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {text}", "Accept": "text/html"})
    assert reader.get(f"/sites/{shop.id}/shares").status_code == 403
    assert reader.post(f"/sites/{shop.id}/shares", data={"do": "make"}).status_code == 403
    page = reader.get(f"/sites/{shop.id}/heatmap?{QUESTION}&share=1").text
    assert "Share this map" not in page
    assert "share=1" not in page


def test_the_last_28_days_move_on_and_these_days_stay(owner: Client, shop: Site, viewer: Viewer) -> None:
    moving = stored(viewer, make(owner, shop, days="last"))
    assert moving.moves
    assert moving.query == {"page": PAGE}
    fixed = stored(viewer, make(owner, shop, f"page={PAGE}", days="fixed"))
    today = UTC_ZONE.today()
    assert fixed.query["until"] == today.isoformat()
    assert fixed.query["since"] == (today - timedelta(days=27)).isoformat()


def test_a_link_ends_after_30_days_and_at_most_after_a_year(owner: Client, shop: Site, viewer: Viewer) -> None:
    today = UTC_ZONE.today()
    share = stored(viewer, make(owner, shop))
    assert share.ends == (today + timedelta(days=USUAL_DAYS)).isoformat()
    assert share.until == UTC_ZONE.midnight(today + timedelta(days=USUAL_DAYS + 1))
    for days, status in ((0, 303), (MOST_DAYS, 303), (-1, 422), (MOST_DAYS + 1, 422)):
        ends = (today + timedelta(days=days)).isoformat()
        answer = post(owner, shop, do="make", kind="map", question=QUESTION, ends=ends)
        assert answer.status_code == status, days


def test_a_link_is_extended_by_30_days_and_never_beyond_a_year(
    owner: Client, anyone: Client, shop: Site, viewer: Viewer
) -> None:
    path, today = make(owner, shop, name="Board", password=PASSWORD), UTC_ZONE.today()
    before = stored(viewer, path)
    assert post(owner, shop, do="extend", share=before.id).status_code == 303
    ends = today + timedelta(days=2 * USUAL_DAYS)
    after = replace(before, ends=ends.isoformat(), until=UTC_ZONE.midnight(ends + timedelta(days=1)))
    assert stored(viewer, path) == replace(after, version=stored(viewer, path).version), "nothing else changes"
    assert "Extend the link “Board”" in owner.get(f"/sites/{shop.id}/shares").text
    for _ in range(12):
        post(owner, shop, do="extend", share=before.id)
    latest = (today + timedelta(days=MOST_DAYS)).isoformat()
    assert stored(viewer, path).ends == latest
    assert "Extend the link “Board”" not in owner.get(f"/sites/{shop.id}/shares").text
    assert "Password of this link" in anyone.get(path).text


def test_a_link_that_opens_no_more_is_not_extended(owner: Client, api: Client, shop: Site, viewer: Viewer) -> None:
    ended, revoked = make(owner, shop), make(owner, shop)
    viewer.definitions.put(replace(stored(viewer, ended), until=1))
    post(owner, shop, do="revoke", share=stored(viewer, revoked).id)
    for path in (ended, revoked):
        kept = stored(viewer, path)
        assert post(owner, shop, do="extend", share=kept.id).status_code == 404
        assert api.post(f"/api/v1/sites/{shop.id}/shares/{kept.id}/extend").status_code == 404
        assert stored(viewer, path) == kept
    assert post(owner, shop, do="extend", share="0" * 64).status_code == 404


def test_the_api_extends_a_link(api: Client, owner: Client, shop: Site, viewer: Viewer) -> None:
    id = stored(viewer, make(owner, shop)).id
    answer = api.post(f"/api/v1/sites/{shop.id}/shares/{id}/extend")
    ends = (UTC_ZONE.today() + timedelta(days=2 * USUAL_DAYS)).isoformat()
    assert (answer.status_code, answer.json()) == (200, {"id": id, "ends": ends})


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "user"}, 400),
        ({"do": "delete"}, 400),
        ({"question": "page=shop.example/unpictured"}, 404),
        ({"question": "kind=click"}, 400),
        ({"password": "short"}, 422),
        ({"ends": "2026-02-31"}, 422),
        ({"days": "first"}, 422),
        ({"name": "x" * 121}, 422),
    ],
)
def test_a_bad_form_has_a_message(owner: Client, shop: Site, fields: dict[str, str], status: int) -> None:
    sent = {"do": "make", "kind": "map", "question": QUESTION} | fields
    assert post(owner, shop, **sent).status_code == status


def test_hostile_text_is_text(owner: Client, shop: Site) -> None:
    make(owner, shop, name='<script>alert(1)</script>" onload=x')
    page = owner.get(f"/sites/{shop.id}/shares").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_link_says_that_its_page_was_deleted(owner: Client, anyone: Client, shop: Site, viewer: Viewer) -> None:
    path = make(owner, shop)
    viewer.definitions.put(replace(stored(viewer, path), query={"page": "shop.example/erased"}))
    answer = anyone.get(path)
    assert answer.status_code == 410
    assert "deleted after the link was made" in answer.text


def test_links_of_a_person_can_be_revoked_with_them(owner: Client, anyone: Client, shop: Site, viewer: Viewer) -> None:
    path = make(owner, shop)
    made = {share.id for share in viewer.shares.links_of("odile", shop.id)}
    assert stored(viewer, path).id in made
    assert viewer.shares.links_of("odile", "999") == []
    assert viewer.shares.revoke_links_of("odile", shop.id, "odile") == len(made)
    assert anyone.get(path).status_code == 404


def test_the_api_makes_lists_and_revokes_links(api: Client, anyone: Client, shop: Site) -> None:
    path = f"/api/v1/sites/{shop.id}/shares"
    body = {"kind": "map", "question": {"page": PAGE, "since": "2026-03-01", "until": "2026-03-03"}, "name": "Board"}
    made = api.post(path, json=body)
    assert made.status_code == 201
    link = made.json()["link"].removeprefix(BASE)
    assert "Buy" in anyone.get(link).text
    listed = next(one for one in api.get(path).json()["shares"] if one["id"] == made.json()["id"])
    assert (listed["name"], listed["works"], listed["opened"]) == ("Board", True, 1)
    assert not {"link", "secret", "password_hash"} & set(listed)
    assert api.delete(f"{path}/{listed['id']}").json() == {"revoked": listed["id"]}
    assert anyone.get(link).status_code == 404
    assert api.delete(f"{path}/{'0' * 64}").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"kind": "map"}, 400),
        ({"kind": "map", "question": "page=x"}, 422),
        ({"kind": "map", "question": {"page": PAGE}, "colour": "red"}, 422),
        ({"kind": "map", "question": {"page": PAGE, "colour": "red"}}, 400),
        ({"kind": "map", "question": {"page": PAGE}, "elements": "yes"}, 422),
        ({"kind": "map", "question": {"page": PAGE}, "password": 12}, 422),
    ],
)
def test_the_api_says_what_is_wrong_with_a_link(api: Client, shop: Site, body: dict[str, Any], status: int) -> None:
    answer = api.post(f"/api/v1/sites/{shop.id}/shares", json=body)
    assert (answer.status_code, bool(answer.json()["error"]["message"])) == (status, True), answer.text


COMPARED_SETS = f"page={PAGE}&{DAYS}&with=device%3Aphone&device=desktop"
COMPARED_VARIANTS = f"page={PAGE}&{DAYS}&experiment=button"


@pytest.fixture(scope="module", autouse=True)
def experiment(viewer: Viewer, shop: Site) -> None:
    variants = tuple(Variant(key=key, name=name) for key, name in (("a", "Grey"), ("b", "Amber")))
    viewer.definitions.put(
        Experiment(
            id="button", site=shop.id, name="The button", pages=("/lamps",), started="2026-03-01", variants=variants
        )
    )
    viewer.work.forget()


def share_comparison(owner: Client, shop: Site, question: str, page: str, **fields: str) -> str:
    """Make a link with the panel of a comparison, through its form as the page shows it; returns its path."""
    here = f"/sites/{shop.id}/{page}?{question}&share=1"
    shown = owner.get(here)
    assert shown.status_code == 200, shown.text
    hidden = dict(re.findall(r'<input type="hidden" name="(kind|target|question|back)" value="([^"]*)"', shown.text))
    sent = {name: html.unescape(value) for name, value in hidden.items()}
    made = owner.post(f"/sites/{shop.id}/shares", data=sent | {"csrf": csrf(shown.text), "do": "make"} | fields)
    assert made.status_code == 303, made.text
    found = re.search(r'id="new-link">http://testserver(/s/[\w-]+)<', owner.get(made.headers["location"]).text)
    assert found, "the new link is not shown"
    return found[1]


COMPARISONS = pytest.mark.parametrize(
    ("question", "page"), [(COMPARED_SETS, "compare"), (COMPARED_VARIANTS, "experiments/button")]
)


@COMPARISONS
def test_a_comparison_is_shared_with_the_figures_of_its_page(
    owner: Client, anyone: Client, shop: Site, viewer: Viewer, question: str, page: str
) -> None:
    link = share_comparison(owner, shop, question, page, elements="1")
    assert stored(viewer, link).kind == "comparison"
    shown, own = anyone.get(link).text, owner.get(f"/sites/{shop.id}/{page}?{question}&all=1").text
    for tables in (r'<table class="ledger">.*?</table>', r'<td class="num v">.*?</td>', r'<p class="verdict.*?</p>'):
        expected = re.findall(tables, own, re.DOTALL)
        assert expected, tables
        assert re.findall(tables, shown, re.DOTALL) == expected
    addresses = re.findall(r'(?:href|src|action)="([^"]+)"', shown)
    assert all(one.startswith(("/static/", "#", f"{link}/0/", f"{link}/1/")) for one in addresses), addresses
    without = share_comparison(owner, shop, question, page)
    assert "Element by element" not in anyone.get(without).text
    assert "Element by element" in shown


@COMPARISONS
def test_pictures_of_a_shared_comparison_are_those_of_its_two_sides(
    owner: Client, anyone: Client, shop: Site, question: str, page: str
) -> None:
    link = share_comparison(owner, shop, question, page)
    own = owner.get(f"/sites/{shop.id}/{page}?{question}").text
    heats = re.findall(r'(/sites/\d+/heat\.png\?[^"]*strip=0)"', html.unescape(own))
    assert len(heats) == 2
    for n, heat in enumerate(heats):
        assert anyone.get(f"{link}/{n}/heat/0").content == owner.get(heat).content
        for layer in ("page", "heat-dark"):
            assert anyone.get(f"{link}/{n}/{layer}/0").headers["content-type"].startswith("image/")
    for altered in ("2/heat/0", "0/veil/0", "0/heat/99", f"0/heat/0?{DAYS}"):
        assert anyone.get(f"{link}/{altered}").status_code == 404
    plain = anyone.get(link).content
    assert anyone.get(f"{link}?with=before&experiment=other&page=shop.example/&all=1").content == plain


def test_a_comparison_with_nothing_is_rejected(api: Client, shop: Site) -> None:
    for question, code in (({"page": PAGE}, 400), ({"page": PAGE, "with": "nobody"}, 400), ({"with": "before"}, 400),
                           ({"page": PAGE, "experiment": "none"}, 404)):  # fmt: skip
        answer = api.post(f"/api/v1/sites/{shop.id}/shares", json={"kind": "comparison", "question": question})
        assert (answer.status_code, bool(answer.json()["error"]["message"])) == (code, True), answer.text


def test_a_shared_comparison_says_that_its_experiment_was_deleted(
    owner: Client, anyone: Client, shop: Site, viewer: Viewer
) -> None:
    link = share_comparison(owner, shop, COMPARED_VARIANTS, "experiments/button")
    share = stored(viewer, link)
    viewer.definitions.put(replace(share, query=share.query | {"experiment": "erased"}))
    assert anyone.get(link).status_code == 410
    assert anyone.get(f"{link}/0/heat/0").status_code == 404
