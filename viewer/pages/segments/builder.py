"""The segment builder: a tree of rules in one sentence, as controls, and with those whom it fits."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from aggregator.shapes.filter_counts import FilterCounts
from aggregator.shapes.segment_figures import Fitting, SegmentFigures
from aggregator.shapes.segment_people import SegmentPeople
from rules.presets import OF_HISTORY
from rules.question import Question
from rules.segment import text_of_tree
from store.definitions import Stored
from store.errors import StoreError
from store.segments import Group, Rule, every_rule, is_empty
from viewer.pages.forms.faults import FormFaults
from viewer.pages.forms.fields import shown, text, version
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.links import Links, address
from viewer.pages.segments.draft import Draft, draft_of, typed
from viewer.pages.segments.editor import Editor, OfferedChoices, Option, RuleGroupRow
from viewer.pages.segments.people import PeopleRows, people_rows
from viewer.pages.segments.presets import Preset, preset_links, preset_trees
from viewer.pages.sentences.names import value_name
from viewer.pages.sentences.tree import Sentence, tree_sentence
from viewer.pages.who.bars import WhoBars
from viewer.questions import Asked, Questions
from viewer.segment_reader import SegmentReader
from viewer.work import ThreadsBusy

log = logging.getLogger("parcours.viewer")

UNDO = 10  # earlier drafts that Undo brings back


@dataclass(frozen=True)
class SegmentForm:
    """What is edited. `earlier`: drafts that Undo brings back, the latest last. `stored`: what is saved."""

    draft: Draft = Draft()
    name: str = ""
    stored: Stored | None = None
    version: int = 0
    earlier: tuple[Draft, ...] = ()
    faults: FormFaults = FormFaults()
    unsure: bool = False  # it was to be saved with rules that are not complete, which asks once

    @classmethod
    def of(cls, stored: Stored) -> SegmentForm:
        tree = stored.fields.get("tree")
        draft = draft_of(tree) if isinstance(tree, Mapping) else Draft()
        return cls(draft, shown(stored.fields, "name"), stored, stored.version)

    @classmethod
    def typed(cls, form: FormData, stored: Stored | None) -> SegmentForm:
        """The submitted form, changed by its button."""
        draft, action = typed(form), text(form, "do")
        earlier = _drafts(text(form, "earlier"))
        was = _drafts(text(form, "was"))
        if action == "undo" and earlier:
            *earlier_ones, last = earlier
            return cls(last, text(form, "name"), stored, version(form), tuple(earlier_ones))
        changed = draft.changed(action)
        if was and was[0] != changed:
            earlier = (*earlier, was[0])[-UNDO:]
        return cls(changed, text(form, "name"), stored, version(form), earlier)


@dataclass(frozen=True)
class Fits:
    """Who fits, as text. `share`: a CSS width too."""

    visitors: str
    visitors_word: str
    visits: str
    share: str
    width: str
    of: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class SegmentPage(Page):
    """The builder of a new or stored segment, `/sites/3/segments/new`."""

    template = "segments/builder.html"
    docs = "segments"
    name: str = doc("Name of the segment as typed")
    state: str = doc("Whether it is saved")
    form_faults: FormFaults = doc("Why it could not be saved")
    faults: FaultList | None = doc("What is wrong with the address")
    sentence: Sentence = doc("What the complete rules say")
    scope_line: str = doc("Days and devices")
    rows: RuleGroupRow = doc("The rules as controls, with their figures")
    unsure: str = doc("What is asked before saving without the rules that are not complete")
    lists: dict[str, tuple[Option, ...]] = doc("OfferedChoices for text fields, by the id of their list")
    fits: Fits | None = doc("How many fit; None if the question has faults")
    people: PeopleRows = doc("Who they are")
    open: tuple[Choice, ...] = doc("Where the segment can be used")
    presets: tuple[Preset, ...] = doc("Segments to start from")
    history_line: str = doc("Which presets are about all stored days, and which days these are")
    hidden: tuple[tuple[str, str], ...] = doc("Fields of the form that the reader does not see")
    can_undo: bool = doc("Whether there is an earlier draft")
    can_save: bool = doc("Whether the person may save segments")
    stored: bool = doc("Whether it is saved, so that it can be deleted")
    action: str = doc("Where the form posts to")
    here: str = doc("Address of this page with the rules as they are")
    cancel: str = doc("Where Cancel leads")


class SegmentBuilder:
    """Renders the builder."""

    def __init__(self, frames: Frames, questions: Questions, reader: SegmentReader, bars: WhoBars) -> None:
        self._frames = frames
        self._questions = questions
        self._reader = reader
        self._bars = bars

    async def answer(
        self, request: Request, asked: Asked, form: SegmentForm, *, can_save: bool, status: int = 200
    ) -> Response:
        """The page of a form, with the figures of its complete rules."""
        frame = await self._frames.of(request, "segments", asked.site)
        tree, _, _ = form.draft.complete(asked.question.names)
        if not asked.faults:
            asked = await self._questions.with_tree(asked, tree)
        question = replace(asked.question, filters=(), segment="", tree=None)
        found = None if asked.faults else await self._reader.figures(question, tree)
        people = await self._reader.people(question, tree, found) if found else SegmentPeople()
        counts = None if asked.faults else await self._bars.counts(question)
        history = question if asked.faults else await self._reader.of_history(question)
        fitting = {} if asked.faults else await self._fitting(question, history, preset_trees(asked.known.goals))
        names = await self._bars.names(asked.known, _with_clicked(tree, people))
        pages = {str(rule.get("page", "")) for rule in _rules(form.draft.tree)}
        elements = {page: await self._bars.elements_of(asked.known, page) for page in sorted(pages) if page}
        offered = OfferedChoices(elements, names, asked.question.names)
        numbers = SegmentNumbers(found, people, counts, fitting, history)
        made = _Made(frame, asked, question, form, numbers, offered)
        return answer(request, made.page(self._frames, can_save), status)

    async def _fitting(self, question: Question, history: Question, trees: Mapping[str, Group]) -> dict[str, Fitting]:
        """How many fit the presets, by key; those that look at all stored days are left out if these are too many."""
        now = [key for key in trees if key not in OF_HISTORY]
        found = dict(zip(now, await self._reader.fitting(question, [trees[key] for key in now]), strict=True))
        ever = [key for key in trees if key in OF_HISTORY]
        try:
            fits = await self._reader.fitting(history, [trees[key] for key in ever])
        except (StoreError, ThreadsBusy) as error:
            log.warning("the visitors of presets could not be counted: %s", error)
            return found
        return found | dict(zip(ever, fits, strict=True))


@dataclass(frozen=True)
class SegmentNumbers:
    """Who fits, and what can be chosen; None and empty if the question has faults. `presets`: by key; `history`: the
    question about all stored days, which some of them look at."""

    found: SegmentFigures | None
    people: SegmentPeople
    counts: FilterCounts | None
    presets: Mapping[str, Fitting]
    history: Question


@dataclass(frozen=True)
class _Made:
    """Everything that a page is made of."""

    frame: Frame
    asked: Asked
    question: Question
    form: SegmentForm
    numbers: SegmentNumbers
    offered: OfferedChoices

    @property
    def lang(self) -> Language:
        return self.frame.lang

    def page(self, frames: Frames, can_save: bool) -> SegmentPage:
        lang, form, urls, site = self.lang, self.form, frames.urls, self.asked.site.id
        _ = lang.text
        editor = Editor(lang, form.draft, self.numbers.found, self.offered)
        tree, _paths, left_out = form.draft.complete(self.offered.known)
        stored = form.stored
        action = urls.segment(site, stored.id) if stored else urls.new_segment(site)
        kept = self.question.query()
        links = Links(action, self.question)
        return SegmentPage(
            frame=self.frame,
            title=form.name or (_("New segment") if stored is None else _("Segment")),
            name=form.name,
            state=self._state(),
            form_faults=form.faults,
            faults=fault_list(lang, self.asked.faults, links),
            sentence=tree_sentence(lang, tree, self.offered.names),
            scope_line=self._scope_line(),
            rows=editor.rows(),
            unsure=_left_out(lang, len(left_out)) if form.unsure else "",
            lists=self._lists(),
            fits=self._fits(),
            people=people_rows(lang, self.numbers.people, self.offered.names),
            open=self._open(frames, tree),
            presets=preset_links(
                lang,
                (address(urls.new_segment(site), kept), address(urls.new_segment(site), self.numbers.history.query())),
                self.asked.known.goals,
                self.numbers.presets,
            ),
            history_line=self._history_line(),
            hidden=self._hidden(),
            can_undo=bool(form.earlier),
            can_save=can_save,
            stored=stored is not None,
            action=address(action, kept),
            here=address(action, kept | ({} if stored else {"segment": text_of_tree(tree)})),
            cancel=urls.segments(site),
        )

    def _state(self) -> str:
        stored, _ = self.form.stored, self.lang.text
        if stored is None:
            return _("Not saved yet")
        same = self.form.draft == SegmentForm.of(stored).draft and self.form.name == shown(stored.fields, "name")
        return _("Saved") if same else _("Changes are not saved yet")

    def _history_line(self) -> str:
        since, until = self.numbers.history.period.span(self.asked.today)
        return self.lang.text(
            "Inactive, Lost and At risk are about visitors who stay away, most of whom have no visit in a short "
            "period: they are looked for in all stored days, %(since)s to %(until)s, and open with these days.",
            since=self.lang.day(since),
            until=self.lang.day(until),
        )

    def _scope_line(self) -> str:
        lang, question = self.lang, self.question
        since, until = question.period.span(self.asked.today)
        days = f"{lang.day(since)} – {lang.day(until)}"
        device = value_name(lang, "device", question.device) if question.device else lang.text("All devices")
        page = self.offered.names.pages.get(question.page, question.page)
        return ", ".join(part for part in (days, device, page) if part)

    def _fits(self) -> Fits | None:
        lang, found = self.lang, self.numbers.found
        if found is None:
            return None
        fits, total = found.fits, found.total.visitors
        share = fits.visitors / total if total else 0.0
        return Fits(
            visitors=lang.number(fits.visitors),
            visitors_word=lang.text("visitor") if fits.visitors == 1 else lang.text("visitors"),
            visits=lang.plural("in %(num)s visit", "in %(num)s visits", fits.visits),
            share=lang.share(share),
            width=f"{min(share, 1.0) * 100:.4g}%",
            of=lang.plural("of %(num)s visitor", "of %(num)s visitors", total),
            note=self._note(),
        )

    def _note(self) -> str:
        """Why nobody fits, or everybody."""
        _, found = self.lang.text, self.numbers.found
        if found is None or not found.rules or not found.total.visitors:
            return ""
        if not found.fits.visitors:
            return _("Nobody fits. The rule after which nobody is left is marked.")
        if found.fits.views == found.total.views:
            return _("Everybody fits: these rules leave nobody out.")
        return ""

    def _open(self, frames: Frames, tree: Group) -> tuple[Choice, ...]:
        """Links that use the segment, saved or not."""
        if is_empty(tree):
            return ()
        lang, urls, question, site = self.lang, frames.urls, self.question, self.asked.site.id
        query = question.query() | {"segment": text_of_tree(tree)}
        if not question.page:
            return (Choice(lang.text("Open the overview"), address(urls.overview(site), query)),)
        return (
            Choice(lang.text("Open the map"), address(urls.heatmap(site), query)),
            Choice(lang.text("Compare with the rest"), address(urls.compare_sets(site), query | {"with": "rest"})),
        )

    def _hidden(self) -> tuple[tuple[str, str], ...]:
        form = self.form
        return (
            ("version", str(form.version)),
            ("was", _json([form.draft.tree])),
            ("earlier", _json([one.tree for one in form.earlier])),
            *((("sure", "1"),) if form.unsure else ()),
        )

    def _lists(self) -> dict[str, tuple[Option, ...]]:
        lang, names = self.lang, self.offered.names
        lists = {"values-page": tuple(Option(page, names.pages.get(page, "")) for page in self.asked.known.pages[:300])}
        lists |= {f"values-{what}": lists["values-page"] for what in ("saw", "landing", "exit")}
        lists["values-variant"] = tuple(Option(value, label) for value, label in names.variants.items())
        for what, visitors in (self.numbers.counts.by if self.numbers.counts else {}).items():
            lists[f"values-{what}"] = tuple(
                Option(value, value_name(lang, what, value, names)) for value in list(visitors)[:100] if value
            )
        return lists


def _left_out(lang: Language, n: int) -> str:
    return lang.plural(
        "%(num)s rule is not complete and will be left out. Save anyway?",
        "%(num)s rules are not complete and will be left out. Save anyway?",
        n,
    )


def _with_clicked(tree: Group, people: SegmentPeople) -> Group:
    """The tree with rules on what the visits clicked, so that these elements are named too."""
    clicked = (
        Rule(what="clicked", element=f"{one.clicked:016x}", page=one.clicked_on) for one in people.visits if one.times
    )
    return Group(rules=(*every_rule(tree), *clicked))


def _rules(group: dict[str, Any]) -> Iterable[dict[str, Any]]:
    yield from group["rules"]
    for one in group["groups"]:
        yield from _rules(one)


def _json(trees: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(trees).decode()


def _drafts(text: str) -> tuple[Draft, ...]:
    """Drafts that a form carries; none if they cannot be read."""
    try:
        raw = msgspec.json.decode(text or "[]", type=list[dict[str, Any]])
    except (msgspec.DecodeError, RecursionError):
        return ()
    return tuple(draft_of(one) for one in raw[-UNDO - 1 :])
