"""The help page, which explains the figures on the maps."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Page, doc
from viewer.pages.help.text import PICTURES, HelpSection, help_text


@dataclass(frozen=True, kw_only=True)
class HelpPage(Page):
    """How to read a map, `/help/reading-a-map#clicked-by`."""

    template = "help/help.html"
    introduction: Markup = doc("The introduction, as HTML")
    sections: tuple[HelpSection, ...] = doc("One section per figure")


async def show(request: Request, *, frames: Frames) -> Response:
    """The whole help text in the person's language."""
    frame = await frames.of(request, "help")
    text = help_text(frame.lang.code)
    page = HelpPage(frame=frame, title=text.title, introduction=text.introduction, sections=text.sections)
    return answer(request, page)


async def picture(request: Request) -> Response:
    """A picture in the help text. HTTPException 404 if there is none with this name."""
    path = PICTURES / request.path_params["picture"]
    if path.parent != PICTURES or path.suffix != ".png" or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers={"Cache-Control": "private, max-age=3600"})
