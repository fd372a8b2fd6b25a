"""Typed records of what people define: sites, experiments, journeys, states, users.

They are kept as versioned JSON in the table `definitions` (store/definitions.py).
`version` is 0 for a record that was never written.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Text = dict[str, str]  # language → words, e.g. {"en": "Intent", "fr": "Intention"}
Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_\-]{0,63}$")]


class Record(Struct, frozen=True, kw_only=True):
    id: str
    version: int = 0


class OldKey(Struct, frozen=True):
    """A key of before, in snippets that were not changed yet."""

    key: str
    until: int  # ms since 1970


class Site(Record, frozen=True, kw_only=True):
    """`id` is a small number as text: it is also the number in the tables."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    key: str  # public; stands in the snippet
    domains: tuple[str, ...]  # `shop.example`, `*.shop.example`, `127.0.0.1:8001`
    allow_private: bool = False  # pictures may visit private and loopback addresses of these domains
    keep_query: tuple[str, ...] = ()  # query keys that make a page
    fetch_from: str = ""  # address to load pictures from when the public one is out of reach
    demo: bool = False  # its visits may be back-dated, and the pages say that they are simulated
    staff_networks: tuple[str, ...] = ()  # the team's addresses (CIDR): their visits are stored as excluded
    staff_ids: tuple[str, ...] = ()  # consented ids of the team, as store.visitors.staff_mark writes them
    old_keys: tuple[OldKey, ...] = ()  # newest first


class Variant(Struct, frozen=True):
    key: Key
    name: str
    share: float = 0.5
    picture_url: str = ""  # address that shows this variant, for its picture


class Experiment(Record, frozen=True, kw_only=True):
    site: str
    name: str
    pages: tuple[str, ...]  # patterns (store/pages.py)
    variants: tuple[Variant, ...]
    planned: int = 0  # exposed visitors per variant, asked before the start; 0 = not said
    started: str = ""  # ISO day
    ended: str = ""


class Touchpoint(Struct, frozen=True):
    key: Key
    name: Text
    pages: tuple[str, ...]  # patterns; any of them


class Stage(Struct, frozen=True):
    key: Key
    name: Text
    touchpoints: tuple[Touchpoint, ...] = ()
    goal: Text = field(default_factory=dict)  # what the customer wants here, typed
    pains: tuple[str, ...] = ()  # obstacles, typed


class Journey(Record, frozen=True, kw_only=True):
    site: str
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    stages: tuple[Stage, ...]
    objective: str = ""
    review_on: str = ""  # ISO day
    window_days: Annotated[int, Meta(ge=1, le=365)] = 30  # for forward conversion


class PageState(Record, frozen=True, kw_only=True):
    """A state of some pages, such as an open menu, and the steps that bring a page into it.

    `key` stands in addresses and on pictures; `first`: no state of its own, but steps that are
    done before every picture of these pages (a banner to be dismissed).
    """

    site: str
    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    pages: tuple[str, ...]  # patterns (store/pages.py)
    steps: tuple[str, ...]  # one step each (viewer/snapshot/recipe.py)
    first: bool = False
    devices: tuple[Literal["desktop", "tablet", "phone"], ...] = ()  # that have it; empty = all
    place: int = 0  # its place among the states of the site: a point belongs to the first that shows it


class User(Record, frozen=True, kw_only=True):
    """`id` is the name to sign in with."""

    password: str  # argon2 hash
    role: Literal["owner", "editor", "viewer"] = "owner"
    language: Literal["", "en", "fr"] = ""


class Token(Record, frozen=True, kw_only=True):
    name: str
    digest: str  # sha256 of the token, hex
    role: Literal["owner", "editor", "viewer"] = "editor"


class Secret(Record, frozen=True, kw_only=True):
    """Keys that all processes share (session signing, snapshot tokens)."""

    value: str  # hex


KINDS: dict[str, type[Record]] = {
    "site": Site,
    "experiment": Experiment,
    "journey": Journey,
    "state": PageState,
    "user": User,
    "token": Token,
    "secret": Secret,
}
