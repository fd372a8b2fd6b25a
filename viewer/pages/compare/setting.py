"""The context of a comparison: the experiment, the question, and what the site has for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from rules.period import Period
from rules.question import Question
from store.pages import matches, page_path
from store.records import Experiment, Site
from store.snapshots import Snapshot
from viewer.http.urls import Urls
from viewer.maps import best_width, drawable
from viewer.pages.frame.languages import Language
from viewer.pages.map.links import Links
from viewer.pages.pictures.fields import Fields, address_of, fields_of, takeable
from viewer.questions import Asked


@dataclass(frozen=True)
class ComparisonSetting:
    """`pages`: pages of the experiment that have visits, busiest first. The busiest is shown unless another
    one is asked for. `every`: the table lists all elements. `editor`: the reader may take pictures. `pictures`:
    where those of A and B are, if not at those of the viewer."""

    lang: Language
    urls: Urls
    asked: Asked
    experiment: Experiment
    pages: Sequence[str] = ()
    editor: bool = False
    every: bool = False
    pictures: tuple[Urls, ...] = ()

    def pictures_of(self, letter: str) -> Urls:
        """Where the picture of a variant is."""
        return self.pictures["AB".index(letter)] if self.pictures else self.urls

    @property
    def site(self) -> Site:
        return self.asked.site

    @property
    def page(self) -> str:
        """The page compared; "" if none was visited."""
        return self.asked.question.page or next(iter(self.pages), "")

    @property
    def links(self) -> Links:
        """Links to the same comparison with one choice changed."""
        action = self.urls.experiment(self.site.id, self.experiment.id)
        default = days_of(self.experiment, self.asked.today)
        return Links(action, self.asked.question, self.every, ("experiment",), default)

    @cached_property
    def widths(self) -> list[int]:
        """The widths of the pictures of the page, the widest first."""
        question = self.asked.question if self.asked.question.page else replace(self.asked.question, page=self.page)
        return sorted({s.width for s in drawable(question, self.snapshots) if not s.state}, reverse=True)

    @property
    def path(self) -> str:
        """The path of the page, or the patterns of its group."""
        group = self.asked.question.page_group
        return ", ".join(group.pages) if group else page_path(self.page)

    @property
    def width(self) -> int:
        """The width of the pictures shown: the one asked for, else the best for the devices; 0 if there is none."""
        asked = self.asked.question.width
        return asked if asked in self.widths else best_width(self.widths, self.asked.question.device)

    @cached_property
    def question(self) -> Question:
        """The question with the page and the width shown."""
        return replace(self.asked.question, page=self.page, width=self.width or None)

    @cached_property
    def fixed(self) -> dict[str, str]:
        """The parameters for exports and other programs: with dates and the canonical page."""
        return self.question.fixed(self.asked.today).query()

    @property
    def takes(self) -> Fields:
        """Fields of the form that takes both pictures: each variant's own address, or the usual one if it has none.

        At the widths that the page has pictures of; without any at the usual ones.
        """
        if not (self.editor and self.page and takeable(self.page)):
            return ()
        variants, usual = self.experiment.variants[:2], address_of(self.page, self.snapshots)
        wanted = [(v.picture_url, f"{self.experiment.id}:{v.key}") for v in variants if v.picture_url]
        return fields_of(*(wanted if len(wanted) == 2 else [*wanted, (usual, "")]), widths=self.widths)

    @cached_property
    def snapshots(self) -> list[Snapshot]:
        return list(self.asked.known.snapshots)


def days_of(experiment: Experiment, today: date) -> Period | None:
    """The days an experiment has run, up to today; None if it has no start."""
    if not experiment.started:
        return None
    since = min(today, date.fromisoformat(experiment.started))
    until = min(today, date.fromisoformat(experiment.ended)) if experiment.ended else today
    return Period(since=since, until=max(since, until))


def pages_with(experiment: Experiment, pages: Sequence[str]) -> list[str]:
    """The pages that the experiment runs on."""
    return [page for page in pages if any(matches(pattern, page) for pattern in experiment.pages)]
