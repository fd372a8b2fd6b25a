"""Surveys, what visitors answered, and the themes that people set on answers (docs/feedback.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.feedback import GivenAnswer
from rules import survey as rules
from rules import survey_theme
from rules.find import usable
from rules.question import SITE, Asks
from store.surveys import Survey, SurveyTheme
from viewer.api.by_name import NamedKind
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, iso
from viewer.api.figures import plain
from viewer.api.query_schemas import one_of, whole
from viewer.drawing.export import table_csv
from viewer.http.downloads import file_answer
from viewer.http.parameters import choice, number
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.surveys import AnswerFilter, SurveyReader

MOST_LISTED = 1_000  # in one answer
TOP = 10  # the highest score of any kind
WHO = tuple(name for name in SITE.names if name != "goal")
RESULTS = Asks((*WHO, "with"))
ANSWERS = Asks(WHO)
COLUMNS = (
    "id", "time", "question", "score", "given", "options", "text", "themes", "page", "device", "channel", "language",
    "variants", "dead", "rage", "seconds_on_page", "element", "version",
)  # fmt: skip
_NAMED = NamedKind(Survey, "survey", rules.FIELDS, rules.add, rules.change)
_ONE = "/sites/{site}/surveys/{survey}"
_THEME = _ONE + "/themes/{theme}"
_THEME_BODY = JsonBody(SurveyTheme, survey_theme.FIELDS)


async def _survey(request: Request, registry: Registry) -> Survey:
    return cast("Survey", usable(await _NAMED.found(request, registry)))


async def show_results(
    request: Request, *, registry: Registry, questions: Questions, surveys: SurveyReader
) -> Response:
    survey, asked = await _survey(request, registry), await questions.read(request, RESULTS)
    question = asked.checked()
    other = None
    if question.compared_with:
        sets = asked.sets()
        question, other = sets.b, sets.a
    report = await surveys.report(question, survey, other)
    return answer({"query": question.as_json(asked.today), "survey": survey, **plain(report)})


async def list_answers(
    request: Request, *, registry: Registry, questions: Questions, surveys: SurveyReader
) -> Response:
    query, survey = request.query_params, await _survey(request, registry)
    asked = await questions.read(request, ANSWERS)
    question = asked.checked()
    which = AnswerFilter(
        question=choice(query, "question", tuple(one.id for one in survey.questions), ""),
        search=query.get("search", "").strip(),
        word=query.get("word", "").strip(),
        theme=query.get("theme", ""),
        least=number(query, "least", 0, TOP),
        most=number(query, "most", 0, TOP),
    )
    form = choice(query, "format", ("json", "csv"), "json")
    offset, most = number(query, "offset", 0, 10_000_000) or 0, number(query, "limit", 1, MOST_LISTED) or 100
    found = await surveys.answers(question, survey, which)
    if form == "csv":
        return file_answer(answers_csv(found), "csv", f"answers-{survey.id}", question.as_json(asked.today))
    listed = [answer_json(one) for one in found[offset : offset + most]]
    return answer({"query": question.as_json(asked.today), "answers": listed, "total": len(found)})


def answer_json(one: GivenAnswer) -> dict[str, Any]:
    """An answer with what is known of it: never who gave it."""
    given, asking = one.answer, one.asking
    return {
        "id": one.id,
        "time": iso(given.time),
        "question": given.question,
        "score": one.score,
        "given": given.score,
        "options": list(given.options),
        "text": given.words,
        "themes": list(one.themes),
        "page": asking.page,
        "device": asking.device,
        "channel": asking.channel,
        "language": asking.language,
        "variants": dict(asking.variants),
        "dead": one.dead,
        "rage": one.rage,
        "seconds_on_page": None if asking.seen_ms is None else asking.seen_ms // 1000,
        "element": f"{given.key:016x}" if given.key else "",
        "version": given.version,
    }


def answers_csv(found: Sequence[GivenAnswer]) -> bytes:
    """One line for each answer."""
    rows = []
    for one in map(answer_json, found):
        joined = {
            "options": " ".join(one["options"]),
            "themes": " ".join(one["themes"]),
            "variants": " ".join(f"{name}:{value}" for name, value in sorted(one["variants"].items())),
            "dead": int(one["dead"]),
            "rage": int(one["rage"]),
        }
        rows.append([(one | joined)[name] for name in COLUMNS])
    return table_csv(COLUMNS, rows)


async def list_themes(request: Request, *, registry: Registry) -> Response:
    survey = await _survey(request, registry)
    found = await registry.read(lambda definitions: survey_theme.themes_of(definitions, survey.site, survey.id))
    return answer({"themes": found})


async def create_theme(request: Request, *, registry: Registry) -> Response:
    survey, asked, by = await _survey(request, registry), await fields(request), by_whom(request)
    return answer(await registry.change(lambda one: survey_theme.add(one, survey.site, survey.id, asked, by)), 201)


async def change_theme(request: Request, *, registry: Registry) -> Response:
    stored, asked, by = await _theme(request, registry), await fields(request), by_whom(request)
    return answer(await registry.change(lambda definitions: survey_theme.change(definitions, stored, asked, by)))


async def delete_theme(request: Request, *, registry: Registry) -> Response:
    stored, by = await _theme(request, registry), by_whom(request)
    await registry.change(lambda definitions: definitions.delete(stored, by))
    return answer({"deleted": stored.id})


async def _theme(request: Request, registry: Registry) -> SurveyTheme:
    survey, id = await _survey(request, registry), str(request.path_params["theme"])
    return await registry.read(lambda definitions: survey_theme.theme_of(definitions, survey.site, survey.id, id))


ENTRIES = (
    *_NAMED.entries(
        "Add a survey: name, questions, thanks; optional state (draft, asking, closed), language, pages, group, "
        "journey and touchpoint, trigger, share, experiment and variant, segment, wait_days, since, until, "
        "most_answers, look."
    ),
    Entry(
        "GET",
        _ONE + "/results",
        show_results,
        "viewer",
        "The report of a survey: account, questions with NPS, CSAT or CES, weeks, groups, comparisons per visitor, "
        "themes, words. Query: since, until, days, device, filters, segment, with (the other set of a comparison).",
        query=RESULTS.names,
    ),
    Entry(
        "GET",
        _ONE + "/answers",
        list_answers,
        "viewer",
        "The answers to a survey, the newest first. Query: since, until, days, device, filters, segment, question, "
        "search (a part of the text), word (a stem), theme (an id, or none), least and most (score), offset, limit "
        "(100; at most 1,000), format (json, csv).",
        query=(*ANSWERS.names, "question", "search", "word", "theme", "least", "most", "offset", "limit", "format"),
        schemas={
            "least": whole(0, TOP),
            "most": whole(0, TOP),
            "offset": whole(0, 10_000_000),
            "limit": whole(1, MOST_LISTED),
            "format": one_of("json", "csv"),
        },
    ),
    Entry("GET", _ONE + "/themes", list_themes, "viewer", "The themes of a survey, with the answers that have them."),
    Entry(
        "POST",
        _ONE + "/themes",
        create_theme,
        "editor",
        "Add a theme: name, answers (ids of answers).",
        body=_THEME_BODY,
        statuses=(201,),
    ),
    Entry(
        "PUT",
        _THEME,
        change_theme,
        "editor",
        "Replace a theme; with `version`, the change is rejected if somebody else changed it first.",
        body=_THEME_BODY,
    ),
    Entry("DELETE", _THEME, delete_theme, "editor", "Delete a theme; the answers stay."),
)
