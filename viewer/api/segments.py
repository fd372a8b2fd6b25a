"""Saved segments: trees of rules that narrow who is counted (docs/segments.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from rules import period as periods
from rules import segment as rules
from rules.find import stored_of, usable
from rules.question import SEGMENT
from rules.shape import plain
from store.segments import Group, Segment
from viewer.api import figures
from viewer.api.entry import Entry, answer, by_whom, fields, rejected_json
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.segment_reader import SegmentReader


def segment_json(segment: Segment) -> dict[str, Any]:
    """A segment; its tree is the one that an address carries in `segment=`."""
    return plain(segment)


async def list_segments(request: Request, *, registry: Registry) -> Response:
    found = await registry.listing(Segment, await registry.site(request))
    rejected = [rejected_json(one) for one in found.rejected]
    return answer({"segments": [segment_json(one) for one in found.records], "rejected": rejected})


async def create_segment(request: Request, *, registry: Registry) -> Response:
    site, asked, by = await registry.site(request), await fields(request), by_whom(request)
    made = await registry.change(lambda definitions: rules.add(definitions, site.id, asked, by))
    return answer(segment_json(made), 201)


async def show_segment(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    return answer(segment_json(usable(await registry.find(Segment, request.path_params["segment"], site))))


async def change_segment(request: Request, *, registry: Registry) -> Response:
    site = await registry.site(request)
    stored = stored_of(await registry.find(Segment, request.path_params["segment"], site))
    asked, by = await fields(request), by_whom(request)
    changed = await registry.change(lambda definitions: rules.change(definitions, stored, site.id, asked, by))
    return answer(segment_json(changed))


async def delete_segment(request: Request, *, registry: Registry) -> Response:
    stored = stored_of(await registry.find(Segment, request.path_params["segment"], await registry.site(request)))
    await registry.change(lambda definitions: definitions.delete_stored(Segment, stored, by_whom(request)))
    return answer({"deleted": stored.id})


async def count_segment(request: Request, *, questions: Questions, reader: SegmentReader) -> Response:
    """What fits the segment of the address, among the visits that it asks about."""
    asked = await questions.read(request, SEGMENT)
    question, tree = asked.checked(), asked.question.group or Group()
    among = replace(question, filters=(), segment="", tree=None)
    found = await reader.figures(among, tree)
    people = await reader.people(among, tree, found)
    understood = question.as_json(asked.today)
    query = {name: understood[name] for name in ("page", "since", "until", "timezone", "device", "segment", "rules")}
    traits = [{**figures.plain(one), "ratio": one.ratio} for one in people.traits]
    return answer({"query": query, **figures.plain(found), "traits": traits})


_ROOT = "/sites/{site}/segments"
ENTRIES = (
    Entry("GET", _ROOT, list_segments, "viewer", "The saved segments of a site."),
    Entry(
        "POST",
        _ROOT,
        create_segment,
        "editor",
        "Save a segment: name, tree (match: all, any or none; rules; groups).",
    ),
    Entry("GET", _ROOT + "/{segment}", show_segment, "viewer", "One segment, by id or name."),
    Entry(
        "PUT",
        _ROOT + "/{segment}",
        change_segment,
        "editor",
        "Replace a segment; with `version`, the change is rejected if somebody else changed it first.",
    ),
    Entry("DELETE", _ROOT + "/{segment}", delete_segment, "editor", "Delete a segment; its history stays."),
    Entry(
        "GET",
        "/sites/{site}/segment-figures",
        count_segment,
        "viewer",
        "How many fit a segment, saved or not, and each of its rules alone and so far; the traits that differ most. "
        "Query: segment, page, since, until, days, device.",
        query=("segment", "page", *periods.NAMES, "device"),
    ),
)
