"""The context of a map: who reads it, the question, and what the site has for the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from rules.question import Question
from rules.resolve import states_for
from store.hosts import readable_host
from store.pages import NOT, matches, page_path
from store.records import Experiment, Site
from store.snapshots import Snapshot
from viewer.http.urls import Urls
from viewer.maps import best_width, drawable
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.look import MapLook
from viewer.pages.map.links import Links
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.pictures.fields import takeable
from viewer.pages.pictures.taking import Taking
from viewer.pages.who.narrowed import Narrowed
from viewer.questions import Asked


@dataclass(frozen=True)
class MapSetting:
    """`editor`: the reader may take pictures and define states. `look`: what is shown, and in which order.

    `taking`: the pictures of the page that are being taken, or could not be. `narrowed`: who is counted, in words.
    """

    lang: Language
    urls: Urls
    asked: Asked
    editor: bool = False
    look: MapLook = MapLook()
    taking: Taking | None = None
    narrowed: Narrowed = Narrowed((), "")

    @property
    def site(self) -> Site:
        return self.asked.site

    @property
    def page(self) -> str:
        return self.asked.question.page

    @property
    def pictured_page(self) -> str:
        """The page whose picture is shown: of a group, one of its pages, or "" if none has a picture."""
        group = self.asked.question.page_group
        if group is None:
            return self.page
        return self.snapshot.page if self.snapshot else group.picture_of

    @property
    def links(self) -> Links:
        """Links to the same map with one choice changed."""
        action = self.urls.heatmap(self.site.id)
        return Links(action, self.asked.question, self.look.every, extra=self.look.query())

    @cached_property
    def usable(self) -> list[Snapshot]:
        """The pictures of the page in the chosen state: those of the variant if it has any, else those of the page."""
        question = self.asked.question
        here = [s for s in self._of_page if s.state == question.state]
        variant = "=".join(question.variant or ())
        return [s for s in here if s.variant == variant] or [s for s in here if not s.variant]

    @cached_property
    def widths(self) -> list[int]:
        """The widths of these pictures, the widest first."""
        return sorted({s.width for s in self.usable}, reverse=True)

    @property
    def width(self) -> int:
        """The width of the picture shown: the one asked for, else the best for the devices; 0 if there is none."""
        asked = self.asked.question.width
        return asked if asked in self.widths else best_width(self.widths, self.asked.question.device)

    @property
    def snapshot(self) -> Snapshot | None:
        """The picture shown."""
        return next((s for s in self.usable if s.width == self.width), None)

    @cached_property
    def question(self) -> Question:
        """The question with the width of the picture shown."""
        return replace(self.asked.question, width=self.width or None)

    @cached_property
    def fixed(self) -> dict[str, str]:
        """The parameters for pictures, exports and other programs: with dates and the canonical page."""
        return self.question.fixed(self.asked.today).query()

    @cached_property
    def state_names(self) -> dict[str, str]:
        """Key → name of the states of the page, the page as it opens first."""
        names = {"": self.lang.text("As it opens")}
        names |= {state.key: state.name for state in states_for(self.asked.question, self.asked.known.states)}
        asked = self.asked.question.state
        return names | {asked: names.get(asked, asked)}

    @property
    def has_states(self) -> bool:
        return len(self.state_names) > 1

    @cached_property
    def experiments(self) -> list[Experiment]:
        """The experiments that run on the page."""
        return [e for e in self.asked.known.experiments if self._runs_on(e)]

    @property
    def page_is_known(self) -> bool:
        """False if the question names no page, or one that cannot be read."""
        return not any(fault.field == "page" for fault in self.asked.faults)

    @property
    def name(self) -> str:
        """The page's display name."""
        if not self.page_is_known:
            return self.page or self.lang.text("Page")
        if group := self.asked.question.page_group:
            return group.name
        return name_of(self.page, page_names(list(self.asked.known.snapshots)))

    @property
    def path(self) -> str:
        """The page's path, with the host if the site has several."""
        if not self.page_is_known:
            return self.name
        if group := self.asked.question.page_group:
            return ", ".join((*group.pages, *(f"{NOT}{pattern}" for pattern in group.without)))
        hosts = {s.page.partition("/")[0] for s in self.asked.known.snapshots}
        return page_path(self.page) if len(hosts) < 2 else readable_host(self.page)

    @property
    def may_take(self) -> bool:
        """Whether the reader may take its picture."""
        return self.editor and self.page_is_known and takeable(self.pictured_page)

    @cached_property
    def _of_page(self) -> list[Snapshot]:
        return drawable(self.asked.question, self.asked.known.snapshots)

    def _runs_on(self, experiment: Experiment) -> bool:
        """Whether an experiment runs on one of the pages."""
        return any(p == page or matches(p, page) for p in experiment.pages for page in self.asked.question.patterns)
