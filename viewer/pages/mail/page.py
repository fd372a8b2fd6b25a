"""Mail and alerts of a site: what the person gets, who else gets what, the outbox, and the digest."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from babel.dates import get_day_names
from msgspec import to_builtins
from msgspec.structs import replace as replace_fields
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from rules.alerts import parse_levels, parse_webhook
from rules.faults import InvalidDefinition
from rules.period import today
from rules.subscription import MailChoice, parse
from store.alerts import AlertLevels
from store.definitions import Definitions, Missing
from store.outbox import SentMessage
from store.records import Role, Site, User
from viewer.access.guards import check_role
from viewer.access.mail_links import is_confirmed
from viewer.access.password_links import mail_of
from viewer.access.person import Person, signed_in
from viewer.alerts import levels_of
from viewer.digests import DigestAsked
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.mail.address import BadAddress
from viewer.mail.outbox import Outbox, OutboxState
from viewer.pages.forms.faults import FormFaults, form_faults
from viewer.pages.forms.fields import decimal, number, text
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import NAMES, Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.frame.settings_bar import settings_bar
from viewer.pages.mail.digest import Digest
from viewer.pages.mail.writer import DigestReader
from viewer.questions import Questions
from viewer.subscriptions import Subscriber, Subscriptions
from viewer.webhooks import Webhooks
from viewer.work import Work

NO_FAULTS = FormFaults()


@dataclass(frozen=True)
class OwnMail:
    """What the person asked for. `address`: "" for none; `weekdays`, `hours`, `languages`: `href` is the value."""

    address: str
    confirmed: bool
    weekly: bool
    alerts: bool
    mentions: bool
    weekdays: list[Choice]
    hours: list[Choice]
    languages: list[Choice]


@dataclass(frozen=True)
class ReaderRow:
    """Somebody who asked for mail: what, when, and why it is not sent, if it is not."""

    name: str
    address: str
    digest: str
    alerts: bool
    held: str


@dataclass(frozen=True)
class LevelsForm:
    """The levels of alerts as text. `hurt`: in percent."""

    hurt: str
    least: str
    quiet_hours: str
    experiments: bool
    pictures: bool


@dataclass(frozen=True)
class WebhookForm:
    """The webhook as stored. `secret`: shown once, "" otherwise."""

    url: str
    allow_private: bool
    secret: str


@dataclass(frozen=True)
class SentRow:
    """A message that was sent."""

    when: str
    about: str
    to: str


@dataclass(frozen=True)
class OutboxWords:
    """The outbox in sentences, each empty if there is nothing to say. `waiting`: what waits and since when; `tried`:
    how often, and when next; `reply`: what the server answered last; `given_up`: how many mails were given up."""

    waiting: str
    tried: str
    reply: str
    given_up: str


@dataclass(frozen=True, kw_only=True)
class MailPage(Page):
    """Mail and alerts of a site, `/sites/3/mail`."""

    template = "mail/mail.html"
    docs = "mail"
    settings: list[Choice] = doc("The pages of the site's settings")
    set_up: bool = doc("Whether there is a mail server")
    outbox: OutboxWords = doc("What waits to be sent, and what was given up")
    own: OwnMail | None = doc("What the person asked for; None for a program")
    account_href: str = doc("Where the person's address is changed")
    readers: list[ReaderRow] = doc("Who asked for which mail; only for editors")
    last_sent: list[SentRow] = doc("The last messages that were sent, newest first; only for editors")
    levels: LevelsForm | None = doc("When alerts are sent; only for editors")
    webhook: WebhookForm | None = doc("Where alerts and digests are posted; only for owners")
    digest: Digest = doc("The digest of the last seven whole days")
    may_send: bool = doc("Whether the person may send it")
    faults: FormFaults = doc("Why a form was not saved")
    fault: str = doc("Why the digest was not sent; empty: nothing was wrong")
    to: str = doc("The address as typed")
    done: str = doc("What was done just now, in a sentence; empty: nothing")


@dataclass(frozen=True)
class _Tried:
    """A form that was not saved."""

    faults: FormFaults = NO_FAULTS
    fault: str = ""
    to: str = ""
    secret: str = ""  # of a webhook that was made just now


@dataclass(frozen=True)
class MailRenderer:
    """Renders the page."""

    frames: Frames
    urls: Urls
    reader: DigestReader
    outbox: Outbox
    subscriptions: Subscriptions
    webhooks: Webhooks
    definitions: Definitions
    work: Work

    async def answer(self, request: Request, site: Site, tried: _Tried = _Tried()) -> Response:
        frame = await self.frames.of(request, "setup", site)
        lang, who = frame.lang, signed_in(request)
        may_send = who.may("editor")
        state = await self.work.run(self.outbox.state, site.id)
        readers = await self.work.run(self.subscriptions.subscribers, site.id) if may_send else []
        sent = await self.work.run(self.outbox.sent, site.id) if may_send else []
        page = MailPage(
            frame=frame,
            title=lang.text("Mail and alerts"),
            settings=settings_bar(lang, self.urls, site, who, "mail"),
            set_up=self.outbox.mail_is_set_up,
            outbox=OutboxWords(
                _waiting(lang, state), _tried(lang, state), state.reply if state.waiting else "", _given_up(lang, state)
            ),
            own=await self._own(lang, site, who),
            account_href=self.urls.account(),
            readers=[_reader(lang, one) for one in readers],
            last_sent=[_sent(lang, one) for one in sent],
            levels=_levels(await self.work.run(levels_of, self.definitions, site.id)) if may_send else None,
            webhook=await self._webhook(site, tried.secret) if who.may("owner") else None,
            digest=await self.reader.of(site.id, lang),
            may_send=may_send,
            faults=tried.faults,
            fault=tried.fault,
            to=tried.to,
            done=_done(lang, request.query_params.get("done", "")),
        )
        response = answer(request, page, 422 if tried.fault else tried.faults.status)
        if tried.secret:
            response.headers["Cache-Control"] = "no-store"
        return response

    async def _webhook(self, site: Site, secret: str) -> WebhookForm:
        stored = await self.work.run(self.webhooks.of, site.id)
        return WebhookForm(stored.url if stored else "", bool(stored and stored.allow_private), secret)

    async def _own(self, lang: Language, site: Site, who: Person) -> OwnMail | None:
        if who.via != "session":
            return None
        try:
            user = await self.work.run(self.definitions.get, User, who.name)
        except Missing:
            return None
        wanted = await self.work.run(self.subscriptions.of, site.id, who.name)
        return OwnMail(
            address=mail_of(user),
            confirmed=is_confirmed(user),
            weekly=wanted.weekly,
            alerts=wanted.alerts,
            mentions=wanted.mentions,
            weekdays=[Choice(name, str(n), n == wanted.weekday) for n, name in enumerate(_day_names(lang))],
            hours=[Choice(f"{hour:02}:00", str(hour), hour == wanted.hour) for hour in range(24)],
            languages=[
                Choice(lang.text("Language of the account"), "", not wanted.language),
                *(Choice(name, code, code == wanted.language) for code, name in NAMES.items()),
            ],
        )


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {
        "weekly": _("Weekly digest"),
        "weekday": _("Day"),
        "hour": _("Hour"),
        "language": _("Language"),
        "alerts": _("Alerts"),
        "hurt": _("Share of those who press an element"),
        "least": _("Visitors at least"),
        "quiet_hours": _("Hours without a view"),
        "url": _("Address of the webhook"),
    }
    return names.get(path, path)


def _day_names(lang: Language) -> list[str]:
    names = get_day_names(locale=lang.locale)
    return [str(names[n]) for n in range(7)]


def _reader(lang: Language, one: Subscriber) -> ReaderRow:
    _, wanted = lang.text, one.wanted
    day = _day_names(lang)[wanted.weekday]
    held = "" if one.confirmed else _("the address is not confirmed") if one.address else _("no address")
    when = _("%(day)s, %(hour)s", day=day, hour=f"{wanted.hour:02}:00") if wanted.weekly else ""
    return ReaderRow(one.user.id, one.address, when, wanted.alerts, held)


def _levels(stored: AlertLevels) -> LevelsForm:
    hurt = f"{stored.hurt * 100:g}"
    return LevelsForm(hurt, str(stored.least), str(stored.quiet_hours), stored.experiments, stored.pictures)


def _sent(lang: Language, one: SentMessage) -> SentRow:
    return SentRow(lang.moment(one.time), about_words(lang, one.about), one.to)


def about_words(lang: Language, about: str) -> str:
    """What a message is about."""
    _ = lang.text
    return {"digest": _("Digest"), "alert": _("Alert"), "mention": _("Mention"), "webhook": _("Test")}.get(about, about)


def _done(lang: Language, what: str) -> str:
    _ = lang.text
    return {
        "sent": _("The mail is in the outbox."),
        "saved": _("Saved."),
        "test": _("The test is in the outbox."),
    }.get(what, "")


def _waiting(lang: Language, state: OutboxState) -> str:
    if not state.waiting:
        return ""
    since = lang.zoned_moment(state.since)
    return lang.plural(
        "%(num)s mail waits since %(since)s.", "%(num)s mails wait since %(since)s.", state.waiting, since=since
    )


def _tried(lang: Language, state: OutboxState) -> str:
    if not state.tries:
        return ""
    return lang.text(
        "Tried: %(tries)s, next on %(next)s, until %(until)s.",
        tries=lang.number(state.tries),
        next=lang.zoned_moment(state.next_try),
        until=lang.zoned_moment(state.until),
    )


def _given_up(lang: Language, state: OutboxState) -> str:
    n = len(state.given_up)
    return lang.plural("%(num)s mail was given up.", "%(num)s mails were given up.", n) if n else ""


async def show(request: Request, *, renderer: MailRenderer, questions: Questions) -> Response:
    """GET shows it."""
    return await renderer.answer(request, (await questions.known(request, remembered=True)).site)


async def save(
    request: Request, *, renderer: MailRenderer, questions: Questions, subscriptions: Subscriptions, work: Work
) -> Response:
    """POST saves what the person asks for, sends the digest to an address, or tries again what waits."""
    site, form, who = (await questions.known(request)).site, await request.form(), signed_in(request)
    what = str(form.get("do", ""))
    if what == "own" and who.via != "session":
        raise Problem(401, "sign_in", "Sign-in required.")
    check_role(who, _ROLES.get(what, "editor"))
    saves = _Saves(renderer, site, form, who, subscriptions)
    try:
        match what:
            case "own":
                await work.run(saves.own)
            case "levels":
                await work.run(saves.levels)
            case "webhook":
                return await renderer.answer(request, site, _Tried(secret=await work.run(saves.webhook)))
            case "no-webhook":
                await work.run(renderer.webhooks.remove, site.id, who.name)
            case "test":
                await work.run(saves.test)
                return go(renderer.urls.mail(site.id, done="test"))
            case "try":
                await work.run(renderer.outbox.try_now, site.id)
                return go(renderer.urls.mail(site.id))
            case _:
                return await _send(request, renderer, site, text(form, "to"))
    except InvalidDefinition as error:
        faults = replace(form_faults(language_of(request), "subscription", error.faults, label), status=422)
        return await renderer.answer(request, site, _Tried(faults))
    return go(renderer.urls.mail(site.id, done="saved"))


_ROLES: dict[str, Role] = {"own": "viewer", "webhook": "owner", "no-webhook": "owner", "test": "owner"}


@dataclass(frozen=True)
class _Saves:
    """The forms of the page. Every method queries the store."""

    renderer: MailRenderer
    site: Site
    form: FormData
    who: Person
    subscriptions: Subscriptions

    def own(self) -> None:
        self.subscriptions.save(self.site.id, self.who.name, _choice(self.form))

    def levels(self) -> None:
        hurt = decimal(text(self.form, "hurt"))
        asked = parse_levels(
            {
                "hurt": hurt / 100 if isinstance(hurt, int | float) else hurt,
                "least": number(text(self.form, "least")),
                "quiet_hours": number(text(self.form, "quiet_hours")),
                "experiments": "experiments" in self.form,
                "pictures": "pictures" in self.form,
            }
        )
        definitions = self.renderer.definitions
        stored = levels_of(definitions, self.site.id)
        definitions.put(replace_fields(stored, **to_builtins(asked)), self.who.name)

    def webhook(self) -> str:
        fields = {"url": text(self.form, "url"), "allow_private": "allow_private" in self.form}
        return self.renderer.webhooks.save(self.site.id, parse_webhook(fields), self.who.name)

    def test(self) -> None:
        """Queue a message that says nothing but that the webhook works."""
        message = self.renderer.webhooks.message(self.site.id, "test", self.site.name, {"sentence": "It works."})
        if message is not None:
            self.renderer.outbox.put_once(f"test {self.site.id} {secrets.token_hex(8)}", message)


def _choice(form: FormData) -> MailChoice:
    return parse(
        {
            "weekly": "weekly" in form,
            "weekday": number(text(form, "weekday")),
            "hour": number(text(form, "hour")),
            "language": text(form, "language"),
            "alerts": "alerts" in form,
            "mentions": "mentions" in form,
        }
    )


async def _send(request: Request, renderer: MailRenderer, site: Site, to: str) -> Response:
    lang = language_of(request)
    if not renderer.outbox.mail_is_set_up:
        return await renderer.answer(request, site, _Tried(fault=lang.text("No mail server is set up."), to=to))
    yesterday = today(site.zone) - timedelta(days=1)
    made = await renderer.reader.write(DigestAsked(site.id, yesterday, lang.code, to=to))
    try:
        await renderer.work.run(renderer.outbox.put, to, made.subject, made.text, made.html, "digest", site=site.id)
    except BadAddress:
        return await renderer.answer(request, site, _Tried(fault=lang.text("This is not a mail address."), to=to))
    return go(renderer.urls.mail(site.id, done="sent"))
