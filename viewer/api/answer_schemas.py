"""JSON schemas of answers, for the OpenAPI description: from the records that the routes answer with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any

import msgspec
import numpy as np

from viewer.api.query_schemas import Schema

REF = "#/components/schemas/{name}"


@dataclass(frozen=True)
class Answered:
    """What a route answers with: the fields of one of `kinds`.

    `under`: the field of the answer that has it, "" if it is the answer itself; `many`: it is a list of them. `beside`:
    further fields of the answer.
    """

    kinds: tuple[type, ...]
    under: str = ""
    many: bool = False
    beside: Mapping[str, Schema] | None = None


_OBJECT: Schema = {"type": "object"}
ASKED: Mapping[str, Schema] = {"query": _OBJECT | {"description": "The question as it was understood."}}
REJECTED: Mapping[str, Schema] = {"rejected": {"type": "array", "items": _OBJECT}}
# Records that are not answered field by field (viewer/api/figures.py).
_WRITTEN: Mapping[str, Schema] = {
    "Snapshot": {
        "type": "object",
        "required": ["id", "page", "width", "height", "variant", "state", "url", "taken", "title", "warnings"],
        "properties": {
            "id": {"type": "integer"}, "page": {"type": "string"}, "width": {"type": "integer"},
            "height": {"type": "integer"}, "viewport_height": {"type": "integer"}, "variant": {"type": "string"},
            "state": {"type": "string"}, "url": {"type": "string"}, "taken": {"type": ["string", "null"]},
            "title": {"type": "string"}, "warnings": {"type": "array", "items": {"type": "string"}},
        },
    },
    "MapWarning": {
        "type": "object",
        "required": ["code", "message", "values"],
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "values": _OBJECT},
    },
}  # fmt: skip


def answer_schema(answered: Answered) -> Schema:
    """The schema of an answer; its records are components."""
    refs: list[Schema] = [{"$ref": REF.format(name=kind.__name__)} for kind in answered.kinds]
    one: Schema = refs[0] if len(refs) == 1 else {"anyOf": refs}
    if answered.many:
        one = {"type": "array", "items": one}
    beside = dict(answered.beside or {})
    if answered.under:
        fields = {answered.under: one, **beside}
        return {"type": "object", "required": list(fields), "properties": fields}
    return {"allOf": [one, {"type": "object", "required": list(beside), "properties": beside}]} if beside else one


def answer_components(answers: Iterable[Answered]) -> dict[str, Schema]:
    """The records of these answers as components, by name."""
    kinds = sorted({kind for one in answers for kind in one.kinds}, key=lambda kind: kind.__name__)
    figures = [kind for kind in kinds if is_dataclass(kind)]
    records = [kind for kind in kinds if not is_dataclass(kind)]
    _, of_records = msgspec.json.schema_components(records, schema_hook=_array, ref_template=REF)
    _, of_figures = msgspec.json.schema_components(figures, schema_hook=_array, ref_template=REF)
    return {name: _WRITTEN.get(name) or _figure(schema) for name, schema in of_figures.items()} | of_records


def _array(kind: type) -> Schema:
    """Arrays and scalars of numpy."""
    if issubclass(kind, np.ndarray):
        return {"type": "array"}
    if issubclass(kind, np.generic):
        return {"type": "number"}
    raise NotImplementedError(kind)


def _figure(schema: Any, name: str = "") -> Any:
    """Figures as they are written: a number that is not known is null, and the key of an element 16 digits."""
    if isinstance(schema, list):
        return [_figure(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if name == "key" and schema.get("type") == "integer":
        return {"type": "string"}
    if schema.get("type") == "number":
        return {"type": ["number", "null"]}
    properties = schema.get("properties")
    changed = {field: _figure(one) for field, one in schema.items() if field not in ("properties", "default")}
    if properties is not None:
        changed["properties"] = {field: _figure(one, field) for field, one in properties.items()}
    return changed
