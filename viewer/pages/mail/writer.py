"""Reads and writes the digest of a site."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from rules.other_set import before
from rules.period import today
from rules.question import SITE, Question
from rules.resolve import Known
from store.client import Store
from viewer.counts_only import refused
from viewer.digests import DigestAsked, DigestMessage
from viewer.http.urls import Urls
from viewer.overviews import Overviews, wanted_of
from viewer.pages.frame.languages import Language, language
from viewer.pages.mail.digest import Digest, DigestFooter, digest_of, html_of, text_of
from viewer.pages.mail.feedback import DigestAnswers, answers_words, notes_words
from viewer.pages.mail.received import read_received
from viewer.pages.overview.needs import needs_of
from viewer.pages.overview.needs_reader import NeedsReader
from viewer.pages.overview.view import view_of
from viewer.questions import Questions
from viewer.remarks import NoteReader
from viewer.surveys import SurveyReader
from viewer.work import Work

WEEK = 7  # days


@dataclass(frozen=True)
class DigestReader:
    """The parts that a digest is read from."""

    store: Store
    questions: Questions
    overviews: Overviews
    needs: NeedsReader
    urls: Urls
    work: Work
    surveys: SurveyReader
    notes: NoteReader

    async def of(self, name: str, lang: Language, until: date | None = None) -> Digest:
        """The digest of the seven days to `until`, by default yesterday, of the site with this id or name."""
        known = await self.questions.known_site(name)
        site = known.site
        if site.counts_only:
            raise refused("counts_rows")
        lang = replace(lang, zone=site.zone)
        until = until or today(site.zone) - timedelta(days=1)
        days = {"since": (until - timedelta(days=WEEK - 1)).isoformat(), "until": until.isoformat()}
        asked = await self.questions.resolve(known, days, SITE)
        question = asked.checked()
        view = view_of(self.urls.overview(site.id), site.id, question, known, {})
        found = await self.overviews.of(question, wanted_of(known, question, view.listing), exact=True)
        needs = needs_of(lang, self.urls, view, await self.needs.of(lang, asked))
        received = await self.work.heavy(read_received, self.store, site, found.since, found.until)
        digest = digest_of(lang, self.urls, view, site.name, found, needs, received)
        (begin, _), (_, end) = site.zone.spans(found.since, found.since)[0], site.zone.spans(until, until)[-1]
        notes = notes_words(lang, await self.notes.of_site(site), begin, end)
        return replace(digest, answers=tuple(await self._answers(lang, known, question)), notes=notes)

    async def _answers(self, lang: Language, known: Known, question: Question) -> list[DigestAnswers]:
        """The surveys that were answered."""
        week_before = replace(question, period=before(question.period, today(known.site.zone)))
        found = []
        for survey in known.surveys:
            if survey.state == "draft":
                continue
            report = await self.surveys.report(question, survey, week_before)
            if words := answers_words(lang, survey, report):
                found.append(DigestAnswers(words, self.urls.absolute(self.urls.survey(known.site.id, survey.id))))
        return found

    async def write(self, asked: DigestAsked) -> DigestMessage:
        """The digest as a message."""
        lang = language(asked.language or "en")
        digest = await self.of(asked.site, lang, asked.until)
        footer = DigestFooter(_because(lang, asked), asked.stop)
        return DigestMessage(
            digest.subject, text_of(lang, digest, footer), html_of(lang, digest, footer), digest.plain()
        )


def _because(lang: Language, asked: DigestAsked) -> str:
    if not asked.to:
        return ""
    if not asked.stop:
        return lang.text("Sent to %(mail)s because somebody who sees this site sent it there.", mail=asked.to)
    return lang.text("Sent to %(mail)s because you asked for it.", mail=asked.to)
