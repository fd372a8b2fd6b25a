"""A record from stored JSON, held to its types but not to its limits.

Limits are enforced when a record is written. A record that an earlier version wrote may break
today's limits and must still be usable: the collector keeps serving a site whose name is too long.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from msgspec import Struct, inspect

R = TypeVar("R", bound=Struct)


class Unbuildable(ValueError):
    """The value does not have the structure of the type; the message says where."""


def build(kind: type[R], plain: object) -> R:
    """An instance of the msgspec struct `kind`. Unknown fields are ignored; Unbuildable if a value has another type."""
    made: R = _built(_type_info(kind), plain, kind.__name__)
    return made


@cache
def _type_info(kind: type[Struct]) -> inspect.Type:
    return inspect.type_info(kind)


def _built(type_: inspect.Type, value: object, path: str) -> Any:
    match type_:
        case inspect.Metadata():
            return _built(type_.type, value, path)
        case inspect.StructType() if isinstance(value, Mapping):
            return _struct(type_, value, path)
        case inspect.VarTupleType() if isinstance(value, list | tuple):
            return tuple(_built(type_.item_type, item, f"{path}.{n}") for n, item in enumerate(value))
        case inspect.DictType() if isinstance(value, Mapping):
            return {str(key): _built(type_.value_type, item, f"{path}.{key}") for key, item in value.items()}
        case inspect.LiteralType() if value in type_.values:
            return value
        case inspect.StrType() if isinstance(value, str):
            return value
        case inspect.BoolType() if isinstance(value, bool):
            return value
        case inspect.IntType() if isinstance(value, int) and not isinstance(value, bool):
            return value
        case inspect.FloatType() if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        case inspect.UnionType():  # a value or nothing
            return None if value is None else _built(_other_than_none(type_), value, path)
    raise Unbuildable(f"{path} is {value!r:.80}")


def _other_than_none(type_: inspect.UnionType) -> inspect.Type:
    return next(one for one in type_.types if not isinstance(one, inspect.NoneType))


def _struct(type_: inspect.StructType, value: Mapping[str, object], path: str) -> Any:
    made = {}
    for known in type_.fields:
        if known.encode_name in value:
            made[known.name] = _built(known.type, value[known.encode_name], f"{path}.{known.name}")
        elif known.required:
            raise Unbuildable(f"{path}.{known.name} is missing")
    return type_.cls(**made)
