"""What needs attention first: elements that frustrate visitors, experiments to decide, data that does not arrive,
journeys to review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.answers.experiment_result import ExperimentResult
from aggregator.measures.changed import PageChange
from aggregator.measures.trouble_since import TroubleSince
from aggregator.shapes.troubles import ClickError, ElementTrouble
from store.journeys import Journey
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.links import address
from viewer.pages.overview.view import OverviewView

SHOWN = 3


@dataclass(frozen=True)
class SiteNeed:
    """One thing that needs attention: where, what happens, and where the evidence is. `thumb`: "" without a picture."""

    place: str
    words: str
    thumb: str
    links: tuple[Choice, ...]
    facts: tuple[tuple[str, str, str], ...]  # label, value, "bad" or ""


@dataclass(frozen=True)
class SiteNeeds:
    """At most three needs. `others`: the places of the rest, in one line."""

    shown: tuple[SiteNeed, ...]
    others: str


@dataclass(frozen=True)
class FoundNeeds:
    """What was found: elements with the day from which on they frustrate, results of experiments with their names,
    words about data that does not arrive, journeys whose review is due, and pages that have changed since their
    picture."""

    troubles: Sequence[ElementTrouble] = ()
    since: Mapping[tuple[str, int], TroubleSince] = field(default_factory=dict)
    element_names: Mapping[tuple[str, int], str] | None = None
    experiments: Sequence[tuple[str, ExperimentResult]] = ()
    quiet: str = ""
    reviews: Sequence[Journey] = ()
    outdated: Mapping[str, PageChange] = field(default_factory=dict)


def needs_of(lang: Language, urls: Urls, view: OverviewView, found: FoundNeeds) -> SiteNeeds:
    """No data and broken experiments first: they make the other figures wrong. Then elements, by the visitors hurt;
    then outdated pictures, experiments that have enough visitors, and journeys to review."""
    names = found.element_names or {}
    broken = [one for one in found.experiments if one[1].state == "broken"]
    enough = [one for one in found.experiments if one[1].state == "enough"]
    needs = [
        *([_quiet(lang, urls, view, found.quiet)] if found.quiet else []),
        *(_experiment(lang, urls, view, *one) for one in broken),
        *(
            _element(lang, urls, view, one, names.get((one.page, one.key), ""), found.since.get((one.page, one.key)))
            for one in found.troubles
        ),
        *(_outdated(lang, urls, view, *one) for one in found.outdated.items()),
        *(_experiment(lang, urls, view, *one) for one in enough),
        *(_review(lang, urls, view, one) for one in found.reviews),
    ]
    others = [one.place for one in needs[SHOWN:]]
    line = lang.plural("%(num)s more: %(places)s", "%(num)s more: %(places)s", len(others),
                       places=", ".join(dict.fromkeys(others[:5])))  # fmt: skip
    return SiteNeeds(tuple(needs[:SHOWN]), line if others else "")


def _quiet(lang: Language, urls: Urls, view: OverviewView, words: str) -> SiteNeed:
    links = (Choice(lang.text("See the live check"), urls.site(view.site)),)
    return SiteNeed(lang.text("No data arrives"), words, "", links, ())


def _experiment(lang: Language, urls: Urls, view: OverviewView, name: str, result: ExperimentResult) -> SiteNeed:
    _, visitors = lang.text, sum(result.exposed.values())
    if result.state == "broken":
        words = _("The split of this experiment is broken: its result does not count.")
    else:
        words = _("This experiment has enough visitors: its result can be read.")
    return SiteNeed(
        _("Experiment %(name)s", name=name),
        words,
        "",
        (Choice(_("See the experiment"), urls.experiment(view.site, result.experiment)),),
        ((_("Visitors"), lang.number(visitors), ""),),
    )


def _outdated(lang: Language, urls: Urls, view: OverviewView, page: str, change: PageChange) -> SiteNeed:
    """A page that has changed since its picture, so that its maps lack elements."""
    _ = lang.text
    return SiteNeed(
        view.name(lang, "saw", page),
        _(
            "The page has changed since its picture was taken. Since %(since)s, %(share)s of the clicks are on "
            "elements that the picture does not have; before, %(before)s.",
            since=lang.day(change.since),
            share=lang.share(change.share, 0),
            before=lang.share(change.share_before, 0),
        ),
        urls.thumb(view.site, page, **view.question.period.query()),
        (
            Choice(_("Retake picture"), urls.picture_history(view.site, page=page)),
            Choice(_("See the map"), address(urls.heatmap(view.site), view.question.query("goal") | {"page": page})),
        ),
        (
            (_("Clicks since"), lang.number(change.points), ""),
            (_("Not on the picture"), lang.share(change.share, 0), "bad"),
        ),
    )


def _review(lang: Language, urls: Urls, view: OverviewView, journey: Journey) -> SiteNeed:
    _ = lang.text
    return SiteNeed(
        _("Journey %(name)s", name=journey.name),
        _("The review of this map is due since %(day)s.", day=lang.day(journey.review_on)),
        "",
        (Choice(_("See the journey"), urls.journey(view.site, journey.id)),),
        (),
    )


def trouble_words(lang: Language, one: ElementTrouble, name: str, since: TroubleSince | None) -> str:
    """The worst trouble of an element in a sentence. Since the day on which it began, the share is that from then on.

    >>> from viewer.pages.frame.languages import language
    >>> one = ElementTrouble("shop.example/basket", 7, clickers=402, dead=398, rage=0, failed=0)
    >>> trouble_words(language("en"), one, "Apply code", None)
    '“Apply code” does nothing for 99% of those who press it.'
    """
    _, n = lang.text, getattr(one, one.worst_kind)
    values = {"element": name or _("An element"), "share": lang.share(since.after if since else n / one.clickers, 0)}
    if since is None:
        return {
            "failed": _("“%(element)s” leads to an error for %(share)s of those who press it.", **values),
            "dead": _("“%(element)s” does nothing for %(share)s of those who press it.", **values),
            "rage": _("“%(element)s” is pressed again and again by %(share)s of those who press it.", **values),
        }[one.worst_kind]
    values |= {"day": lang.day(since.day), "before": lang.share(since.before, 0)}
    return {
        "failed": _(
            "“%(element)s” has led to an error for %(share)s of those who press it since %(day)s; before, for "
            "%(before)s.",
            **values,
        ),
        "dead": _(
            "“%(element)s” has done nothing for %(share)s of those who press it since %(day)s; before, for %(before)s.",
            **values,
        ),
        "rage": _(
            "“%(element)s” has been pressed again and again by %(share)s of those who press it since %(day)s; before, "
            "by %(before)s.",
            **values,
        ),
    }[one.worst_kind]


def _element(
    lang: Language, urls: Urls, view: OverviewView, one: ElementTrouble, name: str, since: TroubleSince | None
) -> SiteNeed:
    """The worst trouble of an element, and the error that follows clicks on it."""
    _, words = lang.text, trouble_words(lang, one, name, since)
    sentences = [words, *([_error(lang, one, one.errors[0])] if one.errors else [])]
    query = view.question.query("goal") | {"page": one.page}
    place = view.name(lang, "saw", one.page)
    return SiteNeed(
        place,
        " ".join(sentences),
        urls.thumb(view.site, one.page, **view.question.period.query()) if one.page in view.page_names else "",
        (Choice(_("See the map"), address(urls.heatmap(view.site), query)),),
        (
            (_("Affected"), lang.number(one.worst), "bad"),
            (_("Pressed it"), lang.number(one.clickers), ""),
        ),
    )


def _error(lang: Language, one: ElementTrouble, error: ClickError) -> str:
    values = {
        "hash": error.hash,
        "file": error.file,
        "share": lang.share(error.visitors / one.clickers, 0),
        "day": lang.moment(error.first_ms),
    }
    return lang.text("The error %(hash)s in %(file)s follows for %(share)s, first on %(day)s.", **values)
