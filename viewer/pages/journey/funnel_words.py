"""The words above and below a funnel: its result, what changed, its account, and what to do when nobody is left."""

from __future__ import annotations

from aggregator.answers.funnel import Funnel, FunnelAccount
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from aggregator.shapes.funnels import FEWEST_STEPS
from rules.period import Period
from viewer.funnels import joined_steps
from viewer.pages.frame.languages import MINUS
from viewer.pages.frame.page import Choice
from viewer.pages.journey.funnel_shown import ShownFunnel
from viewer.pages.map.empty import Empty
from viewer.pages.map.ledger import LedgerRow

LONG_WINDOW = 90  # days


def sentence(shown: ShownFunnel, found: Funnel) -> str:
    """The share that comes all the way."""
    lang, steps = shown.lang, found.steps
    last = steps[-1]
    if last.of_first is None or last.of_first.of < FEW:
        return lang.plural(
            "%(num)s visitor began this funnel: too few for shares.",
            "%(num)s visitors began this funnel: too few for shares.",
            steps[0].visitors,
        )
    return lang.text(
        "%(share)s of those who reach “%(first)s” come to “%(last)s” within %(window)s.",
        share=lang.share(last.of_first.share),
        first=shown.name(steps[0].key),
        last=shown.name(last.key),
        window=shown.window,
    )


def changed_words(shown: ShownFunnel) -> str:
    """The step whose share fell furthest against the period before; "" if none fell by more than chance."""
    lang, n = shown.lang, shown.worst
    if not n:
        return ""
    change = shown.changes[n - 1].difference
    return lang.text(
        "One step has changed: from “%(step)s”, %(share)s go on, %(before)s in the period before.",
        step=shown.name(shown.funnel.steps[n - 1]),
        share=lang.share(change.share_b or 0),
        before=lang.share(change.share_a or 0),
    )


def so_far_words(shown: ShownFunnel, found: Funnel) -> str:
    """That all of this is provisional; "" if it is not."""
    if not found.so_far:
        return ""
    return shown.lang.text(
        "So far: nobody's %(window)s are over yet, so these shares can still rise.", window=shown.window
    )


def big_figures(shown: ShownFunnel, found: Funnel) -> tuple[tuple[str, str, str], ...]:
    """(name, figure, interval) of who came all the way, in order and from anywhere, and how long it took."""
    lang, last = shown.lang, found.steps[-1]
    _, figures = lang.text, []
    entered = _("Did all of them") if shown.funnel.in_any_order else _("In order from step 1")
    figures.append((entered, lang.number(last.visitors), _share(shown, last.of_first)))
    if not shown.funnel.in_any_order:
        figures.append((_("Any entry"), lang.number(last.visitors + last.joined), _share(shown, found.any_entry)))
    if found.whole_median_ms is not None and found.whole_p90_ms is not None and last.visitors >= FEW:
        p90 = _("9 in 10 within %(span)s", span=lang.span(found.whole_p90_ms))
        figures.append((_("Whole way"), lang.span(found.whole_median_ms), p90))
    return tuple(figures)


def _share(shown: ShownFunnel, share: ShareOf | None) -> str:
    if share is None or share.of < FEW:
        return ""
    return f"{shown.lang.share(share.share)} ({shown.lang.between(share.low, share.high)})"


def account_rows(shown: ShownFunnel, account: FunnelAccount) -> tuple[LedgerRow, ...]:
    """Received → counted, in visitors."""
    lang = shown.lang
    _ = lang.text

    def row(label: str, n: int, *, total: bool = False) -> LedgerRow:
        share = lang.share(n / account.received) if account.received else ""
        return LedgerRow(label, lang.number(n) if total else f"{MINUS}{lang.number(n)}", share, sum=total)

    rows = [LedgerRow(_("Visitors received"), lang.number(account.received), sum=True)]
    rows += [
        row(label, n)
        for label, n in (
            (_("Bots"), account.bots),
            (_("Excluded visitors"), account.excluded),
            (_("Outside the device, filters or segment"), account.outside),
            (_("%(window)s not over yet", window=shown.window), account.left_out),
            (_("Did no step"), account.no_step),
        )
        if n
    ]
    return (*rows, row(_("Counted"), account.counted, total=True))


def emptied(shown: ShownFunnel, found: Funnel) -> Empty | None:
    """What to say where nobody comes to a step: the step that takes everything, and one way out."""
    taken = next((i for i, step in enumerate(found.steps) if not step.visitors), None)
    if taken is None:
        return None
    heading, why, out = (_no_start if taken == 0 else _no_way)(shown, found, taken)
    return Empty(heading, (why,), (out,), ledger=account_rows(shown, found.account))


def _no_start(shown: ShownFunnel, found: Funnel, taken: int) -> tuple[str, str, Choice]:
    lang, joined = shown.lang, found.account.joined
    heading = lang.text("Nobody did step 1, “%(name)s”", name=shown.name(found.steps[taken].key))
    if joined:
        why = lang.plural("%(num)s visitor did a later step.", "%(num)s visitors did a later step.", joined)
        return heading, why, _any_order(shown)
    why = lang.text("Nobody did any of these steps in these days.")
    return heading, why, Choice(lang.text("Last 90 days"), shown.links.to(period=Period(days=90)), True)


def _no_way(shown: ShownFunnel, found: Funnel, taken: int) -> tuple[str, str, Choice]:
    lang, step = shown.lang, found.steps[taken]
    names = {"name": shown.name(step.key), "n": lang.number(taken + 1), "before": lang.number(taken)}
    if shown.funnel.in_any_order:
        heading = lang.text("Nobody did step %(n)s, “%(name)s”, and all before it", **names)
        why = lang.text("They were never done together within %(window)s.", window=shown.window)
        longer = shown.links.keeping(window_days=str(LONG_WINDOW)).to()
        return heading, why, Choice(lang.text("Within %(n)s days", n=lang.number(LONG_WINDOW)), longer, True)
    heading = lang.text("Nobody did step %(n)s, “%(name)s”, after step %(before)s", **names)
    if step.joined:
        why = lang.plural(
            "%(num)s visitor did it, but not after the steps before it.",
            "%(num)s visitors did it, but not after the steps before it.",
            step.joined,
        )
        return heading, why, _any_order(shown)
    steps = [*shown.funnel.steps[:taken], *shown.funnel.steps[taken + 1 :]]
    why = lang.text("Nobody did it at all in these days.")
    if len(steps) < FEWEST_STEPS:
        return heading, why, Choice(lang.text("Edit steps"), f"{shown.links.keeping(edit='1').to()}#steps", True)
    return heading, why, Choice(
        lang.text("Leave this step out"), shown.links.keeping(steps=joined_steps(steps)).to(), True
    )  # fmt: skip


def _any_order(shown: ShownFunnel) -> Choice:
    return Choice(shown.lang.text("Try any order"), shown.links.keeping(order="any").to(), True)
