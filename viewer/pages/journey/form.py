"""The form of a journey: parsed from its ordered fields, changed by its buttons, converted to plain fields."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from rules.journey_lanes import GOAL, PAINS
from store.definitions import Stored
from store.journeys import MAX_STAGES, MAX_TOUCHPOINTS
from viewer.pages.forms.faults import FormFaults
from viewer.pages.forms.fields import items, lines, mapping, number, shown, shown_lines
from viewer.pages.frame.languages import Language
from viewer.pages.journey.kept import cell_text, kept_fields, placed


@dataclass(frozen=True)
class TouchpointForm:
    """`name` and `other`: in the language of the page and in the other one. `pages`: one pattern per line."""

    key: str
    name: str = ""
    other: str = ""
    pages: str = ""
    known: str = ""  # the known pages that they match


@dataclass(frozen=True)
class StageForm:
    key: str
    name: str = ""
    other: str = ""
    goal: str = ""
    pains: str = ""
    touchpoints: tuple[TouchpointForm, ...] = ()
    goal_hint: str = ""  # the goal in the other language


@dataclass(frozen=True)
class JourneyForm:
    """All fields of a journey as typed."""

    name: str
    objective: str = ""
    review_on: str = ""
    window_days: str = "30"
    version: int = 0
    stages: tuple[StageForm, ...] = field(default_factory=tuple)
    faults: FormFaults = FormFaults()


def form_of(stored: Stored, code: str, other: str) -> JourneyForm:
    """The form filled with a stored journey, valid or not, in language `code`."""

    def words(fields: Mapping[str, object], name: str, language: str) -> str:
        return shown(mapping(fields, name), language)

    def touchpoint(fields: Mapping[str, object]) -> TouchpointForm:
        pages = shown_lines(fields, "pages")
        names = words(fields, "name", code), words(fields, "name", other)
        return TouchpointForm(shown(fields, "key"), *names, pages)

    stages = tuple(
        StageForm(
            shown(one, "key"),
            words(one, "name", code),
            words(one, "name", other),
            _typed(stored, GOAL, shown(one, "key"), code, words(one, "goal", code)),
            _typed(stored, PAINS, shown(one, "key"), code, shown_lines(one, "pains")),
            tuple(touchpoint(t) for t in items(one, "touchpoints")),
            words(one, "goal", other),
        )
        for one in items(stored.fields, "stages")
    )
    return JourneyForm(
        name=shown(stored.fields, "name"),
        objective=shown(stored.fields, "objective"),
        review_on=shown(stored.fields, "review_on"),
        window_days=shown(stored.fields, "window_days") or "30",
        version=stored.version,
        stages=stages,
    )


def _typed(stored: Stored, lane: str, stage: str, code: str, of_stage: str) -> str:
    """The text of a stage, which lies in a cell since the map was edited in place."""
    text = cell_text(stored, lane, stage, code)
    return of_stage if text is None else text


def read_form(fields: Iterable[tuple[str, str]]) -> JourneyForm:
    """Parse the form: `stage` starts a stage, `touchpoint` a touchpoint in it; the fields that follow belong to it."""
    form, stages = JourneyForm(""), []
    for name, value in fields:
        if name == "stage":
            stages.append(StageForm(value))
        elif name == "touchpoint" and stages:
            stages[-1] = replace(stages[-1], touchpoints=(*stages[-1].touchpoints, TouchpointForm(value)))
        elif name.startswith("stage_") and stages and name in _STAGE:
            stages[-1] = replace(stages[-1], **{_STAGE[name]: value})  # type: ignore[arg-type]
        elif name.startswith("tp_") and stages and stages[-1].touchpoints and name in _TOUCHPOINT:
            *before, last = stages[-1].touchpoints
            last = replace(last, **{_TOUCHPOINT[name]: value})
            stages[-1] = replace(stages[-1], touchpoints=(*before, last))
        elif name == "version":
            form = replace(form, version=int(value) if value.isdigit() else 0)
        elif name in ("name", "objective", "review_on", "window_days"):
            form = replace(form, **{name: value.strip()})  # type: ignore[arg-type]
    return replace(form, stages=tuple(stages))


_STAGE = {"stage_name": "name", "stage_other": "other", "stage_goal": "goal", "stage_pains": "pains"}
_TOUCHPOINT = {"tp_name": "name", "tp_other": "other", "tp_pages": "pages"}


def new_key() -> str:
    """A key for a stage or touchpoint that has no name yet."""
    return f"k{secrets.token_hex(4)}"


def act(form: JourneyForm, do: str) -> JourneyForm:
    """The form after a button was pressed: `left:KEY`, `tp-add:KEY`…; an unknown key changes nothing."""
    what, _, key = do.partition(":")
    stages = list(form.stages)
    if what == "add":
        return replace(form, stages=(*stages, StageForm(new_key()))) if len(stages) < MAX_STAGES else form
    at = next((i for i, s in enumerate(stages) if s.key == key or any(t.key == key for t in s.touchpoints)), None)
    if at is None:
        return form
    if what in ("left", "right"):
        to = at + (1 if what == "right" else -1)
        if 0 <= to < len(stages):
            stages[at], stages[to] = stages[to], stages[at]
    elif what == "remove" and len(stages) > 1:
        del stages[at]
    elif what == "tp-add" and len(stages[at].touchpoints) < MAX_TOUCHPOINTS:
        stages[at] = replace(stages[at], touchpoints=(*stages[at].touchpoints, TouchpointForm(new_key())))
    elif what.startswith("tp-"):
        _act_on_touchpoint(stages, at, what, key)
    return replace(form, stages=tuple(stages))


def _act_on_touchpoint(stages: list[StageForm], at: int, what: str, key: str) -> None:
    touchpoints = list(stages[at].touchpoints)
    i = next((i for i, t in enumerate(touchpoints) if t.key == key), None)
    if i is None:
        return
    if what in ("tp-up", "tp-down"):
        to = i + (1 if what == "tp-down" else -1)
        if 0 <= to < len(touchpoints):
            touchpoints[i], touchpoints[to] = touchpoints[to], touchpoints[i]
    elif what == "tp-remove":
        del touchpoints[i]
    elif what in ("tp-left", "tp-right"):
        to = at + (1 if what == "tp-right" else -1)
        if not 0 <= to < len(stages):
            return
        stages[to] = replace(stages[to], touchpoints=(*stages[to].touchpoints, touchpoints.pop(i)))
    stages[at] = replace(stages[at], touchpoints=tuple(touchpoints))


def fields_of(form: JourneyForm, stored: Stored, code: str, other: str) -> dict[str, object]:
    """As plain fields for rules/journey.py. What the form does not show is kept."""
    stages = items(stored.fields, "stages")
    known = {shown(one, "key"): one for stage in stages for one in (stage, *items(stage, "touchpoints"))}

    def words(key: str, name: str, typed: Mapping[str, str]) -> dict[str, object]:
        kept = {c: text for c, text in mapping(known.get(key, {}), name).items() if c not in typed}
        return kept | {c: text.strip() for c, text in typed.items() if text.strip()}

    def touchpoint(one: TouchpointForm) -> dict[str, object]:
        names = words(one.key, "name", {code: one.name, other: one.other})
        return {**known.get(one.key, {}), "key": one.key, "name": names, "pages": list(lines(one.pages))}

    fields = {
        **kept_fields(stored),
        "name": form.name,
        "objective": form.objective,
        "review_on": form.review_on,
        "window_days": number(form.window_days),
        "version": form.version,
        "stages": [
            {
                **known.get(stage.key, {}),
                "key": stage.key,
                "name": words(stage.key, "name", {code: stage.name, other: stage.other}),
                "touchpoints": [touchpoint(one) for one in stage.touchpoints],
                "goal": words(stage.key, "goal", {code: stage.goal}),
                "pains": [line.strip() for line in stage.pains.splitlines() if line.strip()],
            }
            for stage in form.stages
        ],
    }
    return placed(fields, code)


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {
        "name": _("Name of the journey"),
        "objective": _("What this journey is for"),
        "review_on": _("Review on"),
        "window_days": _("Time window, in days"),
        "stages": _("Stages"),
    }
    top, *rest = path.split(".")
    if top != "stages" or len(rest) < 2:
        return names.get(top, top)
    stage = _("Stage %(n)s", n=_ordinal(rest[0]))
    if rest[1] == "touchpoints" and len(rest) > 2:
        return f"{stage}, {_('touchpoint %(n)s', n=_ordinal(rest[2]))}"
    parts = {"name": _("Name"), "goal": _("Customer goal"), "pains": _("Pain points"), "touchpoints": _("Touchpoints")}
    return f"{stage}, {parts.get(rest[1], rest[1])}"


def _ordinal(index: str) -> str:
    return str(int(index) + 1) if index.isdecimal() else index
