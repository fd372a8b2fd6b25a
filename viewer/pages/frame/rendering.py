"""Templates: one Jinja environment per language; undefined names are errors."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from viewer.pages.frame import charts
from viewer.pages.frame.help_links import help_href
from viewer.pages.frame.languages import language
from viewer.pages.frame.page import Page

TEMPLATES = Path(__file__).parent.parent  # each template is beside the code that fills it
STATIC = TEMPLATES.parent / "static"

STYLE_SHEET = "look.css"
# Files in viewer/static/css, in cascade order
# Files of /static/ that `npm run build` makes in tracker_js.
BUILT = {"ask_preview.js": Path(__file__).resolve().parents[3] / "tracker_js" / "dist" / "ask-preview.js"}
STYLES = (
    "tokens",
    "base",
    "top",
    "controls",
    "who",
    "map",
    "panel",
    "status",
    "gallery",
    "overview",
    "compare",
    "experiments",
    "journey",
    "opportunities",
    "forms",
    "team",
    "journey_form",
    "journeys",
    "journey_print",
    "journey_edit",
    "journey_cells",
    "journey_panel",
    "funnel",
    "walk",
    "paths",
    "touchpoint",
    "segment",
    "groups",
    "narrow",
    "script",
    "page_states",
    "pictures",
    "swipe",
    "help",
    "elements",
    "zones",
    "privacy",
    "notes",
    "share",
    "setup",
    "survey",
    "report",
)


@cache
def environment(code: str, root: str = "") -> Environment:
    """The Jinja environment of a language, with its texts, number formats and charts. `root`: see `Urls.root`."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    lang = language(code)
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lang.catalog.gettext, lang.catalog.ngettext, newstyle=True
    )
    env.globals.update(
        lang=lang,
        charts=charts,
        root=root,
        static=lambda name: root + static(name),
        style_href=root + style_href(),
        help_href=lambda section: root + help_href(section),
        detailed=lambda rows: [(*row[:-1], root + help_href(row.help) if row.help else "") for row in rows],
    )
    env.policies["ext.i18n.trimmed"] = True
    return env


@cache
def static(name: str) -> str:
    """Address of a file in `viewer/static`; it changes whenever the file does."""
    content = BUILT.get(name, STATIC / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


@cache
def style_sheet() -> str:
    """All of viewer/static/css as one file, so that a page waits for one request instead of many."""
    return "\n".join((STATIC / "css" / f"{name}.css").read_text() for name in STYLES)


@cache
def style_href() -> str:
    """Address of the style sheet; it changes whenever the style sheet does."""
    return f"/static/{STYLE_SHEET}?v={hashlib.sha256(style_sheet().encode()).hexdigest()[:10]}"


class StaticPages(StaticFiles):
    """Serves `viewer/static`; the content of an address with `?v=` never changes, so browsers may cache it."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path == STYLE_SHEET:
            response: Response = Response(style_sheet(), media_type="text/css")
        elif path in BUILT:
            response = FileResponse(BUILT[path])
        else:
            response = await super().get_response(path, scope)
        if scope.get("query_string", b"").startswith(b"v=") and response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def render(page: Page) -> str:
    """The HTML of a page."""
    return (
        environment(page.frame.lang.code, page.frame.root)
        .get_template(page.template)
        .render(page.context(), docs=page.docs)
    )
