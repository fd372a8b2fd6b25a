"""Who fits a segment, in words: the traits that set them apart, and some of their visits without any name or id."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.shapes.segment_people import SegmentPeople, SegmentVisit, TraitShare
from store.pages import page_path
from viewer.pages.frame.languages import Language
from viewer.pages.sentences.names import SiteNames, device_label, trait_name, value_name


@dataclass(frozen=True)
class TraitRow:
    """A trait with its shares as text; `more`: it is commoner among those who fit."""

    name: str
    these: str
    everyone: str
    ratio: str
    more: bool


@dataclass(frozen=True)
class VisitRow:
    """A visit in words: when, with what and from where, what happened."""

    when: str
    who: str
    did: str


@dataclass(frozen=True)
class PeopleRows:
    """Empty without anybody who fits."""

    traits: tuple[TraitRow, ...] = ()
    visits: tuple[VisitRow, ...] = ()


def people_rows(lang: Language, people: SegmentPeople, names: SiteNames) -> PeopleRows:
    """The rows for a page. `names` has the elements that the visits clicked."""
    return PeopleRows(
        tuple(_trait(lang, one, names) for one in people.traits),
        tuple(_visit(lang, one, names) for one in people.visits),
    )


def _trait(lang: Language, one: TraitShare, names: SiteNames) -> TraitRow:
    value = value_name(lang, one.what, one.value, names)
    return TraitRow(
        name=value if one.what == "visitor" else lang.named(trait_name(lang, one.what), value),
        these=lang.share(one.these),
        everyone=lang.share(one.everyone),
        ratio=f"× {lang.number(one.ratio, 1)}",
        more=one.ratio >= 1,
    )


def _visit(lang: Language, visit: SegmentVisit, names: SiteNames) -> VisitRow:
    _ = lang.text
    country = value_name(lang, "country", visit.country, names) if visit.country else ""
    parts = []
    if visit.times:
        name = names.elements.get(f"{visit.clicked:016x}") or _("an element")
        parts.append(_("%(n)s × %(name)s", n=lang.number(visit.times), name=name))
    if visit.pages > 1:
        parts.append(lang.plural("%(num)s page", "%(num)s pages", visit.pages))
    parts.append(_("left at %(page)s", page=names.pages.get(visit.left_at) or page_path(visit.left_at)))
    return VisitRow(
        when=lang.moment(visit.began),
        who=", ".join(part for part in (device_label(lang, visit.device), country) if part),
        did=", ".join(parts),
    )
