"""Askings and answers of a survey, as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class StoredAsking:
    """One survey shown once to one visitor, or due and not shown. `state`: its last one (ASK_STATES of the wire
    format); `time` of that, in ms since 1970. `seen_ms`: from the begin of the view to the asking; None if the view is
    gone."""

    asking: int
    view: int
    visitor: int
    time: int
    state: int
    version: int
    device: str
    channel: str
    page: str
    language: str
    variants: Mapping[str, str]
    seen_ms: int | None = None


@dataclass(frozen=True)
class StoredAnswer:
    """The last answer of an asking to a question. `key`, `record`: the element chosen; 0 for none."""

    asking: int
    question: str
    time: int
    version: int
    score: int | None
    options: tuple[str, ...]
    words: str
    key: int = 0
    record: int = 0
