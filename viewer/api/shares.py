"""Read-only links."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rules.faults import Faults, InvalidDefinition, fault
from rules.share import ShareRequest
from store.shares import SharedKind
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, iso
from viewer.http.parameters import only
from viewer.http.urls import Urls
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.share_requests import ASKS, LOOK, shared_thing
from viewer.shares import ListedShare, MadeShare, ShareLinks


class SharedQuestion(ShareRequest, frozen=True, kw_only=True):
    """A new link: what it shows, and the fields of `ShareRequest`."""

    kind: SharedKind
    question: dict[str, Any] = msgspec.field(default_factory=dict)
    report: str = ""


def share_json(one: ListedShare) -> dict[str, Any]:
    """The fields that may be shown, which exclude the secret and the password."""
    share, use = one.share, one.use
    return {
        "id": share.id,
        "kind": share.kind,
        "question": share.query,
        "report": share.target,
        "name": share.name,
        "ends": share.ends,
        "moves": share.moves,
        "elements": share.elements,
        "password": bool(share.password),
        "by": share.by,
        "made": iso(share.made),
        "works": one.works,
        "revoked": iso(share.revoked),
        "opened": use.opened,
        "last": use.last or None,
    }


async def list_shares(request: Request, *, registry: Registry, shares: ShareLinks) -> Response:
    site = await registry.site(request)
    return answer({"shares": [share_json(one) for one in await shares.listed(site.id)]})


async def create_share(
    request: Request, *, questions: Questions, registry: Registry, shares: ShareLinks, urls: Urls
) -> Response:
    known, sent = await questions.known(request), await fields(request)
    kind, query, target = sent.pop("kind", ""), sent.pop("question", {}), str(sent.pop("report", ""))
    if not isinstance(query, dict):
        raise InvalidDefinition(Faults((fault("question", "type", expected="an object"),)))
    asked = {name: str(value) for name, value in query.items()}
    if kind in ASKS:
        only(asked, (*ASKS[kind].names, *LOOK))
    thing = await shared_thing(questions, registry, known, kind, asked, target)
    made: MadeShare = await shares.make(known.site, thing, sent, by_whom(request))
    link = urls.absolute(urls.shared(made.secret))
    return answer({"id": made.share.id, "link": link, "ends": made.share.ends}, 201)


async def revoke_share(request: Request, *, registry: Registry, shares: ShareLinks) -> Response:
    site = await registry.site(request)
    share = await shares.revoke(site.id, str(request.path_params["share"]), by_whom(request))
    return answer({"revoked": share.id})


async def extend_share(request: Request, *, registry: Registry, shares: ShareLinks) -> Response:
    site = await registry.site(request)
    share = await shares.extend(site, str(request.path_params["share"]), by_whom(request))
    return answer({"id": share.id, "ends": share.ends})


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/shares",
        list_shares,
        "editor",
        "The read-only links of a site: what each shows, its end, how often it was opened and the last day.",
    ),
    Entry(
        "POST",
        "/sites/{site}/shares",
        create_share,
        "editor",
        "Make a read-only link: kind (map, comparison, report), question (its parameters) or report (its id); optional "
        "name, days (fixed, last), ends, password, elements. The link is shown this once.",
        body=JsonBody(SharedQuestion),
        statuses=(201,),
    ),
    Entry(
        "POST",
        "/sites/{site}/shares/{share}/extend",
        extend_share,
        "editor",
        "Let a link that opens end 30 days later, at most a year from today.",
    ),
    Entry(
        "DELETE",
        "/sites/{site}/shares/{share}",
        revoke_share,
        "editor",
        "Revoke a link, by id: it ends at once.",
    ),
)
