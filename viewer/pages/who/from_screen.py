"""Segments made from what is on the screen: an element, a zone, a bar of a chart, a step."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from rules.question import Question
from rules.segment import text_of_tree
from store.segments import Group, Rule
from viewer.pages.map.links import Links


@dataclass(frozen=True)
class WhoLinks:
    """The addresses that narrow to the visitors who did something, and to those who saw it and did not.

    Both lead to the same page with the segment. `did_not`: "" for what is not seen before it is done, as an event.
    """

    did: str
    did_not: str


@dataclass(frozen=True)
class WhoTrees:
    """The rules of those who did something, and of those who saw it and did not; None as in `WhoLinks`."""

    did: Group
    did_not: Group | None


def who_trees(did: Rule, saw: Rule | None = None) -> WhoTrees:
    """The rules of one thing. `did`: the rule of those who did it; `saw`: of those who saw it."""
    with_it = Group(rules=(did,))
    return WhoTrees(with_it, Group(rules=(saw,), groups=(Group(match="none", rules=(did,)),)) if saw else None)


def who_links(links: Links, did: Rule, saw: Rule | None = None) -> WhoLinks:
    """The links of one thing, as in `who_trees`."""
    trees = who_trees(did, saw)
    return WhoLinks(
        did=narrowed(links, trees.did),
        did_not=narrowed(links, trees.did_not) if trees.did_not else "",
    )


def element_trees(question: Question, key: int) -> WhoTrees:
    """The rules of those who clicked an element of a page, and of those who had it in view and did not."""
    did = Rule(what="clicked", scope="visit", element=f"{key:016x}", page=question.page)
    return who_trees(did, replace(did, what="saw"))


def element_links(links: Links, key: int, page: str = "") -> WhoLinks:
    """The links of an element: visitors who clicked it, and who had it in view and did not. `page`: "" = of the map."""
    return action_links(links, element=f"{key:016x}", page=page or links.question.page)


def zone_links(links: Links, zone: str, page: str = "") -> WhoLinks:
    """The links of a zone, by its id."""
    return action_links(links, zone=zone, page=page or links.question.page)


def action_links(links: Links, *, element: str = "", zone: str = "", page: str = "") -> WhoLinks:
    """Links for the visitors who clicked something on a page."""
    did = Rule(what="clicked", scope="visit", element=element, zone=zone, page=page)
    return who_links(links, did, replace(did, what="saw"))


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
