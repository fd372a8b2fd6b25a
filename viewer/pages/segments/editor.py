"""A draft as the controls of a form, each rule with what fits it alone and so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import msgspec

from aggregator.shapes.segment_figures import RuleFigures, SegmentFigures
from rules.faults import Fault, Faults
from rules.resolved_rules import KnownNames
from rules.segment import CHOICES, parse_tree
from store.segments import ACTIONS, FUNNEL, MEASURES, TRAITS, ActionKind, RuleScope, What
from viewer.pages.forms.words import definition_words
from viewer.pages.frame.languages import Language
from viewer.pages.segments.draft import PERCENT, Draft, Fields
from viewer.pages.sentences.names import SiteNames, trait_name, value_name
from viewer.pages.sentences.tree import rule_sentence

ELEMENTS: tuple[ActionKind, ...] = ("saw", "clicked", "dwelt", "rage", "dead")  # actions on an element
NAMED = ("sent", "goal", "answered", "error", "left_blank", "submitted", "value", "top_value")
AMOUNTS = ("dwelt", "sent", "answered", "scrolled", "stayed", *MEASURES)
CONTAINING = frozenset(TRAITS) - {*CHOICES, "viewport", "variant"}  # traits of which a part can be asked for
OFFERED: tuple[What, ...] = (*TRAITS, *ACTIONS, *MEASURES)  # a place in a funnel is chosen on the funnel's page


@dataclass(frozen=True)
class Option:
    """One choice of a menu or a list."""

    value: str
    label: str
    on: bool = False
    group: str = ""


@dataclass(frozen=True)
class Control:
    """One part of a rule. `kind`: select, text, number, value (a box that can be removed), words or hidden."""

    kind: Literal["select", "text", "number", "value", "words", "hidden"]
    name: str = ""
    label: str = ""
    value: str = ""
    options: tuple[Option, ...] = ()
    list: str = ""  # the id of the list of suggestions
    remove: str = ""  # the action of the button that removes it
    invalid: bool = False


@dataclass(frozen=True)
class RuleRow:
    """A rule: its controls, and its figures as text. `fault`: what is missing; then the rule does not count.
    `sees`: how many visitors a rule that looks back can judge."""

    path: str
    name: str
    controls: tuple[Control, ...]
    alone: str
    so_far: str
    falls_to_nobody: bool = False
    fault: str = ""
    sees: str = ""


@dataclass(frozen=True)
class RuleGroupRow:
    """A group: how it joins, its rules, and the groups in it."""

    path: str
    match: str
    options: tuple[Option, ...]
    rules: tuple[RuleRow, ...]
    groups: tuple[RuleGroupRow, ...]


@dataclass(frozen=True)
class OfferedChoices:
    """What can be chosen: elements (key → name) by page, the names of the site, and what its rules may name."""

    elements: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: SiteNames = SiteNames()
    known: KnownNames = KnownNames()


class Editor:
    """Makes the rows of one draft."""

    def __init__(self, lang: Language, draft: Draft, figures: SegmentFigures | None, offered: OfferedChoices) -> None:
        self._lang = lang
        self._draft = draft
        self._offered = offered
        _, self._paths, self.faults = draft.complete(offered.known)
        self._figures = {one.path: one for one in figures.rules} if figures else {}
        self._total = figures.total.visitors if figures else 0

    def rows(self) -> RuleGroupRow:
        """The outermost group."""
        return self._group(self._draft.tree, "")

    def _group(self, group: Fields, path: str) -> RuleGroupRow:
        _, at = self._lang.text, f"{path}." if path else ""
        joins = (("all", _("All of these")), ("any", _("Any of these")), ("none", _("None of these")))
        return RuleGroupRow(
            path=path,
            match=str(group["match"]),
            options=tuple(Option(value, label, value == group["match"]) for value, label in joins),
            rules=tuple(self._rule(rule, f"{at}rules.{n}") for n, rule in enumerate(group["rules"])),
            groups=tuple(self._group(one, f"{at}groups.{n}") for n, one in enumerate(group["groups"])),
        )

    def _rule(self, rule: Fields, path: str) -> RuleRow:
        lang, faults = self._lang, self.faults.get(path, ())
        found = self._figures.get(self._paths.get(path, ""))
        what = _what(rule)
        return RuleRow(
            path=path,
            name=trait_name(lang, what),
            controls=self._controls(rule, what, path, {fault.top for fault in faults}),
            alone=lang.number(found.alone.visitors) if found else "…",
            so_far=lang.number(found.so_far.visitors) if found else "…",
            falls_to_nobody=bool(found and not found.so_far.visitors),
            fault=" ".join(_fault_words(lang, fault) for fault in faults[:1]),
            sees=self._sees(found),
        )

    def _sees(self, found: RuleFigures | None) -> str:
        if found is None or found.sees is None:
            return ""
        return self._lang.text(
            "Sees %(n)s of %(total)s visitors.", n=self._lang.number(found.sees), total=self._lang.number(self._total)
        )

    def _controls(self, rule: Fields, what: What, path: str, bad: set[str]) -> tuple[Control, ...]:
        first = (self._scope(rule, what, path), self._what(what, path))
        if what == "funnel":
            return self._of_funnel(rule, path)
        if what in TRAITS:
            return (*first, *self._of_trait(rule, what, path, bad))
        if what in MEASURES:
            return (*first, *self._name(rule, what, path, bad), *self._amounts(rule, what, path, bad),
                    *self._days(rule, path))  # fmt: skip
        days = self._days(rule, path) if rule.get("scope") == "visitor" else ()
        return (*first, *self._of_action(rule, what, path, bad), *self._times(rule, path), *days,
                *self._order(rule, path, bad))  # fmt: skip

    def _of_funnel(self, rule: Fields, path: str) -> tuple[Control, ...]:
        """What cannot be changed here, only removed: a funnel's page makes it."""
        text = msgspec.json.encode(rule.get("funnel")).decode()
        made = parse_tree({"rules": [rule]})
        words = (
            trait_name(self._lang, "funnel") if isinstance(made, Faults) else rule_sentence(self._lang, made.rules[0])
        )
        return (
            Control("hidden", f"{path}.what", value="funnel"),
            Control("hidden", f"{path}.scope", value="visitor"),
            Control("value", f"{path}.funnel", words, text),
        )

    def _scope(self, rule: Fields, what: What, path: str) -> Control:
        _ = self._lang.text
        words: dict[RuleScope, str] = {"view": _("view"), "visit": _("visit"), "visitor": _("visitor")}
        allowed = [one for one in words if not (one == "view" and what in ("landing", "exit"))]
        if what in MEASURES:
            allowed = ["visitor"]
        options = tuple(Option(one, words[one], one == rule.get("scope", "visit")) for one in allowed)
        return Control("select", f"{path}.scope", _("Scope"), options=options)

    def _what(self, what: What, path: str) -> Control:
        lang, _ = self._lang, self._lang.text
        groups = ((_("View and visit"), TRAITS), (_("Actions"), ACTIONS), (_("Visitor"), MEASURES))
        options = tuple(
            Option(one, trait_name(lang, one), one == what, label) for label, members in groups for one in members
        )
        return Control("select", f"{path}.what", _("What"), options=options)

    def _of_trait(self, rule: Fields, what: What, path: str, bad: set[str]) -> tuple[Control, ...]:
        lang, _ = self._lang, self._lang.text
        how = (("is", _("is")), ("is_not", _("is not")), ("contains", _("contains")),
               ("contains_not", _("does not contain")))  # fmt: skip
        shown = how if what in CONTAINING else how[:2]
        hows = tuple(Option(value, label, value == rule.get("how", "is")) for value, label in shown)
        values = [str(one) for one in rule.get("values", ())]
        boxes = tuple(self._box(what, value, f"{path}.values", f"value:{path}.{n}") for n, value in enumerate(values))
        label = _("Another value") if values else _("Value")
        invalid = "values" in bad and not values
        if what in CHOICES:
            left = [one for one in CHOICES[what] if one not in values]
            options = (Option("", label, True), *(Option(one, value_name(lang, what, one)) for one in left))
            new = Control("select", f"{path}.value", label, options=options, invalid=invalid)
        else:
            new = Control("text", f"{path}.value", label, list=f"values-{what}", invalid=invalid)
        return (Control("select", f"{path}.how", _("How"), options=hows), *boxes, new)

    def _box(self, what: What, value: str, name: str, remove: str) -> Control:
        shown = value_name(self._lang, what, value, self._offered.names)
        return Control("value", name, shown, value, remove=remove)

    def _of_action(self, rule: Fields, what: What, path: str, bad: set[str]) -> tuple[Control, ...]:
        _ = self._lang.text
        page = str(rule.get("page", ""))
        values = [str(one) for one in rule.get("values", ())] if what == "saw" else []
        boxes = tuple(self._box(what, value, f"{path}.values", f"value:{path}.{n}") for n, value in enumerate(values))
        parts = [*self._name(rule, what, path, bad), *boxes]
        if what in ELEMENTS:
            parts += self._element(rule, page, path, bad)
        parts.append(Control("text", f"{path}.page", _("On which page"), page, list="values-page"))
        return (*parts, *self._amounts(rule, what, path, bad))

    def _element(self, rule: Fields, page: str, path: str, bad: set[str]) -> list[Control]:
        _, now = self._lang.text, str(rule.get("element", ""))
        zone = self._zone(rule, path, bad)
        if rule.get("zone"):
            return zone
        known = dict(self._offered.elements.get(page, {}))
        if now:
            known.setdefault(now, self._offered.names.elements.get(now, now))
        if not known:
            return zone
        any_element = Option("", _("Any element"), not now)
        options = (any_element, *(Option(key, name, key == now) for key, name in known.items()))
        return [Control("select", f"{path}.element", _("Element"), options=options), *([] if now else zone)]

    def _zone(self, rule: Fields, path: str, bad: set[str]) -> list[Control]:
        """The choice of a zone in place of an element; a zone that was deleted stays, as a fault."""
        _, now, names = self._lang.text, str(rule.get("zone", "")), dict(self._offered.names.zones)
        if now:
            names.setdefault(now, now)
        if not names:
            return []
        options = (Option("", _("Any zone"), not now), *(Option(id, name, id == now) for id, name in names.items()))
        return [Control("select", f"{path}.zone", _("Zone"), options=options, invalid="zone" in bad)]

    def _name(self, rule: Fields, what: What, path: str, bad: set[str]) -> tuple[Control, ...]:
        _, now = self._lang.text, str(rule.get("name", ""))
        if what not in NAMED:
            return ()
        if what == "goal":
            return (self._chosen(f"{path}.name", _("Goal"), _("Choose a goal"), self._offered.names.goals, now, bad),)
        if what == "answered":
            answers = self._offered.names.answers
            return (self._chosen(f"{path}.name", _("Answer"), _("Choose a question"), answers, now, bad),)
        label = {"error": _("Name of the error"), "left_blank": _("Name of the field"),
                 "submitted": _("Name of the form")}.get(what, _("Name of the event"))  # fmt: skip
        return (Control("text", f"{path}.name", label, now, invalid="name" in bad),)

    @staticmethod
    def _chosen(path: str, label: str, choose: str, names: Mapping[str, str], now: str, bad: set[str]) -> Control:
        """The choice of a record by its id; one that was deleted stays, as a fault."""
        every = dict(names) | ({now: now} if now and now not in names else {})
        options = (Option("", choose, not now), *(Option(id, name, id == now) for id, name in every.items()))
        return Control("select", path, label, options=options, invalid="name" in bad)

    def _amounts(self, rule: Fields, what: What, path: str, bad: set[str]) -> tuple[Control, ...]:
        _ = self._lang.text
        if what not in AMOUNTS:
            return ()
        unit = {"dwelt": _("s"), "stayed": _("s"), "scrolled": "%", "top_value": "%", "last_seen": _("days"),
                "visits": _("visits")}.get(what, "")  # fmt: skip
        invalid = "least" in bad
        parts = [
            Control("words", value=_("at least")),
            Control("number", f"{path}.least", _("At least"), _shown(rule.get("least"), what), invalid=invalid),
            Control("words", value=_("at most")),
            Control("number", f"{path}.most", _("At most"), _shown(rule.get("most"), what)),
        ]
        return (*parts, Control("words", value=unit)) if unit else tuple(parts)

    def _times(self, rule: Fields, path: str) -> tuple[Control, ...]:
        _ = self._lang.text
        counts = (("least", _("at least")), ("exactly", _("exactly")), ("most", _("at most")))
        options = tuple(Option(value, label, value == rule.get("count", "least")) for value, label in counts)
        return (
            Control("select", f"{path}.count", _("How often"), options=options),
            Control("number", f"{path}.times", _("Number of times"), _shown(rule.get("times", 1), "")),
            Control("words", value=_("times")),
        )

    def _days(self, rule: Fields, path: str) -> tuple[Control, ...]:
        _, days = self._lang.text, rule.get("days") or ""
        return (
            Control("words", value=_("in the last")),
            Control("number", f"{path}.days", _("Days; empty: in the period"), str(days)),
            Control("words", value=_("days")),
        )

    def _order(self, rule: Fields, path: str, bad: set[str]) -> tuple[Control, ...]:
        """Before or after another action."""
        lang, _, now = self._lang, self._lang.text, rule.get("order", "")
        orders = (("", _("at any time")), ("before", _("before")), ("after", _("after")))
        options = tuple(Option(value, label, value == now) for value, label in orders)
        order = Control("select", f"{path}.order", _("Order"), options=options)
        if not now:
            return (order,)
        other = rule.get("other") if isinstance(rule.get("other"), Mapping) else {}
        assert isinstance(other, Mapping)
        whats: Iterable[What] = get_args(ActionKind)
        choices = tuple(Option(one, trait_name(lang, one), one == other.get("what")) for one in whats)
        parts = [
            order,
            Control("select", f"{path}.other_what", _("Other action"), options=(Option("", "…"), *choices),
                    invalid="other" in bad),
            Control("text", f"{path}.other_page", _("On which page"), str(other.get("page", "")), list="values-page"),
        ]  # fmt: skip
        if other.get("what") in NAMED:
            parts.append(Control("text", f"{path}.other_name", _("Name"), str(other.get("name", "")),
                                 invalid="other" in bad))  # fmt: skip
        if other.get("element"):
            key = str(other["element"])
            parts.append(Control("value", f"{path}.other_element", self._offered.names.elements.get(key, key), key))
        if other.get("zone"):
            zone = str(other["zone"])
            parts.append(Control("value", f"{path}.other_zone", self._offered.names.zones.get(zone, zone), zone))
        within = Control("number", f"{path}.within", _("Within seconds; empty: any time"),
                         _shown(rule.get("within") or None, ""))  # fmt: skip
        return (*parts, Control("words", value=_("within")), within, Control("words", value=_("s")))


def _what(rule: Fields) -> What:
    return next((one for one in (*OFFERED, FUNNEL) if one == rule.get("what")), "channel")


def _fault_words(lang: Language, fault: Fault) -> str:
    return definition_words(lang, "segment", fault)


def _shown(value: Any, what: str) -> str:
    """A number as it is typed; a share in percent."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    number = float(value) * (100 if what in PERCENT else 1)
    return f"{number:.10g}"
