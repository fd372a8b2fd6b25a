"""Typed records of what people define: sites, experiments, journeys, states, users.

They are kept as versioned JSON in the table `definitions` (store/definitions.py). Limits of single
fields are part of the types; the rules between fields are in the package `rules`. `extra` of a
`Meta` names the rule that a value breaks (a code of rules/faults.py), or says that text is not stripped.

`version` is 0 for a record that was never written.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from store.devices import Device
from store.zone_names import is_zone
from store.zones import UTC_ZONE, Zone

MAX_VARIANTS = 10  # of an experiment

Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_\-]{0,63}$", extra={"code": "key"})]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
LanguageCode = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$", extra={"code": "language"})]
Label = Annotated[
    dict[LanguageCode, Name], Meta(min_length=1, max_length=20)
]  # e.g. {"en": "Intent", "fr": "Intention"}
Text = Annotated[dict[LanguageCode, Annotated[str, Meta(min_length=1, max_length=500)]], Meta(max_length=20)]
Pattern = Annotated[str, Meta(min_length=1, max_length=2048)]  # of pages (store/pages.py)
Patterns = Annotated[tuple[Pattern, ...], Meta(min_length=1, max_length=50)]
Day = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$", extra={"code": "day"})]  # ISO; "" = not set
KeepDays = Annotated[int, Meta(ge=0, le=36_500)]  # 0: without limit
Address = Annotated[str, Meta(max_length=2048)]  # http(s); "" = none
# Who counts as a visitor, and what is kept (docs/privacy.md): "without_consent" gives nobody an id in the browser,
# "with_consent" gives one to those who agreed, "counts" keeps no row about a visitor after the day.
PrivacyMode = Literal["without_consent", "with_consent", "counts"]
Schedule = Literal["never", "daily", "weekly", "monthly", "changed"]
Role = Literal["owner", "editor", "viewer"]
OverallRole = Literal["", "owner", "editor", "viewer"]  # on every site; "": only on the sites that are named
SignInName = Annotated[str, Meta(pattern=r"^[\w.@+\-]{1,64}$", extra={"code": "sign_in_name"})]
TokenName = Annotated[str, Meta(min_length=1, max_length=80)]


class Record(Struct, frozen=True, kw_only=True):
    id: str
    version: Annotated[int, Meta(ge=0)] = 0


class OldKey(Struct, frozen=True):
    """An earlier key, for snippets that were not changed yet."""

    key: str
    until: int  # ms since 1970


class Site(Record, frozen=True, kw_only=True):
    """`id` is a small number as text: it is also the number in the tables."""

    name: Name
    key: Annotated[str, Meta(min_length=1, max_length=64)]  # public; part of the snippet
    domains: Annotated[
        tuple[str, ...], Meta(min_length=1, max_length=50)
    ]  # `shop.example`, `*.shop.example`, `[::1]:80`
    allow_private: bool = False  # pictures may visit private and loopback addresses of these domains
    keep_query: Annotated[  # query keys that make a page
        tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...], Meta(max_length=50)
    ] = ()
    fetch_from: Address = ""  # where pictures load pages from when the public address is out of reach
    demo: bool = False  # its visits may be back-dated, and the pages say that they are simulated
    staff_networks: Annotated[tuple[str, ...], Meta(max_length=200)] = ()  # CIDR: visits from there are excluded
    staff_ids: Annotated[  # consented ids of the team, as store.visitors.staff_mark writes them
        tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=500)
    ] = ()
    old_keys: tuple[OldKey, ...] = ()  # newest first
    retake: Schedule = "never"  # when the server takes its pictures again; changed: when the page has changed
    keep_pictures: Annotated[int, Meta(ge=2, le=500)] = 12  # the newest of each series, where a schedule is set
    keep_views_days: KeepDays = 0  # older views are erased, with all that happened in them; 0: kept
    keep_points_days: KeepDays = 0  # the same of clicks, hovers and elements
    keep_events_days: KeepDays = 0
    keep_pictures_days: KeepDays = 0
    timezone: Annotated[str, Meta(max_length=64)] = ""  # IANA name of the zone of its days; "" = not chosen: UTC
    mode: PrivacyMode = "with_consent"
    least_visitors: Annotated[int, Meta(ge=2, le=1000)] = 10  # of a count that is kept in the mode "counts"

    @property
    def zone(self) -> Zone:
        """The zone of the site's days; UTC for a name that this machine does not know, and where days are closed."""
        return Zone(self.timezone) if is_zone(self.timezone) and not self.counts_only else UTC_ZONE

    @property
    def counts_only(self) -> bool:
        """Whether its days are closed: counted, and every row about a visitor erased."""
        return self.mode == "counts"


class Variant(Struct, frozen=True):
    key: Key
    name: Name
    share: Annotated[float, Meta(gt=0, le=1)] = 0.5
    picture_url: Address = ""  # address that shows this variant, for its picture


class Experiment(Record, frozen=True, kw_only=True):
    """`id` is the name that the pages report, e.g. `buy-button`."""

    id: Key
    site: str
    name: Name
    pages: Patterns
    variants: Annotated[tuple[Variant, ...], Meta(min_length=2, max_length=MAX_VARIANTS)]
    planned: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 0  # exposed visitors per variant; 0 = not planned
    goal: Annotated[str, Meta(max_length=64)] = ""  # id of what decides it; "" = none
    started: Day = ""
    ended: Day = ""


class PageState(Record, frozen=True, kw_only=True):
    """A state of some pages, such as an open menu, and the steps that bring a page into it.

    `key` is part of addresses and pictures; `first`: not a state but steps that are
    done before every picture of these pages (a banner to be dismissed).
    """

    site: str
    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    pages: Patterns
    steps: Annotated[tuple[str, ...], Meta(max_length=100)]  # one step each (rules/recipe.py)
    first: bool = False
    devices: Annotated[tuple[Device, ...], Meta(max_length=3)] = ()  # empty = all
    place: Annotated[int, Meta(ge=0, le=1000)] = 0  # in the site's order: a point belongs to the first that shows it


class SignInRecipe(Record, frozen=True, kw_only=True):
    """How the camera signs in to a site, and the pages that need it. `id` is the site's.

    `steps` begin on the page `url`; both are empty if cookies (store/credentials.py) are enough.
    """

    site: str
    pages: Patterns = ("/**",)
    url: Address = ""
    steps: Annotated[tuple[str, ...], Meta(max_length=100)] = ()  # one step each (rules/recipe.py)


class SiteRole(Struct, frozen=True):
    """What somebody may do on one site."""

    site: str
    role: Role


SiteRoles = Annotated[tuple[SiteRole, ...], Meta(max_length=1_000)]


class User(Record, frozen=True, kw_only=True):
    """`id` is the name to sign in with. On a site, the higher of `role` and of what `sites` says counts."""

    id: SignInName
    password: str  # argon2 hash
    role: OverallRole = "owner"
    sites: SiteRoles = ()
    mail: Annotated[str, Meta(max_length=254)] = ""  # "" = none; in the form of viewer/mail/address.py
    confirmed_mail: Annotated[str, Meta(max_length=254)] = ""  # the last address whose link was opened
    language: Literal["", "en", "fr"] = ""


class Token(Record, frozen=True, kw_only=True):
    name: TokenName
    digest: str  # sha256 of the token, hex
    role: OverallRole = "editor"
    sites: SiteRoles = ()
    by: str = ""  # who made it
    made: int = 0  # ms since 1970; 0: before that was kept
    until: int = 0  # ms since 1970; 0: without an end

    def has_ended(self, now: int) -> bool:
        """Whether it is accepted no longer at `now`, ms since 1970."""
        return 0 < self.until <= now


class TokenUse(Record, frozen=True, kw_only=True):
    """When a token was used last, up to an hour before. `id` is that of the token."""

    name: TokenName
    last: int  # ms since 1970


class Secret(Record, frozen=True, kw_only=True):
    """Keys that all processes share (session signing, snapshot tokens)."""

    value: str  # hex


class Spent(Record, frozen=True, kw_only=True):
    """A sign-in link that was used; `id` is the SHA-256 of its nonce."""

    until: int  # ms since 1970: when its signature expires


DataKind = Literal["views", "points", "events", "pictures"]  # what is erased: views with scrolls and contacts
ErasureState = Literal["queued", "running", "done"]


class Erasure(Record, frozen=True, kw_only=True):
    """What to erase of a site, and how far that is (store/erasure.py).

    `pages`, `sender` and `visitor` are hashes (`store.erasure.hash_of`), empty for all, so that this record does not
    keep what it erases. Times are in ms since 1970; `until` has the end of each kind that is erased, 0 for none.
    """

    site: str
    asked: int  # what a collector received later is not erased from its journal
    until: dict[DataKind, int]
    since: int = 0
    pages: tuple[str, ...] = ()
    sender: str = ""
    visitor: str = ""
    whole_site: bool = False  # with everything that is defined for it
    by: str = ""
    server: str = ""  # the process that works on it
    state: ErasureState = "queued"
    step: str = ""  # of viewer/erasing.py
    done: int = 0  # steps of `of`
    of: int = 0
    erased: dict[str, int] = field(default_factory=dict)  # table → rows
    problem: str = ""  # why the last attempt failed; there is another one a minute later
    changed: int = 0
