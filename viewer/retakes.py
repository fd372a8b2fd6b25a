"""The scheduled retakes of a site: which pictures, when each is due, and how the last attempt went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aggregator.queries.traffic import read_hours, read_visited
from aggregator.shapes.scope import SiteScope
from rules.find import all_of
from store.client import Store
from store.definitions import Definitions
from store.notes import read_note
from store.records import Experiment, Site
from store.retakes import LastRetake, Retakes
from store.snapshots import Snapshot, Snapshots
from viewer.http.errors import Problem
from viewer.retake_times import begins, next_retake, quiet_hour
from viewer.snapshot.request import PictureRequest
from viewer.states import defined_states, planned_pictures
from viewer.work import Work

TRAFFIC_DAYS = 28  # a page without views in these days is not retaken


@dataclass(frozen=True)
class PageRetakes:
    """The newest pictures of a page that are retaken, when the first of them is due and when it begins (ms), and the
    last retake."""

    page: str
    pictures: tuple[Snapshot, ...]
    due: int
    begins: int
    last: LastRetake


@dataclass(frozen=True)
class SiteRetakes:
    """The pages of a site that are retaken, the busiest first, and the quiet hour in which that happens."""

    site: Site
    quiet: int
    pages: tuple[PageRetakes, ...]

    def of(self, page: str) -> PageRetakes | None:
        return next((one for one in self.pages if one.page == page), None)

    def due_pictures(self, page: PageRetakes, now: int) -> list[Snapshot]:
        """The pictures of a page that are due at `now`, ms since 1970."""
        return [one for one in page.pictures if _due(self.site, one, page.last, self.quiet) <= now]


def scheduled_retakes(
    store: Store, definitions: Definitions, snapshots: Snapshots, site: Site, now: int
) -> SiteRetakes:
    """The retakes of a site at `now` (ms since 1970); no pages without a schedule.

    Only pages with views in the last TRAFFIC_DAYS, and only pictures that the camera has taken, in states that are
    defined, and of the page itself or of an experiment that runs.
    """
    if site.retake == "never":
        return SiteRetakes(site, 0, ())
    today = site.zone.day(now)
    scope = SiteScope(int(site.id), today - timedelta(days=TRAFFIC_DAYS - 1), today, zone=site.zone)
    states = {"", *(state.key for state in defined_states(definitions, site))}
    running = {""} | {
        f"{experiment.id}={variant.key}"
        for experiment in all_of(definitions, Experiment, site.id).records
        if not experiment.ended or experiment.ended >= today.isoformat()
        for variant in experiment.variants
    }
    of_page: Mapping[str, list[Snapshot]] = defaultdict(list)
    for one in snapshots.newest(int(site.id)):
        if one.variant in running and one.state in states and not _own_browser(one):
            of_page[one.page].append(one)
    quiet = quiet_hour(read_hours(store, scope))
    last = Retakes(store).of(int(site.id))
    visited = [page for page in read_visited(store, scope) if page in of_page]
    pages = []
    for page in visited:
        retake = last.get(page, LastRetake(page))
        due = min(_due(site, one, retake, quiet) for one in of_page[page])
        pages.append(PageRetakes(page, tuple(of_page[page]), due, begins(now, due, quiet, site.zone), retake))
    return SiteRetakes(site, quiet, tuple(pages))


def requests_of(definitions: Definitions, site: Site, pictures: Sequence[Snapshot]) -> list[PictureRequest]:
    """What to ask the camera for, to take pictures of a page again: one request for the widths of each address,
    variant and state. States that are not defined at these widths are left out."""
    widths: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for one in pictures:
        widths[one.page, one.url, one.variant, one.state].append(one.width)
    requests = []
    for (page, url, variant, state), of_series in widths.items():
        try:
            (planned,) = planned_pictures(definitions, site, page, sorted(of_series, reverse=True), state)
        except Problem:
            continue
        requests.append(PictureRequest(site, url, planned.widths, variant, planned.recipe, page))
    return requests


class RetakeReader:
    """The scheduled retakes for routes, read in threads."""

    def __init__(self, store: Store, definitions: Definitions, snapshots: Snapshots, work: Work) -> None:
        self._store = store
        self._definitions = definitions
        self._snapshots = snapshots
        self._work = work

    async def of(self, site: Site, now: int) -> SiteRetakes:
        return await self._work.run(scheduled_retakes, self._store, self._definitions, self._snapshots, site, now)


def _due(site: Site, picture: Snapshot, last: LastRetake, quiet: int) -> int:
    return next_retake(site.retake, picture.taken, last.begun, last.failures, quiet, site.zone)


def _own_browser(snapshot: Snapshot) -> bool:
    return any(read_note(stored).code == "own_browser" for stored in snapshot.warnings)
