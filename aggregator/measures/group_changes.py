"""What a change of a page group does: which addresses are new or fall out, and which are in other groups too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from store.pages import NOT, matches, selects

Change = Literal["", "new", "out"]


@dataclass(frozen=True)
class Address:
    """A page with its visitors in a period."""

    page: str
    visitors: int


@dataclass(frozen=True)
class AddressChange:
    """An address that belongs to a group before or after a change. `by`: the pattern that decides.

    `others`: the names of other groups that it belongs to as well, and the pattern of each that decides.
    """

    page: str
    visitors: int
    change: Change
    by: str
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class GroupChange:
    """`before`, `after`: the patterns of the group (empty `before`: a new one). `others`: name → patterns."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    others: Mapping[str, tuple[str, ...]]

    def of(self, addresses: Sequence[Address]) -> list[AddressChange]:
        """Those of the addresses that belong before or after, in the same order."""
        return [found for one in addresses if (found := self._of_address(one))]

    def _of_address(self, address: Address) -> AddressChange | None:
        page = address.page
        was, belongs = selects(self.before, page), selects(self.after, page)
        if not was and not belongs:
            return None
        change: Change = "" if was and belongs else "new" if belongs else "out"
        others = () if not belongs else tuple(
            (name, decisive(patterns, page)) for name, patterns in self.others.items() if selects(patterns, page)
        )  # fmt: skip
        by = decisive(self.after, page) or decisive(self.before, page)
        return AddressChange(page, address.visitors, change, by, others)


def decisive(patterns: Sequence[str], page: str) -> str:
    """The pattern that decides whether a page belongs: the first that leaves it out, else the first that takes it in.

    "" if no pattern matches the page.
    """
    left_out = (p for p in patterns if p.startswith(NOT) and matches(p.removeprefix(NOT), page))
    taken_in = (p for p in patterns if not p.startswith(NOT) and p != page and matches(p, page))
    return next(left_out, None) or next(taken_in, None) or (page if page in patterns else "")
