"""Imports a journey from a JSON file: reports what would be left out before it is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from rules import journey as rules
from rules.faults import Faults
from rules.journey_file import ForeignReference, ImportedJourney, known_ids, read_file
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.pages.forms.faults import FormFaults, form_faults
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Frame, Page, doc
from viewer.pages.journey.listed import kind_name
from viewer.pages.journey.picture import MapPicture, map_picture
from viewer.registry import Registry


@dataclass(frozen=True)
class ImportPreview:
    """The map of a file, before it is stored. `left_out`: sentences."""

    name: str
    about: str
    picture: MapPicture
    left_out: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImportPage(Page):
    """Imports a journey, `/sites/3/import-journey`."""

    template = "journey/import.html"
    docs = "journeys#files"
    content: str = doc("The JSON as it was sent, so that it can be corrected in place")
    faults: FormFaults = doc("What is wrong with it, by the path in the JSON")
    preview: ImportPreview | None = doc("The map that would be stored")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where Cancel leads")


@dataclass(frozen=True)
class SentFile:
    """`data` as it was sent. `is_json`: it can be read, so it is shown on lines that a fault can be found in."""

    data: bytes = b""
    is_json: bool = False

    @property
    def content(self) -> str:
        text = self.data.decode("utf-8-sig", "replace")
        return msgspec.json.format(text, indent=2) if self.is_json else text


async def import_journey(request: Request, *, registry: Registry, frames: Frames, urls: Urls) -> Response:
    """GET shows the form. POST reads the file; what has references to leave out is stored when it is sent again."""
    site = await registry.site(request)
    frame = await frames.of(request, "journeys", site)
    if request.method == "GET":
        return answer(request, _page(frame, urls, site.id, SentFile()))
    form, by = await request.form(), signed_in(request).name
    sent = SentFile(await _sent(form))
    known = await registry.read(lambda definitions: known_ids(definitions, site.id))
    found = await registry.read(lambda definitions: read_file(sent.data, site.id, known))
    sent = replace(sent, is_json=not isinstance(found, Faults) or all(one.field != "file" for one in found))
    if isinstance(found, Faults):
        faults = form_faults(frame.lang, "journey", found, _path)
        return answer(request, _page(frame, urls, site.id, sent, faults=faults), 422)
    if found.left_out and text(form, "do") != "store":
        return answer(request, _page(frame, urls, site.id, sent, found))
    made = await registry.change(lambda definitions: rules.add(definitions, site.id, found.fields, by))
    return go(urls.journey(site.id, made.id))


async def _sent(form: FormData) -> bytes:
    """The file, else the text of the form."""
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return await file.read()
    return str(form.get("content", "")).encode("utf-8", "replace")


def _path(lang: Language, path: str) -> str:
    """Faults are named by their place in the JSON, which is what the reader corrects."""
    return "" if path == "file" else path


def _page(
    frame: Frame,
    urls: Urls,
    site: str,
    sent: SentFile,
    found: ImportedJourney | None = None,
    faults: FormFaults | None = None,
) -> ImportPage:
    return ImportPage(
        frame=frame,
        title=frame.lang.text("Import a journey"),
        content=sent.content,
        faults=faults or FormFaults(),
        preview=_preview(frame.lang, found) if found else None,
        action=urls.import_journey(site),
        cancel=urls.journeys(site),
    )


def _preview(lang: Language, found: ImportedJourney) -> ImportPreview:
    journey = found.journey
    about = (
        kind_name(lang, journey.kind),
        lang.plural("%(num)s stage", "%(num)s stages", len(journey.stages)),
        lang.plural("%(num)s touchpoint", "%(num)s touchpoints", len(journey.touchpoints)),
    )
    return ImportPreview(
        journey.name, ", ".join(about), map_picture(journey), tuple(_left_out(lang, one) for one in found.left_out)
    )


def _left_out(lang: Language, one: ForeignReference) -> str:
    _ = lang.text
    words = {
        "segment": _("The segment “%(id)s”, which this site does not have"),
        "goal": _("The goal “%(id)s”, which this site does not have"),
        "experiment": _("The experiment “%(id)s”, which this site does not have"),
        "journey": _("The journey “%(id)s”, which this site does not have"),
    }[one.kind]
    return f"{words % {'id': one.id}} ({one.field})"
