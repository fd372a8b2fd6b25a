"""Whoever is mentioned in a note gets a mail, once."""

from __future__ import annotations

import pytest
from anyio.from_thread import BlockingPortal

from store.outbox import OutboxMessage
from store.records import Site, User
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import words
from viewer.app import Viewer


@pytest.fixture(scope="module")
def people(viewer: Viewer, shop: Site) -> Site:
    """Three who see the site: two with confirmed addresses, one French; one without. And one who does not see it."""
    for name, language, confirmed in (("ada", "", True), ("zoe", "fr", True), ("sam", "", False)):
        mail = f"{name}@shop.example"
        user = User(id=name, password="-", role="viewer", mail=mail, language=language)  # type: ignore[arg-type]
        viewer.definitions.put(user)
        if confirmed:
            viewer.mail_links.confirm(viewer.mail_links.confirm_secret(user))
    viewer.definitions.put(User(id="eve", password="-", role="", mail="eve@shop.example"))
    viewer.outbox.mail_is_set_up = True
    return shop


def queued(viewer: Viewer) -> dict[str, OutboxMessage]:
    return {one.to: one for one in viewer.definitions.find(OutboxMessage) if one.about == "mention"}


def test_a_mention_is_mailed_once_to_those_who_may_get_it(
    api: Client, viewer: Viewer, people: Site, anyone: Client, portal: BlockingPortal
) -> None:
    root = f"/api/v1/sites/{people.id}/notes"
    text = "@ada @zoe @sam @eve: dead since the 6th.\r\nBcc: x@y.example"
    made = api.post(root, json={"page": "/lamps", "x": 0.5, "y": 0.5, "text": text})
    assert made.status_code == 201, made.text
    note = made.json()["id"]
    found = queued(viewer)
    assert set(found) == {"ada@shop.example", "zoe@shop.example"}
    ada, zoe = found["ada@shop.example"], found["zoe@shop.example"]
    assert ada.subject.startswith("Lamp shop: ")
    assert "mentions you in a note" in ada.subject
    assert "\n" not in ada.subject
    assert "dead since the 6th." in ada.text
    assert f"/sites/{people.id}/heatmap?page=" in ada.text
    assert "vous mentionne dans une note" in zoe.subject

    api.put(f"{root}/{note}", json={"text": "@ada: it works again."})
    assert len(viewer.definitions.find(OutboxMessage)) == 2  # the same note mails nobody twice
    api.post(f"{root}/{note}/answers", json={"text": "@ada, have you seen it?"})
    assert len(viewer.definitions.find(OutboxMessage)) == 3  # an answer is another text

    link = ada.unsubscribe.removeprefix(BASE)
    assert ada.unsubscribe in ada.text
    assert "No more mail" in words(anyone.post(link).text)
    api.post(f"{root}/{note}/answers", json={"text": "@ada and @zoe once more"})
    mails = [one.to for one in viewer.definitions.find(OutboxMessage)]
    assert (mails.count("ada@shop.example"), mails.count("zoe@shop.example")) == (2, 2)


def test_without_a_mail_server_a_note_is_written_all_the_same(api: Client, viewer: Viewer, people: Site) -> None:
    viewer.outbox.mail_is_set_up = False
    before = len(viewer.definitions.find(OutboxMessage))
    made = api.post(f"/api/v1/sites/{people.id}/notes", json={"day": "2026-11-06", "text": "@zoe look"})
    assert made.status_code == 201
    assert made.json()["mentions"] == ["zoe"]
    assert len(viewer.definitions.find(OutboxMessage)) == before
