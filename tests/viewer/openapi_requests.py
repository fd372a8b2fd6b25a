"""Requests made from the OpenAPI description: mostly what it allows, now and then a value that it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

METHODS = ("get", "post", "put", "delete")
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30),
    st.sampled_from(["\x00", "http://[", "9" * 400, "a" * 3_000, "²", "1e400", "2026-13-45", "{}", "[]", "=1"]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)  # fmt: skip
Answer = Callable[["ApiRequest"], Any]  # an httpx.Response


def parameters_of(description: Mapping[str, Any], operation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The parameters of an operation, those that routes share included."""
    shared = description["components"]["parameters"]
    return [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in operation["parameters"]]


@dataclass(frozen=True)
class ApiRequest:
    method: str
    route: str
    path: str  # the route with its parts, percent-encoded
    query: tuple[tuple[str, str], ...]
    body: bytes | None
    media_type: str = "application/json"


@dataclass(frozen=True)
class Generator:
    """Makes requests to every route of `description`. `places`: values of the parts of paths that exist; `texts`: of
    parameters and fields."""

    description: Mapping[str, Any]
    places: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, tuple[str, ...]]

    def requests(self) -> st.SearchStrategy[ApiRequest]:
        routes = [
            (method, route, operation)
            for route, item in self.description["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        ]
        return st.sampled_from(routes).flatmap(lambda found: self._request(*found))

    @st.composite
    def _request(draw: Any, self: Generator, method: str, route: str, operation: Mapping[str, Any]) -> ApiRequest:
        path, query = route, []
        for parameter in parameters_of(self.description, operation):
            name = parameter["name"]
            if parameter["in"] == "path":
                known = st.sampled_from(self.places.get(name, ("1",)))
                part = str(draw(st.integers(0, 9).flatmap(lambda n, known=known: known if n else ODD)))
                path = path.replace(f"{{{name}}}", quote(part, safe="", errors="replace") or "x")
            elif draw(st.integers(0, 3)) == 0 or name == "page":
                value = draw(self._maybe_odd(parameter["schema"], name))
                values = value if isinstance(value, list) else [value]
                query += [(name, str(one).encode("utf-8", "replace").decode()) for one in values]
        (media_type, sent), *_ = operation.get("requestBody", {"content": {"": {}}})["content"].items()
        if not media_type:
            return ApiRequest(method.upper(), route, path, tuple(query), None)
        body = draw(self._maybe_odd(sent["schema"], "")) if "schema" in sent else draw(st.text(max_size=200))
        content = json.dumps(body) if "schema" in sent else body
        encoded = content.encode("utf-8", "surrogatepass")
        return ApiRequest(method.upper(), route, path, tuple(query), encoded, media_type)

    def _maybe_odd(self, schema: Mapping[str, Any], name: str) -> st.SearchStrategy[Any]:
        valid = self.values(schema, name)
        return st.integers(0, 11).flatmap(lambda n: valid if n else ODD)

    def values(self, schema: Mapping[str, Any], name: str = "", depth: int = 0) -> st.SearchStrategy[Any]:
        """Values that a JSON schema allows. `name`: of the field or parameter."""
        if "$ref" in schema:
            target = self.description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            return self.values(target, name, depth + 1)
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if "anyOf" in schema:
            return st.one_of([self.values(one, name, depth) for one in schema["anyOf"]])
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                least = schema.get("minItems", 0)
                return st.lists(self.values(schema["items"], name, depth), min_size=least, max_size=max(2, least))
            case "integer":
                return st.integers(schema.get("minimum"), schema.get("maximum"))
            case "number":
                return self._number(schema)
            case "boolean":
                return st.booleans()
            case "null":
                return st.none()
            case "string":
                return self._text(schema, name)
        return ODD

    def _object(self, schema: Mapping[str, Any], depth: int) -> st.SearchStrategy[Any]:
        needed, known = schema.get("required", ()), schema.get("properties", {})
        if not known and isinstance(schema.get("additionalProperties"), dict):
            keys = st.sampled_from(["en", "fr"])
            return st.dictionaries(keys, self.values(schema["additionalProperties"], "", depth), min_size=1)
        required = {name: self.values(known[name], name, depth) for name in needed}
        others = {} if depth > 4 else {name: known[name] for name in known if name not in needed}
        optional = {name: st.deferred(self._later(found, name, depth)) for name, found in others.items()}
        return st.fixed_dictionaries(required, optional=optional)

    def _later(self, schema: Mapping[str, Any], name: str, depth: int) -> Callable[[], st.SearchStrategy[Any]]:
        return lambda: self.values(schema, name, depth)

    def _number(self, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
        least = schema.get("exclusiveMinimum", schema.get("minimum"))
        most = schema.get("exclusiveMaximum", schema.get("maximum"))
        return st.floats(
            least, most, exclude_min="exclusiveMinimum" in schema, exclude_max="exclusiveMaximum" in schema,
            allow_nan=False, allow_infinity=False,
        )  # fmt: skip

    def _text(self, schema: Mapping[str, Any], name: str) -> st.SearchStrategy[str]:
        if schema.get("format") == "date":
            return st.dates().map(str)
        if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True)
        least = schema.get("minLength", 0)
        free = st.text(min_size=least, max_size=max(least, min(schema.get("maxLength", 30), 30)))
        known = self.texts.get(name)
        return st.one_of(st.sampled_from(known), free) if known else free


def unexpected(generator: Generator, send: Answer, most: int) -> Iterator[str]:
    """What is wrong with the answers to `most` requests: a status from 500 on, or another shape than is described."""
    found: dict[tuple[str, str], str] = {}

    @settings(
        max_examples=most, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(request=generator.requests())
    def drive(request: ApiRequest) -> None:
        problem = _problem(generator.description, request, send(request))
        if problem:
            found.setdefault((request.method, request.route), f"{problem}\n  {request}")

    drive()
    yield from found.values()


def _problem(description: Mapping[str, Any], request: ApiRequest, answer: Any) -> str:
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:300]}"
    operation = description["paths"][request.route][request.method.lower()]
    if answer.status_code < 400:
        described = operation["responses"].get(str(answer.status_code))
        media_type = answer.headers["content-type"].partition(";")[0]
        right = described and media_type in described["content"]
        return "" if right else f"{answer.status_code} {media_type} is not described"
    error = answer.json()["error"]
    if error["code"] == "unknown_parameter":
        return f"{answer.status_code} {error}"
    return "" if all(isinstance(error[name], str) for name in ("code", "message", "hint")) else f"shape: {error}"
