"""The documentation, from docs/, at `/help/NAME`."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from viewer.http.urls import Urls
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.help_text import FOLDER
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.help.document_text import document, examples, names


@dataclass(frozen=True, kw_only=True)
class DocumentPage(Page):
    """One file of the documentation, `/help/snippet#commands`."""

    template = "help/document.html"
    docs = "index"
    contents_href: str = doc("Where all documents are listed")
    sections: list[Choice] = doc("Its sections")
    html: Markup = doc("Its text")
    reads: str = doc("The language of the text")


async def show(request: Request, *, frames: Frames, urls: Urls) -> Response:
    """A document in the person's language, an example of settings as text, or a picture. HTTPException 404."""
    name = request.path_params["name"]
    if name in examples():
        return PlainTextResponse((FOLDER / name).read_text(encoding="utf-8"))
    if name == "picture.png":
        return FileResponse(FOLDER / name)
    if name not in names():
        raise HTTPException(404)
    frame = await frames.of(request, "help")
    code = frame.lang.code
    text = document(name, code, urls.root)
    page = DocumentPage(
        frame=frame,
        title=text.title,
        contents_href=urls.help_page("index"),
        sections=[Choice(title, f"#{anchor}") for anchor, title in text.sections],
        html=text.html,
        reads=code if (FOLDER / f"{name}.{code}.md").exists() else "en",
    )
    return answer(request, page)
