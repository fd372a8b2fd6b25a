"""A site as a form, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules.domains import covers_many_owners, domain_of, network_of
from store.client import StoreError
from store.records import Site
from viewer.pages.frame.frames import lines
from viewer.pages.frame.languages import Language


@dataclass(frozen=True)
class SiteForm:
    """What was typed about a site."""

    name: str = ""
    domains: str = ""
    allow_private: bool = False
    keep_query: str = ""
    fetch_from: str = ""
    staff_networks: str = ""
    staff_ids: str = ""  # as typed, or as marks (store/visitors.py)
    version: int = 0
    problem: str = ""

    @property
    def bookmark(self) -> str:
        """Chosen on a page of the site, it asks the tracker there not to count this browser."""
        return "javascript:parcours('exclude')"

    @classmethod
    def of(cls, site: Site) -> SiteForm:
        domains, keys = "\n".join(site.domains), "\n".join(site.keep_query)
        networks, ids = "\n".join(site.staff_networks), "\n".join(site.staff_ids)
        return cls(site.name, domains, site.allow_private, keys, site.fetch_from, networks, ids, site.version)

    @classmethod
    def typed(cls, form: Any) -> SiteForm:
        version = str(form.get("version", "0"))
        return cls(
            name=str(form.get("name", "")).strip(),
            domains=str(form.get("domains", "")),
            allow_private=form.get("allow_private") == "1",
            keep_query=str(form.get("keep_query", "")),
            fetch_from=str(form.get("fetch_from", "")).strip(),
            staff_networks=str(form.get("staff_networks", "")),
            staff_ids=str(form.get("staff_ids", "")),
            version=int(version) if version.isdigit() else 0,
        )

    def fault(self, lang: Language, taken: set[str]) -> str:
        """What is wrong with it, in words; empty when nothing is. `taken`: names of the other sites."""
        _ = lang.text
        if not self.name or self.name.isdigit():
            return _("A site needs a name, and not a number alone.")
        if self.name in taken:
            return _("There is already a site of this name. Choose another one.")
        if not lines(self.domains):
            return _("A site needs at least one domain, such as shop.example.")
        for text in lines(self.domains):
            if covers_many_owners(text):
                return _("“%(text)s” would take in other people's sites: write your own, as *.shop.example.", text=text)
            try:
                domain_of(text)
            except StoreError:
                return _("“%(text)s” is no domain: write shop.example, *.shop.example or 127.0.0.1:8001.", text=text)
        for text in lines(self.staff_networks):
            try:
                network_of(text)
            except StoreError:
                return _(
                    "“%(text)s” is no address or network of a team: "
                    "write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48.",
                    text=text,
                )
        if any(len(id) > 64 for id in lines(self.staff_ids)):
            return _("An id of a visitor has at most 64 letters.")
        return ""

    def fields(self) -> dict[str, Any]:
        """As fields of a Site. StoreError when a domain is none."""
        return {
            "name": self.name,
            "domains": tuple(dict.fromkeys(domain_of(d) for d in lines(self.domains))),
            "allow_private": self.allow_private,
            "keep_query": lines(self.keep_query),
            "fetch_from": self.fetch_from,
            "staff_networks": tuple(dict.fromkeys(network_of(n) for n in lines(self.staff_networks))),
        }
