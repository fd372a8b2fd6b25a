"""Pictures that people take in their own browser."""

from __future__ import annotations

import time
from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from viewer.access.person import signed_in
from viewer.api.entry import Entry, JsonBody, answer, body, iso
from viewer.api.snapshots import Width
from viewer.http.errors import missing
from viewer.own_browser import LINK_SECONDS, OwnBrowser, invite
from viewer.picture_plans import AskedPictures, PicturePlans
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.work import Work


class OwnPicture(Struct, forbid_unknown_fields=True):
    url: Annotated[str, Meta(min_length=1, max_length=2048)]
    width: Width = 1366
    variant: str = ""  # EXPERIMENT:KEY
    state: Annotated[str, Meta(max_length=64)] = ""  # key or name of a defined state
    page: Annotated[str, Meta(max_length=2048)] = ""  # canonical page to store it under, if not that of the URL


async def make_link(
    request: Request, *, plans: PicturePlans, questions: Questions, own_browser: OwnBrowser
) -> Response:
    known, wanted = await questions.known(request), await body(request, OwnPicture)
    asked = AskedPictures(wanted.url, (wanted.width,), wanted.variant, wanted.state, wanted.page)
    planned, *_ = await plans.requests(known, asked)
    invitation = invite(planned, signed_in(request).language)
    until = iso((time.time() + LINK_SECONDS) * 1000)
    return answer({"link": own_browser.link(invitation), "until": until, "snapshot": invitation.snapshot}, 201)


async def show_arrival(request: Request, *, registry: Registry, own_browser: OwnBrowser, work: Work) -> Response:
    site, id = await registry.site(request), str(request.path_params["snapshot"])
    if not id.isdecimal() or len(id) > 16:
        raise missing("snapshot", id)
    found = await work.run(own_browser.arrived, int(id))
    return answer({"arrived": found is not None and found.site == int(site.id)})


ENTRIES = (
    Entry(
        "POST",
        "/sites/{site}/own-browser",
        make_link,
        "editor",
        "A link to a page, for a picture taken in one's own browser: url; optional width, variant (EXPERIMENT:KEY), "
        "state, page. Good for one picture within 30 minutes.",
        body=JsonBody(OwnPicture),
        statuses=(201,),
    ),
    Entry(
        "GET",
        "/sites/{site}/own-browser/{snapshot}",
        show_arrival,
        "viewer",
        "Whether the picture of such a link (its `snapshot`) has arrived.",
    ),
)
