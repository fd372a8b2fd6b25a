"""The rules of how the camera signs in to a site: the pages behind the login, and the steps that sign in."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from rules.domains import in_domains
from rules.faults import Fault, Faults, InvalidDefinition, accepted, fault
from rules.fields import is_address, without_none
from rules.recipe import SECRET_NAME, SIGN_IN_VERBS, Steps, check_recipe, read_recipe
from rules.shape import record
from store.definitions import Definitions, Stored
from store.records import SignInRecipe, Site

FIELDS = ("pages", "url", "steps", "version")
MOST_SECRETS = 20  # of a site
LONGEST_SECRET = 1_000  # characters


def parse(fields: Mapping[str, object], site: Site, stored: Stored | None = None) -> SignInRecipe | Faults:
    """The recipe of the site, new or `stored` replaced."""
    version = stored.version if stored else 0

    def rules(values: Mapping[str, Any]) -> Iterator[Fault]:
        yield from faults_between(values)
        if is_address(url := values.get("url", "")) and not is_private_page_of(url, site):
            yield fault("url", "sign_in_address", value=url)

    made = record(SignInRecipe, {"version": version, **without_none(fields, "version")}, rules, allowed=FIELDS,
                  given={"site": site.id, "id": site.id})  # fmt: skip
    if isinstance(made, Faults) or not made.steps:
        return made
    return replace(made, steps=tuple(str(step) for step in check_recipe(made.steps, SIGN_IN_VERBS)[0]))


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express."""
    url, lines = values.get("url", ""), values.get("steps", ())
    if url and not is_address(url):
        yield fault("url", "sign_in_address", value=url)
    if not url and not any(line.strip() for line in lines):
        return
    steps, faults = check_recipe(lines, SIGN_IN_VERBS)
    yield from faults
    if steps and not faults and not (steps[-1].verb == "wait" and steps[-1].selector):
        yield fault("steps", "step_unverified")
    if not url:
        yield fault("url", "steps_without_address")


def is_private_page_of(url: str, site: Site) -> bool:
    """Whether a secret of the site may be typed into the page `url`: one of its domains, over https.

    On loopback addresses plain http will do, if the site allows private addresses.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    if not in_domains(host, port, site.domains):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and site.allow_private and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: `localhost`, `*.localhost` or a loopback address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def steps_of(recipe: SignInRecipe) -> Steps:
    """The steps of a recipe that the rules accepted; none if cookies are enough."""
    return read_recipe(recipe.steps, SIGN_IN_VERBS) if recipe.steps else ()


def secrets_of(recipe: SignInRecipe) -> tuple[str, ...]:
    """The names of the secrets that the steps write, in their order, each once."""
    return tuple(dict.fromkeys(step.secret for step in steps_of(recipe) if step.secret))


def save(
    definitions: Definitions, site: Site, stored: Stored | None, fields: Mapping[str, object], by: str
) -> SignInRecipe:
    """Store the recipe. InvalidDefinition for faults, Conflict if somebody else has changed it since."""
    return definitions.put(accepted(parse(fields, site, stored)), by)


def check_secret(name: str, value: object, others: int = 0) -> str:
    """The value of a secret to store. InvalidDefinition if its name, length or number breaks the limits.

    The faults never quote the value.
    """
    found: list[Fault] = []
    if not SECRET_NAME.fullmatch(name):
        found.append(fault("name", "secret_name", value=name))
    if not isinstance(value, str):
        found.append(fault("value", "type", expected="text"))
    elif not value:
        found.append(fault("value", "missing"))
    elif len(value) > LONGEST_SECRET:
        found.append(fault("value", "long", n=len(value), most=LONGEST_SECRET))
    elif not value.isprintable():
        found.append(fault("value", "characters"))
    if others >= MOST_SECRETS:
        found.append(fault("", "many_secrets", most=MOST_SECRETS))
    if found:
        raise InvalidDefinition(Faults(tuple(found)))
    return str(value)
