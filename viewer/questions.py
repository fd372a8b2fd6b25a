"""The question of a request: parsed and resolved by rules/question.py against what the site has.

What the site has is read once for a page. The pictures of the page come right after it with the same question: for
some seconds they find it remembered, and read neither the site, nor its definitions, nor its list of snapshots again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request

from aggregator.queries.pages import all_pages
from rules.faults import Fault, Faults
from rules.find import all_of, site_of
from rules.page import needs_visits
from rules.period import Period, today
from rules.question import Asks, Question, parse
from rules.resolve import Known, resolve
from store.client import Store
from store.definitions import Definitions
from store.records import Experiment, Site
from store.snapshots import Snapshots
from viewer.http.errors import Problem
from viewer.states import defined_states
from viewer.work import Work

SECONDS = 10.0  # how long the pictures of a page find what the site has remembered; a change forgets it at once

# code of the fault → status and code of the error; all others are 400 bad_parameter
_ERRORS = {"no_state": (404, "no_snapshot"), "not_http": (400, "not_a_page")}


@dataclass(frozen=True)
class Asked:
    """A question as it was understood, what is wrong with it, and the site's records it was read against."""

    question: Question
    faults: tuple[Fault, ...]
    known: Known
    today: date

    @property
    def site(self) -> Site:
        return self.known.site

    @property
    def status(self) -> int:
        """HTTP status of the answer, as far as the question decides it."""
        return _error(self.faults)[0] if self.faults else 200

    def checked(self) -> Question:
        """The question; the Problem that tells all its faults where it has any."""
        if self.faults:
            raise problem_of(Faults(self.faults))
        return self.question


def problem_of(faults: Faults) -> Problem:
    """The error of a question with faults."""
    status, code = _error(faults.all)
    allowed = [f"Allowed for {one.field}: {one.values['allowed']}" for one in faults if one.values.get("allowed")]
    return Problem(status, code, faults.sentence, ". ".join(allowed), faults=faults.all)


def _error(faults: Sequence[Fault]) -> tuple[int, str]:
    (first, *others) = {_ERRORS.get(one.code, (400, "bad_parameter")) for one in faults}
    return first if not others else (400, "bad_parameter")


class Questions:
    """Reads the questions of requests. An unknown site is Problem 404."""

    def __init__(self, store: Store, definitions: Definitions, snapshots: Snapshots, work: Work) -> None:
        self._store = store
        self._definitions = definitions
        self._snapshots = snapshots
        self._work = work

    async def read(self, request: Request, asks: Asks, *, remembered: bool = False) -> Asked:
        """The question of a request to `/sites/{site}/…`. `remembered`: it may be some seconds behind."""
        known = await self.known(request, remembered=remembered)
        return await self.resolve(known, request.query_params, asks, remembered=remembered)

    async def known(self, request: Request, *, remembered: bool = False) -> Known:
        """What the site that the address names has."""
        name = str(request.path_params["site"])

        def read() -> Known:
            site = site_of(self._definitions, name)
            return Known(
                site=site,
                snapshots=tuple(self._snapshots.list(int(site.id))),
                states=tuple(defined_states(self._definitions, site)),
                experiments=all_of(self._definitions, Experiment, site.id).records,
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
        """The question of a query; `default` is its period where it names none."""
        day, site = today(), int(known.site.id)
        reading = parse(site, query, asks, day, default)
        if reading.question.page and needs_visits(reading.question.page, known.pages):

            def visited() -> tuple[str, ...]:
                return tuple(all_pages(self._store, site))

            pages = await self._work.once(("visited", site), SECONDS, visited, fresh=not remembered, light=True)
            known = replace(known, visited=pages)
        resolved = resolve(reading, known)
        return Asked(resolved.question, resolved.faults, known, day)
