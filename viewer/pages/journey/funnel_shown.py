"""A counted funnel, and what its words and links need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from aggregator.answers.funnel import Funnel, FunnelAsked
from aggregator.measures.share_tests import ShareTest, share_tests
from rules.funnel_steps import GROUP, PAGE, bare_step, drawn_patterns
from store.journeys import Journey, Touchpoint
from store.pages import is_pattern, selects
from viewer.http.urls import Urls
from viewer.maps import best_width
from viewer.pages.frame.languages import Language
from viewer.pages.map.links import Links
from viewer.pages.map.page_names import name_of, page_names
from viewer.questions import Asked


@dataclass(frozen=True)
class ShownFunnel:
    """`journey`: with the steps that are none of its touchpoints. `before`: the same funnel in as many days just
    before."""

    lang: Language
    urls: Urls
    asked: Asked
    journey: Journey
    links: Links
    funnel: FunnelAsked
    found: Funnel | None = None
    before: Funnel | None = None
    sets: Mapping[str, str] = field(default_factory=dict)  # the names of what it is split into

    @cached_property
    def touchpoints(self) -> dict[str, Touchpoint]:
        return {touchpoint.key: touchpoint for _, touchpoint in self.journey.touchpoints}

    @cached_property
    def _page_names(self) -> dict[str, str]:
        return page_names(list(self.asked.known.snapshots))

    def name(self, key: str) -> str:
        """The name of a step: of a touchpoint, a page, a page group, an element or an event."""
        if key.startswith(PAGE):
            page = key.removeprefix(PAGE)
            return page if is_pattern(page) else name_of(self.page(key), self._page_names)
        touchpoint = self.touchpoints.get(key)
        return self.lang.words(touchpoint.name if touchpoint else {}, bare_step(key))

    def page(self, key: str) -> str:
        """A page of a step that has a picture; else its first pattern, "" without any."""
        touchpoint = self.touchpoints[key]
        patterns = touchpoint.patterns or drawn_patterns(touchpoint)
        found = (page for page in self._pictured if selects(patterns, page))
        return next(found, next(iter(drawn_patterns(touchpoint)), ""))

    def map_of(self, key: str) -> str:
        """The page, pattern or page group that the maps of a step are asked for; "" without any."""
        if key.startswith(GROUP):
            return bare_step(key)
        patterns = drawn_patterns(self.touchpoints[key])
        return patterns[0] if len(patterns) == 1 and is_pattern(patterns[0]) else self.page(key)

    def is_pictured(self, page: str) -> bool:
        return page in self._pictured

    def width(self, page: str) -> int:
        """The width of the picture of a page that fits the device that is asked about; 0 without a picture."""
        here = [one for one in self.asked.known.snapshots if one.page == page and not one.variant and not one.state]
        return best_width((one.width for one in here), self.asked.question.device)

    @cached_property
    def _pictured(self) -> dict[str, None]:
        return dict.fromkeys(one.page for one in self.asked.known.snapshots if not one.variant and not one.state)

    @cached_property
    def changes(self) -> tuple[ShareTest, ...]:
        """The share of each further step that came from the step before, against the period before; all are tested
        together. Empty without a period before."""
        if self.found is None or self.before is None:
            return ()
        pairs = [
            (then.visitors, of_then.visitors, now.visitors, of_now.visitors)
            for of_then, then, of_now, now in zip(
                self.before.steps, self.before.steps[1:], self.found.steps, self.found.steps[1:], strict=False
            )
        ]
        return tuple(share_tests(pairs))

    def fell(self, step: int) -> bool:
        """Whether fewer came from the step before than in the period before, by more than chance."""
        return 0 < step <= len(self.changes) and self.changes[step - 1].verdict == "less"

    @cached_property
    def worst(self) -> int:
        """The step whose share fell furthest; 0 if none fell."""
        fallen = [n for n in range(1, len(self.changes) + 1) if self.fell(n)]
        return min(fallen, key=lambda n: self.changes[n - 1].difference.diff, default=0)

    @property
    def is_edited(self) -> bool:
        """Whether what was seen is offered as steps."""
        return bool(dict(self.links.extra).get("edit"))

    @property
    def window(self) -> str:
        """`7 days`."""
        return self.lang.plural("%(num)s day", "%(num)s days", self.funnel.window_days)
