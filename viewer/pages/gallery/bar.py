"""The bar of a gallery: what is listed, of which devices, in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from store.devices import DEVICES, Device
from viewer.pages.frame.page import Choice
from viewer.pages.gallery.cards import Shelf
from viewer.pages.gallery.listing import ListedPages
from viewer.pages.gallery.view import FORMS, ONLY, SORTS
from viewer.pages.map.controls import device_name
from viewer.pages.map.period import PeriodControl, period_control


@dataclass(frozen=True)
class GalleryBar:
    """`shows`: empty for a site without groups. `narrowed`: what else narrows the list, each as a link without it."""

    shows: tuple[Choice, ...]
    devices: tuple[Choice, ...]
    narrowed: tuple[Choice, ...]
    only: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    forms: tuple[Choice, ...]
    period: PeriodControl


def gallery_bar(shelf: Shelf, listing: ListedPages) -> GalleryBar:
    lang, view = shelf.lang, shelf.view
    return GalleryBar(
        shows=_shows(shelf, listing),
        devices=_devices(shelf, listing),
        narrowed=_narrowed(shelf),
        only=tuple(Choice(label, view.to(only=name), view.only == name) for name, label in _only_names(shelf)),
        sorts=tuple(Choice(label, view.to(sort=name), view.sort == name) for name, label in _sort_names(shelf)),
        forms=tuple(
            Choice(label, view.to(form=name), view.form == name)
            for name, label in zip(FORMS, (lang.text("Pictures"), lang.text("Table")), strict=True)
        ),
        period=period_control(lang, shelf.links, shelf.asked.today),
    )


def _shows(shelf: Shelf, listing: ListedPages) -> tuple[Choice, ...]:
    """Groups, addresses, addresses without a group, each with its number where that is known."""
    lang, view, known = shelf.lang, shelf.view, shelf.asked.known
    if not known.groups:
        return ()
    question = replace(shelf.asked.question, page="", page_group=None)
    counted = listing.groups if view.show == "groups" else None
    numbers = {
        "groups": lang.number(len(known.groups)),
        "pages": lang.number(counted.addresses) if counted else "",
        "ungrouped": lang.number(counted.addresses - counted.grouped) if counted else "",
    }
    if view.show != "groups" and not view.only and not view.search and not shelf.asked.question.page:
        numbers[view.show] = lang.number(listing.pages.total)
    names = {"groups": lang.text("Groups"), "pages": lang.text("Addresses"), "ungrouped": lang.text("Without a group")}
    return tuple(
        Choice(label, view.to(show=name, search="", question=question), view.show == name, numbers[name])
        for name, label in names.items()
    )


def _devices(shelf: Shelf, listing: ListedPages) -> tuple[Choice, ...]:
    lang, view, question = shelf.lang, shelf.view, shelf.asked.question

    def of(device: Device | Literal[""], label: str) -> Choice:
        count = lang.number(listing.devices.get(device, 0)) if listing.devices else ""
        return Choice(label, view.to(question=replace(question, device=device)), question.device == device, count)

    return (of("", lang.text("All")), *(of(device, device_name(lang, device)) for device in reversed(DEVICES)))


def _narrowed(shelf: Shelf) -> tuple[Choice, ...]:
    """The group or pattern whose addresses are listed, and the filters and segment of the question."""
    lang, view, question = shelf.lang, shelf.view, shelf.asked.question
    found = []
    if question.page:
        name = question.page_group.name if question.page_group else question.page
        found.append(Choice(name, view.to(question=replace(question, page="", page_group=None), show="pages")))
    if question.filters or question.segment:
        label = lang.plural("%(num)s filter", "%(num)s filters", len(question.filters) + bool(question.segment))
        found.append(Choice(label, view.to(question=replace(question, filters=(), segment="", tree=None))))
    return tuple(found)


def _only_names(shelf: Shelf) -> list[tuple[str, str]]:
    _ = shelf.lang.text
    return list(zip(ONLY, (_("All"), _("Needs attention"), _("Without a picture")), strict=True))


def _sort_names(shelf: Shelf) -> list[tuple[str, str]]:
    _ = shelf.lang.text
    return list(zip(SORTS, (_("Visitors"), _("Frustrated first"), _("Rising first"), _("Name")), strict=True))
