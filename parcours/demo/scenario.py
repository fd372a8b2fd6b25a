"""The definitions of the demo, the pages that have pictures, and the truth about its simulated visitors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from store.layouts import path_key
from store.zone_names import machine_zone

SITE = "Lampyre"
WIDTHS = (1366, 768, 390)  # CSS px
EXPERIMENT = "buy-button"


@dataclass(frozen=True)
class Story:
    """What simulated visitors do over the weeks. What they do on a page is in lampyre/habits.toml.

    Shares are 0..1: of those who left without an order (`comes_back`, `visits_shop`), else of those who ordered.
    """

    comes_back: float = 0.38  # within a week, up to three times
    visits_shop: float = 0.06  # the shop in Lyon; `after_shop` of them order on the site afterwards
    after_shop: float = 0.4
    asks_help: float = 0.14
    calls: float = 0.05
    sends_back: float = 0.09
    opens_letter: float = 0.34  # the letter about care for the lamp, within 30 days
    reviews: float = 0.24
    joins_club: float = 0.2
    buys_again: float = 0.22


STORY = Story()
SEED = 18  # of chance: the same visitors every time, relative to the day
CODE_FAILED_DAYS = 19  # days ago on which "Apply code" stopped working
EXPERIMENT_DAYS = 27  # since the experiment began


@dataclass(frozen=True)
class Dates:
    """Turning points, ms since 1970: now, when the button of the discount code failed, when the experiment began."""

    now: int
    code_failed: int
    experiment_began: int

    @classmethod
    def of(cls, now: int) -> Dates:
        """Both are midnights of the machine's zone."""
        zone = machine_zone()
        failed, began = (zone.day(now) - timedelta(days=days) for days in (CODE_FAILED_DAYS, EXPERIMENT_DAYS))
        return cls(now, zone.midnight(failed), zone.midnight(began))


def code_failed_on() -> date:
    """The first day on which the button of the discount code does nothing."""
    return machine_zone().today() - timedelta(days=CODE_FAILED_DAYS)


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
    DemoPicture("/review"),
    DemoPicture("/club"),
    DemoPicture("/care"),
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
    return [
        {"name": "Order", "action": {"what": "saw", "page": "/thanks"}},
        {"name": "Review", "action": {"what": "sent", "name": "review"}},
    ]


def segments() -> list[dict[str, Any]]:
    """Bodies of POST …/segments."""
    twice = {"what": "goal", "scope": "visitor", "name": "order", "times": 2, "days": 90}
    return [
        {"name": "Came by email", "tree": {"rules": [{"what": "channel", "values": ["mail"]}]}},
        {"name": "Ordered twice", "tree": {"rules": [twice]}},
    ]


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
        "started": (machine_zone().today() - timedelta(days=EXPERIMENT_DAYS)).isoformat(),
    }
