"""API tokens."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from rules.find import stored_of
from rules.site_roles import plain_roles
from rules.token import TokenRequest
from store.records import Token
from viewer.access import tokens
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, iso, rejected_json
from viewer.registry import Registry


def token_json(token: Token) -> dict[str, Any]:
    """The fields that may be shown, which exclude the digest."""
    about = {"id": token.id, "name": token.name, "role": token.role, "sites": plain_roles(token.sites)}
    return about | {"by": token.by, "made": iso(token.made), "until": iso(token.until)}


async def create_token(request: Request, *, registry: Registry) -> Response:
    asked = await fields(request)
    token, text = await registry.change(lambda definitions: tokens.create(definitions, asked, by_whom(request)))
    return answer(token_json(token) | {"token": text}, 201)


async def list_tokens(request: Request, *, registry: Registry) -> Response:
    found = await registry.listing(Token)
    last = await registry.read(tokens.last_uses)
    listed = [token_json(token) | {"last": iso(last.get(token.id))} for token in found.records]
    return answer({"tokens": listed, "rejected": [rejected_json(one) for one in found.rejected]})


async def delete_token(request: Request, *, registry: Registry) -> Response:
    stored = stored_of(await registry.find(Token, request.path_params["token"]))
    await registry.change(lambda definitions: definitions.delete_stored(Token, stored, by_whom(request)))
    return answer({"deleted": stored.id})


ENTRIES = (
    Entry("GET", "/tokens", list_tokens, "owner", "All tokens: id, name, role, sites, by, made, last use, until."),
    Entry(
        "POST",
        "/tokens",
        create_token,
        "owner",
        "Make a token: name; optional role on every site, sites ({site: role}), days until it ends (0: never). "
        "Its text is shown this once.",
        body=JsonBody(TokenRequest),
        statuses=(201,),
    ),
    Entry(
        "DELETE",
        "/tokens/{token}",
        delete_token,
        "owner",
        "Withdraw a token, by id or name: it ends within seconds.",
    ),
)
