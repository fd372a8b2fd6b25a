"""A tree of rules as one sentence: `Visits that came from email and clicked “Apply code” at least twice`.

The sentence begins with the narrowest scope in the tree, since that is what is counted. Rules of wider scopes follow
in clauses of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from store.segments import Group, Rule, RuleScope, every_rule
from viewer.pages.frame.languages import Language
from viewer.pages.sentences.names import NO_NAMES, SiteNames, all_of
from viewer.pages.sentences.predicates import Teller

SCOPES: tuple[RuleScope, ...] = ("view", "visit", "visitor")  # narrowest first
_BOLD = re.compile("\ue000(.*?)\ue001")


@dataclass(frozen=True)
class Part:
    """Some words of a sentence; `bold` where the scope changes."""

    words: str
    bold: bool = False


@dataclass(frozen=True)
class Sentence:
    """A sentence in parts."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return "".join(part.words for part in self.parts)


def rule_sentence(lang: Language, rule: Rule, names: SiteNames = NO_NAMES) -> str:
    """One rule as a predicate: `came from email`."""
    return Teller(lang, names).rule(rule)


def tree_sentence(lang: Language, tree: Group | None, names: SiteNames = NO_NAMES) -> Sentence:
    """The whole tree. Without any rule: everybody."""
    rules = every_rule(tree) if tree else ()
    if tree is None or not rules:
        return Sentence((Part(lang.text("Everybody")),))
    marked = _Sentences(Teller(lang, names), min((rule.scope for rule in rules), key=SCOPES.index)).whole(tree)
    pieces = _BOLD.split(marked)
    return Sentence(tuple(Part(words, n % 2 == 1) for n, words in enumerate(pieces) if words))


@dataclass(frozen=True)
class _Sentences:
    """`head`: the scope that the sentence begins with."""

    teller: Teller
    head: RuleScope

    @property
    def lang(self) -> Language:
        return self.teller.lang

    def whole(self, tree: Group) -> str:
        clauses: dict[RuleScope, list[str]] = {scope: [] for scope in SCOPES}
        if tree.match == "all":
            parts: tuple[Rule | Group, ...] = (*tree.rules, *tree.groups)
            for part in parts:
                if predicate := self.predicate(part, _scope_of(part) or self.head):
                    clauses[_scope_of(part) or self.head].append(predicate)
        else:
            scope = _scope_of(tree) or self.head
            clauses[scope].append(self.group(tree, scope, outermost=True))
        _ = self.lang.text
        first = {
            "view": _("%(bold)s that %(rules)s"),
            "visit": _("%(bold)s that %(rules)s"),
            "visitor": _("%(bold)s who %(rules)s"),
        }
        later = {"visit": _("in %(bold)s that %(rules)s"), "visitor": _("by %(bold)s who %(rules)s")}
        words: list[str] = []
        for scope in SCOPES:
            if clauses[scope]:
                form = later[scope] if words else first[scope]
                bold = f"\ue000{self.noun(scope, capital=not words)}\ue001"
                words.append(form % {"bold": bold, "rules": all_of(self.lang, clauses[scope])})
        return ", ".join(words)

    def predicate(self, part: Rule | Group, context: RuleScope, *, negated: bool = False) -> str:
        """A rule or a group, said of things of the scope `context`."""
        if isinstance(part, Group):
            return self.group(part, context, negated=negated)
        if part.scope == context:
            return self.teller.rule(part, negated=negated)
        _, said = self.lang.text, self.teller.rule(part)
        forms = {
            ("view", False): _("belong to %(bold)s that %(rules)s"),
            ("view", True): _("do not belong to %(bold)s that %(rules)s"),
            ("visitor", False): _("belong to %(bold)s who %(rules)s"),
            ("visitor", True): _("do not belong to %(bold)s who %(rules)s"),
        }
        form = forms["visitor" if part.scope == "visitor" else "view", negated]
        return form % {"bold": f"\ue000{self.noun(part.scope)}\ue001", "rules": said}

    def group(self, group: Group, context: RuleScope, *, negated: bool = False, outermost: bool = False) -> str:
        """A group as one predicate; "" without rules. A negated `any` is the same as all negated."""
        negative = negated != (group.match == "none")
        parts: Sequence[Rule | Group] = (*group.rules, *group.groups)
        predicates = [words for part in parts if (words := self.predicate(part, context, negated=negative))]
        if len(predicates) < 2:
            return "".join(predicates)
        joined_by_or = (group.match == "all") == negated if group.match != "none" else negated
        if joined_by_or:
            return self.lang.text("either %(rules)s", rules=self.lang.text(" or ").join(predicates))
        joined = all_of(self.lang, predicates)
        return joined if outermost or group.match == "none" else f"({joined})"

    def noun(self, scope: RuleScope, *, capital: bool = False) -> str:
        _ = self.lang.text
        if capital:
            return {"view": _("Views"), "visit": _("Visits"), "visitor": _("Visitors")}[scope]
        return {"view": _("views"), "visit": _("visits"), "visitor": _("visitors")}[scope]


def _scope_of(part: Rule | Group) -> RuleScope | None:
    """The scope of a rule, or the one that all rules of a group have; None if they differ."""
    if isinstance(part, Rule):
        return part.scope
    scopes = {rule.scope for rule in every_rule(part)}
    return scopes.pop() if len(scopes) == 1 else None
