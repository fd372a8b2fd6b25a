"""The options of commands that query visits, parsed by the same rules as the addresses of pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import wraps
from typing import Any

import click

from parcours.commands.options import Command
from rules.faults import FAULTS, Fault
from rules.filters import FILTERS
from rules.other_set import SET_KINDS
from rules.period import DAYS, latest_today
from rules.question import Asks, parse
from store.devices import DEVICES
from store.kinds import LAYERS


def _options(asks: Asks) -> dict[str, Command]:
    """One option for each parameter. The values are plain text; rules.question validates them."""
    kinds = f"One of {', '.join(asks.kinds)}."
    return {
        "page": click.argument("page", metavar="URL"),
        "kind": click.option("--kind", metavar="KIND", help=f"{kinds} [click]"),
        "layer": click.option("--layer", metavar="LAYER", help=f"How it is drawn: {', '.join(LAYERS)}."),
        "width": click.option("--width", metavar="PX", default="1366", show_default=True, help="Of the page picture."),
        "days": click.option("--days", metavar="N", help=f"The last N days [{DAYS}]."),
        "since": click.option("--since", metavar="DAY", help="First day, 2026-11-01."),
        "until": click.option("--until", metavar="DAY", help="Last day, included."),
        "variant": click.option("--variant", metavar="EXPERIMENT:VARIANT", help="Visitors of this variant only."),
        "device": click.option("--device", metavar="DEVICE", help=f"Visits on these only: {', '.join(DEVICES)}."),
        "state": click.option("--state", help="A state of the page, by key or name."),
        "bots": click.option("--bots", is_flag=True, help="Include visits that look automatic."),
        "filter": click.option(
            "--filter", "filters", metavar="TRAIT=VALUE,…", multiple=True, help=f"Traits: {', '.join(FILTERS)}."
        ),
        "segment": click.option("--segment", help="A saved segment, by id or name, or its rules as JSON."),
        "goal": click.option("--goal", help="A goal, by id or name: who reached it, in the table of elements."),
        "experiment": click.option("--experiment", help="Its id or name."),
        "with": click.option("--with", metavar="SET", help=f"The other set: {', '.join(SET_KINDS)}; see above."),
    }


class BadQuestion(click.UsageError):
    """An invalid question: one line for each fault, under the name of its option."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(_line(fault) for fault in faults))


def asking(asks: Asks, *without: str) -> Command:
    """Add the options of `asks`, except those in `without`; the command receives them as parameters of the API."""

    def decorate(command: Command) -> Command:
        names = [name for name in asks.names if name not in (*without, *FILTERS)]

        @wraps(command)
        def wrapped(**given: Any) -> Any:
            query = {name: _text(given.pop(name)) for name in names} | _filters(given.pop("filters", ()))
            return command(asked=asked(query, asks), **given)

        decorated: Command = wrapped
        options = _options(asks)
        for name in reversed((*names, *(("filter",) if set(FILTERS) & set(asks.names) else ()))):
            decorated = options[name](decorated)
        return decorated

    return decorate


def asked(query: Mapping[str, str], asks: Asks) -> dict[str, str]:
    """The parameters of the API for a question; BadQuestion with all that is wrong with it."""
    reading = parse(0, query, asks, latest_today())
    if reading.faults:
        raise BadQuestion(reading.faults)
    return reading.question.query()


def _filters(given: Iterable[str]) -> dict[str, str]:
    """The parameters of filters written TRAIT=VALUE,…"""
    pairs = dict(one.partition("=")[::2] for one in given)
    if unknown := [name for name in pairs if name not in FILTERS]:
        raise click.UsageError(f"--filter: {unknown[0]!r} is not a trait. Traits: {', '.join(FILTERS)}.")
    return pairs


def _text(value: str | bool | None) -> str:
    return "" if value in (None, False) else "1" if value is True else str(value)


def _line(fault: Fault) -> str:
    name = "URL" if fault.field == "page" else f"--filter {fault.field}" if fault.field in FILTERS else f"--{fault.top}"
    return f"{name}: {FAULTS[fault.code].format(**fault.values)}"
