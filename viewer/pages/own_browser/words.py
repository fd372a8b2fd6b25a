"""Texts of the script that takes a picture in somebody's own browser, in that person's language."""

from __future__ import annotations

from viewer.http.errors import Problem
from viewer.own_browser import Invitation
from viewer.pages.errors.page import problem_words as general_words
from viewer.pages.frame.languages import Language


def script_words(lang: Language, invitation: Invitation) -> dict[str, str]:
    """The texts of the panel that the script shows on the page."""
    _ = lang.text
    width = lang.number(invitation.width)
    return {
        "title": _("Picture for Parcours, %(width)s px", width=width),
        "state": _("Bring the page into the state “%(state)s” first.", state=invitation.state)
        if invitation.state
        else "",
        "film": _("Take the picture"),
        "film_hint": _("Your browser asks what to share: choose this tab. The page scrolls once from top to bottom."),
        "file": _("Send a screenshot"),
        "file_hint": _("A PNG, WebP or JPEG of the whole page, taken in this window. Hide this panel to take it."),
        "hide": _("Hide for 20 seconds"),
        "close": _("Close"),
        "busy": _("Sending the picture …"),
        "done": _("Parcours has the picture. You can close this window."),
        "surface": _("That was not this tab. Try again, and choose this tab."),
        "denied": _("Nothing was shared. Try again, or send a screenshot."),
        "away": _("Parcours could not be reached. Try again."),
    }


def problem_words(lang: Language, problem: Problem) -> str:
    """What went wrong with a link or a picture. In English the message itself, which has more detail."""
    _ = lang.text
    if lang.code == "en":
        return str(problem)
    known = {
        "link_expired": _("This link has expired. Ask for a new link in Parcours."),
        "link_forged": _("This link was not made by Parcours, or it is damaged."),
        "link_used": _("This link was used already. Ask for a new link in Parcours."),
        "no_site": _("This site was deleted."),
        "origin": _("This page is not on one of the site's domains."),
        "other_page": _("This is not the page of the link. Sign in if the page asks for it, then open the link again."),
        "window": _("This window does not have the width of the picture."),
        "too_large": _("The picture is too large."),
        "upload": _(
            "The picture does not fit the page, or cannot be read. Take a screenshot of the whole page in this window."
        ),
    }
    return known.get(problem.code) or general_words(lang, problem)
