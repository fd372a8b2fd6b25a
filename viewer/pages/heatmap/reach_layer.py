"""The reach of a page: a veil over what was not seen, the curve, and who saw which element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from aggregator.answers.reach_map import ReachMap
from aggregator.measures.statistics import wilson
from viewer.pages.frame import charts
from viewer.pages.frame.help_links import help_href
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.heat_layer import drawn_picture
from viewer.pages.heatmap.robots import reasons_of
from viewer.pages.map.elements import LISTED, Detail, ElementLine, layers, names_of
from viewer.pages.map.layer import DepthLine, Figure, Layer, ReachLayer
from viewer.pages.map.notes import notes_of
from viewer.pages.map.parts import Legend, Tick, account_rows, box_of

# what people come to a page for: controls and headings; everything else is seen with them
TAGS = frozenset(("a", "button", "input", "select", "textarea", "summary", "h1", "h2", "h3", "video"))
MOST = 150  # elements
SAMPLES = 160  # depths of the veil and the curve
APART = 0.02  # of the page's height: lines nearer than this would cover each other's words


def layer(
    lang: Language, urls: Any, site: str, found: ReachMap, heights: Sequence[tuple[int, int]], every: bool
) -> Layer:
    """Everything that a map of reach puts on its page."""
    _, a, reach = lang.text, found.account, found.reach
    height = max(1, found.snapshot.height)
    depths = np.linspace(0, height, SAMPLES)
    shares = np.interp(depths, reach.depth, reach.share).tolist() if reach.views else [0.0] * SAMPLES
    half = reach.quartiles.get(50, 0.0)
    figures = (
        Figure(_("Views"), lang.number(reach.views)),
        Figure(_("Seen by half"), _("%(n)s px", n=lang.number(half))),
        Figure(_("Fold, usual"), _("%(n)s px", n=lang.number(reach.fold))),
    )
    ticks = (*(Tick(lang.number(v), f"{v}%") for v in (0, 25, 50, 75)), Tick(lang.share(1, 0), "100%"))
    return Layer(
        picture=drawn_picture(urls, site, found.snapshot.id, found.snapshot.width, heights, None),
        figures=figures,
        elements=_elements(lang, found, every),
        columns=(_("Seen by"), _("of"), _("In view") if len(reach.attention) else ""),
        table_note=_("Share of the views that came as far as the middle of the element."),
        account=account_rows(
            lang,
            a.received,
            a.bots,
            a.excluded,
            a.outside,
            a.not_placed,
            a.drawn,
            views=True,
            robots=reasons_of(lang, a.bots_by_reason),
        ),
        account_line="",
        unplaced=(),
        legend=Legend(_("Share of views that came this far"), ticks, css="shade"),
        notes=notes_of(lang, found.warnings),
        drawn=a.drawn,
        reach=ReachLayer(charts.veil(shares), charts.curve(shares), _lines(lang, found, height)),
    )


def _lines(lang: Language, found: ReachMap, height: int) -> tuple[DepthLine, ...]:
    """75, 50 and 25 % and the fold; lines that would cover each other become one."""
    _, reach = lang.text, found.reach
    lines = []
    if reach.fold:
        label = _("Fold, %(n)s px", n=lang.number(reach.fold))
        lines.append(DepthLine(charts.percent(min(1.0, reach.fold / height)), label, _("Fold"), True))
    last = -1.0
    for percent, depth in sorted(reach.quartiles.items(), key=lambda item: item[0]):
        at = min(1.0, depth / height)
        if not reach.views or (last >= 0 and abs(at - last) < APART):
            continue  # the lower share says more: so many or more came this far
        share = lang.share(percent / 100, 0)
        label = _("%(share)s of views came this far, %(n)s px", share=share, n=lang.number(depth))
        lines.append(DepthLine(charts.percent(at), label, share))
        last = at
    return tuple(lines)


def _elements(lang: Language, found: ReachMap, every: bool) -> tuple[ElementLine, ...]:
    layout, reach = found.layout, found.reach
    if not reach.views:
        return ()
    chosen = [
        i
        for i, tag in enumerate(layout.tags)
        if tag in TAGS and layout.visible[i] and not layout.fixed[i] and layout.names[i].strip()
        and layout.w[i] >= 8 and layout.h[i] >= 8
    ]  # fmt: skip
    chosen = sorted(chosen, key=lambda i: float(layout.y[i] + layout.h[i] / 2))[:MOST]
    if not chosen:
        return ()
    middles = np.array([layout.y[i] + layout.h[i] / 2 for i in chosen])
    shares = np.interp(middles, reach.depth, reach.share)
    low, high = wilson(np.rint(shares * reach.views).astype(np.int64), reach.views)
    z = layers([float(layout.w[i] * layout.h[i]) for i in chosen])
    size = (float(layout.width), float(layout.height))
    lines, names = [], names_of(lang, layout)
    for n, i in enumerate(chosen):
        share, interval = lang.share(float(shares[n])), lang.between(float(low[n]), float(high[n]))
        x, y, w, h = (float(column[i]) for column in (layout.x, layout.y, layout.w, layout.h))
        time = lang.span(float(found.attention.seconds[i]) * 1000) if found.attention.views else ""
        detail = [Detail(lang.text("Seen by"), f"{share} ({interval})", help=help_href("reached"))]
        if time:
            detail.append(Detail(lang.text("This part in view, mean"), time))
        lines.append(
            ElementLine(
                id=f"e{i}",
                name=names[i],
                share=share,
                interval=interval,
                of=lang.number(reach.views),
                extra=time,
                bad=False,
                box=box_of(x, y, w, h, *size, z=z[n]),
                detail=detail,
                listed=every or n < LISTED,
            )
        )
    return tuple(lines)
