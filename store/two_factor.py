"""Two-factor sign-in: the key of each person's app, and whether everybody must have one."""

from __future__ import annotations

from store.records import Record


class TwoFactor(Record, frozen=True, kw_only=True):
    """`id` is the name of the user."""

    sealed: str  # the key of the app, encrypted (store/sealing.py)
    since: int  # ms since 1970
    last_step: int = 0  # of the last code that was accepted: it and earlier ones are not accepted again
    recovery: tuple[str, ...] = ()  # SHA-256 of each recovery code that was not used yet


class SignInPolicy(Record, frozen=True, kw_only=True):
    """What this installation demands of everybody who signs in. There is one, whose id is `POLICY_ID`."""

    two_factor: bool = False


POLICY_ID = "all"
