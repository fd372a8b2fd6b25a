"""Why a picture could not be taken, by the codes of viewer.snapshot, in the reader's language."""

from __future__ import annotations

from viewer.errors import Problem

from .languages import Language
from .problems import problem_words


def words_of(lang: Language, problem: Problem) -> str:
    """What went wrong and what to do: in English the camera's own words, which name the case."""
    _ = lang.text
    if lang.code == "en":
        return str(problem)
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
        "step": _("A step of this state could not be done: nothing shows that its selector names. Change the step."),
        "leaves": _("A step of this state leads to another page, so it was stopped. Choose another element."),
        "no_state": _("This page has no such state, or not on these devices. Define it first, with its steps."),
        "browser": _("There is no browser to take pictures with: Parcours needs Chromium on this machine."),
    }
    return known.get(problem.code) or problem_words(lang, problem)
