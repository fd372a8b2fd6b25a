"""What the script parcours-snapshot.js asks and sends, from a page of the customer.

The token of the link is the only permission: no cookie is read. It is in a header, so it is checked before the body.
"""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from store.cors import granted_headers
from viewer.http.errors import Problem, problem_of
from viewer.own_browser import Invitation, OwnBrowser
from viewer.pages.frame.languages import language
from viewer.pages.own_browser.words import problem_words, script_words
from viewer.snapshot.uploaded import MOST_BYTES, MOST_IMAGES, Piece
from viewer.work import Work

TOKEN = "x-parcours-snapshot"
_CORS = {
    "Access-Control-Allow-Origin": "*",  # without credentials; `OwnBrowser.check` compares the origin with the site
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-store",
}
_PREFLIGHT = {**_CORS, "Access-Control-Allow-Methods": "POST", "Access-Control-Max-Age": "600"}
_FIELDS = MOST_IMAGES + 20
_SMALL = 16 * 1024  # bytes of a body without images


def _preflight(request: Request) -> Response:
    """OPTIONS: grants the headers that scripts of the page add to each of its requests, too."""
    requested = ",".join(request.headers.getlist("access-control-request-headers"))
    granted = granted_headers(requested, (TOKEN,))
    return Response(status_code=204, headers=_PREFLIGHT | {"Access-Control-Allow-Headers": granted})


async def check(request: Request, *, own_browser: OwnBrowser, work: Work) -> Response:
    """POST: whether the page and its window fit the link; answers the site's key and the words of the script."""
    if request.method == "OPTIONS":
        return _preflight(request)
    invitation: Invitation | None = None
    try:
        invitation = await work.run(own_browser.read, request.headers.get(TOKEN, ""))
        sent = await _form(request, _SMALL)
        site = await work.run(own_browser.check, invitation, *_where(request, sent))
    except Exception as error:
        return _failed(error, invitation)
    lang = language(invitation.language)
    about = {"key": site.key, "width": invitation.width, "words": script_words(lang, invitation)}
    return JSONResponse(about, headers=_CORS)


async def receive(request: Request, *, own_browser: OwnBrowser, work: Work) -> Response:
    """POST multipart: url, width, layout (JSON), and for each image a `top` (CSS px) and a `piece`."""
    if request.method == "OPTIONS":
        return _preflight(request)
    invitation: Invitation | None = None
    try:
        invitation = await work.run(own_browser.read, request.headers.get(TOKEN, ""))
        sent = await _form(request, MOST_BYTES)
        await work.run(own_browser.check, invitation, *_where(request, sent))
        layout, pieces = await _file(sent.get("layout")), await _pieces(sent)
        snapshot = await work.heavy(own_browser.save, invitation, layout, pieces)
    except Exception as error:
        return _failed(error, invitation)
    return JSONResponse({"snapshot": snapshot.id, "page": snapshot.page}, 201, headers=_CORS)


def _failed(error: Exception, invitation: Invitation | None) -> Response:
    problem = problem_of(error)
    body = problem.as_json()
    body["error"]["words"] = problem_words(language(invitation.language if invitation else "en"), problem)
    return JSONResponse(body, problem.status, headers=_CORS)


async def _form(request: Request, most: int) -> FormData:
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise Problem(411, "length", "The request does not say how long it is.")
    if int(length) > most:
        raise Problem(413, "too_large", f"The picture has {int(length):,} bytes: at most {most:,} are accepted.")
    return await request.form(max_files=MOST_IMAGES + 1, max_fields=_FIELDS)


def _where(request: Request, sent: FormData) -> tuple[str, str, int]:
    """(origin, address of the page, width of its window)."""
    width = str(sent.get("width", ""))
    return request.headers.get("origin", ""), str(sent.get("url", "")), int(width) if width.isdecimal() else 0


async def _pieces(sent: FormData) -> list[Piece]:
    tops, files = sent.getlist("top"), sent.getlist("piece")
    if len(tops) != len(files) or not all(str(top).isdecimal() and len(str(top)) < 8 for top in tops):
        raise Problem(422, "upload", "Each image needs its place on the page.")
    return [Piece(int(str(top)), await _file(file)) for top, file in zip(tops, files, strict=True)]


async def _file(sent: object) -> bytes:
    return await sent.read() if isinstance(sent, UploadFile) else b""
