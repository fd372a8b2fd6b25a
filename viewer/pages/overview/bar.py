"""The bar over the pages about a whole site: its views, the devices, the period, and what narrows who is counted."""

from __future__ import annotations

from dataclasses import dataclass

from rules.filters import Filter
from store.devices import DEVICES
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.controls import device_name
from viewer.pages.map.links import Links, address
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.overview.narrowing import with_values
from viewer.pages.sentences.names import any_of, trait_name, value_name
from viewer.questions import Asked


@dataclass(frozen=True)
class NarrowedChip:
    """One thing that narrows who is counted; `away` leads to the page without it."""

    label: str
    value: str
    away: str


@dataclass(frozen=True)
class SiteBar:
    """`clear`: the page without anything that narrows it; "" if nothing does."""

    views: tuple[Choice, ...]
    devices: tuple[Choice, ...]
    period: PeriodControl
    chips: tuple[NarrowedChip, ...]
    clear: str


def site_bar(lang: Language, urls: Urls, asked: Asked, links: Links, view: str) -> SiteBar:
    """The bar of one of the views: figures, events."""
    question, site, _ = asked.question, asked.site.id, lang.text
    query = question.query("goal")
    views = (("figures", _("Figures"), urls.overview(site)), ("events", _("Events"), urls.events(site)))
    chips = chips_of(lang, asked, links)
    return SiteBar(
        views=tuple(Choice(label, address(path, query), name == view) for name, label, path in views),
        devices=(
            Choice(_("All"), links.to(device=""), not question.device),
            *(
                Choice(device_name(lang, one), links.to(device=one), question.device == one)
                for one in reversed(DEVICES)
            ),
        ),
        period=period_control(lang, links, asked.today),
        chips=chips,
        clear=links.to(filters=(), segment="", tree=None) if chips else "",
    )


def chips_of(lang: Language, asked: Asked, links: Links) -> tuple[NarrowedChip, ...]:
    """One chip for each filter, and one for the segment."""
    question, pages = asked.question, page_names(list(asked.known.snapshots))

    def chip(one: Filter) -> NarrowedChip:
        of_pages = one.what in ("saw", "landing", "exit")
        names = [
            name_of(value, pages) if of_pages and value else value_name(lang, one.what, value) for value in one.values
        ]
        away = links.to(filters=with_values(question, one.what, ()).filters)
        return NarrowedChip(trait_name(lang, one.what), any_of(lang, names), away)

    chips = [chip(one) for one in question.filters]
    if question.segment:
        name = next((one.name for one in asked.known.segments if one.id == question.segment), lang.text("not saved"))
        chips.insert(0, NarrowedChip(lang.text("Segment"), name, links.to(segment="", tree=None)))
    return tuple(chips)
