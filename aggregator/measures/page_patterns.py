"""Patterns that many addresses of a site share: suggestions for page groups.

Addresses of the same depth that differ in one part share a pattern. A part below the root may be anything
(`/letters/2026-03` and `/letters/2026-04`: `/letters/*`); the first part of a path must have a word in common
(`/floor-lamps` and `/table-lamps`: `/*-lamps`), because otherwise `/*` would gather the basket and the help. Patterns
that share a pattern themselves are joined (`/*-lamps/*`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from store.pages import QUERY, page_path

LEAST_PAGES = 5  # that share a pattern
LEAST_JOINED = 2  # patterns that are joined to one
MOST_VALUES = 2_000  # words of a part that are counted
_WORD = re.compile(r"[^-_.]+")

Parts = tuple[str, ...]


@dataclass(frozen=True)
class SharedPattern:
    """A pattern and the addresses that share it, in the order in which they were given."""

    pattern: str
    pages: tuple[str, ...]


def shared_patterns(pages: Iterable[str]) -> list[SharedPattern]:
    """The patterns that at least LEAST_PAGES of the pages share, those of most pages first. A page has one at most."""
    of_parts: dict[Parts, list[str]] = defaultdict(list)
    for page in pages:
        path = page_path(QUERY.sub("", page))
        if "*" not in path:
            of_parts[tuple(path.removeprefix("/").split("/"))].append(page)
    members = {parts: tuple(found) for parts, found in of_parts.items()}
    joined = _joined(members, LEAST_PAGES)
    while more := _joined(joined, LEAST_JOINED):
        covered = {parts for pattern in more for parts in joined if _covers(pattern, parts)}
        joined = {parts: found for parts, found in joined.items() if parts not in covered} | more
    found = [SharedPattern("/" + "/".join(parts), pages) for parts, pages in joined.items()]
    return sorted(found, key=lambda one: (-len(one.pages), one.pattern))


def _joined(members: dict[Parts, tuple[str, ...]], least: int) -> dict[Parts, tuple[str, ...]]:
    """Patterns with one wildcard more, each with the members that it covers; at least `least` of them."""
    candidates = sorted(
        ((pattern, parts) for pattern, parts in _candidates(members, least)),
        key=lambda one: (-len(one[1]), -_place(one[0]), one[0]),
    )
    taken: set[Parts] = set()
    found: dict[Parts, tuple[str, ...]] = {}
    for pattern, covered in candidates:
        free = [parts for parts in covered if parts not in taken]
        if len(free) >= least:
            taken.update(free)
            found[pattern] = tuple(dict.fromkeys(page for parts in free for page in members[parts]))
    return found


def _candidates(members: Collection[Parts], least: int) -> Iterator[tuple[Parts, list[Parts]]]:
    buckets: dict[tuple[int, Parts], list[Parts]] = defaultdict(list)
    for parts in members:
        for place, part in enumerate(parts):
            if "*" not in part:
                buckets[place, (*parts[:place], "*", *parts[place + 1 :])].append(parts)
    for (place, pattern), found in buckets.items():
        if len(found) < least:
            continue
        if place:
            yield pattern, found
            continue
        for affix, values in _affixes([parts[0] for parts in found], least):
            yield (affix, *pattern[1:]), [parts for parts in found if parts[0] in values]


def _affixes(values: Sequence[str], least: int) -> Iterator[tuple[str, set[str]]]:
    """`word-*` and `*-word` for words with which at least `least` of the values begin or end."""
    ends: Counter[tuple[str, str]] = Counter()
    of_end: dict[tuple[str, str], set[str]] = defaultdict(set)
    for value in dict.fromkeys(values[:MOST_VALUES]):
        words = [(word.start(), word.end()) for word in _WORD.finditer(value)]
        if len(words) < 2:
            continue
        for end in ((value[: words[1][0]], "*"), ("*", value[words[-2][1] :])):
            ends[end] += 1
            of_end[end].add(value)
    for (first, last), n in ends.items():
        if n >= least:
            yield first + last, of_end[first, last]


def _place(pattern: Parts) -> int:
    """The part that has the last wildcard."""
    return max(n for n, part in enumerate(pattern) if "*" in part)


def _covers(pattern: Parts, parts: Parts) -> bool:
    return len(pattern) == len(parts) and all(
        one == other or one == "*" or ("*" in one and _fits(one, other))
        for one, other in zip(pattern, parts, strict=True)
    )


def _fits(affix: str, part: str) -> bool:
    first, _, last = affix.partition("*")
    return part.startswith(first) and part.endswith(last)
