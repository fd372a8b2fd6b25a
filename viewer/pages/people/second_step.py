"""The second step of signing in: a code, or the set-up where an owner requires one of everybody."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from store.records import User
from viewer.access.form_tokens import FormTokens
from viewer.access.guards import root_of, safe_next
from viewer.access.sign_in import SignIn
from viewer.access.two_factor import TwoFactors
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.errors.page import problem_words
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.page import Page, doc
from viewer.pages.people.two_factor import KeyShown, RecoveryCodes, key_shown
from viewer.work import Work


@dataclass(frozen=True, kw_only=True)
class SecondStepPage(Page):
    """The code after the password, `/sign-in/code`."""

    template = "people/second_step.html"
    docs = "security#signing-in"
    name: str = doc("Who signs in")
    next: str = doc("Where to go next")
    problem: str = doc("Why the last attempt failed; empty at first")
    key: KeyShown | None = doc("The key to set up; None for somebody who has one")
    codes: RecoveryCodes | None = doc("The recovery codes of a key that was just set up, once")


@dataclass(frozen=True)
class _ShownForm:
    key: KeyShown | None = None
    codes: RecoveryCodes | None = None
    problem: Problem | None = None


class SecondStep:
    """Asks for the code, and signs in."""

    def __init__(
        self, frames: Frames, signing_in: SignIn, two_factors: TwoFactors, forms: FormTokens, work: Work
    ) -> None:
        self._frames = frames
        self._signing_in = signing_in
        self._two_factors = two_factors
        self._forms = forms
        self._work = work

    async def show(self, request: Request, user: User, goal: str, problem: Problem | None = None) -> Response:
        key = await self._key(user, "")
        return await self._answer(request, user, goal, _ShownForm(key=key, problem=problem))

    async def send(self, request: Request, user: User) -> Response:
        """Check the code that was sent. A wrong one shows the form again."""
        form = await request.form()
        goal, code, sealed = (str(form.get(name, "")) for name in ("next", "code", "sealed"))
        try:
            await self._forms.check(request)
            if await self._work.run(self._two_factors.of, user.id) is None:
                return await self._set_up(request, user, goal, sealed, code)
            await self._signing_in.check_code(request, user.id, lambda: self._two_factors.check(user.id, code))
        except Problem as problem:
            key = await self._key(user, "" if problem.code == "two_factor_form" else sealed)
            return await self._answer(request, user, goal, _ShownForm(key=key, problem=problem))
        return await self._begun(request, user, go(safe_next(goal, root_of(request))))

    async def _set_up(self, request: Request, user: User, goal: str, sealed: str, code: str) -> Response:
        if not await self._signing_in.needs_second_step(user):  # it was turned off meanwhile
            return await self._begun(request, user, go(safe_next(goal, root_of(request))))
        if not sealed:
            raise Problem(400, "two_factor_form", "This form is no longer valid.", "Load the page again.")
        codes = await self._signing_in.check_code(
            request, user.id, lambda: self._two_factors.turn_on(user.id, sealed, code)
        )
        shown = await self._answer(request, user, goal, _ShownForm(codes=RecoveryCodes.of(codes)))
        return await self._begun(request, user, shown)

    async def _begun(self, request: Request, user: User, response: Response) -> Response:
        await self._signing_in.begin(request, response, user)
        return response

    async def _key(self, user: User, sealed: str) -> KeyShown | None:
        if await self._work.run(self._two_factors.of, user.id) is not None:
            return None
        return key_shown(self._two_factors, user.id, sealed)

    async def _answer(self, request: Request, user: User, goal: str, shown: _ShownForm) -> Response:
        frame = await self._frames.of(request, "")
        problem = shown.problem
        page = SecondStepPage(
            frame=frame,
            title=frame.lang.text("Sign in"),
            name=user.id,
            next=safe_next(goal, root_of(request)),
            problem=problem_words(frame.lang, problem) if problem else "",
            key=shown.key,
            codes=shown.codes,
        )
        response = answer(request, page, problem.status if problem else 200)
        response.headers["Cache-Control"] = "no-store"
        if problem and problem.retry_after:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response


async def second_step(request: Request, *, step: SecondStep, signing_in: SignIn, urls: Urls) -> Response:
    """GET shows the form, POST checks the code. Whoever did not do the first step is sent there."""
    try:
        user = await signing_in.after_first_step(request)
    except Problem:
        return go(urls.sign_in(request.query_params.get("next", "")))
    if request.method == "POST":
        return await step.send(request, user)
    return await step.show(request, user, request.query_params.get("next", ""))
