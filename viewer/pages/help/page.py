"""The help page, which explains the figures on the maps."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.help_text import NAME, PICTURES, PRIVACY, HelpSection, help_text
from viewer.pages.frame.page import Page, doc


@dataclass(frozen=True, kw_only=True)
class HelpPage(Page):
    """How to read a map, `/help/reading-a-map#clicked-by`; what is kept of visitors, `/help/privacy#record`."""

    template = "help/help.html"
    docs = "index"
    introduction: Markup = doc("The introduction, as HTML")
    sections: tuple[HelpSection, ...] = doc("Its sections")


async def show(request: Request, *, frames: Frames) -> Response:
    """How to read a map, in the person's language."""
    return await _answer(request, frames, NAME)


async def show_privacy(request: Request, *, frames: Frames) -> Response:
    """What is kept of visitors, in the person's language."""
    return await _answer(request, frames, PRIVACY)


async def _answer(request: Request, frames: Frames, name: str) -> Response:
    frame = await frames.of(request, "help")
    text = help_text(frame.lang.code, name)
    page = HelpPage(frame=frame, title=text.title, introduction=text.introduction, sections=text.sections)
    return answer(request, page)


async def picture(request: Request) -> Response:
    """A picture in the help text. HTTPException 404 if there is none with this name."""
    path = PICTURES / request.path_params["picture"]
    if path.parent != PICTURES or path.suffix != ".png" or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers={"Cache-Control": "private, max-age=3600"})
