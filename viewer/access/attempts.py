"""Which attempts to sign in may go on to the hash, and which have to wait.

Each attempt is counted before the password is checked: attempts that arrive at the same time would otherwise all find
that nothing was wrong yet. Somebody who signed in before, from the same browser or the same address, is counted apart
from strangers, who could otherwise keep them out by guessing:
https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from viewer.access.throttle import SlowLimit, Throttle

FREE_BY_NAME, FREE_BY_ADDRESS = 5, 30  # wrong attempts before each further one has to wait
NAME_BURST, NAME_SECONDS = 50, 60.0  # of strangers, for one name from all addresses: at once, then one a minute
MOST_KNOWN = 1_000  # names with an address that signed in


@dataclass(frozen=True)
class Attempt:
    """One attempt to sign in with a name. `device`: of a browser that this name signed in with before, else ""."""

    name: str
    address: str
    device: str = ""

    @property
    def here(self) -> str:
        return f"{self.name} {self.address}"


class Attempts:
    """Counts attempts in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._by_name = Throttle(FREE_BY_NAME, clock)
        self._by_address = Throttle(FREE_BY_ADDRESS, clock)
        self._by_device = Throttle(FREE_BY_NAME, clock)
        self._everywhere = SlowLimit(NAME_BURST, NAME_SECONDS, clock)
        self._known: OrderedDict[str, None] = OrderedDict()  # a name with an address

    def is_known(self, attempt: Attempt) -> bool:
        """Whether this name has signed in before from this browser or this address."""
        return bool(attempt.device) or attempt.here in self._known

    def begin(self, attempt: Attempt) -> float:
        """Count an attempt as a failure, and return 0; or return the seconds to wait before the next one."""
        if attempt.device:
            if wait := self._by_device.wait(attempt.device):
                return wait
            self._by_device.failed(attempt.device)
            return 0.0
        known = self.is_known(attempt)
        wait = max(self._by_name.wait(attempt.here), self._by_address.wait(attempt.address))
        if not known:
            wait = max(wait, self._everywhere.wait(attempt.name))
        if wait:
            return wait
        self._by_name.failed(attempt.here)
        self._by_address.failed(attempt.address)
        if not known:
            self._everywhere.count(attempt.name)
        return 0.0

    def succeeded(self, attempt: Attempt) -> None:
        """The password was right: the attempt was no failure, and the next one is not a stranger's."""
        if attempt.device:
            self._by_device.succeeded(attempt.device)
        else:
            self._by_name.succeeded(attempt.here)
            self._by_address.undo(attempt.address)
            if not self.is_known(attempt):
                self._everywhere.undo(attempt.name)
        self.remember(attempt)

    def remember(self, attempt: Attempt) -> None:
        """This name is signed in from this address: it is known from now on."""
        self._known[attempt.here] = None
        self._known.move_to_end(attempt.here)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
