"""Links that narrow to what is on the screen."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlsplit

from rules.question import MAP, Question, parse
from store.segments import Group, Rule
from viewer.http.urls import Urls
from viewer.pages.map.links import Links
from viewer.pages.who.from_screen import element_links, narrowed

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
    made = element_links(links(Question(1, PAGE, device="phone")), 0xAB)
    assert asked(made.did).tree == Group(rules=(CLICKED,))
    assert asked(made.did_not).tree == Group(rules=(SAW,), groups=(Group(match="none", rules=(CLICKED,)),))
    assert asked(made.did).device == "phone"


def test_a_segment_that_is_on_keeps_narrowing() -> None:
    mail = Group(rules=(Rule(what="channel", values=("mail",)),))
    first = asked(narrowed(links(Question(1, PAGE)), mail))
    assert first.tree == mail
    second = asked(element_links(links(first), 0xAB).did)
    assert second.tree == Group(rules=(*mail.rules, CLICKED))
    either = Group(match="any", rules=mail.rules)
    third = asked(narrowed(links(Question(1, PAGE, segment="x", tree=either)), Group(rules=(CLICKED,))))
    assert third.tree == Group(groups=(either, Group(rules=(CLICKED,))))
