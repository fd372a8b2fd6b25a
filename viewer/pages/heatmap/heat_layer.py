"""The heat layer of a page: clicks or hovers over its picture, and their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aggregator.answers.heatmap import Heatmap
from aggregator.grids.scale import Scale
from aggregator.measures.statistics import FEW
from aggregator.placing.ladder import RUNGS
from store.layouts import Layout
from viewer.pages.frame import charts
from viewer.pages.frame.help_links import help_href
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.robots import reasons_of
from viewer.pages.map.elements import BOXES, LISTED, Detail, ElementLine, layers, names_of
from viewer.pages.map.layer import Figure, Layer
from viewer.pages.map.notes import notes_of
from viewer.pages.map.parts import Legend, Picture, Tick, account_rows, box_of, picture_of

DEAD_ALARM, RAGE_ALARM = 0.25, 0.05  # shares of an element's clickers
NOT_PLACED_SHOWN = 30  # paths


def legend_of(lang: Language, scale: Scale, kind: str, shared: bool = False) -> Legend:
    """Unit, scale and cap of a heat layer; `shared` when two pictures have it in common."""
    _ = lang.text
    values = [0.0, *charts.round_steps(scale.cap), scale.cap]
    at = scale.position(np.array(values, np.float32))
    labels = [lang.number(v, 0 if v >= 1 or not v else 1 if v >= 0.1 else 2) for v in values]
    labels[-1] += "+"
    ticks = tuple(Tick(label, charts.percent(float(x), 1)) for label, x in zip(labels, at, strict=True))
    thousand = lang.number(1000)
    if kind == "hover":
        title = _("Seconds of hover per %(thousand)s visitors, within 20 px", thousand=thousand)
    else:
        title = _("Clicks per %(thousand)s visitors, within 20 px", thousand=thousand)
    if shared:
        title += _(", same for A and B")
    return Legend(title, ticks, scale.log)


def drawn_picture(
    urls: Any, site: str, snapshot: int, width: int, heights: Sequence[tuple[int, int]], query: Mapping[str, str] | None
) -> Picture:
    """The picture in strips, with the heat layer of `query` where there is one."""
    src = [urls.strip(site, snapshot, n) for n, _ in heights]
    heat = [urls.heat(site, **query, strip=str(n)) for n, _ in heights] if query else []
    dark = [urls.heat(site, **query, strip=str(n), palette="dark") for n, _ in heights] if query else []
    return picture_of(width, [height for _, height in heights], src, heat, dark)


def layer(lang: Language, urls: Any, site: str, found: Heatmap, heights: Sequence[tuple[int, int]],
          query: Mapping[str, str], every: bool, names: Mapping[str, str] | None = None) -> Layer:  # fmt: skip
    """Everything that a map of clicks or hovers puts on its page; `names` are those of states, by key."""
    _, a = lang.text, found.account
    hover = found.scope.kind == "hover"
    points = _("Seconds of hover") if hover else _("Clicks")
    drawn = float(found.points.weight.sum()) / 1000 if hover else a.drawn
    figures = (Figure(_("Visitors"), lang.number(found.visitors)), Figure(_("Views"), lang.number(found.views)),
               Figure(points, lang.number(drawn)))  # fmt: skip
    columns = (_("Pointed at by"), _("of"), _("Time")) if hover else (_("Clicked by"), _("of"), _("Dead"))
    note = (
        _("Share of the visitors of the page; time: mean of those who pointed at it.")
        if hover
        else _("Share of the visitors of the page; dead: clicks after which nothing happened, of those who clicked.")
    )
    return Layer(
        picture=drawn_picture(urls, site, found.snapshot.id, found.snapshot.width, heights, query),
        figures=figures,
        elements=element_lines(lang, found, every),
        columns=columns,
        table_note=note,
        account=account_rows(
            lang,
            a.received,
            a.bots,
            a.excluded,
            a.outside,
            a.not_placed,
            a.drawn,
            robots=reasons_of(lang, a.bots_by_reason),
            elsewhere=[(_whose(lang, other.state, names or {}), other.points) for other in found.elsewhere],
        ),
        account_line=_rungs(lang, found),
        unplaced=_unplaced(lang, found),
        legend=legend_of(lang, found.scale, found.scope.kind),
        notes=notes_of(lang, found.warnings),
        drawn=a.drawn,
    )


def _whose(lang: Language, state: str, names: Mapping[str, str]) -> str:
    """The line of the account for the points of another state."""
    if not state:
        return lang.text("On the page as it opens")
    return lang.text("In “%(state)s”", state=names.get(state, state))


def element_lines(lang: Language, found: Heatmap, every: bool) -> tuple[ElementLine, ...]:
    """The elements as lines and boxes, best first."""
    _, hover = lang.text, found.scope.kind == "hover"
    rows, layout = found.elements, found.layout
    z = layers([row.w * row.h for row in rows[:BOXES]])
    few, names = found.visitors < FEW, names_of(lang, layout)
    lines = []
    for i, row in enumerate(rows):
        interval = lang.between(row.low, row.high)
        share = lang.share(row.share)
        dead_bad = not few and row.dead_share >= DEAD_ALARM and row.visitors >= 10
        detail = [
            Detail(_("Pointed at by") if hover else _("Clicked by"), f"{share} ({interval})"),
            Detail(_("Visitors"), _("%(n)s of %(all)s", n=lang.number(row.visitors), all=lang.number(row.of))),
        ]
        if hover:
            detail.append(Detail(_("Time, mean"), lang.span(row.dwell_ms)))
        else:
            rage = row.rage / row.visitors if row.visitors else 0.0
            rage_bad = rage >= RAGE_ALARM and row.rage >= 5
            detail += [
                Detail(_("Clicks"), lang.number(row.clicks)),
                Detail(
                    _("Nothing happened (dead)"),
                    lang.share(row.dead_share, 0),
                    "bad" if dead_bad else "",
                    help_href("dead"),
                ),
                Detail(_("Rage"), lang.share(rage, 0), "bad" if rage_bad else "", help_href("rage")),
            ]
        visible = bool(layout.visible[row.index]) and i < BOXES
        lines.append(
            ElementLine(
                id=f"e{row.index}",
                name=names[row.index],
                share=share,
                interval=interval,
                of=lang.number(row.of),
                extra=lang.span(row.dwell_ms) if hover else lang.share(row.dead_share, 0),
                bad=dead_bad and not hover,
                box=box_of(row.x, row.y, row.w, row.h, *_size(layout), z=z[i]) if visible else None,
                detail=detail,
                listed=every or i < LISTED,
            )
        )
    return tuple(lines)


def _size(layout: Layout) -> tuple[float, float]:
    return float(layout.width), float(layout.height)


def _rungs(lang: Language, found: Heatmap) -> str:
    a, left = found.account, found.account.left
    if not left:
        return ""
    return lang.text(
        "%(own)s on their element, %(near)s on what holds it or at its place on the page, %(none)s not placed.",
        own=lang.share((a.own + a.twin) / left),
        near=lang.share((a.ancestor + a.page) / left),
        none=lang.share(a.not_placed / left),
    )


def _unplaced(lang: Language, found: Heatmap) -> tuple[tuple[str, str], ...]:
    """The paths of elements that are not on the picture, most points first."""
    lost = found.points.record[found.placed.rung == RUNGS.index("none")]
    if not len(lost):
        return ()
    at, n = np.unique(found.records.locate(lost), return_counts=True)
    counts: Counter[str] = Counter()
    for i, count in zip(at.tolist(), n.tolist(), strict=True):
        counts[found.records.paths[i] if i >= 0 else lang.text("no element")] += count
    return tuple((path, lang.number(count)) for path, count in counts.most_common(NOT_PLACED_SHOWN))
