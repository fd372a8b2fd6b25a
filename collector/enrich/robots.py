"""Whether a visitor is a robot, judged from the request and from the batch, with the reason (docs/robots.md)."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from collector.text_cache import CACHED
from collector.wire import ClickColumns, ViewContext
from store.flags import DRAGGED, FRAMED, KEYBOARD, PEN, TOUCH

MAX_UA = 512  # letters of a user agent that are read; longer ones are forged
PURPOSES = ("prefetch", "prerender", "preview")

# Only clicks of a mouse are judged: a keyboard or an assistive device clicks at the centre, a finger and a pen leave
# no trail, a click in a frame of another origin has no position of its own, and a drag is recorded where it began, at
# the time when it ended.
NOT_A_MOUSE = KEYBOARD | TOUCH | PEN | FRAMED | DRAGGED

FEW = 3  # clicks; fewer prove nothing
FAR = 200  # px between two clicks, from which they count as far apart

SAME_PLACE = 5  # elements, all clicked at exactly the same fraction of their box

TOO_FAST = 15.0  # px/ms horizontally between two clicks; a flick of the mouse reaches 5, and then the hand has to stop
TOO_FAST_TIMES = 2  # in one batch; a page that hangs delivers two clicks at once

REGULAR_CLICKS = 6
REGULAR = 0.03  # standard deviation of the intervals / their mean; a trained finger that taps reaches 0.04
REGULAR_IN_ONE_PLACE = 0.01  # the same limit without movement: taps on one button are nearly even
COARSE_CLOCK = 100  # ms; some browsers round their clock to this, which makes intervals look equal
COARSE_MEAN = 2000  # ms between clicks, from which a coarse clock no longer makes a person look regular

NO_POINTER_GAP = 1000  # ms between two clicks far apart, in which a person's pointer rests somewhere


@lru_cache(CACHED)
def by_request(
    user_agent_says: str,
    user_agent: str,
    brands: bytes,
    names_language: bool,
    automated: bool,
    purpose: str,
    own_machine: bool,
) -> str:
    """Why the request counts as a robot's, "" if it does not.

    `user_agent_says`: the verdict of collector/enrich/devices.py; `brands`: Sec-CH-UA; `names_language`: false when
    a browser sends no Accept-Language. A scripted browser on a loopback page (`own_machine`) is the owner's test: it
    counts (docs/decisions/0010-scripted-browsers-on-loopback-pages.md).
    """
    if automated and not own_machine:
        return "webdriver"
    if user_agent_says and not (own_machine and user_agent_says == "headless"):
        return user_agent_says
    if any(word in purpose for word in PURPOSES):
        return "prefetch"
    if own_machine:
        return ""
    if b"headless" in brands.lower() or not names_language:
        return "headless"
    if b"Chromium" in brands and _INVENTED not in brands:
        return "emulated"
    return "contradiction" if _contradicts(user_agent, brands) else ""


# Every Chromium lists an invented brand, such as "Not?A_Brand", so that nobody relies on the list. Lighthouse and other
# tools that emulate a device give a list without one. https://wicg.github.io/ua-client-hints/#grease
_INVENTED = b"Brand"
_MAJOR = re.compile(r"Chrome/(\d+)\.")
_MAJOR_OF_BRANDS = re.compile(rb'"Chromium"; ?v="(\d+)')
_CHROMIUM = re.compile(r"Chrom(?:e|ium)/|CriOS|Edg|OPR/|SamsungBrowser")
_CLAIMS_ANOTHER = re.compile(r"Firefox/\d|Version/[\d.]+ (?:Mobile/\w+ )?Safari/")


def _contradicts(user_agent: str, brands: bytes) -> bool:
    """Chromium's client hints with a user agent of Firefox or Safari, which send none, or of another version."""
    version, hinted = _MAJOR.search(user_agent), _MAJOR_OF_BRANDS.search(brands)
    if version and hinted and version[1].encode() != hinted[1]:
        return True
    return b"Chrom" in brands and not _CHROMIUM.search(user_agent) and bool(_CLAIMS_ANOTHER.search(user_agent))


def is_lighthouse(context: ViewContext, user_agent: str) -> bool:
    """Whether the window is exactly one that Lighthouse emulates, with its user agent.

    For pages without client hints (http, or a proxy that removes them), and only for views without input: a person
    may have such a window. https://github.com/GoogleChrome/lighthouse/blob/main/core/config/constants.js
    """
    return any(
        (context.vw, context.vh, context.dpr) == window and system in user_agent for window, system in _LIGHTHOUSE
    )


_LIGHTHOUSE = (((412, 823, 1.75), "moto g power"), ((1350, 940, 1.0), "Macintosh"))


def by_behaviour(clicks: ClickColumns | None, dwelt: bool) -> str:
    """Why the clicks of one batch cannot be a person's, "" if they can. `dwelt`: the pointer rested somewhere.

    Keeps no state between batches.
    """
    if clicks is None or len(clicks.t) < FEW:
        return ""
    t, e, x, y, px, py = clicks.t, clicks.e, clicks.x, clicks.y, clicks.px, clicks.py
    if any(clicks.k):
        mouse = [n for n, flags in enumerate(clicks.k) if not flags & NOT_A_MOUSE]
        if len(mouse) < FEW:
            return ""
        if len(mouse) < len(t):
            moments = _moments(t)
            at = [moments[n] for n in mouse]
            t = [at[0], *(after - before for before, after in pairwise(at))]
            e, x, y, px, py = ([column[n] for n in mouse] for column in (e, x, y, px, py))
    if x[0] == x[-1] and y[0] == y[-1] and _same_place(e, x, y):
        return "same_place"
    gaps = t[1:]
    shortest = min(gaps)
    if shortest < (widest := (max(px) - min(px)) / TOO_FAST) and _too_fast(gaps, px, widest):
        return "too_fast"
    if len(t) >= REGULAR_CLICKS and max(gaps) <= 1.2 * shortest and _too_regular(gaps, px, py):
        return "too_regular"
    if not dwelt and shortest >= NO_POINTER_GAP and _far_apart(px, py):
        return "no_pointer"
    return ""


def _moments(deltas: list[int]) -> list[int]:
    moments, now = [], 0
    for delta in deltas:
        now += delta
        moments.append(now)
    return moments


def _same_place(e: list[int], x: list[int], y: list[int]) -> bool:
    return len(set(e)) >= SAME_PLACE and len(set(x)) == 1 and len(set(y)) == 1


def _too_fast(gaps: list[int], px: list[int], widest: float) -> bool:
    """Horizontally only, because scrolling changes vertical positions. `widest`: ms that the widest move may take."""
    fast = 0
    for n, gap in enumerate(gaps):
        if gap < widest:
            way = abs(px[n + 1] - px[n])
            fast += way >= FAR and way > TOO_FAST * max(gap, 1)
    return fast >= TOO_FAST_TIMES


def _too_regular(gaps: list[int], px: list[int], py: list[int]) -> bool:
    mean = sum(gaps) / len(gaps)
    if mean < COARSE_MEAN and not any(gap % COARSE_CLOCK for gap in gaps):
        return False
    moved = max(px) - min(px) >= FAR or max(py) - min(py) >= FAR
    limit = REGULAR if moved else REGULAR_IN_ONE_PLACE
    return bool(sum((gap - mean) ** 2 for gap in gaps) < (limit * mean) ** 2 * len(gaps))


def _far_apart(px: list[int], py: list[int]) -> bool:
    return all(abs(x2 - x1) + abs(y2 - y1) >= FAR for x1, y1, x2, y2 in zip(px, py, px[1:], py[1:], strict=False))
