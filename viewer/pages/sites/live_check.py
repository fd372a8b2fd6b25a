"""The live check of a site's set-up in words: its steps, the first that fails, and the one remedy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from markupsafe import Markup

from store.hosts import readable_host
from store.records import Site
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.pictures.fields import Fields
from viewer.pages.sites.platforms import inline
from viewer.pages.sites.remedies import Remedy, remedy_of
from viewer.site_check.diagnosis import STEPS, UNREAD, WAITING, CheckFinding
from viewer.site_check.reading import PageReading

IN_PROGRESS = (UNREAD, WAITING, "storing")


@dataclass(frozen=True)
class LiveStep:
    """One step of the check. `state`: done, now (in progress), bad (fails), warn (distorts data), later."""

    words: str
    state: str = "later"
    fact: str = ""
    hint: Markup = Markup()
    remedy: Remedy | None = None
    take: Fields = ()

    @property
    def mark(self) -> str:
        """The sign before it; "" for the number of the step."""
        return {"done": "✓", "bad": "✗", "warn": "!"}.get(self.state, "")


@dataclass(frozen=True)
class LiveCheck:
    """`said`: what a screen reader speaks when it changes. `arrived`: whether views are received."""

    steps: tuple[LiveStep, ...]
    said: str
    code: str  # of the finding (viewer/site_check/diagnosis.py)
    arrived: bool
    finished: bool  # nothing is left to wait for
    page_href: str  # the page that is read
    poll_href: str  # where the state of the check is asked for
    read: str = ""  # when the page was read
    accept: str = ""  # where the form that accepts a domain posts to; "" if the person may not


@dataclass(frozen=True)
class Seen:
    """What the words are made of. `page`: the address that is read; `take`: the picture to take next."""

    site: Site
    base: str
    finding: CheckFinding
    reading: PageReading | None
    page: str
    first_view: str  # when the last view came, in words; "" for none
    picture: str  # when the last picture was taken, in words
    take: Fields
    can_edit: bool


def live_steps(lang: Language, urls: Urls, seen: Seen) -> tuple[LiveStep, ...]:
    """The page answers → the line is on it → nothing blocks it → a view is received → a picture is taken."""
    _, finding, reading = lang.text, seen.finding, seen.reading
    host = readable_host(urlsplit(seen.page).netloc)
    names = {
        "answers": _("%(host)s answers", host=host),
        "line": _("The line is on the page"),
        "allowed": _("Nothing on the page blocks it"),
        "view": _("A view is received"),
    }
    facts = {"answers": "", "line": "", "allowed": "", "view": seen.first_view}
    if reading is not None and reading.status:
        facts["answers"] = _("%(status)s, in %(span)s", status=reading.status, span=lang.span(max(reading.ms, 100)))
    if reading is not None and any(line.key == seen.site.key for line in reading.html.lines):
        facts["line"] = _("key %(key)s", key=seen.site.key)
    at = STEPS.index(finding.step) if finding.step else len(STEPS)
    steps: list[LiveStep] = []
    for n, step in enumerate(STEPS):
        if n < at:
            steps.append(LiveStep(names[step], "done", facts[step]))
        elif n > at:
            steps.append(LiveStep(names[step]))
        elif finding.code in IN_PROGRESS:
            steps.append(LiveStep(names[step], "now", hint=inline(_hint(lang, seen))))
        else:
            remedy = remedy_of(lang, urls, seen.site, seen.base, finding, seen.page)
            steps.append(
                LiveStep(remedy.heading, "warn" if finding.warns else "bad", facts[step], remedy=_allowed(seen, remedy))
            )
    taken = LiveStep(_("The first picture is taken"), "done" if seen.picture else "later", seen.picture)
    if not seen.picture and at == len(STEPS):
        hint = _("Parcours opens the page in its own browser and takes pictures at three widths.")
        taken = replace(taken, state="now", hint=inline(hint), take=seen.take)
    return (*steps, taken)


def said(lang: Language, steps: tuple[LiveStep, ...]) -> str:
    """One sentence about where the check stands."""
    current = next((step for step in steps if step.state in ("bad", "warn", "now")), None)
    if current is None or current is steps[-1]:
        return lang.text("It works: a view is received.")
    if current.state == "now":
        return lang.text("Waiting: %(step)s", step=current.words)
    return current.words


def _hint(lang: Language, seen: Seen) -> str:
    _, finding = lang.text, seen.finding
    if finding.code == UNREAD:
        return _("The page is being read.")
    if finding.code == "storing":
        return lang.plural(
            "%(num)s message has arrived and is being stored, which takes a few seconds.",
            "%(num)s messages have arrived and are being stored, which takes a few seconds.",
            finding.count,
        )
    words = _("Open the page and stay on it for a moment. A view is counted one second after the page opens.")
    if seen.reading is not None and seen.reading.html.tag_manager and not seen.reading.html.lines:
        words += " " + _(
            "The line is not in the HTML of the page, which loads a tag manager: what that adds is only seen in a "
            "browser."
        )
    if finding.names == ("unknown",):
        words += " " + _(
            "Other processes collect the views of this site, so this page cannot tell whether a browser asked for the "
            "script; what they refuse is known here after a minute."
        )
    return words


def _allowed(seen: Seen, remedy: Remedy) -> Remedy:
    """Without the form that the person may not use."""
    return remedy if seen.can_edit else replace(remedy, accept="")
