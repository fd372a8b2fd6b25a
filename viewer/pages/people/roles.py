"""Roles in words."""

from __future__ import annotations

from viewer.pages.frame.languages import Language

ROLES = ("viewer", "editor", "owner")


def role_name(lang: Language, role: str) -> str:
    """`Editor`."""
    _ = lang.text
    name = {"viewer": _("viewer"), "editor": _("editor"), "owner": _("owner")}.get(role, role)
    return name[:1].upper() + name[1:]


def role_rights(lang: Language, role: str) -> str:
    """What somebody with this role may do, beyond the lower ones."""
    _ = lang.text
    return {
        "viewer": _("Sees maps, journeys and figures, and exports them."),
        "editor": _("Also changes journeys, goals, experiments and pictures."),
        "owner": _("Also people, what is erased, and private addresses."),
    }[role]


def is_now(lang: Language, name: str, role: str) -> str:
    """`anna is now an editor.`"""
    sentence = {
        "viewer": lang.text("%(name)s is now a viewer.", name=name),
        "editor": lang.text("%(name)s is now an editor.", name=name),
        "owner": lang.text("%(name)s is now an owner.", name=name),
    }
    return sentence[role]


def invited_as(lang: Language, site: str, role: str) -> str:
    """`Join Lamp shop as an editor`."""
    heading = {
        "viewer": lang.text("Join %(site)s as a viewer", site=site),
        "editor": lang.text("Join %(site)s as an editor", site=site),
        "owner": lang.text("Join %(site)s as an owner", site=site),
    }
    return heading[role]
