"""What is a batch and what is not, and that the message says where."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import wire, wire_docs
from tests.collector.batches import FP, at, batch, body, without

EXAMPLES = Path(__file__).parent.parent / "examples" / "batches.json"

REFUSED = [
    (without("view"), "missing required field `view`"),
    (without("ctx"), "missing required field `ctx`"),
    (body(view="short"), "$.view"),
    (body(view="A" * 24 + "\n"), "$.view"),
    (body(view="é" * 24), "$.view"),
    (body(seq=-1), "$.seq"),
    (body(seq=1.5), "$.seq"),
    (body(seq="1"), "$.seq"),
    (body(sent=-1), "$.sent"),
    (at("ctx.url", "https://shop.example/" + "a" * 2048), "$.ctx.url"),
    (at("ctx.ref", "x" * 2049), "$.ctx.ref"),
    (at("ctx.pw", -1), "$.ctx.pw"),
    (at("ctx.vw", 0), "$.ctx.vw"),
    (at("ctx.ph", 1_000_000_000), "$.ctx.ph"),
    (at("ctx.dpr", 0), "$.ctx.dpr"),
    (at("ctx.variants", {"a b": "c"}), "$.ctx.variants"),
    (at("el.p", ["x" * 513, "b"]), "$.el.p[0]"),
    (at("el.f", [FP[:-1], FP]), "$.el.f[0]"),
    (at("el.f", [FP]), "$.el: columns differ in length: p has 2, f has 1"),
    (at("click.x", [10_001, 0]), "$.click.x[0]"),
    (at("click.px", [1_000_000_000, 0]), "$.click.px[0]"),
    (at("click.w", [-1, 0]), "$.click.w[0]"),
    (at("click.t", [1]), "$.click: columns differ in length: t has 1, e has 2"),
    (at("click.e", [0, 2]), "$.click.e: refers to element 2, but $.el has 2"),
    (at("click.t", [80_000_000, 80_000_000]), "$.click.t"),
    (at("hover.c", [64, 0, 0]), "$.hover.c[0]"),
    (at("hover.d", [1, 2]), "$.hover: columns differ"),
    (at("scroll.e", 2), "$.scroll.e: refers to element 2"),
    (body(el=None), "$.click.e: refers to element 1, but $.el has 0"),
    (at("scroll.bands", [1] * 21), "$.scroll.bands"),
    (body(custom={"t": [0], "n": ["x"], "v": [1e13]}), "$.custom.v[0]"),
    (body(resize={"t": [0] * 201, "w": [1] * 201, "h": [1] * 201}), "$.resize.t"),
    (body(input={"t": [0], "e": [2], "d": [1], "n": [0], "k": [0]}), "$.input.e: refers to element 2, but $.el has 2"),
    (body(input={"t": [0], "e": [0], "d": [1], "n": [65_536], "k": [0]}), "$.input.n[0]"),
    (body(input={"t": [0], "e": [0], "d": [1], "n": ["typed"], "k": [0]}), "$.input.n[0]"),
    (body(submit={"t": [0], "e": []}), "$.submit: columns differ in length: t has 1, e has 0"),
    (body(error={"t": [0], "e": [0], "h": ["abc"], "n": [""]}), "$.error.h[0]"),
    (body(error={"t": [0], "e": [0], "h": ["ab"], "n": ["x" * 65]}), "$.error.n[0]"),
    (at("sum.fake", -1), "$.sum.fake"),
    (b"[]", "Expected `object`"),
    (b'"text"', "Expected `object`"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[words[:40] for _, words in REFUSED])
def test_wrong_shape_says_where(text: bytes, words: str) -> None:
    with pytest.raises(wire.WrongShape) as caught:
        wire.decode(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"nonsense", b"\xff\xfe", b'{"v":NaN}', b'{"v":Infinity}', b'{"v":01}', b"\x00",
        b'{"q":' + b"[" * 5000 + b"]" * 5000 + b"}", body().replace(b"main>a:1", b"main\xff"),
        body() + b"x",
    ],
)  # fmt: skip
def test_not_json(text: bytes) -> None:
    with pytest.raises(wire.NotJson):
        wire.decode(text)


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"1e308", b"99999999999999999999999"])
def test_numbers_beyond_every_range(number: bytes) -> None:
    text = body().replace(b'"seq":0', b'"seq":' + number).replace(b'"depth":2000', b'"depth":' + number)
    with pytest.raises(wire.WireError):
        wire.decode(text)


def test_too_many_events_in_all() -> None:
    hover = {name: [0] * 200 for name in ("e", "c", "d", "w", "h", "px", "py")}
    click = {name: [0] * 200 for name in ("t", "e", "x", "y", "w", "h", "px", "py", "b", "k", "r", "d")}
    resize = {"t": [0] * 200, "w": [1] * 200, "h": [1] * 200}
    wire.decode(body(hover=hover, click=click, resize=resize))
    with pytest.raises(wire.WrongShape, match="601 events"):
        wire.decode(body(hover=hover, click=click, resize=resize, custom={"t": [0], "n": ["a"], "v": [None]}))


@pytest.mark.parametrize("text", [body(v=2), b'{"v":99,"whatever":[]}', body(v=0)])
def test_an_unknown_version_is_answered_with_the_supported_ones(text: bytes) -> None:
    with pytest.raises(wire.UnknownVersion, match="supported: 1"):
        wire.decode(text)


def test_every_cut_of_a_batch_is_refused() -> None:
    whole = body()
    for length in range(len(whole)):
        with pytest.raises(wire.WireError):
            wire.decode(whole[:length])


def test_the_normal_form_has_what_was_validated_and_nothing_else() -> None:
    """Else a second `click` or an unknown field would reach the store without having been looked at."""
    whole = body()
    smuggled = whole[:-1] + b',"secret":"typed text","seq":3,"seq":4}'
    normal = wire.encode(wire.decode(smuggled))
    assert b"secret" not in normal
    assert normal.count(b'"seq"') == 1
    assert json.loads(normal)["seq"] == 4
    assert wire.encode(wire.decode(normal)) == normal


def test_fields_of_a_later_tracker_are_skipped_and_named() -> None:
    later = batch(pinch={"t": [1], "deep": [[[]]]}, wheel=None)
    later["ctx"]["colours"] = 30
    later["click"]["z"] = [1, 2]
    text = json.dumps(later).encode()
    taken = wire.decode(text)
    del later["pinch"], later["wheel"]
    assert wire.encode(taken) == wire.encode(wire.decode(json.dumps(later).encode()))
    assert wire.skipped(taken, text) == ["pinch", "wheel"]
    known = body()
    assert wire.skipped(wire.decode(known), known) == []


def test_an_error_beside_an_unknown_field_is_reported_where_it_is() -> None:
    with pytest.raises(wire.WrongShape, match=r"\$\.seq"):
        wire.decode(body(seq=-1, pinch={"t": [1]}))
    with pytest.raises(wire.UnknownVersion):
        wire.decode(body(v=2, pinch={"t": [1]}))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: (
    st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted(batch())) | st.text(), inner, max_size=6)
)))  # fmt: skip
@settings(deadline=None)
def test_any_json_is_a_batch_or_a_wire_error(value: object) -> None:
    with contextlib.suppress(wire.WireError):
        wire.decode(json.dumps(value).encode("utf-8", "surrogatepass"))


def test_span_counts_the_longest_kind() -> None:
    made = wire.decode(body(resize={"t": [100, 5000], "w": [1, 2], "h": [1, 2]}))
    assert wire.span(made) == 5100


def _text(example: dict[str, object]) -> bytes:
    body = example["body"]
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def test_examples_that_both_sides_must_pass() -> None:
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert examples["accepted"]
    for example in examples["accepted"]:
        wire.decode(_text(example))
    for example in examples["refused"]:
        with pytest.raises(getattr(wire, example["reason"])):
            wire.decode(_text(example))


def test_docs_are_current() -> None:
    assert wire_docs.PAGE.read_text(encoding="utf-8") == wire_docs.page()
