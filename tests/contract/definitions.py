"""Good and bad definitions of each kind, as plain fields, with the field and code of every fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.layouts import path_key
from tests.viewer import shop

Fields = dict[str, Any]
BUY_KEY = f"{path_key(shop.BUY[0]):016x}"
A, B = {"key": "a", "name": "A"}, {"key": "b", "name": "B"}
PASSWORD = "a long enough sentence"
LIST = {"key": "list", "name": {"en": "List"}, "pages": ["/lamps"]}
LOOK = {"key": "look", "name": {"en": "Look"}, "touchpoints": [LIST]}
BUY = {"key": "buy", "name": {"en": "Buy", "fr": "Acheter"}, "pains": ["no prices"]}

GOOD: dict[str, Fields] = {
    "site": {"name": "Contract site", "domains": ["shop.example"]},
    "experiment": {"name": "Contract test", "id": "contract", "pages": ["/lamps"], "variants": [A, B]},
    "goal": {"name": "Contract goal", "action": {"what": "saw", "page": "/thanks"}},
    "journey": {"name": "Contract journey", "stages": [LOOK, BUY]},
    "state": {"name": "Contract state", "pages": ["/lamps"], "steps": ["click #menu", "wait .open"]},
    "zone": {"name": "Contract zone", "page": "/lamps", "elements": [BUY_KEY]},
    "user": {"name": "contract", "password": PASSWORD},
    "token": {"name": "contract token"},
}


@dataclass(frozen=True)
class Case:
    """GOOD with some fields changed. `faults`: field and code; none: it is accepted."""

    kind: str
    changed: Fields
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def fields(self) -> Fields:
        return GOOD[self.kind] | self.changed

    def __str__(self) -> str:
        return f"{self.kind} {self.changed!r:.60}"


def site(*faults: tuple[str, str], **changed: Any) -> Case:
    return Case("site", changed, faults)


def experiment(*faults: tuple[str, str], **changed: Any) -> Case:
    return Case("experiment", changed, faults)


def goal(*faults: tuple[str, str], **changed: Any) -> Case:
    return Case("goal", changed, faults)


def journey(*faults: tuple[str, str], **changed: Any) -> Case:
    return Case("journey", changed, faults)


def state(*faults: tuple[str, str], **changed: Any) -> Case:
    return Case("state", changed, faults)


def zone(*faults: tuple[str, str], **changed: Any) -> Case:
    return Case("zone", changed, faults)


def user(*faults: tuple[str, str], **changed: Any) -> Case:
    return Case("user", changed, faults)


def token(*faults: tuple[str, str], **changed: Any) -> Case:
    return Case("token", changed, faults)


SITES = (
    site(),
    site(
        domains=["https://Shop.example/", "*.shop.example", "127.0.0.1:8001"], allow_private=True, keep_query=["page"]
    ),
    site(fetch_from="http://127.0.0.1:8001", staff_networks=["203.0.113.7/24"]),
    site(("name", "missing"), name=" "),
    site(("name", "number_name"), name="12"),
    site(("name", "long"), name="x" * 121),
    site(("name", "site_taken"), name="Lamp shop"),
    site(("domains", "few"), domains=[]),
    site(("domains.0", "domain"), domains=["not a domain"]),
    site(("domains.1", "domain"), domains=["a.example", "shop.example/path"]),
    site(("domains.0", "domain_shared"), domains=["*.co.uk"]),
    site(("domains.0", "domain_shared"), ("domains.1", "domain_shared"), domains=["*.github.io", "*.s3.amazonaws.com"]),
    site(("domains.0", "domain"), domains=["*"]),
    site(("domains", "many"), domains=[f"d{n}.example" for n in range(51)]),
    site(("fetch_from", "address"), fetch_from="shop.internal"),
    site(("fetch_from", "address"), fetch_from="ftp://shop.example"),
    site(("staff_networks.0", "network"), staff_networks=["the office"]),
    site(("staff_networks.1", "network_large"), staff_networks=["203.0.113.7", "0.0.0.0/0"]),
    site(("staff_ids.0", "long"), staff_ids=["x" * 65]),
    site(("keep_query.0", "long"), keep_query=["q" * 101]),
    site(
        ("name", "missing"),
        ("domains.0", "domain"),
        ("fetch_from", "address"),
        name="",
        domains=["a b"],
        fetch_from="x",
    ),
    site(retake="weekly", keep_pictures=2),
    site(retake="changed"),
    site(("retake", "choice"), retake="hourly"),
    site(("keep_pictures", "low"), keep_pictures=1),
    site(("keep_pictures", "high"), keep_pictures=501),
    site(("keep_pictures", "type"), keep_pictures="all"),
    site(("name", "type"), name=5),
    site(("domains", "type"), domains="shop.example"),
    site(("allow_private", "type"), allow_private="yes"),
    site(timezone="Australia/Lord_Howe"),
    site(("timezone", "zone"), timezone="Europe/Lyon"),
    site(("timezone", "zone"), timezone="europe/paris"),
    site(("timezone", "zone"), timezone="../../etc/passwd"),
    site(("timezone", "long"), timezone="Europe/" + "x" * 64),
    site(("timezone", "type"), timezone=60),
    site(("colour", "unknown"), colour="red"),
)
EXPERIMENTS = (
    experiment(),
    experiment(planned=500, started="2026-03-01", ended="2026-03-01"),
    experiment(variants=[A, B, {"key": "c", "name": "C", "picture_url": "https://shop.example/?v=c"}]),
    experiment(("variants", "few"), ("started", "day"), variants=[A], started="soon"),  # was stored, then answered 500
    experiment(("ended", "before_start"), started="2026-03-02", ended="2026-03-01"),
    experiment(("started", "day"), started="2026-02-30"),
    experiment(("ended", "day"), ended="tomorrow"),
    experiment(("variants.1.key", "twice"), variants=[A, A | {"name": "B"}]),
    experiment(("variants.0.key", "key"), variants=[A | {"key": "A b"}, B]),
    experiment(("variants.1.key", "missing"), variants=[A, B | {"key": ""}]),
    experiment(("variants.1.name", "missing"), variants=[A, B | {"name": " "}]),
    experiment(("variants.0.picture_url", "address"), variants=[A | {"picture_url": "javascript:alert(1)"}, B]),
    experiment(("variants", "many"), variants=[A | {"key": f"k{n}"} for n in range(11)]),
    experiment(("name", "missing"), name=""),
    experiment(("name", "long"), name="x" * 121),
    experiment(("name", "characters"), name="a\x00b"),
    experiment(("id", "key"), id="Not An Id"),
    experiment(("id", "experiment_taken"), id="taken"),
    experiment(("pages", "few"), pages=[]),
    experiment(("pages.0", "long"), pages=["/" + "x" * 2048]),
    experiment(("planned", "low"), planned=-1),
    experiment(("planned", "high"), planned=10**10),
    experiment(("planned", "type"), planned="many"),
    experiment(("name", "missing"), ("pages", "few"), ("planned", "type"), name=" ", pages=[], planned="1.5"),
    experiment(("variants.0.share", "above"), variants=[A | {"share": 0}, B]),
    experiment(("variants.0.share", "high"), variants=[A | {"share": 1.5}, B]),
    experiment(("pages.1", "missing"), pages=["/a", " "]),
    experiment(("colour", "unknown"), colour="red"),
)
KEY = "00000000000000ab"
ORDER = {"what": "sent", "name": "order"}
GOALS = (
    goal(),
    goal(counted="each", within_days=7),
    goal(action={"what": "clicked", "element": KEY, "page": "/lamps/*"}),
    goal(action=ORDER | {"least": 10, "most": 20.5}),
    goal(action={"what": "stayed", "least": 30}),
    goal(action={"what": "scrolled", "least": 0.75}),
    goal(("name", "missing"), name=" "),
    goal(("name", "long"), name="x" * 121),
    goal(("action.page", "missing"), action={"what": "saw"}),
    goal(("action.element", "missing"), action={"what": "clicked"}),
    goal(("action.element", "element_key"), action={"what": "clicked", "element": "AB"}),
    goal(("action.name", "name_missing"), action={"what": "sent"}),
    goal(("action.least", "amounts_swapped"), action=ORDER | {"least": 2, "most": 1}),
    goal(("action.least", "type"), action=ORDER | {"least": "much"}),
    goal(("action.least", "amount_missing"), action={"what": "stayed"}),
    goal(("action.least", "low"), action={"what": "stayed", "least": -1}),
    goal(("action.least", "high"), action={"what": "scrolled", "least": 75}),
    goal(("action.what", "choice"), action={"what": "rage", "page": "/x"}),
    goal(("action.what", "choice"), action={"what": "fly"}),
    goal(("action.zone", "unknown"), action={"what": "saw", "page": "/x", "zone": "z"}),
    goal(("action", "type"), action="saw"),
    goal(("counted", "choice"), counted="twice"),
    goal(("within_days", "high"), within_days=366),
    goal(("within_days", "type"), within_days="soon"),
    goal(("colour", "unknown"), colour="red"),
)
JOURNEYS = (
    journey(),
    journey(objective="Sell", review_on="2026-12-01", window_days=7),
    journey(stages=[LOOK | {"touchpoints": [LIST | {"pages": []}]}]),
    journey(("name", "missing"), name=""),
    journey(("name", "long"), name="x" * 121),
    journey(("stages", "few"), stages=[]),
    journey(("stages", "many"), stages=[BUY | {"key": f"k{n}"} for n in range(13)]),
    journey(("stages.1.key", "twice"), stages=[BUY, BUY]),
    journey(("stages.1.touchpoints.0.key", "twice"), stages=[LOOK, BUY | {"touchpoints": [LIST]}]),
    journey(("stages.0.name", "missing"), stages=[BUY | {"name": {}}]),
    journey(("stages.0.key", "key"), stages=[BUY | {"key": "A b"}]),
    journey(("stages.0.name.en", "long"), stages=[BUY | {"name": {"en": "x" * 121}}]),
    journey(("stages.0.goal.en", "long"), stages=[BUY | {"goal": {"en": "x" * 501}}]),
    journey(("stages.0.pains.1", "long"), stages=[BUY | {"pains": ["short", "x" * 501]}]),
    journey(
        ("stages.0.touchpoints", "many"), stages=[BUY | {"touchpoints": [LIST | {"key": f"t{n}"} for n in range(41)]}]
    ),
    journey(("stages.0.touchpoints.0.name", "missing"), stages=[BUY | {"touchpoints": [LIST | {"name": {}}]}]),
    journey(("objective", "long"), objective="x" * 301),
    journey(("review_on", "day"), review_on="2026-02-29"),
    journey(("review_on", "day"), review_on="soon"),
    journey(("window_days", "low"), window_days=0),
    journey(("window_days", "high"), window_days=366),
    journey(("window_days", "type"), window_days="soon"),
    journey(("stages.0.name", "language"), stages=[BUY | {"name": {"English": "Buy"}}]),
    journey(("stages.0.name", "type"), stages=[BUY | {"name": "Buy"}]),
    journey(("id", "unknown"), id="mine"),
)
STATES = (
    state(),
    state(first=True, devices=["phone"], place=3),
    state(steps=["hover nav", "", "scroll page to bottom"]),
    state(("name", "missing"), name=" "),
    state(("name", "long"), name="x" * 61),
    state(("pages", "few"), pages=[]),
    state(("steps", "step_none"), steps=[]),
    state(("steps", "step_none"), steps=["", " "]),
    state(("steps.1", "step_types"), steps=["click #a", "type #b x"]),
    state(("steps.0", "step_verb"), ("steps.2", "step_no_selector"), steps=["tap #a", "", "click"]),
    state(("steps.0", "step_selector"), steps=["click #a[title='x"]),
    state(("steps.0", "step_wait"), steps=["wait 10001"]),
    state(("steps.0", "step_scroll"), steps=["scroll .panel"]),
    state(("steps.0", "step_long"), steps=["click " + "a" * 501]),
    state(("steps", "step_many"), steps=["click #a"] * 21),
    state(("steps", "many"), steps=["click #a"] * 101),
    state(("devices.0", "choice"), devices=["watch"]),
    state(("place", "high"), place=1001),
    state(("place", "type"), place="first"),
    state(("place", "low"), place=-1),
    state(("name", "missing"), ("pages", "few"), ("steps.0", "step_no_selector"), name="", pages=[], steps=["click"]),
    state(("key", "key"), key="A B"),
    state(("first", "type"), first="yes"),
    state(("url", "unknown"), url="https://shop.example"),
)
USERS = (
    user(("name", "missing"), name=""),
    user(("name", "sign_in_name"), name="a b"),
    user(("name", "sign_in_name"), name="<script>"),
    user(("name", "sign_in_name"), name="x" * 65),
    user(("name", "sign_in_name"), name="a/b"),
    user(("name", "sign_in_name"), name="anna!"),
    user(("password", "missing"), password=""),
    user(("password", "short"), password="x"),
    user(("password", "short"), password="ninechars"),
    user(("password", "long"), password="x" * 257),
    user(("password", "characters"), password="a long \x00 enough sentence"),
    user(("name", "missing"), ("password", "short"), name=" ", password="short"),
    user(("name", "sign_in_name"), ("password", "long"), name="a b", password="x" * 300),
    user(("role", "choice"), role="admin"),
    user(("role", "choice"), ("name", "missing"), role="", name=""),
    user(("language", "unknown"), language="fr"),
    user(("name", "type"), name=7),
    user(),  # the last one: with it the first-run page closes
)
TOKENS = (
    token(),
    token(name="x" * 80),
    token(name="Übersicht, weekly"),
    token(("name", "missing"), name=""),
    token(("name", "missing"), name="   "),
    token(("name", "missing"), name="\t"),
    token(("name", "long"), name="x" * 81),
    token(("name", "long"), name="x" * 5000),
    token(("name", "characters"), name="a\x00b"),
    token(("name", "characters"), name="a\x1bb"),
    token(("role", "choice"), role="admin"),
    token(("role", "choice"), role=""),
    token(("name", "missing"), ("role", "choice"), name="", role="boss"),
    token(("name", "type"), name=5),
    token(("name", "type"), name=None),
    token(("digest", "unknown"), digest="x"),
)
LINK_KEY, NO_KEY = f"{path_key(shop.LINK[0]):016x}", "00000000000000ab"
ZONES = (
    zone(),
    zone(elements=[BUY_KEY, LINK_KEY]),
    zone(page="https://www.shop.example/lamps"),
    zone(page="/lamp*"),
    zone(page="shop.example/**"),
    zone(("name", "missing"), name=" "),
    zone(("name", "long"), name="x" * 61),
    zone(("name", "characters"), name="a\x00b"),
    zone(("name", "type"), name=5),
    zone(("page", "missing"), page=""),
    zone(("page", "zone_page"), page="every-lamp"),
    zone(("page", "many_wildcards"), page="/" + "*a" * 21),
    zone(("page", "type"), page=7),
    zone(("elements", "few"), elements=[]),
    zone(("elements", "many"), elements=[f"{n:016x}" for n in range(501)]),
    zone(("elements.0", "element_key"), elements=["AB"]),
    zone(("elements.1", "no_element"), elements=[BUY_KEY, NO_KEY]),
    zone(("elements.0", "no_element"), page="/elsewhere"),
    zone(("elements", "type"), elements=BUY_KEY),
    zone(("name", "missing"), ("page", "zone_page"), ("elements", "few"), name="", page="none", elements=[]),
    zone(("colour", "unknown"), colour="red"),
    zone(("prints", "unknown"), prints=[]),
)
CASES = (*SITES, *EXPERIMENTS, *GOALS, *JOURNEYS, *STATES, *ZONES, *USERS, *TOKENS)
