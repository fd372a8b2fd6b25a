"""Links that narrow to what is on the screen."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlsplit

from rules.question import MAP, Question, parse
from store.segments import Group, Rule
from viewer.http.urls import Urls
from viewer.pages.map.links import Links
from viewer.pages.who.from_screen import element_trees, narrowed, step_trees

PAGE = "shop.example/lamps"
TODAY = date(2026, 3, 3)
URLS = Urls("http://testserver")
CLICKED = Rule(what="clicked", element="00000000000000ab", page=PAGE)
SAW = Rule(what="saw", element="00000000000000ab", page=PAGE)


def asked(href: str) -> Question:
    reading = parse(1, dict(parse_qsl(urlsplit(href).query)), MAP, TODAY)
    assert not reading.faults
    return reading.question


def links(question: Question) -> Links:
    return Links(URLS.heatmap("1"), question)


def test_an_element_leads_to_those_who_clicked_it_and_to_those_who_did_not() -> None:
    question = Question(1, PAGE, device="phone")
    made = element_trees(question, 0xAB)
    assert made.did == Group(rules=(CLICKED,))
    assert made.did_not == Group(rules=(SAW,), groups=(Group(match="none", rules=(CLICKED,)),))
    followed = asked(narrowed(links(question), made.did))
    assert (followed.tree, followed.device) == (made.did, "phone")


def test_a_step_leads_to_those_who_went_on_and_to_those_who_left() -> None:
    made = step_trees(["/basket"], ["/checkout", "/thanks"])
    here = Rule(what="saw", scope="visitor", values=("/basket",))
    further = Rule(what="saw", scope="visitor", values=("/checkout", "/thanks"))
    assert made.did == Group(rules=(here, further))
    assert made.did_not == Group(rules=(here,), groups=(Group(match="none", rules=(further,)),))
    assert step_trees(["/basket"], []).did_not is None


def test_a_segment_that_is_on_keeps_narrowing() -> None:
    mail = Group(rules=(Rule(what="channel", values=("mail",)),))
    first = asked(narrowed(links(Question(1, PAGE)), mail))
    assert first.tree == mail
    second = asked(narrowed(links(first), element_trees(first, 0xAB).did))
    assert second.tree == Group(rules=(*mail.rules, CLICKED))
    either = Group(match="any", rules=mail.rules)
    third = asked(narrowed(links(Question(1, PAGE, segment="x", tree=either)), Group(rules=(CLICKED,))))
    assert third.tree == Group(groups=(either, Group(rules=(CLICKED,))))
