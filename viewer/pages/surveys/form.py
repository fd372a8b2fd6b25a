"""What the form of a survey shows: its sentence, its questions and their texts in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.survey import CONTACTS_IN_BROWSER, unknown_rules
from store.journeys import Journey
from store.page_groups import PageGroup
from store.records import Experiment
from store.segments import Segment
from store.surveys import LISTS, MAX_QUESTIONS, SCALES, THANKS
from viewer.pages.forms.faults import FormFaults
from viewer.pages.forms.fields import items, mapping, shown, shown_lines
from viewer.pages.frame.languages import NAMES, Language
from viewer.pages.frame.page import Choice
from viewer.pages.surveys.draft import SurveyDraft, all_texts, languages_in
from viewer.pages.surveys.words import KINDS, TRIGGERS, kind_words, trigger_words

SHARES = (100, 50, 25, 10, 5, 1)  # percent
WAITS = (0, 7, 14, 30, 60, 90, 180, 365)  # days
LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt", "pl", "ar", "he")


@dataclass(frozen=True)
class SurveyNames:
    """What a survey of a site can name."""

    groups: Sequence[PageGroup]
    journeys: Sequence[Journey]
    experiments: Sequence[Experiment]
    segments: Sequence[Segment]


@dataclass(frozen=True)
class OptionField:
    """One option of a list. `to`: where it leads."""

    n: int
    text: str
    typed: bool
    targets: list[Choice]


@dataclass(frozen=True)
class RangeField:
    """Scores that lead somewhere."""

    n: int
    least: str
    most: str
    targets: list[Choice]


@dataclass(frozen=True)
class QuestionField:
    """One question. `scale`: its lowest and highest score; None for another kind. `then`: where all other answers lead.
    `line`: what comes after it, in words."""

    n: int
    kind: str
    kind_words: str
    text: str
    low: str
    high: str
    look: str
    optional: bool
    shuffle: bool
    scale: tuple[int, int] | None
    is_list: bool
    options: list[OptionField]
    ranges: list[RangeField]
    then: list[Choice]
    line: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class SurveyForm:
    """The form of a survey. `missing`: language → how many of its texts are missing, in words."""

    name: str
    state: str
    version: int
    draft: str
    language: str
    shown: str
    languages: list[Choice]
    other_languages: list[Choice]
    missing: list[str]
    shares: list[Choice]
    where: list[Choice]
    pages: str
    whom: list[Choice]
    impossible: list[str]
    triggers: list[Choice]
    trigger: str
    event: str
    seconds: str
    depth: str
    element: str
    waits: list[Choice]
    since: str
    until: str
    most_answers: str
    place: str
    side: str
    selector: str
    accent: str
    thanks: str
    questions: list[QuestionField]
    kinds: list[Choice]
    faults: FormFaults


def survey_form(lang: Language, draft: SurveyDraft, names: SurveyNames, faults: FormFaults) -> SurveyForm:
    """The form of a draft."""
    fields, trigger, look = draft.fields, mapping(draft.fields, "trigger"), mapping(draft.fields, "look")
    most = shown(fields, "most_answers")
    kind = shown(trigger, "kind") or "arrival"
    known = languages_in(fields) or (draft.language,)
    return SurveyForm(
        name=shown(fields, "name"),
        state=shown(fields, "state") or "draft",
        version=draft.version,
        draft=draft.json(),
        language=shown(fields, "language") or draft.language,
        shown=draft.language,
        languages=[
            Choice(NAMES.get(one, one), one, one == draft.language) for one in dict.fromkeys((*known, draft.language))
        ],
        other_languages=[Choice(NAMES.get(one, one), one) for one in LANGUAGES if one not in (*known, draft.language)],
        missing=_missing(lang, draft, known),
        shares=_shares(lang, fields),
        where=_where(lang, fields, names),
        pages=shown_lines(fields, "pages"),
        whom=_whom(lang, fields, names),
        impossible=[one.name for one in names.segments if unknown_rules(one.tree)],
        triggers=[Choice(trigger_words(lang, one), one, one == kind) for one in TRIGGERS],
        trigger=kind,
        event=shown(trigger, "event"),
        seconds=_positive(trigger, "seconds"),
        depth=_positive(trigger, "depth"),
        element=shown(trigger, "element"),
        waits=_waits(lang, fields),
        since=shown(fields, "since"),
        until=shown(fields, "until"),
        most_answers="" if most == "0" else most,
        place=shown(look, "place") or "corner",
        side=shown(look, "side") or "right",
        selector=shown(look, "selector"),
        accent=shown(look, "accent"),
        thanks=shown(mapping(fields, "thanks"), draft.language),
        questions=[_question(lang, draft, n, one) for n, one in enumerate(draft.questions)],
        kinds=[Choice(kind_words(lang, one), one) for one in KINDS] if len(draft.questions) < MAX_QUESTIONS else [],
        faults=faults,
    )


def _positive(fields: Mapping[str, object], name: str) -> str:
    found = shown(fields, name)
    return "" if found == "0" else found


def _shares(lang: Language, fields: Mapping[str, object]) -> list[Choice]:
    share = fields.get("share", 1.0)
    percent = share * 100 if isinstance(share, int | float) else 100.0
    every = SHARES if percent in SHARES else (*SHARES, percent)
    return [Choice(lang.share(one / 100, 0), f"{one:g}", one == percent) for one in every]


def _waits(lang: Language, fields: Mapping[str, object]) -> list[Choice]:
    typed = fields.get("wait_days", 30)
    chosen = typed if isinstance(typed, int) else 30
    every = sorted({*WAITS, chosen})
    return [
        Choice(
            lang.plural("%(num)s day", "%(num)s days", days) if days else lang.text("one view of a page"),
            str(days),
            days == chosen,
        )
        for days in every
    ]


def _where(lang: Language, fields: Mapping[str, object], names: SurveyNames) -> list[Choice]:
    """Every page, patterns, a page group, or a touchpoint that a browser can notice."""
    chosen = "all"
    if fields.get("pages"):
        chosen = "pages:"
    elif group := shown(fields, "group"):
        chosen = f"group:{group}"
    elif touchpoint := shown(fields, "touchpoint"):
        chosen = f"touchpoint:{shown(fields, 'journey')}/{touchpoint}"
    made = [Choice(lang.text("every page"), "all", chosen == "all")]
    made.append(Choice(lang.text("these pages"), "pages:", chosen == "pages:"))
    made += [Choice(one.name, f"group:{one.key}", chosen == f"group:{one.key}") for one in names.groups]
    for journey in names.journeys:
        for stage in journey.stages:
            for one in stage.touchpoints:
                if not one.contacts or any(contact.on not in CONTACTS_IN_BROWSER for contact in one.contacts):
                    continue
                value = f"touchpoint:{journey.id}/{one.key}"
                made.append(Choice(f"{lang.words(one.name)} ({journey.name})", value, value == chosen))
    return made if any(one.on for one in made) else [*made, Choice(chosen.partition(":")[2], chosen, True)]


def _whom(lang: Language, fields: Mapping[str, object], names: SurveyNames) -> list[Choice]:
    """Anybody, those who see a variant, or a segment that a browser can know."""
    chosen = "any"
    if segment := shown(fields, "segment"):
        chosen = f"segment:{segment}"
    elif variant := shown(fields, "variant"):
        chosen = f"variant:{shown(fields, 'experiment')}/{variant}"
    made = [Choice(lang.text("of all visitors"), "any", chosen == "any")]
    for one in names.segments:
        if not unknown_rules(one.tree):
            words = lang.text("of “%(name)s”", name=one.name)
            made.append(Choice(words, f"segment:{one.id}", chosen == f"segment:{one.id}"))
    for experiment in names.experiments:
        for variant_of in experiment.variants:
            value = f"variant:{experiment.id}/{variant_of.key}"
            words = lang.text("of those who see %(variant)s of %(name)s", variant=variant_of.name, name=experiment.name)
            made.append(Choice(words, value, value == chosen))
    return made if any(one.on for one in made) else [*made, Choice(chosen.partition(":")[2], chosen, True)]


def _missing(lang: Language, draft: SurveyDraft, known: Sequence[str]) -> list[str]:
    texts = list(all_texts(draft.fields))
    said = []
    for code in known:
        lacking = sum(code not in one for one in texts)
        if lacking:
            name = NAMES.get(code, code)
            said.append(lang.text("%(language)s: %(n)s of %(all)s texts missing", language=name, n=lacking,
                                  all=len(texts)))  # fmt: skip
    return said


def _question(lang: Language, draft: SurveyDraft, n: int, one: Mapping[str, object]) -> QuestionField:
    kind, branches = shown(one, "kind"), items(one, "branches")
    targets = [("", lang.text("Next question"))]
    targets += [(shown(later, "id"), lang.text("Question %(n)s", n=n + 2 + i))
                for i, later in enumerate(draft.questions[n + 1 :])]  # fmt: skip
    targets.append((THANKS, lang.text("Thanks")))

    def chosen(to: str) -> list[Choice]:
        return [Choice(words, value, value == to) for value, words in targets]

    ranges = [b for b in branches if "least" in b or "most" in b]
    options = items(one, "options")
    by_option = {shown({"id": id}, "id"): shown(b, "to") for b in branches for id in _ids(b)}
    rest = next((shown(b, "to") for b in branches if not _ids(b) and b not in ranges), "")
    blank: Mapping[str, object] = {}
    return QuestionField(
        n=n,
        kind=kind,
        kind_words=kind_words(lang, kind),
        text=shown(mapping(one, "text"), draft.language),
        low=shown(mapping(one, "low"), draft.language),
        high=shown(mapping(one, "high"), draft.language),
        look=shown(one, "look") or "numbers",
        optional=bool(one.get("optional")),
        shuffle=bool(one.get("shuffle")),
        scale=SCALES.get(kind),  # type: ignore[call-overload]
        is_list=kind in LISTS,
        options=[
            OptionField(
                i,
                shown(mapping(option, "text"), draft.language),
                bool(option.get("typed")),
                chosen(by_option.get(shown(option, "id"), "")),
            )
            for i, option in enumerate([*options, blank])
        ],
        ranges=[
            RangeField(i, shown(b, "least"), shown(b, "most"), chosen(shown(b, "to")))
            for i, b in enumerate([*ranges, blank][:4])
        ],
        then=chosen(rest),
        line=_line(lang, targets, branches, options, draft.language),
        is_first=n == 0,
        is_last=n == len(draft.questions) - 1,
    )


def _ids(branch: Mapping[str, object]) -> list[str]:
    found = branch.get("options")
    return [str(one) for one in found] if isinstance(found, list | tuple) else []


def _line(
    lang: Language,
    targets: Sequence[tuple[str, str]],
    branches: Sequence[Mapping[str, object]],
    options: Sequence[Mapping[str, object]],
    language: str,
) -> str:
    """Where the answers lead, in words: `1 to 3 → Thanks; else Question 2`."""
    names, texts = dict(targets), {shown(o, "id"): shown(mapping(o, "text"), language) for o in options}
    said = []
    for one in branches:
        to = names.get(shown(one, "to"), "")
        if chosen := _ids(one):
            said.append(f"“{', '.join(texts.get(id, id) for id in chosen)}” → {to}")
        elif "least" in one or "most" in one:
            said.append(f"{shown(one, 'least')}–{shown(one, 'most')} → {to}")
        else:
            said.append(lang.text("else %(to)s", to=to))
    return "; ".join(said)
