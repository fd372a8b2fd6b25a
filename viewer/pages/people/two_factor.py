"""Two-factor sign-in on the account page: set up, turned off, and required of everybody."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request

from viewer.access import totp
from viewer.access.person import Person, signed_in
from viewer.access.sign_in import SignIn
from viewer.access.two_factor import TwoFactors
from viewer.http.errors import Problem
from viewer.pages.errors.page import problem_words
from viewer.pages.frame.languages import Language
from viewer.work import Work


@dataclass(frozen=True)
class KeyShown:
    """A key to scan or to type. `sealed`: what the form sends back."""

    typed: str
    qr: Markup
    sealed: str


@dataclass(frozen=True)
class RecoveryCodes:
    """The codes one per line, and a link that saves them as a text file."""

    text: str
    href: str

    @classmethod
    def of(cls, codes: tuple[str, ...]) -> RecoveryCodes:
        text = "\n".join(codes)
        return cls(text, "data:text/plain;charset=utf-8," + quote(text + "\n"))


@dataclass(frozen=True)
class TwoFactorSection:
    """`since`: when it was turned on, empty while it is off. `left`: how many recovery codes remain, as a sentence.
    `required`: everybody must use it; `can_require`: the person may change that. `fault`: what was wrong with what was
    sent. `codes`: the recovery codes, once."""

    since: str = ""
    left: str = ""
    required: bool = False
    can_require: bool = False
    key: KeyShown | None = None
    fault: str = ""
    status: int = 200
    codes: RecoveryCodes | None = None


def key_shown(two_factors: TwoFactors, name: str, sealed: str = "") -> KeyShown:
    """A new key for a user, or again the one that a form sent. Problem 400 if that was altered."""
    made = two_factors.set_up(name, sealed)
    return KeyShown(totp.spaced(made.key), Markup(totp.qr_svg(made.key, name)), made.sealed)


class TwoFactorChanges:
    """What somebody who is signed in sees and changes of their own two-factor sign-in."""

    def __init__(self, two_factors: TwoFactors, signing_in: SignIn, work: Work) -> None:
        self._two_factors = two_factors
        self._signing_in = signing_in
        self._work = work

    async def section(self, lang: Language, who: Person) -> TwoFactorSection | None:
        """What is stored; None for a program, which has none."""
        if who.via != "session":
            return None
        found = await self._work.run(self._two_factors.of, who.name)
        required = await self._work.run(self._two_factors.required)
        if found is None:
            key = key_shown(self._two_factors, who.name)
            return TwoFactorSection(required=required, can_require=who.role == "owner", key=key)
        n = len(found.recovery)
        return TwoFactorSection(
            since=lang.moment(found.since),
            left=lang.plural("%(num)s recovery code is left.", "%(num)s recovery codes are left.", n),
            required=required,
            can_require=who.role == "owner",
        )

    async def change(self, request: Request, lang: Language, form: FormData) -> TwoFactorSection | None:
        """Make the change that the field `do` names; the section to show, None when there is nothing to show once."""
        who = signed_in(request)
        if who.via != "session":
            raise Problem(401, "sign_in", "Sign-in required.")
        code, sealed = str(form.get("code", "")), str(form.get("sealed", ""))
        try:
            match str(form.get("do", "")):
                case "on":
                    return await self._turn_on(request, who.name, sealed, code)
                case "off":
                    await self._turn_off(request, who.name, str(form.get("password", "")), code)
                case "require" if who.role == "owner":
                    await self._work.run(self._two_factors.require, form.get("required") == "1", who.name)
                case "require":
                    raise Problem(403, "role", "This needs an owner of the installation.")
                case _:
                    raise Problem(400, "bad_request", "The form does not say what to do.")
        except Problem as problem:
            return await self._failed(lang, who, sealed, problem)
        return None

    async def _turn_on(self, request: Request, name: str, sealed: str, code: str) -> TwoFactorSection:
        codes = await self._signing_in.check_code(request, name, lambda: self._two_factors.turn_on(name, sealed, code))
        return TwoFactorSection(codes=RecoveryCodes.of(codes))

    async def _turn_off(self, request: Request, name: str, password: str, code: str) -> None:
        if await self._work.run(self._two_factors.required):
            raise Problem(409, "two_factor_required", "An owner requires two-factor sign-in of everybody.")
        await self._signing_in.check_password(request, name, password)
        await self._signing_in.check_code(request, name, lambda: self._two_factors.check(name, code))
        await self._work.run(self._two_factors.turn_off, name)

    async def _failed(self, lang: Language, who: Person, sealed: str, problem: Problem) -> TwoFactorSection:
        """The section as it is, with what was wrong; the same key is shown, because it is in the app already."""
        section = await self.section(lang, who)
        assert section is not None  # `change` lets no program come here
        key = section.key
        if key and sealed and problem.code != "two_factor_form":
            key = key_shown(self._two_factors, who.name, sealed)
        return TwoFactorSection(
            since=section.since,
            left=section.left,
            required=section.required,
            can_require=section.can_require,
            key=key,
            fault=problem_words(lang, problem),
            status=problem.status,
        )
