"""Reads plain values from JSON or a form into a record by its types and limits, and collects all faults."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from msgspec import NODEFAULT, Struct, inspect, to_builtins

from rules.faults import Fault, Faults, Scalar, fault, in_order

R = TypeVar("R", bound=Struct)
FieldRules = Callable[[Mapping[str, Any]], Iterable[Fault]]

_BAD = object()  # instead of a value that has a fault
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")  # line breaks and tabs are allowed
_MOST_FAULTS = 100  # per record


@dataclass(frozen=True)
class ReadFields:
    """The valid fields, and the faults of the others."""

    values: Mapping[str, Any]
    faults: tuple[Fault, ...]


def read(
    kind: type[Struct],
    raw: Mapping[str, object],
    *,
    allowed: Collection[str] | None = None,
    given: Mapping[str, object] | None = None,
) -> ReadFields:
    """Read the fields of the struct `kind`.

    `allowed`: the fields that `raw` may have; others are faults (None: any may occur, and unknown ones are ignored,
    as in stored records). `given`: values of further fields, checked by the same limits.
    """
    info = _type_info(kind)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{kind} is not a struct")
    if allowed is None:
        reader, fields = _Walk(strict=False), dict(raw)
    else:
        reader, fields = _Walk(strict=True), {name: value for name, value in raw.items() if name in allowed}
        reader.unknown((name for name in raw if name not in allowed), allowed, "")
    values = reader.fields(info, fields | dict(given or {}), "")
    return ReadFields(values, tuple(reader.faults))


def record(
    kind: type[R],
    raw: Mapping[str, object],
    rules: FieldRules = lambda values: (),
    *,
    allowed: Collection[str] | None = None,
    given: Mapping[str, object] | None = None,
) -> R | Faults:
    """The record, or all its faults: those of single fields, and those that `rules` finds among the valid fields.

    `allowed` and `given` as in `read`.
    """
    found = read(kind, raw, allowed=allowed, given=given)
    faults = in_order((*found.faults, *rules(found.values)), allowed or kind.__struct_fields__)
    return Faults(faults) if faults else kind(**found.values)


def plain(record: Struct) -> dict[str, Any]:
    """A record as plain JSON values."""
    values: dict[str, Any] = to_builtins(record)
    return values


@cache
def _type_info(kind: type[Struct]) -> inspect.Type:
    return inspect.type_info(kind)


class _Walk:
    def __init__(self, *, strict: bool) -> None:
        self.strict = strict  # an unknown field is a fault
        self.faults: list[Fault] = []

    def bad(self, path: str, code: str, **values: Scalar) -> Any:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(fault(path, code, **values))
        return _BAD

    def unknown(self, names: Any, allowed: Collection[str], path: str) -> None:
        for name in names:
            self.bad(f"{path}.{name}" if path else str(name), "unknown", allowed=", ".join(allowed))

    def fields(self, info: inspect.StructType, plain: Mapping[str, object], path: str) -> dict[str, Any]:
        """The valid fields of a struct, including defaults."""
        values: dict[str, Any] = {}
        for known in info.fields:
            at = f"{path}.{known.name}" if path else known.name
            if known.encode_name in plain:
                value = self.value(known.type, plain[known.encode_name], at)
            elif known.default is not NODEFAULT:
                value = known.default
            elif known.default_factory is not NODEFAULT:
                value = known.default_factory()
            else:
                value = self.bad(at, "missing")
            if value is not _BAD:
                values[known.name] = value
        return values

    def value(self, type_: inspect.Type, value: object, path: str, extra: Mapping[str, Any] | None = None) -> Any:
        """One value; _BAD if it has a fault."""
        match type_:
            case inspect.Metadata():
                return self.value(type_.type, value, path, type_.extra)
            case inspect.StrType():
                return self.text(type_, value, path, extra or {})
            case inspect.BoolType():
                return value if isinstance(value, bool) else self.bad(path, "type", expected="true or false")
            case inspect.IntType() | inspect.FloatType():
                return self.number(type_, value, path)
            case inspect.LiteralType():
                return self.choice(type_, value, path)
            case inspect.VarTupleType():
                return self.items(type_, value, path)
            case inspect.DictType():
                return self.mapping(type_, value, path)
            case inspect.StructType():
                return self.struct(type_, value, path)
            case inspect.UnionType():  # a value or nothing
                if value is None:
                    return None
                return self.value(next(t for t in type_.types if t != inspect.NoneType()), value, path, extra)
        raise TypeError(f"{path}: records have no field of type {type_}")

    def choice(self, type_: inspect.LiteralType, value: object, path: str) -> Any:
        """The declared object itself: msgspec leaves out a default by identity (omit_defaults)."""
        if isinstance(value, str) and value in type_.values:
            return type_.values[type_.values.index(value)]
        allowed = ", ".join(str(one) or "nothing" for one in type_.values)
        shown = value if isinstance(value, str | int | float) else type(value).__name__
        return self.bad(path, "choice", value=shown, allowed=allowed)

    def text(self, type_: inspect.StrType, value: object, path: str, extra: Mapping[str, Any]) -> Any:
        if not isinstance(value, str):
            return self.bad(path, "type", expected="text")
        value = value.strip() if extra.get("strip", True) else value
        if _UNPRINTABLE.search(value):
            return self.bad(path, "characters")
        least, most = type_.min_length or 0, type_.max_length
        if not value and (least or (type_.pattern and not re.search(type_.pattern, ""))):
            return self.bad(path, "missing")
        if len(value) < least:
            return self.bad(path, "short", n=len(value), least=least)
        if most is not None and len(value) > most:
            return self.bad(path, "long", n=len(value), most=most)
        # `$` also matches before a line break at the end, which `strip` removed
        if type_.pattern and not re.search(type_.pattern, value):
            return self.bad(path, str(extra.get("code", "pattern")), value=value)
        return value

    def number(self, type_: inspect.IntType | inspect.FloatType, value: object, path: str) -> Any:
        whole = isinstance(type_, inspect.IntType)
        right = isinstance(value, int) if whole else isinstance(value, int | float) and math.isfinite(value)
        if isinstance(value, bool) or not right or not isinstance(value, int | float):
            return self.bad(path, "type", expected="a whole number" if whole else "a number")
        if type_.ge is not None and value < type_.ge:
            return self.bad(path, "low", value=value, least=type_.ge)
        if type_.gt is not None and value <= type_.gt:
            return self.bad(path, "above", value=value, least=type_.gt)
        if type_.le is not None and value > type_.le:
            return self.bad(path, "high", value=value, most=type_.le)
        return value if whole else float(value)

    def items(self, type_: inspect.VarTupleType, value: object, path: str) -> Any:
        if not isinstance(value, list | tuple):
            return self.bad(path, "type", expected="a list")
        if not self.length(type_, len(value), path):
            return _BAD
        items = tuple(self.value(type_.item_type, item, f"{path}.{n}") for n, item in enumerate(value))
        return _BAD if any(item is _BAD for item in items) else items

    def mapping(self, type_: inspect.DictType, value: object, path: str) -> Any:
        if not isinstance(value, Mapping):
            return self.bad(path, "type", expected="an object")
        if not value and type_.min_length:
            return self.bad(path, "missing")
        if not self.length(type_, len(value), path):
            return _BAD
        keys = [self.value(type_.key_type, key, path) for key in value]
        values = [self.value(type_.value_type, item, f"{path}.{key}") for key, item in value.items()]
        return _BAD if any(one is _BAD for one in (*keys, *values)) else dict(zip(keys, values, strict=True))

    def length(self, type_: inspect.VarTupleType | inspect.DictType, n: int, path: str) -> bool:
        if n < (type_.min_length or 0):
            self.bad(path, "few", n=n, least=type_.min_length or 0)
            return False
        if type_.max_length is not None and n > type_.max_length:
            self.bad(path, "many", n=n, most=type_.max_length)
            return False
        return True

    def struct(self, type_: inspect.StructType, value: object, path: str) -> Any:
        if not isinstance(value, Mapping):
            return self.bad(path, "type", expected="an object")
        names = [known.encode_name for known in type_.fields]
        if self.strict:
            self.unknown((name for name in value if name not in names), names, path)
        values = self.fields(type_, value, path)
        return type_.cls(**values) if len(values) == len(type_.fields) else _BAD
