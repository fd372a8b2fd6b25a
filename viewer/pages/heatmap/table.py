"""The elements of a map of clicks or hovers: the table, and their boxes on the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from aggregator.answers.zones import ZoneRow
from aggregator.measures.elements_table import ElementRow
from aggregator.measures.statistics import FEW
from store.layouts import Layout
from viewer.drawing.boxes import step_of
from viewer.maps import HeatmapAnswer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.look import BASES
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.shares import (
    Shares,
    base_words,
    interval_words,
    part_words,
    share_words,
    shares_of,
    with_interval,
)
from viewer.pages.map.elements import BOXES, LISTED, Cell, Column, Detail, ElementLine, layers, names_of
from viewer.pages.map.labels import place_labels
from viewer.pages.map.links import Links
from viewer.pages.map.picture import Box, box_of

DEAD_ALARM, RAGE_ALARM, ERROR_ALARM = 0.20, 0.05, 0.05  # shares of an element's clickers that are red
ERRORS = 3  # that the details of an element name
LABELLED = 100  # boxes with their share written on the picture; the others show it when they are pointed at


def columns_of(setting: MapSetting, rows: Sequence[ElementRow], hover: bool) -> tuple[Column, ...]:
    """The columns after the name. Errors have one where somebody met one."""
    lang, links, sort = setting.lang, setting.links, sort_of(setting)
    _ = lang.text
    first = _("Pointed at by") if hover else _("Clicked by")
    shared = (
        column(first, links, sort, "share", help="clicked-by"),
        Column(lang.share(0.95, 0), help="interval"),
        column(_("of"), links, sort, "of", help="in-view"),
    )
    if hover:
        return (*shared, column(_("Time"), links, sort, "time", help="clicked-by"))
    if goal := goal_name(setting):
        return (
            *shared,
            column(_("“%(name)s”", name=goal), links, sort, "goal", help="goals"),
            Column(_("only saw it"), help="goals"),
        )
    trouble = (column(_("Rage"), links, sort, "rage", "rage"), column(_("Dead"), links, sort, "dead", help="dead"))
    if not has_errors(rows):
        return (*shared, *trouble)
    return (*shared, *trouble, column(_("Errors"), links, sort, "errors", help="errors"))


def has_errors(rows: Sequence[ElementRow]) -> bool:
    """Whether a click on any of them was followed by an error."""
    return any(row.failed for row in rows)


def goal_name(setting: MapSetting) -> str:
    """The goal whose shares the table has; "" without one."""
    question = setting.question
    if question.kind != "click" or not question.goal:
        return ""
    return next((goal.name for goal in setting.asked.known.goals if goal.id == question.goal), "")


def name_column(setting: MapSetting) -> Column:
    return column(setting.lang.text("Element"), setting.links, sort_of(setting), "name", rising=True)


def sort_of(setting: MapSetting) -> str:
    """What the reader sorted by; else what the layer is about."""
    layer = setting.question.drawn_layer
    return setting.look.sort or (layer if layer in ("rage", "dead") else "share")


def column(label: str, links: Links, sort: str, name: str, help: str = "", *, rising: bool = False) -> Column:
    """A column that sorts. `rising`: whether it is sorted from the smallest first; "share" sorts by rank."""
    on, turned = sort.removeprefix("-") == name, sort.startswith("-")
    direction = ("ascending" if rising != turned else "descending") if on else ""
    other = f"-{name}" if on and not turned else name
    return Column(label, links.keeping(sort=other).to(), direction, help)


def base_choices(setting: MapSetting, shares: Shares, hover: bool, measured: bool) -> tuple[Choice, ...]:
    """What the shares may be of."""
    lang, links = setting.lang, setting.links
    offered = [base for base in BASES if (base or measured or hover) and not (base == "clicks" and hover)]
    return tuple(
        Choice(
            base_words(lang, "mouse" if hover and not base else base),
            links.keeping(of=base).to(),
            shares.base == ("mouse" if hover and not base else base),
        )
        for base in offered
    )


def table_note(setting: MapSetting, shares: Shares, hover: bool, measured: bool) -> str:
    """What the table counts, and of what."""
    lang, _ = setting.lang, setting.lang.text
    visitors = _("Visitors are counted, not clicks: one person who clicks ten times counts once.")
    parts = [_("of: %(base)s.", base=base_words(lang, shares.base))]
    if hover:
        parts.append(_("Time: mean of those who pointed at it."))
    elif goal := goal_name(setting):
        parts.append(
            _(
                "“%(goal)s”: reached afterwards, by those who clicked and by those who only saw it. "
                "Seen before the goal, not its cause.",
                goal=goal,
            )
        )
    else:
        parts.append(_("Rage, dead and errors: of those who clicked; “few” under 20 of them."))
    if not measured and not hover:
        parts.append(_("No visit says yet what was in view."))
    return " ".join((visitors, *parts))


def element_lines(setting: MapSetting, found: HeatmapAnswer) -> tuple[ElementLine, ...]:
    """The elements as lines, in the order of the table, the boxes on the picture in the order of their rank."""
    lang, figures, layout = setting.lang, found.figures, found.map.layout
    shares, names = shares_of(figures, setting.look.base), names_of(lang, layout)
    ranked = sorted(figures.elements, key=lambda row: _by_share(shares, row))
    with_errors = has_errors(ranked)
    lines = [_line(setting, row, names[row.index], shares, with_errors) for row in ranked]
    boxed = [i for i, row in enumerate(ranked[:BOXES]) if layout.visible[row.index]]
    z = layers([ranked[i].w * ranked[i].h for i in boxed])
    for depth, i in zip(z, boxed, strict=True):
        lines[i] = replace(lines[i], rank=i + 1, box=_box(layout, ranked[i], depth))
    lines = [replace(line, rank=i + 1) for i, line in enumerate(lines)]
    _write_labels(lines, ranked, layout, shares, lang)
    lines = [_without_outline(line, row, layout) for line, row in zip(lines, ranked, strict=True)]
    return _sorted(setting, lines, ranked, names)


def _without_outline(line: ElementLine, row: ElementRow, layout: Layout) -> ElementLine:
    """What hardly anybody clicked has an outline only if it can be used: the parts of a page around it have none."""
    usable = layout.control[row.index] == row.index
    return line if line.step or usable else replace(line, step=-1)


def _by_share(shares: Shares, row: ElementRow) -> tuple[bool, float, int]:
    share = shares.of(row)
    known = share is not None and share.of >= FEW
    return (not known, -share.share if share is not None and known else 0.0, -row.visitors)


def _box(layout: Layout, row: ElementRow, z: int) -> Box | None:
    return box_of(row.x, row.y, row.w, row.h, float(layout.width), float(layout.height), z)


def _write_labels(
    lines: list[ElementLine], rows: Sequence[ElementRow], layout: Layout, shares: Shares, lang: Language
) -> None:
    """Write shares on the picture: those of the first elements, where there is a place."""
    at = [i for i, line in enumerate(lines) if line.box and line.step >= 0][:BOXES]
    boxes = np.array([(rows[i].x, rows[i].y, rows[i].x + rows[i].w, rows[i].y + rows[i].h) for i in at]).reshape(-1, 4)
    texts = [_label(lang, shares, rows[i], ranked=n < 5) for n, i in enumerate(at[:LABELLED])]
    for i, label in zip(at, place_labels(boxes, texts, (float(layout.width), float(layout.height))), strict=False):
        lines[i] = replace(lines[i], label=label)


def _label(lang: Language, shares: Shares, row: ElementRow, *, ranked: bool) -> str:
    """The share on the picture; without the sign except on the first few. Under 1 % nothing is written."""
    share = shares.of(row)
    if share is None or share.share < 0.01:
        return ""
    return lang.share(share.share) if ranked else lang.number(100 * share.share, 1)


def _sorted(
    setting: MapSetting, lines: list[ElementLine], rows: Sequence[ElementRow], names: Sequence[str]
) -> tuple[ElementLine, ...]:
    """The lines as the reader sorted them; ties stay in the order of their rank."""
    sort = sort_of(setting)
    keys: dict[str, Callable[[ElementRow], float | str]] = {
        "name": lambda row: names[row.index].casefold(),
        "of": lambda row: -_of(setting, row),
        "rage": lambda row: -(row.rage_share if row.visitors >= FEW else -1),
        "dead": lambda row: -(row.dead_share if row.visitors >= FEW else -1),
        "errors": lambda row: -(row.failed_share if row.visitors >= FEW else -1),
        "time": lambda row: -row.dwell_ms,
        "goal": lambda row: -_reached(row),
    }
    order = list(range(len(lines)))
    key = keys.get(sort.removeprefix("-"))
    if key is not None:
        order.sort(key=lambda i: key(rows[i]), reverse=sort.startswith("-"))
    elif sort == "-share":
        order.reverse()
    return tuple(
        replace(lines[i], listed=setting.look.every or n < LISTED or lines[i].held) for n, i in enumerate(order)
    )


def _reached(row: ElementRow) -> float:
    """The share of those who clicked and reached the goal afterwards; few come last."""
    clicked = row.goal.clicked if row.goal else None
    return clicked.share if clicked and clicked.of >= FEW else -1


def _of(setting: MapSetting, row: ElementRow) -> int:
    base = row.with_mouse or row.in_view
    return base.of if base and not setting.look.base else row.of


def _line(setting: MapSetting, row: ElementRow, name: str, shares: Shares, with_errors: bool) -> ElementLine:
    lang, share = setting.lang, shares.of(row)
    hover, key = setting.question.kind == "hover", f"{row.key:016x}"
    cells = [
        Cell(share_words(lang, share), "strong"),
        Cell(interval_words(lang, share), "mut"),
        Cell(lang.number(share.of) if share else "", "mut"),
    ]
    if hover:
        cells.append(Cell(lang.span(row.dwell_ms)))
    elif goal_name(setting):
        goal = row.goal
        cells.append(Cell(share_words(lang, goal.clicked if goal else None)))
        cells.append(Cell(share_words(lang, goal.only_saw if goal else None), "mut"))
    else:
        cells.append(Cell(part_words(lang, row.rage_share, row.visitors), bad(row.rage_share, row, RAGE_ALARM)))
        cells.append(Cell(part_words(lang, row.dead_share, row.visitors), bad(row.dead_share, row, DEAD_ALARM)))
        if with_errors:
            cells.append(_error_cell(lang, row))
    return ElementLine(
        id=f"e{row.index}",
        key=key,
        name=name,
        share=share_words(lang, share),
        cells=tuple(cells),
        detail=_detail(lang, row, hover),
        href=setting.links.keeping(element=key).to(),
        step=step_of(share.share) if share is not None and share.of >= FEW else -1,
        held=setting.look.held == key,
    )


def bad(share: float, row: ElementRow | ZoneRow, alarm: float) -> str:
    """The CSS class of a share of those who clicked an element, or in a zone."""
    return "bad" if row.visitors >= FEW and share >= alarm else ""


def _detail(lang: Language, row: ElementRow, hover: bool) -> list[Detail]:
    """Every figure of one element, for the panel."""
    _ = lang.text
    used = _("Pointed at by") if hover else _("Clicked by")
    everyone = Shares("all", 0).of(row)
    some = row.with_mouse if hover else row.in_view
    if some is None:
        shares = [Detail(used, with_interval(lang, everyone), help="clicked-by")]
    else:
        of_some = (
            _("%(used)s, of those with a mouse", used=used) if hover else _("%(used)s, having it in view", used=used)
        )
        had = _("Visitors with a mouse") if hover else _("Had it in view")
        shares = [
            Detail(of_some, with_interval(lang, some), help="in-view"),
            Detail(had, _("%(n)s of %(all)s", n=lang.number(some.visitors), all=lang.number(some.of)), help="in-view"),
            Detail(_("%(used)s, of all visitors", used=used), with_interval(lang, everyone), help="clicked-by"),
        ]
    detail = [
        *shares,
        Detail(
            _("Visitors"), _("%(n)s of %(all)s", n=lang.number(row.visitors), all=lang.number(row.of)), help="visitors"
        ),
    ]
    if hover:
        return [*detail, Detail(_("Mean time"), lang.span(row.dwell_ms), help="clicked-by")]
    drags = Detail(_("Of these, drags"), lang.number(row.dragged), help="rage")
    return [
        *detail,
        Detail(_("Clicks"), lang.number(row.clicks), help="clicked-by"),
        *([drags] if row.dragged else []),
        *trouble_details(lang, row),
        *_error_detail(lang, row),
        *_goal_detail(lang, row),
    ]


def trouble_details(lang: Language, row: ElementRow | ZoneRow) -> list[Detail]:
    """The shares of those who clicked an element, or in a zone, with a dead click or rage."""
    _ = lang.text
    return [
        Detail(
            _("Nothing happened (dead)"),
            part_words(lang, row.dead_share, row.visitors),
            bad(row.dead_share, row, DEAD_ALARM),
            "dead",
        ),
        Detail(
            _("Pressed again and again (rage)"),
            part_words(lang, row.rage_share, row.visitors),
            bad(row.rage_share, row, RAGE_ALARM),
            "rage",
        ),
    ]


def _error_cell(lang: Language, row: ElementRow) -> Cell:
    return Cell(part_words(lang, row.failed_share, row.visitors), bad(row.failed_share, row, ERROR_ALARM))


def _error_detail(lang: Language, row: ElementRow) -> list[Detail]:
    """Who met an error after a click, and which ones: the file and the hash of the message."""
    if not row.errors:
        return []
    _ = lang.text
    share = part_words(lang, row.failed_share, row.visitors)
    visitors = lang.plural("%(num)s visitor", "%(num)s visitors", row.failed)
    return [
        Detail(_("Error after a click"), f"{share} ({visitors})", bad(row.failed_share, row, ERROR_ALARM), "errors"),
        *(
            Detail(
                _("Commonest error") if n == 0 else _("Another error"),
                _("%(hash)s in %(file)s", hash=error.hash, file=error.file or _("an unknown file")),
                help="errors",
            )
            for n, error in enumerate(row.errors[:ERRORS])
        ),
    ]


def _goal_detail(lang: Language, row: ElementRow) -> list[Detail]:
    """Who reached the goal afterwards, with intervals."""
    if row.goal is None:
        return []
    return [
        Detail(
            lang.text("Of those who clicked, reached the goal"), with_interval(lang, row.goal.clicked), help="goals"
        ),
        Detail(
            lang.text("Of those who only saw it, reached the goal"),
            with_interval(lang, row.goal.only_saw),
            help="goals",
        ),
    ]
