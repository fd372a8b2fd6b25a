"""The error page, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from rules.fields import text_of
from rules.find import Rejected
from viewer.access.person import person
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.forms.faults import FormFaults, Labels, form_faults
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc


@dataclass(frozen=True, kw_only=True)
class ProblemPage(Page):
    """Any error, and what to do about it."""

    template = "errors/page.html"
    docs = "index"
    heading: str = doc("What is wrong, in a few words")
    words: str = doc("What went wrong, with names and figures")
    hint: str = doc("What to do about it; may be empty")
    faults: FormFaults = doc("What the current rules reject in a stored definition; none for other errors")
    back: Choice = doc("Where to go next")


def problem_words(lang: Language, problem: Problem) -> str:
    """Texts for problems that people encounter in forms; those that only programs encounter stay in English."""
    _ = lang.text
    known = {
        "wrong_password": _("The name or the password is wrong. Check both and try again."),
        "wrong_link_password": _("This is not the password of this link."),
        "first_run": _("This first-run link has been used or is not valid."),
        "code_wrong": _("That code is wrong. Type the one shown now; check the phone’s clock if it fails again."),
        "code_late": _(
            "That code was for an earlier half minute. Type the one shown now; check the phone’s clock if it fails "
            "again."
        ),
        "code_early": _(
            "That code is for a later half minute. Type the one shown now; check the phone’s clock if it fails again."
        ),
        "code_used": _("This code was used already. Wait for the next one."),
        "two_factor_key": _(
            "The key of the server has changed. Use a recovery code, or ask the person who runs the server for "
            "“parcours user reset”."
        ),
        "two_factor_on": _("Two-factor sign-in is on already."),
        "two_factor_busy": _("Several codes arrived at once. Send one."),
        "two_factor_form": _("This form is no longer valid. Load the page again."),
        "two_factor_required": _("An owner requires two-factor sign-in of everybody, so it cannot be turned off."),
        "mail_off": _("No mail server is set up. Make a link, and send it yourself."),
        "password_link": _("This link was used already, or is too old."),
        "mail_link": _("This link is not complete, is too old, or the address was changed."),
        "sign_in_link": _("This link is too old or not valid. Sign in with your name and password."),
        "sign_in_link_used": _("This link was used already. Sign in with your name and password."),
        "last_owner": _("There must be an owner: make somebody else an owner first."),
        "role_everywhere": _(
            "This person has a role on every site. Only an owner of the whole installation can change it."
        ),
        "no_person": _("There is no such person, or no longer."),
        "no_invitation": _("There is no such invitation. Check that the whole link was copied."),
        "invitation_used": _("This invitation was used already. Remove the person instead."),
        "form_token": _("The form has expired, or cookies are blocked. Send it again."),
        "cross_site": _("This form was sent from another site. Send it again from here."),
        "too_large": _("What was sent is larger than is accepted. Send it in parts."),
        "not_found": _("There is nothing at this address."),
        "busy": _("Too many pictures are already in the queue. Try again later."),
        "sign_in_busy": _("Too many people are signing in. Try again in a few seconds."),
        "too_long": _("The question takes longer to answer than is allowed. Ask for fewer days or fewer pages."),
        "too_much_memory": _("The question needs more memory than is allowed. Ask for fewer days or fewer pages."),
        "cancelled": _("The question was cancelled. Ask again."),
        "maps_busy": _("Too many maps are being computed. Try again in a moment."),
        "browser": _(
            "No browser that draws pictures is installed on this server. Print the map from your own browser, or ask "
            "for Chromium to be installed."
        ),
        "stopped": _("Parcours was stopped before the picture was taken. Try again."),
        "counts_journeys": _("Nobody is followed from page to page here, so journeys, goals and ways have no figures."),
        "counts_segments": _("No visitor is known here, so there is nobody to put into a segment."),
        "counts_comparison": _("Two sets of visitors cannot be told apart here, so nothing can be compared."),
        "counts_rows": _("This page needs single visits, and none are kept."),
        "counts_filters": _(
            "Maps are of the clicks or hovers of all visitors here: there is nothing to filter them by, and no other "
            "layer."
        ),
        "counts_pending": _("The earlier days of this site are being counted. Try again in a minute."),
    }
    if problem.code == "too_many_tries":
        return _("Too many failed attempts. Try again in %(n)s seconds.", n=lang.number(problem.retry_after))
    return known.get(problem.code, str(problem))


class ErrorPages:
    """Builds the error page for viewer/http/errors.py."""

    def __init__(self, frames: Frames, urls: Urls, labels: Mapping[str, Labels]) -> None:
        """`labels`: the field labels of each kind's form."""
        self._frames = frames
        self._urls = urls
        self._labels = labels

    async def answer(self, request: Request, problem: Problem) -> Response:
        frame = await self._frames.of(request, "")
        _, urls = frame.lang.text, self._urls
        headings = {
            400: _("This address is not valid"),
            401: _("Sign-in required"),
            403: _("You are not allowed to do this"),
            404: _("Page not found"),
            413: _("This is too large"),
            409: _("This conflicts with another change"),
            503: _("Temporarily unavailable"),
            504: _("This takes too long"),
        }
        back = Choice(_("Go to the sites"), urls.sites()) if person(request) else Choice(_("Sign in"), urls.sign_in())
        heading = headings.get(problem.status, _("Something went wrong"))
        if problem.code.startswith("counts_"):
            heading = _("This site keeps counts only")
            back = Choice(_("Go to the counts"), urls.counts(str(request.path_params.get("site", ""))))
        words = problem_words(frame.lang, problem)
        page = ProblemPage(
            frame=frame,
            title=heading,
            heading=heading,
            words=words if words != str(problem) else problem.message,
            hint="" if words != str(problem) else problem.hint,
            faults=FormFaults(),
            back=back,
        )
        return answer(request, self._about_stored(request, page, problem.rejected), problem.status)

    def _about_stored(self, request: Request, page: ProblemPage, rejected: Rejected[Any] | None) -> ProblemPage:
        """The page for a stored definition that the current rules reject: its faults, and a link to its form."""
        if rejected is None:
            return page
        _, form = page.frame.lang.text, self._form_of(rejected, request)
        return replace(
            page,
            title=rejected.name,
            heading=rejected.name,
            words=_("This was stored by an earlier version and is no longer valid."),
            hint=_("Nothing is lost. Correct it in the form and save."),
            faults=form_faults(page.frame.lang, rejected.kind, rejected.faults, self._labels[rejected.kind]),
            back=Choice(_("Correct it"), form) if form else page.back,
        )

    def _form_of(self, rejected: Rejected[Any], request: Request) -> str:
        """The address of its form; empty if the person may not edit it or the kind has no form."""
        who, site = person(request), text_of(rejected.fields, "site")
        if who is None or not who.may("editor"):
            return ""
        forms = {
            "experiment": self._urls.edit_experiment(site, rejected.id),
            "goal": self._urls.goal(site, rejected.id),
            "journey": self._urls.journey(site, rejected.id, edit=1),
            "state": self._urls.state(site, rejected.key),
        }
        return forms.get(rejected.kind, "")
