"""Recipes: the steps that bring a page into a state, such as an open menu, one per line.

    click SELECTOR                  click the first visible element that matches
    hover SELECTOR                  move the pointer onto it and leave it there for the picture
    wait SELECTOR                   until it is visible
    wait MS                         for this many milliseconds
    scroll SELECTOR to Y            scroll an element to Y px, or to `bottom`
    scroll page to Y                scroll the page
    dismiss SELECTOR                click it if it is there

The recipe of a state never types, because text typed into a page could be submitted. The recipe that signs in to a site
(rules/sign_in.py) has two more steps:

    fill SELECTOR with NAME         write the secret NAME of the site into a field
    submit SELECTOR                 press Enter in a field
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rules.faults import Fault, Scalar, fault

VERBS = ("click", "hover", "wait", "scroll", "dismiss")
SIGN_IN_VERBS = (*VERBS, "fill", "submit")
TYPING = ("type", "fill", "write", "press", "key", "select", "upload", "submit")
MOST_STEPS = 20
LONGEST_WAIT = 10_000  # ms
LONGEST_SELECTOR = 500  # characters
FARTHEST = 1_000_000  # px
EXAMPLE = "click #menu-button"
SECRET_NAME = re.compile(r"[a-z0-9][a-z0-9_\-]{0,63}")


class BadRecipe(ValueError):
    """Not a valid recipe. `line` counts from 1 (0: the whole); `code` is one of rules/faults.py without `step_`."""

    def __init__(self, code: str, line: int = 0, **values: Scalar) -> None:
        more: dict[str, Scalar] = {"line": line} if line else {}
        self.code, self.line = code, line
        self.fault: Fault = fault(f"steps.{line - 1}" if line else "steps", f"step_{code}", **more, **values)
        super().__init__(self.fault.sentence)


@dataclass(frozen=True)
class Step:
    """One step. `selector` is empty for `wait MS` and for the page; `number` is ms or px, None for the bottom; `secret`
    is the name of what `fill` writes."""

    verb: str
    selector: str = ""
    number: int | None = None
    secret: str = ""

    def __str__(self) -> str:
        match self.verb:
            case "wait" if not self.selector:
                return f"wait {self.number}"
            case "fill":
                return f"fill {self.selector} with {self.secret}"
            case "scroll":
                return f"scroll {self.selector or 'page'} to {'bottom' if self.number is None else self.number}"
        return f"{self.verb} {self.selector}"


Steps = tuple[Step, ...]


@dataclass(frozen=True)
class Recipe:
    """The steps before a picture: `first` before every picture, then `steps` for the state `state`."""

    state: str = ""
    first: Steps = field(default=())
    steps: Steps = field(default=())


def check_recipe(lines: Iterable[str], verbs: tuple[str, ...] = VERBS) -> tuple[Steps, tuple[Fault, ...]]:
    """The valid steps, and the faults of the other lines. Empty lines are skipped but counted."""
    steps: list[Step] = []
    faults: list[Fault] = []
    for n, line in enumerate(lines, 1):
        try:
            if text := line.strip():
                steps.append(read_step(text, n, verbs))
        except BadRecipe as bad:
            faults.append(bad.fault)
    if not steps and not faults:
        faults.append(BadRecipe("none", example=EXAMPLE).fault)
    if len(steps) + len(faults) > MOST_STEPS:
        faults.append(BadRecipe("many", n=len(steps) + len(faults), most=MOST_STEPS).fault)
    return tuple(steps), tuple(faults)


def read_recipe(lines: Iterable[str], verbs: tuple[str, ...] = VERBS) -> Steps:
    """The steps of a recipe. BadRecipe for the first invalid line."""
    steps = tuple(read_step(text, n, verbs) for n, line in enumerate(lines, 1) if (text := line.strip()))
    if not steps:
        raise BadRecipe("none", example=EXAMPLE)
    if len(steps) > MOST_STEPS:
        raise BadRecipe("many", n=len(steps), most=MOST_STEPS)
    return steps


def read_step(text: str, line: int = 1, verbs: tuple[str, ...] = VERBS) -> Step:
    """One step, which begins with one of `verbs`. BadRecipe names `line`."""
    verb, rest = (*text.strip().split(None, 1), "", "")[:2]
    verb = verb.lower()
    if verb not in verbs:
        code = "types" if verb in TYPING and verbs == VERBS else "verb"
        raise BadRecipe(code, line, verb=verb[:20], verbs=", ".join(verbs))
    if not rest:
        raise BadRecipe("scroll", line) if verb == "scroll" else BadRecipe("no_selector", line, verb=verb)
    if verb == "wait" and (found := re.fullmatch(r"(\d{1,9})\s*(ms)?", rest, re.ASCII)):
        ms = int(found[1])
        if ms > LONGEST_WAIT:
            raise BadRecipe("wait", line, ms=ms, most=LONGEST_WAIT)
        return Step("wait", number=ms)
    if verb == "fill":
        selector, _, name = (part.strip() for part in rest.rpartition(" with "))
        if not selector or not SECRET_NAME.fullmatch(name):
            raise BadRecipe("fill", line)
        return Step("fill", _selector(selector, line), secret=name)
    if verb == "scroll":
        selector, _, goal = (part.strip() for part in rest.rpartition(" to "))
        if not selector or not re.fullmatch(r"(\d{1,7})(\s*px)?|bottom", goal, re.ASCII):
            raise BadRecipe("scroll", line)
        number = None if goal == "bottom" else min(FARTHEST, int(goal.removesuffix("px")))
        return Step("scroll", "" if selector == "page" else _selector(selector, line), number)
    return Step(verb, _selector(rest, line))


def _selector(text: str, line: int) -> str:
    if len(text) > LONGEST_SELECTOR:
        raise BadRecipe("long", line, n=len(text), most=LONGEST_SELECTOR)
    if text[0].isdigit() or not text.isprintable() or not _closed(text):
        raise BadRecipe("selector", line, selector=text[:60])
    return text


def _closed(text: str) -> bool:
    """Whether every quote and bracket is closed; only the browser can check the rest."""
    awaited: list[str] = []
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            next(letters, "")
        elif awaited and awaited[-1] in "\"'":
            if letter == awaited[-1]:
                awaited.pop()
        elif letter in "\"'":
            awaited.append(letter)
        elif letter in "([":
            awaited.append(")" if letter == "(" else "]")
        elif letter in ")]" and (not awaited or awaited.pop() != letter):
            return False
    return not awaited
