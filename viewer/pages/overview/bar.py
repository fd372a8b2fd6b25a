"""The bar over the pages about a whole site: its views, the period, and who is counted."""

from __future__ import annotations

from dataclasses import dataclass

from rules.question import Asks
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.links import Links, address
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.who.bar import WhoBar
from viewer.questions import Asked


@dataclass(frozen=True)
class SiteBar:
    """`views`: figures, events, forms."""

    views: tuple[Choice, ...]
    period: PeriodControl
    who: WhoBar


def csv_link(urls: Urls, asked: Asked, table: str, asks: Asks, **more: str) -> str:
    """The tables of a page about a whole site as a file: the same question, asked of the API's `table`."""
    query = {name: value for name, value in asked.question.query().items() if name in asks.names}
    return urls.api("sites", asked.site.id, table, **query, **more, format="csv")


def site_bar(lang: Language, urls: Urls, asked: Asked, links: Links, view: str, who: WhoBar) -> SiteBar:
    """The bar of one of the views."""
    site, query, _ = asked.site.id, asked.question.query("goal", "page", "width"), lang.text
    views = (
        ("figures", _("Figures"), urls.overview(site)),
        ("events", _("Events"), urls.events(site)),
        ("forms", _("Forms"), urls.forms(site)),
    )
    return SiteBar(
        tuple(Choice(label, address(path, query), name == view) for name, label, path in views),
        period_control(lang, links, asked.today),
        who,
    )
