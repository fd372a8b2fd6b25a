"""Names and sentences for the two sets of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from msgspec.structs import replace as replace_struct

from rules.other_set import TwoSets
from rules.question import Question
from store.segments import FunnelStop, Goal, Group, Segment
from viewer.pages.frame.languages import DASH, Language
from viewer.pages.sentences.names import NO_NAMES, SiteNames, channel_name, device_label
from viewer.pages.sentences.tree import tree_sentence


def set_name(lang: Language, sets: TwoSets, letter: str, today: date, segments: Mapping[str, Segment]) -> str:
    """What set a or b is called: by what it differs from the other one."""
    _ = lang.text
    question = sets.a if letter == "a" else sets.b
    match sets.kind:
        case "before" | "period":
            return days_of(lang, question, today)
        case "device":
            return device_label(lang, question.device) if question.device else _("All devices")
        case "variant":
            return (question.variant or ("", _("All variants")))[1]
        case "left":
            return _("Left") if letter == "a" else _("Went on")
        case "rest" if letter == "a":
            return _("Everybody else")
        case "segment" if stop := _stop(sets, question):
            return _("Went on") if stop.went_on else _("Left")
        case _:
            return who(lang, question, segments)


def _stop(sets: TwoSets, question: Question) -> FunnelStop | None:
    """Where the visitors of one of two sets are in a funnel, if the sets are the two ends of one step."""
    stops = [_only_stop(one) for one in (sets.a, sets.b, question)]
    known = [replace_struct(one, went_on=True) for one in stops if one]
    return stops[-1] if len(known) == len(stops) and len(set(known)) == 1 and stops[0] != stops[1] else None


def _only_stop(question: Question) -> FunnelStop | None:
    tree = question.tree
    return tree.rules[0].funnel if tree and len(tree.rules) == 1 and not tree.groups and not question.filters else None


def who(lang: Language, question: Question, segments: Mapping[str, Segment]) -> str:
    """The visitors of a question: the name of a saved segment, a quick filter, or the sentence of the rules."""
    if question.segment in segments and not question.filters:
        return segments[question.segment].name
    return sentence_of(lang, question.group)


def sentence_of(lang: Language, group: Group | None, names: SiteNames = NO_NAMES) -> str:
    return tree_sentence(lang, group, names).text


def days_of(lang: Language, question: Question, today: date) -> str:
    """`1 Nov 2026 – 28 Nov 2026`."""
    since, until = question.period.span(today)
    return lang.day(since) if since == until else f"{lang.day(since)} {DASH} {lang.day(until)}"


def goal_names(goals: tuple[Goal, ...]) -> SiteNames:
    """The names that the sentences of a comparison need."""
    return replace(NO_NAMES, goals={goal.id: goal.name for goal in goals})


def source_names(lang: Language) -> dict[str, str]:
    """The channels that are offered as sets."""
    return {channel: channel_name(lang, channel) for channel in ("mail", "search", "social", "paid", "direct", "ai")}
