"""Why a line is no step of a recipe (codes of viewer.snapshot.recipe), in the reader's language."""

from __future__ import annotations

from rules.recipe import BadRecipe
from viewer.pages.frame.languages import Language


def words_of(lang: Language, fault: BadRecipe) -> str:
    """The fault as a sentence, with its line."""
    _, v = lang.text, fault.fault.values
    match fault.code:
        case "none":
            words = _("A state needs at least one step, such as “%(example)s”.", example=v["example"])
        case "many":
            words = _("There are %(n)s steps: at most %(most)s are done.", n=v["n"], most=v["most"])
        case "verb":
            words = _("There is no step “%(verb)s”. A step begins with %(verbs)s.", verb=v["verb"], verbs=v["verbs"])
        case "types":
            words = _(
                "“%(verb)s” would write into the page, and Parcours never does. A step begins with %(verbs)s.",
                verb=v["verb"],
                verbs=v["verbs"],
            )
        case "no_selector":
            words = _("“%(verb)s” needs a selector, such as “%(verb)s #menu-button”.", verb=v["verb"])
        case "selector":
            words = _(
                "“%(selector)s” is no selector: a quote or a bracket is open, or it begins with a digit.",
                selector=v["selector"],
            )
        case "long":
            words = _("The selector has %(n)s letters: at most %(most)s.", n=v["n"], most=v["most"])
        case "wait":
            words = _("%(ms)s ms is too long: wait at most %(most)s ms, or for a selector.", ms=v["ms"], most=v["most"])
        case _:
            words = _("Say what to scroll and how far: “scroll .panel to 800”, “scroll page to bottom”.")
    return _("Line %(n)s: %(words)s", n=fault.line, words=words) if fault.line else words
