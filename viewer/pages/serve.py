"""From a request to a page: the frame around it, the language, the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from store.records import Site
from viewer.auth import Person, csrf_token, person

from .languages import CODES, NAMES, Language, language, preferred
from .page import Choice, Frame, Page
from .rendering import render

if TYPE_CHECKING:
    from viewer.app import Viewer

LANGUAGE_COOKIE = "parcours-language"
THEME_COOKIE = "parcours-look"
THEMES = ("", "light", "dark")
YEAR = 31_536_000  # seconds


def viewer_of(request: Request) -> Viewer:
    """The viewer that this request came to."""
    viewer: Viewer = request.app.state.viewer
    return viewer


def signed_in(request: Request) -> Person:
    """Who asks, behind a guard that let nobody else in."""
    who = person(request)
    if who is None:
        raise RuntimeError("this page needs a guard")
    return who


def language_of(request: Request) -> Language:
    """`?lang=` (kept in a cookie from then on), else the person's own, else the cookie, else the browser's."""
    who = person(request)
    wished = (request.query_params.get("lang"), who.language if who else "", request.cookies.get(LANGUAGE_COOKIE))
    code = next((code for code in wished if code in CODES), None)
    return language(code or preferred(request.headers.get("accept-language", "")))


async def frame_of(request: Request, section: str, site: Site | None = None) -> Frame:
    """The frame of a page of `section`, inside `site` or outside of any."""
    viewer, who, lang = viewer_of(request), person(request), language_of(request)
    nav: tuple[Choice, ...] = ()
    sites: tuple[Choice, ...] = ()
    if who is not None:
        nav = _nav(viewer, lang, section, site)
        if site is not None:
            sites = _sites(viewer, lang, section, site, await viewer.run(viewer.definitions.find, Site))
    theme = request.cookies.get(THEME_COOKIE, "")
    return Frame(
        lang=lang,
        theme=theme if theme in THEMES else "",
        user=who.name if who else "",
        csrf=csrf_token(request),
        nav=nav,
        sites=sites,
        site_name=site.name if site else "",
        demo=site.demo if site else False,
        languages=_languages(request, lang),
    )


def _nav(viewer: Viewer, lang: Language, section: str, site: Site | None) -> tuple[Choice, ...]:
    """Only places that exist: those of a site when one is open."""
    urls, _ = viewer.urls, lang.text
    places = [("sites", _("Sites"), urls.sites())]
    if site is not None:
        places += [
            ("pages", _("Pages"), urls.pages(site.id)),
            ("experiments", _("Experiments"), urls.experiments(site.id)),
            ("journeys", _("Journeys"), urls.journeys(site.id)),
        ]
    return tuple(Choice(label, href, key == section) for key, label, href in places)


def _sites(viewer: Viewer, lang: Language, section: str, site: Site, known: list[Site]) -> tuple[Choice, ...]:
    """The other sites, and the set-up of this one."""
    setup, here = viewer.urls.site(site.id), section == "setup"
    if len(known) < 2:
        return (Choice(site.name, setup, here),)
    others = tuple(Choice(s.name, viewer.urls.pages(s.id), s.id == site.id and not here) for s in known)
    return (*others, Choice(lang.text("Set-up of this site"), setup, here))


def _languages(request: Request, lang: Language) -> tuple[Choice, ...]:
    """Links to this page in each language."""
    query = [(k, v) for k, v in parse_qsl(request.url.query, keep_blank_values=True) if k != "lang"]
    return tuple(
        Choice(NAMES[code], f"{request.url.path}?{urlencode([*query, ('lang', code)])}", code == lang.code, code)
        for code in CODES
    )


def answer(request: Request, page: Page, status: int = 200) -> Response:
    """The page as HTML; a language chosen by the address is kept."""
    response = HTMLResponse(render(page), status_code=status)
    chosen = request.query_params.get("lang", "")
    if chosen in CODES:
        keep(response, LANGUAGE_COOKIE, chosen)
    return response


def go(path: str) -> Response:
    """On to another page after a form was taken."""
    return RedirectResponse(path, status_code=303)


def keep(response: Response, name: str, value: str) -> None:
    """A cookie of taste (language, look): nothing secret in it."""
    response.set_cookie(name, value, max_age=YEAR if value else 0, samesite="lax", path="/")


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text field, without empty ones and doubles."""
    return tuple(dict.fromkeys(line.strip() for line in text.replace(",", "\n").splitlines() if line.strip()))
