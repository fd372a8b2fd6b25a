"""The rules of a survey (store/surveys.py): its questions, branches and texts, and what a browser can know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules.by_name import parse_by_name, put_under_free_id
from rules.faults import Fault, Faults, InvalidDefinition, accepted, fault
from rules.fields import day_faults, day_of, text_of, twice_faults
from rules.page_group import group_id, pattern_faults
from store.definitions import Definitions, Missing, Stored
from store.journeys import Journey
from store.page_groups import PageGroup
from store.pages import NOT
from store.records import Experiment, Record, Site
from store.segments import Group, Rule, Segment, every_rule
from store.surveys import LISTS, SCALES, THANKS, Survey, SurveyBranch, SurveyQuestion, SurveyTrigger

FIELDS = (
    "name", "state", "language", "questions", "thanks", "pages", "group", "journey", "touchpoint", "trigger", "share",
    "experiment", "variant", "segment", "wait_days", "since", "until", "most_answers", "look", "version",
)  # fmt: skip
MOST_SURVEYS = 50  # of a site
LEAST_OPTIONS = 2
# What the request for the questions shows of a visitor (docs/feedback.md).
KNOWN_IN_BROWSER = ("device", "browser", "os", "country", "language", "weekday", "hour")
CONTACTS_IN_BROWSER = ("page", "element", "event")


def parse(fields: Mapping[str, object], site: str, stored: Stored | None = None) -> Survey | Faults:
    """A new survey of the site with an id derived from its name, or `stored` replaced.

    `version` of a change: the version it was based on, the stored one if it is not given.
    """
    return parse_by_name(Survey, fields, faults_between, FIELDS, site, stored)


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express."""
    questions: tuple[SurveyQuestion, ...] = values.get("questions", ())
    yield from twice_faults((f"questions.{n}.id", one.id) for n, one in enumerate(questions))
    for n, question in enumerate(questions):
        later = [one.id for one in questions[n + 1 :]]
        yield from (one.under(f"questions.{n}") for one in _question_faults(question, later))
    if "language" in values and "thanks" in values:
        yield from _text_faults(values["language"], questions, values["thanks"])
    if values.get("state") == "asking" and not questions:
        yield fault("questions", "few", n=0, least=1)
    yield from _where_faults(values)
    yield from _trigger_faults(values)
    yield from day_faults(values, "since", "until")
    since, until = day_of(values.get("since") or ""), day_of(values.get("until") or "")
    if since and until and until < since:
        yield fault("until", "before_start", ended=until.isoformat(), started=since.isoformat())


def _question_faults(question: SurveyQuestion, later: list[str]) -> Iterator[Fault]:
    if question.id == THANKS:
        yield fault("id", "twice", value=THANKS)
    options = [one.id for one in question.options]
    yield from twice_faults((f"options.{n}.id", one) for n, one in enumerate(options))
    if question.kind in LISTS and len(options) < LEAST_OPTIONS:
        yield fault("options", "few", n=len(options), least=LEAST_OPTIONS)
    if question.kind not in LISTS and options:
        yield fault("options", "survey_no_options", kind=question.kind)
    if question.kind != "csat" and question.look != "numbers":
        yield fault("look", "survey_look", kind=question.kind)
    if question.kind not in SCALES:
        for name in ("low", "high"):
            if getattr(question, name):
                yield fault(name, "survey_no_ends", kind=question.kind)
    for n, branch in enumerate(question.branches):
        yield from (one.under(f"branches.{n}") for one in _branch_faults(question, branch, later))


def _branch_faults(question: SurveyQuestion, branch: SurveyBranch, later: list[str]) -> Iterator[Fault]:
    if branch.to not in (*later, THANKS):
        yield fault("to", "survey_branch", value=branch.to, allowed=", ".join((*later, THANKS)))
    least, most = branch.least, branch.most
    scale = SCALES.get(question.kind)
    for name, score in (("least", least), ("most", most)):
        if score is None:
            continue
        if scale is None:
            yield fault(name, "survey_no_score", kind=question.kind)
        elif not scale[0] <= score <= scale[1]:
            yield fault(name, "whole_number", value=score, least=scale[0], most=scale[1])
    if least is not None and most is not None and least > most:
        yield fault("least", "amounts_swapped", least=least, most=most)
    options = [one.id for one in question.options]
    for one in branch.options:
        if one not in options:
            yield fault("options", "choice", value=one, allowed=", ".join(options))


def _text_faults(language: str, questions: tuple[SurveyQuestion, ...], thanks: Mapping[str, str]) -> Iterator[Fault]:
    """Every text must be there in the language of visitors whose own is lacking."""
    texts: list[tuple[str, Mapping[str, str]]] = [("thanks", thanks)] if questions else []
    for n, question in enumerate(questions):
        texts.append((f"questions.{n}.text", question.text))
        texts += [(f"questions.{n}.{name}", one) for name in ("low", "high") if (one := getattr(question, name))]
        texts += [(f"questions.{n}.options.{i}.text", one.text) for i, one in enumerate(question.options)]
    for path, one in texts:
        if language not in one:
            yield fault(path, "survey_language", language=language)


def _where_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    named = [name for name in ("pages", "group", "touchpoint") if values.get(name)]
    for name in named[1:]:
        yield fault(name, "one_of", given=named[0], allowed="pages, group, touchpoint")
    for n, pattern in enumerate(values.get("pages", ())):
        yield from pattern_faults(pattern.removeprefix(NOT), f"pages.{n}")
    for one, other in (("touchpoint", "journey"), ("journey", "touchpoint"), ("experiment", "variant"),
                       ("variant", "experiment")):  # fmt: skip
        if values.get(one) and not values.get(other, "?"):
            yield fault(other, "missing")


def _trigger_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    trigger, look = values.get("trigger"), values.get("look")
    if isinstance(trigger, SurveyTrigger):
        for name, kind in (("event", "event"), ("depth", "depth"), ("seconds", "seconds")):
            if trigger.kind == kind and not getattr(trigger, name):
                yield fault(f"trigger.{name}", "missing")
        if trigger.element and trigger.kind not in ("dead", "rage"):
            yield fault("trigger.element", "survey_element")
    if look is not None and look.place == "inside" and not look.selector:
        yield fault("look.selector", "missing")
    if isinstance(trigger, SurveyTrigger) and look is not None and trigger.kind == "edge" and look.place != "edge":
        yield fault("look.place", "survey_edge")


def unknown_rules(tree: Group) -> tuple[Rule, ...]:
    """The rules of a segment that a browser cannot know before it asks."""
    return tuple(rule for rule in every_rule(tree) if rule.what not in KNOWN_IN_BROWSER)


def reference_faults(definitions: Definitions, survey: Survey) -> Iterator[Fault]:
    """Faults of what the survey names on its site, and of what the browser cannot know of it."""
    if survey.state == "asking" and (site := _site(definitions, survey.site)) is not None and site.counts_only:
        yield fault("state", "survey_counts")
    if survey.group and _found(definitions, PageGroup, group_id(survey.site, survey.group), survey.site) is None:
        yield fault("group", "no_group", value=survey.group)
    if survey.segment:
        segment = _found(definitions, Segment, survey.segment, survey.site)
        if segment is None:
            yield fault("segment", "no_segment", value=survey.segment)
        elif unknown := unknown_rules(segment.tree):
            said = ", ".join(dict.fromkeys(rule.what for rule in unknown))
            yield fault("segment", "survey_segment", unknown=said, allowed=", ".join(KNOWN_IN_BROWSER))
    if survey.experiment:
        experiment = _found(definitions, Experiment, survey.experiment, survey.site)
        variants = [one.key for one in experiment.variants] if experiment else []
        if survey.variant not in variants:
            allowed = ", ".join(variants)
            yield fault("variant", "no_variant", experiment=survey.experiment, value=survey.variant, allowed=allowed)
    if survey.touchpoint:
        yield from _touchpoint_faults(definitions, survey)


def _touchpoint_faults(definitions: Definitions, survey: Survey) -> Iterator[Fault]:
    journey = _found(definitions, Journey, survey.journey, survey.site)
    if journey is None:
        yield fault("journey", "no_journey", value=survey.journey)
        return
    found = [one for stage in journey.stages for one in stage.touchpoints if one.key == survey.touchpoint]
    if not found:
        yield fault("touchpoint", "no_touchpoint", value=survey.touchpoint)
    elif survey.state == "closed":
        return  # nobody is asked: answers of another tool may be about any touchpoint
    elif not found[0].contacts or any(one.on not in CONTACTS_IN_BROWSER for one in found[0].contacts):
        yield fault("touchpoint", "survey_touchpoint", value=survey.touchpoint)


def _site(definitions: Definitions, id: str) -> Site | None:
    try:
        return definitions.get(Site, id)
    except Missing:
        return None


def _found(definitions: Definitions, kind: type[Any], id: str, site: str) -> Any:
    """The record of this site; None if there is none."""
    try:
        record: Record = definitions.get(kind, id)
    except Missing:
        return None
    return record if getattr(record, "site", "") == site else None


def add(definitions: Definitions, site: str, fields: Mapping[str, object], by: str = "") -> Survey:
    """Store a new survey under a free id derived from its name. InvalidDefinition if it has faults."""
    made = accepted(parse(fields, site))
    others = _others(definitions, made)
    if len(others) >= MOST_SURVEYS:
        raise InvalidDefinition(Faults((fault("", "many_surveys", most=MOST_SURVEYS),)))
    _check(definitions, made, others)
    return put_under_free_id(definitions, made, made.name, by)


def change(definitions: Definitions, stored: Stored, site: str, fields: Mapping[str, object], by: str) -> Survey:
    """Replace a stored survey. InvalidDefinition if it has faults, Conflict if somebody else has changed it since."""
    made = accepted(parse(fields, site, stored))
    _check(definitions, made, _others(definitions, made))
    return definitions.put(made, by)


def _others(definitions: Definitions, made: Survey) -> list[Stored]:
    every = (one for one in definitions.stored(Survey) if one.fields.get("site") == made.site)
    return [one for one in every if one.id != made.id or not made.version]


def _check(definitions: Definitions, made: Survey, others: list[Stored]) -> None:
    faults = tuple(reference_faults(definitions, made))
    if any(text_of(one.fields, "name") == made.name for one in others):
        faults = (fault("name", "survey_taken", value=made.name), *faults)
    if faults:
        raise InvalidDefinition(Faults(faults))
