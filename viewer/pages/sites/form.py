"""The form of a site: read from the store or a submission, and converted to plain fields for the rules."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData

from rules.owner_only import LIMITS
from store.definitions import Stored
from store.hosts import readable_host
from viewer.pages.forms.faults import FormFaults
from viewer.pages.forms.fields import label_of, lines, number, shown, shown_lines, text, version, versioned
from viewer.pages.frame.languages import Language


@dataclass(frozen=True)
class SiteForm:
    """The form's fields as typed, and their faults."""

    name: str = ""
    domains: str = ""
    allow_private: bool = False
    keep_query: str = ""
    fetch_from: str = ""
    staff_networks: str = ""
    staff_ids: str = ""  # as typed, or as marks (store/visitors.py)
    retake: str = "never"
    keep_pictures: str = "12"
    keep_views_days: str = "0"
    keep_points_days: str = "0"
    keep_events_days: str = "0"
    keep_pictures_days: str = "0"
    timezone: str = ""  # "": not chosen yet
    version: int = 0
    faults: FormFaults = FormFaults()

    @property
    def bookmark(self) -> str:
        """A bookmarklet: opened on a page of the site, it tells the tracker not to count this browser."""
        return "javascript:parcours('exclude')"

    @property
    def limited(self) -> bool:
        """Whether anything is erased by its age."""
        return any(getattr(self, name) != "0" for name in LIMITS)

    @classmethod
    def of(cls, stored: Stored) -> SiteForm:
        """The form filled with a stored definition, valid or not."""
        fields = stored.fields
        return cls(
            name=shown(fields, "name"),
            domains="\n".join(map(readable_host, shown_lines(fields, "domains").split("\n"))),
            allow_private=fields.get("allow_private") is True,
            keep_query=shown_lines(fields, "keep_query"),
            fetch_from=shown(fields, "fetch_from"),
            staff_networks=shown_lines(fields, "staff_networks"),
            staff_ids=shown_lines(fields, "staff_ids"),
            retake=shown(fields, "retake") or "never",
            keep_pictures=shown(fields, "keep_pictures") or "12",
            timezone=shown(fields, "timezone"),
            keep_views_days=shown(fields, "keep_views_days") or "0",
            keep_points_days=shown(fields, "keep_points_days") or "0",
            keep_events_days=shown(fields, "keep_events_days") or "0",
            keep_pictures_days=shown(fields, "keep_pictures_days") or "0",
            version=stored.version,
        )

    @classmethod
    def typed(cls, form: FormData) -> SiteForm:
        return cls(
            name=text(form, "name"),
            domains=str(form.get("domains", "")),
            allow_private=form.get("allow_private") == "1",
            keep_query=str(form.get("keep_query", "")),
            fetch_from=text(form, "fetch_from"),
            staff_networks=str(form.get("staff_networks", "")),
            staff_ids=str(form.get("staff_ids", "")),
            retake=text(form, "retake") or "never",
            keep_pictures=text(form, "keep_pictures") or "12",
            timezone=text(form, "timezone"),
            keep_views_days=text(form, "keep_views_days") or "0",
            keep_points_days=text(form, "keep_points_days") or "0",
            keep_events_days=text(form, "keep_events_days") or "0",
            keep_pictures_days=text(form, "keep_pictures_days") or "0",
            version=version(form),
        )

    def fields(self, *, owner: bool) -> dict[str, object]:
        """As plain fields for rules/site.py. `owner`: False leaves out the box that others cannot tick."""
        fields: dict[str, object] = {
            "name": self.name,
            "domains": list(lines(self.domains)),
            "keep_query": list(lines(self.keep_query)),
            "fetch_from": self.fetch_from,
            "staff_networks": list(lines(self.staff_networks)),
            "staff_ids": list(lines(self.staff_ids)),
            "retake": self.retake,
            "keep_pictures": number(self.keep_pictures),
            "timezone": self.timezone,
        }
        if owner:
            fields["allow_private"] = self.allow_private
            fields |= {name: number(getattr(self, name)) for name in LIMITS}
        return versioned(fields, self.version)


def schedules(lang: Language) -> tuple[tuple[str, str], ...]:
    """The schedules of retakes with their labels."""
    _ = lang.text
    return (
        ("never", _("never")),
        ("daily", _("daily")),
        ("weekly", _("weekly")),
        ("monthly", _("monthly")),
        ("changed", _("when the page has changed")),
    )


def limits(lang: Language) -> dict[str, str]:
    """The fields of how long data is kept, with their labels."""
    _ = lang.text
    return {
        "keep_views_days": _("Days to keep visits"),
        "keep_points_days": _("Days to keep clicks and hovers"),
        "keep_events_days": _("Days to keep events"),
        "keep_pictures_days": _("Days to keep pictures"),
    }


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {
        "name": _("Name"),
        "domains": _("Domains"),
        "allow_private": _("Private addresses"),
        "keep_query": _("Query parameters that identify a page"),
        "fetch_from": _("Address to use for taking pictures"),
        "staff_networks": _("IP addresses of your offices"),
        "staff_ids": _("User IDs of your own people"),
        "retake": _("Retake the pictures"),
        "keep_pictures": _("Pictures to keep"),
        "timezone": _("Time zone"),
        **limits(lang),
    }
    return label_of(names, path)
