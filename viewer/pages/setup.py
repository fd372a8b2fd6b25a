"""The set-up of a site: the line to paste, the live check, refusals, domains."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.traffic import pages_of, site_traffic
from store.client import StoreError
from store.definitions import Conflict
from store.records import Site
from store.sites import rotate_key, snippet
from store.visitors import staff_marks
from viewer.auth import require
from viewer.lately import Lately, read_lately
from viewer.query import period, site_of, today

from .languages import Language
from .page import Page, doc
from .refusals import advice_of, refused_pages, words_of
from .serve import answer, frame_of, go, language_of, lines, signed_in, viewer_of
from .sites import SiteForm, state_of
from .taking import Fields, address_of, fields_of, takeable


@dataclass(frozen=True)
class Step:
    """One step of the live check; `now` is the one that is waited for."""

    words: str
    done: bool
    now: bool = False
    fact: str = ""
    hint: str = ""
    take: Fields = ()


@dataclass(frozen=True)
class RefusalRow:
    words: str
    count: str
    last: str
    example: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class SetupPage(Page):
    """Set-up and health of one site, `/sites/3`."""

    template = "setup.html"
    name: str = doc("Name of the site")
    state: str = doc("Receiving, quiet or waiting")
    state_more: str = doc("When the last view came")
    state_css: str = doc("Mark of the state")
    receiving: bool = doc("Whether any view was received")
    pages_href: str = doc("Address of its pages")
    snippet: str = doc("The line to paste")
    key: str = doc("Public key of the site")
    old_keys: list[str] = doc("Keys of before that still work, in sentences")
    rotate_action: str = doc("Where the form that changes the key posts to")
    rotated: bool = doc("Whether the key was just changed")
    tests_line: str = doc("How much came from pages on somebody's own machine, in a sentence")
    steps: list[Step] = doc("The live check")
    done: int = doc("How many steps are done: the page loads itself anew when it grows")
    health_href: str = doc("Where the live check asks")
    refusals: list[RefusalRow] = doc("What was refused, by reason")
    refused_line: str = doc("How much was refused, in a sentence")
    skipped_line: str = doc("How much of a newer script was skipped, in a sentence; empty: nothing")
    own_programs: str = doc("How much the owner's programs sent, in a sentence")
    aside: str = doc("How much the database would not take, in a sentence; empty: none")
    form: SiteForm = doc("Name and domains as stored or as typed")
    form_action: str = doc("Where the form posts to")
    saved: bool = doc("Whether the form was just saved")
    can_edit: bool = doc("Whether the person may change the site")
    take_action: str = doc("Where the form that takes a picture posts to")
    take_next: str = doc("Where to go on to when the picture is taken")


@require("viewer")
async def setup(request: Request) -> Response:
    """GET shows it."""
    site = await site_of(viewer_of(request), request)
    return await _show(request, site, SiteForm.of(site))


@require("editor")
async def save(request: Request) -> Response:
    """POST saves name and domains, or shows what is wrong with them."""
    viewer = viewer_of(request)
    site = await site_of(viewer, request)
    form = SiteForm.typed(await request.form())
    taken = {other.name for other in await viewer.run(viewer.definitions.find, Site) if other.id != site.id}
    problem = form.fault(language_of(request), taken)
    if problem:
        return await _show(request, site, replace(form, problem=problem), 422)
    try:
        marks = await viewer.run(staff_marks, viewer.definitions, int(site.id), lines(form.staff_ids))
        changed = msgspec.structs.replace(site, **form.fields(), staff_ids=marks, version=form.version)
        await viewer.run(viewer.definitions.put, changed, signed_in(request).name)
    except Conflict as error:
        words = language_of(request).text("Not saved; what you typed is still here.")
        return await _show(request, site, replace(form, problem=f"{words} {error}"), 409)
    except StoreError as error:
        return await _show(request, site, replace(form, problem=str(error)), 422)
    viewer.work.forget()
    return go(viewer.urls.site(site.id) + "?saved=1#site")


@require("editor")
async def rotate(request: Request) -> Response:
    """POST gives the site a new key; the one of before goes on working for a while."""
    viewer = viewer_of(request)
    site = await site_of(viewer, request)
    await viewer.run(rotate_key, viewer.definitions, site, signed_in(request).name)
    viewer.work.forget()
    return go(viewer.urls.site(site.id) + "?rotated=1")


def _old_keys(lang: Language, site: Site, intake: Any) -> list[str]:
    """Keys of before that still work, and whether pages use one."""
    now = time.time() * 1000
    words = [
        lang.text("%(key)s works until %(time)s.", key=old.key, time=lang.moment(old.until))
        for old in site.old_keys
        if old.until > now
    ]
    if words and intake is not None and intake.by_old_key:
        n = lang.number(intake.by_old_key)
        words.append(lang.text("%(n)s messages came with a key of before since Parcours started.", n=n))
    return words


async def _show(request: Request, site: Site, form: SiteForm, status: int = 200) -> Response:
    viewer, who = viewer_of(request), signed_in(request)
    frame = await frame_of(request, "setup", site)
    lang, (since, until), number = frame.lang, period({}), int(site.id)

    intake = viewer.intake(number) if viewer.intake else None

    def measure() -> tuple[Lately, Any, list[Any], list[Any]]:
        return (
            read_lately(viewer.store, number, intake.unsaved if intake else {}),
            site_traffic(viewer.store, number, today()),
            pages_of(viewer.store, number, since, until),
            viewer.snapshots.list(number),
        )

    lately, traffic, pages, pictures = await viewer.run(measure)
    state = state_of(lang, traffic, time.time() * 1000)
    busiest = next((row.page for row in pages if takeable(row.page)), "")
    take = fields_of((address_of(busiest, pictures), "")) if busiest and who.may("editor") else ()
    steps = _steps(lang, site, intake, lately, traffic, pictures, take)
    page = SetupPage(
        frame=frame,
        title=lang.text("Set-up of %(site)s", site=site.name),
        name=site.name,
        state=state.words,
        state_more=state.more,
        state_css=state.css,
        receiving=state.receiving,
        pages_href=viewer.urls.pages(site.id),
        snippet=snippet(viewer.settings.base_url, site),
        key=site.key,
        old_keys=_old_keys(lang, site, intake),
        rotate_action=viewer.urls.site(site.id) + "/rotate-key",
        rotated=request.query_params.get("rotated") == "1",
        tests_line=_tests_line(lang, intake),
        steps=steps,
        done=sum(step.done for step in steps),
        health_href=viewer.urls.api("sites", site.id, "health"),
        refusals=_refusals(lang, lately),
        refused_line=_refused_line(lang, lately),
        skipped_line=_skipped_line(lang, lately),
        aside=_aside(lang, intake),
        own_programs=_own_programs(lang, intake),
        form=form,
        form_action=viewer.urls.site(site.id) + "#site",
        saved=request.query_params.get("saved") == "1",
        can_edit=who.may("editor"),
        take_action=viewer.urls.take(site.id),
        take_next=viewer.urls.heatmap(site.id, page=busiest) if busiest else viewer.urls.pages(site.id),
    )
    return answer(request, page, status)


def _steps(
    lang: Language, site: Site, intake: Any, lately: Lately, traffic: Any, pictures: list[Any], take: Fields
) -> list[Step]:
    """Registered → message → view → picture; the first that is not done is waited for."""
    _ = lang.text
    viewed = bool(traffic.last_view_ms)
    taken = intake is not None and intake.accepted > intake.from_backend
    refused = refused_pages(lately) and not taken and not viewed
    heard = viewed or taken or refused
    start = f"{'http' if ':' in site.domains[0] else 'https'}://{site.domains[0].removeprefix('*.')}/"
    steps = [
        Step(_("The site is set up here"), True, fact=", ".join(site.domains[:3])),
        Step(
            _("A page with the line was opened"),
            bool(heard),
            hint=_("Paste the line, then open %(address)s. This list follows by itself.", address=start),
        ),
        Step(
            _("A first view is received"),
            viewed,
            fact=lang.moment(traffic.last_view_ms) if viewed else "",
            hint=_("What came so far was refused: see below why.")
            if refused
            else _("It is counted a second after the page was opened."),
        ),
        Step(
            _("The first picture is taken"),
            bool(pictures),
            fact=lang.moment(max(p.taken for p in pictures)) if pictures else "",
            hint=_("Parcours opens the page in its own browser and takes it at three widths."),
            take=take,
        ),
    ]
    current = next((i for i, step in enumerate(steps) if not step.done), None)
    return [replace(step, now=i == current) for i, step in enumerate(steps)]


def _refusals(lang: Language, lately: Lately) -> list[RefusalRow]:
    return [
        RefusalRow(
            words_of(lang, reason),
            lang.number(tally.count),
            lang.moment(tally.last_ms),
            tally.example,
            advice_of(lang, reason),
        )
        for reason, tally in lately.refused.items()
    ]


def _tests_line(lang: Language, intake: Any) -> str:
    if intake is None or not intake.of_tests:
        return ""
    return lang.text(
        "%(n)s messages are tests: their page was on somebody's own machine (localhost). They count on its own maps.",
        n=lang.number(intake.of_tests),
    )


def _refused_line(lang: Language, lately: Lately) -> str:
    share, refused = lately.refused_share, lately.refused_in_all
    if not share:
        return ""
    return lang.text(
        "%(n)s of %(all)s messages in the last 24 hours, %(share)s. Nothing is dropped without being counted here.",
        n=lang.number(refused),
        all=lang.number(refused + lately.accepted),
        share=lang.share(share, 1 if share >= 0.001 else 2),
    )


def _skipped_line(lang: Language, lately: Lately) -> str:
    if not lately.skipped.count:
        return ""
    words = lang.plural(
        "%(num)s message of a newer script held what this Parcours does not know yet; the rest of it is stored.",
        "%(num)s messages of a newer script held what this Parcours does not know yet; the rest of them is stored.",
        lately.skipped.count,
    )
    names = lang.text("Not known: %(names)s.", names=lately.skipped.example)
    return f"{words} {names}"


def _own_programs(lang: Language, intake: Any) -> str:
    if intake is None or not intake.from_backend:
        return ""
    return lang.plural(
        "%(num)s message of your own programs was taken since Parcours started.",
        "%(num)s messages of your own programs were taken since Parcours started.",
        intake.from_backend,
    )


def _aside(lang: Language, intake: Any) -> str:
    if intake is None or not intake.quarantined:
        return ""
    return lang.plural(
        "%(num)s message was received and could not be stored. It is kept on the server's disk.",
        "%(num)s messages were received and could not be stored. They are kept on the server's disk.",
        intake.quarantined,
    )
