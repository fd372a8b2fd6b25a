"""A funnel split into sets of visitors: a table of shares with their intervals, and the clearest difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.answers.funnel import FunnelStep, SplitTests
from aggregator.measures.share_tests import ShareTest
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.journey.funnel_rows import percent
from viewer.pages.journey.funnel_shown import ShownFunnel
from viewer.pages.map.controls import device_name
from viewer.pages.sentences.names import channel_name, value_name


@dataclass(frozen=True)
class SplitCell:
    """A share: "few" without interval where too few did the step before. `low`, `at`, `wide`: of the interval on a
    scale from 0 to 100 %. `differs`: that it is more or less than that of the largest set; "" if it is not."""

    share: str
    interval: str = ""
    low: str = ""
    wide: str = ""
    at: str = ""
    differs: str = ""


@dataclass(frozen=True)
class FunnelSplitRow:
    """One set: visitors of the first step, and the share of each step; the last is that of the whole funnel, which
    `came` did."""

    name: str
    visitors: str
    cells: tuple[SplitCell, ...]
    came: str


@dataclass(frozen=True)
class FunnelSplit:
    """`everyone`: the row of the whole funnel. `choices`: what it can be split by; `experiments`: whose variants.
    `note`: why there are no rows. `say`: the clearest difference, in bold, and its figures."""

    choices: tuple[Choice, ...]
    experiments: tuple[Choice, ...]
    heads: tuple[str, ...]
    everyone: tuple[FunnelSplitRow, ...]
    rows: tuple[FunnelSplitRow, ...]
    title: str = ""
    note: str = ""
    say: tuple[str, str] = ("", "")


def split_table(shown: ShownFunnel) -> FunnelSplit:
    """The split of a funnel."""
    lang, funnel, found = shown.lang, shown.funnel, shown.found
    names = split_names(lang)
    split = found.split if found and funnel.split else {}
    tests = found.tests if found else {}
    rows = [_row(shown, shown.sets.get(key, key), steps, tests.get(key)) for key, steps in split.items()]
    everyone = [_row(shown, lang.text("All"), found.steps, None)] if found and rows else []
    return FunnelSplit(
        choices=tuple(
            Choice(words, shown.links.keeping(split=key).to(), key == funnel.split) for key, words in names.items()
        ),
        experiments=tuple(
            Choice(one.name, shown.links.keeping(split=f"variant:{one.id}").to(), one.id == funnel.of)
            for one in shown.asked.known.experiments
        )
        if funnel.split == "variant" and len(shown.asked.known.experiments) > 1
        else (),
        heads=tuple(shown.name(step) for step in funnel.steps),
        everyone=tuple(everyone),
        rows=tuple(rows),
        title=lang.text("Split by %(what)s", what=names[funnel.split].lower()) if funnel.split else "",
        note="" if rows or not funnel.split else _nothing(shown),
        say=_clearest(shown),
    )


def split_names(lang: Language) -> dict[str, str]:
    """What a funnel can be split by."""
    _ = lang.text
    return {
        "": _("Nothing"),
        "device": _("Device"),
        "channel": _("Channel"),
        "visitor": _("New or returning"),
        "segment": _("Segment"),
        "variant": _("Variant"),
    }


def set_names(shown: ShownFunnel) -> dict[str, str]:
    """The names of the sets of a split."""
    lang, known, split = shown.lang, shown.asked.known, shown.funnel.split
    keys = shown.found.split if shown.found else ()
    if split == "segment":
        return {one.id: one.name for one in known.segments}
    if split == "variant":
        return {one.key: one.name for experiment in known.experiments if experiment.id == shown.funnel.of
                for one in experiment.variants}  # fmt: skip
    named = {"device": device_name, "channel": channel_name, "visitor": _new_or_returning}.get(split)
    return {key: named(lang, key) for key in keys} if named else {}


def _new_or_returning(lang: Language, value: str) -> str:
    return value_name(lang, "visitor", value)


def _nothing(shown: ShownFunnel) -> str:
    _, known, split = shown.lang.text, shown.asked.known, shown.funnel.split
    if split == "segment" and not known.segments:
        return _("No segment is saved yet. Save one, and the funnel can be split by it.")
    if split == "variant" and not known.experiments:
        return _("There is no experiment yet, so there are no variants to split by.")
    return _("Nobody of these sets did any of the steps.")


def _row(shown: ShownFunnel, name: str, steps: Sequence[FunnelStep], tests: SplitTests | None) -> FunnelSplitRow:
    lang = shown.lang
    of_tests: list[ShareTest | None] = [*tests.steps, tests.whole] if tests else [None] * len(steps)
    shares = [*(step.of_before for step in steps[1:]), steps[-1].of_first]
    return FunnelSplitRow(
        name=name,
        visitors=lang.number(steps[0].visitors),
        cells=tuple(_cell(lang, share, test) for share, test in zip(shares, of_tests, strict=True)),
        came=lang.number(steps[-1].visitors) if steps[0].visitors >= FEW else "",
    )


def _cell(lang: Language, share: ShareOf | None, test: ShareTest | None) -> SplitCell:
    if share is None or share.of < FEW:
        return SplitCell(lang.text("few"))
    words = {"more": lang.text("more than the largest"), "less": lang.text("less than the largest")}
    return SplitCell(
        share=lang.share(share.share),
        interval=lang.between(share.low, share.high),
        low=percent(share.low),
        wide=percent(share.high - share.low),
        at=percent(share.share),
        differs=words.get(test.verdict, "") if test else "",
    )


def _clearest(shown: ShownFunnel) -> tuple[str, str]:
    """The difference in one step that is furthest from chance."""
    found, lang = shown.found, shown.lang
    if found is None or not found.tests:
        return "", ""
    first = next(iter(found.split))
    tests = [
        (test.q or 0.0, -abs(test.difference.diff), key, i, test)
        for key, one in found.tests.items()
        for i, test in enumerate(one.steps, 1)
        if test.verdict in ("more", "less")
    ]
    if not tests:
        return lang.text("No difference between these sets is beyond chance."), ""
    _q, _diff, key, i, test = min(tests, key=lambda one: one[:4])
    names = {
        "step": shown.name(shown.funnel.steps[i - 1]),
        "name": shown.sets.get(key, key),
        "first": shown.sets.get(first, first),
    }
    if test.verdict == "more":
        words = lang.text("From “%(step)s”, “%(name)s” go on more often than “%(first)s”:", **names)
    else:
        words = lang.text("From “%(step)s”, “%(name)s” go on less often than “%(first)s”:", **names)
    difference = test.difference
    figures = lang.text(
        "%(share)s against %(of_first)s, a difference of %(diff)s points (%(low)s to %(high)s), q %(chance)s.",
        share=lang.share(difference.share_b or 0),
        of_first=lang.share(difference.share_a or 0),
        diff=lang.points(difference.diff),
        low=lang.points(difference.low),
        high=lang.points(difference.high),
        chance=lang.chance(test.q or 0.0),
    )
    return words, figures
