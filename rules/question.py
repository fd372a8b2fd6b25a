"""What is asked of a site's visits: one record for the page, the pictures, the API and the command.

parse(query)    -> Reading: the question as it can be read alone, with its faults
resolve(…)      -> Reading: the same with the names that people use replaced by those that the tables have
question.query()           the way back to an address
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from rules import period as periods
from rules.faults import Fault, fault, in_order
from rules.find import named
from rules.page import page_meant
from rules.period import Period
from store.devices import DEVICES, Device
from store.kinds import MAP_KINDS, MapKind
from store.pages import matches
from store.records import Experiment, PageState, Site
from store.snapshots import Snapshot

WIDTHS = (200, 10_000)  # CSS px
YES, NO = ("1", "true"), ("0", "false")
_KEY = re.compile(r"[\w.:\-]{1,64}")


@dataclass(frozen=True)
class Question:
    """What is asked. `site` is the number in the tables; empty values ask for everything there is."""

    site: int
    page: str = ""  # canonical, or a pattern that names several; "" = none chosen
    kind: MapKind = "click"
    period: Period = field(default_factory=Period)
    device: Device | Literal[""] = ""
    width: int | None = None  # CSS px of the picture; None = the widest there is
    variant: tuple[str, str] | None = None  # (experiment id, variant key)
    state: str = ""  # key of a state of the page; "" = as it opens
    robots: bool = False  # with the visits of robots
    experiment: str = ""  # whose variants are compared; "" = no comparison

    def query(self, *without: str) -> dict[str, str]:
        """As parameters of an address. Defaults are left out, and the parameters named in `without`."""
        pairs = {
            "page": self.page,
            "kind": self.kind if self.kind != "click" else "",
            "width": str(self.width or ""),
            **self.period.query(),
            "variant": ":".join(self.variant or ()),
            "device": self.device,
            "state": self.state,
            "bots": "1" if self.robots else "",
            "experiment": self.experiment,
        }
        return {name: value for name, value in pairs.items() if value and name not in without}

    def fixed(self, today: date, width: int | None = None) -> Question:
        """The same question with dates, and the width of the picture where it is known: it means the same tomorrow.

        For the addresses of pictures and exports.
        """
        return replace(self, period=self.period.fixed(today), width=width or self.width)

    def as_json(self, today: date) -> dict[str, Any]:
        """The question as it was understood, for the answers of the API."""
        since, until = self.period.span(today)
        return {
            "site": str(self.site),
            "page": self.page,
            "kind": self.kind,
            "since": since.isoformat(),
            "until": until.isoformat(),
            "variant": ":".join(self.variant or ()),
            "device": self.device or "all",
            "bots": self.robots,
            "state": self.state,
            "width": self.width,
            "experiment": self.experiment,
        }


@dataclass(frozen=True)
class Asks:
    """Which parameters a route reads, which of them it needs, and the kinds of map it can draw."""

    names: tuple[str, ...]
    needs: tuple[str, ...] = ()
    kinds: tuple[MapKind, ...] = MAP_KINDS


MAP = Asks(("page", "kind", "width", *periods.NAMES, "variant", "device", "state", "bots"), needs=("page",))
COMPARISON = Asks((*MAP.names, "experiment"), needs=("page", "experiment"), kinds=("click", "hover"))
JOURNEY = Asks((*periods.NAMES, "device"))
PERIOD = Asks(periods.NAMES)
PICTURE = Asks(("page", "variant"))  # of what a picture is taken


@dataclass(frozen=True)
class Reading:
    """The question made from everything that could be read, and what could not."""

    question: Question
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Known:
    """What a site has, for `resolve`. `visited`: its pages with visits, read only where `page` needs them."""

    site: Site
    snapshots: tuple[Snapshot, ...] = ()
    states: tuple[PageState, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    visited: tuple[str, ...] = ()

    @property
    def pages(self) -> list[str]:
        """Those with pictures first: a bare path belongs to the host that has a picture of it."""
        return list(dict.fromkeys((*(s.page for s in self.snapshots), *self.visited)))


def parse(site: int, query: Mapping[str, str], asks: Asks, today: date, default: Period | None = None) -> Reading:
    """Read a query. `default` is the period where the query names none. Parameters outside `asks` are not read."""
    asked = {name: query.get(name, "").strip() for name in asks.names}
    faults = [fault(name, "missing") for name in asks.needs if not asked[name]]
    days = periods.parse(asked, today, default)
    question = Question(
        site=site,
        page=asked.get("page", ""),
        kind=_choice(asked, "kind", asks.kinds, "click", faults),
        period=days.period,
        device=_device(asked, faults),
        width=_width(asked, faults),
        variant=_variant(asked, faults),
        state=asked.get("state", ""),
        robots=_choice(asked, "bots", (*YES, *NO), "0", faults) in YES,
        experiment=asked.get("experiment", ""),
    )
    if "experiment" in asks.names and asked["variant"]:
        faults.append(fault("variant", "shows_both"))
        question = replace(question, variant=None)
    if question.kind == "scroll" and question.state:
        faults.append(fault("state", "state_of_reach", value=question.state))
    return Reading(question, in_order((*faults, *days.faults), asks.names))


def resolve(reading: Reading, known: Known) -> Reading:
    """Put what the site calls things in place of what people call them; what it does not have is a fault.

    An experiment that is not defined stays as it is named: pages may report variants of it all the same.
    """
    question, faults = reading.question, list(reading.faults)
    if question.page:
        page = page_meant(known.site, question.page, known.pages)
        if isinstance(page, Fault):
            faults.append(page)
        else:
            question = replace(question, page=page)
    if question.variant:
        variant = _variant_meant(question.variant, known.experiments)
        if isinstance(variant, Fault):
            faults.append(variant)
            question = replace(question, variant=None)
        else:
            question = replace(question, variant=variant)
    if question.state and question.kind != "scroll" and not any(one.field == "page" for one in faults):
        state = _state_meant(question, known)
        if isinstance(state, Fault):
            faults.append(state)
        else:
            question = replace(question, state=state)
    if question.experiment:
        experiment = named(known.experiments, question.experiment)
        question = replace(question, experiment=experiment.id if experiment else question.experiment)
    return Reading(question, in_order(faults, COMPARISON.names))


def states_of(states: Iterable[PageState], page: str) -> list[PageState]:
    """The states of a page, or of a pattern, in their order; steps that are done before every picture are none."""
    return [s for s in states if not s.first and any(p == page or matches(p, page) for p in s.pages)]


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


def _variant_meant(variant: tuple[str, str], experiments: Iterable[Experiment]) -> tuple[str, str] | Fault:
    """An experiment that is defined must have the variant; one that is not may still be measured."""
    name, key = variant
    experiment = named(experiments, name)
    if experiment is None:
        return variant
    if any(v.key == key for v in experiment.variants):
        return experiment.id, key
    allowed = ", ".join(f"{experiment.id}:{v.key}" for v in experiment.variants)
    return fault("variant", "no_variant", value=key, experiment=experiment.name, allowed=allowed)


def _state_meant(question: Question, known: Known) -> str | Fault:
    """The key of the state of this key or name. One that was deleted is known by its pictures."""
    text, here = question.state, states_of(known.states, question.page)
    state = named(here, text)
    if state:
        return state.key
    if any(s.state == text and matches(question.page, s.page) for s in known.snapshots):
        return text
    return fault("state", "no_state", value=text, allowed=", ".join(s.key for s in here))
