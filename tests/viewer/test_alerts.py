"""Alerts: sent once when something goes over its level, and again only after it was under it."""

from __future__ import annotations

import json
import time

import pytest

from rules.alerts import WebhookRequest, changed_states, parse_webhook
from store.alerts import AlertLevels, AlertState
from store.layouts import path_key
from store.outbox import OutboxMessage
from store.records import Site, User
from store.subscriptions import Subscription
from tests.aggregator.build import PAGE, insert, record_id
from tests.viewer.client import Client
from tests.viewer.pages import csrf, words
from tests.viewer.shop import LINK
from viewer.alerts import levels_of
from viewer.app import Viewer


@pytest.fixture(scope="module")
def trouble(viewer: Viewer, shop: Site, owner: Client) -> Site:
    """Sixty visitors pressed "More" an hour ago, and nothing happened; the owner wants alerts."""
    site, now = int(shop.id), int(time.time() * 1000) - 3_600_000
    who = {"site": site, "page": PAGE}
    insert(viewer.store, "views", [who | {"view": 900 + n, "visitor": 900 + n, "time": now + n} for n in range(60)])
    on = {"key": path_key(LINK[0]), "record": record_id(*LINK), "effect": 0, "effect_ms": 0}
    insert(
        viewer.store,
        "points",
        [who | on | {"view": 900 + n, "visitor": 900 + n, "time": now + n} for n in range(60)],
    )
    (user,) = viewer.definitions.find(User)
    changes = {"mail": "ada@shop.example", "confirmed_mail": "ada@shop.example"}
    viewer.definitions.put(User(**{**{f: getattr(user, f) for f in user.__struct_fields__}, **changes}))
    wanted = Subscription(id=f"{shop.id}/{user.id}", site=shop.id, user=user.id, alerts=True)
    viewer.definitions.put(wanted)
    viewer.outbox.mail_is_set_up = True
    return shop


def queued(viewer: Viewer) -> list[OutboxMessage]:
    return [one for one in viewer.definitions.find(OutboxMessage) if one.about == "alert"]


def set_levels(owner: Client, shop: Site, **fields: str) -> None:
    path = f"/sites/{shop.id}/mail"
    form = {"csrf": csrf(owner.get(path).text), "do": "levels", "hurt": "50", "least": "50", "quiet_hours": "720"}
    answer = owner.post(path, data={**form, **fields})
    assert answer.headers["location"].endswith("done=saved"), words(answer.text)


def test_it_is_sent_once_and_again_only_after_it_was_under(viewer: Viewer, owner: Client, trouble: Site) -> None:
    set_levels(owner, trouble)
    viewer.webhooks.save(trouble.id, _webhook(), "ada")
    watch = viewer.alert_watch
    assert watch.look() == 2  # a mail and a webhook
    assert watch.look() == 0
    mail, hook = sorted(queued(viewer), key=lambda one: one.channel)
    assert "“More” does nothing for 100% of those who press it." in mail.text
    assert "/heatmap?" in mail.text
    assert mail.unsubscribe in mail.text
    assert json.loads(hook.text)["sentence"] in mail.text
    set_levels(owner, trouble, least="1000")
    viewer.work.forget()
    assert watch.look() == 0
    set_levels(owner, trouble)
    assert watch.look() == 2
    assert len(queued(viewer)) == 4
    viewer.webhooks.remove(trouble.id, "ada")


def test_two_processes_and_a_crash_send_it_once(viewer: Viewer, owner: Client, trouble: Site) -> None:
    set_levels(owner, trouble, least="1000")
    viewer.alert_watch.look()
    set_levels(owner, trouble)
    before = len(queued(viewer))
    assert viewer.alert_watch.look() == 1
    (state,) = [one for one in viewer.definitions.find(AlertState) if one.over]
    # as if the process had died before it stored the state
    viewer.definitions.put(AlertState(id=state.id, site=state.site, key=state.key, version=state.version,
                                      times=state.times - 1))  # fmt: skip
    assert viewer.alert_watch.look() == 0
    assert len(queued(viewer)) == before + 1


def test_no_data_for_longer_than_the_level_is_an_alert(viewer: Viewer, trouble: Site) -> None:
    levels = levels_of(viewer.definitions, trouble.id)
    quiet = AlertLevels(id=trouble.id, site=trouble.id, least=1000, quiet_hours=1)
    found = viewer.alerts.now(quiet, "fr")
    assert found["quiet"].words.startswith("Aucune vue depuis")
    assert "quiet" not in viewer.alerts.now(levels, "en")


def test_an_experiment_that_reached_its_size_begins_one_occurrence() -> None:
    (first,) = changed_states({}, ["experiment 1/button"], "1")
    assert (first.over, first.times) == (True, 1)
    assert changed_states({first.key: first}, [first.key], "1") == []
    (under,) = changed_states({first.key: first}, [], "1")
    assert (under.over, under.times) == (False, 1)
    (again,) = changed_states({first.key: under}, [first.key], "1")
    assert again.times == 2


def test_levels_that_cannot_be_and_other_roles_are_rejected(owner: Client, trouble: Site) -> None:
    path = f"/sites/{trouble.id}/mail"
    token = csrf(owner.get(path).text)
    for fields in ({"hurt": "150"}, {"hurt": "much"}, {"least": "1"}, {"quiet_hours": "0"}):
        form = {"csrf": token, "do": "levels", "hurt": "50", "least": "50", "quiet_hours": "6", **fields}
        assert owner.post(path, data=form).status_code == 422
    answer = owner.post(path, data={"csrf": token, "do": "webhook", "url": "http://127.0.0.1/"})
    assert answer.status_code == 422
    assert "127.0.0.1 is a private host" in words(answer.text)


def test_the_secret_of_a_webhook_is_shown_once(owner: Client, viewer: Viewer, trouble: Site) -> None:
    path = f"/sites/{trouble.id}/mail"
    form = {"csrf": csrf(owner.get(path).text), "do": "webhook", "url": "https://hooks.shop.example/a"}
    page = owner.post(path, data=form)
    target = viewer.webhooks.target(trouble.id)
    assert target
    assert target.secret in page.text
    assert page.headers["cache-control"] == "no-store"
    again = owner.get(path).text
    assert target.secret not in again
    assert "https://hooks.shop.example/a" in again
    owner.post(path, data={**form, "do": "test"})
    (test,) = [one for one in viewer.definitions.find(OutboxMessage) if one.about == "webhook"]
    assert json.loads(test.text)["type"] == "test"
    owner.post(path, data={**form, "do": "no-webhook"})
    assert viewer.webhooks.of(trouble.id) is None


def _webhook() -> WebhookRequest:
    return parse_webhook({"url": "https://hooks.shop.example/"})
