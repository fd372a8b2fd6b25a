"""The gate of sites that keep counts only: what needs the rows of visitors is refused, with the reason.

Whatever is not named here is refused, so a new page has to be admitted. Small counts need no gate: they are not kept
(aggregator/queries/closing.py), and rows of open days are stored where no question looks (store/open_days.py).
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aggregator.queries.closing import has_rows
from rules.find import NotFound, site_of
from rules.question import Question
from store.client import Store
from store.definitions import Definitions
from store.records import Site
from viewer.http.errors import Problem, wants_json
from viewer.http.urls import Urls
from viewer.work import Work

SECONDS = 10.0  # how long it is remembered that no rows are left
# First part of a path below a site: what is set up, pictures, maps, and the counts themselves.
ADMITTED = frozenset((
    "settings", "check", "domains", "activity",
    "people", "privacy", "erasing", "delete", "rotate-key", "counts", "heatmap", "heat.png", "thumb.webp", "pictures",
    "picture-history", "sign-in", "own-browser", "states", "shares", "matching", "health", "snapshots", "retakes",
    "secrets", "cookies", "erasures", "sources", "visitors", "invitations",
))  # fmt: skip
NOT_ADMITTED = ("/heatmap/element", "/heatmap/zone")  # need the rows of the element's visitors
TO_COUNTS = ("/overview", "/pages")  # pages in whose place the counts are shown
# First part of a path → the code of the reason (viewer/pages/errors/page.py); counts_rows for all others
REASONS = {
    **dict.fromkeys(
        ("journeys", "journeys-from-template", "journeys-from-seen", "journeys-from-file", "deleted-journeys",
         "their-journey", "import-journey", "goals", "goal-figures", "offsite"), "counts_journeys"),
    **dict.fromkeys(("segments", "segment-figures"), "counts_segments"),
    **dict.fromkeys(("compare", "experiments", "experiment-results", "planned-size", "changes"), "counts_comparison"),
}  # fmt: skip
_MESSAGES = {
    "counts_journeys": "This site keeps counts only: nobody is followed from page to page, so journeys and goals have "
    "no figures.",
    "counts_segments": "This site keeps counts only: no visitor is known, so there is nobody to put into segments.",
    "counts_comparison": "This site keeps counts only: two sets of visitors cannot be told apart, so nothing can be "
    "compared.",
    "counts_rows": "This site keeps counts only: this page needs single visits, which are not kept.",
    "counts_filters": "This site keeps counts only: maps are of clicks or hovers of all visitors, without filters.",
    "counts_pending": "This site begins to keep counts only. Its earlier days are being counted.",
}
_HINT = "Ask for the counts of closed days (/counts) and for maps."


def refused(code: str) -> Problem:
    """The error with this code."""
    pending = code == "counts_pending"
    return Problem(503 if pending else 409, code, _MESSAGES[code], "Try again in a minute." if pending else _HINT)


def reason_of(path: str) -> str:
    """The code of the reason for which a path below a site, such as `/journeys/{journey}`, is refused; "" if it is not.

    >>> reason_of("/heatmap"), reason_of("/journeys/{journey}/map"), reason_of("/forms")
    ('', 'counts_journeys', 'counts_rows')
    """
    first = path.strip("/").split("/")[0]
    if path in ("", "/") or (first in ADMITTED and path not in NOT_ADMITTED):
        return ""
    return REASONS.get(first, "counts_rows")


def needs_rows(question: Question) -> bool:
    """Whether a question is about some of the visitors, or about what is not counted when a day is closed."""
    narrowed = question.device or question.filters or question.segment or question.variant or question.robots
    return bool(narrowed or question.goal or question.experiment or question.compared_with) or not (
        question.kind in ("click", "hover") and question.layer in ("", "elements", "clicks", "hover")
    )


class CountsGate:
    """Asks for the mode of sites. `store`: for the rows from before the mode was turned on."""

    def __init__(self, store: Store, definitions: Definitions, work: Work, urls: Urls) -> None:
        self._store = store
        self._definitions = definitions
        self._work = work
        self._urls = urls

    async def check(self, site: Site, question: Question) -> None:
        """Problem if the site keeps counts only and the question needs more."""
        if not site.counts_only:
            return
        if needs_rows(question):
            raise refused("counts_filters")
        if await self._work.once(("rows", site.id), SECONDS, lambda: has_rows(self._store, int(site.id)), light=True):
            raise refused("counts_pending")

    def guarding(
        self, handler: Callable[[Request], Awaitable[Response]], path: str
    ) -> Callable[[Request], Awaitable[Response]]:
        """`handler`, unless the site of the address keeps counts only and the handler's `path` needs more."""
        below = path.partition("/sites/{site}")[2]
        code = reason_of(below)
        if "{site}" not in path or not code:
            return handler

        @functools.wraps(handler)
        async def gated(request: Request) -> Response:
            site = await self._site(str(request.path_params["site"]))
            if site is None or not site.counts_only:
                return await handler(request)
            if below in TO_COUNTS and not wants_json(request):
                return RedirectResponse(self._urls.counts(site.id), status_code=303)
            raise refused(code)

        return gated

    async def _site(self, name: str) -> Site | None:
        def read() -> Site | None:
            try:
                return site_of(self._definitions, name)
            except NotFound:  # the handler says so
                return None

        return await self._work.once(("mode", name), SECONDS, read, light=True)
