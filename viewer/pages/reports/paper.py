"""A report as it is read, printed and saved as one file, `/sites/3/reports/basket`."""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from rules.find import Rejected
from rules.question import Question
from rules.share import SharedThing
from store.records import Site
from store.reports import Report, ReportPart
from store.snapshots import Snapshots
from viewer.access.person import signed_in
from viewer.drawing.look import Look
from viewer.heat_strips import heat_strip
from viewer.http.errors import Problem, missing
from viewer.http.urls import Urls
from viewer.maps import Maps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.pages.frame.rendering import render, style_sheet
from viewer.pages.heatmap.alone import MapAlone, MapsAlone
from viewer.pages.map.links import with_query
from viewer.pages.share.panel import SharePanel, SharePanels, Sharing
from viewer.registry import Registry
from viewer.reports import figures_of
from viewer.work import Work

ROWS = 8  # elements in each table
_STYLE = '<link rel="stylesheet" href="embedded:style">'
_STRIP = re.compile(r"embedded:(\d+):(page|heat|heat-dark):(\d+)")


@dataclass(frozen=True)
class EmbeddedUrls(Urls):
    """Names of the pictures of a part, which become the pictures themselves in a file that stands alone."""

    part: int = 0

    def strip(self, site: str, snapshot: int, n: int) -> str:
        return f"embedded:{self.part}:page:{n}"

    def heat(self, site: str, **query: object) -> str:
        layer = "heat-dark" if query.get("palette") == "dark" else "heat"
        return f"embedded:{self.part}:{layer}:{query['strip']}"


@dataclass(frozen=True)
class PaperPart:
    """A part as it is read. `map`: None for a text, and if what it is about is gone, which `gone` then says.
    `changed`: how its figures differ from those when the report was saved; "" if they agree."""

    n: int
    heading: str
    paragraphs: list[str]
    map: MapAlone | None
    whole: bool
    caption: str
    gone: str
    changed: str


@dataclass(frozen=True)
class Paper:
    """The sheet. `days`: those of its maps, and the day on which it was saved."""

    name: str
    site: str
    days: str
    lead: list[str]
    parts: list[PaperPart]


@dataclass(frozen=True, kw_only=True)
class ReportPaperPage(Page):
    """A report on the page."""

    template = "reports/paper.html"
    docs = "reports"
    paper: Paper = doc("The sheet")
    saved: str = doc("When it was saved")
    edit: str = doc("Its form; empty if the person may not edit it")
    file: str = doc("Address of the file that stands alone")
    back: str = doc("The list of reports")
    save: str = doc("Where saving again posts to, if figures differ")
    version: int = doc("The version that is saved again")
    share_href: str = doc("This page with the panel that makes read-only links; empty for those who may not")
    share: SharePanel | None = doc("The panel that makes read-only links", default=None)


@dataclass(frozen=True, kw_only=True)
class ReportFilePage(Page):
    """A report as one file, with its pictures and styles inside."""

    template = "reports/file.html"
    docs = "reports"
    paper: Paper = doc("The sheet")


class ReportPapers:
    """Draws reports."""

    def __init__(self, alone: MapsAlone, maps: Maps, snapshots: Snapshots, work: Work, urls: Urls) -> None:
        self._alone = alone
        self._maps = maps
        self._snapshots = snapshots
        self._work = work
        self._urls = urls

    async def paper(
        self, lang: Language, report: Report, site_name: str, urls_of: Callable[[int], Urls] | None = None
    ) -> Paper:
        """The sheet of a report. `urls_of`: the addresses of the pictures of a part; None: those of the viewer."""
        parts = []
        for n, part in enumerate(report.parts):
            urls = urls_of(n) if urls_of else self._urls
            parts.append(await self._part(lang, report.site, n, part, urls))
        return Paper(report.name, site_name, _days(lang, report), _paragraphs(report.lead), _numbered(lang, parts))

    async def picture(self, lang: Language, report: Report, part: int, layer: str, n: int) -> tuple[bytes, str] | None:
        """A strip of the page of a part's map (`page`), or of the heat over it (`heat`, `heat-dark`), and its type of
        image; None if there is none."""
        if not 0 <= part < len(report.parts) or report.parts[part].kind != "map":
            return None
        setting = await self._alone.setting(lang, report.site, report.parts[part].query, self._urls)
        found = await self._alone.answer(setting) if setting else None
        if found is None:
            return None
        try:
            if layer == "page":
                return await self._work.run(self._snapshots.strip, found.figures.snapshot.id, n), "webp"
            if layer in LOOKS:
                return await heat_strip(self._maps, self._work, found, LOOKS[layer], n), "png"
        except Problem as problem:
            if problem.status != 404:
                raise
        return None

    async def _part(self, lang: Language, site: str, n: int, part: ReportPart, urls: Urls) -> PaperPart:
        shown, gone, changed = None, "", ""
        if part.kind == "map":
            shown = await self._alone.shown(lang, site, part.query, urls, ROWS)
            if shown is None:
                gone = lang.text("What this map is about was deleted, or its page has no picture any more.")
            else:
                changed = await self._changed(lang, site, part)
        return PaperPart(
            n=n,
            heading=part.heading,
            paragraphs=_paragraphs(part.text),
            map=shown,
            whole=part.whole,
            caption="",
            gone=gone,
            changed=changed,
        )

    async def _changed(self, lang: Language, site: str, part: ReportPart) -> str:
        setting = await self._alone.setting(lang, site, part.query, self._urls)
        found = await self._alone.answer(setting) if setting else None
        now = {one.of: one.value for one in figures_of(found)} if found else {}
        then = {one.of: one.value for one in part.figures}
        if not then or now == then:
            return ""
        names = {"visitors": lang.text("visitors"), "drawn": lang.text("clicks drawn"), "views": lang.text("views")}
        said = [
            lang.text("%(what)s: then %(then)s, now %(now)s", what=names[name], then=lang.number(then[name]),
                      now=lang.number(now[name]))
            for name in names
            if name in then and name in now and then[name] != now[name]
        ]  # fmt: skip
        return "; ".join(said) or lang.text("the figures of elements differ")


LOOKS = {"heat": Look(), "heat-dark": Look(palette="dark")}


async def show(
    request: Request, *, registry: Registry, frames: Frames, papers: ReportPapers, panels: SharePanels, urls: Urls
) -> Response:
    """GET the sheet."""
    report, site = await report_of(request, registry)
    frame = await frames.of(request, "pages", site)
    may_edit, here = signed_in(request).may("editor"), urls.kept_report(site.id, report.id)
    page = ReportPaperPage(
        frame=frame,
        title=report.name,
        paper=await papers.paper(frame.lang, report, site.name),
        saved=frame.lang.text("Saved %(when)s", when=frame.lang.moment(report.saved)) if report.saved else "",
        edit=urls.edit_report(site.id, report.id) if may_edit else "",
        file=urls.report_file(site.id, report.id),
        back=urls.reports(site.id),
        save=urls.edit_report(site.id, report.id) if may_edit else "",
        version=report.version,
        share_href=with_query(here, {"share": "1"}) if may_edit else "",
    )
    if not may_edit or "share" not in request.query_params:
        return answer(request, page)
    sharing = Sharing(
        thing=SharedThing("report", Question(int(site.id), zone=site.zone), target=report.id),
        heading=frame.lang.text("Share this report"),
        shows=frame.lang.text("The whole report, with its maps, legends and tables."),
        here=page.share_href,
        close=here,
    )
    panel = await panels.of(request, frame.lang, site, sharing)
    return panels.forget(request, answer(request, replace(page, share=panel)))


async def file(request: Request, *, registry: Registry, frames: Frames, papers: ReportPapers, urls: Urls) -> Response:
    """GET the sheet as one file that stands alone."""
    report, site = await report_of(request, registry)
    frame = await frames.of(request, "pages", site)
    paper = await papers.paper(frame.lang, report, site.name, lambda n: EmbeddedUrls(urls.base, n))
    page = ReportFilePage(frame=frame, title=report.name, paper=paper)
    html = await embedded(render(page), lambda part, layer, n: papers.picture(frame.lang, report, part, layer, n))
    headers = {"Content-Disposition": f'attachment; filename="{report.id}.html"', "Cache-Control": "no-store"}
    return HTMLResponse(html, headers=headers)


async def report_of(request: Request, registry: Registry) -> tuple[Report, Site]:
    """The report that an address names, and its site. Problem 404 for another one, and for one that is not valid."""
    site = await registry.site(request)
    found = await registry.find(Report, request.path_params["report"], site)
    if isinstance(found, Rejected):
        raise missing("report", f"The report {found.id!r} is no longer valid: correct it in its form.")
    return found, site


Picture = Callable[[int, str, int], Awaitable[tuple[bytes, str] | None]]


async def embedded(html: str, picture: Picture) -> str:
    """The page with the style sheet in it, and each `embedded:…` name replaced by the picture as a data URI."""
    found: dict[str, str] = {}
    for match in _STRIP.finditer(html):
        if match[0] not in found:
            drawn = await picture(int(match[1]), match[2], int(match[3]))
            content, kind = drawn or (b"", "png")
            found[match[0]] = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return _STRIP.sub(lambda match: found[match[0]], html).replace(_STYLE, f"<style>{style_sheet()}</style>")


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _numbered(lang: Language, parts: Sequence[PaperPart]) -> list[PaperPart]:
    """The parts with the captions of their figures: `Figure 2. Clicks on Basket, …`."""
    made, figure = [], 0
    for part in parts:
        if part.map:
            figure += 1
            facts = ", ".join(value for _, value in part.map.facts)
            part = replace(part, caption=lang.text("Figure %(n)s.", n=figure) + f" {part.map.title}, {facts}")
        made.append(part)
    return made


def _days(lang: Language, report: Report) -> str:
    """The days of the maps, if they are the same."""
    spans = {(part.query.get("since", ""), part.query.get("until", "")) for part in report.parts if part.kind == "map"}
    if len(spans) != 1:
        return ""
    since, until = next(iter(spans))
    if not since or not until:
        return ""
    return f"{lang.day(date.fromisoformat(since))} – {lang.day(date.fromisoformat(until), year=True)}"
