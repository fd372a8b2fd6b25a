"""Sign-in, first run, sign-out."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from rules.faults import InvalidDefinition
from store.records import User
from viewer.access.first_run import FirstRun
from viewer.access.form_tokens import FormTokens
from viewer.access.guards import root_of, safe_next
from viewer.access.hashing import Hashing
from viewer.access.person import person
from viewer.access.sessions import Sessions
from viewer.access.sign_in import SignIn
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.errors.page import problem_words
from viewer.pages.forms.faults import FormFaults, form_faults
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.page import Page, doc
from viewer.pages.people.labels import label
from viewer.work import Work


@dataclass(frozen=True, kw_only=True)
class SignInPage(Page):
    """Name and password, `/sign-in`."""

    template = "people/sign_in.html"
    docs = "security#signing-in"
    name: str = doc("Name typed so far")
    next: str = doc("Where to go next")
    problem: str = doc("Why the last attempt failed; empty at first")


@dataclass(frozen=True, kw_only=True)
class FirstRunPage(Page):
    """The first account, `/first-run?token=…`."""

    template = "people/first_run.html"
    docs = "security#signing-in"
    name: str = doc("Name typed so far")
    token: str = doc("Token of the link")
    usable: bool = doc("Whether the link can still create an owner")
    faults: FormFaults = doc("Why the last attempt failed; none at first")


async def show_sign_in(request: Request, *, frames: Frames, signing_in: SignIn, urls: Urls) -> Response:
    """GET shows the form, or follows a sign-in link (`link`)."""
    goal = request.query_params.get("next", "")
    if person(request):
        return go(safe_next(goal, root_of(request)))
    link = request.query_params.get("link", "")
    if link and request.method == "GET":  # a HEAD request, as previews of links send, must not use it up
        try:
            return await after_first_step(request, signing_in, urls, await signing_in.by_link(link), goal)
        except Problem as problem:
            return await _form(request, frames, "", goal, problem)
    return await _form(request, frames, "", goal)


async def sign_in(request: Request, *, frames: Frames, signing_in: SignIn, forms: FormTokens, urls: Urls) -> Response:
    """POST signs in and redirects to `next`, or to the second step."""
    form = await request.form()
    name, goal = str(form.get("name", "")), str(form.get("next", ""))
    try:
        await forms.check(request)
        user = await signing_in.by_password(request, name, str(form.get("password", "")))
    except Problem as problem:
        return await _form(request, frames, name, goal, problem)
    return await after_first_step(request, signing_in, urls, user, goal)


async def after_first_step(request: Request, signing_in: SignIn, urls: Urls, user: User, goal: str) -> Response:
    """Sign in somebody whose password or link was right, or ask for the second step."""
    if not await signing_in.needs_second_step(user):
        return await _begun(request, signing_in, user, goal)
    response = go(urls.second_step(safe_next(goal, root_of(request))))
    signing_in.begin_second_step(response, user)
    return response


async def _begun(request: Request, signing_in: SignIn, user: User, goal: str) -> Response:
    """Redirect to the goal with a new session."""
    response = go(safe_next(goal, root_of(request)))
    await signing_in.begin(request, response, user)
    return response


async def _form(request: Request, frames: Frames, name: str, goal: str, problem: Problem | None = None) -> Response:
    frame = await frames.of(request, "")
    words = problem_words(frame.lang, problem) if problem else ""
    page = SignInPage(frame=frame, title=frame.lang.text("Sign in"), name=name, next=goal, problem=words)
    response = answer(request, page, problem.status if problem else 200)
    if problem and problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


async def sign_out(
    request: Request, *, urls: Urls, sessions: Sessions, signing_in: SignIn, forms: FormTokens
) -> Response:
    """POST ends the session, on the server too."""
    await forms.check(request)
    if request.state.session:
        await signing_in.end(request.state.session)
    response = go(urls.sign_in())
    sessions.end(response)
    return response


async def first_run(
    request: Request,
    *,
    frames: Frames,
    first_owner: FirstRun,
    signing_in: SignIn,
    forms: FormTokens,
    work: Work,
    hashing: Hashing,
) -> Response:
    """GET shows the form of the first account, POST creates it and signs in."""
    frame = await frames.of(request, "")
    name, faults = "", FormFaults()
    token = request.query_params.get("token", "")
    if request.method == "POST":
        form = await request.form()
        name, token = str(form.get("name", "")).strip(), str(form.get("token", ""))
        try:
            await forms.check(request)
            with hashing.place():
                user = await hashing.run(first_owner.create_owner, token, name, str(form.get("password", "")))
        except Problem as error:
            faults = FormFaults(note=problem_words(frame.lang, error), status=error.status)
        except InvalidDefinition as error:
            faults = form_faults(frame.lang, "user", error.faults, label)
        else:
            work.forget()
            return await _begun(request, signing_in, user, "")
    usable = await work.run(first_owner.fits, token)
    page = FirstRunPage(
        frame=frame, title=frame.lang.text("First account"), name=name, token=token, usable=usable, faults=faults
    )
    return answer(request, page, faults.status if usable else 403)
