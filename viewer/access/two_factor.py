"""Two-factor sign-in: set up, checked, and turned off.

Each code works once, in whichever process it arrives: the step of the last one is written by compare-and-set.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from store.definitions import Conflict, Definitions, Missing
from store.records import User
from store.sealing import Sealer, Unsealable
from store.tokens import digest
from store.two_factor import POLICY_ID, SignInPolicy, TwoFactor
from viewer.access import totp
from viewer.http.errors import Problem

CODES = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another
_LENGTH = 16  # letters of a recovery code: 79 bits, so that a SHA-256 without salt is enough
_SETUP = "two-factor set-up of "
_KEPT = "two-factor of "
_RETRIES = 5  # when two codes of one person arrive at once


@dataclass(frozen=True)
class SetUp:
    """A key that is not in use yet. `sealed`: the key encrypted, for the form that turns it on."""

    key: str
    sealed: str


class TwoFactors:
    """Every method but `set_up` queries the store: run them in threads. `clock`: seconds since 1970."""

    def __init__(self, definitions: Definitions, sealer: Sealer, clock: Callable[[], float] = time.time) -> None:
        self._definitions = definitions
        self._sealer = sealer
        self._clock = clock

    def of(self, name: str) -> TwoFactor | None:
        """What is stored for a user; None while it is off."""
        return _found(self._definitions, name)

    def required(self) -> bool:
        """Whether everybody must use it."""
        return self._policy().two_factor

    def require(self, on: bool, by: str) -> None:
        """Demand it of everybody at the next sign-in, or no longer."""
        policy = self._policy()
        if policy.two_factor != on:
            self._definitions.put(replace(policy, two_factor=on), by)

    def set_up(self, name: str, sealed: str = "") -> SetUp:
        """A new key for a user, or the one in the form that was sent. Problem 400 if that was altered."""
        if not sealed:
            key = totp.new_key()
            return SetUp(key, self._sealer.seal(key, _SETUP + name))
        try:
            return SetUp(self._sealer.open(sealed, _SETUP + name), sealed)
        except Unsealable:
            raise Problem(400, "two_factor_form", "This form is no longer valid.", "Load the page again.") from None

    def turn_on(self, name: str, sealed: str, code: str) -> tuple[str, ...]:
        """Use a key from now on, which `code` shows to be in the app; the recovery codes are given this once.
        Problem 422 for a wrong code, 409 if it is on already."""
        setup, now = self.set_up(name, sealed), self._clock()
        step = _right(setup.key, code, now)
        recovery = tuple(_recovery_code() for _ in range(CODES))
        made = TwoFactor(
            id=name,
            sealed=self._sealer.seal(setup.key, _KEPT + name),
            since=int(now * 1000),
            last_step=step,
            recovery=tuple(digest(_plain(one)) for one in recovery),
        )
        try:
            self._definitions.put(made, name)
        except Conflict:
            raise Problem(409, "two_factor_on", "Two-factor sign-in is on already.") from None
        return recovery

    def check(self, name: str, code: str) -> None:
        """Accept a code of the app, or a recovery code, which works once. Problem 422 for a wrong one; does nothing
        for somebody without two-factor sign-in."""
        for _ in range(_RETRIES):
            found = self.of(name)
            if found is None:
                return
            try:
                self._definitions.put(self._used(found, code), name)
            except Conflict:  # another code of the same person arrived at the same time: read what it left
                continue
            return
        raise Problem(409, "two_factor_busy", "Several codes arrived at once.", "Send one code.")

    def turn_off(self, name: str, by: str = "") -> None:
        """Remove the key and the recovery codes; does nothing if there are none."""
        remove_two_factor(self._definitions, name, by or name)

    def _used(self, found: TwoFactor, code: str) -> TwoFactor:
        """The record once `code` is used up."""
        plain = _plain(code)
        if not (plain.isascii() and plain.isdigit() and len(plain) == 6):
            mark = digest(plain)
            if mark not in found.recovery:
                raise _wrong_code("wrong")
            return replace(found, recovery=tuple(one for one in found.recovery if one != mark))
        try:
            key = self._sealer.open(found.sealed, _KEPT + found.id)
        except Unsealable:
            hint = "Use a recovery code, or ask the person who runs the server for `parcours user reset`."
            raise Problem(422, "two_factor_key", "The key of the server has changed.", hint) from None
        step = _right(key, plain, self._clock())
        if step <= found.last_step:
            raise Problem(422, "code_used", "This code was used already.", "Wait for the next one.")
        return replace(found, last_step=step)

    def _policy(self) -> SignInPolicy:
        try:
            return self._definitions.get(SignInPolicy, POLICY_ID)
        except Missing:
            return SignInPolicy(id=POLICY_ID)


def remove_two_factor(definitions: Definitions, name: str, by: str) -> None:
    """Remove what is stored for a user, readable or not; does nothing if there is nothing."""
    for stored in definitions.stored(TwoFactor):
        if stored.id == name:
            definitions.delete_stored(TwoFactor, stored, by)


def needs_code(user: User, two_factors: TwoFactors) -> bool:
    """Whether signing in takes a second step: a code, or the set-up that everybody must do."""
    return two_factors.of(user.id) is not None or two_factors.required()


def _found(definitions: Definitions, name: str) -> TwoFactor | None:
    try:
        return definitions.get(TwoFactor, name)
    except Missing:
        return None


def _right(key: str, code: str, now: float) -> int:
    """The step of a code that is right; Problem 422 otherwise."""
    step = totp.step_of(key, _plain(code), now)
    judged = totp.judge(step, now)
    if step is None or judged != "right":
        raise _wrong_code(judged)
    return step


def _wrong_code(judged: totp.Offset) -> Problem:
    hint = "Type the one shown now; check the phone's clock if it fails again."
    match judged:
        case "late":
            return Problem(422, "code_late", "That code was for an earlier half minute.", hint)
        case "early":
            return Problem(422, "code_early", "That code is for a later half minute.", hint)
    return Problem(422, "code_wrong", "That code is wrong.", hint)


def _plain(code: str) -> str:
    """A code without what people put between its parts."""
    return "".join(letter for letter in code[:64].lower() if letter not in " -\u00a0\u202f")


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, _LENGTH, 4))
