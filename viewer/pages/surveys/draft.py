"""A survey while somebody edits it: its fields as in JSON, read from a form and changed by the form's buttons.

The form shows the texts of one language; the others, and whatever it does not show, come along in its field `draft`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import FormData

from store.definitions import Stored
from store.surveys import LISTS, MAX_QUESTIONS, SCALES, THANKS
from viewer.pages.forms.fields import decimal, items, lines, mapping, number, shown, text, version, versioned

Fields = dict[str, Any]

TEXTS = ("text", "low", "high")  # of a question, one for each language
# kind of the trigger → the field of it that the form asks for
OF_TRIGGER: Mapping[str, str] = {"event": "event", "seconds": "seconds", "depth": "depth", "dead": "element",
                                 "rage": "element"}  # fmt: skip
_MOST_JSON = 200_000  # characters of `draft`


@dataclass(frozen=True)
class SurveyDraft:
    """`language`: the one whose texts the form shows. Every change returns another draft."""

    fields: Fields
    language: str
    version: int = 0

    @classmethod
    def of(cls, stored: Stored, language: str = "") -> SurveyDraft:
        """A stored survey, valid or not."""
        return cls(dict(stored.fields), language or shown(stored.fields, "language") or "en", stored.version)

    @classmethod
    def begun(cls, language: str, query: Mapping[str, str]) -> SurveyDraft:
        """A new survey, with what an address says of it: `?page=…&trigger=dead&element=…`."""
        trigger: Fields = {"kind": query["trigger"]} if query.get("trigger") in OF_TRIGGER else {}
        if trigger and query.get("element"):
            trigger["element"] = query["element"][:16]
        fields: Fields = {"language": language, "trigger": trigger}
        if query.get("page"):
            fields["pages"] = [query["page"][:2048]]
        return cls(fields, language)

    @classmethod
    def typed(cls, form: FormData) -> SurveyDraft:
        """The submitted form."""
        fields, language = _json(str(form.get("draft", ""))), text(form, "shown") or "en"
        fields |= {
            "name": text(form, "name"),
            "language": text(form, "language") or language,
            "share": _share(text(form, "share")),
            "wait_days": number(text(form, "wait_days") or "0"),
            "since": text(form, "since"),
            "until": text(form, "until"),
            "most_answers": number(text(form, "most_answers") or "0"),
            "trigger": _trigger(form),
            "look": _look(form),
            "thanks": _with(mapping(fields, "thanks"), language, text(form, "thanks")),
            "questions": [_question(form, n, one, language) for n, one in enumerate(items(fields, "questions"))],
            **_where(form),
            **_whom(form),
        }
        return cls(fields, language, version(form)).cleaned()

    @property
    def questions(self) -> list[Mapping[str, object]]:
        return items(self.fields, "questions")

    def json(self) -> str:
        """The field `draft` of the form."""
        return json.dumps(self.fields, ensure_ascii=False)

    def given(self) -> Fields:
        """As fields for rules/survey.py."""
        return versioned({name: value for name, value in self.fields.items() if name not in _STORED}, self.version)

    def with_state(self, state: str) -> SurveyDraft:
        return replace(self, fields={**self.fields, "state": state})

    def with_question(self, kind: str) -> SurveyDraft:
        """One more question at the end."""
        known = {shown(one, "id") for one in self.questions}
        id = next(name for n in range(1, 100) if (name := f"q{n}") not in known)
        made: Fields = {"id": id, "kind": kind, "text": {}}
        if kind in LISTS:
            made["options"] = [{"id": "o1", "text": {}}, {"id": "o2", "text": {}}]
        if kind in ("text", "click"):
            made["optional"] = True
        return self._with_questions([*self.questions, made][:MAX_QUESTIONS])

    def without(self, n: int) -> SurveyDraft:
        return self._with_questions([one for i, one in enumerate(self.questions) if i != n])

    def moved(self, n: int, by: int) -> SurveyDraft:
        """A question `by` places further; unchanged at the ends of the list."""
        questions = self.questions
        to = n + by
        if 0 <= n < len(questions) and 0 <= to < len(questions):
            questions[n], questions[to] = questions[to], questions[n]
        return self._with_questions(questions)

    def cleaned(self) -> SurveyDraft:
        """Without branches that lead back or nowhere, as a question that was moved or removed leaves them."""
        return self._with_questions(self.questions)

    def _with_questions(self, questions: Sequence[Mapping[str, object]]) -> SurveyDraft:
        ids = [shown(one, "id") for one in questions]
        kept = [
            {
                **one,
                "branches": [
                    branch for branch in items(one, "branches") if shown(branch, "to") in (*ids[n + 1 :], THANKS)
                ],
            }
            for n, one in enumerate(questions)
        ]
        return replace(self, fields={**self.fields, "questions": kept})


_STORED = ("id", "site", "version", "changed", "author")


def _json(typed: str) -> Fields:
    try:
        found = json.loads(typed[:_MOST_JSON]) if typed else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _with(texts: Mapping[str, object], language: str, typed: str) -> Fields:
    """Texts with that of one language as typed; an empty one is left out."""
    others = {code: one for code, one in texts.items() if code != language}
    return {**others, language: typed} if typed else others


def _share(typed: str) -> object:
    """A share that is typed in percent."""
    found = decimal(typed or "100")
    return found / 100 if isinstance(found, int | float) else found


def _where(form: FormData) -> Fields:
    kind, _, name = text(form, "where").partition(":")
    journey, _, touchpoint = name.partition("/")
    return {
        "pages": list(lines(str(form.get("pages", "")))) if kind == "pages" else [],
        "group": name if kind == "group" else "",
        "journey": journey if kind == "touchpoint" else "",
        "touchpoint": touchpoint if kind == "touchpoint" else "",
    }


def _whom(form: FormData) -> Fields:
    kind, _, name = text(form, "whom").partition(":")
    experiment, _, variant = name.partition("/")
    return {
        "segment": name if kind == "segment" else "",
        "experiment": experiment if kind == "variant" else "",
        "variant": variant if kind == "variant" else "",
    }


def _trigger(form: FormData) -> Fields:
    kind = text(form, "trigger") or "arrival"
    made: Fields = {"kind": kind}
    field = OF_TRIGGER.get(kind)
    if field in ("event", "element"):
        made[field] = text(form, field)
    elif field == "depth":
        made[field] = number(text(form, field) or "0")
    if seconds := text(form, "seconds"):
        made["seconds"] = number(seconds)
    return made


def _look(form: FormData) -> Fields:
    place = text(form, "place") or "corner"
    made: Fields = {"place": place, "side": text(form, "side") or "right", "accent": text(form, "accent").lower()}
    if place == "inside":
        made["selector"] = text(form, "selector")
    return made


def _question(form: FormData, n: int, stored: Mapping[str, object], language: str) -> Fields:
    kind, path = shown(stored, "kind"), f"q{n}_"
    if f"{path}text" not in form:
        return dict(stored)
    made: Fields = {**stored, "text": _with(mapping(stored, "text"), language, text(form, path + "text"))}
    if kind in SCALES:
        for end in ("low", "high"):
            made[end] = _with(mapping(stored, end), language, text(form, path + end))
    else:
        made["optional"] = f"{path}optional" in form
    if kind == "csat":
        made["look"] = text(form, path + "look") or "numbers"
    if kind in LISTS:
        made["options"] = _options(form, path, items(stored, "options"), language)
        made["shuffle"] = f"{path}shuffle" in form
    made["branches"] = _branches(form, path, made)
    return made


def _options(form: FormData, path: str, stored: Sequence[Mapping[str, object]], language: str) -> list[Fields]:
    """The options as typed: one that has no text in any language is gone; the row after them makes a new one."""
    known = {shown(one, "id") for one in stored}
    id = next(name for n in range(1, 200) if (name := f"o{n}") not in known)
    made = []
    for i, one in enumerate((*stored, {"id": id})):
        texts = _with(mapping(one, "text"), language, text(form, f"{path}o{i}_text"))
        if texts:
            made.append({"id": shown(one, "id"), "text": texts, "typed": f"{path}o{i}_typed" in form})
    return made


def _branches(form: FormData, path: str, question: Mapping[str, object]) -> list[Fields]:
    """Where the answers lead, as typed: ranges of scores, or options; then all others."""
    made: list[Fields] = []
    if shown(question, "kind") in SCALES:
        for i in range(4):
            to = text(form, f"{path}b{i}_to")
            least, most = (text(form, f"{path}b{i}_{name}") for name in ("least", "most"))
            if to and (least or most):
                ends = {"least": least, "most": most}
                made.append({"to": to} | {name: number(end) for name, end in ends.items() if end})
    for i, option in enumerate(items(question, "options")):
        if to := text(form, f"{path}o{i}_to"):
            made.append({"to": to, "options": [shown(option, "id")]})
    if to := text(form, f"{path}then"):
        made.append({"to": to})
    return made


def languages_in(fields: Mapping[str, object]) -> tuple[str, ...]:
    """The languages that a survey has a text in."""
    found = dict.fromkeys(code for texts in all_texts(fields) for code in texts)
    return tuple(sorted(found))


def all_texts(fields: Mapping[str, object]) -> Iterable[Mapping[str, object]]:
    """The texts that visitors see, of which each language should have one."""
    for question in items(fields, "questions"):
        yield mapping(question, "text")
        yield from (one for end in ("low", "high") if (one := mapping(question, end)))
        yield from (mapping(option, "text") for option in items(question, "options"))
    if thanks := mapping(fields, "thanks"):
        yield thanks
