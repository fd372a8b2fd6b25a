"""That most visits of a site count as bots for one reason: often a proxy changes what tells browsers from bots."""

from __future__ import annotations

from aggregator.answers.traffic import BotShare
from viewer.pages.frame.languages import Language
from viewer.pages.map.robots import reason_words


def mostly_bots(lang: Language, bots: BotShare | None) -> str:
    """What share, why, and what to set, in sentences; empty if most visits are people's."""
    if bots is None:
        return ""
    words = lang.text(
        "%(share)s of the views in the last 7 days count as bots, and maps leave them out: %(reason)s.",
        share=lang.share(bots.share, 0),
        reason=reason_words(lang).get(bots.reason, bots.reason),
    )
    return f"{words} {advice(lang, bots.reason)}"


def advice(lang: Language, reason: str) -> str:
    """What to set if people count as bots for this reason (`store.robots.REASONS`)."""
    _ = lang.text
    known = {
        "crawler": _(
            "If they are people, a proxy or CDN replaces the User-Agent header: set it to forward User-Agent and "
            "Accept-Language (in CloudFront: the origin request policy AllViewer)."
        ),
        "no_user_agent": _(
            "If they are people, a proxy or CDN removes the User-Agent header: set it to forward User-Agent and "
            "Accept-Language (in CloudFront: the origin request policy AllViewer)."
        ),
        "headless": _(
            "If they are people, a proxy or CDN removes the Accept-Language header: set it to forward Accept-Language "
            "(in CloudFront: the origin request policy AllViewer)."
        ),
        "contradiction": _(
            "If they are people, a proxy or CDN changes the headers User-Agent or Sec-CH-UA: set it to forward both."
        ),
        "datacentre": _(
            "If they are people, the address of a proxy or CDN is taken for theirs: name it in "
            "PARCOURS_TRUSTED_PROXIES, or remove its network from the file PARCOURS_DATACENTRES."
        ),
    }
    return known.get(reason, _("If they are people, something between them and Parcours changes what they send."))
