"""The layer of zones: each zone's box with its share, the table, and how new ones are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.zones import ZoneRow
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from aggregator.placing.page_structure import PartKind, ProposedZone
from rules.zone_pages import patterns_at
from store.layouts import Layout, path_key
from store.pages import selects
from viewer.drawing.boxes import step_of
from viewer.layer_reader import DrawnZones
from viewer.maps import HeatmapAnswer
from viewer.page_zones import key_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.heat import heat_layer
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.shares import base_words, interval_words, part_words, share_words, with_interval
from viewer.pages.heatmap.table import DEAD_ALARM, RAGE_ALARM, bad, column, trouble_details
from viewer.pages.map.elements import BOXES, Cell, Column, Detail, ElementLine, layers
from viewer.pages.map.labels import place_labels
from viewer.pages.map.layer import Layer
from viewer.pages.map.legend import step_legend
from viewer.pages.map.picture import Box, Strips, box_of

LONGEST_NAME = 60  # of a zone


def zone_key(id: str) -> str:
    """What addresses name a held zone by, like the key of an element: 16 hexadecimal digits."""
    return f"{path_key(f'zone {id}'):016x}"


@dataclass(frozen=True)
class ZoneLink:
    """A zone in the table beside its figures: the form that changes it, "" if the person may not, and how many of its
    elements this picture does not show."""

    edit: str
    missing: str


@dataclass(frozen=True)
class ProposedRow:
    """A zone that the structure of the page proposes: its kind in words, the name it would get, and its elements."""

    kind: str
    name: str
    elements: tuple[str, ...]
    box: Box | None


@dataclass(frozen=True)
class ZonePanel:
    """How zones are made beside the map. `links`: by the id of the row in the table. `action`: where a new one is
    posted to, "" if the person may not make any. `pages`: what it may belong to; the address of each is its name."""

    links: Mapping[str, ZoneLink]
    proposed: tuple[ProposedRow, ...]
    action: str
    pick: str
    pages: tuple[Choice, ...]
    hidden: tuple[tuple[str, str], ...]
    width: int
    height: int


def zone_layer(setting: MapSetting, found: HeatmapAnswer, rows: Sequence[ZoneRow], strips: Strips) -> Layer:
    """Everything on the page that is specific to zones."""
    lang, base = setting.lang, _base(setting, found)
    _ = lang.text
    bases = ("", "all") if found.figures.measured_visitors else ("all",)
    return replace(
        heat_layer(setting, found, strips),
        elements=_lines(setting, rows, found.map.layout, base),
        by_name=column(_("Zone"), setting.links, _sort(setting), "name", rising=True),
        columns=_columns(setting),
        bases=tuple(Choice(base_words(lang, one), setting.links.keeping(of=one).to(), one == base) for one in bases),
        table_note=_note(lang, base),
        legend=step_legend(lang, _("%% of %(base)s who clicked in it", base=base_words(lang, base))),
    )


def zone_panel(setting: MapSetting, drawn: DrawnZones, layout: Layout) -> ZonePanel:
    """How the zones of a page are changed and made."""
    lang, urls, site = setting.lang, setting.urls, setting.site.id
    known = {zone.id: zone for zone in setting.asked.known.zones}
    taken = {zone.elements for zone in known.values() if _is_here(setting, zone.page)}
    back = setting.links.keeping(element="").to()
    here = {name: value for name, value in setting.question.query().items() if name in ("page", "width", "state")}
    return ZonePanel(
        links={
            _row_id(row): ZoneLink(urls.zone(site, row.id, next=back) if setting.editor else "", _missing(lang, row))
            for row in drawn.rows
        },
        proposed=tuple(row for one in drawn.proposed if (row := _proposed(setting, one, layout)).elements not in taken),
        action=urls.new_zone(site) if setting.editor else "",
        pick=urls.new_zone(site, **here, next=back),
        pages=belongings(setting),
        hidden=(
            ("on", setting.page),
            ("width", str(setting.width or "")),
            ("state", setting.question.state),
            ("next", back),
        ),
        width=layout.width,
        height=layout.height,
    )


def belongings(setting: MapSetting) -> tuple[Choice, ...]:
    """What a new zone may belong to: the page or group that is shown, else a group of the page."""
    groups = setting.asked.known.groups
    mine = Choice(setting.name, setting.page, on=True)
    if setting.asked.question.page_group is not None:
        return (mine,)
    others = (group for group in groups if selects(group.patterns, setting.page))
    return (mine, *(Choice(setting.lang.text("all of “%(group)s”", group=one.name), one.key) for one in others))


def _is_here(setting: MapSetting, page: str) -> bool:
    return page == setting.page or selects(patterns_at(page, setting.asked.known.groups), setting.page)


def _base(setting: MapSetting, found: HeatmapAnswer) -> str:
    return "all" if setting.look.base == "all" or not found.figures.measured_visitors else ""


def _note(lang: Language, base: str) -> str:
    _ = lang.text
    words = _(
        "Visitors are counted, not clicks: one person who clicks on ten elements of a zone counts once. A click counts "
        "in each zone that it was made in."
    )
    return words if base == "all" else f"{words} " + _("In view: the middle of the zone, for at least 150 ms.")


def _sort(setting: MapSetting) -> str:
    return setting.look.sort or "share"


def _columns(setting: MapSetting) -> tuple[Column, ...]:
    lang, links, sort = setting.lang, setting.links, _sort(setting)
    _ = lang.text
    return (
        column(_("Clicked by"), links, sort, "share", "clicked-by"),
        Column(lang.share(0.95, 0), help="interval"),
        column(_("Visitors"), links, sort, "visitors", "visitors"),
        column(_("Clicks"), links, sort, "clicks", "clicked-by"),
        column(_("Rage"), links, sort, "rage", "rage"),
        column(_("Dead"), links, sort, "dead", "dead"),
    )


def zone_share(row: ZoneRow, base: str) -> ShareOf | None:
    """The share of those who clicked in a zone. `base`: "all" visitors of the page, "" those who had it in view."""
    return ShareOf(row.visitors, row.of, row.share, row.low, row.high) if base == "all" else row.in_view


def _rank(row: ZoneRow, base: str) -> tuple[bool, float, int]:
    share = zone_share(row, base)
    known = share is not None and share.of >= FEW
    return (not known, -share.share if share is not None and known else 0.0, -row.visitors)


def _lines(setting: MapSetting, rows: Sequence[ZoneRow], layout: Layout, base: str) -> tuple[ElementLine, ...]:
    """The zones as the reader sorted them, with their boxes and labels."""
    ranked = sorted(rows, key=lambda row: _rank(row, base))
    lines = [replace(_line(setting, row, base), rank=n) for n, row in enumerate(ranked, 1)]
    on = [n for n, row in enumerate(ranked) if row.box][:BOXES]
    boxes = [one for n in on if (one := ranked[n].box)]
    size = float(layout.width), float(layout.height)
    sides = np.array([(one.x, one.y, one.x + one.w, one.y + one.h) for one in boxes]).reshape(-1, 4)
    labels = place_labels(sides, [lines[n].share for n in on], size)
    depths = layers([one.w * one.h for one in boxes])
    for n, one, depth, label in zip(on, boxes, depths, labels, strict=True):
        lines[n] = replace(lines[n], box=box_of(one.x, one.y, one.w, one.h, *size, depth), label=label)
    return tuple(lines[n] for n in _order(setting, ranked))


def _order(setting: MapSetting, rows: Sequence[ZoneRow]) -> list[int]:
    """The places of ranked zones as the reader sorted them; ties stay in the order of their rank."""
    sort = _sort(setting)
    keys: dict[str, Callable[[ZoneRow], float | str]] = {
        "name": lambda row: row.name.casefold(),
        "visitors": lambda row: -row.visitors,
        "clicks": lambda row: -row.clicks,
        "rage": lambda row: -row.rage_share,
        "dead": lambda row: -row.dead_share,
    }
    order = list(range(len(rows)))
    key = keys.get(sort.removeprefix("-"))
    if key is not None:
        return sorted(order, key=lambda n: key(rows[n]), reverse=sort.startswith("-"))
    return order[::-1] if sort == "-share" else order


def _row_id(row: ZoneRow) -> str:
    return f"z{zone_key(row.id)}"


def _line(setting: MapSetting, row: ZoneRow, base: str) -> ElementLine:
    lang, key, share = setting.lang, zone_key(row.id), zone_share(row, base)
    return ElementLine(
        id=_row_id(row),
        key=key,
        name=row.name,
        share=share_words(lang, share),
        cells=(
            Cell(share_words(lang, share), "strong"),
            Cell(interval_words(lang, share), "mut"),
            Cell(lang.number(row.visitors)),
            Cell(lang.number(row.clicks)),
            Cell(part_words(lang, row.rage_share, row.visitors), bad(row.rage_share, row, RAGE_ALARM)),
            Cell(part_words(lang, row.dead_share, row.visitors), bad(row.dead_share, row, DEAD_ALARM)),
        ),
        detail=_detail(lang, row),
        href=setting.links.keeping(element=key).to(),
        step=step_of(share.share) if share is not None and share.of >= FEW else 0,
        held=setting.look.held == key,
    )


def _detail(lang: Language, row: ZoneRow) -> list[Detail]:
    _ = lang.text
    in_view = [
        Detail(_("Clicked by, having it in view"), with_interval(lang, row.in_view), help="in-view"),
        Detail(
            _("Had it in view"),
            _("%(n)s of %(all)s", n=lang.number(row.in_view.visitors), all=lang.number(row.in_view.of)),
            help="in-view",
        ),
    ] if row.in_view else []  # fmt: skip
    return [
        *in_view,
        Detail(_("Clicked by, of all visitors"), with_interval(lang, zone_share(row, "all")), help="clicked-by"),
        Detail(
            _("Visitors"),
            _("%(n)s of %(all)s", n=lang.number(row.visitors), all=lang.number(row.of)),
            help="visitors",
        ),
        Detail(_("Clicks"), lang.number(row.clicks), help="clicked-by"),
        *trouble_details(lang, row),
    ]


def _missing(lang: Language, row: ZoneRow) -> str:
    if not row.missing:
        return ""
    if row.missing == row.elements:
        return lang.text("not on this picture")
    n, of = lang.number(row.missing), lang.number(row.elements)
    return lang.text("%(n)s of its %(of)s elements are not on this picture", n=n, of=of)


def kind_name(lang: Language, kind: PartKind) -> str:
    """What a part of a page is."""
    _ = lang.text
    names: dict[PartKind, str] = {
        "header": _("Header"),
        "navigation": _("Navigation"),
        "main": _("Main part"),
        "aside": _("Aside"),
        "footer": _("Footer"),
        "form": _("Form"),
        "section": _("Section"),
        "cards": _("Cards"),
    }
    return names[kind]


def _proposed(setting: MapSetting, one: ProposedZone, layout: Layout) -> ProposedRow:
    lang, box = setting.lang, one.box
    kind = kind_name(lang, one.kind)
    return ProposedRow(
        kind=kind,
        name=_free_name(setting, one.name[:LONGEST_NAME].strip() or kind),
        elements=tuple(key_of(layout, element) for element in one.elements),
        box=box_of(box.x, box.y, box.w, box.h, float(layout.width), float(layout.height)),
    )


def _free_name(setting: MapSetting, name: str) -> str:
    """The name, with that of the page if another zone of the site has it."""
    taken = {zone.name for zone in setting.asked.known.zones}
    if name not in taken:
        return name
    page = f", {setting.name}"
    name, n = f"{name[: LONGEST_NAME - len(page)]}{page}"[:LONGEST_NAME], 2
    free = name
    while free in taken:
        free, n = f"{name[: LONGEST_NAME - 4]} {n}", n + 1
    return free
