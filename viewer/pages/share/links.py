"""The read-only links of a site, and where links are made, revoked and restored."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from viewer.access.guards import root_of, safe_next
from viewer.access.person import signed_in
from viewer.http.errors import bad_parameter
from viewer.http.urls import Urls
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.page import Page, doc
from viewer.pages.share.panel import NewLink, SharePanels, ShareRow, share_row
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.share_requests import shared_thing
from viewer.shares import ShareLinks


@dataclass(frozen=True, kw_only=True)
class LinksPage(Page):
    """The read-only links of a site, `/sites/3/shares`."""

    template = "share/links.html"
    docs = "sharing"
    rows: tuple[ShareRow, ...] = doc("The links, the newest first")
    made: NewLink | None = doc("The link that was just made")
    undo: ShareRow | None = doc("The link that was just revoked")
    action: str = doc("Where links are revoked and restored")


async def show(
    request: Request, *, shares: ShareLinks, panels: SharePanels, registry: Registry, frames: Frames, urls: Urls
) -> Response:
    """The list of links, for those who may make them."""
    site = await registry.site(request)
    frame = await frames.of(request, "setup", site)
    listed = await shares.listed(site.id)
    rows = tuple(share_row(frame.lang, one, site.zone.today()) for one in listed)
    page = LinksPage(
        frame=frame,
        title=frame.lang.text("Read-only links"),
        rows=rows,
        made=panels.made(request, frame.lang),
        undo=next((row for row in rows if row.undo), None),
        action=urls.shares(site.id),
    )
    return panels.forget(request, answer(request, page))


async def change(
    request: Request, *, shares: ShareLinks, panels: SharePanels, questions: Questions, registry: Registry, urls: Urls
) -> Response:
    """Make a link, revoke one, or take a revocation back; then go back to the page that has the form."""
    form, by = await request.form(), signed_in(request).name
    known = await questions.known(request)
    back = str(form.get("back") or "") or urls.shares(known.site.id)
    response = go(safe_next(back, root_of(request)))
    id = str(form.get("share") or "")
    match form.get("do"):
        case "revoke":
            await shares.revoke(known.site.id, id, by)
        case "extend":
            await shares.extend(known.site, id, by)
        case "restore":
            await shares.restore(known.site.id, id, by)
        case "make":
            query = dict(parse_qsl(str(form.get("question") or "")))
            target = str(form.get("target") or "")
            thing = await shared_thing(questions, registry, known, form.get("kind"), query, target)
            made = await shares.make(known.site, thing, _fields(form), by)
            panels.remember(response, made, str(form.get("password") or ""))
        case other:
            raise bad_parameter("do", f"{str(other)[:40]!r} is not valid.", "make, extend, revoke, restore")
    return response


def _fields(form: FormData) -> dict[str, object]:
    names = [name for name in ("name", "days", "ends", "password") if name in form]
    return {name: str(form[name]) for name in names} | {"elements": bool(form.get("elements"))}
