"""The account of a map as rows: what was received, what was left out and why, what is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.measures.account import Account
from viewer.pages.frame.languages import MINUS, Language
from viewer.pages.map.robots import robot_reasons

LOSS_ALARM = 0.25  # share of what was received; larger losses are highlighted


@dataclass(frozen=True)
class LedgerRow:
    """A row of the account. `of`: its parts with their numbers."""

    label: str
    value: str
    share: str = ""
    sum: bool = False
    alarm: bool = False
    of: tuple[tuple[str, str], ...] = ()


def account_rows(
    lang: Language,
    account: Account,
    shares: Mapping[str, float],
    *,
    outside: str = "",
    views: bool = False,
    elsewhere: Sequence[tuple[str, int, float]] = (),
) -> tuple[LedgerRow, ...]:
    """Received → drawn. `shares`: field of the account → share of what was received.

    `outside`: names the filters or the segment that those outside miss. `views`: the account counts views, not points.
    `elsewhere`: label, number and share of points in other states of the page, which are not lost.
    """
    _ = lang.text

    def share(name: str) -> str:
        return lang.share(shares[name]) if name in shares else ""

    def loss(label: str, name: str, of: tuple[tuple[str, str], ...] = ()) -> LedgerRow:
        n, alarm = getattr(account, name), shares.get(name, 0.0) > LOSS_ALARM
        return LedgerRow(label, MINUS + lang.number(n) if n else "0", share(name), alarm=alarm, of=of)

    look_alikes = ((_("look-alikes"), lang.number(account.look_alikes)),) if account.look_alikes else ()
    return (
        LedgerRow(_("Views received") if views else _("Received"), lang.number(account.received), sum=True),
        loss(_("Bots"), "bots", robot_reasons(lang, account.bots_by_reason)),
        loss(_("Excluded visitors"), "excluded"),
        loss(outside or _("Outside what is chosen"), "outside"),
        *(LedgerRow(label, MINUS + lang.number(n), lang.share(part)) for label, n, part in elsewhere if n),
        loss(_("Views without scrolling") if views else _("Not placed"), "not_placed", look_alikes),
        LedgerRow(_("Drawn"), lang.number(account.drawn), share("drawn"), sum=True),
    )
