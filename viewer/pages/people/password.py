"""A forgotten password: asking for a link, and choosing a new one."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from rules.faults import InvalidDefinition
from store.records import User
from viewer.access.addresses import ClientAddresses
from viewer.access.form_tokens import FormTokens
from viewer.access.hashing import Hashing
from viewer.access.password_links import AccountMail, PasswordLinks
from viewer.access.sign_in import SignIn
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.errors.page import problem_words
from viewer.pages.forms.faults import FormFaults, form_faults
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import Frames, answer, language_of
from viewer.pages.frame.languages import language
from viewer.pages.frame.page import Page, doc
from viewer.pages.people.invitation import private
from viewer.pages.people.labels import label
from viewer.pages.people.mails import password_mail
from viewer.pages.people.sign_in import after_first_step
from viewer.work import Work


@dataclass(frozen=True, kw_only=True)
class ForgottenPage(Page):
    """Asking for a link, `/sign-in/forgotten`."""

    template = "people/forgotten.html"
    docs = "people#a-forgotten-password"
    by_mail: bool = doc("Whether there is a mail server; without one the page says whom to ask")
    sent: bool = doc("Whether a link was asked for just now")
    name: str = doc("Name typed so far")
    problem: str = doc("Why the last attempt failed; empty at first")
    sign_in_href: str = doc("Where people sign in")


@dataclass(frozen=True, kw_only=True)
class NewPasswordPage(Page):
    """Choosing a new password, `/password/…`."""

    template = "people/new_password.html"
    docs = "people#a-forgotten-password"
    name: str = doc("Whose password it is; empty if the link has ended")
    action: str = doc("Where the form posts to")
    faults: FormFaults = doc("Why the last attempt failed; none at first")
    ended: str = doc("Why the link does not work; empty if it does")
    again_href: str = doc("Where one asks for a new link")


class PasswordPages:
    """Renders both pages."""

    def __init__(self, frames: Frames, links: PasswordLinks, signing_in: SignIn, hashing: Hashing, work: Work) -> None:
        self._frames = frames
        self._links = links
        self._signing_in = signing_in
        self._hashing = hashing
        self._work = work

    async def forgotten(
        self, request: Request, *, sent: bool = False, name: str = "", problem: Problem | None = None
    ) -> Response:
        frame = await self._frames.of(request, "")
        page = ForgottenPage(
            frame=frame,
            title=frame.lang.text("Forgotten password"),
            by_mail=self._links.by_mail,
            sent=sent,
            name=name,
            problem=problem_words(frame.lang, problem) if problem else "",
            sign_in_href=self._frames.urls.sign_in(),
        )
        response = answer(request, page, problem.status if problem else 200)
        if problem and problem.retry_after:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    def send(self, request: Request, name: str) -> None:
        """Send the link while the answer is on its way: its time must not tell whether somebody has this name."""
        urls, reader = self._frames.urls, language_of(request)

        def write(user: User, secret: str) -> AccountMail:
            lang = language(user.language) if user.language else reader
            return password_mail(lang, user.id, urls.absolute(urls.new_password(secret)))

        self._work.follow(self._work.run(self._links.send, name, write))

    async def choose(self, request: Request, secret: str, faults: FormFaults | None = None) -> Response:
        """The form of a new password, or why there is none."""
        frame, urls, faults = await self._frames.of(request, ""), self._frames.urls, faults or FormFaults()
        name = ended = ""
        status = faults.status
        try:
            name = (await self._work.run(self._links.user_of, secret)).id
        except Problem as problem:
            ended, status = problem_words(frame.lang, problem), problem.status
        page = NewPasswordPage(
            frame=frame,
            title=frame.lang.text("New password"),
            name=name,
            action=urls.new_password(secret),
            faults=faults,
            ended=ended,
            again_href=urls.forgotten(),
        )
        return private(answer(request, page, status))

    async def set(self, request: Request, secret: str, password: str) -> Response:
        """Set the password, and sign in: with a code for whoever has two-factor sign-in."""
        await self._work.run(self._links.user_of, secret)  # before a hash is computed for a wrong link
        with self._hashing.place():
            user = await self._hashing.run(self._links.set_password, secret, password)
        self._work.forget()
        return private(await after_first_step(request, self._signing_in, self._frames.urls, user, ""))


async def forgotten(
    request: Request, *, pages: PasswordPages, links: PasswordLinks, forms: FormTokens, addresses: ClientAddresses
) -> Response:
    """GET shows the form; POST sends a link, and says the same whether or not somebody has the name."""
    if request.method != "POST" or not links.by_mail:
        return await pages.forgotten(request)
    name = text(await request.form(), "name")
    try:
        await forms.check(request)
        links.check_rate(addresses.of(request))
    except Problem as problem:
        return await pages.forgotten(request, name=name, problem=problem)
    response = await pages.forgotten(request, sent=True, name=name)
    pages.send(request, name)
    return response


async def show(request: Request, *, pages: PasswordPages) -> Response:
    """GET shows the form of a new password; looking at it uses nothing up."""
    return await pages.choose(request, str(request.path_params["secret"]))


async def choose(request: Request, *, pages: PasswordPages, forms: FormTokens, urls: Urls) -> Response:
    """POST sets the new password."""
    secret, form = str(request.path_params["secret"]), await request.form()
    lang = language_of(request)
    try:
        await forms.check(request)
        return await pages.set(request, secret, str(form.get("password", "")))
    except Problem as problem:
        faults = FormFaults(note=problem_words(lang, problem), status=problem.status)
    except InvalidDefinition as error:
        faults = form_faults(lang, "user", error.faults, label)
    return await pages.choose(request, secret, faults)
