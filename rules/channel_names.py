"""The names of channels, in the languages that maps and pages are written in."""

from __future__ import annotations

from collections.abc import Mapping

from store.records import Label

CHANNEL_NAMES: Mapping[str, Label] = {
    "direct": {"en": "Direct", "fr": "Direct"},
    "search": {"en": "Search engines", "fr": "Moteurs de recherche"},
    "ai": {"en": "AI assistants", "fr": "Assistants IA"},
    "social": {"en": "Social networks", "fr": "Réseaux sociaux"},
    "mail": {"en": "Email", "fr": "E-mail"},
    "referral": {"en": "Other websites", "fr": "Autres sites"},
    "paid": {"en": "Advertising", "fr": "Publicité"},
    "campaign": {"en": "Campaigns", "fr": "Campagnes"},
}
