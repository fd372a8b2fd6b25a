"""The forms of a site: a list of pages, and the fields of one page on its picture and in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.forms import FormField, FormFigures, FormSummary
from aggregator.measures.statistics import FEW
from rules.question import FORMS
from store.layouts import Layout
from viewer.http.parameters import choice
from viewer.http.urls import Urls
from viewer.overviews import DrawnForm, Overviews
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.map.durations import duration
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.form_fields import (
    MEASURES,
    FieldMeasure,
    FieldWords,
    completion_more,
    completion_words,
    field_words,
    measure_names,
    ranked,
    steps_of,
)
from viewer.pages.map.links import Links, address
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.picture import Box, DrawnPicture, box_of, drawn_picture
from viewer.pages.overview.bar import SiteBar, csv_link, site_bar
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Asked, Questions


@dataclass(frozen=True)
class FormLine:
    """The forms of one page in the list, as text."""

    name: str
    href: str
    width: str
    visitors: str
    began: str
    completion: str
    interval: str
    left: str
    time: str


@dataclass(frozen=True)
class FieldLine:
    """One field: its rank, name and figures, and its place on the picture; None if it is not on it."""

    rank: int
    name: str
    words: FieldWords
    box: Box | None


@dataclass(frozen=True)
class FormStep:
    """One bar of the way through the form."""

    label: str
    value: str
    share: str
    width: str


@dataclass(frozen=True, kw_only=True)
class FormsPage(Page):
    """The pages with forms, `/sites/3/forms`."""

    template = "overview/forms.html"
    docs = "reading-a-map#forms"
    days_line: str = doc("The days of the period")
    bar: SiteBar = doc("What is shown, and who is counted")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing else is shown")
    empty: Empty | None = doc("What to show without forms")
    lines: tuple[FormLine, ...] = doc("One line for each page")
    csv: str = doc("The list as a file")


@dataclass(frozen=True, kw_only=True)
class FormPage(Page):
    """The fields of a page, `/sites/3/forms?page=shop.example/checkout`."""

    template = "overview/form.html"
    docs = "reading-a-map#forms"
    name: str = doc("Name of the page")
    all_href: str = doc("All pages with forms")
    map_href: str = doc("The map of the page")
    bar: SiteBar = doc("What is shown, and who is counted")
    measures: tuple[Choice, ...] = doc("What colours and ranks the fields")
    empty: Empty | None = doc("What to show when nobody used a field")
    picture: DrawnPicture | None = doc("The picture of the page; None without one")
    fields: tuple[FieldLine, ...] = doc("The fields, ranked")
    steps: tuple[FormStep, ...] = doc("Who viewed, began and submitted")
    completion: str = doc("The share who submitted, of those who began")
    completion_more: str = doc("Its interval, and the time of the median visitor")
    left: str = doc("How many began and left")
    csv: str = doc("The fields as a file")


async def show(
    request: Request, *, questions: Questions, frames: Frames, urls: Urls, overviews: Overviews, bars: WhoBars
) -> Response:
    asked = await questions.read(request, FORMS)
    measure = choice(request.query_params, "measure", MEASURES, MEASURES[0])
    frame = await frames.of(request, "overview", asked.site)
    setting = FormsSetting(frame, urls, asked, measure)
    who = await bars.of(frame.lang, setting.links, asked)
    if asked.faults or not asked.question.page:
        found = () if asked.faults else await overviews.forms(asked.question)
        return answer(request, list_of(setting, who, found), asked.status)
    form = await overviews.form(asked.question, asked.known)
    return answer(request, form_page(setting, who, form))


@dataclass(frozen=True)
class FormsSetting:
    """What all parts of the pages need. `measure`: colours and ranks the fields."""

    frame: Frame
    urls: Urls
    asked: Asked
    measure: FieldMeasure

    @property
    def lang(self) -> Language:
        return self.frame.lang

    @property
    def action(self) -> str:
        return self.urls.forms(self.asked.site.id)

    @property
    def links(self) -> Links:
        return self.measured(self.measure)

    def measured(self, measure: FieldMeasure) -> Links:
        extra = (("measure", measure),) if measure != MEASURES[0] else ()
        return Links(self.action, self.asked.question, extra=extra)

    def page_name(self, page: str) -> str:
        return name_of(page, page_names(list(self.asked.known.snapshots)))


def list_of(setting: FormsSetting, who: WhoBar, found: Sequence[FormSummary]) -> FormsPage:
    """The list of pages with forms."""
    lang, asked = setting.lang, setting.asked
    since, until = asked.question.period.span(asked.today)
    most = max((one.began for one in found), default=1)
    faults = fault_list(lang, asked.faults, setting.links)
    nobody = Empty(
        lang.text("No form was used"),
        (lang.text("A form appears here as soon as a visitor has the cursor in one of its fields."),),
    )
    return FormsPage(
        frame=setting.frame,
        title=lang.text("Forms"),
        days_line=lang.text("%(since)s to %(until)s", since=lang.day(since), until=lang.day(until)),
        bar=site_bar(lang, setting.urls, asked, setting.links, "forms", who),
        faults=faults,
        empty=None if faults or found else nobody,
        lines=tuple(_form_line(setting, one, one.began / most) for one in found),
        csv=csv_link(setting.urls, asked, "forms", FORMS),
    )


def _form_line(setting: FormsSetting, one: FormSummary, width: float) -> FormLine:
    lang, few = setting.lang, one.began < FEW
    return FormLine(
        name=setting.page_name(one.page),
        href=address(setting.action, {"page": one.page, **setting.asked.question.query("page")}),
        width=f"{100 * width:.1f}%",
        visitors=lang.number(one.visitors),
        began=lang.number(one.began),
        completion=lang.text("few") if few else lang.share(one.completion.share),
        interval="" if few else lang.between(one.completion.low, one.completion.high),
        left=lang.number(one.left),
        time=lang.text("few") if few else duration(lang, one.median_ms),
    )


def form_page(setting: FormsSetting, who: WhoBar, drawn: DrawnForm) -> FormPage:
    """The fields of one page. A form that fewer than 20 visitors began has no colours and no shares."""
    lang, urls, asked = setting.lang, setting.urls, setting.asked
    form, layout = drawn.figures, drawn.layout
    names, goals = measure_names(lang), {goal.id: goal.name for goal in asked.known.goals}
    return FormPage(
        frame=setting.frame,
        title=lang.text("Form: %(name)s", name=setting.page_name(asked.question.page)),
        name=setting.page_name(asked.question.page),
        all_href=address(setting.action, asked.question.query("page", "width")),
        map_href=_map_href(setting),
        bar=site_bar(lang, urls, asked, setting.links, "forms", who),
        measures=tuple(Choice(names[one], setting.measured(one).to(), one == setting.measure) for one in MEASURES),
        empty=None if form.fields else Empty(lang.text("Nobody used a field of this page")),
        picture=drawn_picture(urls, asked.site.id, form.snapshot, drawn.strips, None) if form.snapshot else None,
        fields=tuple(
            FieldLine(rank, one.name, field_words(lang, form, one, setting.measure), _box(layout, one))
            for rank, one in enumerate(ranked(form.fields, setting.measure), 1)
        ),
        steps=_steps(lang, form, goals.get(asked.question.goal, "")),
        completion=completion_words(lang, form),
        completion_more=completion_more(lang, form),
        left=lang.number(form.left),
        csv=csv_link(urls, asked, "forms", FORMS),
    )


def _map_href(setting: FormsSetting) -> str:
    """The same fields as a layer of the map of the page."""
    chosen = {"measure": setting.measure} if setting.measure != MEASURES[0] else {}
    asked = replace(setting.asked.question, layer="forms").query()
    return address(setting.urls.heatmap(setting.asked.site.id), asked | chosen)


def _box(layout: Layout | None, one: FormField) -> Box | None:
    if layout is None or one.index < 0 or not layout.visible[one.index]:
        return None
    i = one.index
    return box_of(
        float(layout.x[i]), float(layout.y[i]), float(layout.w[i]), float(layout.h[i]), layout.width, layout.height
    )


def _steps(lang: Language, form: FormFigures, goal: str) -> tuple[FormStep, ...]:
    """The steps on one scale."""
    of = max(1, form.visitors)
    return tuple(
        FormStep(label, lang.number(n), lang.share(n / of) if step else "", f"{100 * n / of:.1f}%")
        for step, (label, n) in enumerate(steps_of(lang, form, goal))
    )
