"""Segments made from what is on the screen: an element, a zone, a bar of a chart, a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from rules.question import Question
from rules.segment import text_of_tree
from store.segments import MAX_VALUES, Group, Rule
from viewer.pages.map.links import Links


@dataclass(frozen=True)
class WhoTrees:
    """The rules of those who did something, and of those who saw it and did not.

    `did_not`: None for what is not seen before it is done, such as an event.
    """

    did: Group
    did_not: Group | None


def who_trees(did: Rule, saw: Rule | None = None) -> WhoTrees:
    """The rules of one thing. `did`: the rule of those who did it; `saw`: of those who saw it."""
    with_it = Group(rules=(did,))
    return WhoTrees(with_it, Group(rules=(saw,), groups=(Group(match="none", rules=(did,)),)) if saw else None)


def element_trees(question: Question, key: int) -> WhoTrees:
    """The rules of those who clicked an element of a page, and of those who had it in view and did not."""
    did = Rule(what="clicked", scope="visit", element=f"{key:016x}", page=question.page)
    return who_trees(did, replace(did, what="saw"))


def zone_trees(question: Question, id: str, page: str) -> WhoTrees:
    """The rules of those who clicked in a zone, and of those who had it in view and did not. `page`: of the zone; the
    map of one page of a group counts that page only."""
    did = Rule(what="clicked", scope="visit", zone=id, page="" if page == question.page else question.page)
    return who_trees(did, replace(did, what="saw"))


def step_trees(pages: Sequence[str], later: Sequence[str]) -> WhoTrees:
    """The visitors of some pages: those who saw a page of a later step too, and those who did not."""
    here = Rule(what="saw", scope="visitor", values=tuple(pages)[:MAX_VALUES])
    if not later:
        return WhoTrees(Group(rules=(here,)), None)
    further = Rule(what="saw", scope="visitor", values=tuple(later)[:MAX_VALUES])
    return WhoTrees(Group(rules=(here, further)), Group(rules=(here,), groups=(Group(match="none", rules=(further,)),)))


def narrowed(links: Links, tree: Group) -> str:
    """The same page, narrowed by a tree too. A segment that is on keeps narrowing."""
    both = joined(links.question, tree)
    return links.to(segment=text_of_tree(both), tree=both)


def joined(question: Question, tree: Group) -> Group:
    """A tree together with the segment of a question."""
    if question.tree is None:
        return tree
    if question.tree.match == "all" and tree.match == "all":
        return Group(
            rules=(*question.tree.rules, *(rule for rule in tree.rules if rule not in question.tree.rules)),
            groups=(*question.tree.groups, *(group for group in tree.groups if group not in question.tree.groups)),
        )
    return Group(groups=(question.tree, tree))
