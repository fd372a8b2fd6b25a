"""The bar of a site's settings."""

from __future__ import annotations

from store.records import Site
from viewer.access.person import Person
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice


def settings_bar(lang: Language, urls: Urls, site: Site, who: Person, here: str) -> list[Choice]:
    """Links to the pages of a site's settings that this person may open; `here`: the key of the one that is shown."""
    _ = lang.text
    places = (
        ("site", "viewer", _("Site"), urls.site_settings(site.id)),
        ("setup", "viewer", _("Set-up"), urls.site(site.id)),
        ("people", "owner", _("People"), urls.people(site.id)),
        ("privacy", "viewer", _("Privacy"), urls.privacy(site.id)),
        ("mail", "viewer", _("Mail and alerts"), urls.mail(site.id)),
        ("activity", "viewer", _("Activity"), urls.activity(site.id)),
    )
    on_site = who.on(site.id)
    return [Choice(label, href, key == here) for key, role, label, href in places if on_site.may(role)]
