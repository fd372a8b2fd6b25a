"""A reach map: a veil over what few views saw, the curve, and the share that saw each element."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from aggregator.answers.map_figures import InViewRow, ReachFigures
from aggregator.measures.statistics import FEW
from aggregator.shapes.depths import BANDS
from store.kinds import LayerName
from store.layouts import Layout
from viewer.drawing.palette import colours, opacity
from viewer.layer_images import attention_scale
from viewer.maps import ReachAnswer
from viewer.pages.frame import charts
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.table import column
from viewer.pages.map.elements import LISTED, Cell, Column, Detail, ElementLine, layers, names_of
from viewer.pages.map.layer import DepthLine, Figure, Layer, ReachLayer
from viewer.pages.map.ledger import account_rows
from viewer.pages.map.legend import Legend, heat_legend, reach_legend
from viewer.pages.map.notes import notes_of
from viewer.pages.map.picture import Strips, box_of, drawn_picture

# controls and headings: what people come to a page for; the rest is seen along with them
TAGS = frozenset(("a", "button", "input", "select", "textarea", "summary", "h1", "h2", "h3", "video"))
MOST = 150  # elements
LEAST = 8  # px, width and height of an element
SAMPLES = 160  # depths of the veil and the curve
APART = 0.02  # of the page's height; the labels of closer lines would overlap


def reach_layer(setting: MapSetting, found: ReachAnswer, strips: Strips) -> Layer:
    """Everything on the page that is specific to a reach map."""
    lang, figures = setting.lang, found.figures
    _ = lang.text
    name = setting.question.drawn_layer
    return Layer(
        name=name,
        picture=drawn_picture(setting.urls, setting.site.id, figures.snapshot, strips, None),
        figures=_large(lang, figures),
        elements=_elements(setting, found),
        by_name=column(_("Element"), setting.links, _sort(setting), "name", rising=True),
        columns=_columns(setting, figures),
        bases=(),
        table_note=_(
            "Views are counted, not visitors: each display of a page is scrolled to a depth of its own. Share of the "
            "views that got as far as the middle of the element."
        ),
        account=account_rows(
            lang, figures.account, figures.account_shares, outside=setting.narrowed.outside, views=True
        ),
        account_line=_anchored_line(lang, figures),
        unplaced=(),
        legend=_legend(lang, found, name),
        notes=notes_of(lang, figures.warnings),
        reach=_curve(lang, figures, name),
    )


def _legend(lang: Language, found: ReachAnswer, name: LayerName) -> Legend:
    if name == "reach":
        return reach_legend(lang)
    return heat_legend(lang, attention_scale(found), "attention")


def _large(lang: Language, figures: ReachFigures) -> tuple[Figure, ...]:
    _ = lang.text
    return (
        Figure(_("Visitors"), lang.number(figures.visitors), "visitors"),
        Figure(_("Views"), lang.number(figures.views), "visitors"),
        Figure(_("Seen by half"), _("%(n)s px", n=lang.number(figures.quartiles.get(50, 0.0))), "reached"),
        Figure(_("Typical fold"), _("%(n)s px", n=lang.number(figures.fold)), "reached"),
    )


def _anchored_line(lang: Language, figures: ReachFigures) -> str:
    """How many views are anchored on an element of this picture, and how many are only estimated."""
    if not figures.views:
        return ""
    return lang.text(
        "%(n)s views are placed by the element they ended at, %(others)s by how far down the page they got.",
        n=lang.number(figures.anchored),
        others=lang.number(figures.views - figures.anchored),
    )


def _curve(lang: Language, figures: ReachFigures, name: LayerName) -> ReachLayer:
    height = max(1, figures.snapshot.height)
    if name == "attention":
        seconds = figures.attention.tolist()
        top = max(seconds, default=0.0)
        curve = [second / top if top else 0.0 for second in np.repeat(seconds, SAMPLES // BANDS)]
        return ReachLayer(
            charts.band_gradient(seconds, _band_colours()), charts.curve(curve), (), lang.span(top * 1000)
        )
    depths = np.linspace(0, height, SAMPLES)
    shares = np.interp(depths, figures.depth, figures.share).tolist() if figures.views else [0.0] * SAMPLES
    return ReachLayer(charts.veil(shares), charts.curve(shares), _lines(lang, figures, height), lang.share(1, 0))


def _band_colours() -> list[str]:
    """The colours of heat for CSS, as transparent as it is drawn."""
    alphas = opacity() / 255
    return [f"rgb({r} {g} {b}/{alpha:.2f})" for (r, g, b), alpha in zip(colours("light").tolist(), alphas, strict=True)]


def _lines(lang: Language, figures: ReachFigures, height: int) -> tuple[DepthLine, ...]:
    """Lines at 75, 50 and 25 % and at the fold. Of lines that would overlap, only one is kept."""
    _ = lang.text
    lines = []
    if figures.fold:
        label = _("Fold, %(n)s px", n=lang.number(figures.fold))
        lines.append(DepthLine(charts.percent(min(1.0, figures.fold / height)), label, _("Fold"), True))
    last = -1.0
    for percent, depth in sorted(figures.quartiles.items(), key=lambda item: item[0]):
        at = min(1.0, depth / height)
        if not figures.views or (last >= 0 and abs(at - last) < APART):
            continue  # the line with the lower share is kept: it is the more informative one
        share = lang.share(percent / 100, 0)
        label = _("%(share)s of views got this far, %(n)s px", share=share, n=lang.number(depth))
        lines.append(DepthLine(charts.percent(at), label, share))
        last = at
    return tuple(lines)


def _sort(setting: MapSetting) -> str:
    """What was seen least comes first: nobody can use what nobody saw. Attention: the longest first."""
    usual = "share" if setting.question.drawn_layer == "reach" else "time"
    return setting.look.sort or usual


def _columns(setting: MapSetting, figures: ReachFigures) -> tuple[Column, ...]:
    lang, links, sort = setting.lang, setting.links, _sort(setting)
    _ = lang.text
    columns = (
        column(_("Seen by"), links, sort, "share", "reached", rising=True),
        Column(lang.share(0.95, 0), help="interval"),
        Column(_("of"), help="visitors"),
    )
    if not figures.attention_views:
        return columns
    return (*columns, column(_("In view"), links, sort, "time", help="reached"))


def _elements(setting: MapSetting, found: ReachAnswer) -> tuple[ElementLine, ...]:
    """The controls and headings, in the order that the reader chose."""
    figures, layout, sort = found.figures, found.map.layout, _sort(setting)
    if not figures.views:
        return ()
    rows, names = _shown(figures.elements, layout), names_of(setting.lang, layout)
    keys: dict[str, Callable[[InViewRow], float | str]] = {
        "name": lambda row: names[row.index].casefold(),
        "share": lambda row: row.reached,
        "time": lambda row: -row.seconds,
    }
    key = keys.get(sort.removeprefix("-"), keys["share"])
    rows = sorted(rows, key=key, reverse=sort.startswith("-"))
    z, size = layers([row.w * row.h for row in rows]), (float(layout.width), float(layout.height))
    return tuple(
        replace(
            _line(setting, row, names[row.index], figures.attention_views > 0),
            rank=n + 1,
            box=box_of(row.x, row.y, row.w, row.h, *size, z=z[n]),
            listed=setting.look.every or n < LISTED,
        )
        for n, row in enumerate(rows)
    )


def _shown(rows: Sequence[InViewRow], layout: Layout) -> list[InViewRow]:
    return [
        row for row in rows if layout.tags[row.index] in TAGS and row.name.strip() and row.w >= LEAST and row.h >= LEAST
    ][:MOST]


def _line(setting: MapSetting, row: InViewRow, name: str, measured: bool) -> ElementLine:
    lang, key = setting.lang, f"{row.key:016x}"
    _ = lang.text
    few = row.of < FEW
    share, interval = (_("few"), "") if few else (lang.share(row.reached), lang.between(row.low, row.high))
    time = lang.span(row.seconds * 1000) if measured else ""
    detail = [Detail(_("Seen by"), f"{share} ({interval})" if interval else share, help="reached")]
    if measured:
        detail.append(Detail(_("Mean time in view"), time, help="reached"))
        detail.append(
            Detail(_("In view for a second"), _("few") if few else lang.share(row.second_share), help="reached")
        )
    cells = (Cell(share, "strong"), Cell(interval, "mut"), Cell(lang.number(row.of), "mut"))
    return ElementLine(
        id=f"e{row.index}",
        key=key,
        name=name,
        share=share,
        cells=(*cells, Cell(time)) if measured else cells,
        detail=detail,
        href=setting.links.keeping(element=key).to(),
        held=setting.look.held == key,
    )
