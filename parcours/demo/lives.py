"""What simulated visitors do over the weeks: visits from search, letters or a link, an order, and what follows it.

The shares are those of `scenario.Story`. What happens elsewhere is a `Contact`: a line of the shop's own file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from collector.wire import Batch
from parcours.demo.scenario import STORY, Dates, Story
from parcours.demo.simulated_visits import BY_CHANCE, TESTED, SimulatedVisit, VisitPlan, VisitSimulator
from parcours.demo.visitors import DAY, Visitor, visitor

TRIES = 3  # visits at most without an order, after the first one
CHECKOUT = ("/basket", "/checkout", "/thanks")
LETTER = "utm_source=letter&utm_medium=email&utm_campaign="
SEARCH = "https://www.google.com/"
START_RETURN = "button#start-return"


@dataclass(frozen=True)
class Contact:
    """Something that happened away from the site: `touchpoint` is where, `value` in euros."""

    key: str  # of the customer, in the shop's own files
    time: int  # ms since 1970
    name: str
    touchpoint: str = ""
    value: float | None = None


@dataclass
class Life:
    """Everything that one visitor did."""

    visitor: Visitor
    visits: list[SimulatedVisit] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)

    @property
    def batches(self) -> list[Batch]:
        return [batch for visit in self.visits for batch in visit.batches]

    @property
    def orders(self) -> int:
        return sum(visit.ordered for visit in self.visits)


class LifeSimulator:
    """`simulator` makes the visits, from the same source of chance."""

    def __init__(self, simulator: VisitSimulator, dates: Dates, random: Random, story: Story = STORY) -> None:
        self.simulator, self.dates, self.random, self.story = simulator, dates, random, story

    def live(self, number: int) -> Life:
        """The life of the visitor with this number, from the first visit to now. The number decides the variant."""
        someone = visitor(self.random, self.dates.now, "ab"[number % 2])
        life = Life(someone)
        last = self._visit(life, someone)
        for _ in range(TRIES):
            if last.ordered or not self._does(self.story.comes_back):
                break
            last = self._come_back(life, last)
        if not last.ordered and self._does(self.story.visits_shop):
            last = self._visit_shop(life, last)
        if last.ordered:
            self._after_order(life, last.ended)
        return life

    def _does(self, share: float) -> bool:
        return self.random.random() < share

    def _later(self, since: int, least: float, most: float) -> int:
        """A moment between `least` and `most` days after `since`."""
        return since + round(self.random.uniform(least, most) * DAY)

    def _visit(self, life: Life, someone: Visitor, plan: VisitPlan = BY_CHANCE) -> SimulatedVisit:
        visit = self.simulator.visit(someone, plan)
        if visit.batches:
            life.visits.append(visit)
        return visit

    def _come_back(self, life: Life, last: SimulatedVisit) -> SimulatedVisit:
        """Directly, by a search or by a letter, some days after the last visit."""
        referrer, query = self.random.choice((("", ""), ("", ""), (SEARCH, ""), ("", LETTER + "november")))
        entry = self.random.choice(("/table-lamps", TESTED, TESTED, "/basket"))
        came = self._later(last.ended, 0.6, 6)
        return self._visit(life, replace(life.visitor, came=came, entry=entry, referrer=referrer, query=query))

    def _visit_shop(self, life: Life, last: SimulatedVisit) -> SimulatedVisit:
        """See the lamps in the shop in Lyon; some order on the site afterwards."""
        came = self._later(last.ended, 0.5, 8)
        self._contact(life, came, "shop_visit", "shop")
        if not self._does(self.story.after_shop):
            return last
        return self._planned(life, self._later(came, 0.2, 4), (TESTED, *CHECKOUT))

    def _after_order(self, life: Life, ordered: int) -> None:
        """The parcel and its help, then letters, a review, the club and the next order."""
        story = self.story
        delivered = self._later(ordered, 1.5, 4)
        self._contact(life, delivered, "parcel_delivered", "parcel")
        if self._does(story.asks_help):
            self._planned(life, self._later(ordered, 0.6, 6), ("/help",))
        if self._does(story.calls):
            self._contact(life, self._later(ordered, 0.6, 9), "call", "calls")
        if self._does(story.sends_back):
            back = self._planned(life, self._later(delivered, 1, 12), ("/help",), uses=(START_RETURN,))
            self._contact(life, self._later(back.ended, 2, 5), "return_received", "returns", -129.0)
        if self._does(story.opens_letter):
            self._planned(life, self._later(delivered, 4, 20), ("/care",), "care")
        if self._does(story.reviews):
            uses = ("button#send-review",)
            self._planned(life, self._later(delivered, 6, 18), ("/review",), "review", uses)
        if self._does(story.joins_club):
            self._planned(life, self._later(delivered, 8, 25), ("/club",), "club", ("button#join-club",))
        if self._does(story.buys_again):
            self._planned(life, self._later(delivered, 7, 28), ("/table-lamps", "/table-lamps/galet", *CHECKOUT))

    def _planned(
        self, life: Life, came: int, pages: Sequence[str], letter: str = "", uses: Sequence[str] = ()
    ) -> SimulatedVisit:
        """A visit to these pages; `letter`: the campaign of the letter whose link was followed."""
        query = LETTER + letter if letter else ""
        someone = replace(life.visitor, came=came, entry=pages[0], referrer="", query=query)
        return self._visit(life, someone, VisitPlan(tuple(pages), frozenset(uses)))

    def _contact(self, life: Life, time: int, name: str, touchpoint: str, value: float | None = None) -> None:
        if time < self.dates.now:
            life.contacts.append(Contact(life.visitor.id.removeprefix("@"), time, name, touchpoint, value))
