"""Experiments of a site: the list, and the form that makes and changes one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from store.client import StoreError
from store.definitions import Conflict
from store.records import Experiment, Site, Variant
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.pages.frame.frames import Frames, answer, go, lines
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.registry import Registry


@dataclass(frozen=True)
class ExperimentRow:
    name: str
    href: str
    edit: str
    pages: tuple[str, ...]
    variants: str
    days: str
    planned: str


@dataclass(frozen=True, kw_only=True)
class ExperimentsPage(Page):
    """Experiments of a site, `/sites/3/experiments`."""

    template = "experiments/index.html"
    experiments: list[ExperimentRow] = doc("A row an experiment")
    new_href: str = doc("Address of the form for a new one")
    can_edit: bool = doc("Whether the person may make and change experiments")


@dataclass(frozen=True)
class ExperimentForm:
    """What was typed about an experiment."""

    id: str = ""
    name: str = ""
    pages: str = ""
    variants: tuple[Variant, ...] = (Variant("a", "A"), Variant("b", "B"))
    planned: int = 0
    started: str = ""
    ended: str = ""
    version: int = 0
    problem: str = ""

    @classmethod
    def of(cls, e: Experiment) -> ExperimentForm:
        return cls(e.id, e.name, "\n".join(e.pages), e.variants, e.planned, e.started, e.ended, e.version)

    @classmethod
    def typed(cls, form: Any, stored: Experiment | None) -> ExperimentForm:
        """What the form holds; shares of variants, which it does not show, stay as stored."""
        shares = {v.key: v.share for v in stored.variants} if stored else {}
        columns = [[str(v).strip() for v in form.getlist(f"variant_{name}")] for name in ("key", "name", "url")]
        usual = 1 / max(1, len(columns[0]))
        variants = tuple(
            Variant(key, name, shares.get(key, usual), url) for key, name, url in zip(*columns, strict=False)
        )

        def typed(name: str) -> str:
            return str(form.get(name, "")).strip()

        def number(name: str) -> int:
            return int(typed(name)) if typed(name).isdigit() else 0

        return cls(typed("id"), typed("name"), str(form.get("pages", "")), variants, number("planned"),
                   typed("started"), typed("ended"), number("version"))  # fmt: skip

    def fault(self, lang: Language) -> str:
        """What is wrong with it, in words; empty when nothing is."""
        _ = lang.text
        if not self.name or not lines(self.pages):
            return _("An experiment needs a name and at least one page pattern.")
        if len({v.key for v in self.variants}) < len(self.variants):
            return _("The variants need different keys.")
        if self.started and self.ended and self.ended < self.started:
            return _("The last day must not be before the first.")
        return ""

    def record(self, site: Site) -> Experiment:
        return Experiment(
            id=self.id, version=self.version, site=site.id, name=self.name, pages=lines(self.pages),
            variants=self.variants, planned=self.planned, started=self.started, ended=self.ended,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ExperimentFormPage(Page):
    """A new or changed experiment, `/sites/3/experiments/new`."""

    template = "experiments/form.html"
    form: ExperimentForm = doc("What was typed so far, and what is wrong with it")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where to go without saving")
    matching_href: str = doc("Where the tester of patterns asks")


def days_line(lang: Language, experiment: Experiment) -> str:
    """`26 October – 22 November`, `since 26 October`, empty when not said."""
    if experiment.started and experiment.ended:
        return f"{lang.day(experiment.started)} – {lang.day(experiment.ended)}"
    return lang.text("since %(day)s", day=lang.day(experiment.started)) if experiment.started else ""


async def index(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET lists them."""
    who = signed_in(request)
    site = await registry.site(request)
    frame = await frames.of(request, "experiments", site)
    lang = frame.lang
    rows = [
        ExperimentRow(
            name=e.name,
            href=urls.experiment(site.id, e.id),
            edit=urls.edit_experiment(site.id, e.id),
            pages=e.pages,
            variants=", ".join(v.name for v in e.variants),
            days=days_line(lang, e),
            planned=lang.number(e.planned) if e.planned else lang.text("not said"),
        )
        for e in await registry.experiments(site)
    ]
    page = ExperimentsPage(
        frame=frame,
        title=lang.text("Experiments"),
        experiments=rows,
        new_href=urls.new_experiment(site.id),
        can_edit=who.may("editor"),
    )
    return answer(request, page)


async def edit(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET shows the form of a new or a stored experiment, POST saves it."""
    site = await registry.site(request)
    frame = await frames.of(request, "experiments", site)
    lang, id = frame.lang, request.path_params.get("experiment", "")
    stored = await registry.experiment(site, id) if id else None
    form, status = ExperimentForm.of(stored) if stored else ExperimentForm(), 200
    if request.method == "POST":
        form = ExperimentForm.typed(await request.form(), stored)
        problem = form.fault(lang)
        if not problem:
            try:
                saved = await registry.save(form.record(site), signed_in(request).name)
            except (Conflict, StoreError, msgspec.ValidationError) as error:
                problem = str(error)
            else:
                return go(urls.experiment(site.id, saved.id))
        form, status = replace(form, problem=problem), 422
    page = ExperimentFormPage(
        frame=frame,
        title=lang.text("Change the experiment") if stored else lang.text("New experiment"),
        form=form,
        action=urls.edit_experiment(site.id, stored.id) if stored else urls.new_experiment(site.id),
        cancel=urls.experiment(site.id, stored.id) if stored else urls.experiments(site.id),
        matching_href=urls.matching(site.id),
    )
    return answer(request, page, status)
