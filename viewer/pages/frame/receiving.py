"""Whether a site is receiving data, in a few words."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.traffic import SiteTraffic
from viewer.pages.frame.languages import Language

QUIET_AFTER = 20  # times the usual gap between views
QUIET_LEAST = 1800.0  # seconds; never reported as quiet earlier


@dataclass(frozen=True)
class Receiving:
    """Whether data is arriving, as text."""

    words: str
    more: str
    css: str
    receiving: bool
    quiet: bool = False  # for much longer than usual


def receiving_of(lang: Language, traffic: SiteTraffic, now_ms: float) -> Receiving:
    """Receiving, quiet (for much longer than usual) or waiting for the first view."""
    _ = lang.text
    if not traffic.last_view_ms:
        return Receiving(_("Waiting for the first view"), "", "off", False)
    gap = max(0.0, now_ms - traffic.last_view_ms) / 1000
    usual = 28 * 86_400 / traffic.views_28 if traffic.views_28 else 86_400.0
    if gap > max(QUIET_LEAST, QUIET_AFTER * usual):
        more = _("usually every %(span)s", span=lang.span(usual * 1000)) if traffic.views_28 else ""
        return Receiving(_("Quiet for %(span)s", span=lang.span(gap * 1000)), more, "off warn", True, quiet=True)
    return Receiving(_("Receiving"), _("last view %(span)s ago", span=lang.span(gap * 1000)), "good", True)
