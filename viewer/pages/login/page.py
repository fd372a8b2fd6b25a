"""Pictures behind a login: the steps that sign in, and the secrets and cookies they need. No value is ever shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from rules.faults import InvalidDefinition
from rules.find import stored_of
from store.definitions import Conflict
from store.records import Site
from viewer.access.person import signed_in
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.forms.faults import FormFaults, form_faults, stored_faults, too_late
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.pages.login.form import SignInForm, label, sign_in_help
from viewer.registry import Registry
from viewer.sign_ins import SignIns, SiteSignIn
from viewer.work import Work


@dataclass(frozen=True)
class SecretRow:
    """`words`: when it was set, and by whom; or that it is missing."""

    name: str
    words: str
    missing: bool = False


@dataclass(frozen=True)
class CookieLine:
    name: str
    domain: str
    words: str
    expired: bool


@dataclass(frozen=True)
class LoginFaults:
    """The faults of the form that was sent; the other forms have none."""

    steps: SignInForm | None = None
    secret: FormFaults = FormFaults()
    secret_name: str = ""
    cookies: FormFaults = FormFaults()

    @property
    def status(self) -> int:
        sent = [one.status for one in (self.secret, self.cookies, self.steps.faults if self.steps else FormFaults())]
        return max(sent)


@dataclass(frozen=True, kw_only=True)
class LoginPage(Page):
    """Pictures behind a login, `/sites/3/sign-in`."""

    template = "login/login.html"
    docs = "pictures#pictures-behind-a-login"
    saved: str = doc("What was just saved, in a sentence; empty: nothing")
    form: SignInForm = doc("The steps, as stored or as typed")
    stored: bool = doc("Whether steps are stored")
    help: list[tuple[str, str]] = doc("Examples of steps, and what they do")
    secrets: list[SecretRow] = doc("The secrets by name, also those that are missing")
    secret_faults: FormFaults = doc("What is wrong with the secret that was sent")
    secret_name: str = doc("The name that was sent")
    cookies: list[CookieLine] = doc("The stored cookies, without values")
    cookies_line: str = doc("When they were set, and by whom; empty: there are none")
    cookie_faults: FormFaults = doc("What is wrong with the cookies that were sent")
    session_ended: bool = doc("Whether every cookie has expired")
    can_edit: bool = doc("Whether the person may change all this")
    action: str = doc("Where the forms post to")
    own_browser_href: str = doc("Where pictures are taken in one's own browser")
    setup_href: str = doc("The set-up of the site")


class LoginRenderer:
    """Renders the page, with a form as typed if it was rejected."""

    def __init__(self, frames: Frames, urls: Urls, sign_ins: SignIns, work: Work) -> None:
        self._frames = frames
        self._urls = urls
        self._sign_ins = sign_ins
        self._work = work

    async def answer(self, request: Request, site: Site, faults: LoginFaults = LoginFaults()) -> Response:
        urls, found = self._urls, await self._work.run(self._sign_ins.of, site)
        frame = await self._frames.of(request, "setup", site)
        lang, recipe = frame.lang, found.recipe
        form = SignInForm.of(stored_of(recipe)) if recipe else SignInForm()
        page = LoginPage(
            frame=frame,
            title=lang.text("Pictures behind a login"),
            saved=_saved(lang, request),
            form=faults.steps or replace(form, faults=stored_faults(lang, recipe, label)),
            stored=recipe is not None,
            help=sign_in_help(lang),
            secrets=_secrets(lang, found),
            secret_faults=faults.secret,
            secret_name=faults.secret_name,
            cookies=_cookies(lang, found, time.time()),
            cookies_line=_set_words(lang, found.cookies.set_ms, found.cookies.author) if found.cookies else "",
            cookie_faults=faults.cookies,
            session_ended=found.session_ended,
            can_edit=signed_in(request).may("owner"),
            action=urls.sign_in_steps(site.id),
            own_browser_href=urls.own_browser(site.id),
            setup_href=urls.site(site.id),
        )
        return answer(request, page, faults.status)


async def show(request: Request, *, registry: Registry, renderer: LoginRenderer) -> Response:
    return await renderer.answer(request, await registry.site(request))


@dataclass(frozen=True)
class Change:
    """A change that a form asks for: what it does, and how its faults are shown."""

    saved: str
    run: Callable[[], Any]
    faults: Callable[[FormFaults], LoginFaults] = field(default=lambda faults: LoginFaults(secret=faults))


async def save(
    request: Request, *, registry: Registry, renderer: LoginRenderer, sign_ins: SignIns, work: Work, urls: Urls
) -> Response:
    """POST: `do` is steps, delete-steps, secret, delete-secret, cookies or delete-cookies."""
    site, sent, by = await registry.site(request), await request.form(), signed_in(request).name
    lang, change = language_of(request), _change(sign_ins, site, sent, by)
    try:
        await work.run(change.run)
    except InvalidDefinition as error:
        return await renderer.answer(request, site, change.faults(form_faults(lang, "sign_in", error.faults, label)))
    except Conflict as error:
        return await renderer.answer(request, site, change.faults(too_late(lang, error)))
    return go(urls.sign_in_steps(site.id, saved=change.saved))


def _change(sign_ins: SignIns, site: Site, sent: FormData, by: str) -> Change:
    name = text(sent, "name")
    form = SignInForm.typed(sent)
    match str(sent.get("do", "")):
        case "steps":
            return Change(
                "steps",
                lambda: sign_ins.save_recipe(site, form.fields(), by),
                lambda faults: LoginFaults(steps=replace(form, faults=faults)),
            )
        case "delete-steps":
            return Change("deleted", lambda: sign_ins.delete_recipe(site, by))
        case "secret":
            value = str(sent.get("value", ""))
            return Change(
                "secret",
                lambda: sign_ins.set_secret(site, name, value, by),
                lambda faults: LoginFaults(secret=faults, secret_name=name[:64]),
            )
        case "delete-secret":
            return Change("deleted", lambda: sign_ins.delete_secret(site, name))
        case "cookies":
            pasted = str(sent.get("cookies", ""))
            return Change(
                "cookies",
                lambda: sign_ins.set_cookies(site, pasted, by),
                lambda faults: LoginFaults(cookies=faults),
            )
        case "delete-cookies":
            return Change("deleted", lambda: sign_ins.delete_cookies(site))
    raise Problem(400, "bad_request", "The form does not say what to do.")


def _saved(lang: Language, request: Request) -> str:
    _ = lang.text
    return {
        "steps": _("The steps are saved. Take a picture to try them."),
        "secret": _("The secret is stored encrypted. It will not be shown again."),
        "cookies": _("The cookies are stored encrypted. They will not be shown again."),
        "deleted": _("Deleted."),
    }.get(request.query_params.get("saved", ""), "")


def _set_words(lang: Language, set_ms: int, author: str) -> str:
    if not author:
        return lang.text("Set on %(moment)s", moment=lang.moment(set_ms))
    return lang.text("Set on %(moment)s by %(name)s", moment=lang.moment(set_ms), name=author)


def _secrets(lang: Language, found: SiteSignIn) -> list[SecretRow]:
    have = [SecretRow(one.name, _set_words(lang, one.set_ms, one.author)) for one in found.secrets]
    needed = [SecretRow(name, lang.text("Not set yet: the steps need it"), True) for name in found.missing_secrets]
    return [*needed, *have]


def _cookies(lang: Language, found: SiteSignIn, now: float) -> list[CookieLine]:
    _ = lang.text
    lines = []
    for row in found.cookie_rows:
        if row.is_expired(now):
            words = _("expired on %(moment)s", moment=lang.moment(row.expires * 1000))
        elif row.expires:
            words = _("until %(moment)s", moment=lang.moment(row.expires * 1000))
        else:
            words = _("until the site ends the session")
        lines.append(CookieLine(row.name, row.domain or _("the page's host"), words, row.is_expired(now)))
    return lines
