from __future__ import annotations

from rules.site import add_site
from tests.viewer.pages import csrf
from tests.waiting import until


def test_an_owner_erases_a_page_and_sees_when_it_is_done(owner, shop, viewer) -> None:
    address = f"/sites/{shop.id}/erasing"
    page = owner.get(address)
    assert page.status_code == 200, page.text
    answer = owner.post(address, data={"csrf": csrf(page.text), "page": "/nothing-here"})
    assert answer.status_code == 303
    until(lambda: all(one.state == "done" for one in viewer.erasing.all()), 30)
    shown = owner.get(address).text
    assert "1 page" in shown
    assert "nothing-here" not in shown
    assert "done" in shown


def test_a_request_that_names_nothing_is_rejected_beside_its_field(owner, shop) -> None:
    address = f"/sites/{shop.id}/erasing"
    answer = owner.post(address, data={"csrf": csrf(owner.get(address).text)})
    assert answer.status_code == 422
    assert 'data-code="erases_nothing"' in answer.text


def test_a_site_is_deleted_once_its_name_was_typed(owner, viewer) -> None:
    site = add_site(viewer.definitions, "Doomed <shop>", ["doomed.example"])
    viewer.work.forget()
    token = csrf(owner.get(f"/sites/{site.id}/erasing").text)
    wrong = owner.post(f"/sites/{site.id}/delete", data={"csrf": token, "confirm": "Doomed"})
    assert wrong.status_code == 422
    assert owner.get(f"/sites/{site.id}").status_code == 200
    right = owner.post(f"/sites/{site.id}/delete", data={"csrf": token, "confirm": "Doomed <shop>"})
    assert right.headers["location"] == "/erasures"
    assert owner.get(f"/sites/{site.id}").status_code == 404
    until(lambda: all(one.state == "done" for one in viewer.erasing.all()), 30)
    shown = owner.get("/erasures").text
    assert "the whole site" in shown
    assert "Doomed" not in shown


def test_the_limits_of_a_site_are_on_its_page(owner, shop, api) -> None:
    assert api.put(f"/api/v1/sites/{shop.id}", json={"keep_views_days": 400}).status_code == 200
    shown = owner.get(f"/sites/{shop.id}/settings").text
    assert "visits older than 400 days" in shown
    assert 'name="keep_views_days" value="400"' in shown
