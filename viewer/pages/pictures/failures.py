"""Why a picture could not be taken, by the codes of viewer.snapshot, in the reader's language."""

from __future__ import annotations

from viewer.http.errors import Problem
from viewer.pages.errors.page import problem_words
from viewer.pages.frame.languages import Language
from viewer.snapshot.errors import StepError


def words_of(lang: Language, problem: Problem) -> str:
    """What went wrong and what to do: in English the camera's own words, which name the case."""
    _ = lang.text
    if lang.code == "en":
        return str(problem)
    if problem.fault:
        return _of_step(lang, problem.fault)
    known = {
        "redirect": _("The page leads to another site. Give the address of a page of this site, or add that domain."),
        "moved": _("The page leads to another page: visits are counted there. It may need a signed-in visitor."),
        "private": _("The page lies in a private network. If that is meant, allow it in the set-up of the site."),
        "dns": _("No computer has this name: check the address, or say in the set-up where to load pictures from."),
        "unreachable": _("Nothing answers there. Check that the page opens from this machine, then try again."),
        "timeout": _("The page took too long. Check that it opens from this machine, then try again."),
        "certificate": _("The certificate of the page is not valid. Renew it, then try again."),
        "download": _("This is a file to download, not a page to look at."),
        "not_html": _("This is not a web page."),
        "status": _("The page answers with an error, or only to signed-in visitors."),
        "address": _("This address is not one of this site."),
        "crashed": _("The browser stopped; this machine may have too little memory. Try again."),
        "capture": _("The elements of the page could not be read. Try again."),
        "no_state": _("This page has no such state, or not on these devices. Define it first, with its steps."),
        "browser": _("There is no browser to take pictures with: Parcours needs Chromium on this machine."),
    }
    return known.get(problem.code) or problem_words(lang, problem)


def _of_step(lang: Language, error: StepError) -> str:
    """What a step of a recipe met with, which one it is, and at which width."""
    _, v = lang.text, error.values
    selector, seconds = v["selector"], f"{v.get('seconds', 0):g}".replace(".", "," if lang.code == "fr" else ".")
    match error.fault:
        case "slow":
            words = _("it took longer than %(seconds)s s.", seconds=seconds)
        case "selector":
            words = _("%(selector)s is no CSS selector. Try it in the console of a browser.", selector=selector)
        case "nothing":
            words = _(
                "nothing on the page is %(selector)s, after %(seconds)s s at this width. "
                "Check the selector, or say for which devices the state is.",
                selector=selector,
                seconds=seconds,
            )
        case "hidden":
            words = _(
                "the page has %(count)s × %(selector)s, but none of them shows within %(seconds)s s at this width. "
                "Put a step before that opens what it lies in, or name another element.",
                count=v["count"],
                selector=selector,
                seconds=seconds,
            )
        case "covered":
            words = _(
                "%(cover)s lies over %(selector)s, so that nobody can reach it. "
                "Put a step before that moves it away, such as “dismiss”.",
                cover=v["cover"],
                selector=selector,
            )
        case "something":
            words = _(
                "something lies over %(selector)s, so that nobody can reach it. "
                "Put a step before that moves it away, such as “dismiss”.",
                selector=selector,
            )
        case "moves":
            words = _("%(selector)s did not stand still within %(seconds)s s.", selector=selector, seconds=seconds)
        case "no_room":
            words = _("this element has nothing to scroll. Name the one that has the scroll bar.")
        case _:
            words = _(
                "it leaves the page for %(goal)s. A state shows the same page: choose another element, "
                "or take the picture of that page.",
                goal=v["goal"],
            )
    step = _("Step %(n)s (%(step)s): %(words)s", n=v["n"], step=v["step"], words=words)
    return _("At %(width)s px: %(words)s", width=v["width"], words=step) if "width" in v else step
