"""Routes of images: page strips, heat layers, thumbnails."""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from rules.question import MAP
from store.definitions import Missing
from store.snapshots import Snapshots
from viewer.drawing.difference import highlight_png
from viewer.drawing.look import look_of
from viewer.heat_strips import heat_strip
from viewer.http.binding import Endpoint
from viewer.http.errors import missing
from viewer.http.parameters import choice, number
from viewer.maps import Maps
from viewer.picture_changes import PictureChanges
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots
from viewer.thumbnails import Thumbnails
from viewer.work import Work

YEAR = 31_536_000


def _picture(request: Request, content: bytes, kind: str, cache: str) -> Response:
    """The picture, or 304 if the browser already has it."""
    tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": cache}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=f"image/{kind}", headers=headers)


async def strip(
    request: Request, *, registry: Registry, of_site: SiteSnapshots, snapshots: Snapshots, work: Work
) -> Response:
    """One strip of a page picture. A snapshot never changes, so browsers may cache it."""
    id, n = int(request.path_params["snapshot"]), int(request.path_params["n"])
    await of_site.get(await registry.site(request), str(id))  # a role on this site opens no other site's pictures
    try:
        content = await work.run(snapshots.strip, id, n)
    except Missing:
        raise missing("picture", f"{id}/{n}") from None
    return _picture(request, content, "webp", f"private, max-age={YEAR}, immutable")


async def heat(request: Request, *, questions: Questions, maps: Maps, work: Work) -> Response:
    """The heat layer over strip `strip`, a quarter of its size; for `kind=scroll` the reach veil.

    Reads the same question as the page and ignores its other parameters. Without `strip`: the whole page. `exact=1`
    waits for the exact answer, where the page may show a first one (Maps.heatmap).
    """
    exact = choice(request.query_params, "exact", ("0", "1"), "0") == "1"
    n, look = number(request.query_params, "strip", 0, 9999), look_of(request.query_params)
    asked = await questions.read(request, MAP, remembered=True)
    found = await maps.answer(asked.checked(), asked.known, exact=exact)
    content = await heat_strip(maps, work, found, look, n)
    return _picture(request, content, "png", "private, no-cache")


async def thumb(request: Request, *, questions: Questions, thumbnails: Thumbnails) -> Response:
    """A thumbnail: the top of a page's picture with its clicks, 560 × 350 px, on the scale of the site's thumbnails."""
    asked = await questions.read(request, MAP, remembered=True)
    question = asked.checked()
    if question.kind == "scroll":
        raise missing("thumbnail", "scroll", "Ask for kind=click or kind=hover.")
    content = await thumbnails.thumbnail(question, asked.known, asked.today)
    return _picture(request, content, "webp", "private, no-cache")


async def difference(request: Request, *, registry: Registry, changes: PictureChanges, work: Work) -> Response:
    """Where two pictures differ: one pixel per cell, to be laid over either of them."""
    site, (old, new) = await registry.site(request), (str(request.path_params[name]) for name in ("old", "new"))
    found = await changes.between(site, old, new)
    return _picture(request, await work.heavy(highlight_png, found.cells), "png", "private, no-cache")


ENDPOINTS = (
    Endpoint("/sites/{site}/snapshots/{old}/difference/{new}.png", difference, "viewer"),
    Endpoint("/sites/{site}/snapshots/{snapshot:int}/{n:int}.webp", strip, "viewer"),
    Endpoint("/sites/{site}/heat.png", heat, "viewer"),
    Endpoint("/sites/{site}/thumb.webp", thumb, "viewer"),
)
