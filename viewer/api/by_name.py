"""The five routes that goals, journeys and segments share: list, create, show, replace, delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from rules.find import stored_of, usable
from store.definitions import Definitions, Stored
from store.records import Record
from viewer.api.answer_schemas import REJECTED, Answered
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, rejected_json
from viewer.registry import Registry

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class NamedKind(Generic[R]):
    """A kind of definition whose records are found by id or name. `add` and `change` are those of its rules,
    `fields` what a body may have."""

    kind: type[R]
    noun: str
    fields: tuple[str, ...]
    add: Callable[[Definitions, str, Mapping[str, object], str], R]
    change: Callable[[Definitions, Stored, str, Mapping[str, object], str], R]

    @property
    def root(self) -> str:
        return f"/sites/{{site}}/{self.noun}s"

    def entries(self, created: str) -> tuple[Entry, ...]:
        """The routes. `created`: what is described of a new one."""
        noun, one = self.noun, f"{self.root}/{{{self.noun}}}"
        body = JsonBody(self.kind, self.fields)
        made, listed = Answered((self.kind,)), Answered((self.kind,), f"{noun}s", many=True, beside=REJECTED)
        replaced = f"Replace a {noun}; with `version`, the change is rejected if somebody else changed it first."
        return (
            Entry("GET", self.root, self._list, "viewer", f"The {noun}s of a site.", answers=listed),
            Entry("POST", self.root, self._create, "editor", created, body=body, statuses=(201,), answers=made),
            Entry("GET", one, self._show, "viewer", f"One {noun}, by id or name.", answers=made),
            Entry("PUT", one, self._change, "editor", replaced, body=body, answers=made),
            Entry("DELETE", one, self._delete, "editor", f"Delete a {noun}; the history keeps its versions."),
        )

    async def found(self, request: Request, registry: Registry) -> Any:
        """The record that the address names, valid or not."""
        return await registry.find(self.kind, request.path_params[self.noun], await registry.site(request))

    async def _list(self, request: Request, *, registry: Registry) -> Response:
        found = await registry.listing(self.kind, await registry.site(request))
        return answer({f"{self.noun}s": found.records, "rejected": [rejected_json(one) for one in found.rejected]})

    async def _create(self, request: Request, *, registry: Registry) -> Response:
        site, asked, by = await registry.site(request), await fields(request), by_whom(request)
        return answer(await registry.change(lambda definitions: self.add(definitions, site.id, asked, by)), 201)

    async def _show(self, request: Request, *, registry: Registry) -> Response:
        return answer(usable(await self.found(request, registry)))

    async def _change(self, request: Request, *, registry: Registry) -> Response:
        site, stored = await registry.site(request), stored_of(await self.found(request, registry))
        asked, by = await fields(request), by_whom(request)
        return answer(await registry.change(lambda definitions: self.change(definitions, stored, site.id, asked, by)))

    async def _delete(self, request: Request, *, registry: Registry) -> Response:
        stored = stored_of(await self.found(request, registry))
        await registry.change(lambda definitions: definitions.delete_stored(self.kind, stored, by_whom(request)))
        return answer({"deleted": stored.id})
