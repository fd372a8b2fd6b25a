"""The addresses of pictures: page strips, the heat over them, thumbnails."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aggregator.grids.scale import Scale
from store.definitions import Missing
from viewer import pictures
from viewer.auth import require
from viewer.errors import missing
from viewer.maps import with_cap
from viewer.query import MapQuery, number, site_of

if TYPE_CHECKING:
    from viewer.app import Viewer

THUMB_SECONDS = 60.0  # a list of pages shows many, and none needs the last click
YEAR = 31_536_000


def _viewer(request: Request) -> Viewer:
    viewer: Viewer = request.app.state.viewer
    return viewer


def _picture(request: Request, content: bytes, kind: str, cache: str) -> Response:
    """The picture, or 304 when the browser has the very same."""
    tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": cache}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=f"image/{kind}", headers=headers)


@require("viewer")
async def strip(request: Request) -> Response:
    """One strip of a page picture. A snapshot never changes: browsers may keep it."""
    viewer = _viewer(request)
    id, n = int(request.path_params["snapshot"]), int(request.path_params["n"])
    try:
        content = await viewer.run(viewer.snapshots.strip, id, n)
    except Missing:
        raise missing("picture", f"{id}/{n}") from None
    return _picture(request, content, "webp", f"private, max-age={YEAR}, immutable")


@require("viewer")
async def heat(request: Request) -> Response:
    """The heat layer over strip `strip`, a quarter of its size; for kind=scroll the veil of reach.

    Takes the query of the page (what it does not know it leaves alone), without `strip` the whole page.
    """
    viewer = _viewer(request)
    query = await MapQuery.read(viewer, request, await site_of(viewer, request))
    n = number(request.query_params, "strip", 0, 9999)
    if query.kind == "scroll":
        reach = await viewer.maps.reach(query.scope(), query.width)

        def veil() -> bytes:
            return pictures.veil_strip(reach.reach.depth, reach.reach.share, _strip(viewer, reach.snapshot.id, n))

        return _picture(request, await viewer.work.heavy(veil), "png", "private, no-cache")
    found = await viewer.maps.heatmap(query.scope(), query.width, query.state)
    scale: Scale = with_cap(found.scale, query.cap)

    def layer() -> bytes:
        part = _strip(viewer, found.snapshot.id, n)
        return pictures.heat_strip(found.grid.values, part, scale, query.palette, found.grid.cell)

    return _picture(request, await viewer.work.heavy(layer), "png", "private, no-cache")


def _strip(viewer: Viewer, snapshot: int, n: int | None) -> pictures.Strip:
    """The strip `n` of a picture, or all of it as one."""
    strips = pictures.strips_of(viewer.snapshots.strips(snapshot))
    if n is None:
        return pictures.Strip(0, 0, sum(s.height for s in strips))
    return pictures.strip_named(strips, n)


@require("viewer")
async def thumb(request: Request) -> Response:
    """The top of a page's picture with its clicks, 560 × 350 px."""
    viewer = _viewer(request)
    query = await MapQuery.read(viewer, request, await site_of(viewer, request))
    scope = query.scope()
    if query.kind == "scroll":
        raise missing("thumbnail", "scroll", "Ask for kind=click or kind=hover.")
    found = await viewer.maps.heatmap(scope, query.width, query.state)
    key = ("thumb", scope, query.width, query.state, found.snapshot.id)

    def draw() -> bytes:
        first = viewer.snapshots.strip(found.snapshot.id, 0)
        return pictures.thumbnail(first, found.grid.width, found.grid.values, found.scale, found.grid.cell)

    content = await viewer.work.once(key, THUMB_SECONDS, draw)
    return _picture(request, content, "webp", f"private, max-age={THUMB_SECONDS:.0f}")


def routes() -> list[Route]:
    return [
        Route("/sites/{site}/snapshots/{snapshot:int}/{n:int}.webp", strip),
        Route("/sites/{site}/heat.png", heat),
        Route("/sites/{site}/thumb.webp", thumb),
    ]
