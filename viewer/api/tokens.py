"""Tokens for programs."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from store.definitions import Definitions, Missing
from store.records import Role, Token
from viewer.access import tokens
from viewer.api.entry import Entry, answer, body, by_whom
from viewer.http.errors import missing
from viewer.registry import Registry
from viewer.work import Work


class NewToken(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    role: Role = "viewer"


def token_json(token: Token) -> dict[str, Any]:
    """What may be shown of it: never the digest."""
    return {"id": token.id, "name": token.name, "role": token.role}


async def create_token(request: Request, *, work: Work, definitions: Definitions) -> Response:
    asked = await body(request, NewToken)
    token, text = await work.run(tokens.issue, definitions, asked.name, asked.role)
    return answer(token_json(token) | {"token": text}, 201)


async def list_tokens(request: Request, *, registry: Registry) -> Response:
    return answer({"tokens": [token_json(t) for t in await registry.tokens()]})


async def delete_token(request: Request, *, work: Work, definitions: Definitions) -> Response:
    id = str(request.path_params["token"])

    def delete() -> None:
        try:
            definitions.delete(definitions.get(Token, id), by_whom(request))
        except Missing:
            raise missing("token", id, "GET /api/v1/tokens lists them.") from None

    await work.run(delete)
    work.forget()
    return answer({"deleted": id})


ENTRIES = (
    Entry("GET", "/tokens", list_tokens, "owner", "All tokens: id, name, role."),
    Entry(
        "POST",
        "/tokens",
        create_token,
        "owner",
        "Make a token: name; optional role (viewer, editor, owner). Its text is shown this once.",
    ),
    Entry("DELETE", "/tokens/{token}", delete_token, "owner", "Withdraw a token, by its id: it ends within seconds."),
)
