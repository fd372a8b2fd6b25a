"""The weekly digest: asked for on the mail page, sent once to a confirmed address, ended by its link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from anyio.from_thread import BlockingPortal

from aggregator.answers.feedback import ComparedScores, QuestionResult, SurveyReport
from aggregator.measures.feedback import ScoreDifference, ScoreFigure, account
from store.definitions import Definitions
from store.outbox import OutboxMessage
from store.records import Site, User
from store.remarks import Remark
from store.subscriptions import Subscription
from store.surveys import Survey
from tests.mail.servers import Mailbox, mail_server
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import PASSWORD, csrf, words
from viewer.app import Viewer
from viewer.digest_schedule import DigestSchedule
from viewer.mail.outbox import Outbox
from viewer.mail.sending import Off
from viewer.mail.smtp import SmtpSender
from viewer.pages.frame.languages import language
from viewer.pages.mail.feedback import answers_words, notes_words

ADDRESS = "ada@shop.example"
MONDAY = datetime(2026, 11, 30, 7, 30, tzinfo=UTC).timestamp()
HOUR = 3_600.0


class Clock:
    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def box(viewer: Viewer) -> Iterator[Mailbox]:
    """The viewer with a mail server."""
    for kind in (OutboxMessage, Subscription):
        for one in viewer.definitions.find(kind):
            viewer.definitions.delete(one)
    found = Mailbox()
    with mail_server(found) as at:
        viewer.outbox.mail_is_set_up = True
        viewer.outbox._senders = {"mail": SmtpSender(at), "webhook": Off()}
        yield found
    viewer.outbox.mail_is_set_up = False


@pytest.fixture
def clock() -> Clock:
    return Clock()


def schedule(viewer: Viewer, clock: Clock, outbox: Outbox | None = None) -> DigestSchedule:
    return DigestSchedule(replace(viewer.mailing, outbox=outbox or viewer.outbox), viewer.digests, clock)


def confirm_address(viewer: Viewer, owner: Client, anyone: Client, box: Mailbox, address: str = ADDRESS) -> None:
    form = {"csrf": csrf(owner.get("/account").text), "do": "mail", "mail": address, "old": PASSWORD}
    assert owner.post("/account", data=form).headers["location"] == "/account?saved=mail"
    assert viewer.outbox.send_due() == 1
    link = re.search(rf"{BASE}(/mail-address/\S+)", box.mails.pop().get_content())
    box.raw.clear()
    assert link
    assert "Not confirmed" in words(owner.get("/account").text)
    anyone.get(link.group(1))  # a program that checks mails opens every link
    assert "Not confirmed" in words(owner.get("/account").text)
    assert f"{address} is confirmed" in words(anyone.post(link.group(1)).text)
    assert "Confirmed." in words(owner.get("/account").text)


def ask_for_it(owner: Client, shop: Site, **fields: str) -> None:
    page = owner.get(f"/sites/{shop.id}/mail")
    form = {"csrf": csrf(page.text), "do": "own", "weekday": "0", "hour": "7", "language": "", "weekly": "on", **fields}
    answer = owner.post(f"/sites/{shop.id}/mail", data=form)
    assert answer.headers["location"].endswith("done=saved"), words(answer.text)


def asked_before(viewer: Viewer, shop: Site) -> None:
    """As if the digest had been turned on long ago."""
    (one,) = viewer.definitions.find(Subscription, site=shop.id)
    viewer.definitions.put(Subscription(**{**{f: getattr(one, f) for f in one.__struct_fields__}, "since": 1}))


def parts(mail: EmailMessage) -> tuple[str, str]:
    text, html = mail.iter_parts()
    return text.get_content(), html.get_content()


def test_it_is_sent_once_a_week_to_a_confirmed_address_and_ended_by_its_link(
    viewer: Viewer, owner: Client, anyone: Client, shop: Site, box: Mailbox, clock: Clock
) -> None:
    ask_for_it(owner, shop)
    asked_before(viewer, shop)
    page = words(owner.get(f"/sites/{shop.id}/mail").text)
    assert schedule(viewer, clock).send_due() == 0  # the address is not confirmed
    confirm_address(viewer, owner, anyone, box)
    assert schedule(viewer, clock).send_due() == 1
    assert viewer.outbox.send_due() == 1
    assert schedule(viewer, clock).send_due() == 0  # after a restart
    clock.now += 3 * HOUR
    assert schedule(viewer, clock).send_due() == 0
    (mail,) = box.mails
    assert (mail["To"], mail["Subject"].partition(":")[0]) == (ADDRESS, "Lamp shop")
    text, html = parts(mail)
    assert "23 November 2026 to 29 November 2026" in text
    assert f"Sent to {ADDRESS} because you asked for it." in text
    assert "Needs attention first" in html
    page = words(owner.get(f"/sites/{shop.id}/mail").text)
    assert f"Digest {ADDRESS}" in page
    assert "Monday, 07:00" in page

    link = mail["List-Unsubscribe"].strip("<>").removeprefix(BASE)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in text
    assert "Lamp shop" in words(anyone.get(link).text)
    (still,) = viewer.definitions.find(Subscription, site=shop.id)
    assert still.weekly  # looking at the link ends nothing
    answer = anyone.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.text) == (200, "Unsubscribed.\n")
    clock.now += 7 * 24 * HOUR
    assert schedule(viewer, clock).send_due() == 0
    assert "No more mail about Lamp shop" in words(anyone.post(link).text)


def test_two_processes_send_it_once_and_missed_weeks_are_not_made_up_for(
    viewer: Viewer, owner: Client, anyone: Client, shop: Site, box: Mailbox, clock: Clock
) -> None:
    confirm_address(viewer, owner, anyone, box, "grace@shop.example")
    ask_for_it(owner, shop, language="fr", weekday="1", hour="0")
    asked_before(viewer, shop)
    second = Outbox(Definitions(viewer.store), viewer.outbox._senders, True)
    first_schedule, second_schedule = schedule(viewer, clock), schedule(viewer, clock, second)
    clock.now += 21 * 24 * HOUR
    assert first_schedule.send_due() + second_schedule.send_due() == 1
    assert viewer.outbox.send_due() + second.send_due() == 1
    (mail,) = box.mails
    text, _ = parts(mail)
    assert "À voir d’abord" in text
    assert "8 décembre 2026" in text


def test_whoever_may_no_longer_see_the_site_gets_nothing(
    viewer: Viewer, owner: Client, anyone: Client, shop: Site, box: Mailbox, clock: Clock
) -> None:
    confirm_address(viewer, owner, anyone, box, "joan@shop.example")
    ask_for_it(owner, shop)
    asked_before(viewer, shop)
    clock.now += 50 * 7 * 24 * HOUR
    (user,) = viewer.definitions.find(User)
    stored = viewer.definitions.put(User(id=user.id, version=user.version, password=user.password, role="",
                                         mail=user.mail, confirmed_mail=user.confirmed_mail))  # fmt: skip
    try:
        assert schedule(viewer, clock).send_due() == 0
    finally:
        viewer.definitions.put(
            User(**{**{f: getattr(user, f) for f in user.__struct_fields__}, "version": stored.version})
        )
    assert schedule(viewer, clock).send_due() == 1


def test_forged_and_old_links_do_nothing(
    viewer: Viewer, anyone: Client, owner: Client, box: Mailbox, portal: BlockingPortal
) -> None:
    for path in ("/unsubscribe/nonsense", "/mail-address/nonsense"):
        for answer in (anyone.get(path), anyone.post(path)):
            assert answer.status_code == 410
    (user,) = viewer.definitions.find(User)
    secret = viewer.mail_links.confirm_secret(user)
    viewer.users.set_mail(user.id, "somebody-else@shop.example")
    assert anyone.post(f"/mail-address/{secret}").status_code == 410
    assert viewer.mail_links.stop_secret("ada", "1") not in ("", secret)
    assert anyone.post(f"/unsubscribe/{secret}").status_code == 410
    assert anyone.post(f"/mail-address/{viewer.mail_links.stop_secret('ada', '1')}").status_code == 410


def test_what_cannot_be_asked_for_is_rejected(owner: Client, shop: Site) -> None:
    path = f"/sites/{shop.id}/mail"
    form = {"csrf": csrf(owner.get(path).text), "do": "own", "weekday": "9", "hour": "25", "language": "de"}
    answer = owner.post(path, data=form)
    assert answer.status_code == 422
    assert "Hour" in words(answer.text)


def test_the_api_shows_and_sends_the_same_digest(api: Client, viewer: Viewer, shop: Site, box: Mailbox) -> None:
    path = f"/api/v1/sites/{shop.id}/digest"
    found = api.get(path, params={"until": "2026-03-03"}).json()
    assert found["subject"].startswith("Lamp shop: ")
    assert "Nothing was lost." in found["text"]
    assert found["digest"]["figures"][0]["name"] == "Visitors"
    assert found == api.get(path, params={"until": "2026-03-03"}).json()  # the same data give the same mail
    french = api.get(path, params={"until": "2026-03-03", "language": "fr"}).json()
    assert french["digest"]["lost"] == "Rien n’a été perdu."
    sent = api.post(path, json={"to": "eve@shop.example", "until": "2026-03-03"})
    assert sent.status_code == 202, sent.text
    assert viewer.outbox.send_due() == 1
    text, html = parts(box.mails[0])
    assert found["text"].splitlines()[:5] == text.splitlines()[:5]
    assert "somebody who sees this site" in html
    state = api.get(f"/api/v1/sites/{shop.id}/mail").json()
    assert (state["waiting"], state["sent"][0]["to"], state["sent"][0]["about"]) == (0, "eve@shop.example", "digest")


def test_a_digest_that_cannot_be_sent_says_why(api: Client, viewer: Viewer, shop: Site, box: Mailbox) -> None:
    path = f"/api/v1/sites/{shop.id}/digest"
    for fields, name in (
        ({"to": "nobody"}, "to"),
        ({"to": ADDRESS, "language": "de"}, "language"),
        ({"to": ADDRESS, "until": "2999-01-01"}, "until"),
        ({"to": ADDRESS, "until": "yesterday"}, "until"),
    ):
        answer = api.post(path, json=fields)
        assert answer.status_code == 422, answer.text
        assert answer.json()["error"]["faults"][0]["field"] == name
    viewer.outbox.mail_is_set_up = False
    assert api.post(path, json={"to": ADDRESS}).json()["error"]["code"] == "no_mail"


def test_the_change_of_a_score_is_told_with_its_interval() -> None:
    english = language("en")
    figure = ScoreFigure("ces", 40, 3.1, 2.9, 3.3)
    question = QuestionResult("ease", "ces", 40, 0, figure, {}, (), 0)
    result = ScoreDifference(30, 40, -0.6, -1.0, -0.2)
    report = SurveyReport(account([(7, True)] * 40), (question,), "ease", (), (), (), (), (), 0)
    survey = Survey(id="ease", site="1", name="Ease")
    words = "Ease: 40 answers, CES 3.1 (95% interval 2.9 to 3.3)"
    assert answers_words(english, survey, report) == f"{words}."
    for low, high, more in ((-1.0, -0.2, ""), (-1.0, 0.2, " within chance")):
        compared = ComparedScores("set", "a", "b", replace(result, low=low, high=high), random=False)
        told = answers_words(english, survey, replace(report, compared=(compared,)))
        assert told == f"{words}, −0.6 against the week before (−1.0 to {high:.1f}){more}.".replace("to -", "to −")
    assert answers_words(english, survey, replace(report, account=account([(4, False)] * 5))) == ""


def test_notes_of_the_week_are_counted() -> None:
    english = language("en")
    notes = [Remark(id=f"n{n}", site="1", text="x", author="ada", time=n * 100, resolved=n == 2) for n in range(4)]
    assert notes_words(english, notes, 100, 300) == "Notes: 2 new, 3 open."
    assert notes_words(english, [], 100, 300) == ""
