"""A reach map: a veil over what few views saw, the curve, and the share that saw each element."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aggregator.answers.map_figures import InViewRow, ReachFigures
from store.layouts import Layout
from viewer.maps import ReachAnswer
from viewer.pages.frame import charts
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.map.elements import LISTED, Detail, ElementLine, layers, names_of
from viewer.pages.map.layer import DepthLine, Figure, Layer, ReachLayer
from viewer.pages.map.ledger import account_rows
from viewer.pages.map.legend import reach_legend
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
    return Layer(
        picture=drawn_picture(setting.urls, setting.site.id, figures.snapshot, strips, None),
        figures=_large(lang, figures),
        elements=_elements(lang, found, setting.every),
        columns=(_("Seen by"), _("of"), _("In view") if figures.attention_views else ""),
        table_note=_("Share of the views that got as far as the middle of the element."),
        account=account_rows(lang, figures.account, figures.account_shares, views=True),
        account_line=_anchored_line(lang, figures),
        unplaced=(),
        legend=reach_legend(lang),
        notes=notes_of(lang, figures.warnings),
        reach=_curve(lang, figures),
    )


def _large(lang: Language, figures: ReachFigures) -> tuple[Figure, ...]:
    _ = lang.text
    return (
        Figure(_("Visitors"), lang.number(figures.visitors)),
        Figure(_("Views"), lang.number(figures.views)),
        Figure(_("Seen by half"), _("%(n)s px", n=lang.number(figures.quartiles.get(50, 0.0)))),
        Figure(_("Typical fold"), _("%(n)s px", n=lang.number(figures.fold))),
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


def _curve(lang: Language, figures: ReachFigures) -> ReachLayer:
    height = max(1, figures.snapshot.height)
    depths = np.linspace(0, height, SAMPLES)
    shares = np.interp(depths, figures.depth, figures.share).tolist() if figures.views else [0.0] * SAMPLES
    return ReachLayer(charts.veil(shares), charts.curve(shares), _lines(lang, figures, height))


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


def _elements(lang: Language, found: ReachAnswer, every: bool) -> tuple[ElementLine, ...]:
    """The controls and headings, from top to bottom."""
    figures, layout = found.figures, found.map.layout
    if not figures.views:
        return ()
    rows = _shown(figures.elements, layout)
    z, names = layers([row.w * row.h for row in rows]), names_of(lang, layout)
    size = (float(layout.width), float(layout.height))
    measured = figures.attention_views > 0
    return tuple(
        _line(lang, row, names[row.index], measured).placed(
            box_of(row.x, row.y, row.w, row.h, *size, z=z[n]), every or n < LISTED
        )
        for n, row in enumerate(rows)
    )


def _shown(rows: Sequence[InViewRow], layout: Layout) -> list[InViewRow]:
    return [
        row for row in rows if layout.tags[row.index] in TAGS and row.name.strip() and row.w >= LEAST and row.h >= LEAST
    ][:MOST]


def _line(lang: Language, row: InViewRow, name: str, measured: bool) -> ElementLine:
    _ = lang.text
    share, interval = lang.share(row.reached), lang.between(row.low, row.high)
    time = lang.span(row.seconds * 1000) if measured else ""
    detail = [Detail(_("Seen by"), f"{share} ({interval})", help="reached")]
    if measured:
        detail.append(Detail(_("Mean time in view"), time))
        detail.append(Detail(_("In view for a second"), lang.share(row.second_share)))
    return ElementLine(
        id=f"e{row.index}",
        name=name,
        share=share,
        interval=interval,
        of=lang.number(row.of),
        extra=time,
        bad=False,
        box=None,
        detail=detail,
        listed=False,
    )
