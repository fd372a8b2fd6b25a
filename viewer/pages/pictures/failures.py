"""Texts for why a picture could not be taken (codes of viewer.snapshot)."""

from __future__ import annotations

from viewer.http.errors import Problem
from viewer.pages.errors.page import problem_words
from viewer.pages.frame.languages import Language
from viewer.snapshot.errors import StepError


def words_of(lang: Language, problem: Problem) -> str:
    """What went wrong and what to do. In English the camera's own message, which has more detail."""
    _ = lang.text
    if lang.code == "en":
        return str(problem)
    if problem.fault:
        return _of_step(lang, problem.fault)
    known = {
        "redirect": _(
            "The page redirects to another site. Enter the address of a page of this site, or add that domain."
        ),
        "moved": _("The page redirects to another page, where the visits are counted. It may require signing in."),
        "private": _("The page is in a private network. If this is intended, allow it in the set-up of the site."),
        "dns": _(
            "This host name does not exist: check the address, or set another address for taking pictures in "
            "the set-up."
        ),
        "unreachable": _("The page does not answer. Check that it opens from this machine, then try again."),
        "timeout": _("The page took too long. Check that it opens from this machine, then try again."),
        "certificate": _("The certificate of the page is not valid. Renew it, then try again."),
        "download": _("This is a file to download, not a page."),
        "not_html": _("This is not a web page."),
        "status": _("The page answers with an error, or only to signed-in visitors."),
        "address": _("This address does not belong to this site."),
        "crashed": _("The browser crashed; this machine may be short of memory. Try again."),
        "too_large": _(
            "The page sends too many bytes. Enter the address of a page that sends less, or take the endless or "
            "oversized file out of it."
        ),
        "too_many_nodes": _("The page has too many elements for a picture. Enter the address of one that shows less."),
        "cancelled": _("The picture was cancelled."),
        "capture": _("The elements of the page could not be read. Try again."),
        "no_state": _("This page has no such state, or not on these devices. Define the state and its steps first."),
        "sign_in": _("Signing in to the site failed. Check how to sign in under Pictures behind a login."),
        "no_secret": _("A secret for signing in is not set, or cannot be read any more. Set it again."),
        "signed_out": _(
            "The session ended: sign in again in your browser, and paste new cookies under Pictures behind a login."
        ),
        "browser": _("There is no browser for taking pictures: Parcours needs Chromium on this machine."),
    }
    return known.get(problem.code) or problem_words(lang, problem)


def _of_step(lang: Language, error: StepError) -> str:
    """Why a step of a recipe failed, which step it is, and at which width."""
    _, v = lang.text, error.values
    selector, seconds = v["selector"], f"{v.get('seconds', 0):g}".replace(".", "," if lang.code == "fr" else ".")
    match error.fault:
        case "slow":
            words = _("it took longer than %(seconds)s s.", seconds=seconds)
        case "selector":
            words = _("%(selector)s is not a CSS selector. Try it in the browser console.", selector=selector)
        case "nothing":
            words = _(
                "nothing on the page matches %(selector)s after %(seconds)s s at this width. Check the "
                "selector, or choose the devices that the state applies to.",
                selector=selector,
                seconds=seconds,
            )
        case "hidden":
            words = _(
                "the page has %(count)s × %(selector)s, but none of them is visible within %(seconds)s s at "
                "this width. Add a step before it that opens what contains it, or choose another element.",
                count=v["count"],
                selector=selector,
                seconds=seconds,
            )
        case "covered":
            words = _(
                "%(cover)s covers %(selector)s, so it cannot be reached. Add a step before it that moves it "
                "away, such as “dismiss”.",
                cover=v["cover"],
                selector=selector,
            )
        case "something":
            words = _(
                "something covers %(selector)s, so it cannot be reached. Add a step before it that moves it "
                "away, such as “dismiss”.",
                selector=selector,
            )
        case "moves":
            words = _("%(selector)s was still moving after %(seconds)s s.", selector=selector, seconds=seconds)
        case "insecure" | "no_field" | "foreign" | "unconfirmed":
            words = _of_sign_in(lang, error)
        case "no_room":
            words = _("this element cannot be scrolled. Choose the one with the scroll bar.")
        case _:
            words = _(
                "it leads to another page, %(goal)s. A state must stay on the same page: choose another "
                "element, or take a picture of that page.",
                goal=v["goal"],
            )
    step = _("Step %(n)s (%(step)s): %(words)s", n=v["n"], step=v["step"], words=words)
    if v.get("signing_in"):
        step = _("Signing in: %(words)s", words=step)
    return _("At %(width)s px: %(words)s", width=v["width"], words=step) if "width" in v else step


def _of_sign_in(lang: Language, error: StepError) -> str:
    """Why a step that only a sign-in has failed."""
    _, v = lang.text, error.values
    match error.fault:
        case "insecure":
            return _(
                "%(selector)s is in a page of %(origin)s. A secret is written only into pages of the site's own "
                "domains, over https.",
                selector=v["selector"],
                origin=v["origin"],
            )
        case "no_field":
            return _("%(selector)s is not a field that can be written into.", selector=v["selector"])
        case "foreign":
            return _(
                "it leads to %(host)s, which is not one of the site's domains, so nothing was sent there. Add that "
                "host to the site's domains if it is yours.",
                host=v["host"],
            )
    return _(
        "nothing on the page matches %(selector)s, so the sign-in did not work; the page is %(place)s. Check the "
        "secrets and the steps.",
        selector=v["selector"],
        place=v["place"],
    )
