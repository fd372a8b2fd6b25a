"""The question of a request: parsed and resolved by rules/question.py against what the site has.

What the site has is read once for a page. The images of the page are requested right after it with the same
question; for some seconds they use the cached records and read nothing of the site again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request

from aggregator.answers.funnel_stops import stopped_visitors
from aggregator.answers.placed_elements import placed_element, wanted_elements
from aggregator.queries.pages import all_pages
from aggregator.shapes.scope import Scope, SiteScope
from rules.faults import Fault, Faults, fault
from rules.find import all_of, named, site_of
from rules.funnel_steps import with_steps
from rules.other_set import TwoSets, two_sets
from rules.page import needs_visits
from rules.page_group import key_of
from rules.period import Period, today
from rules.question import Asks, Question, Reading, parse
from rules.resolve import Known, resolve
from rules.segment import text_of_tree
from store.client import Store
from store.definitions import Definitions
from store.journeys import Journey
from store.page_groups import PageGroup
from store.page_zones import PageZone
from store.records import Experiment, Site
from store.resolved_rules import PlacedElement, StoppedVisitors
from store.segments import FunnelStop, Goal, Group, Segment, funnel_stops
from store.snapshots import Snapshots
from store.surveys import Survey
from viewer.counts_only import CountsGate
from viewer.http.errors import Problem
from viewer.states import defined_states
from viewer.work import Work

SECONDS = 10.0  # how long a site's records are cached for the images of a page; a change drops them at once

# fault code → status and error code; 400 bad_parameter for all others
_ERRORS = {
    "no_state": (404, "no_snapshot"),
    "no_segment": (404, "no_segment"),
    "no_group": (404, "no_group"),
    "no_goal": (404, "no_goal"),
    "no_zone": (404, "no_zone"),
    "no_answer": (404, "no_answer"),
    "no_journey": (404, "no_journey"),
    "few_alike": (404, "no_way"),
    "not_http": (400, "not_a_page"),
}


@dataclass(frozen=True)
class Asked:
    """A question as understood, its faults, and the site's records that it was resolved against."""

    question: Question
    faults: tuple[Fault, ...]
    known: Known
    today: date

    @property
    def site(self) -> Site:
        return self.known.site

    @property
    def status(self) -> int:
        """HTTP status of the answer: 200, or the error of the first fault."""
        return _error(self.faults)[0] if self.faults else 200

    def checked(self) -> Question:
        """The question; raises a Problem with all its faults if it has any."""
        if self.faults:
            raise problem_of(Faults(self.faults))
        return self.question

    def sets(self) -> TwoSets:
        """The two sets that the question compares, both resolved. Problem for faults of either."""
        sets = self.sets_or_faults()
        if isinstance(sets, Faults):
            raise problem_of(sets)
        return sets

    def sets_or_faults(self) -> TwoSets | Faults:
        """The two sets that the question compares, both resolved; or the faults of either."""
        if self.faults:
            return Faults(self.faults)
        sets = two_sets(self.question, self.question.compared_with, self.today)
        if isinstance(sets, Faults):
            return sets
        a, b = (resolve(Reading(one), self.known) for one in (sets.a, sets.b))
        faults = (*a.faults, *b.faults)
        return Faults(faults) if faults else replace(sets, a=a.question, b=b.question)


def problem_of(faults: Faults) -> Problem:
    """The error for a question with faults."""
    status, code = _error(faults.all)
    allowed = [f"Allowed for {one.field}: {one.values['allowed']}" for one in faults if one.values.get("allowed")]
    return Problem(status, code, faults.sentence, ". ".join(allowed), faults=faults.all)


def _error(faults: Sequence[Fault]) -> tuple[int, str]:
    (first, *others) = {_ERRORS.get(one.code, (400, "bad_parameter")) for one in faults}
    return first if not others else (400, "bad_parameter")


def _other_groups(groups: Iterable[PageGroup], ids: Iterable[str]) -> frozenset[str]:
    """Keys and names of groups of any site, and the keys of those that were deleted."""
    return frozenset(map(key_of, ids)) | {group.name for group in groups}


class Questions:
    """Reads the questions of requests. Problem 404 for an unknown site."""

    def __init__(
        self, store: Store, definitions: Definitions, snapshots: Snapshots, work: Work, gate: CountsGate
    ) -> None:
        self._gate = gate
        self._store = store
        self._definitions = definitions
        self._snapshots = snapshots
        self._work = work

    async def read(self, request: Request, asks: Asks, *, remembered: bool = False) -> Asked:
        """The question of a request to `/sites/{site}/…`. `remembered`: cached records will do."""
        known = await self.known(request, remembered=remembered)
        return await self.resolve(known, request.query_params, asks, remembered=remembered)

    async def known(self, request: Request, *, remembered: bool = False) -> Known:
        """The records of the site that the address names."""
        return await self.known_site(str(request.path_params["site"]), remembered=remembered)

    async def known_site(self, name: str, *, remembered: bool = False) -> Known:
        """The records of the site with this id or name."""

        def read() -> Known:
            site = site_of(self._definitions, name)
            groups = all_of(self._definitions, PageGroup).records
            own = tuple(group for group in groups if group.site == site.id)
            return Known(
                site=site,
                snapshots=tuple(self._snapshots.list(int(site.id))),
                states=tuple(defined_states(self._definitions, site)),
                experiments=all_of(self._definitions, Experiment, site.id).records,
                segments=all_of(self._definitions, Segment, site.id).records,
                goals=all_of(self._definitions, Goal, site.id).records,
                zones=all_of(self._definitions, PageZone, site.id).records,
                surveys=all_of(self._definitions, Survey, site.id).records,
                groups=own,
                other_groups=_other_groups(groups, self._definitions.ids(PageGroup)) - {group.key for group in own},
            )

        return await self._work.once(("known", name), SECONDS, read, fresh=not remembered, light=True)

    async def resolve(
        self,
        known: Known,
        query: Mapping[str, str],
        asks: Asks,
        *,
        default: Period | None = None,
        remembered: bool = False,
    ) -> Asked:
        """The question of a query; `default` is the period if it names none."""
        day, site = today(known.site.zone), int(known.site.id)
        reading = parse(site, query, asks, day, default)
        if reading.question.page and needs_visits(reading.question.page, known.pages):

            def visited() -> tuple[str, ...]:
                return tuple(all_pages(self._store, site))

            pages = await self._work.once(("visited", site), SECONDS, visited, fresh=not remembered, light=True)
            known = replace(known, visited=pages)
        resolved = resolve(reading, known)
        if resolved.faults:  # nothing is asked, and the days may be reversed
            return Asked(resolved.question, resolved.faults, known, day)
        await self._gate.check(known.site, resolved.question)
        placed = await self._placed(resolved.question, known, day, remembered=remembered)
        question = replace(resolved.question, names=replace(resolved.question.names, placed=placed))
        return await self._stopped(Asked(question, (), known, day))

    async def with_tree(self, asked: Asked, tree: Group) -> Asked:
        """The same question with other rules as its segment, whose elements are looked up."""
        question = replace(asked.question, filters=(), segment=text_of_tree(tree), tree=tree)
        placed = await self._placed(question, asked.known, asked.today, remembered=True)
        question = replace(question, names=replace(question.names, placed=placed))
        return replace(await self._stopped(replace(asked, question=question)), faults=asked.faults)

    async def _placed(
        self, question: Question, known: Known, day: date, *, remembered: bool
    ) -> tuple[PlacedElement, ...]:
        """The elements that the rules of a question name, on the pictures of their pages."""
        since, until = question.period.span(day)
        wanted = tuple(wanted_elements(question.names.resolved(tree) for tree in _trees(question, known, day)))

        if not wanted or since > until:  # a reversed period is a fault, which is reported
            return ()
        scope = Scope(question.site, ("/",), "click", since, until, zone=question.zone)

        def find() -> tuple[PlacedElement, ...]:
            return tuple(placed_element(self._store, self._snapshots, scope, one) for one in wanted)

        return await self._work.once(("placed", scope, wanted), SECONDS, find, fresh=not remembered)

    async def _stopped(self, asked: Asked) -> Asked:
        """The question with the visitors of the funnels that its rules name; or with a fault for each funnel whose
        journey or steps the site does not have."""
        question, stopped, faults = asked.question, [], []
        for stop in dict.fromkeys(one for tree in _own_trees(asked) for one in funnel_stops(tree)):
            found = await self._work.run(self._visitors_at, replace(asked, question=question), stop)
            if isinstance(found, StoppedVisitors):
                stopped.append(found)
                question = replace(question, names=replace(question.names, stopped=tuple(stopped)))
            else:
                faults.append(found)
        return replace(asked, question=question, faults=tuple(faults))

    def _visitors_at(self, asked: Asked, stop: FunnelStop) -> StoppedVisitors | Fault:
        """The visitors at a place in a funnel. Its `among` may name those of others, which `asked` has."""
        known, site = asked.known, int(asked.site.id)
        journey = named(all_of(self._definitions, Journey, asked.site.id).records, stop.journey)
        if journey is None:
            return fault("segment", "no_journey", value=stop.journey)
        whole = with_steps(journey, stop.steps, known)
        if isinstance(whole, Faults):
            return next(one.under("segment") for one in whole)
        among = asked.question.names.resolved(stop.among) if stop.among else None
        since, until = date.fromisoformat(stop.since), date.fromisoformat(stop.until)
        scope = SiteScope(site, since, until, stop.device, asked.question.zone, among)
        return stopped_visitors(self._store, whole, scope, stop)


def _own_trees(asked: Asked) -> list[Group]:
    return _trees(asked.question, asked.known, asked.today)


def _trees(question: Question, known: Known, day: date) -> list[Group]:
    """The rules of a question, and of the set that it is compared with."""
    others = two_sets(question, question.compared_with, day) if question.compared_with else None
    asked = [question] if others is None or isinstance(others, Faults) else [others.a, others.b]
    trees = [tree for one in asked if (tree := resolve(Reading(one), known).question.group)]
    return [*(stop.among for tree in trees for stop in funnel_stops(tree) if stop.among), *trees]
