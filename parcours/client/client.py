"""A client of the JSON API (docs/api.md) that reads: typed records, grids as numpy arrays, errors as exceptions."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec
import numpy as np

from parcours.client.records import (
    GridMap,
    IdentityAnswer,
    JourneyAnswer,
    MapAnswer,
    MeasuredFunnel,
    NeedAnswer,
    PageComparison,
    PageReach,
    ReachRecord,
    SiteAnswer,
)
from parcours.connection import ApiError, error_of
from store.kinds import PointKind

T = TypeVar("T")
BUSY = (429, 503)
LONGEST_WAIT = 60  # seconds for one Retry-After
USUAL_WAIT = 1  # seconds without Retry-After


class ParcoursClient:
    """Asks a server at `url` with a `token` (`parcours token NAME --role viewer` makes one).

    `timeout` in seconds of one request. An answer of 429 or 503 is asked again up to `retries` times, after as many
    seconds as its Retry-After says (at most 60). All methods raise ApiError (`code`, `message`, `hint`, `status`; 0 if
    the server cannot be reached). `site` is the id or name of a site; `query` are the parameters of the API's question:
    days, since, until, device, segment, filters.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 60,
        retries: int = 2,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/")
        self._retries, self._sleep = retries, sleep
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=self.url, headers=headers, timeout=timeout, transport=transport)

    def __enter__(self) -> ParcoursClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def identity(self) -> IdentityAnswer:
        """Whose the token is, and what it may do."""
        return self._read(IdentityAnswer, self._get("/identity").json())

    def sites(self) -> tuple[SiteAnswer, ...]:
        """The sites that the token may read."""
        return self._read(tuple[SiteAnswer, ...], self._get("/sites").json()["sites"])

    def needs(self, site: str, **query: object) -> tuple[NeedAnswer, ...]:
        """The elements that need attention, those that hurt most visitors first."""
        return self._read(tuple[NeedAnswer, ...], self._get(_of(site, "needs"), query).json()["elements"])

    def figures(self, site: str, page: str, kind: PointKind = "click", **query: object) -> MapAnswer:
        """The figures of a map of clicks or hovers, without its grid."""
        found = self._get(_of(site, "heatmap"), {**query, "page": page, "kind": kind, "points": 0})
        return self._read(MapAnswer, found.json())

    def map(self, site: str, page: str, kind: PointKind = "click", **query: object) -> GridMap:
        """A map of clicks or hovers with its grid. Both are asked for the same dates and the same width."""
        found = self._get(_of(site, "heatmap"), {**query, "page": page, "kind": kind, "points": 0}).json()
        same = {name: found["query"][name] for name in ("since", "until")} | {"width": found["snapshot"]["width"]}
        asked = {name: value for name, value in query.items() if name != "days"} | same
        grid = self._get(_of(site, "heatmap"), {**asked, "page": page, "kind": kind, "format": "npy"})
        return GridMap(self._read(MapAnswer, found), np.load(io.BytesIO(grid.content), allow_pickle=False))

    def reach(self, site: str, page: str, **query: object) -> PageReach:
        """How far down a page was seen, and how long each part of it was in view."""
        answer = self._get(_of(site, "heatmap"), {**query, "page": page, "kind": "scroll"}).json()
        found = self._read(ReachRecord, answer)
        return PageReach(found, *(np.array(one, np.float64) for one in (found.depth, found.share, found.attention)))

    def compare(self, site: str, page: str, **query: object) -> PageComparison:
        """Two sets of the visitors of a page (`with_`: before, rest, segment:ID, …) or the variants of an
        `experiment`."""
        asked = {name.rstrip("_"): value for name, value in query.items()}
        return self._read(PageComparison, self._get(_of(site, "compare"), {**asked, "page": page}).json())

    def journey(self, site: str, journey: str, **query: object) -> JourneyAnswer:
        """A journey measured."""
        return self._read(JourneyAnswer, self._get(_of(site, "journeys", journey, "map"), query).json())

    def funnel(self, site: str, journey: str, **query: object) -> MeasuredFunnel:
        """Visitors who did the steps of a journey one after another (`steps`: touchpoints separated by commas)."""
        return self._read(MeasuredFunnel, self._get(_of(site, "journeys", journey, "funnel"), query).json())

    def _get(self, path: str, query: dict[str, object] | None = None) -> httpx.Response:
        params: dict[str, Any] = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        for attempt in range(self._retries + 1):
            try:
                answer = self._http.get(f"/api/v1{path}", params=params)
            except httpx.TransportError as error:
                words = f"Nothing answers at {self.url} ({error or type(error).__name__})."
                raise ApiError(0, "unreachable", words, "Check the address, and that the server runs.") from error
            if answer.status_code not in BUSY or attempt == self._retries:
                break
            self._sleep(_wait(answer))
        if answer.status_code >= 300:
            raise error_of(answer)
        return answer

    def _read(self, kind: type[T], found: object) -> T:
        try:
            return msgspec.convert(found, kind)
        except msgspec.ValidationError as error:
            words = f"The answer of {self.url} is not as expected: {error}"
            raise ApiError(200, "unclear", words, "The server may be of another version.") from error


def _wait(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(int(text), LONGEST_WAIT) if text.isascii() and text.isdigit() else USUAL_WAIT


def _of(site: str, *parts: str) -> str:
    return "/sites/" + "/".join(quote(part, safe="") for part in (site, *parts))
