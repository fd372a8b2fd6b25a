"""The layer of forms: each field's box with one of its figures, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from aggregator.answers.forms import FormField, FormFigures
from store.layouts import Layout
from viewer.maps import HeatmapAnswer
from viewer.pages.frame.languages import MINUS, Language
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.table import column, goal_name
from viewer.pages.map.changed import change_note
from viewer.pages.map.elements import Cell, Column, Detail, ElementLine, layers, names_of
from viewer.pages.map.form_fields import (
    MEASURES,
    FieldWords,
    completion_more,
    completion_words,
    field_words,
    measure_names,
    ranked,
)
from viewer.pages.map.labels import place_labels
from viewer.pages.map.layer import Figure, Layer
from viewer.pages.map.ledger import LedgerRow
from viewer.pages.map.legend import Legend, step_legend
from viewer.pages.map.links import address
from viewer.pages.map.picture import Strips, box_of, drawn_picture

HELP = "forms"


def form_layer(setting: MapSetting, found: HeatmapAnswer, form: FormFigures, strips: Strips) -> Layer:
    """Everything on the page that is specific to forms."""
    lang, figures, measure = setting.lang, found.figures, setting.look.measure
    _ = lang.text
    return Layer(
        name="forms",
        picture=drawn_picture(setting.urls, setting.site.id, figures.snapshot, strips, None),
        figures=_large(setting, form),
        elements=_lines(setting, form, found.map.layout),
        by_name=column(_("Field"), setting.links, _sort(setting), "name", rising=True),
        columns=_columns(setting),
        bases=tuple(
            Choice(label, setting.links.keeping(measure="" if one == MEASURES[0] else one).to(), one == measure)
            for one, label in measure_names(lang).items()
        ),
        base_label=_("Show"),
        table_note=_(
            "Corrected, left blank: at least once, of those who reached the field. Last: the last field before "
            "leaving, of those who began and did not submit. What is typed is never read."
        ),
        more=Choice(_("This form by itself"), _own_page(setting)),
        account=_steps(setting, form),
        account_line=completion_more(lang, form),
        unplaced=(),
        legend=_legend(setting),
        notes=(),
        changed=change_note(lang, figures.changed),
    )


def _own_page(setting: MapSetting) -> str:
    """The page of this form."""
    query = setting.asked.question.query("layer", "kind", "state", "variant", "bots", "width")
    measure = {"measure": setting.look.measure} if setting.look.measure != MEASURES[0] else {}
    return address(setting.urls.forms(setting.site.id), query | measure)


def _large(setting: MapSetting, form: FormFigures) -> tuple[Figure, ...]:
    lang = setting.lang
    _ = lang.text
    figures = (
        Figure(_("Visitors"), lang.number(form.visitors), "visitors"),
        Figure(_("Began"), lang.number(form.began), HELP),
        Figure(_("Submitted"), completion_words(lang, form), HELP),
    )
    if form.reached is None:
        return figures
    reached = lang.share(form.reached.share) if form.reached.of else _("few")
    return (*figures, Figure(_("Then “%(goal)s”", goal=goal_name(setting)), reached, HELP))


def _steps(setting: MapSetting, form: FormFigures) -> tuple[LedgerRow, ...]:
    """From the visitors of the page to those who reached the goal; the rows add up."""
    lang = setting.lang
    _ = lang.text
    of = form.visitors

    def kept(label: str, n: int) -> LedgerRow:
        return LedgerRow(label, lang.number(n), lang.share(n / of) if of else "", sum=True)

    def lost(label: str, n: int) -> LedgerRow:
        return LedgerRow(label, MINUS + lang.number(n) if n else "0", lang.share(n / of) if of else "")

    rows = (
        kept(_("Viewed the page"), of),
        lost(_("Used no field"), of - form.began),
        kept(_("Began"), form.began),
        lost(_("Left without submitting"), form.left),
        kept(_("Submitted"), form.submitted),
    )
    if form.reached is None:
        return rows
    goal = goal_name(setting)
    return (
        *rows,
        lost(_("Did not reach “%(goal)s”", goal=goal), form.submitted - form.reached.n),
        kept(_("Reached “%(goal)s”", goal=goal), form.reached.n),
    )


def _legend(setting: MapSetting) -> Legend:
    lang, _ = setting.lang, setting.lang.text
    titles = {
        "last": _("Percent of those who left, for whom it was the last field"),
        "corrected": _("Percent of those who reached it who corrected it"),
        "blank": _("Percent of those who reached it who left it blank"),
    }
    title = titles.get(setting.look.measure)
    return step_legend(lang, title) if title else Legend(_("Time in each field, of the median visitor"), ())


def _sort(setting: MapSetting) -> str:
    """What the reader sorted by; else the figure that is shown."""
    return setting.look.sort or setting.look.measure


def _columns(setting: MapSetting) -> tuple[Column, ...]:
    lang, links, sort = setting.lang, setting.links, _sort(setting)
    _ = lang.text
    return (
        column(_("Reached"), links, sort, "reached", help=HELP),
        column(_("Time"), links, sort, "time", help=HELP),
        column(_("Corrected"), links, sort, "corrected", help=HELP),
        column(_("Left blank"), links, sort, "blank", help=HELP),
        column(_("Last"), links, sort, "last", help=HELP),
    )


def _lines(setting: MapSetting, form: FormFigures, layout: Layout) -> tuple[ElementLine, ...]:
    """The fields as the reader sorted them; their rank is by the figure that is shown."""
    lang, names = setting.lang, names_of(setting.lang, layout)
    fields = ranked(form.fields, setting.look.measure)
    words = [field_words(lang, form, one, setting.look.measure) for one in fields]
    lines = [
        replace(_line(setting, one, said, names[one.index] if one.index >= 0 else one.name), rank=n)
        for n, (one, said) in enumerate(zip(fields, words, strict=True), 1)
    ]
    lines = _placed(lines, fields, words, layout)
    return tuple(lines[n] for n in _order(setting, fields, lines))


def _line(setting: MapSetting, one: FormField, words: FieldWords, name: str) -> ElementLine:
    lang, key = setting.lang, f"{one.key:016x}"
    return ElementLine(
        id=f"e{one.index}" if one.index >= 0 else f"k{key}",
        key=key,
        name=name,
        share=words.label,
        cells=(
            Cell(words.reached),
            Cell(words.time),
            Cell(words.corrected, "bad" if words.corrected_bad else ""),
            Cell(words.blank, "bad" if words.blank_bad else ""),
            Cell(words.last, "strong"),
        ),
        detail=_detail(lang, words),
        href=setting.links.keeping(element=key).to(),
        step=words.step,
        held=setting.look.held == key,
    )


def _detail(lang: Language, words: FieldWords) -> list[Detail]:
    _ = lang.text
    last = f"{words.last} ({words.interval})" if words.interval else words.last
    return [
        Detail(_("Had the cursor in it"), words.reached, help=HELP),
        Detail(_("Time in it, median"), words.time, help=HELP),
        *([Detail(_("Nine in ten need at most"), words.ninety, help=HELP)] if words.ninety else []),
        Detail(_("Corrected"), words.corrected, "bad" if words.corrected_bad else "", HELP),
        Detail(_("Left blank"), words.blank, "bad" if words.blank_bad else "", HELP),
        Detail(_("Last field of those who left"), last, help=HELP),
    ]


def _placed(
    lines: Sequence[ElementLine], fields: Sequence[FormField], words: Sequence[FieldWords], layout: Layout
) -> list[ElementLine]:
    """The lines with their boxes and labels on the picture."""
    on = [n for n, one in enumerate(fields) if one.index >= 0 and layout.visible[one.index]]
    size = float(layout.width), float(layout.height)
    index = [fields[n].index for n in on]
    x, y, w, h = (np.asarray(side)[index].astype(float) for side in (layout.x, layout.y, layout.w, layout.h))
    labels = place_labels(np.stack((x, y, x + w, y + h), axis=1), [words[n].label for n in on], size)
    depths, placed = layers((w * h).tolist()), list(lines)
    for i, n in enumerate(on):
        box = box_of(float(x[i]), float(y[i]), float(w[i]), float(h[i]), *size, depths[i])
        placed[n] = replace(lines[n], box=box, label=labels[i])
    return placed


def _order(setting: MapSetting, fields: Sequence[FormField], lines: Sequence[ElementLine]) -> list[int]:
    """The places of the lines as the reader sorted them; ties stay in the order of their rank."""
    sort = _sort(setting)
    keys: dict[str, Callable[[int], float | str]] = {
        "name": lambda n: lines[n].name.casefold(),
        "reached": lambda n: -fields[n].reached,
        "time": lambda n: -fields[n].median_ms,
        "corrected": lambda n: -fields[n].corrected.share,
        "blank": lambda n: -fields[n].blank.share,
        "last": lambda n: -fields[n].last.share,
    }
    order = list(range(len(fields)))
    if sort == setting.look.measure:
        return order
    key = keys.get(sort.removeprefix("-"))
    return sorted(order, key=key, reverse=sort.startswith("-")) if key else order
