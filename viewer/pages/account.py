"""The account of the person who is signed in: language, look, password, tokens."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from store.definitions import Definitions, Missing
from store.records import Token, User
from viewer import auth, tokens
from viewer.auth import Person, require
from viewer.errors import Problem

from .languages import CODES, NAMES, Language
from .page import Choice, Page, doc
from .problems import problem_words
from .serve import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, answer, frame_of, go, keep, signed_in, viewer_of


@dataclass(frozen=True)
class TokenRow:
    id: str
    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class AccountPage(Page):
    """Language, look, password and tokens, `/account`."""

    template = "account.html"
    role: str = doc("What the person may do, in words")
    saved: bool = doc("Whether something was just saved")
    problem: str = doc("Why the last change failed")
    languages: list[Choice] = doc("Languages; `href` is the value")
    themes: list[Choice] = doc("Looks; `href` is the value")
    can_edit: bool = doc("Whether the person may make tokens")
    tokens: list[TokenRow] = doc("Tokens that are valid")
    new_token: str = doc("Text of a token just made, shown this once")


@require("viewer")
async def account(request: Request) -> Response:
    """GET shows it; POST makes one change, named by the field `do`."""
    viewer, who = viewer_of(request), signed_in(request)
    problem, new_token, status = "", "", 200
    if request.method == "POST":
        form = await request.form()
        try:
            match str(form.get("do", "")):
                case "look":
                    return await _look(request, str(form.get("language", "")), str(form.get("theme", "")))
                case "password":
                    return await _password(request, str(form.get("old", "")), str(form.get("new", "")))
                case "token" if who.may("owner"):
                    name = str(form.get("name", "")).strip()[:80] or "token"
                    _, new_token = await viewer.run(tokens.issue, viewer.definitions, name, "editor")
                case "withdraw" if who.may("owner"):
                    await viewer.run(_withdraw, viewer.definitions, str(form.get("token", "")), who)
                    viewer.work.forget()
                    return go(viewer.urls.account() + "#tokens")
        except Problem as error:
            problem, status = problem_words((await frame_of(request, "account")).lang, error), error.status
    frame = await frame_of(request, "account")
    lang = frame.lang
    stored = await viewer.run(viewer.definitions.find, Token) if who.may("owner") else []
    page = AccountPage(
        frame=frame,
        title=lang.text("Account"),
        role=_role(lang, who.role),
        saved=request.query_params.get("saved") == "1",
        problem=problem,
        languages=_languages(lang, who),
        themes=_themes(lang, frame.theme),
        can_edit=who.may("owner"),
        tokens=[TokenRow(t.id, t.name, _role(lang, t.role)) for t in stored],
        new_token=new_token,
    )
    response = answer(request, page, status)
    if new_token:
        response.headers["Cache-Control"] = "no-store"
    return response


def _role(lang: Language, role: str) -> str:
    _ = lang.text
    return {"owner": _("owner: may do all"), "editor": _("editor: may change"), "viewer": _("viewer: may look")}[role]


def _languages(lang: Language, who: Person) -> list[Choice]:
    choices = [Choice(lang.text("As the browser says"), "", not who.language)]
    return choices + [Choice(NAMES[code], code, who.language == code) for code in CODES]


def _themes(lang: Language, theme: str) -> list[Choice]:
    _ = lang.text
    words = {"": _("As the system says"), "light": _("Light"), "dark": _("Dark")}
    return [Choice(words[name], name, name == theme) for name in THEMES]


async def _look(request: Request, code: str, theme: str) -> Response:
    """Keep the language with the user, the look in the browser."""
    viewer, who = viewer_of(request), signed_in(request)
    code = code if code in CODES else ""
    if who.via == "session" and code != who.language:

        def store() -> None:
            user = viewer.definitions.get(User, who.name)
            viewer.definitions.put(replace(user, language=code), who.name)

        await viewer.run(store)
        viewer.work.forget()
    response = go(viewer.urls.account() + "?saved=1")
    keep(response, LANGUAGE_COOKIE, code)
    keep(response, THEME_COOKIE, theme if theme in THEMES else "")
    return response


async def _password(request: Request, old: str, new: str) -> Response:
    """A new password ends every session; this one goes on with a fresh one."""
    user = await auth.change_password(request, old, new)
    response = go(viewer_of(request).urls.account() + "?saved=1")
    auth.start_session(request, response, user)
    return response


def _withdraw(definitions: Definitions, id: str, who: Person) -> None:
    with suppress(Missing):  # it is gone already, which is what was asked for
        definitions.delete(definitions.get(Token, id), who.name)
