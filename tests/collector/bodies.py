"""Requests of every sort, for hypothesis: whole batches at the edges of the format, and what damage makes of them.

Whole batches are drawn from the types of collector/wire.py, so a new field is covered as soon as it is there.
"""

from __future__ import annotations

import gzip
import itertools
import json
import time
import zlib
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect as types

from collector import wire
from tests.collector.batches import FP
from tests.collector.conftest import HEADERS, KEY

NOW = int(time.time() * 1000)
LONGEST = wire.MAX_BODY


@dataclass(frozen=True)
class Sent:
    """One request of the intake."""

    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: dict(HEADERS))
    method: str = "POST"
    path: str = f"/c/{KEY}"
    pieces: int = 1  # ASGI messages that the body comes in


# -- whole batches


def _number(kind: types.IntType) -> st.SearchStrategy[int]:
    low = kind.ge if kind.ge is not None else 0
    high = kind.le if kind.le is not None else (kind.lt or 1 << 30) - 1
    return st.sampled_from([low, high]) | st.integers(low, high)


def leaf(kind: types.Type) -> st.SearchStrategy[Any]:
    """Values of a field, its edges among them."""
    match kind:
        case types.IntType():
            return _number(kind)
        case types.FloatType():
            low = kind.ge if kind.ge is not None else 0
            return st.floats(low, kind.le, exclude_min=kind.gt is not None) | st.sampled_from([kind.le, 1, 5e-324])
        case types.StrType(pattern=None):
            return st.text(min_size=kind.min_length or 0, max_size=kind.max_length)
        case types.StrType():
            return st.from_regex(kind.pattern, fullmatch=True).filter(lambda text: len(text) <= (kind.max_length or 99))
        case types.BoolType():
            return st.booleans()
        case types.UnionType():
            return st.none() | st.one_of(*(leaf(one) for one in kind.types if not isinstance(one, types.NoneType)))
        case types.ListType():
            return st.lists(leaf(kind.item_type), max_size=min(kind.max_length or 3, 3))
        case types.DictType():
            return st.dictionaries(leaf(kind.key_type), leaf(kind.value_type), max_size=3)
    raise NotImplementedError(f"no strategy for {kind}")


def fields(struct: type[msgspec.Struct]) -> dict[str, types.Type]:
    """By their names on the wire."""
    return {f.encode_name: f.type for f in types.type_info(struct).fields}  # type: ignore[union-attr]


_COLUMNS: dict[str, type[msgspec.Struct]] = {
    "click": wire.ClickColumns,
    "hover": wire.HoverColumns,
    "resize": wire.ResizeColumns,
    "custom": wire.CustomColumns,
    "input": wire.InputColumns,
    "submit": wire.SubmitColumns,
    "error": wire.ErrorColumns,
    "ask": wire.AskColumns,
}
assert set(_COLUMNS) == set(wire.KINDS)
_ITEMS = {
    (kind, name): leaf(column.item_type)  # type: ignore[attr-defined]
    for kind, struct in _COLUMNS.items()
    for name, column in fields(struct).items()
}
_FINGERPRINTS = st.sampled_from([FP, "." * 22, FP + "..", "~" * 11, "A" * 54])
_FLAT = {
    name: st.fixed_dictionaries({}, optional={one: leaf(kind) for one, kind in fields(struct).items()})
    for name, struct in (("sum", wire.ViewTotals), ("ctx", wire.ViewContext))
}
_SCROLL = st.fixed_dictionaries({name: leaf(kind) for name, kind in fields(wire.Scroll).items()})
_CLOCKS = st.sampled_from([NOW, NOW - 1, NOW - 90_000_000, NOW + 90_000_000, 0, 4_102_444_800_000]) | (
    st.integers(NOW - 10_000_000, NOW + 1_000_000) | st.integers(0, 4_102_444_800_000)
)
_views = itertools.count()  # not drawn: hypothesis would draw some again and again, and they are known then
_PATHS = st.text(min_size=1, max_size=40) | st.sampled_from(["main>a:1", "form#basket>button:2", "x" * 512])


@st.composite
def whole(draw: st.DrawFn) -> dict[str, Any]:
    """A batch within every limit, if its context is (an address may be no page, a viewport may be missing)."""
    elements = draw(st.integers(0, 3))
    context = {"vw": 1366, "vh": 768, "pw": 1366, "ph": 4000} | draw(_FLAT["ctx"])
    context["url"] = "https://shop.example/" + draw(st.text(max_size=20))
    made: dict[str, Any] = {
        "v": 1,
        "view": f"{next(_views):024d}",
        "seq": draw(st.sampled_from([0, 1, 100_000])),
        "sent": draw(_CLOCKS),
        "t0": draw(_CLOCKS),
        "ctx": context,
        "sum": draw(_FLAT["sum"]),
        "el": {
            "p": [draw(_PATHS) for _ in range(elements)],
            "f": [draw(_FINGERPRINTS) for _ in range(elements)],
        },
    }
    for kind, struct in _COLUMNS.items():
        on_elements = issubclass(struct, wire.ON_ELEMENTS)
        if draw(st.booleans()) or (on_elements and not elements):
            continue
        length = draw(st.integers(0, 3))
        made[kind] = {name: [draw(_ITEMS[kind, name]) for _ in range(length)] for name in fields(struct)}
        if on_elements:
            made[kind]["e"] = [draw(st.integers(0, elements - 1)) for _ in range(length)]
        if kind == "ask":
            on = st.none() | st.integers(0, elements - 1) if elements else st.none()
            made[kind]["e"] = [draw(on) for _ in range(length)]
        if "t" in made[kind]:
            made[kind]["t"] = [at % 28_800_000 for at in made[kind]["t"]]
    if elements and draw(st.booleans()):
        made["scroll"] = draw(_SCROLL) | {"e": elements - 1}
    return made


# -- damage to the tree


@dataclass(frozen=True)
class Raw:
    """Text that stands in the body as it is."""

    text: bytes


DEEP = 100_000
_RAW = [
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"1e308", b"5e-324", b"-0", b"-0.0", b"1.0", b"0.1", b"1e2",
    b"01", b"+1", b"0x10", b".5", b"5.", b"1" * 400, b"-1", b"255", b"256", b"65535", b"65536", b"10001", b"10000001",
    b"2147483648", b"4294967296", b"9223372036854775808", b"18446744073709551616", b"true", b"false", b"null",
    b'""', b'"\\u0000"', b'"\x00"',
    b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud83d\\ude00"', b'"\xff"', b'"\xed\xa0\x80"',
    b'"\\u2028\\n\\r\\t\\\\\\""', b'"' + b"a" * 513 + b'"', b'"' + "é\U0001f600".encode() * 20 + b'"', b'"1"',
    b"{}", b"[]", b"[[]]", b"[0]", b"[null]", b'{"a":1}', b"undefined", b"'x'", b"", b"/**/1",
    b"[" * DEEP + b"]" * DEEP, b"[" * DEEP, b'{"a":' * DEEP,
]  # fmt: skip


def dumped(node: Any) -> bytes:
    """JSON in which keys may come twice: an object is a list of pairs behind `Pairs`."""
    if isinstance(node, Raw):
        return node.text
    if isinstance(node, dict):
        return b"{" + b",".join(dumped(k) + b":" + dumped(v) for k, v in node.items()) + b"}"
    if isinstance(node, Pairs):
        return b"{" + b",".join(dumped(k) + b":" + dumped(v) for k, v in node.pairs) + b"}"
    if isinstance(node, list):
        return b"[" + b",".join(map(dumped, node)) + b"]"
    return json.dumps(node, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Pairs:
    pairs: list[tuple[Any, Any]]


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of every value below."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place for key, value in inner for place in [(*path, key), *_places(value, (*path, key))]]


def _changed(node: Any, path: tuple[Any, ...], how: Any) -> Any:
    """A copy with `how(parent, key)` → new parent done at `path`."""
    key, rest = path[0], path[1:]
    if not rest:
        return how(node, key)
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[key] = _changed(node[key], rest, how)
    return copy


@st.composite
def damaged(draw: st.DrawFn, node: dict[str, Any]) -> Any:
    """One value replaced, left out, added, said twice, or a column made longer or shorter."""
    path = draw(st.sampled_from(_places(node)))
    what = draw(st.sampled_from(["replace", "replace", "leave out", "add", "twice", "longer", "shorter"]))
    value = draw(st.sampled_from(_RAW).map(Raw) | st.text(max_size=5) | st.integers())

    def how(parent: Any, key: Any) -> Any:
        copy = dict(parent) if isinstance(parent, dict) else list(parent)
        if what == "leave out":
            del copy[key]
        elif what == "add" and isinstance(copy, dict):
            copy["pinch" if not isinstance(value, str) else value] = value
        elif what == "twice" and isinstance(copy, dict):
            return Pairs([*copy.items(), (key, value)])
        elif what == "longer" and isinstance(copy[key], list):
            copy[key] = copy[key] * 210 or [value]
        elif what == "shorter" and isinstance(copy[key], list):
            copy[key] = copy[key][:-1]
        else:
            copy[key] = value
        return copy

    return _changed(node, path, how)


# -- damage to the text and to the request


def _cut(text: bytes, at: int) -> bytes:
    return text[: at % (len(text) + 1)]


def _flipped(text: bytes, at: int) -> bytes:
    at %= max(len(text), 1)
    return text[:at] + bytes([text[at] ^ (1 << at % 8)]) + text[at + 1 :] if text else text


def _zipped(text: bytes, at: int) -> bytes:
    return gzip.compress(text, mtime=0)


OF_TEXT = [
    lambda text, at: text,
    _cut,
    _flipped,
    lambda text, at: text + b"}",
    lambda text, at: text + text,
    lambda text, at: b"\xef\xbb\xbf" + text,
    lambda text, at: text.decode("utf-8", "replace").encode("utf-16"),
    lambda text, at: text + b" " * (LONGEST - len(text) + at % 3 - 1),
    lambda text, at: text.replace(b'"v":1,', b'"v":%d,' % (at % 4)),
]
OF_ZIP = [
    _zipped,
    _zipped,
    lambda text, at: _cut(_zipped(text, at), at),
    lambda text, at: _flipped(_zipped(text, at), at),
    lambda text, at: _zipped(_zipped(text, at), at),
    lambda text, at: _zipped(text, at) + b"x",
    lambda text, at: _zipped(text, at) * 2,
    lambda text, at: zlib.compress(text),
    lambda text, at: _zipped(text + b" " * 10_000_000, at),
    lambda text, at: text,
]
_WAYS: list[tuple[str, ...]] = [
    (), (), (), ("value",), ("value",), ("value", "value"), ("text",), ("headers",), ("zip",), ("value", "zip"),
    ("text", "zip"), ("headers", "value"), ("method",),
]  # fmt: skip
_HEADERS = st.sampled_from([
    {"content-type": "application/json"}, {"content-type": "text/html"}, {"content-type": "\xff;;"},
    {"content-encoding": "br"}, {"content-encoding": "GZIP, gzip"}, {"origin": "https://evil.example"},
    {"origin": "null"}, {"origin": "\xe9//\x00"}, {"origin": "", "referer": "https://shop.example/x"},
    {"user-agent": ""}, {"user-agent": "\xff" * 3000}, {"user-agent": "Googlebot/2.1"}, {"sec-purpose": "prefetch"},
    {"content-length": "-1"}, {"content-length": "9" * 5000}, {"content-length": "\xb2"}, {"content-length": "0"},
    {"x-forwarded-for": ",,\xff, 1.2.3.4:"}, {"sec-ch-ua": "\xff\"'"}, {"purpose": "x" * 2000},
])  # fmt: skip


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """Good ones, bad ones, and what lies between."""
    node: Any = draw(whole())
    ways = draw(st.sampled_from(_WAYS))
    for _ in range(ways.count("value")):
        if isinstance(node, dict):
            node = draw(damaged(node))
    at = draw(st.integers(0, 70_000))
    sent = Sent(dumped(node), pieces=draw(st.sampled_from([1, 1, 2, 9])))
    if "text" in ways:
        sent = replace(sent, body=draw(st.sampled_from(OF_TEXT))(sent.body, at))
    if "zip" in ways:
        zipped = draw(st.sampled_from(OF_ZIP))(sent.body, at)
        sent = replace(sent, body=zipped, headers=sent.headers | {"content-encoding": "gzip"})
    if "headers" in ways:
        sent = replace(sent, headers=sent.headers | draw(_HEADERS))
    if "method" in ways:
        sent = replace(sent, method=draw(st.sampled_from(["GET", "PUT", "DELETE", "PROPFIND"])))
    return sent
