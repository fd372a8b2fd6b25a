"""Segments of a site: the list, and the pages of the builder."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from rules import segment as rules
from rules.faults import InvalidDefinition
from rules.find import stored_of
from rules.question import SEGMENT
from rules.shape import plain
from store.definitions import Conflict, Definitions, Stored
from store.segments import Segment
from viewer.access.guards import check_role
from viewer.access.person import signed_in
from viewer.pages.forms.faults import RejectedRow, form_faults, rejected_row, stored_faults, too_late
from viewer.pages.forms.fields import text, versioned
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.map.links import address
from viewer.pages.segments.builder import SegmentBuilder, SegmentForm
from viewer.pages.segments.draft import draft_of, draft_of_text
from viewer.pages.sentences.tree import Sentence, tree_sentence
from viewer.pages.who.bars import WhoBars
from viewer.questions import Asked, Questions
from viewer.registry import Registry


@dataclass(frozen=True)
class SegmentRow:
    """A saved segment. `open`: the overview of those whom it fits."""

    name: str
    sentence: Sentence
    href: str
    open: str


@dataclass(frozen=True, kw_only=True)
class SegmentsPage(Page):
    """The saved segments of a site, `/sites/3/segments`."""

    template = "segments/index.html"
    docs = "segments"
    segments: list[SegmentRow] = doc("One row per segment")
    rejected: list[RejectedRow] = doc("Those that the current rules reject, with their faults")
    new: Choice = doc("Address of the builder")


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    return {"name": _("Name"), "tree": _("Rules")}.get(path.partition(".")[0], "")


async def index(
    request: Request, *, questions: Questions, registry: Registry, frames: Frames, bars: WhoBars
) -> Response:
    """GET lists them."""
    known = await questions.known(request)
    site, urls = known.site, frames.urls
    frame = await frames.of(request, "segments", site)
    found = await registry.listing(Segment, site)
    rows = [
        SegmentRow(
            name=one.name,
            sentence=tree_sentence(frame.lang, one.tree, await bars.names(known, one.tree)),
            href=urls.segment(site.id, one.id),
            open=urls.overview(site.id, segment=one.id),
        )
        for one in found.records
    ]
    page = SegmentsPage(
        frame=frame,
        title=frame.lang.text("Segments"),
        segments=rows,
        rejected=[rejected_row(frame.lang, one, label, urls.segment(site.id, one.id)) for one in found.rejected],
        new=Choice(frame.lang.text("New segment"), urls.new_segment(site.id)),
    )
    return answer(request, page)


async def show(request: Request, *, questions: Questions, registry: Registry, builder: SegmentBuilder) -> Response:
    """GET shows the builder with a stored segment, or with the rules of the address."""
    asked = await questions.read(request, SEGMENT)
    may = signed_in(request).may("editor")
    if id := request.path_params.get("segment", ""):
        found = await registry.find(Segment, id, asked.site)
        form = SegmentForm.of(stored_of(found))
        form = replace(form, faults=stored_faults(language_of(request), found, label))
    else:
        asked, form = _begun(asked, request.query_params.get("segment", ""))
    return await builder.answer(request, asked, form, can_save=may, status=asked.status)


def _begun(asked: Asked, text: str) -> tuple[Asked, SegmentForm]:
    """The form of a new segment. Rules of the address that are not complete are shown as such."""
    if asked.question.group:
        return asked, SegmentForm(draft_of(asked.question.group))
    draft = draft_of_text(text)
    if draft is None:
        return asked, SegmentForm()
    return replace(asked, faults=tuple(one for one in asked.faults if one.top != "segment")), SegmentForm(draft)


async def change(
    request: Request,
    *,
    questions: Questions,
    registry: Registry,
    builder: SegmentBuilder,
    frames: Frames,
) -> Response:
    """POST changes the draft by one of its buttons, saves it or deletes what is stored."""
    asked, who = await questions.read(request, SEGMENT), signed_in(request)
    id, sent = request.path_params.get("segment", ""), await request.form()
    stored = stored_of(await registry.find(Segment, id, asked.site)) if id else None
    action = text(sent, "do")
    if action == "delete" and stored:
        check_role(who, "editor")
        await registry.change(lambda definitions: definitions.delete_stored(Segment, stored, who.name))
        return go(frames.urls.segments(asked.site.id))
    form = SegmentForm.typed(sent, stored)
    if action != "save":
        return await builder.answer(request, asked, form, can_save=who.may("editor"))
    check_role(who, "editor")
    tree, _, left_out = form.draft.complete(asked.question.names)
    if left_out and not text(sent, "sure"):
        return await builder.answer(request, asked, replace(form, unsure=True), can_save=True)
    fields = versioned({"name": form.name, "tree": plain(tree)}, form.version)
    lang = language_of(request)
    try:
        saved = await registry.change(lambda definitions: _save(definitions, asked, fields, stored, who.name))
        return go(_opened(frames, asked, saved))
    except InvalidDefinition as error:
        form = replace(form, faults=form_faults(lang, "segment", error.faults, label))
    except Conflict as error:
        form = replace(form, faults=too_late(lang, error))
    return await builder.answer(request, asked, form, can_save=True, status=form.faults.status)


def _save(definitions: Definitions, asked: Asked, fields: dict[str, object], stored: Stored | None, by: str) -> Segment:
    if stored:
        return rules.change(definitions, stored, asked.site.id, fields, by)
    return rules.add(definitions, asked.site.id, fields, by)


def _opened(frames: Frames, asked: Asked, saved: Segment) -> str:
    """Where a saved segment is used: on the map that it was made for, else on the overview."""
    query = replace(asked.question, filters=(), segment="", tree=None).query() | {"segment": saved.id}
    where = frames.urls.heatmap if asked.question.page else frames.urls.overview
    return address(where(asked.site.id), query)
