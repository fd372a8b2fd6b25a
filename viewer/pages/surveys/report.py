"""What visitors answered to a survey, `/sites/3/surveys/after-the-order`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.feedback import SurveyReport
from rules import survey_theme
from rules.faults import InvalidDefinition
from rules.find import usable
from rules.question import SITE
from store.definitions import Conflict, Definitions
from store.records import Site
from store.surveys import Survey, SurveyTheme
from viewer.access.person import signed_in
from viewer.http.parameters import number
from viewer.http.urls import Urls
from viewer.pages.forms.faults import FormFaults, form_faults, too_late
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.ledger import LedgerRow
from viewer.pages.map.links import Links, with_query
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.surveys import lines
from viewer.pages.surveys.answer_maps import AnswerMaps
from viewer.pages.surveys.lines import AnswerLine, GroupLine, QuestionBlock, ScoreMaps, ThemeLine, WeekPoint, WordLine
from viewer.pages.surveys.words import kind_words, label, state_words
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Asked, Questions
from viewer.registry import Registry
from viewer.surveys import NO_THEME, AnswerFilter, SurveyReader

SHOWN, MOST = 20, 1_000  # answers at first and with each "more", and at most
WORDS = 12  # counted words that are listed


@dataclass(frozen=True, kw_only=True)
class SurveyReportPage(Page):
    """The answers to a survey."""

    template = "surveys/report.html"
    docs = "feedback"
    line: str = doc("Its questions and whether it asks, in words")
    surveys: list[Choice] = doc("All surveys of the site")
    edit: str = doc("Its form; empty if the person may not edit it")
    csv: str = doc("The answers as a file")
    who: WhoBar = doc("Who is counted")
    period: PeriodControl = doc("The period menu")
    faults: FaultList | None = doc("What is wrong with the question")
    lead: str = doc("The main figure in a sentence, with its interval")
    compared: list[str] = doc("What differs between groups, in sentences")
    not_random: bool = doc("Whether something compared was not drawn by lot")
    account: list[LedgerRow] = doc("What became of those whom the survey reached")
    questions: list[QuestionBlock] = doc("Each question with its figures")
    weeks: list[WeekPoint] = doc("The score of each week")
    groups: list[GroupLine] = doc("The score by device, channel, variant and what happened before")
    themes: list[ThemeLine] = doc("Themes with their number of texts")
    counted: list[WordLine] = doc("Words in two or more texts")
    answers: list[AnswerLine] = doc("The texts that fit, the newest first")
    answers_line: str = doc("How many of the texts fit")
    search: str = doc("The text that is looked for")
    by_score: list[Choice] = doc("Which scores are listed")
    by_theme: list[Choice] = doc("Which themes are listed")
    hidden: list[tuple[str, str]] = doc("The rest of the address, as fields of the search")
    action: str = doc("Where the search leads")
    change: str = doc("Where the forms of themes post to; empty for those who may not")
    more: str = doc("Address with more answers; empty if all are listed")
    theme_faults: FormFaults = doc("Why a theme was not saved")


class SurveyReports:
    """Makes the page."""

    def __init__(self, frames: Frames, urls: Urls, registry: Registry, surveys: SurveyReader, bars: WhoBars) -> None:
        self._frames = frames
        self._urls = urls
        self._registry = registry
        self._surveys = surveys
        self._bars = bars

    async def answer(self, request: Request, asked: Asked, survey: Survey, faults: FormFaults) -> Response:
        site, urls, query = asked.site, self._urls, request.query_params
        frame = await self._frames.of(request, "surveys", site)
        lang, editor = frame.lang, signed_in(request).may("editor")
        here = urls.survey(site.id, survey.id)
        links = Links(here, asked.question)
        which = AnswerFilter(
            search=query.get("search", "").strip()[:200],
            theme=query.get("theme", ""),
            least=number(query, "least", 0, 10),
            most=number(query, "most", 0, 10),
        )
        shown = number(query, "shown", 1, MOST) or SHOWN
        themes = await self._registry.read(lambda one: survey_theme.themes_of(one, site.id, survey.id))
        every = (await self._registry.listing(Survey, site)).records
        report, fitting = None, []
        if not asked.faults:
            report = await self._surveys.report(asked.question, survey)
            fitting = [one for one in await self._surveys.answers(asked.question, survey, which) if one.answer.words]
        maps = AnswerMaps(urls, asked.question, survey.id)
        extra = {name: query[name] for name in ("search", "theme", "least", "most") if query.get(name)}
        page = SurveyReportPage(
            frame=frame,
            title=survey.name,
            line=_line(lang, survey),
            surveys=[Choice(one.name, urls.survey(site.id, one.id), one.id == survey.id) for one in every],
            edit=urls.edit_survey(site.id, survey.id) if editor else "",
            csv=with_query(
                urls.api("sites", site.id, "surveys", survey.id, "answers"), asked.question.query() | {"format": "csv"}
            ),
            who=await self._bars.of(lang, links, asked),
            period=period_control(lang, links, asked.today),
            faults=fault_list(lang, asked.faults, links),
            lead=lines.lead_words(lang, report) if report else "",
            compared=lines.compared_words(lang, report) if report else [],
            not_random=report is not None and any(not one.random for one in report.compared if one.result.difference),
            account=lines.ledger(lang, report.account) if report else [],
            questions=lines.question_blocks(lang, survey, report, maps) if report else [],
            weeks=lines.week_points(lang, report) if report else [],
            groups=lines.group_lines(lang, report) if report else [],
            themes=lines.theme_lines(lang, report) if report else [],
            counted=lines.word_lines(lang, report)[:WORDS] if report else [],
            answers=lines.answer_lines(
                lang, fitting[:shown], themes, which.search, ScoreMaps(maps, report.score if report else "")
            ),
            answers_line=_fitting(lang, len(fitting), report),
            search=which.search,
            by_score=_by_score(lang, links, extra, report),
            by_theme=_by_theme(lang, links, extra, themes),
            hidden=[*links.fields(), *((name, value) for name, value in extra.items() if name != "search")],
            action=here,
            change=with_query(here, dict(query)) if editor else "",
            more=with_query(links.to(), extra | {"shown": str(shown + SHOWN)}) if len(fitting) > shown else "",
            theme_faults=faults,
        )
        return answer(request, page, faults.status if faults else asked.status)


async def show(request: Request, *, registry: Registry, questions: Questions, reports: SurveyReports) -> Response:
    """GET the report."""
    asked = await questions.read(request, SITE)
    return await reports.answer(request, asked, await _survey(request, registry, asked.site), FormFaults())


async def change(
    request: Request, *, registry: Registry, questions: Questions, frames: Frames, urls: Urls, reports: SurveyReports
) -> Response:
    """POST adds a theme, sets it on answers, takes it from one, or deletes it."""
    asked, by = await questions.read(request, SITE), signed_in(request).name
    site = asked.site
    survey = await _survey(request, registry, site)
    form = await request.form()
    do, _, which = str(form.get("do", "")).partition(":")
    ids, name = [str(one) for one in form.getlist("answer")], str(form.get("name", "")).strip()
    lang = (await frames.of(request, "surveys", site)).lang

    def write(definitions: Definitions) -> None:
        if do == "add":
            _add(definitions, survey, name, ids, by)
        elif do == "drop":
            theme, _, answer_id = which.partition("|")
            found = survey_theme.theme_of(definitions, site.id, survey.id, theme)
            _set(definitions, found, [one for one in found.answers if one != answer_id], by)
        elif do == "delete":
            definitions.delete(survey_theme.theme_of(definitions, site.id, survey.id, which), by)

    try:
        await registry.change(write)
    except InvalidDefinition as error:
        faults = form_faults(lang, "survey", error.faults, label)
        return await reports.answer(request, asked, survey, faults)
    except Conflict as error:
        return await reports.answer(request, asked, survey, too_late(lang, error))
    return go(f"{with_query(urls.survey(site.id, survey.id), dict(request.query_params))}#answers")


def _add(definitions: Definitions, survey: Survey, name: str, ids: Sequence[str], by: str) -> None:
    """Set a theme on answers; a new one if there is none of this name."""
    every = survey_theme.themes_of(definitions, survey.site, survey.id)
    known = next((one for one in every if one.name == name), None)
    if known is None:
        survey_theme.add(definitions, survey.site, survey.id, {"name": name, "answers": list(ids)}, by)
    else:
        _set(definitions, known, [*known.answers, *ids], by)


def _set(definitions: Definitions, theme: SurveyTheme, answers: Sequence[str], by: str) -> None:
    fields: dict[str, object] = {"name": theme.name, "answers": list(dict.fromkeys(answers))}
    survey_theme.change(definitions, theme, fields, by)


async def _survey(request: Request, registry: Registry, site: Site) -> Survey:
    return usable(await registry.find(Survey, request.path_params["survey"], site))


def _line(lang: Language, survey: Survey) -> str:
    kinds = ", ".join(kind_words(lang, one.kind) for one in survey.questions)
    return " · ".join(part for part in (kinds, state_words(lang, survey.state)) if part)


def _fitting(lang: Language, n: int, report: SurveyReport | None) -> str:
    every = report.texts if report else 0
    return lang.text("%(n)s of %(every)s", n=lang.number(n), every=lang.number(every))


def _by_score(lang: Language, links: Links, extra: dict[str, str], report: SurveyReport | None) -> list[Choice]:
    """The parts of the scale of the main question."""
    kind = next((one.kind for one in report.questions if one.question == report.score), "") if report else ""
    rest = {name: value for name, value in extra.items() if name not in ("least", "most")}
    chosen = (extra.get("least", ""), extra.get("most", ""))
    made = [Choice(lang.text("All"), with_query(links.to(), rest), chosen == ("", ""))]
    if kind in lines.PARTS:
        low, middle, high = lines.PARTS[kind]
        most = {"nps": 10, "csat": 5, "ces": 7}[kind]
        for least, end in ((low, middle - 1), (middle, high - 1), (high, most)):
            ends = {"least": str(least), "most": str(end)}
            words = lang.text("%(low)s to %(high)s", low=least, high=end)
            made.append(Choice(words, with_query(links.to(), rest | ends), chosen == (str(least), str(end))))
    return made


def _by_theme(lang: Language, links: Links, extra: dict[str, str], themes: Sequence[SurveyTheme]) -> list[Choice]:
    rest = {name: value for name, value in extra.items() if name != "theme"}
    chosen = extra.get("theme", "")
    every = [("", lang.text("All")), *((one.id, one.name) for one in themes), (NO_THEME, lang.text("No theme yet"))]
    return [
        Choice(name, with_query(links.to(), rest | ({"theme": id} if id else {})), chosen == id) for id, name in every
    ]
