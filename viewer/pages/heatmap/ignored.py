"""The layer of what is ignored: elements that many visitors had in view and nobody clicked."""

from __future__ import annotations

from aggregator.answers.ignored import IgnoredElement, ignored_elements
from store.layouts import Layout
from viewer.maps import HeatmapAnswer
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.shares import interval_words, share_words
from viewer.pages.heatmap.table import column
from viewer.pages.map.elements import BOXES, LISTED, Cell, Column, Detail, ElementLine, layers, names_of
from viewer.pages.map.picture import box_of


def ignored_lines(setting: MapSetting, found: HeatmapAnswer) -> tuple[ElementLine, ...]:
    lang, layout = setting.lang, found.map.layout
    names, used = names_of(lang, layout), {row.index for row in found.figures.elements}
    rows = ignored_elements(layout, found.exposure, used)
    sort = setting.look.sort
    if sort.removeprefix("-") == "name":
        rows.sort(key=lambda one: names[one.index].casefold(), reverse=sort.startswith("-"))
    elif sort == "-share":
        rows.reverse()
    z = layers([float(layout.w[one.index] * layout.h[one.index]) for one in rows[:BOXES]])
    return tuple(
        _line(setting, layout, one, names[one.index], n, z[n] if n < BOXES else 0) for n, one in enumerate(rows)
    )


def ignored_columns(setting: MapSetting) -> tuple[Column, ...]:
    lang = setting.lang
    return (
        column(lang.text("Seen by"), setting.links, setting.look.sort or "share", "share", "in-view"),
        Column(lang.share(0.95, 0), help="interval"),
        Column(lang.text("of"), help="in-view"),
    )


def ignored_note(lang: Language) -> str:
    return lang.text(
        "Visitors are counted. Links, buttons, fields and pictures that at least half of them had in view and nobody "
        "clicked; of: those whose visits say what was in view."
    )


def _line(setting: MapSetting, layout: Layout, one: IgnoredElement, name: str, n: int, z: int) -> ElementLine:
    lang, i, key = setting.lang, one.index, f"{int(layout.keys[one.index]):016x}"
    x, y, w, h = (float(side[i]) for side in (layout.x, layout.y, layout.w, layout.h))
    share = share_words(lang, one.seen)
    return ElementLine(
        id=f"e{i}",
        key=key,
        name=name,
        share=share,
        cells=(
            Cell(share, "strong"),
            Cell(interval_words(lang, one.seen), "mut"),
            Cell(lang.number(one.seen.of), "mut"),
        ),
        detail=[
            Detail(lang.text("Seen by"), share, help="in-view"),
            Detail(
                lang.text("Visitors"),
                lang.text("%(n)s of %(all)s", n=lang.number(one.seen.visitors), all=lang.number(one.seen.of)),
                help="visitors",
            ),
            Detail(lang.text("Clicked by"), lang.share(0.0), help="clicked-by"),
        ],
        href=setting.links.keeping(element=key).to(),
        rank=n + 1,
        box=box_of(x, y, w, h, float(layout.width), float(layout.height), z) if z else None,
        listed=setting.look.every or n < LISTED,
        held=setting.look.held == key,
    )
