"""The frame around a page: language, navigation, the signed-in person; and the response."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from store.records import Site
from viewer.access.form_tokens import FormTokens
from viewer.access.person import person
from viewer.http.urls import Urls
from viewer.pages.frame.languages import CODES, NAMES, Language, language, preferred
from viewer.pages.frame.page import Choice, Frame, Page
from viewer.pages.frame.rendering import render
from viewer.pages.frame.switching import same_place
from viewer.registry import Registry

LANGUAGE_COOKIE = "parcours-language"
THEME_COOKIE = "parcours-look"
PRIVACY_COOKIE = "parcours-privacy-read"  # of one site: its page on privacy was opened
THEMES = ("", "light", "dark")
YEAR = 31_536_000  # seconds


def language_of(request: Request) -> Language:
    """`?lang=` (then kept in a cookie), else the person's setting, else the cookie, else the browser's language."""
    who = person(request)
    wished = (request.query_params.get("lang"), who.language if who else "", request.cookies.get(LANGUAGE_COOKIE))
    code = next((code for code in wished if code in CODES), None)
    return language(code or preferred(request.headers.get("accept-language", "")))


class Frames:
    """Builds the frame of a page: navigation, language, theme, and who is signed in. `urls`: all addresses."""

    def __init__(self, registry: Registry, urls: Urls, forms: FormTokens) -> None:
        self._registry = registry
        self.urls = urls
        self._forms = forms

    async def of(self, request: Request, section: str, site: Site | None = None) -> Frame:
        """The frame of a page in `section`, for `site` or for no site."""
        who, lang = person(request), language_of(request)
        if site is not None:
            lang = replace(lang, zone=site.zone)
        nav: tuple[Choice, ...] = ()
        sites: tuple[Choice, ...] = ()
        if who is not None:
            nav = self._nav(lang, section, site)
            known = [one for one in await self._registry.sites() if who.sees(one.id)]
            sites = tuple(
                Choice(one.name, same_place(self.urls, request, who, one.id), site is not None and one.id == site.id)
                for one in known
            )
        theme = request.cookies.get(THEME_COOKIE, "")
        return Frame(
            lang=lang,
            theme=theme if theme in THEMES else "",
            user=who.name if who else "",
            csrf=self._forms.of(request),
            nav=nav,
            sites=sites,
            site_name=site.name if site else "",
            demo=site.demo if site else False,
            root=self.urls.root,
            languages=languages_of(request, lang),
            zone=lang.zone_words() if site else "",
            zone_href=self.urls.site_settings(site.id) + "#timezone" if site else "",
        )

    def _nav(self, lang: Language, section: str, site: Site | None) -> tuple[Choice, ...]:
        """The sections: all sites, and those of the current site."""
        urls, _ = self.urls, lang.text
        places = [("sites", _("Sites"), urls.sites())]
        if site is not None:
            places += [
                ("overview", _("Overview"), urls.overview(site.id)),
                ("pages", _("Pages"), urls.pages(site.id)),
                ("experiments", _("Experiments"), urls.experiments(site.id)),
                ("goals", _("Goals"), urls.goals(site.id)),
                ("journeys", _("Journeys"), urls.journeys(site.id)),
                ("surveys", _("Feedback"), urls.surveys(site.id)),
                ("segments", _("Segments"), urls.segments(site.id)),
                ("setup", _("Settings"), urls.site(site.id)),
            ]
        return tuple(Choice(label, href, key == section) for key, label, href in places)


def languages_of(request: Request, lang: Language) -> tuple[Choice, ...]:
    """Links to this page in each language."""
    query = [(k, v) for k, v in parse_qsl(request.url.query, keep_blank_values=True) if k != "lang"]
    return tuple(
        Choice(NAMES[code], f"{request.url.path}?{urlencode([*query, ('lang', code)])}", code == lang.code, code)
        for code in CODES
    )


def answer(request: Request, page: Page, status: int = 200) -> Response:
    """The page as HTML; a language chosen in the address is kept in a cookie."""
    response = HTMLResponse(render(page), status_code=status)
    chosen = request.query_params.get("lang", "")
    if chosen in CODES:
        keep(response, LANGUAGE_COOKIE, chosen, page.frame.root)
    return response


def go(path: str) -> Response:
    """Redirect after a form was accepted."""
    return RedirectResponse(path, status_code=303)


def keep(response: Response, name: str, value: str, root: str) -> None:
    """Keep a preference (language, theme) in a cookie for paths below `root`; it contains nothing secret."""
    response.set_cookie(name, value, max_age=YEAR if value else 0, samesite="lax", path=root or "/")
