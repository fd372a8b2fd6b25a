"""What a link to a map, a comparison or a report shows, and the pictures of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.faults import InvalidDefinition
from rules.find import NotFound, usable
from store.definitions import Missing
from store.records import Site
from store.reports import Report
from store.shares import Share
from store.snapshots import Snapshots
from viewer.drawing.look import Look
from viewer.heat_strips import heat_strip, side_strip
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.maps import Maps
from viewer.pages.compare.alone import ComparisonAlone, ComparisonsAlone
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.alone import MapAlone, MapsAlone
from viewer.pages.reports.paper import Paper, ReportPapers
from viewer.registry import Registry
from viewer.work import Work

LOOKS = {"heat": Look(), "heat-dark": Look(palette="dark")}
ROWS = 14  # elements in the table


@dataclass(frozen=True)
class SharedUrls(Urls):
    """Addresses of the pictures below the link. All parameters are those of the link, so none is in an address."""

    secret: str = ""
    part: int = 0

    def strip(self, site: str, snapshot: int, n: int) -> str:
        return self.shared_picture(self.secret, self.part, "page", n)

    def heat(self, site: str, **query: object) -> str:
        layer = "heat-dark" if query.get("palette") == "dark" else "heat"
        return self.shared_picture(self.secret, self.part, layer, int(str(query["strip"])))


@dataclass(frozen=True)
class SharedMaps:
    """Reads what links show."""

    alone: MapsAlone
    comparisons: ComparisonsAlone
    papers: ReportPapers
    registry: Registry
    maps: Maps
    snapshots: Snapshots
    work: Work
    urls: Urls

    async def paper(self, lang: Language, share: Share, secret: str) -> Paper | None:
        """The report of a link; None if it was deleted."""
        found = await self._report(share)
        if found is None:
            return None
        report, site = found
        zoned = replace(lang, zone=site.zone)
        return await self.papers.paper(zoned, report, site.name, lambda n: SharedUrls(self.urls.base, secret, n))

    async def _report(self, share: Share) -> tuple[Report, Site] | None:
        try:
            site = await self.registry.named(share.site)
            return usable(await self.registry.find(Report, share.target, site)), site
        except (NotFound, InvalidDefinition):
            return None

    async def strip(self, lang: Language, share: Share, part: int, layer: str, n: int) -> tuple[bytes, str] | None:
        """A strip of the picture of a part's page (`page`) or of the heat over it (a key of LOOKS), and its type of
        image; None for any other, and if what the link is about was deleted. `part`: of a report; of a map, 0; of a
        comparison, 0 for A and 1 for B."""
        if share.kind == "report":
            found_report = await self._report(share)
            return await self.papers.picture(lang, found_report[0], part, layer, n) if found_report else None
        try:
            if share.kind == "comparison":
                return await self._strip_of_side(share, part, layer, n)
            return await self._strip_of_map(lang, share, layer, n) if part == 0 else None
        except Missing:
            return None
        except Problem as problem:
            if problem.status != 404:
                raise
        return None

    async def _strip_of_map(self, lang: Language, share: Share, layer: str, n: int) -> tuple[bytes, str] | None:
        setting = await self.alone.setting(lang, share.site, share.query, self.urls)
        found = await self.alone.answer(setting) if setting else None
        if found and layer == "page":
            return await self.work.run(self.snapshots.strip, found.figures.snapshot.id, n), "webp"
        if found and layer in LOOKS:
            return await heat_strip(self.maps, self.work, found, LOOKS[layer], n), "png"
        return None

    async def _strip_of_side(self, share: Share, part: int, layer: str, n: int) -> tuple[bytes, str] | None:
        found = await self.comparisons.answer(share.site, share.query) if part in (0, 1) else None
        if found and layer == "page":
            return await self.work.run(self.snapshots.strip, found.sides[part].snapshot.id, n), "webp"
        if found and layer in LOOKS:
            palette = LOOKS[layer].palette
            return await side_strip(self.maps, self.work, found.sides[part], found.scale, palette, n), "png"
        return None

    async def comparison(self, lang: Language, share: Share, secret: str) -> ComparisonAlone | None:
        """The comparison of a link; None if what it is about was deleted."""
        found = await self.comparisons.answer(share.site, share.query)
        if found is None:
            return None
        a, b = (SharedUrls(self.urls.base, secret, part) for part in (0, 1))
        return await self.comparisons.shown(lang, found, (a, b), elements=share.elements)

    async def page(self, lang: Language, share: Share, secret: str) -> MapAlone | None:
        """The map of a link; None if what it is about was deleted."""
        rows = ROWS if share.elements else 0
        return await self.alone.shown(lang, share.site, share.query, SharedUrls(self.urls.base, secret), rows)
