"""The bar of a site's settings."""

from __future__ import annotations

from store.records import Site
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice


def settings_bar(lang: Language, urls: Urls, site: Site, here: str) -> list[Choice]:
    """Links to the pages of a site's settings; `here`: the key of the one that is shown."""
    _ = lang.text
    places = (
        ("setup", _("Set-up"), urls.site(site.id)),
        ("people", _("People"), urls.people(site.id)),
        ("privacy", _("Privacy"), urls.privacy(site.id)),
        ("mail", _("Mail"), urls.mail(site.id)),
    )
    return [Choice(label, href, key == here) for key, label, href in places]
