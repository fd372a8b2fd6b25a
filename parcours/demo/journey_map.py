"""The journey maps of the demo: the one of today, with what the team wrote on it, and the one it wants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from parcours.demo.scenario import EXPERIMENT
from store.layouts import path_key
from store.zone_names import machine_zone

NAME, FUTURE = "First lamp", "First lamp, next year"
Body = dict[str, Any]
Targets = tuple[tuple[str, str, float], ...]  # metric, "least" or "most", value


def _named(english: str, french: str) -> dict[str, str]:
    return {"en": english, "fr": french}


def _touchpoint(
    key: str,
    english: str,
    french: str,
    *pages: str,
    matchers: tuple[Body, ...] = (),
    targets: Targets = (),
    then: tuple[str, ...] = (),
) -> Body:
    """`then`: the touchpoints that are expected next."""
    wanted = [{"metric": metric, "wanted": side, "value": value} for metric, side, value in targets]
    return {"key": key, "name": _named(english, french), "pages": list(pages), "matchers": list(matchers)} | {
        "targets": wanted,
        "expected_next": list(then),
    }


def _channel(**of: str) -> tuple[Body, ...]:
    return ({"on": "channel", **of},)


def _event(name: str) -> tuple[Body, ...]:
    return ({"on": "event", "name": name},)


def _offsite(name: str) -> tuple[Body, ...]:
    return ({"on": "offsite", "name": name},)


def _element(page: str, path: str) -> Body:
    return {"on": "element", "page": page, "element": f"{path_key(path):016x}"}


def _stage(key: str, english: str, french: str, *touchpoints: Body, completes: str = "", window: int = 0) -> Body:
    return {"key": key, "name": _named(english, french), "touchpoints": list(touchpoints)} | {
        "completes": completes,
        "window_days": window,
    }


def _stages() -> list[Body]:
    return [
        _stage(
            "awareness", "Awareness", "Sensibilisation",
            _touchpoint("search", "Search", "Recherche", matchers=_channel(channel="search")),
            _touchpoint("social", "Social networks", "Réseaux sociaux", matchers=_channel(channel="social")),
            _touchpoint("assistant", "AI assistant", "Assistant IA", matchers=_channel(channel="ai")),
            _touchpoint(
                "start", "Start page", "Accueil", "/", targets=(("exits", "most", 0.4),), then=("lists", "luciole")
            ),
            _touchpoint("journal", "Journal", "Journal", "/journal", then=("lists",)),
        ),
        _stage(
            "evaluation", "Evaluation", "Évaluation",
            _touchpoint(
                "lists", "Lamp lists", "Listes de lampes", "/*-lamps",
                targets=(("forward", "least", 0.65),), then=("luciole", "lamps"),
            ),
            _touchpoint("shop", "The shop in Lyon", "La boutique de Lyon", matchers=_offsite("shop_visit")),
        ),
        _stage(
            "interest", "Interest", "Intérêt",
            _touchpoint("luciole", "Luciole", "Luciole", "/table-lamps/luciole", then=("basket",)),
            _touchpoint("lamps", "Other lamps", "Autres lampes", "/*-lamps/*", then=("basket",)),
        ),
        _stage(
            "intent", "Intent", "Intention",
            _touchpoint("added", "Into the basket", "Ajout au panier", matchers=_event("add_to_basket")),
            _touchpoint(
                "basket", "Basket", "Panier", "/basket",
                targets=(("forward", "least", 0.8), ("frustrated", "most", 0.05)), then=("checkout",),
            ),
        ),
        _stage(
            "purchase", "Purchase", "Achat",
            _touchpoint(
                "checkout", "Delivery and payment", "Livraison et paiement", "/checkout",
                targets=(("goal", "least", 0.7),), then=("thanks",),
            ),
            _touchpoint("thanks", "Thank you", "Merci", "/thanks"),
            completes="order",
        ),
        _stage(
            "post_purchase", "Post-purchase", "Post-achat",
            _touchpoint(
                "tracking", "Where is my parcel", "Suivi du colis",
                matchers=(_element("/thanks", "button#follow-parcel"),),
            ),
            _touchpoint("parcel", "The parcel arrives", "Le colis arrive", matchers=_offsite("parcel_delivered")),
            _touchpoint("help", "Help and returns", "Aide et retours", "/help"),
            _touchpoint("calls", "A call", "Un appel", matchers=_offsite("call")),
            _touchpoint("returns", "The lamp comes back", "La lampe revient", matchers=_offsite("return_received")),
            window=30,
        ),
        _stage(
            "retention", "Retention", "Rétention",
            _touchpoint(
                "care", "Letter about care", "Lettre d’entretien", "/care",
                matchers=_channel(channel="mail", campaign="care"), targets=(("reach", "least", 0.05),),
            ),
            window=30,
        ),
        _stage(
            "advocacy", "Recommendation", "Recommandation",
            _touchpoint("review", "Review", "Avis", "/review", matchers=_event("review")),
            _touchpoint(
                "friends", "Told a friend", "Parlé à un ami",
                matchers=(_element("/thanks", "button#tell-a-friend"), *_event("recommended")),
            ),
            window=30,
        ),
        _stage(
            "loyalty", "Loyalty", "Fidélité",
            _touchpoint("club", "The club", "Le club", "/club", matchers=_event("club_joined")),
        ),
    ]  # fmt: skip


# stage → what the customer wants, asks, and what stands in the way; each in English and French
_GOALS = {
    "awareness": ("Find a warm light for the living room", "Trouver une lumière chaude pour le salon"),
    "evaluation": ("Compare size and price at a glance", "Comparer taille et prix d’un coup d’œil"),
    "interest": ("Be sure it fits the room", "Être sûr qu’elle ira dans la pièce"),
    "intent": ("Know the whole price before paying", "Connaître le prix entier avant de payer"),
    "purchase": ("Pay without an account", "Payer sans compte"),
    "post_purchase": ("Return it easily if it does not fit", "La rendre facilement si elle ne va pas"),
    "retention": ("Keep the lamp for years", "Garder la lampe des années"),
    "advocacy": ("Say what is good, and what is not", "Dire ce qui est bien, et ce qui ne l’est pas"),
    "loyalty": ("A second lamp, without searching again", "Une deuxième lampe, sans chercher à nouveau"),
}
_THOUGHTS = {
    "awareness": ("“Where did I see that mushroom lamp?”", "« Où ai-je vu cette lampe champignon ? »"),
    "evaluation": ("“Is 34 cm tall or small?”", "« 34 cm, c’est grand ou petit ? »"),
    "interest": ("“Is this brick or red?”", "« C’est brique ou rouge ? »"),
    "intent": ("“My code should take off ten euros.”", "« Mon code doit retirer dix euros. »"),
    "purchase": ("“Will it be here on Saturday?”", "« Sera-t-elle là samedi ? »"),
    "post_purchase": ("“Where did I put the box?”", "« Où ai-je mis la boîte ? »"),
    "retention": ("“Can I wash the shade?”", "« Puis-je laver l’abat-jour ? »"),
    "advocacy": ("“My sister would like this one.”", "« Celle-ci plairait à ma sœur. »"),
    "loyalty": ("“Do members pay delivery?”", "« Les membres paient-ils la livraison ? »"),
}
# with what it is based on, "" if it is assumed
_PAINS = {
    "awareness": ("Slow to see prices", "Les prix tardent à apparaître", "interviews, 4 of 9"),
    "evaluation": ("Height is missing in the list", "La hauteur manque dans la liste", "survey, 31 answers"),
    "interest": ("Colour looks different on a phone", "La couleur change sur le téléphone", ""),
    "intent": ("The code is not accepted, no word why", "Le code est refusé sans explication", ""),
    "purchase": ("Phone number asked without reason", "Téléphone demandé sans raison", ""),
    "post_purchase": ("Cannot find the return label", "Étiquette de retour introuvable", "calls, 37"),
    "retention": ("The letter comes too early", "La lettre arrive trop tôt", ""),
    "advocacy": ("Nobody answers a review", "Personne ne répond à un avis", "interviews, 2 of 9"),
    "loyalty": ("The club is only in the footer", "Le club n’est qu’en bas de page", ""),
}
_MOODS = {
    "awareness": 0.8, "evaluation": 0.4, "interest": 1.4, "intent": 0.5, "purchase": -0.4, "post_purchase": -0.9,
    "retention": 0.6, "advocacy": 1.1, "loyalty": 1.3,
}  # fmt: skip


def _cells() -> list[Body]:
    """What the team of the shop wrote on the map of today."""
    cells: list[Body] = []
    for lane, texts in (("goal", _GOALS), ("thoughts", _THOUGHTS)):
        cells += [{"lane": lane, "stage": stage, "text": _named(*text)} for stage, text in texts.items()]
    for stage, (english, french, basis) in _PAINS.items():
        evidence = "research" if basis else "assumed"
        text = _named(english, french)
        cells.append({"lane": "pains", "stage": stage, "text": text, "basis": basis, "evidence": evidence})
    return [*cells, *({"lane": "emotion", "stage": stage, "mood": mood} for stage, mood in _MOODS.items())]


def _personas() -> list[Body]:
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
        },
        {
            "key": "collector",
            "name": "The collector",
            "segment": "ordered-twice",
            "about": "Has a lamp of ours in every room.",
            "quote": "Tell me when there is a new one.",
            "goals": "the second lamp, in the same light",
            "fears": "a colour that is no longer made",
            "devices": "the laptop, on Sunday",
        },
    ]


def _opportunities() -> list[Body]:
    today = machine_zone().today()
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
        {
            "key": "paypal",
            "title": "Pay with PayPal",
            "stage": "purchase",
            "touchpoint": "checkout",
            "state": "shipped",
            "owner": "Shop team",
            "effort": "medium",
            "shipped_on": (today - timedelta(days=40)).isoformat(),
        },
        {
            "key": "account",
            "title": "An account before paying",
            "stage": "purchase",
            "touchpoint": "checkout",
            "state": "dropped",
            "owner": "Shop team",
            "note": "Six of nine said that they would leave.",
        },
        {"key": "club", "title": "Name the club in the parcel", "stage": "loyalty", "touchpoint": "club"},
    ]


def journey() -> Body:
    """Body of POST …/journeys: nine stages, with touchpoints of every kind."""
    return {
        "name": NAME,
        "objective": "A first lamp, chosen and paid without a question left open.",
        "owner": "Shop team",
        # Visitors usually come back within a week; a longer window would leave out more of the last days.
        "window_days": 7,
        "review_on": (machine_zone().today() + timedelta(days=30)).isoformat(),
        "stages": _stages(),
        "cells": _cells(),
        "personas": _personas(),
        "opportunities": _opportunities(),
    }


# touchpoint → what it should reach next year
_WANTED: Mapping[str, Targets] = {
    "lists": (("forward", "least", 0.7),),
    "basket": (("forward", "least", 0.85), ("frustrated", "most", 0.02)),
    "checkout": (("goal", "least", 0.85),),
    "care": (("reach", "least", 0.15),),
    "label": (("reach", "least", 0.3),),
}
_CHANGES = {
    "evaluation": ("The height stands beside each price", "La hauteur est à côté de chaque prix"),
    "intent": ("A code says at once what it takes off", "Un code dit aussitôt ce qu’il retire"),
    "purchase": ("No phone number", "Pas de numéro de téléphone"),
    "post_purchase": ("The return label is in the first mail", "L’étiquette de retour est dans le premier courriel"),
    "loyalty": ("The club card lies in the parcel", "La carte du club est dans le colis"),
}
_DESIRED = {
    "evaluation": ("Sees at a glance which lamp fits", "Voit d’un coup d’œil la lampe qui convient"),
    "intent": ("Pays what was promised", "Paie ce qui a été promis"),
    "loyalty": ("Comes back without being asked", "Revient sans qu’on le demande"),
}
# stage → the touchpoint that it gains. The shop does not have it yet, so nothing can be measured of it.
_GAINED = {"post_purchase": _touchpoint("label", "Label in the first mail", "Étiquette dans le premier courriel")}
_DROPPED = "calls"  # who has the label need not call


def future(fields: Mapping[str, Any]) -> Body:
    """Body of POST …/journeys: the map of next year, from the fields of a future state of today's map."""
    stages = fields["stages"]
    for stage in stages:
        stage["touchpoints"] = [one for one in stage["touchpoints"] if one["key"] != _DROPPED]
        if gained := _GAINED.get(stage["key"]):
            stage["touchpoints"].insert(0, dict(gained))
        for touchpoint in stage["touchpoints"]:
            wanted = _WANTED.get(touchpoint["key"], ())
            touchpoint["targets"] = [{"metric": m, "wanted": side, "value": value} for m, side, value in wanted]
    cells = [
        {"lane": lane, "stage": stage, "text": _named(*text)}
        for lane, texts in (("change", _CHANGES), ("desired_thoughts", _DESIRED))
        for stage, text in texts.items()
    ]
    moods = [{"lane": "emotion", "stage": stage, "mood": max(mood, 1.0)} for stage, mood in _MOODS.items()]
    return {**fields, "stages": stages, "cells": [*cells, *moods]}
