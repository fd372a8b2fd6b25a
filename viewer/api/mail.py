"""Mail of a site: the digest, the outbox, and what was sent."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from rules.faults import Faults, InvalidDefinition, fault
from rules.period import today
from store.records import Site
from viewer.api.entry import Entry, JsonBody, answer, body, iso
from viewer.api.query_schemas import one_of
from viewer.digests import DigestAsked, Digests
from viewer.http.errors import Problem
from viewer.http.parameters import choice
from viewer.mail.address import BadAddress
from viewer.mail.outbox import MailNotSetUp, Outbox
from viewer.registry import Registry
from viewer.subscriptions import Subscriptions
from viewer.work import Work

LANGUAGES = ("en", "fr")


class DigestRequest(Struct, frozen=True):
    """Where a digest goes, in which language; `until`: its last day, by default yesterday."""

    to: str
    language: str = "en"
    until: str = ""


async def show_mail(
    request: Request, *, registry: Registry, outbox: Outbox, subscriptions: Subscriptions, work: Work
) -> Response:
    site = await registry.site(request)
    state = await work.run(outbox.state, site.id)
    readers = await work.run(subscriptions.subscribers, site.id)
    sent = await work.run(outbox.sent, site.id)
    return answer(
        {
            "set_up": outbox.mail_is_set_up,
            "waiting": state.waiting,
            "since": iso(state.since),
            "tries": state.tries,
            "next_try": iso(state.next_try),
            "problem": state.problem,
            "reply": state.reply,
            "given_up": [
                {"channel": one.channel, "to": one.to, "about": one.about, "problem": one.problem, "reply": one.reply}
                for one in state.given_up
            ],
            "subscriptions": [
                {
                    "user": one.user.id,
                    "address": one.address,
                    "confirmed": one.confirmed,
                    "weekly": one.wanted.weekly,
                    "weekday": one.wanted.weekday,
                    "hour": one.wanted.hour,
                    "language": one.language or "en",
                    "alerts": one.wanted.alerts,
                }
                for one in readers
            ],
            "sent": [
                {"id": one.id, "channel": one.channel, "to": one.to, "about": one.about, "time": iso(one.time)}
                for one in sent
            ],
        }
    )


async def show_digest(request: Request, *, registry: Registry, digests: Digests) -> Response:
    query, site = request.query_params, await registry.site(request)
    language = choice(query, "language", LANGUAGES, "en")
    made = await digests.write(DigestAsked(site.id, _last_day(query.get("until", ""), site), language))
    return answer({"subject": made.subject, "digest": made.plain, "text": made.text, "html": made.html})


async def send_digest(
    request: Request, *, registry: Registry, digests: Digests, outbox: Outbox, work: Work
) -> Response:
    site, asked = await registry.site(request), await body(request, DigestRequest)
    if asked.language not in LANGUAGES:
        allowed = ", ".join(LANGUAGES)
        raise InvalidDefinition(Faults((fault("language", "choice", value=asked.language[:80], allowed=allowed),)))
    made = await digests.write(DigestAsked(site.id, _last_day(asked.until, site), asked.language, to=asked.to))
    try:
        id = await work.run(outbox.put, asked.to, made.subject, made.text, made.html, "digest", site=site.id)
    except BadAddress:
        raise InvalidDefinition(Faults((fault("to", "mail_address", value=asked.to[:80]),))) from None
    except MailNotSetUp as error:
        raise Problem(409, "no_mail", str(error), "See docs/mail.md.") from None
    return answer({"id": id, "subject": made.subject, "to": asked.to}, 202)


def _last_day(text: str, site: Site) -> date:
    """The last day of a digest; a day that has not ended is no whole day. InvalidDefinition, of the field `until`."""
    yesterday = today(site.zone) - timedelta(days=1)
    try:
        until = date.fromisoformat(text) if text else yesterday
    except ValueError:
        raise InvalidDefinition(Faults((fault("until", "day", value=text[:80]),))) from None
    if until > yesterday or until.year < 2000:
        raise InvalidDefinition(Faults((fault("until", "digest_day", value=text),)))
    return until


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/mail",
        show_mail,
        "editor",
        "The outbox of a site: what waits and what was given up, who asked for which mail, and what was sent last.",
    ),
    Entry(
        "GET",
        "/sites/{site}/digest",
        show_digest,
        "viewer",
        "The digest of seven days as sentences and figures, as text and as HTML. Query: until (the last day), language "
        "(en, fr).",
        query=("until", "language"),
        schemas={"language": one_of(*LANGUAGES)},
    ),
    Entry(
        "POST",
        "/sites/{site}/digest",
        send_digest,
        "editor",
        "Mail the digest: to (an address); optional language (en, fr), until.",
        body=JsonBody(DigestRequest),
        statuses=(202,),
    ),
)
