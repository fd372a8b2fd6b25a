"""Sign-in, first run, sign-out."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from viewer import auth
from viewer.errors import Problem

from .page import Page, doc
from .problems import problem_words
from .serve import answer, frame_of, go, viewer_of


@dataclass(frozen=True, kw_only=True)
class SignInPage(Page):
    """Name and password, `/sign-in`."""

    template = "sign_in.html"
    name: str = doc("Name typed so far")
    next: str = doc("Where to go on to")
    problem: str = doc("Why the last try failed; empty at first")


@dataclass(frozen=True, kw_only=True)
class FirstRunPage(Page):
    """The first account, `/first-run?token=…`."""

    template = "first_run.html"
    name: str = doc("Name typed so far")
    token: str = doc("Token of the link")
    usable: bool = doc("Whether the link still makes an owner")
    problem: str = doc("Why the last try failed; empty at first")


async def sign_in(request: Request) -> Response:
    """GET shows the form, or follows a sign-in link (`link`); POST signs in and goes on to `next`."""
    frame = await frame_of(request, "")
    name, problem, status = "", "", 200
    goal = request.query_params.get("next", "")
    if request.method == "POST":
        form = await request.form()
        name, goal = str(form.get("name", "")), str(form.get("next", ""))
        try:
            await auth.check_csrf(request)
            user = await auth.sign_in(request, name, str(form.get("password", "")))
        except Problem as error:
            problem, status = problem_words(frame.lang, error), error.status
        else:
            response = go(auth.safe_next(goal))
            auth.start_session(request, response, user)
            return response
    elif auth.person(request):
        return go(auth.safe_next(goal))
    elif word := request.query_params.get("link", ""):
        try:
            user = await auth.by_link(request, word)
        except Problem as error:
            problem, status = problem_words(frame.lang, error), error.status
        else:
            response = go(auth.safe_next(goal))
            auth.start_session(request, response, user)
            return response
    page = SignInPage(frame=frame, title=frame.lang.text("Sign in"), name=name, next=goal, problem=problem)
    return answer(request, page, status)


async def sign_out(request: Request) -> Response:
    """POST ends the session."""
    await auth.check_csrf(request)
    response = go(viewer_of(request).urls.sign_in())
    auth.end_session(request, response)
    return response


async def first_run(request: Request) -> Response:
    """GET shows the form of the first account, POST makes it and signs in."""
    frame = await frame_of(request, "")
    name, problem, status = "", "", 200
    token = request.query_params.get("token", "")
    if request.method == "POST":
        form = await request.form()
        name, token = str(form.get("name", "")).strip(), str(form.get("token", ""))
        try:
            await auth.check_csrf(request)
            user = await auth.create_first_owner(request, token, name, str(form.get("password", "")))
        except Problem as error:
            problem, status = problem_words(frame.lang, error), error.status
        else:
            response = go(viewer_of(request).urls.sites())
            auth.start_session(request, response, user)
            return response
    usable = await auth.first_run_valid(request, token)
    page = FirstRunPage(
        frame=frame, title=frame.lang.text("First account"), name=name, token=token, usable=usable, problem=problem
    )
    return answer(request, page, status if usable else 403)
