"""A comparison by itself, as a reader without an account sees it: the figures of its own page, and no address of any
other page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aggregator.answers.heatmap import Heatmap
from aggregator.grids.scale import Scale
from aggregator.pictures.newest import NoSnapshot
from rules.faults import Faults
from rules.find import NotFound
from rules.other_set import TwoSets
from rules.question import COMPARED
from store.hosts import readable_host
from store.records import Experiment
from viewer.http.urls import Urls
from viewer.maps import ComparisonAnswer, Maps, SetsAnswer
from viewer.pages.compare.chooser import Choosing, words_of
from viewer.pages.compare.result import Result, Table, result_of
from viewer.pages.compare.sets_result import SetsResult, sets_result
from viewer.pages.compare.setting import ComparisonSetting
from viewer.pages.frame.languages import Language
from viewer.pages.map.links import Links
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.picture import Strips
from viewer.pages.sentences.names import device_label
from viewer.pages.who.bars import WhoBars
from viewer.questions import Asked, Questions

Pictures = tuple[Urls, Urls]  # where those of A and B are
Facts = tuple[tuple[str, str], ...]  # labels and values


@dataclass(frozen=True)
class ComparisonAlone:
    """Two sets of visitors, or two variants: one of `sets` and `variants` is None."""

    title: str
    path: str
    kind: str
    facts: Facts
    sets: SetsResult | None
    variants: Result | None
    demo: bool


@dataclass(frozen=True)
class MeasuredSets:
    """The answer about two sets."""

    asked: Asked
    sets: TwoSets
    found: SetsAnswer

    @property
    def sides(self) -> tuple[Heatmap, Heatmap]:
        """The maps of A and B."""
        a, b = self.found.map.sets
        return a.heat, b.heat

    @property
    def scale(self) -> Scale:
        return self.found.map.scale


@dataclass(frozen=True)
class MeasuredVariants:
    """The answer about two variants."""

    asked: Asked
    experiment: Experiment
    found: ComparisonAnswer

    @property
    def sides(self) -> tuple[Heatmap, Heatmap]:
        """The maps of A and B."""
        return self.found.map.arms

    @property
    def scale(self) -> Scale:
        return self.found.map.scale


@dataclass(frozen=True)
class ComparisonsAlone:
    """Reads comparisons by the parameters of their questions."""

    questions: Questions
    maps: Maps
    bars: WhoBars

    async def answer(self, site: str, query: Mapping[str, str]) -> MeasuredSets | MeasuredVariants | None:
        """The comparison; None without a picture, or if what it is about was deleted."""
        try:
            known = await self.questions.known_site(site, remembered=True)
            asked = await self.questions.resolve(known, query, COMPARED, remembered=True)
            sets = asked.sets_or_faults() if asked.question.compared_with else None
            if asked.faults or isinstance(sets, Faults):
                return None
            if sets:
                return MeasuredSets(asked, sets, await self.maps.sets(sets, known))
            experiment = next((one for one in known.experiments if one.id == asked.question.experiment), None)
            if experiment is None:
                return None
            return MeasuredVariants(asked, experiment, await self.maps.comparison(asked.question, experiment, known))
        except (NotFound, NoSnapshot):
            return None

    async def shown(
        self, lang: Language, found: MeasuredSets | MeasuredVariants, pictures: Pictures, *, elements: bool
    ) -> ComparisonAlone:
        """The page of an answer, with the table of its elements or without."""
        lang = replace(lang, zone=found.asked.site.zone)
        strips = [await self.maps.strips(side.snapshot) for side in found.sides]
        if isinstance(found, MeasuredSets):
            return _of_sets(lang, found, pictures, strips, elements)
        return _of_variants(lang, found, pictures, strips, elements, await self._who(lang, found.asked))

    async def _who(self, lang: Language, asked: Asked) -> Facts:
        narrowed, device, _ = await self.bars.narrowed(lang, asked), asked.question.device, lang.text
        others = narrowed.parts[1:] if device else narrowed.parts
        return (
            (_("Device"), device_label(lang, device) if device else _("All")),
            (_("Who"), ", ".join(others) or _("Everyone")),
        )


def _of_sets(
    lang: Language, found: MeasuredSets, pictures: Pictures, strips: Sequence[Strips], elements: bool
) -> ComparisonAlone:
    asked, sets = found.asked, found.sets
    choosing = Choosing(lang, pictures[0], Links("", asked.question), sets, asked.known, asked.today, pictures)
    result = sets_result(choosing, found.found, strips, every=True)
    a, b = choosing.name("a"), choosing.name("b")
    return ComparisonAlone(
        title=lang.text("%(page)s: %(a)s and %(b)s", page=_page(asked), a=a, b=b),
        path=_path(asked),
        kind=asked.question.kind,
        facts=((f"A, {a}", words_of(choosing, sets.a)), (f"B, {b}", words_of(choosing, sets.b))),
        sets=result if elements else replace(result, table=_empty(result.table)),
        variants=None,
        demo=asked.site.demo,
    )


def _of_variants(
    lang: Language, found: MeasuredVariants, pictures: Pictures, strips: Sequence[Strips], elements: bool, who: Facts
) -> ComparisonAlone:
    asked = found.asked
    result = result_of(
        ComparisonSetting(lang, pictures[0], asked, found.experiment, every=True, pictures=pictures),
        found.found,
        strips,
    )
    since, until = asked.question.period.span(asked.today)
    days = f"{lang.day(since, year=since.year != until.year)} – {lang.day(until, year=True)}"
    return ComparisonAlone(
        title=lang.named(_page(asked), found.experiment.name),
        path=_path(asked),
        kind=asked.question.kind,
        facts=((lang.text("Days"), days), *who),
        sets=None,
        variants=result if elements else replace(result, table=_empty(result.table)),
        demo=asked.site.demo,
    )


def _empty(table: Table) -> Table:
    """The table for readers who are not to see the elements."""
    return replace(table, rows=[])


def _page(asked: Asked) -> str:
    """Name of the page or of its group."""
    group = asked.question.page_group
    return group.name if group else name_of(asked.question.page, page_names(list(asked.known.snapshots)))


def _path(asked: Asked) -> str:
    group = asked.question.page_group
    return ", ".join(group.pages) if group else readable_host(asked.question.page)
