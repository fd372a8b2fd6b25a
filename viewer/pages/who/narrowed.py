"""Who is counted, in a few words: for the account, the report and the frame of an exported picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rules.question import Question
from store.segments import Segment
from viewer.pages.frame.languages import Language
from viewer.pages.sentences.names import SiteNames, any_of, device_label, trait_name, value_name
from viewer.pages.sentences.tree import tree_sentence

MOST_LETTERS = 120  # of the sentence of a segment without a name


@dataclass(frozen=True)
class Narrowed:
    """`parts`: everything that narrows who is counted, such as `Channel: Email`; none for everybody.

    `outside`: the line of an account for those who are not counted. It names what they miss.
    """

    parts: tuple[str, ...]
    outside: str


def narrowed_of(lang: Language, question: Question, segments: Sequence[Segment], names: SiteNames) -> Narrowed:
    """Who is counted by a question."""
    parts = narrowed_by(lang, question, segments, names)
    saved = next((one.name for one in segments if one.id == question.segment), "")
    return Narrowed(parts, _outside(lang, parts, saved))


def segment_name(lang: Language, question: Question, segments: Sequence[Segment], names: SiteNames) -> str:
    """The name of the segment, else its rules as a sentence; "" without one."""
    if not question.segment:
        return ""
    saved = next((one.name for one in segments if one.id == question.segment), "")
    words = saved or tree_sentence(lang, question.tree, names).text
    return words if len(words) <= MOST_LETTERS else words[: MOST_LETTERS - 1].rstrip() + "…"


def narrowed_by(lang: Language, question: Question, segments: Sequence[Segment], names: SiteNames) -> tuple[str, ...]:
    """Everything that narrows who is counted, such as `Channel: Email` and `Segment: Came by email`."""
    parts = [device_label(lang, question.device)] if question.device else []
    if question.variant:
        variant = ":".join(question.variant)
        parts.append(names.variants.get(variant, variant))
    for one in question.filters:
        values = any_of(lang, [value_name(lang, one.what, value, names) for value in one.values])
        parts.append(f"{trait_name(lang, one.what)}: {values}")
    if segment := segment_name(lang, question, segments, names):
        is_saved = any(one.id == question.segment for one in segments)
        parts.append(lang.text("Segment: %(name)s", name=segment) if is_saved else segment)
    return tuple(parts)


def _outside(lang: Language, parts: Sequence[str], saved: str) -> str:
    _ = lang.text
    if not parts:
        return _("Outside what is chosen")
    if len(parts) == 1 and saved:
        return _("Outside the segment “%(name)s”", name=saved)
    return _("Outside: %(names)s", names=", ".join(parts))
