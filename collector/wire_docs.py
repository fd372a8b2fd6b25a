"""Writes docs/wire.md from collector/wire.py: `python -m collector.wire_docs` (`--check` only compares)."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from collector import wire

PAGE = Path(__file__).resolve().parent.parent / "docs" / "wire.md"
STRUCTS: tuple[tuple[str, type[Struct]], ...] = (
    ("Batch", wire.Batch),
    ("Batch.ctx", wire.ViewContext),
    ("Batch.sum", wire.ViewTotals),
    ("Batch.el", wire.Elements),
    ("Batch.click", wire.ClickColumns),
    ("Batch.hover", wire.HoverColumns),
    ("Batch.scroll", wire.Scroll),
    ("Batch.resize", wire.ResizeColumns),
    ("Batch.custom", wire.CustomColumns),
    ("Batch.input", wire.InputColumns),
    ("Batch.submit", wire.SubmitColumns),
    ("Batch.error", wire.ErrorColumns),
    ("Batch.ask", wire.AskColumns),
)
LIMITS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "maxItems": "at most {} items",
    "maxProperties": "at most {} entries",
    "pattern": "`{}`",
}


def _described(schema: dict[str, Any]) -> str:
    """Type and limits of a JSON schema node, for people."""
    if "$ref" in schema:
        return "object, see below"
    if "anyOf" in schema:
        return " or ".join(_described(s) for s in schema["anyOf"])
    kind = schema.get("type", "any")
    limits = [text.format(schema[name]) for name, text in LIMITS.items() if name in schema]
    if kind == "array":
        limits.insert(0, f"of {_described(schema['items'])}")
    if kind == "object" and "additionalProperties" in schema:
        limits.insert(0, f"name → {_described(schema['additionalProperties'])}")
    return f"{kind} {', '.join(limits)}".strip().replace("|", "\\|")


def _comments(struct: type[Struct]) -> dict[str, str]:
    """Field → its comment in the source: on its line or the lines above."""
    found: dict[str, str] = {}
    above = ""
    for line in inspect.getsource(struct).splitlines():
        text = line.strip()
        name, colon, rest = text.partition(":")
        if text.startswith("# "):
            above = f"{above} {text[2:]}".strip()
        elif colon and name.isidentifier() and name in struct.__struct_fields__:
            comment = rest.replace("# type: ignore[valid-type]", "").partition("# ")[2].strip()
            found[name] = comment or above
            above = ""
    return found


def page() -> str:
    """The text of docs/wire.md."""
    _, definitions = msgspec.json.schema_components([wire.Batch])
    lines = [
        "# The wire format",
        "",
        "Generated from `collector/wire.py` by `python -m collector.wire_docs`; do not edit.",
        "",
        inspect.cleandoc(wire.__doc__ or "").partition("\n\n")[2],
        "",
        f"`POST /c/{{site key}}`, `Content-Type: text/plain`, version {wire.VERSION}, at most {wire.MAX_BODY:,} bytes",
        f"(after inflating, with `Content-Encoding: gzip`). At most {wire.MAX_EVENTS} events of a kind,",
        f"{wire.MAX_BATCH_EVENTS} in total, {wire.MAX_ELEMENTS} elements; the columns of a kind have one length; every",
        "element index refers to a record of the same batch. Unknown fields are ignored and not stored.",
        "Answers: docs/collector.md.",
    ]
    for title, struct in STRUCTS:
        schema = definitions[struct.__name__]
        comments = _comments(struct)
        lines += ["", f"## {title}", ""]
        if struct.__doc__ and not struct.__doc__.startswith(f"{struct.__name__}("):
            lines += [inspect.cleandoc(struct.__doc__), ""]
        lines += ["| field | value | required | meaning |", "|---|---|---|---|"]
        required = set(schema.get("required", ()))
        for name, node in schema["properties"].items():
            mark = "yes" if name in required else ""
            lines.append(f"| `{name}` | {_described(node)} | {mark} | {comments.get(name, '')} |")
    for title, table in (
        ("Flags of a click (`k`, added up)", wire.FLAGS),
        ("First effect (`r`)", wire.EFFECTS),
        ("Flags of a field (`k`, added up)", wire.FIELD_FLAGS),
        ("State of an asking (`k` of `ask`)", wire.ASK_STATES),
    ):
        lines += ["", f"## {title}", "", "| value | meaning |", "|---|---|"]
        lines += [f"| {value} | {meaning} |" for value, meaning in table.items()]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` only report whether it is current (exit code 1 if not)."""
    text = page()
    if "--check" in arguments:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        print("docs/wire.md is out of date: run `python -m collector.wire_docs`", file=sys.stderr)
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
