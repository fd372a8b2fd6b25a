"""The rows of the list of journeys: what each map looks like, its state, for whom it is, and when it is reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aggregator.answers.journey import JourneyMap
from rules.journey_state import MapState, map_state
from rules.journey_template import template_kind
from store.journeys import Journey, MapKind
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.journey.picture import MapPicture, map_picture
from viewer.pages.journey.worst import WorstFigure, worst_figure

NEVER = "9999"  # sorts after every day


@dataclass(frozen=True)
class RowFigures:
    """What was measured of a map, as text. `worst`: None if nothing is measured."""

    visitors: str
    worst: WorstFigure | None


@dataclass(frozen=True)
class JourneyRow:
    """`about`: its kind, and of a future state the map that it is based on. `figures`: None if they were not computed
    in time; then they are requested from `figures_href`. `has_future`: a future state can be made of it. `actions`:
    links of its menu; `small`: the name of the file that one downloads."""

    id: str
    name: str
    href: str
    about: str
    picture: MapPicture
    state: MapState
    personas: str
    figures: RowFigures | None
    figures_href: str
    review: str
    review_small: str
    has_future: bool
    actions: tuple[Choice, ...]


def row_figures(lang: Language, journey: Journey, figures: JourneyMap) -> RowFigures:
    return RowFigures(lang.number(figures.visitors), worst_figure(lang, journey, figures))


@dataclass(frozen=True)
class RowMaker:
    """Makes the rows of one page. `names`: of all journeys, by id. `query`: of the period, which links keep."""

    lang: Language
    urls: Urls
    site: str
    today: date
    names: dict[str, str]
    query: dict[str, str]
    may_edit: bool

    def row(self, journey: Journey, figures: JourneyMap | None) -> JourneyRow:
        lang, urls = self.lang, self.urls
        review, small = self._review(journey)
        return JourneyRow(
            id=journey.id,
            name=journey.name,
            href=urls.journey(self.site, journey.id, **self.query),
            about=self._about(journey),
            picture=map_picture(journey),
            state=map_state(journey, self.today),
            personas=", ".join(one.name for one in journey.personas) or lang.text("Everyone"),
            figures=row_figures(lang, journey, figures) if figures else None,
            figures_href=urls.journey_figures(self.site, journey.id, **self.query),
            review=review,
            review_small=small,
            has_future=journey.kind == "current",
            actions=self._actions(journey),
        )

    def _about(self, journey: Journey) -> str:
        kind = kind_name(self.lang, journey.kind)
        base = self.names.get(journey.based_on, "") if journey.kind == "future" else ""
        return self.lang.text("%(kind)s of %(name)s", kind=kind, name=base) if base else kind

    def _review(self, journey: Journey) -> tuple[str, str]:
        lang = self.lang
        if journey.review_on:
            late = (self.today - date.fromisoformat(journey.review_on)).days
            if late > 0:
                small = lang.plural("%(num)s day late", "%(num)s days late", late)
            else:
                small = lang.text("due today") if late == 0 else self._changes(journey)
            return lang.day(journey.review_on), small
        return lang.text("no date yet"), self._assumed(journey)

    def _changes(self, journey: Journey) -> str:
        if journey.kind != "future" or not journey.opportunities:
            return ""
        tested = sum(one.state in ("testing", "shipped") for one in journey.opportunities)
        return self.lang.plural(
            "%(tested)s of %(num)s change tested",
            "%(tested)s of %(num)s changes tested",
            len(journey.opportunities),
            tested=self.lang.number(tested),
        )

    def _assumed(self, journey: Journey) -> str:
        cells = [cell for cell in journey.cells if cell.text or cell.mood is not None]
        if not cells:
            return ""
        assumed = sum(cell.evidence == "assumed" for cell in cells)
        return self.lang.plural(
            "%(assumed)s of %(num)s cell assumed",
            "%(assumed)s of %(num)s cells assumed",
            len(cells),
            assumed=self.lang.number(assumed),
        )

    def _actions(self, journey: Journey) -> tuple[Choice, ...]:
        lang, urls = self.lang, self.urls
        _ = lang.text
        edit = [Choice(_("Edit"), urls.journey(self.site, journey.id, edit=1))] if self.may_edit else []
        file = urls.api("sites", self.site, "journeys", journey.id)
        figures = urls.api("sites", self.site, "journeys", journey.id, "map.csv", **self.query, names=lang.code)
        return (
            *edit,
            Choice(_("Revisions"), urls.revisions(self.site, journey.id)),
            Choice(_("Export as JSON"), file, small=f"{journey.id}.json"),
            Choice(_("Figures as CSV"), figures, small=f"{journey.id}.csv"),
        )


def kind_name(lang: Language, kind: MapKind) -> str:
    """`Current state`."""
    return lang.words(template_kind(kind).name)


def short_kind_name(lang: Language, kind: MapKind) -> str:
    """As a choice among all kinds: `Blueprint`."""
    short = {"blueprint": lang.text("Blueprint"), "buyer": lang.text("Buyer’s")}
    return short.get(kind) or kind_name(lang, kind)
