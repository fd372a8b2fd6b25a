"""The question asked of a site's visits: one record for the page, the images, the API and the command.

    parse(query)      -> Reading: the question as it can be read alone, with its faults
    question.query()  -> the parameters of its address

rules/resolve.py holds a reading against what the site has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from rules import period as periods
from rules.faults import Fault, Faults, fault, in_order
from rules.filters import FILTERS, Filter, filter_query, parse_filters
from rules.period import Period
from rules.resolved_rules import KnownNames
from rules.segment import parse_text, text_of_tree
from store.devices import DEVICES, Device
from store.kinds import LAYER_KINDS, LAYERS, MAP_KINDS, USUAL_LAYER, LayerName, MapKind
from store.page_groups import PageGroup
from store.pages import selects
from store.segments import Group, is_empty
from store.zones import UTC_ZONE, Zone

WIDTHS = (200, 10_000)  # CSS px
YES, NO = ("1", "true"), ("0", "false")
_KEY = re.compile(r"[\w.:\-]{1,64}")


@dataclass(frozen=True)
class Question:
    """A question. `site` is the number in the tables; empty values do not restrict it."""

    site: int
    page: str = ""  # canonical, a pattern that matches several, or the key of a page group; "" = none chosen
    page_group: PageGroup | None = None  # that `page` is the key of
    kind: MapKind = "click"
    period: Period = field(default_factory=Period)
    device: Device | Literal[""] = ""
    width: int | None = None  # CSS px of the picture; None = the widest
    variant: tuple[str, str] | None = None  # (experiment id, variant key)
    state: str = ""  # key of a state of the page; "" = as it opens
    robots: bool = False  # include the visits of bots
    experiment: str = ""  # whose variants are compared; "" = no comparison
    zone: Zone = UTC_ZONE  # of the days: that of the site
    filters: tuple[Filter, ...] = ()  # all of them must hold
    segment: str = ""  # the id of a saved segment, or a tree of rules as JSON text; "" = everybody
    goal: str = ""  # the id of a goal, whose figures stand beside the others; "" = none
    compared_with: str = ""  # the other set of a comparison (rules/other_set.py); "" = no comparison
    layer: LayerName | Literal[""] = ""  # how it is drawn; "" = the usual layer of its kind
    tree: Group | None = None  # the rules of `segment`; those of a saved one come with rules/resolve.py
    names: KnownNames = field(default_factory=KnownNames)  # what rules may name on this site

    @property
    def group(self) -> Group | None:
        """Everything that narrows who is counted, as one tree; None if nothing does."""
        rules = tuple(one.rule for one in self.filters)
        if self.tree is None or is_empty(self.tree):
            return Group(rules=rules) if rules else None
        return Group(rules=rules, groups=(self.tree,)) if rules else self.tree

    @property
    def narrowing(self) -> Group | None:
        """`group` in the terms of the tables: with the actions of its goals, the patterns of its page groups, and where
        its elements are on pictures."""
        return self.names.resolved(self.group) if self.group else None

    @property
    def patterns(self) -> tuple[str, ...]:
        """The pages as patterns (`store.pages.selects`)."""
        return self.page_group.patterns if self.page_group else (self.page,)

    def covers(self, page: str) -> bool:
        """Whether this canonical page is one of those asked about."""
        return selects(self.patterns, page)

    def query(self, *without: str) -> dict[str, str]:
        """As URL parameters, without defaults and the parameters named in `without`."""
        pairs = {
            "page": self.page,
            "kind": self.kind if self.kind != "click" and not self.layer else "",
            "layer": self.layer,
            "width": str(self.width or ""),
            **self.period.query(),
            "variant": ":".join(self.variant or ()),
            "device": self.device,
            "state": self.state,
            "bots": "1" if self.robots else "",
            "experiment": self.experiment,
            **filter_query(self.filters),
            "segment": self.segment,
            "goal": self.goal,
            "with": self.compared_with,
        }
        return {name: value for name, value in pairs.items() if value and name not in without}

    @property
    def drawn_layer(self) -> LayerName:
        """The layer that is drawn."""
        return self.layer or USUAL_LAYER[self.kind]

    def fixed(self, today: date, width: int | None = None) -> Question:
        """The same question with fixed dates, and the picture's width if known, so that it means the same tomorrow.

        For the URLs of images and exports.
        """
        return replace(self, period=self.period.fixed(today), width=width or self.width)

    def as_json(self, today: date) -> dict[str, Any]:
        """The question as understood, for the API's answers."""
        since, until = self.period.span(today)
        return {
            "site": str(self.site),
            "page": self.page,
            "kind": self.kind,
            "layer": self.drawn_layer,
            "since": since.isoformat(),
            "until": until.isoformat(),
            "timezone": self.zone.name,
            "variant": ":".join(self.variant or ()),
            "device": self.device or "all",
            "bots": self.robots,
            "state": self.state,
            "width": self.width,
            "experiment": self.experiment,
            "filters": {one.what: list(one.values) for one in self.filters},
            "segment": self.segment if self.tree is None or self.segment[:1] != "{" else "",
            "rules": self.group,
            "goal": self.goal,
            "with": self.compared_with,
        }


@dataclass(frozen=True)
class Asks:
    """Which parameters a route reads, which of them are required, and which kinds of map it can draw."""

    names: tuple[str, ...]
    needs: tuple[str, ...] = ()
    kinds: tuple[MapKind, ...] = MAP_KINDS


WHO = ("device", *FILTERS, "segment")  # who is counted
_OF_PAGE = ("page", "kind", "width", *periods.NAMES, "variant", "state", "bots", *WHO, "goal")
MAP = Asks((*_OF_PAGE, "layer"), needs=("page",))
ZONES = Asks(tuple(name for name in _OF_PAGE if name != "kind"), needs=("page",), kinds=("click",))
COMPARISON = Asks((*_OF_PAGE, "experiment"), needs=("page", "experiment"), kinds=("click", "hover"))
SETS = Asks((*_OF_PAGE, "with"), needs=("page", "with"), kinds=("click", "hover"))
COMPARED = Asks((*COMPARISON.names, "with"), needs=("page",), kinds=("click", "hover"))  # by one of the two
JOURNEY = Asks((*periods.NAMES, *WHO))
SITE = Asks((*periods.NAMES, *WHO, "goal"))
SEGMENT = Asks(("page", *periods.NAMES, *WHO))  # whom rules are counted among: a page's visitors, or all
FORMS = Asks(("page", "width", *SITE.names))  # without a page: all pages with forms
PERIOD = Asks(periods.NAMES)
PROPOSED = Asks(("page", "width", "variant", "state"), needs=("page",))  # zones of a picture
PICTURE = Asks(("page", "variant"))  # what to take a picture of


@dataclass(frozen=True)
class Reading:
    """The question made from the valid parameters, and the faults of the others."""

    question: Question
    faults: tuple[Fault, ...] = ()


def parse(site: int, query: Mapping[str, str], asks: Asks, today: date, default: Period | None = None) -> Reading:
    """Read a query. `default` is the period if the query names none. Parameters outside `asks` are ignored."""
    asked = {name: query.get(name, "").strip() for name in asks.names}
    faults = [fault(name, "missing") for name in asks.needs if not asked[name]]
    days = periods.parse(asked, today, default)
    filters = parse_filters(asked)
    tree, tree_faults = _tree(asked.get("segment", ""))
    faults += [*filters.faults, *tree_faults]
    layer = _choice(asked, "layer", LAYERS, "", faults)
    question = Question(
        site=site,
        page=asked.get("page", ""),
        kind=_choice(asked, "kind", asks.kinds, LAYER_KINDS.get(layer, "click"), faults),
        layer=layer,
        period=days.period,
        device=_device(asked, faults),
        width=_width(asked, faults),
        variant=_variant(asked, faults),
        state=asked.get("state", ""),
        robots=_choice(asked, "bots", (*YES, *NO), "0", faults) in YES,
        experiment=asked.get("experiment", ""),
        filters=filters.filters,
        segment=_segment(asked.get("segment", ""), tree, tree_faults),
        goal=asked.get("goal", ""),
        compared_with=asked.get("with", ""),
        tree=tree,
    )
    if "experiment" in asks.names and asked["variant"]:
        faults.append(fault("variant", "shows_both"))
        question = replace(question, variant=None)
    if layer and LAYER_KINDS[layer] != question.kind:
        allowed = ", ".join(one for one, kind in LAYER_KINDS.items() if kind == question.kind)
        faults.append(fault("layer", "choice", value=layer, allowed=allowed))
        question = replace(question, layer="")
    if question.kind == "scroll" and question.state:
        faults.append(fault("state", "state_of_reach", value=question.state))
    return Reading(question, in_order((*faults, *days.faults), asks.names))


def _choice(asked: Mapping[str, str], name: str, allowed: tuple[Any, ...], usual: str, faults: list[Fault]) -> Any:
    text = asked.get(name, "") or usual
    if text == usual or text in allowed:
        return text
    faults.append(fault(name, "choice", value=text, allowed=", ".join(allowed)))
    return usual


def _device(asked: Mapping[str, str], faults: list[Fault]) -> Device | Literal[""]:
    device: Device | Literal["", "all"] = _choice(asked, "device", (*DEVICES, "all"), "", faults)
    return "" if device == "all" else device


def _width(asked: Mapping[str, str], faults: list[Fault]) -> int | None:
    text, (least, most) = asked.get("width", ""), WIDTHS
    if not text:
        return None
    if re.fullmatch(r"[0-9]{1,9}", text) and least <= int(text) <= most:
        return int(text)
    faults.append(fault("width", "whole_number", value=text, least=least, most=most))
    return None


def _variant(asked: Mapping[str, str], faults: list[Fault]) -> tuple[str, str] | None:
    text = asked.get("variant", "")
    if not text:
        return None
    experiment, _, key = text.rpartition(":")
    if experiment and _KEY.fullmatch(key):
        return experiment, key
    faults.append(fault("variant", "variant_form", value=text))
    return None


def _tree(text: str) -> tuple[Group | None, tuple[Fault, ...]]:
    """The tree that an address carries instead of the id of a saved segment; None if it names one."""
    if not text.startswith("{"):
        return None, ()
    tree = parse_text(text)
    if isinstance(tree, Faults):
        return None, tuple(one.under("segment") for one in tree)
    return tree, ()


def _segment(text: str, tree: Group | None, faults: tuple[Fault, ...]) -> str:
    if faults or (tree is not None and is_empty(tree)):
        return ""
    return text_of_tree(tree) if tree else text
