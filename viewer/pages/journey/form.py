"""A journey as a form: read back from its fields in their order, changed by its buttons, turned into a record."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from store.records import Journey, Stage, Touchpoint
from viewer.pages.frame.frames import lines

STAGES_MOST, TOUCHPOINTS_MOST = 12, 40  # the API's limit; touchpoints of one stage


@dataclass(frozen=True)
class TouchpointForm:
    """`name` and `other`: in the language of the page and in the other one. `pages`: a pattern a line."""

    key: str
    name: str = ""
    other: str = ""
    pages: str = ""
    known: str = ""  # which known pages they name


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
    """All that is typed about a journey."""

    name: str
    objective: str = ""
    review_on: str = ""
    window_days: str = "30"
    version: int = 0
    stages: tuple[StageForm, ...] = field(default_factory=tuple)


def form_of(journey: Journey, code: str, other: str) -> JourneyForm:
    """The form of a stored journey in language `code`."""

    def touchpoint(t: Touchpoint) -> TouchpointForm:
        return TouchpointForm(t.key, t.name.get(code, ""), t.name.get(other, ""), "\n".join(t.pages))

    stages = tuple(
        StageForm(
            s.key,
            s.name.get(code, ""),
            s.name.get(other, ""),
            s.goal.get(code, ""),
            "\n".join(s.pains),
            tuple(touchpoint(t) for t in s.touchpoints),
            s.goal.get(other, ""),
        )
        for s in journey.stages
    )
    return JourneyForm(
        journey.name, journey.objective, journey.review_on, str(journey.window_days), journey.version, stages
    )


def read_form(fields: Iterable[tuple[str, str]]) -> JourneyForm:
    """The form from its fields: `stage` opens a stage, `touchpoint` a touchpoint in it; what follows is theirs."""
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
    return replace(form, stages=tuple(stages[:STAGES_MOST]))


_STAGE = {"stage_name": "name", "stage_other": "other", "stage_goal": "goal", "stage_pains": "pains"}
_TOUCHPOINT = {"tp_name": "name", "tp_other": "other", "tp_pages": "pages"}


def new_key() -> str:
    """A key for what has no name yet."""
    return f"k{secrets.token_hex(4)}"


def act(form: JourneyForm, do: str) -> JourneyForm:
    """The form after one of its buttons: `left:KEY`, `tp-add:KEY`…; a key that is gone changes nothing."""
    what, _, key = do.partition(":")
    stages = list(form.stages)
    if what == "add":
        return replace(form, stages=(*stages, StageForm(new_key()))) if len(stages) < STAGES_MOST else form
    at = next((i for i, s in enumerate(stages) if s.key == key or any(t.key == key for t in s.touchpoints)), None)
    if at is None:
        return form
    if what in ("left", "right"):
        to = at + (1 if what == "right" else -1)
        if 0 <= to < len(stages):
            stages[at], stages[to] = stages[to], stages[at]
    elif what == "remove" and len(stages) > 1:
        del stages[at]
    elif what == "tp-add" and len(stages[at].touchpoints) < TOUCHPOINTS_MOST:
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


def record_of(form: JourneyForm, stored: Journey, code: str, other: str) -> Journey:
    """The journey as typed. A goal typed in one language leaves that of the other as it was."""
    goals = {stage.key: stage.goal for stage in stored.stages}

    def words(name: str, second: str) -> dict[str, str]:
        return {c: text.strip() for c, text in ((code, name), (other, second)) if text.strip()}

    def goal(stage: StageForm) -> dict[str, str]:
        kept = {c: text for c, text in goals.get(stage.key, {}).items() if c != code}
        return kept | ({code: stage.goal.strip()} if stage.goal.strip() else {})

    stages = tuple(
        Stage(
            key=stage.key,
            name=words(stage.name, stage.other),
            touchpoints=tuple(Touchpoint(t.key, words(t.name, t.other), lines(t.pages)) for t in stage.touchpoints),
            goal=goal(stage),
            pains=tuple(line.strip() for line in stage.pains.splitlines() if line.strip()),
        )
        for stage in form.stages
    )
    days = int(form.window_days) if form.window_days.isdigit() else stored.window_days
    return Journey(
        id=stored.id, version=form.version, site=stored.site, name=form.name, stages=stages,
        objective=form.objective, review_on=form.review_on, window_days=min(365, max(1, days)),
    )  # fmt: skip
