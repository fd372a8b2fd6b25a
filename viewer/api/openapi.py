"""The OpenAPI description of the API (https://spec.openapis.org/oas/v3.1.1), made from the entries that route it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from viewer.api.answer_schemas import answer_components, answer_schema
from viewer.api.entry import ROOT, Entry, FileBody, JsonBody
from viewer.api.query_schemas import QUERY_SCHEMAS, Schema, text
from viewer.http.downloads import TYPES

_MEDIA_TYPES = {"json": "application/json", "ndjson": "application/x-ndjson", **TYPES}
_PATH_WORDS = {
    "site": "The id or name of a site.",
    "journey": "The id or name of a journey.",
    "visitor": "The id of a visitor, in hexadecimal.",
}
_ERROR_REF = {"$ref": "#/components/responses/Error"}
_FAILURES = {
    "400": "a parameter or the body cannot be read",
    "401": "not signed in",
    "403": "the role does not allow it",
    "404": "there is no such thing",
    "408": "the body took too long",
    "409": "somebody else changed it first, or it conflicts with what is stored",
    "413": "the body is too large",
    "415": "a form was sent instead of the body itself",
    "422": "a field is invalid",
    "429": "too many unknown tokens; Retry-After says how long to wait",
    "500": "an unexpected error, with an incident number that the log explains",
    "503": "the database or Parcours is too busy; Retry-After says how long to wait",
    "504": "the question took too long",
}
_ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "hint"],
            "properties": {
                "code": {"type": "string", "description": "A word that does not change between versions."},
                "message": {"type": "string", "description": "What went wrong."},
                "hint": {"type": "string", "description": "What to do; may be empty."},
                "incident": {"type": "string", "description": "Explained in the log of the server."},
                "faults": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
            },
        }
    },
}
_FAULT: Schema = {
    "type": "object",
    "required": ["field", "code", "values", "message"],
    "properties": {
        "field": {"type": "string", "description": 'The path of the field, such as variants.1.key; "": the whole.'},
        "code": {"type": "string"},
        "values": {"type": "object", "description": "The figures of the message."},
        "message": {"type": "string"},
    },
}


def describe(entries: Sequence[Entry], server: str) -> dict[str, Any]:
    """The description of all routes. `server`: the address that people use to reach Parcours."""
    kinds = sorted({e.body.kind for e in entries if isinstance(e.body, JsonBody)}, key=lambda kind: kind.__name__)
    _, structs = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    answered = answer_components(e.answers for e in entries if e.answers)
    paths: dict[str, dict[str, Any]] = {}
    for entry in entries:
        paths.setdefault(entry.full_path, {})[entry.method.lower()] = _operation(entry, structs)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Parcours",
            "version": ROOT.rpartition("/")[2],
            "summary": "Heatmaps on the customer's journey.",
            "description": "Days are those of the time zone of the site. Figures about visitors come with their number "
            "and, for shares, the 95 % interval.",
        },
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`parcours token NAME --role viewer` makes a token.",
                }
            },
            "parameters": {
                name: {"name": name, "in": "query", "schema": schema} for name, schema in QUERY_SCHEMAS.items()
            },
            "schemas": {**answered, **structs, "Error": _ERROR, "Fault": _FAULT},
            "responses": {
                "Error": {
                    "description": "; ".join(f"{status}: {words}" for status, words in _FAILURES.items()),
                    "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds (429, 503)."}},
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                }
            },
        },
    }


def _operation(entry: Entry, structs: Mapping[str, Any]) -> dict[str, Any]:
    words = re.sub(r"\W+", " ", entry.path.replace("}", "")).split()
    found: dict[str, Any] = {
        "operationId": "_".join([entry.method.lower(), *words]) if words else "get_index",
        "tags": [_tag(entry)],
        "summary": re.split(r"(?<=[.:])\s", entry.words)[0].rstrip(":."),
        "description": entry.words + (f" Needs the role {entry.role}." if entry.role else ""),
        "parameters": [*_in_path(entry), *_in_query(entry)],
        "responses": {
            str(status): {"description": "The answer.", "content": _contents(entry)} for status in entry.statuses
        }
        | {"default": _ERROR_REF},
    }
    if entry.role is None:
        found["security"] = []
    if isinstance(entry.body, FileBody):
        found["requestBody"] = {"required": True, "content": {entry.body.media_type: {}}}
    elif entry.body:
        schema = body_schema(entry.body, structs)
        content = {"application/json": {"schema": schema}}
        found["requestBody"] = {"required": bool(schema.get("required")), "content": content}
    elif entry.method in ("POST", "PUT"):
        found["requestBody"] = {"required": False, "content": {"application/json": {"schema": {"type": "object"}}}}
    return found


def _tag(entry: Entry) -> str:
    words = [word for word in entry.path.split("/") if word and word[0] != "{"]
    return words[min(1, len(words) - 1)].partition(".")[0] if words else "index"


def _in_path(entry: Entry) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", entry.path):
        yield {"name": name, "in": "path", "required": True, "schema": text(_PATH_WORDS.get(name, ""))}


def _in_query(entry: Entry) -> Iterable[dict[str, Any]]:
    for name in dict.fromkeys(entry.query):
        if name in QUERY_SCHEMAS and name not in entry.schemas:
            yield {"$ref": f"#/components/parameters/{name}"}
        else:
            yield {"name": name, "in": "query", "schema": entry.schemas.get(name) or text()}


def _contents(entry: Entry) -> dict[str, Any]:
    """The media types of an answer, with the fields of the JSON one."""
    schema = {"schema": answer_schema(entry.answers)} if entry.answers else {}
    return {kind: schema if kind == "application/json" else {} for kind in _media_types(entry)}


def _media_types(entry: Entry) -> tuple[str, ...]:
    formats = entry.schemas.get("format", {}).get("enum") or (entry.path.rpartition(".")[2],)
    found = tuple(_MEDIA_TYPES[form].partition(";")[0] for form in formats if form in _MEDIA_TYPES)
    return found or ("application/json",)


def body_schema(body: JsonBody, structs: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body, as a JSON schema."""
    whole = structs[body.kind.__name__]
    names = body.names or tuple(whole["properties"])
    needed = [name for name in whole.get("required", ()) if name in names and name not in body.derived]
    return {
        "type": "object",
        "properties": {name: whole["properties"][name] for name in names},
        "additionalProperties": False,
    } | ({"required": needed} if needed and not body.partial else {})
