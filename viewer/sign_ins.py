"""How the camera signs in to sites: read and changed by routes, and handed to the camera in clear."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from rules import sign_in as rules
from rules.cookies import cookies_json, read_cookies, stored_cookies
from rules.find import NotFound, Rejected, find, stored_of
from store.credentials import Credential, Credentials
from store.definitions import Definitions
from store.pages import matches
from store.records import SignInRecipe, Site
from store.sealing import Unsealable
from viewer.snapshot.access import NO_ACCESS, SiteAccess
from viewer.snapshot.errors import SnapshotError

COOKIES = "cookies"  # the name of a site's only credential of this kind
Found = SignInRecipe | Rejected[SignInRecipe]


@dataclass(frozen=True)
class CookieRow:
    """One stored cookie, without its value. `expires`: seconds since 1970; 0 when the browser is closed."""

    name: str
    domain: str
    expires: int = 0

    def is_expired(self, now: float) -> bool:
        return 0 < self.expires <= now


@dataclass(frozen=True)
class SiteSignIn:
    """What is stored for a site. It contains no secret."""

    recipe: Found | None
    secrets: tuple[Credential, ...]
    cookies: Credential | None

    @property
    def cookie_rows(self) -> tuple[CookieRow, ...]:
        return tuple(CookieRow(**row) for row in self.cookies.about["cookies"]) if self.cookies else ()

    @property
    def session_ended(self) -> bool:
        """Whether every stored cookie has expired."""
        rows, now = self.cookie_rows, time.time()
        return bool(rows) and all(row.is_expired(now) for row in rows)

    @property
    def missing_secrets(self) -> tuple[str, ...]:
        """The secrets that the steps write but that are not set."""
        if not isinstance(self.recipe, SignInRecipe):
            return ()
        have = {one.name for one in self.secrets}
        return tuple(name for name in rules.secrets_of(self.recipe) if name not in have)


class SignIns:
    """Blocks: call it in a thread."""

    def __init__(self, definitions: Definitions, credentials: Credentials) -> None:
        self._definitions = definitions
        self._credentials = credentials

    def of(self, site: Site) -> SiteSignIn:
        stored = self._credentials.all(int(site.id))
        secrets = tuple(one for one in stored if one.kind == "secret")
        return SiteSignIn(self._recipe(site), secrets, next((one for one in stored if one.kind == "cookies"), None))

    def save_recipe(self, site: Site, fields: Mapping[str, object], by: str) -> SignInRecipe:
        """InvalidDefinition for faults, Conflict if somebody else has changed it since."""
        found = self._recipe(site)
        return rules.save(self._definitions, site, stored_of(found) if found else None, fields, by)

    def delete_recipe(self, site: Site, by: str) -> None:
        """Does nothing if there is none."""
        if found := self._recipe(site):
            self._definitions.delete_stored(SignInRecipe, stored_of(found), by)

    def set_secret(self, site: Site, name: str, value: object, by: str) -> Credential:
        """InvalidDefinition if name or value breaks the limits; it never quotes the value."""
        others = [one.name for one in self._credentials.all(int(site.id)) if one.kind == "secret" and one.name != name]
        text = rules.check_secret(name, value, len(others))
        return self._credentials.put(Credential(int(site.id), "secret", name, 0, by), text)

    def delete_secret(self, site: Site, name: str) -> None:
        """NotFound if there is none."""
        names = [one.name for one in self._credentials.all(int(site.id)) if one.kind == "secret"]
        if name not in names:
            raise NotFound("secret", name, names)
        self._credentials.delete(int(site.id), "secret", name)

    def set_cookies(self, site: Site, text: str, by: str) -> tuple[Credential, tuple[str, ...]]:
        """Store the cookies of the site in `text` in place of earlier ones; returns the domains left out too."""
        read = read_cookies(text, site.domains)
        rows = [{"name": one.name, "domain": one.domain, "expires": one.expires} for one in read.cookies]
        about = Credential(int(site.id), "cookies", COOKIES, 0, by, {"cookies": rows})
        return self._credentials.put(about, cookies_json(read.cookies)), read.foreign

    def delete_cookies(self, site: Site) -> None:
        """Does nothing if there are none."""
        self._credentials.delete(int(site.id), "cookies", COOKIES)

    def access(self, site: Site, page: str) -> SiteAccess:
        """How the camera signs in for a page (canonical). SnapshotError if a secret is not set or cannot be read."""
        stored = self.of(site)
        if isinstance(stored.recipe, Rejected):
            raise SnapshotError(
                f"How to sign in to {site.name} is no longer valid: {stored.recipe.faults.sentence} "
                "Correct it in the site's settings, Pictures behind a login.",
                "sign_in",
            )
        recipe = stored.recipe
        if recipe and not any(matches(pattern, page) for pattern in recipe.pages):
            return NO_ACCESS
        steps = rules.steps_of(recipe) if recipe else ()
        needed = {step.secret for step in steps if step.secret}
        if missing := sorted(needed - {one.name for one in stored.secrets}):
            raise SnapshotError(
                f"The secret {missing[0]!r} is not set, so nobody can be signed in to {site.name}. "
                "Set it in the site's settings, Pictures behind a login.",
                "no_secret",
            )
        secrets = {one.name: self._revealed(one) for one in stored.secrets if one.name in needed}
        cookies = stored_cookies(self._revealed(stored.cookies)) if stored.cookies else ()
        return SiteAccess(recipe.url if recipe else "", steps, secrets, cookies)

    def _revealed(self, credential: Credential) -> str:
        try:
            return self._credentials.reveal(credential)
        except Unsealable:
            what = f"The secret {credential.name!r}" if credential.kind == "secret" else "The cookies"
            raise SnapshotError(
                f"{what} cannot be read: the key in PARCOURS_SECRET_KEY or secret.key has changed. Set it again.",
                "no_secret",
            ) from None

    def _recipe(self, site: Site) -> Found | None:
        try:
            return find(self._definitions, SignInRecipe, site.id, site.id)
        except NotFound:
            return None
