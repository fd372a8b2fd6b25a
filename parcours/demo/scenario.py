"""The definitions of the demo: experiment, journey, states, and the pages that have pictures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from store.layouts import path_key
from store.zone_names import machine_zone

SITE = "Lampyre"
WIDTHS = (1366, 768, 390)  # CSS px
EXPERIMENT = "buy-button"
JOURNEY = "First lamp"


@dataclass(frozen=True)
class DemoPicture:
    """A picture to take: path of the shop, variant it shows ("" or "EXPERIMENT:KEY"), and state ("" or a key)."""

    path: str
    variant: str = ""
    state: str = ""


PICTURES = (
    DemoPicture("/basket"),
    DemoPicture("/table-lamps/luciole?show=a"),
    DemoPicture("/table-lamps/luciole?show=a", f"{EXPERIMENT}:a"),
    DemoPicture("/table-lamps/luciole?show=b", f"{EXPERIMENT}:b"),
    DemoPicture("/"),
    DemoPicture("/table-lamps"),
    DemoPicture("/table-lamps/galet"),
    DemoPicture("/checkout"),
    DemoPicture("/thanks"),
    DemoPicture("/help"),
    DemoPicture("/journal"),
    DemoPicture("/", state="menu"),
)


def states() -> list[dict[str, Any]]:
    """Bodies of POST …/states. The picture of the second state is left for the user to take."""
    return [
        {
            "key": "menu",
            "name": "Menu",
            "pages": ["/"],
            "steps": ["click #menu-button, #lamps-button", "wait #menu a"],
        },
        {
            "key": "added",
            "name": "Added to basket",
            "pages": ["/table-lamps/luciole"],
            "steps": ["click #add-to-basket", "wait #added"],
            "place": 1,
        },
    ]


def goals() -> list[dict[str, Any]]:
    """Bodies of POST …/goals."""
    return [{"name": "Order", "action": {"what": "saw", "page": "/thanks"}}]


def segments() -> list[dict[str, Any]]:
    """Bodies of POST …/segments."""
    return [{"name": "Came by email", "tree": {"rules": [{"what": "channel", "values": ["mail"]}]}}]


def zones() -> list[dict[str, Any]]:
    """Bodies of POST …/zones: of pages that have pictures."""
    zones = (("Lamp cards", "/table-lamps", "div#lamps"), ("Summary and code", "/basket", "div#basket>aside:1"))
    pictured = {one.path for one in PICTURES}
    return [
        {"name": name, "page": page, "elements": [f"{path_key(path):016x}"]}
        for name, page, path in zones
        if page in pictured
    ]


def experiment(shop: str) -> dict[str, Any]:
    """Body of POST …/experiments; `shop` is the address of the shop."""
    page = f"{shop}/table-lamps/luciole"
    return {
        "id": EXPERIMENT,
        "name": "Basket button beside the price",
        "pages": ["/table-lamps/luciole"],
        "variants": [
            {"key": "a", "name": "As it was", "share": 0.5, "picture_url": f"{page}?show=a"},
            {"key": "b", "name": "Button beside the price", "share": 0.5, "picture_url": f"{page}?show=b"},
        ],
        "planned": 400,
        "goal": "order",
        "started": (machine_zone().today() - timedelta(days=27)).isoformat(),
    }


def _touchpoint(key: str, english: str, french: str, *pages: str, targets: tuple[Any, ...] = ()) -> dict[str, Any]:
    wanted = [{"metric": metric, "wanted": side, "value": value} for metric, side, value in targets]
    return {"key": key, "name": {"en": english, "fr": french}, "pages": list(pages), "targets": wanted}


def _stage(
    key: str,
    names: tuple[str, str],
    goal: tuple[str, str] | None,
    *touchpoints: dict[str, Any],
    completes: str = "",
) -> dict[str, Any]:
    return {
        "key": key,
        "name": {"en": names[0], "fr": names[1]},
        "goal": {"en": goal[0], "fr": goal[1]} if goal else {},
        "touchpoints": list(touchpoints),
        "completes": completes,
    }


def _cells() -> list[dict[str, Any]]:
    """What the team of the shop wrote on the map: obstacles, and how customers feel at each stage."""
    pains = (
        ("awareness", "Slow to see prices", "Les prix tardent à apparaître", "interviews, 4 of 9"),
        ("evaluation", "Height is missing in the list", "La hauteur manque dans la liste", "survey, 31 answers"),
        ("interest", "Colour looks different on a phone", "La couleur change sur le téléphone", ""),
        ("intent", "The code is not accepted, no word why", "Le code est refusé sans explication", ""),
        ("purchase", "Phone number asked without reason", "Téléphone demandé sans raison", ""),
        ("post_purchase", "Cannot find the return label", "Étiquette de retour introuvable", "calls, 37"),
    )
    moods = {
        "awareness": 0.8, "evaluation": 0.4, "interest": 1.4, "intent": 0.5, "purchase": -0.4, "post_purchase": -0.9,
    }  # fmt: skip
    typed = [
        {"lane": "pains", "stage": stage, "text": {"en": english, "fr": french}, "basis": basis}
        | {"evidence": "research" if basis else "assumed"}
        for stage, english, french, basis in pains
    ]
    return [*typed, *({"lane": "emotion", "stage": stage, "mood": mood} for stage, mood in moods.items())]


def _personas() -> list[dict[str, Any]]:
    return [
        {
            "key": "gift-giver",
            "name": "The gift giver",
            "segment": "came-by-email",
            "about": "Knows the shop from its letters.",
            "quote": "It has to arrive before Saturday.",
            "goals": "one lamp that pleases, wrapped",
            "fears": "a late parcel, a price on the slip",
            "devices": "the phone, in the evening",
        }
    ]


def _opportunities() -> list[dict[str, Any]]:
    return [
        {"key": "height", "title": "Show the height in lists", "stage": "evaluation", "touchpoint": "lists"},
        {
            "key": "button",
            "title": "Button beside the price",
            "stage": "interest",
            "touchpoint": "luciole",
            "state": "testing",
            "owner": "Shop team",
            "effort": "small",
            "experiment": EXPERIMENT,
        },
        {
            "key": "code",
            "title": "Repair “Apply code”",
            "stage": "intent",
            "touchpoint": "basket",
            "state": "planned",
            "owner": "Shop team",
            "effort": "small",
            "note": "The button sends nothing when the field holds a space.",
        },
    ]


def journey() -> dict[str, Any]:
    """Body of POST …/journeys: the nine stages, with pages of the shop where it has any."""
    return {
        "name": JOURNEY,
        "objective": "A first lamp, chosen and paid without a question left open.",
        # Visitors usually come back within three days; a longer window would leave out most of the 28 days.
        "window_days": 3,
        "review_on": (machine_zone().today() + timedelta(days=30)).isoformat(),
        "stages": [
            _stage(
                "awareness",
                ("Awareness", "Sensibilisation"),
                ("Find a warm light for the living room", "Trouver une lumière chaude pour le salon"),
                _touchpoint("start", "Start page", "Accueil", "/", targets=(("exits", "most", 0.4),)),
                _touchpoint("journal", "Journal", "Journal", "/journal"),
            ),
            _stage(
                "evaluation",
                ("Evaluation", "Évaluation"),
                ("Compare size and price at a glance", "Comparer taille et prix d’un coup d’œil"),
                _touchpoint(
                    "lists", "Lamp lists", "Listes de lampes", "/*-lamps", targets=(("forward", "least", 0.65),)
                ),
            ),
            _stage(
                "interest",
                ("Interest", "Intérêt"),
                ("Be sure it fits the room", "Être sûr qu’elle ira dans la pièce"),
                _touchpoint("luciole", "Luciole", "Luciole", "/table-lamps/luciole"),
                _touchpoint("lamps", "Other lamps", "Autres lampes", "/*-lamps/*"),
            ),
            _stage(
                "intent",
                ("Intent", "Intention"),
                ("Know the whole price before paying", "Connaître le prix entier avant de payer"),
                _touchpoint(
                    "basket",
                    "Basket",
                    "Panier",
                    "/basket",
                    targets=(("forward", "least", 0.7), ("frustrated", "most", 0.05)),
                ),
            ),
            _stage(
                "purchase",
                ("Purchase", "Achat"),
                ("Pay without an account", "Payer sans compte"),
                _touchpoint("checkout", "Delivery and payment", "Livraison et paiement", "/checkout"),
                _touchpoint("thanks", "Thank you", "Merci", "/thanks"),
                completes="order",
            ),
            _stage(
                "post_purchase",
                ("Post-purchase", "Post-achat"),
                ("Return it easily if it does not fit", "La rendre facilement si elle ne va pas"),
                _touchpoint("help", "Help and returns", "Aide et retours", "/help"),
            ),
            _stage("retention", ("Retention", "Rétention"), ("Hear of good lamps", "Découvrir de belles lampes")),
            _stage("advocacy", ("Recommendation", "Recommandation"), None),
            _stage("loyalty", ("Loyalty", "Fidélité"), None),
        ],
        "cells": _cells(),
        "personas": _personas(),
        "opportunities": _opportunities(),
    }
