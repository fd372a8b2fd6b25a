"""What a touchpoint's card says first: how many end there, and which figures changed."""

from __future__ import annotations

from aggregator.answers.touchpoint import MetricChange
from aggregator.measures.statistics import FEW
from viewer.pages.journey.touchpoint.metric_rows import value_of
from viewer.pages.journey.touchpoint.shown import ShownTouchpoint, card_names


def lead_sentence(shown: ShownTouchpoint) -> str:
    """`33.7% of the visits that come here end here.`; where leaving is no loss, how many come here."""
    lang, figures = shown.lang, shown.card.figures
    exits, reach = figures.exits, figures.reach
    if figures.few:
        return lang.plural(
            "%(num)s visitor in this period: too few for shares.",
            "%(num)s visitors in this period: too few for shares.",
            figures.visitors,
        )
    if exits and exits.of >= FEW and not figures.ends_well:
        return lang.text("%(share)s of the visits that come here end here.", share=lang.share(exits.share))
    return lang.text("%(share)s of all visitors come here.", share=lang.share(reach.share if reach else 0.0))


def change_sentences(shown: ShownTouchpoint) -> tuple[str, ...]:
    """`Since 6 November: visits ending 33.7%, before 27.0%.`, the earliest first; else that nothing is known to have
    changed."""
    if shown.card.changes:
        return tuple(_sentence(shown, one) for one in shown.card.changes)
    return (shown.lang.text("No figure changed by more than chance in these days."),)


def _sentence(shown: ShownTouchpoint, change: MetricChange) -> str:
    lang = shown.lang
    return lang.text(
        "%(figure)s: %(after)s since %(day)s, %(before)s before.",
        figure=card_names(lang)[change.metric],
        after=value_of(lang, change.metric, change.after),
        day=lang.day(change.since),
        before=value_of(lang, change.metric, change.before),
    )
