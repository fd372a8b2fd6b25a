"""How the camera signs in to a site. Secrets and cookies can be set and deleted, never read."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from rules import sign_in as rules
from rules.find import Rejected
from store.credentials import Credential
from store.records import SignInRecipe
from viewer.api.entry import Entry, JsonBody, answer, by_whom, fields, iso, rejected_json
from viewer.registry import Registry
from viewer.sign_ins import SignIns, SiteSignIn
from viewer.work import Work


class SecretValue(Struct):
    """The body that sets a secret; rules/sign_in.py checks it without quoting the value."""

    value: Annotated[str, Meta(min_length=1, max_length=rules.LONGEST_SECRET)]


class CookieText(Struct):
    """The body that sets cookies; rules/cookies.py reads it."""

    cookies: str


def recipe_json(recipe: SignInRecipe) -> dict[str, Any]:
    return {"pages": recipe.pages, "url": recipe.url, "steps": recipe.steps, "version": recipe.version}


def credential_json(credential: Credential) -> dict[str, Any]:
    return {"name": credential.name, "set": iso(credential.set_ms), "by": credential.author}


def sign_in_json(found: SiteSignIn) -> dict[str, Any]:
    recipe = found.recipe
    cookies = [
        {"name": row.name, "domain": row.domain, "expires": iso(row.expires * 1000)} for row in found.cookie_rows
    ]
    return {
        "sign_in": recipe_json(recipe) if isinstance(recipe, SignInRecipe) else None,
        "rejected": [rejected_json(recipe)] if isinstance(recipe, Rejected) else [],
        "secrets": [credential_json(one) for one in found.secrets],
        "missing_secrets": found.missing_secrets,
        "cookies": {"set": iso(found.cookies.set_ms), "by": found.cookies.author, "cookies": cookies}
        if found.cookies
        else None,
        "session_ended": found.session_ended,
    }


async def show_sign_in(request: Request, *, registry: Registry, sign_ins: SignIns, work: Work) -> Response:
    return answer(sign_in_json(await work.run(sign_ins.of, await registry.site(request))))


async def change_sign_in(request: Request, *, registry: Registry, sign_ins: SignIns, work: Work) -> Response:
    site, asked, by = await registry.site(request), await fields(request), by_whom(request)
    return answer(recipe_json(await work.run(sign_ins.save_recipe, site, asked, by)))


async def delete_sign_in(request: Request, *, registry: Registry, sign_ins: SignIns, work: Work) -> Response:
    await work.run(sign_ins.delete_recipe, await registry.site(request), by_whom(request))
    return answer({"deleted": "sign-in"})


async def set_secret(request: Request, *, registry: Registry, sign_ins: SignIns, work: Work) -> Response:
    site, asked, by = await registry.site(request), await fields(request), by_whom(request)
    name = str(request.path_params["secret"])
    return answer(credential_json(await work.run(sign_ins.set_secret, site, name, asked.get("value"), by)))


async def delete_secret(request: Request, *, registry: Registry, sign_ins: SignIns, work: Work) -> Response:
    name = str(request.path_params["secret"])
    await work.run(sign_ins.delete_secret, await registry.site(request), name)
    return answer({"deleted": name})


async def set_cookies(request: Request, *, registry: Registry, sign_ins: SignIns, work: Work) -> Response:
    site, asked, by = await registry.site(request), await fields(request), by_whom(request)
    text = asked.get("cookies")
    stored, foreign = await work.run(sign_ins.set_cookies, site, text if isinstance(text, str) else "", by)
    return answer({"set": iso(stored.set_ms), "n": len(stored.about["cookies"]), "left_out": foreign})


async def delete_cookies(request: Request, *, registry: Registry, sign_ins: SignIns, work: Work) -> Response:
    await work.run(sign_ins.delete_cookies, await registry.site(request))
    return answer({"deleted": "cookies"})


_SITE = "/sites/{site}"
ENTRIES = (
    Entry(
        "GET",
        _SITE + "/sign-in",
        show_sign_in,
        "editor",
        "How pictures behind a login are taken: steps, names of secrets and cookies, when they were set. Never values.",
    ),
    Entry(
        "PUT",
        _SITE + "/sign-in",
        change_sign_in,
        "owner",
        "Set how to sign in: pages (patterns that need it), url (of the sign-in page), steps (as of a state, and "
        "`fill SELECTOR with SECRET`, `submit SELECTOR`; the last is `wait SELECTOR`); optional version.",
        body=JsonBody(SignInRecipe, rules.FIELDS),
    ),
    Entry("DELETE", _SITE + "/sign-in", delete_sign_in, "owner", "Delete the steps; secrets and cookies stay."),
    Entry(
        "PUT",
        _SITE + "/secrets/{secret}",
        set_secret,
        "owner",
        "Set a secret: value. It is never shown again.",
        body=JsonBody(SecretValue),
    ),
    Entry("DELETE", _SITE + "/secrets/{secret}", delete_secret, "owner", "Delete a secret."),
    Entry(
        "PUT",
        _SITE + "/cookies",
        set_cookies,
        "owner",
        "Set the cookies of a signed-in session: cookies (a Cookie header, a cookies.txt or a JSON list, as text).",
        body=JsonBody(CookieText),
    ),
    Entry("DELETE", _SITE + "/cookies", delete_cookies, "owner", "Delete the cookies."),
)
