"""The report of a survey from what is stored, through the collector's own rows."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.answers.feedback import given_answers, has_word, survey_report
from aggregator.shapes.scope import SiteScope
from collector import wire
from store.client import Store
from store.segments import Group, Rule
from store.surveys import Survey, SurveyOption, SurveyQuestion, SurveyTheme
from tests.collector.batches import FP

NOW = int(time.time() * 1000)
TODAY = datetime.now(UTC).date()
SCOPE = SiteScope(1, TODAY - timedelta(days=6), TODAY)
NPS = SurveyQuestion(id="nps", kind="nps", text={"en": "How likely?"})
WHAT = SurveyQuestion(
    id="what", kind="one", text={"en": "What?"},
    options=tuple(SurveyOption(id=one, text={"en": one.upper()}) for one in "ab"),
)  # fmt: skip
WHY = SurveyQuestion(id="why", kind="text", text={"en": "Why?"})
SURVEY = Survey(id="after", site="1", version=2, name="After", state="asking", questions=(NPS, WHAT, WHY))
DEAD = {
    "click": {"t": [100], "e": [0], "x": [1], "y": [1], "w": [9], "h": [9], "px": [1], "py": [1], "r": [0], "d": [0]}
}


class Answers:
    """Views of visitors with an asking, as one segment of the journal."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, visitor: int, *rows: dict[str, Any], version: int = 2, more: dict[str, Any] | None = None,
            **x: Any) -> str:  # fmt: skip
        """One view with the rows of an asking; returns the id of the asking."""
        number = len(self.lines)
        asking = f"{number:024d}"
        usual = {"t": 1000, "a": asking, "s": "after", "v": version, "k": 0, "q": "", "g": None, "o": [], "m": "",
                 "lang": "en", "e": None, "x": 0, "y": 0, "w": 0, "h": 0, "px": 0, "py": 0}  # fmt: skip
        made = [usual | {"n": n} | row for n, row in enumerate(({"k": 3}, *rows))]
        batch = {
            "v": 1, "view": f"{number:024d}", "seq": 0, "sent": NOW, "t0": NOW - 60_000,
            "ctx": {"url": "https://shop.example/done", "vw": 1366, "vh": 768, "pw": 1366, "ph": 4000},
            "el": {"p": ["main>button:1"], "f": [FP]},
            "ask": {name: [row[name] for row in made] for name in made[0]}, **(more or {}),
        }  # fmt: skip
        body = wire.encode(wire.decode(json.dumps(batch).encode())).decode()
        about = {"site": 1, "page": "shop.example/done", "host": "shop.example", "visitor": str(visitor), "shift": 0,
                 "device": "desktop", "channel": "search", "bot": "", "excluded": 0} | x  # fmt: skip
        self.lines.append(f'{json.dumps({"r": NOW, "x": about})[:-1]},"b":{body}}}\n')
        return asking

    def stored(self, store: Store) -> None:
        store.insert_segment("".join(self.lines).encode(), secrets.token_hex(8))


def done(score: int, words: str = "") -> tuple[dict[str, Any], ...]:
    more = ({"q": "why", "m": words},) if words else ()
    return ({"q": "nps", "g": score}, *more, {"k": 7})


@pytest.fixture
def answers() -> Answers:
    return Answers()


def test_a_report_has_the_account_and_the_figures_of_people(store: Store, answers: Answers) -> None:
    for visitor in range(1, 25):
        answers.add(visitor, *done(10 if visitor <= 18 else 3))
    answers.add(30, {"k": 4})
    answers.add(31, {"q": "nps", "g": 8})  # left half-way: what is answered counts
    answers.add(32, {"k": 1})
    answers.add(40, *done(0), bot="agent")
    answers.add(41, *done(0), excluded=1)
    answers.stored(store)
    report = survey_report(store, SCOPE, SURVEY, ())
    assert (report.account.asked, report.account.answered, report.account.half_way, report.account.closed) == (
        26,
        24,
        1,
        1,
    )
    assert report.account.not_drawn == 1
    nps = report.questions[0]
    assert (nps.n, nps.spread[10], nps.spread[3], nps.spread[8]) == (25, 18, 6, 1)
    assert nps.figure is not None
    assert nps.figure.value == pytest.approx(100 * (18 - 6) / 25)
    assert [(one.by, one.value, one.figure.n) for one in report.groups if one.by not in ("language", "time")] == [
        ("device", "desktop", 25), ("channel", "search", 25), ("before", "nothing", 25),
    ]  # fmt: skip
    assert report.weeks[-1].figure.n == 25
    assert report.weeks[-1].begins.weekday() == 0


def test_what_happened_before_is_told_by_the_clicks_of_the_view(store: Store, answers: Answers) -> None:
    for visitor in range(1, 22):
        answers.add(visitor, *done(9 + visitor % 2))
    for visitor in range(101, 122):
        answers.add(visitor, *done(visitor % 8), more=DEAD)
    answers.stored(store)
    report = survey_report(store, SCOPE, SURVEY, ())
    assert [(one.value, one.figure.n) for one in report.groups if one.by == "before"] == [("dead", 21), ("nothing", 21)]
    (compared,) = report.compared
    assert (compared.a, compared.b, compared.random) == ("nothing", "dead", False)
    assert compared.result.difference is not None
    assert compared.result.difference < -50
    assert compared.result.certain
    found = given_answers(store, SCOPE, SURVEY, ())
    assert sum(one.dead for one in found) == 21


def test_variants_are_compared_and_a_segment_narrows_who_counts(store: Store, answers: Answers) -> None:
    for visitor in range(1, 61):
        shown = "ab"[visitor % 2]
        context = {"url": "https://shop.example/done", "vw": 1, "vh": 1, "pw": 1, "ph": 1, "variants": {"hero": shown}}
        answers.add(visitor, *done(visitor % 11), more={"ctx": context}, device="phone" if visitor % 3 else "desktop")
    answers.stored(store)
    report = survey_report(store, SCOPE, SURVEY, ())
    (compared,) = report.compared
    assert (compared.a, compared.b, compared.random) == ("hero:a", "hero:b", True)
    assert (compared.result.visitors_a, compared.result.visitors_b) == (30, 30)
    phones = SiteScope(1, SCOPE.since, SCOPE.until, segment=Group(rules=(Rule(what="device", values=("phone",)),)))
    others = SiteScope(1, SCOPE.since, SCOPE.until, segment=Group(rules=(Rule(what="device", values=("desktop",)),)))
    narrowed = survey_report(store, phones, SURVEY, (), other=others)
    assert narrowed.account.answered == 40
    assert (narrowed.compared[-1].by, narrowed.compared[-1].result.visitors_a) == ("set", 20)
    assert narrowed.compared[-1].result.visitors_b == 40


def test_different_wordings_are_not_added_together(store: Store, answers: Answers) -> None:
    earlier = Survey(
        id="after", site="1", version=1, name="After",
        questions=(SurveyQuestion(id="nps", kind="nps", text={"en": "Would you recommend us?"}), WHY),
    )  # fmt: skip
    for visitor in range(1, 21):
        answers.add(visitor, *done(10, "Quick delivery"))
        answers.add(visitor + 100, *done(0, "Slow"), version=1)
    answers.stored(store)
    report = survey_report(store, SCOPE, SURVEY, (earlier,))
    nps, _, why = report.questions
    assert (nps.n, nps.earlier) == (20, 20)
    assert nps.figure is not None
    assert nps.figure.value == 100
    assert (why.n, why.earlier) == (40, 0)  # the same words in both versions


def test_themes_words_and_options(store: Store, answers: Answers) -> None:
    asking = answers.add(
        1, {"q": "nps", "g": 2}, {"q": "what", "o": ["a"]}, {"q": "why", "m": "The codes fail"}, {"k": 7}
    )
    answers.add(2, {"q": "nps", "g": 4}, {"q": "what", "o": ["b"]}, {"q": "why", "m": "My code failed"}, {"k": 7})
    answers.add(3, {"q": "what", "o": ["a"]}, {"k": 7})
    answers.stored(store)
    number = store.rows(f"SELECT xxHash64('{asking}') AS n")[0]["n"]
    theme = SurveyTheme(
        id="code", site="1", survey="after", name="Code", answers=(f"{number:016x}/why", "0" * 16 + "/why")
    )
    report = survey_report(store, SCOPE, SURVEY, (), [theme])
    assert [(one.theme, one.texts.k, one.texts.n) for one in report.themes] == [("code", 1, 2), ("", 1, 2)]
    assert {one.word: (one.texts, one.score) for one in report.words} == {"code": (2, 3.0), "fail": (2, 3.0)}
    assert [(one.option, one.chosen.k, one.chosen.n) for one in report.questions[1].options] == [
        ("a", 2, 3),
        ("b", 1, 3),
    ]
    found = given_answers(store, SCOPE, SURVEY, (), [theme])
    assert [one.themes for one in found if one.id == f"{number:016x}/why"] == [("code",)]
    assert sum(has_word(one, "fail") for one in found) == 2


def test_a_survey_without_answers_has_an_empty_report(store: Store) -> None:
    report = survey_report(store, SCOPE, SURVEY, ())
    assert (report.account.reached, report.groups, report.words, report.themes) == (0, (), (), ())
    assert [one.n for one in report.questions] == [0, 0, 0]
    assert given_answers(store, SCOPE, SURVEY, ()) == []
