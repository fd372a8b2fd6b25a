"""The account of the person who is signed in: language, theme, password, tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from rules.faults import InvalidDefinition
from store.records import User
from viewer.access import tokens
from viewer.access.mail_links import MailLinks, is_confirmed
from viewer.access.password_links import mail_of
from viewer.access.person import Person, signed_in
from viewer.access.sign_in import SignIn
from viewer.access.users import Users
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.errors.page import problem_words
from viewer.pages.forms.faults import FormFaults, form_faults
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import (
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    THEMES,
    Frames,
    answer,
    go,
    keep,
    language_of,
)
from viewer.pages.frame.languages import CODES, NAMES, Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.people import leave
from viewer.pages.people.labels import label
from viewer.pages.people.mails import address_mail
from viewer.pages.people.session_rows import SessionChanges, SessionRow
from viewer.pages.people.token_rows import TokenForm, TokensSection, tokens_section, withdraw
from viewer.pages.people.two_factor import TwoFactorChanges, TwoFactorSection
from viewer.registry import Registry
from viewer.work import Work

NO_FAULTS = FormFaults()


@dataclass(frozen=True, kw_only=True)
class AccountPage(Page):
    """Language, appearance, password and tokens, `/account`."""

    template = "people/account.html"
    docs = "security#signing-in"
    role: str = doc("The person's role, as text")
    saved: str = doc("What was just saved, in a sentence; empty: nothing")
    faults: FormFaults = doc("Why the last change failed")
    languages: list[Choice] = doc("Languages; `href` is the value")
    themes: list[Choice] = doc("Themes; `href` is the value")
    mail: str = doc("Where mail for the person goes, as typed or stored; empty for nowhere")
    confirmed: bool = doc("Whether the link that was sent to the address was opened")
    places: list[Choice] = doc("Where the person has a role; `href`: the page that asks whether to leave")
    tokens: TokensSection | None = doc("The tokens of programs; None for those who may not make any")
    two_factor: TwoFactorSection | None = doc("Two-factor sign-in; None for a program")
    sessions: list[SessionRow] = doc("Where the person is signed in, this browser first")


@dataclass(frozen=True)
class _Once:
    """What is shown once, after a change."""

    faults: FormFaults = NO_FAULTS
    tokens: TokenForm = TokenForm()
    new_token: str = ""
    two_factor: TwoFactorSection | None = None
    mail: str | None = None


class AccountRenderer:
    """Renders the page."""

    def __init__(
        self, frames: Frames, registry: Registry, two_factor: TwoFactorChanges, sessions: SessionChanges
    ) -> None:
        self._frames = frames
        self._registry = registry
        self._two_factor = two_factor
        self._sessions = sessions

    async def answer(self, request: Request, once: _Once = _Once()) -> Response:
        who, frame = signed_in(request), await self._frames.of(request, "account")
        lang, user = frame.lang, await self._user(who)
        page = AccountPage(
            frame=frame,
            title=lang.text("Account"),
            role=_role(lang, who.role),
            saved=_saved(lang, request.query_params.get("saved", "")),
            faults=once.faults,
            languages=_languages(lang, who),
            themes=_themes(lang, frame.theme),
            mail=once.mail if once.mail is not None else mail_of(user) if user else "",
            confirmed=is_confirmed(user) if user else False,
            places=leave.places(request, self._frames, await self._registry.sites()),
            tokens=await self._tokens(lang, who, once),
            two_factor=once.two_factor or await self._two_factor.section(lang, who),
            sessions=await self._sessions.rows(request, lang),
        )
        status = once.two_factor.status if once.two_factor else once.faults.status
        response = answer(request, page, status)
        response.headers["Cache-Control"] = "no-store"  # keys, codes and tokens are shown once
        return response

    async def _tokens(self, lang: Language, who: Person, once: _Once) -> TokensSection | None:
        return await tokens_section(self._registry, lang, once.tokens, once.new_token) if who.may("owner") else None

    async def _user(self, who: Person) -> User | None:
        """The record of the person; None for a program."""
        return await self._registry.read(lambda found: found.get(User, who.name)) if who.via == "session" else None


async def show(request: Request, *, renderer: AccountRenderer) -> Response:
    """GET shows it."""
    return await renderer.answer(request)


async def save_two_factor(
    request: Request, *, renderer: AccountRenderer, urls: Urls, two_factor: TwoFactorChanges
) -> Response:
    """POST turns two-factor sign-in on or off, or requires it of everybody."""
    section = await two_factor.change(request, language_of(request), await request.form())
    if section is None:
        return go(urls.account() + "?saved=1")
    return await renderer.answer(request, _Once(two_factor=section))


async def save(
    request: Request, *, renderer: AccountRenderer, registry: Registry, urls: Urls, changes: AccountChanges
) -> Response:
    """POST makes the change that the field `do` names."""
    form, who = await request.form(), signed_in(request)
    new_token = ""
    try:
        match str(form.get("do", "")):
            case "look":
                return await changes.look(who, str(form.get("language", "")), str(form.get("theme", "")))
            case "password":
                return await changes.password(request, str(form.get("old", "")), str(form.get("new", "")))
            case "mail":
                return await changes.mail(request, str(form.get("old", "")), text(form, "mail"))
            case "token" if who.may("owner"):
                asked = TokenForm.typed(form)
                _, new_token = await registry.change(lambda found: tokens.create(found, asked.fields, who.name))
            case "withdraw" if who.may("owner"):
                await registry.change(lambda found: withdraw(found, str(form.get("token", "")), who))
                return go(urls.account() + "#tokens")
    except Problem as problem:
        note = problem_words(language_of(request), problem)
        faults = FormFaults(note=note, status=problem.status)
        return await renderer.answer(request, _Once(faults, mail=text(form, "mail") if "mail" in form else None))
    except InvalidDefinition as error:
        if form.get("do") == "token":
            faults = form_faults(language_of(request), "token", error.faults, label)
            return await renderer.answer(request, _Once(faults, tokens=replace(TokenForm.typed(form), faults=faults)))
        faults = form_faults(language_of(request), "user", error.faults, label)
        return await renderer.answer(request, _Once(faults, mail=text(form, "mail") if "mail" in form else None))
    return await renderer.answer(request, _Once(new_token=new_token))


class AccountChanges:
    """Changes to a person's own account."""

    def __init__(self, users: Users, signing_in: SignIn, urls: Urls, work: Work, links: MailLinks) -> None:
        self._users = users
        self._signing_in = signing_in
        self._urls = urls
        self._work = work
        self._links = links

    async def look(self, who: Person, code: str, theme: str) -> Response:
        """Save the language with the user, the theme in a cookie."""
        code = code if code in CODES else ""
        if who.via == "session" and code != who.language:
            await self._work.run(self._users.set_language, who.name, code)
            self._work.forget()
        response = go(self._urls.account() + "?saved=1")
        keep(response, LANGUAGE_COOKIE, code, self._urls.root)
        keep(response, THEME_COOKIE, theme if theme in THEMES else "", self._urls.root)
        return response

    async def mail(self, request: Request, old: str, mail: str) -> Response:
        """Save where mail for the person goes: with the password, since a new one can be chosen by that mail. A link
        that confirms the address is sent to it."""
        who = signed_in(request)
        if who.via != "session":
            raise Problem(401, "sign_in", "Sign-in required.")
        await self._signing_in.check_password(request, who.name, old)
        await self._work.run(self._users.set_mail, who.name, mail)
        sent = await self._work.run(self._send_link, who.name, language_of(request))
        return go(self._urls.account() + ("?saved=mail" if sent else "?saved=1"))

    def _send_link(self, name: str, lang: Language) -> bool:
        """Whether a link was sent: not for an address that is confirmed, and not without a mail server."""
        user = self._users.get(name)
        if user is None or not mail_of(user) or is_confirmed(user):
            return False
        link = self._urls.absolute(self._urls.confirm_mail(self._links.confirm_secret(user)))
        return self._links.send(user, address_mail(lang, user.id, link))

    async def password(self, request: Request, old: str, new: str) -> Response:
        """Change the password, which ends every session; this browser gets a new one."""
        who = signed_in(request)
        if who.via != "session":
            raise Problem(401, "sign_in", "Sign-in required.")
        user = await self._signing_in.change_password(request, who.name, old, new)
        response = go(self._urls.account() + "?saved=1")
        await self._signing_in.begin(request, response, user)
        return response


def _saved(lang: Language, what: str) -> str:
    _ = lang.text
    return {"1": _("Saved."), "mail": _("Saved. Open the link in the mail that was sent to the address.")}.get(what, "")


def _role(lang: Language, role: str) -> str:
    _ = lang.text
    return {
        "owner": _("owner: full access"),
        "editor": _("editor: can make changes"),
        "viewer": _("viewer: read only"),
        "": _("roles on single sites"),
    }[role]


def _languages(lang: Language, who: Person) -> list[Choice]:
    choices = [Choice(lang.text("Same as the browser"), "", not who.language)]
    return choices + [Choice(NAMES[code], code, who.language == code) for code in CODES]


def _themes(lang: Language, theme: str) -> list[Choice]:
    _ = lang.text
    words = {"": _("Same as the system"), "light": _("Light"), "dark": _("Dark")}
    return [Choice(words[name], name, name == theme) for name in THEMES]
