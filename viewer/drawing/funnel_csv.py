"""A funnel as CSV: one row for each step of the whole and of each set that it is split into, or its account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from aggregator.answers.funnel import Funnel, FunnelStep, SplitTests
from aggregator.measures.share_tests import ShareTest
from aggregator.measures.shares import ShareOf
from viewer.drawing.export import table_csv

TABLES = ("steps", "instead", "account")
SHARE = ("visitors", "of", "share", "low", "high")
STEPS = (
    "set", "step", "key", "name", "visitors", "joined",
    *(f"of_before_{name}" for name in SHARE), *(f"of_first_{name}" for name in SHARE),
    "to_next_median_ms", "to_next_p90_ms", "diff", "diff_low", "diff_high", "q", "verdict",
)  # fmt: skip


def funnel_csv(funnel: Funnel, names: Mapping[str, str], table: str = "steps") -> bytes:
    """`names`: of the steps by key, and of the sets. `diff`: of `of_before` against the largest set."""
    if table == "account":
        return table_csv(("what", "visitors"), asdict(funnel.account).items())
    if table == "instead":
        rows = (
            (n, step.key, one.touchpoint, one.visitors)
            for n, step in enumerate(funnel.steps, 1)
            for one in step.instead
        )
        return table_csv(("step", "key", "instead", "visitors"), rows)
    return table_csv(STEPS, _rows(funnel, names))


def _rows(funnel: Funnel, names: Mapping[str, str]) -> Iterator[list[object]]:
    for value, steps in {"": funnel.steps, **funnel.split}.items():
        tests = funnel.tests.get(value)
        for n, step in enumerate(steps):
            named = [value, n + 1, step.key, names.get(step.key, step.key)]
            yield [*named, *_figures(step), *_test(_test_of(tests, n))]


def _figures(step: FunnelStep) -> list[object]:
    shares = [*_share(step.of_before), *_share(step.of_first)]
    return [step.visitors, step.joined, *shares, step.to_next_median_ms, step.to_next_p90_ms]


def _share(share: ShareOf | None) -> list[object]:
    return [getattr(share, name) if share else None for name in SHARE]


def _test_of(tests: SplitTests | None, step: int) -> ShareTest | None:
    return tests.steps[step - 1] if tests and step else None


def _test(test: ShareTest | None) -> list[object]:
    if test is None:
        return [None] * 5
    found = test.difference
    return [found.diff, found.low, found.high, test.q, test.verdict]
