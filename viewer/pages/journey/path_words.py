"""The words for places of paths, and where they lead: to a picture of their own paths, to their heatmap, and to the
two maps of those who went on and those who left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from aggregator.answers.paths import PathName, PathPlace, PathWay
from aggregator.measures.statistics import FEW
from rules.find import named
from rules.segment import text_of_tree
from store.journeys import Journey, Touchpoint
from store.pages import NOT, selects
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.map.links import Links
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.who.from_screen import joined, step_trees
from viewer.questions import Asked


@dataclass(frozen=True)
class PathWords:
    """`links`: those of the page of paths. `chosen`: the place that the picture is about; None before it is known."""

    lang: Language
    urls: Urls
    asked: Asked
    journey: Journey
    links: Links
    chosen: PathPlace | None = None

    @cached_property
    def _touchpoints(self) -> dict[str, tuple[int, Touchpoint]]:
        return {one.key: (stage, one) for stage, one in self.journey.touchpoints}

    @cached_property
    def _names(self) -> dict[str, str]:
        return page_names(list(self.asked.known.snapshots))

    @cached_property
    def _pictured(self) -> list[str]:
        return [one.page for one in self.asked.known.snapshots if not one.variant and not one.state]

    def name(self, place: PathPlace) -> str:
        _ = self.lang.text
        match place.kind:
            case "touchpoint":
                return self.lang.words(self._touchpoints[place.key][1].name, place.key)
            case "page":
                return name_of(place.key, self._names)
            case "event":
                return place.key
            case "group":
                group = named(self.asked.known.groups, place.key)
                return group.name if group else place.key
            case "began":
                return _("Visit began here")
            case "left":
                return _("Left the site")
        return _("Other")

    def in_column(self, one: PathName, offset: int) -> str:
        """The name of a place in a column: after itself, the chosen one is there again."""
        if one.place.kind == "other":
            return self.lang.plural("Other, %(num)s page", "Other, %(num)s pages", one.places)
        name = self.name(one.place)
        return self.lang.text("%(name)s again", name=name) if one.place == self.chosen and offset else name

    def steps(self, way: PathWay) -> list[tuple[str, bool]]:
        """The names of the places of a way, and whether each is a loss."""
        left = self.lang.text("left")
        return [
            (left if place.kind == "left" else self.name(place), self.is_loss(before, place) and not way.as_expected)
            for before, place in zip((way.places[0], *way.places), way.places, strict=False)
            if place.kind != "began"
        ]

    def is_loss(self, before: PathPlace, place: PathPlace) -> bool:
        """Whether a step leaves the site before the end: it is no loss after the last touchpoint of the stage that
        completes a goal, after any later one, and in the last stage."""
        return place.kind == "left" and before not in self._ends

    @cached_property
    def _ends(self) -> frozenset[PathPlace]:
        stages, every = self.journey.stages, self.journey.touchpoints
        last = {stage: touchpoint.key for stage, touchpoint in every}
        goals = [i for i, stage in enumerate(stages) if stage.completes]
        final = min(goals[-1] + 1 if goals else len(stages), len(stages) - 1)
        keys = {one.key for stage, one in every if stage >= final} | {last[i] for i in goals if i in last}
        return frozenset(PathPlace("touchpoint", key) for key in keys)

    def paths_of(self, place: PathPlace) -> str:
        """The paths through a place; "" for what is none."""
        if not is_place(place):
            return ""
        return self.links.keeping(**{"through": text_of(place), "from": "", "to": ""}).to()

    def heatmap(self, place: PathPlace) -> str:
        page = place.key if place.kind == "group" else self._page(place)
        return self.urls.heatmap(self.asked.site.id, **{"page": page} | self._query) if page else ""

    def comparison(self, one: PathName) -> str:
        """The maps of those who went on from a place, to a later stage of the journey, and those who did not."""
        page, pages = self._page(one.place), self.pages(one.place)
        if page not in self._pictured or one.visits < FEW or not pages or any(one.startswith(NOT) for one in pages):
            return ""
        trees = step_trees(pages, self._later(one.place))
        if trees.did_not is None:
            return ""
        went_on, left = (text_of_tree(joined(self.asked.question, tree)) for tree in (trees.did, trees.did_not))
        sets = self._query | {"page": page, "segment": went_on, "with": f"segment:{left}"}
        return self.urls.compare_sets(self.asked.site.id, **sets)

    @cached_property
    def _query(self) -> dict[str, str]:
        return self.asked.question.query() | {"journey": self.journey.id}

    def pages(self, place: PathPlace) -> tuple[str, ...]:
        """The patterns of the pages of a place, as `store.pages.selects` takes them."""
        if place.kind == "touchpoint":
            return self._touchpoints[place.key][1].patterns
        if place.kind == "group":
            group = named(self.asked.known.groups, place.key)
            return group.patterns if group else ()
        return (place.key,) if place.kind == "page" and place.key else ()

    def _page(self, place: PathPlace) -> str:
        """A page of a place that has a picture; else its first one, "" without any."""
        pages = self.pages(place)
        found = (page for page in self._pictured if selects(pages, page))
        return next(found, next(iter(pages), ""))

    def _later(self, place: PathPlace) -> list[str]:
        """The pages of the later stages; of a page without a touchpoint, those of all stages."""
        stage = self._touchpoints[place.key][0] if place.kind == "touchpoint" else -1
        return [page for at, one in self.journey.touchpoints if at > stage for page in one.patterns]


def is_place(place: PathPlace) -> bool:
    """Whether a place can be asked for."""
    return place.kind in ("touchpoint", "page", "group", "event") and bool(place.key)


def text_of(place: PathPlace) -> str:
    """A place as an address names it: `touchpoint:basket`."""
    return f"{place.kind}:{place.key}"
