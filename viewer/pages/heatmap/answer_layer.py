"""The answers to surveys on a map: pins on the elements that they name, and the list beside it, numbered alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aggregator.answers.pinned_answers import PinnedAnswer
from store.surveys import Survey
from viewer.pages.frame.charts import percent
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.note_layer import Pin, clustered, place_warnings
from viewer.pages.heatmap.setting import MapSetting

LISTED = 100  # answers beside the picture; the reports of the surveys have the others


@dataclass(frozen=True)
class PinnedLine:
    """An answer in the list. `warning`: what is uncertain about its place."""

    id: str
    number: int
    score: str
    text: str
    line: str
    warning: str
    lost: bool


@dataclass(frozen=True)
class AnswerLayer:
    """`switch` shows or hides the answers; the rest is empty while they are hidden. `reports`: of the surveys that
    asked."""

    switch: Choice
    shown: bool = False
    heading: str = ""
    pins: tuple[Pin, ...] = ()
    lines: tuple[PinnedLine, ...] = ()
    reports: tuple[Choice, ...] = ()


def asks_for_elements(surveys: Sequence[Survey]) -> bool:
    """Whether any survey of the site has answers that name an element."""
    return any(question.kind == "click" for survey in surveys for question in survey.questions)


def hidden_answers(setting: MapSetting) -> AnswerLayer:
    """The switch alone."""
    return AnswerLayer(Choice(setting.lang.text("Answers"), setting.links.keeping(answers="1").to()))


def answer_layer(setting: MapSetting, found: Sequence[PinnedAnswer]) -> AnswerLayer:
    """Pins of all answers, and the newest of them in the list."""
    lang, known = setting.lang, {one.id: one for one in setting.asked.known.surveys}
    named = list(dict.fromkeys(one.answer.survey for one in found if one.answer.survey in known))
    return AnswerLayer(
        switch=Choice(lang.text("Hide answers"), setting.links.keeping(answers="").to(), True),
        shown=True,
        heading=lang.plural("%(num)s answer on an element", "%(num)s answers on elements", len(found)),
        pins=_pins(setting, found),
        lines=tuple(_line(setting, known, n, one) for n, one in enumerate(found[:LISTED], 1)),
        reports=tuple(Choice(known[id].name, setting.urls.survey(setting.site.id, id)) for id in named),
    )


def _pins(setting: MapSetting, found: Sequence[PinnedAnswer]) -> tuple[Pin, ...]:
    picture = setting.snapshot
    width, height = (float(picture.width), float(picture.height)) if picture else (1000.0, 1000.0)
    together = clustered([one.place for one in found], width, height)
    return tuple(_pin(setting, found, numbers) for numbers in together)


def _pin(setting: MapSetting, found: Sequence[PinnedAnswer], together: Sequence[int]) -> Pin:
    lang, n = setting.lang, together[0]
    one = found[n]
    pin = Pin(
        text=str(n + 1),
        href=f"#{_id(one)}",
        label=lang.text("Answer %(n)s: %(text)s", n=lang.number(n + 1), text=one.answer.words or _score(one)),
        left=percent(one.place.x),
        top=percent(one.place.y),
        css="ans lost" if one.place.rung == "lost" else "ans",
        note=_id(one),
    )
    if len(together) == 1:
        return pin
    label = lang.plural("%(num)s answer", "%(num)s answers", len(together))
    return replace(pin, text=f"×{len(together)}", label=label, css=f"{pin.css} many", note="")


def _line(setting: MapSetting, known: dict[str, Survey], number: int, one: PinnedAnswer) -> PinnedLine:
    lang, survey = setting.lang, known.get(one.answer.survey)
    return PinnedLine(
        id=_id(one),
        number=number,
        score=_score(one),
        text=one.answer.words,
        line=f"{lang.moment(one.answer.time)} · {survey.name if survey else one.answer.survey}",
        warning=place_warnings(lang).get(one.place.rung, ""),
        lost=one.place.rung == "lost",
    )


def _score(one: PinnedAnswer) -> str:
    return "" if one.answer.score is None else str(one.answer.score)


def _id(one: PinnedAnswer) -> str:
    return f"a{one.answer.asking:016x}"
