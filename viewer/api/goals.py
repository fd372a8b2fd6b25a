"""Goals: what visitors are hoped to do, and who did it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rules import goal as rules
from rules.find import stored_of, usable
from rules.question import SITE
from store.segments import Goal
from viewer.api.entry import Entry, answer, by_whom, fields, rejected_json
from viewer.goals import Goals
from viewer.questions import Questions
from viewer.registry import Registry


async def list_goals(request: Request, *, registry: Registry) -> Response:
    found = await registry.listing(Goal, await registry.site(request))
    return answer({"goals": found.records, "rejected": [rejected_json(one) for one in found.rejected]})


async def create_goal(request: Request, *, registry: Registry) -> Response:
    site, asked, by = await registry.site(request), await fields(request), by_whom(request)
    return answer(await registry.change(lambda definitions: rules.add(definitions, site.id, asked, by)), 201)


async def show_goal(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    return answer(usable(await registry.find(Goal, request.path_params["goal"], site)))


async def change_goal(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    stored = stored_of(await registry.find(Goal, request.path_params["goal"], site))
    asked, by = await fields(request), by_whom(request)
    return answer(await registry.change(lambda definitions: rules.change(definitions, stored, site.id, asked, by)))


async def delete_goal(request: Request, *, registry: Registry) -> Response:
    stored = stored_of(await registry.find(Goal, request.path_params["goal"], await registry.site(request)))
    await registry.change(lambda definitions: definitions.delete_stored(Goal, stored, by_whom(request)))
    return answer({"deleted": stored.id})


async def measure_goals(request: Request, *, questions: Questions, goals: Goals) -> Response:
    asked = await questions.read(request, SITE)
    question = asked.checked()
    chosen = [one for one in asked.known.goals if question.goal in ("", one.id)]
    figures = await goals.figures(question, chosen)
    understood = question.as_json(asked.today)
    names = ("since", "until", "timezone", "device", "filters", "segment", "rules", "goal")
    return answer({"query": {name: understood[name] for name in names}, "goals": figures})


_ROOT = "/sites/{site}/goals"
ENTRIES = (
    Entry("GET", _ROOT, list_goals, "viewer", "The goals of a site."),
    Entry(
        "POST",
        _ROOT,
        create_goal,
        "editor",
        "Add a goal: name, action (what, and what that needs); optional counted, within_days.",
    ),
    Entry("GET", _ROOT + "/{goal}", show_goal, "viewer", "One goal, by id or name."),
    Entry(
        "PUT",
        _ROOT + "/{goal}",
        change_goal,
        "editor",
        "Replace a goal; with `version`, the change is rejected if somebody else changed it first.",
    ),
    Entry("DELETE", _ROOT + "/{goal}", delete_goal, "editor", "Delete a goal; the history keeps its versions."),
    Entry(
        "GET",
        "/sites/{site}/goal-figures",
        measure_goals,
        "viewer",
        "Who reached each goal in a period: visitors, share with its interval, times, sum of values. "
        "Query: since, until, days, device, filters, segment, goal.",
        query=SITE.names,
    ),
)
