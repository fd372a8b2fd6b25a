"""Goals: what visitors are hoped to do, and who did it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.goals import GoalFigures
from rules import goal as rules
from rules.question import SITE
from store.segments import Goal
from viewer.api.answer_schemas import ASKED, Answered
from viewer.api.by_name import NamedKind
from viewer.api.entry import Entry, answer
from viewer.goals import Goals
from viewer.questions import Questions


async def measure_goals(request: Request, *, questions: Questions, goals: Goals) -> Response:
    asked = await questions.read(request, SITE)
    question = asked.checked()
    chosen = [one for one in asked.known.goals if question.goal in ("", one.id)]
    figures = await goals.figures(question, chosen)
    understood = question.as_json(asked.today)
    names = ("since", "until", "timezone", "device", "filters", "segment", "rules", "goal")
    return answer({"query": {name: understood[name] for name in names}, "goals": figures})


_NAMED = NamedKind(Goal, "goal", rules.FIELDS, rules.add, rules.change)
ENTRIES = (
    *_NAMED.entries("Add a goal: name, action (what, and what that needs); optional counted, within_days."),
    Entry(
        "GET",
        "/sites/{site}/goal-figures",
        measure_goals,
        "viewer",
        "Who reached each goal in a period: visitors, share with its interval, times, sum of values. "
        "Query: since, until, days, device, filters, segment, goal.",
        query=SITE.names,
        answers=Answered((GoalFigures,), "goals", many=True, beside=ASKED),
    ),
)
