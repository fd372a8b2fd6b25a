"""The second row of the bar, "who is counted": filters with the visitors of each choice, and what narrows the figures.

Every page whose figures can be filtered shows it: `who_bar` makes the record, `who/who.html` draws it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aggregator.shapes.filter_counts import FilterCounts
from rules.question import Question
from rules.segment import text_of_tree
from store.segments import Segment, What
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.controls import device_switch
from viewer.pages.map.links import Links
from viewer.pages.sentences.names import SiteNames, any_of, trait_name, value_name
from viewer.pages.sentences.tree import tree_sentence
from viewer.pages.who.narrowed import Narrowed, narrowed_of
from viewer.pages.who.narrowing import toggled, values_of, with_values

MENUS: tuple[What, ...] = ("channel", "source", "country", "visitor")
FIND_FROM = 9  # choices, from which a menu has a field to find one
LISTED = 60  # choices of a menu


@dataclass(frozen=True)
class FilterMenu:
    """The choices of one trait, the commonest first; `note` explains why some have nobody. `on`: it narrows."""

    label: str
    current: str
    choices: tuple[Choice, ...]
    note: str = ""
    on: bool = False
    find: str = ""  # label of the field that finds a choice


@dataclass(frozen=True)
class FilterChip:
    """One thing that narrows the figures and has no menu of its own. `remove`: the page without it."""

    kind: str
    name: str
    edit: Choice
    remove: Choice


@dataclass(frozen=True)
class WhoBar:
    """`devices`: the switch, for the row above. `counted`, `of`: who is counted, as text; empty without an answer.
    `clear`: everybody; None if nothing narrows. `save`: the form that saves what narrows as a segment; None if nothing
    does but a saved segment. `narrowed`: the same in a few words."""

    devices: list[Choice]
    chips: tuple[FilterChip, ...]
    menus: tuple[FilterMenu, ...]
    segments: tuple[Choice, ...]
    more: Choice
    clear: Choice | None
    narrowed: Narrowed
    save: Choice | None = None
    counted: str = ""
    of: str = ""
    share: str = ""


@dataclass(frozen=True)
class WhoContext:
    """What the row is made for: the language, the addresses, and the names of what rules refer to."""

    lang: Language
    urls: Urls
    links: Links
    segments: tuple[Segment, ...] = ()
    names: SiteNames = SiteNames()

    @property
    def question(self) -> Question:
        return self.links.question


def who_bar(context: WhoContext, counts: FilterCounts | None) -> WhoBar:
    """The row for a question. `counts`: None if the question has faults, so that nobody was counted."""
    lang, question = context.lang, context.question
    narrows = bool(question.filters or question.segment)
    clear = Choice(lang.text("Clear all"), context.links.to(filters=(), segment="", tree=None)) if narrows else None
    bar = WhoBar(
        devices=device_switch(lang, context.links, counts.by.get("device", {}) if counts else {}),
        chips=_chips(context),
        menus=tuple(_menu(context, what, counts) for what in MENUS) if counts else (),
        segments=_segments(context),
        more=Choice(lang.text("More filters"), builder_href(context)),
        clear=clear,
        save=_save(context),
        narrowed=narrowed_of(lang, question, context.segments, context.names),
    )
    return _with_total(bar, lang, counts, narrows) if counts else bar


def builder_href(context: WhoContext) -> str:
    """The form of the saved segment that is on, else of a new one that begins with all that narrows the question."""
    question, urls = context.question, context.urls
    kept = question.period.query() | {"page": question.page, "device": question.device}
    saved = question.segment if question.segment[:1] != "{" else ""
    if saved and not question.filters:
        return urls.segment(str(question.site), saved, **kept)
    return urls.new_segment(str(question.site), **kept, segment=text_of_tree(question.group) if question.group else "")


def _save(context: WhoContext) -> Choice | None:
    question = context.question
    is_saved = any(one.id == question.segment for one in context.segments)
    if question.filters or (question.tree is not None and not is_saved):
        return Choice(context.lang.text("Save as segment"), builder_href(context))
    return None


def _with_total(bar: WhoBar, lang: Language, counts: FilterCounts, narrows: bool) -> WhoBar:
    def counted(words: str) -> str:
        return lang.text("about %(n)s", n=words) if counts.one_in > 1 else words

    if not narrows:
        return replace(bar, counted=counted(lang.plural("%(num)s visitor", "%(num)s visitors", counts.visitors)))
    return replace(
        bar,
        counted=counted(lang.number(counts.visitors)),
        of=lang.plural("of %(num)s visitor", "of %(num)s visitors", counts.everyone),
        share=lang.share(counts.visitors / counts.everyone) if counts.everyone else "",
    )


def _menu(context: WhoContext, what: What, counts: FilterCounts) -> FilterMenu:
    lang, question, visitors = context.lang, context.question, counts.by.get(what, {})
    chosen = values_of(question, what)
    values = [value for value in dict.fromkeys((*visitors, *chosen)) if value or visitors.get(value)]
    listed = [value for n, value in enumerate(values) if n < LISTED or value in chosen]

    def choice(value: str) -> Choice:
        label, count = value_name(lang, what, value, context.names), visitors.get(value, 0)
        href = context.links.to(filters=toggled(question, what, value)) if value else ""
        return Choice(label, href, value in chosen, lang.number(count))

    everybody = Choice(lang.text("All"), context.links.to(filters=with_values(question, what, ())), not chosen)
    names = [value_name(lang, what, value, context.names) for value in chosen]
    return FilterMenu(
        label=trait_name(lang, what),
        current=any_of(lang, names) if chosen else lang.text("All"),
        choices=(everybody, *(choice(value) for value in listed)),
        note=" ".join(part for part in (_note(lang, question, what, visitors), _estimated(lang, counts)) if part),
        on=bool(chosen),
        find=lang.text("Find") if len(listed) >= FIND_FROM else "",
    )


def _note(lang: Language, question: Question, what: What, visitors: Mapping[str, int]) -> str:
    """Why some choices have nobody."""
    if what == "visitor" and visitors.get(""):
        return lang.text("Not known: without consent, a visitor is recognised for one day.")
    if not any(count == 0 for value, count in visitors.items() if value):
        return ""
    if question.segment:
        return lang.text("0: the segment leaves nobody there.")
    return lang.text("0: the other filters leave nobody there.")


def _estimated(lang: Language, counts: FilterCounts) -> str:
    if counts.one_in == 1:
        return ""
    return lang.text("Estimated from one visitor in %(n)s.", n=lang.number(counts.one_in))


def _segments(context: WhoContext) -> tuple[Choice, ...]:
    """The saved segments."""
    links, now = context.links, context.question.segment
    return tuple(Choice(one.name, links.to(segment=one.id, tree=one.tree), one.id == now) for one in context.segments)


def _chips(context: WhoContext) -> tuple[FilterChip, ...]:
    """The segment, and the filters that have no menu."""
    lang, question, links = context.lang, context.question, context.links
    chips = []
    edit = builder_href(context)
    if question.segment:
        saved = next((one.name for one in context.segments if one.id == question.segment), "")
        name = saved or tree_sentence(lang, question.tree, context.names).text
        chips.append(
            FilterChip(
                lang.text("Segment"),
                name,
                Choice(lang.text("Edit"), edit, title=lang.text("Edit the segment")),
                Choice("✕", links.to(segment="", tree=None), title=lang.text("Leave out the segment")),
            )
        )
    for one in question.filters:
        if one.what in MENUS:
            continue
        trait = trait_name(lang, one.what)
        value = any_of(lang, [value_name(lang, one.what, value, context.names) for value in one.values])
        chips.append(
            FilterChip(
                trait,
                value,
                Choice(lang.text("Edit"), edit, title=lang.text("Edit: %(name)s", name=trait)),
                Choice(
                    "✕",
                    links.to(filters=with_values(question, one.what, ())),
                    title=lang.text("Leave out: %(name)s", name=f"{trait}, {value}"),
                ),
            )
        )
    return tuple(chips)
