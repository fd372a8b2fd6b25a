"""Time-based one-time codes of six digits: https://www.rfc-editor.org/rfc/rfc6238

SHA-1 and steps of 30 seconds, which every app understands.
"""

from __future__ import annotations

import hmac
from typing import Literal

import pyotp
import segno

STEP_SECONDS = 30
TOLERATED = 1  # steps by which a clock may be wrong
NAMED = 4  # steps within which a wrong code is recognised as one of another half minute
ISSUER = "Parcours"

Offset = Literal["right", "early", "late", "wrong"]


def new_key() -> str:
    """A random key of 160 bits, in base 32."""
    return pyotp.random_base32()


def step_at(seconds: float) -> int:
    """The number of the half minute that contains a time (seconds since 1970)."""
    return int(seconds // STEP_SECONDS)


def code_at(key: str, step: int) -> str:
    return pyotp.HOTP(key).at(step)


def step_of(key: str, code: str, now: float, within: int = NAMED) -> int | None:
    """The step nearest to `now` (seconds since 1970) whose code this is; None if there is none `within` steps."""
    here = step_at(now)
    for distance in sorted(range(-within, within + 1), key=abs):
        step = here + distance
        if step >= 0 and hmac.compare_digest(code_at(key, step).encode(), code.encode()):
            return step
    return None


def judge(step: int | None, now: float) -> Offset:
    """How a code of this step compares with the clock: `late` was shown too long ago, `early` is not shown yet."""
    if step is None:
        return "wrong"
    distance = step - step_at(now)
    if abs(distance) <= TOLERATED:
        return "right"
    return "early" if distance > 0 else "late"


def spaced(key: str) -> str:
    """The key in groups of four, as people type it."""
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def qr_svg(key: str, name: str) -> str:
    """The QR code that adds the key of a user to an app, as an SVG element with the class `qr`."""
    uri = pyotp.TOTP(key).provisioning_uri(name=name, issuer_name=ISSUER)
    code = segno.make(uri, error="m", micro=False)
    return code.svg_inline(border=3, omitsize=True, svgclass="qr", lineclass=None, dark="#15181b", light="#fff")
