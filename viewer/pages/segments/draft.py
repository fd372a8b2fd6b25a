"""A tree of rules while somebody edits it: rules may be incomplete. Read from a form, changed by its buttons.

A group is `{"match", "rules", "groups"}` and a rule its fields, as in JSON. A path such as `groups.0.rules.1` names a
rule, `groups.0` a group and "" the outermost one; a form's fields are named by the path and the field, `rules.1.what`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.datastructures import FormData

from rules.faults import Fault, Faults
from rules.resolved_rules import KnownNames
from rules.segment import IN_ZONES, parse_tree, size_faults
from rules.shape import plain
from store.segments import ACTIONS, FUNNEL, MAX_DEPTH, MAX_RULES, MEASURES, TRAITS, Group

Fields = dict[str, Any]  # of a rule or a group, as in JSON

_NAME = re.compile(r"^((?:(?:rules|groups)\.\d{1,3}\.)*)(\w+)$")
_TEXTS = ("what", "scope", "how", "page", "element", "zone", "name", "count", "order")
_NUMBERS = ("least", "most", "within")
_WHOLE = ("times", "days")
PERCENT = ("scrolled", "top_value")  # whose amounts are shares, and are typed in percent
# What a rule keeps when its `what` changes: the fields that every kind of rule has
_OF_TRAITS = frozenset(("what", "scope", "how", "values"))
_OF_ACTIONS = frozenset(
    ("what", "scope", "values", "page", "element", "zone", "name", "least", "most", "times", "count", "days", "order",
     "other", "within")
)  # fmt: skip
_OF_FUNNELS = frozenset(("what", "scope", "funnel"))
_OF_MEASURES = frozenset(("what", "scope", "name", "least", "most", "days"))


@dataclass(frozen=True)
class Draft:
    """A tree that is being edited. Every change returns another draft; a path that does not exist changes nothing."""

    tree: Fields = field(default_factory=lambda: {"match": "all", "rules": [], "groups": []})

    def complete(self, known: KnownNames) -> tuple[Group, dict[str, str], dict[str, tuple[Fault, ...]]]:
        """The tree of the rules that are complete, their paths (draft → tree), and the faults of the others by path.

        `known`: what the rules may name; one that names a deleted goal is not complete.
        """
        paths: dict[str, str] = {}
        faults: dict[str, tuple[Fault, ...]] = {}

        def part(group: Fields, at: str, to: str) -> Fields:
            rules: list[Fields] = []
            for n, rule in enumerate(group["rules"]):
                made = parse_tree({"rules": [rule]})
                if wrong := made.all if isinstance(made, Faults) else tuple(known.unknown(made)):
                    faults[f"{at}rules.{n}"] = tuple(_of_rule(one) for one in wrong)
                else:
                    paths[f"{at}rules.{n}"] = f"{to}rules.{len(rules)}"
                    rules.append(rule)
            groups = [part(one, f"{at}groups.{n}.", f"{to}groups.{n}.") for n, one in enumerate(group["groups"])]
            return {"match": group["match"], "rules": rules, "groups": groups}

        tree = parse_tree(part(self.tree, "", ""))
        if isinstance(tree, Faults):  # the whole is too large: no rule counts
            return Group(), {}, faults | {"": tree.all}
        return tree, paths, faults

    def changed(self, action: str) -> Draft:
        """The draft after a button: `rule:PATH`, `group:PATH`, `drop:PATH`, `copy:PATH`, `up:PATH` or
        `value:PATH.N`, which removes a value."""
        name, _, path = action.partition(":")
        tree = copy.deepcopy(self.tree)
        if name in ("rule", "group"):
            _add(tree, name, path)
        elif name == "value":
            rule = _find(tree, path.rpartition(".")[0])
            _remove(rule.get("values", []) if rule else [], path.rpartition(".")[2])
        elif found := _place(tree, path):
            _rearrange(name, *found)
        return Draft(tree)


def draft_of(tree: Group | Mapping[str, Any]) -> Draft:
    """The draft of a tree, complete or as stored."""
    raw = plain(tree) if isinstance(tree, Group) else tree
    return Draft(_whole(raw))


def draft_of_text(text: str) -> Draft | None:
    """The draft of a tree as JSON text whose rules may be incomplete; None if it is no tree, or too large."""
    try:
        raw = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    if not isinstance(raw, Mapping) or size_faults(raw):
        return None
    return Draft(_tidy(_whole(raw)))


def typed(form: FormData) -> Draft:
    """The draft that a form contains. Places that were left out close up."""
    parts: dict[str, Fields] = {"": {"match": "all", "rules": [], "groups": []}}
    for name, value in sorted(form.multi_items(), key=lambda item: _order(item[0])):
        match = _NAME.match(name)
        part = _part(parts, match[1].rstrip(".")) if match else None
        if match and part is not None and isinstance(value, str):
            _set(part, match[2], value.strip())
    return Draft(_tidy(parts[""]))


def _part(parts: dict[str, Fields], path: str) -> Fields | None:
    """The part at a path, made if it is new; None if the tree would become too large."""
    if path in parts:
        return parts[path]
    above, _, _ = path.rpartition(".")
    above, _, kind = above.rpartition(".")
    group = _part(parts, above) if path.count("groups") < MAX_DEPTH and len(parts) <= 2 * MAX_RULES else None
    if group is None or "rules" not in group:
        return None
    parts[path] = {} if kind == "rules" else {"match": "all", "rules": [], "groups": []}
    group[kind].append(parts[path])
    return parts[path]


def _set(part: Fields, name: str, text: str) -> None:
    """Set one field of a group or a rule from what was typed."""
    if name == "match" and "rules" in part:
        part["match"] = text
    elif "rules" in part or not text:
        return
    elif name in ("values", "value"):
        if text not in part.setdefault("values", []):
            part["values"].append(text)
    elif name == FUNNEL:
        part[name] = _json_of(text)
    elif name.startswith("other_"):
        part.setdefault("other", {})[name.removeprefix("other_")] = text
    elif name in _TEXTS:
        part[name] = text
    elif name in _NUMBERS:
        part[name] = _number(text, share=name != "within" and part.get("what") in PERCENT)
    elif name in _WHOLE:
        part[name] = int(text) if text.isdecimal() else text


def _number(text: str, *, share: bool) -> float | str:
    """A typed number; a decimal comma is one too. Any other text unchanged, for the rules to reject."""
    try:
        value = float(text.replace(",", ".").replace("\u202f", "").replace(" ", ""))
    except ValueError:
        return text
    return value / 100 if share else value


def _json_of(text: str) -> object:
    """What the form has as JSON text; None if it is none."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _tidy(group: Fields) -> Fields:
    """The group whose rules have only the fields that their kind has."""
    return {
        "match": group["match"],
        "rules": [_fitting(rule) for rule in group["rules"] if rule.get("what")],
        "groups": [_tidy(one) for one in group["groups"]],
    }


def _fitting(rule: Fields) -> Fields:
    what = rule["what"]
    if what == FUNNEL:
        return {name: value for name, value in rule.items() if name in _OF_FUNNELS}
    kept = _OF_TRAITS if what in TRAITS else _OF_MEASURES if what in MEASURES else _OF_ACTIONS
    made = {name: value for name, value in rule.items() if name in kept}
    if not made.get("order"):
        made = {name: value for name, value in made.items() if name not in ("order", "other", "within")}
    if what in MEASURES:
        made["scope"] = "visitor"
    if what in ("landing", "exit") and made.get("scope") == "view":
        made["scope"] = "visit"
    if what in ACTIONS and what != "saw":
        made.pop("values", None)
    if what not in IN_ZONES:
        made.pop("zone", None)
    return made


def _whole(raw: Mapping[str, Any]) -> Fields:
    """A group with all its fields."""
    rules, groups = raw.get("rules", ()), raw.get("groups", ())
    return {
        "match": raw.get("match", "all"),
        "rules": [dict(one) for one in rules if isinstance(one, Mapping)],
        "groups": [_whole(one) for one in groups if isinstance(one, Mapping)],
    }


def _order(name: str) -> tuple[tuple[str, int], ...]:
    """Fields in the order of their paths: `rules.2` before `rules.10`; `what` first, since others depend on it."""
    parts = name.split(".")
    return (*((part, 0) if not part.isdecimal() else ("", int(part)) for part in parts[:-1]),
            (parts[-1] if parts[-1] not in ("what", "match") else "", 0))  # fmt: skip


def _find(tree: Fields, path: str) -> Fields | None:
    """The rule or group at a path."""
    part: Fields = tree
    names = path.split(".") if path else []
    for kind, n in zip(names[::2], names[1::2], strict=False):
        items = part.get(kind, ())
        if not n.isdecimal() or int(n) >= len(items):
            return None
        part = items[int(n)]
    return part


def _place(tree: Fields, path: str) -> tuple[Fields, str, int] | None:
    """The group that contains the part at a path, the list it is in, and its place there."""
    above, _, n = path.rpartition(".")
    above, _, kind = above.rpartition(".")
    group = _find(tree, above)
    if group is None or kind not in ("rules", "groups") or _find(tree, path) is None:
        return None
    return group, kind, int(n)


def _add(tree: Fields, kind: str, path: str) -> None:
    group = _find(tree, path)
    if group is None or "rules" not in group:
        return
    if kind == "rule":
        group["rules"].append({"what": "channel", "scope": "visit"})
    elif path.count("groups") + 2 <= MAX_DEPTH:
        group["groups"].append({"match": "any", "rules": [{"what": "channel", "scope": "visit"}], "groups": []})


def _rearrange(name: str, group: Fields, kind: str, n: int) -> None:
    items = group[kind]
    if name == "drop":
        del items[n]
    elif name == "copy":
        items.insert(n + 1, copy.deepcopy(items[n]))
    elif name == "up" and n > 0:
        items[n - 1], items[n] = items[n], items[n - 1]


def _remove(values: list[str], n: str) -> None:
    if n.isdecimal() and int(n) < len(values):
        del values[int(n)]


def _of_rule(one: Fault) -> Fault:
    """The fault of a rule that was checked alone, with the path within the rule."""
    return Fault(one.field.removeprefix("rules.0").lstrip("."), one.code, one.values)
