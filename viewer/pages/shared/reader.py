"""The reader's side of a read-only link: what it shows without sign-in, below `/s/{secret}` only.

A link that has ended, was revoked, was altered or was never made has one and the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from store.shares import Share
from viewer.access.shared_links import LinkPasswords
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.compare.alone import ComparisonAlone
from viewer.pages.errors.page import problem_words
from viewer.pages.frame.frames import language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Frame, Page, doc
from viewer.pages.frame.rendering import render
from viewer.pages.heatmap.alone import MapAlone
from viewer.pages.reports.paper import Paper
from viewer.pages.shared.shown import SharedMaps
from viewer.shares import ShareLinks

HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, kw_only=True)
class SharedMapPage(Page):
    """What a link to a map shows, `/s/SECRET`."""

    template = "shared/map.html"
    docs = "sharing"
    shown: MapAlone = doc("The map, with its days, who is counted, figures, legend, elements and account")
    ends: str = doc("The last day of the link")
    host: str = doc("The Parcours that it is from")


@dataclass(frozen=True, kw_only=True)
class SharedComparisonPage(Page):
    """What a link to a comparison shows, `/s/SECRET`."""

    template = "shared/comparison.html"
    docs = "sharing"
    shown: ComparisonAlone = doc("The two maps, their difference, the tables and the accounts")
    ends: str = doc("The last day of the link")
    host: str = doc("The Parcours that it is from")


@dataclass(frozen=True, kw_only=True)
class SharedReportPage(Page):
    """What a link to a report shows, `/s/SECRET`."""

    template = "shared/report.html"
    docs = "sharing"
    paper: Paper = doc("The sheet")
    ends: str = doc("The last day of the link")
    host: str = doc("The Parcours that it is from")


@dataclass(frozen=True, kw_only=True)
class SharedPasswordPage(Page):
    """The form that asks for the password of a link."""

    template = "shared/password.html"
    docs = "sharing"
    problem: str = doc("Why the last password did not open the link; empty at first")


@dataclass(frozen=True, kw_only=True)
class SharedNoticePage(Page):
    """A link that has nothing to show."""

    template = "shared/notice.html"
    docs = "sharing"
    words: str = doc("Why, and what the reader can do")


@dataclass(frozen=True)
class LinkRequest:
    """A request for a link: the link, None if it does not open, and whether its password is needed first."""

    share: Share | None
    locked: bool


async def show(
    request: Request, *, shares: ShareLinks, passwords: LinkPasswords, shown: SharedMaps, urls: Urls
) -> Response:
    """What the link shows, or the form for its password."""
    secret, lang = _secret(request), language_of(request)
    reading = await _reading(request, shares, passwords)
    if reading.share is None:
        return _unavailable(lang, urls)
    if reading.locked:
        return _asking(lang, urls)
    page = await _page(lang, urls, shown, reading.share, secret)
    if page is None:
        return _gone(lang, urls)
    if request.method == "GET":
        await shares.count(reading.share)
    return _html(page)


async def unlock(request: Request, *, shares: ShareLinks, passwords: LinkPasswords, urls: Urls) -> Response:
    """Check a password; the right one opens the link in this browser for some hours."""
    secret, lang = _secret(request), language_of(request)
    share = await shares.opened(secret)
    if share is None or not share.password:
        return _unavailable(lang, urls)
    form = await request.form()
    try:
        await passwords.check(request, share, str(form.get("password") or ""))
    except Problem as problem:
        return _asking(lang, urls, problem)
    response = Response(status_code=303, headers=HEADERS | {"Location": urls.shared(secret)})
    passwords.open(response, share, urls.shared(secret))
    return response


async def picture(
    request: Request, *, shares: ShareLinks, passwords: LinkPasswords, shown: SharedMaps, urls: Urls
) -> Response:
    """A strip of the page's picture, or of the heat over it: of exactly the question of the link, which takes no
    parameters."""
    lang = language_of(request)
    reading = await _reading(request, shares, passwords)
    part, layer, n = (request.path_params[name] for name in ("part", "layer", "n"))
    if reading.share is None or reading.locked or request.url.query:
        return _unavailable(lang, urls)
    found = await shown.strip(lang, reading.share, part, layer, n)
    if found is None:
        return _unavailable(lang, urls)
    content, kind = found
    return Response(content, media_type=f"image/{kind}", headers=HEADERS)


async def _page(lang: Language, urls: Urls, shown: SharedMaps, share: Share, secret: str) -> Page | None:
    """What the link shows; None if what it is about was deleted."""
    frame, host = _frame(lang, urls), urls.base.partition("://")[2]
    ends = lang.day(date.fromisoformat(share.ends), year=True)
    if share.kind == "report":
        paper = await shown.paper(lang, share, secret)
        if paper is None:
            return None
        return SharedReportPage(frame=frame, title=paper.name, paper=paper, ends=ends, host=host)
    if share.kind == "comparison":
        compared = await shown.comparison(lang, share, secret)
        if compared is None:
            return None
        return SharedComparisonPage(frame=frame, title=compared.title, shown=compared, ends=ends, host=host)
    found = await shown.page(lang, share, secret)
    if found is None:
        return None
    return SharedMapPage(frame=frame, title=found.title, shown=found, ends=ends, host=host)


async def nothing(request: Request, *, urls: Urls) -> Response:
    """Every other address below `/s/`."""
    return _unavailable(language_of(request), urls)


async def _reading(request: Request, shares: ShareLinks, passwords: LinkPasswords) -> LinkRequest:
    share = await shares.opened(_secret(request))
    return LinkRequest(share, share is not None and not passwords.is_open(request, share))


def _secret(request: Request) -> str:
    return str(request.path_params["secret"])


def _unavailable(lang: Language, urls: Urls) -> Response:
    """The same answer for every link that does not open, whatever the reason."""
    _ = lang.text
    words = _("It has ended or was taken back. Ask the person who gave it to you.")
    page = SharedNoticePage(frame=_frame(lang, urls), title=_("This link does not work any more"), words=words)
    return _html(page, 404)


def _gone(lang: Language, urls: Urls) -> Response:
    """The link opens, but what it shows was deleted."""
    _ = lang.text
    words = _("The page or its picture was deleted after the link was made. Ask the person who gave it to you.")
    page = SharedNoticePage(frame=_frame(lang, urls), title=_("What this link showed is gone"), words=words)
    return _html(page, 410)


def _asking(lang: Language, urls: Urls, problem: Problem | None = None) -> Response:
    words = problem_words(lang, problem) if problem else ""
    page = SharedPasswordPage(frame=_frame(lang, urls), title=lang.text("Shared link"), problem=words)
    response = _html(page, problem.status if problem else 200)
    if problem and problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _frame(lang: Language, urls: Urls) -> Frame:
    """No navigation, no form token, nobody's name."""
    return Frame(lang=lang, theme="", user="", csrf="", root=urls.root)


def _html(page: Page, status: int = 200) -> Response:
    return HTMLResponse(render(page), status_code=status, headers=HEADERS)
