"""What a map's address asks for, read and checked in one place.

Every refusal is a 400 that names the parameter and what it may be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from starlette.requests import Request

from aggregator.queries.pages import all_pages
from aggregator.shapes.scope import Scope
from store.client import Store
from store.definitions import Definitions
from store.devices import DEVICES, Device
from store.kinds import MAP_KINDS, MapKind
from store.pages import canonical_page, page_path
from store.records import Experiment, PageState, Site
from store.snapshots import Snapshots
from viewer.drawing.palette import PALETTES, Palette
from viewer.http.errors import Problem, bad_parameter
from viewer.measured import measured_experiment
from viewer.work import Work

DAYS = 28  # the usual period
LONGEST = 3660  # days
WIDTHS = (200, 10_000)  # CSS px
_HOST = re.compile(r"^(localhost|[\w\-]+(\.[\w\-]+)+|\[[0-9a-fA-F:]+\]|[\w\-]+(?=:\d))(:\d+)?(/|$)")
_WORD = r"[\w.:\-]{1,64}"


def device_of(width: int) -> str:
    """The device class of a picture's width in px."""
    return "phone" if width < 600 else "tablet" if width < 1024 else "desktop"


def today() -> date:
    """Days are those of UTC, as in the tables."""
    return datetime.now(UTC).date()


def period(query: Mapping[str, str], default_days: int = DAYS) -> tuple[date, date]:
    """First and last day, both included, from `since`, `until` and `days`."""

    def day(name: str) -> date | None:
        text = query.get(name, "")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise bad_parameter(name, f"{text!r} is not a day.", "a day like 2026-11-21") from None

    since, until = day("since"), day("until") or today()
    days = number(query, "days", 1, LONGEST) or default_days
    since = since or until - timedelta(days=days - 1)
    if since > until:
        raise bad_parameter("since", f"{since} lies after until ({until}).", "a day not after `until`")
    return since, until


def number(query: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    """A whole number within bounds, None where it is not given."""
    text = query.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
        raise bad_parameter(name, f"{text[:40]!r} does not fit.", f"a whole number from {low} to {high}")
    return int(text)


def choice(query: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> Any:
    """One of `allowed`; `default` where it is not given."""
    text = query.get(name) or default
    if text not in allowed and text != default:
        raise bad_parameter(name, f"there is no {text[:40]!r}.", ", ".join(allowed))
    return text


def flag(query: Mapping[str, str], name: str) -> bool:
    return choice(query, name, ("1", "0", "true", "false"), "0") in ("1", "true")


def only(query: Mapping[str, str], allowed: tuple[str, ...]) -> None:
    """Refuse parameters that nobody reads: a misspelt one would give another answer than was asked for."""
    for name in query:
        if name not in allowed:
            raise Problem(
                400, "unknown_parameter", f"There is no parameter {name[:40]!r} here.", f"Allowed: {', '.join(allowed)}"
            )


def canonical(site: Site, text: str, known: list[str]) -> str:
    """The page that people mean by an address, `host/path` or `/path`, patterns (`/lamps/*`) included.

    `known` are pages of the site, best first: they decide which host a bare path belongs to.
    """
    if "://" in text:
        return canonical_page(text, site.keep_query)
    if text in known:
        return text
    if text.startswith("/"):
        if ("*" in text or "{" in text) and not any(page_path(page) == text for page in known):
            return text  # a pattern over all hosts
        hosts = [domain for domain in site.domains if not domain.startswith("*")]
        hosts += [page[: page.index("/")] for page in known if "/" in page]
        pages = [canonical_page(f"https://{host}{text}", site.keep_query) for host in dict.fromkeys(hosts)]
        if not pages:
            raise bad_parameter("page", f"{text!r} needs its host.", "an address, host/path")
        return next((page for page in known if page in pages), pages[0])
    if _HOST.match(text):
        if "{" in text:
            return text  # a pattern: `shop.example/lamps/{name}`
        return canonical_page(f"https://{text}", site.keep_query)
    raise bad_parameter("page", f"{text[:80]!r} is neither an address nor a path.", "an address, host/path, or /path")


class Resolver:
    """Turns the names in a question into what a site has: pages, variants, states."""

    def __init__(self, store: Store, definitions: Definitions, snapshots: Snapshots, work: Work) -> None:
        self._store = store
        self._definitions = definitions
        self._snapshots = snapshots
        self._work = work

    async def page(self, site: Site, text: str) -> str:
        """`canonical`, with the pages that the site has pictures of, then those it has visits of."""
        if not text:
            raise bad_parameter("page", "is missing.", "an address, host/path, or /path")
        if "://" in text:
            return canonical(site, text, [])

        def known() -> list[str]:
            pages = [s.page for s in self._snapshots.list(int(site.id))]
            if text not in pages and not any(page_path(page) == text for page in pages):
                pages += all_pages(self._store, int(site.id))
            return list(dict.fromkeys(pages))

        return canonical(site, text, await self._work.run(known))

    async def variant(self, site: Site, text: str) -> tuple[str, str] | None:
        """`EXPERIMENT:KEY` as (experiment id, key). An experiment that is defined must have that variant."""
        if not text:
            return None
        experiment, _, key = text.rpartition(":")
        if not experiment or not re.fullmatch(_WORD, key):
            raise bad_parameter("variant", f"{text[:80]!r} cannot be read.", "EXPERIMENT:VARIANT")
        for defined in await self._work.run(self._definitions.find, Experiment, site=site.id):
            if experiment in (defined.id, defined.name):
                keys = tuple(v.key for v in defined.variants)
                if key not in keys:
                    allowed = ", ".join(f"{defined.id}:{k}" for k in keys)
                    raise bad_parameter("variant", f"{defined.name} has no variant {key!r}.", allowed)
                return defined.id, key
        return experiment, key  # measured without being defined here

    async def experiment(self, site: Site, scope: Scope, name: str) -> Experiment:
        """The experiment of this name, defined or measured; Problem 404 for one that no page reports either."""
        return await self._work.run(measured_experiment, self._definitions, self._store, site, scope, name)

    async def map_query(self, request: Request, site: Site) -> MapQuery:
        """Read the query of a map's address; Problem 400 for what cannot be."""
        query = request.query_params
        since, until = period(query)
        device = choice(query, "device", (*DEVICES, "all"), "")
        kind, state = choice(query, "kind", MAP_KINDS, "click"), query.get("state", "")
        if kind == "scroll" and state:
            raise bad_parameter("state", "reach is that of the page as it opens.", "none for kind=scroll")
        return MapQuery(
            site=site,
            kind=kind,
            since=since,
            until=until,
            page=await self.page(site, query.get("page", "")),
            variant=await self.variant(site, query.get("variant", "")),
            device="" if device == "all" else device,
            bots=flag(query, "bots"),
            width=number(query, "width", *WIDTHS),
            state=await self._work.run(state_key, self._definitions, site, state) if state else "",
            palette=choice(query, "palette", PALETTES, "light"),
            cap=_cap(query),
        )


def state_key(definitions: Definitions, site: Site, name: str) -> str:
    """The key that pictures carry of a state given by key or name; what is not defined is taken for a key."""
    found = [state for state in definitions.find(PageState, site=site.id) if not state.first]
    keys = [s.key for s in found if s.key == name] + [s.key for s in found if s.name == name]
    return next(iter(keys), name)


@dataclass(frozen=True)
class MapQuery:
    """One map: what `/sites/{site}/heatmap`, heat.png and the API's heatmap have in common."""

    site: Site
    page: str  # canonical, or a pattern
    kind: MapKind
    since: date
    until: date
    variant: tuple[str, str] | None = None
    device: Device | Literal[""] = ""  # empty = all
    bots: bool = False
    width: int | None = None  # of the picture; None = the widest there is
    state: str = ""
    palette: Palette = "light"
    cap: float | None = None  # forces the top of the scale, so that two maps share it

    NAMES = ("page", "kind", "since", "until", "days", "variant", "device", "bots", "width", "state", "palette", "cap")

    def scope(self) -> Scope:
        return Scope(
            site=int(self.site.id),
            pages=(self.page,),
            kind=self.kind,
            since=self.since,
            until=self.until,
            variant=self.variant,
            device=self.device,
            bots=self.bots,
        )


def _cap(query: Mapping[str, str]) -> float | None:
    text = query.get("cap", "")
    try:
        cap = float(text) if text else None
    except ValueError:
        cap = -1.0
    if cap is not None and not 0 < cap < 1e12:
        raise bad_parameter("cap", f"{text[:40]!r} does not fit.", "a number above 0")
    return cap
