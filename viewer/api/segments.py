"""Saved segments: trees of rules that narrow who is counted (docs/segments.md)."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from rules import period as periods
from rules import segment as rules
from rules.question import SEGMENT
from store.segments import Group, Segment
from viewer.api import figures
from viewer.api.by_name import NamedKind
from viewer.api.entry import Entry, answer
from viewer.questions import Questions
from viewer.segment_reader import SegmentReader


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


_NAMED = NamedKind(Segment, "segment", rules.FIELDS, rules.add, rules.change)
ENTRIES = (
    *_NAMED.entries("Save a segment: name, tree (match: all, any or none; rules; groups)."),
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
