"""What the pages of surveys call their parts."""

from __future__ import annotations

from store.surveys import QuestionKind, TriggerKind
from viewer.pages.frame.languages import Language

KINDS: tuple[QuestionKind, ...] = ("nps", "csat", "ces", "one", "several", "text", "click")
TRIGGERS: tuple[TriggerKind, ...] = ("arrival", "seconds", "depth", "leaving", "event", "dead", "rage", "call", "edge",
                                     "embedded")  # fmt: skip


def kind_words(lang: Language, kind: str) -> str:
    """What kind of question it is."""
    _ = lang.text
    names = {
        "nps": _("NPS, 0 to 10"),
        "csat": _("CSAT, 1 to 5"),
        "ces": _("CES, 1 to 7"),
        "one": _("One of a list"),
        "several": _("Several of a list"),
        "text": _("Free text"),
        "click": _("Click what bothers you"),
    }
    return names.get(kind, kind)


def trigger_words(lang: Language, kind: str) -> str:
    """When the question is asked, after “Ask … on …,”."""
    _ = lang.text
    names = {
        "arrival": _("on arrival"),
        "seconds": _("after some time"),
        "depth": _("after a depth"),
        "leaving": _("on leaving"),
        "event": _("after an event"),
        "dead": _("after a dead click"),
        "rage": _("after a rage click"),
        "call": _("when the page asks for it"),
        "edge": _("by a button at the edge"),
        "embedded": _("inside the page or by a link"),
    }
    return names.get(kind, kind)


def state_words(lang: Language, state: str) -> str:
    """Whether a survey asks."""
    _ = lang.text
    names = {"draft": _("Draft, not asked yet"), "asking": _("Asking"), "closed": _("Closed")}
    return names.get(state, state)


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {
        "name": _("Name"),
        "state": _("State"),
        "language": _("Language"),
        "questions": _("Questions"),
        "thanks": _("Thanks"),
        "pages": _("Pages"),
        "group": _("Page group"),
        "journey": _("Journey"),
        "touchpoint": _("Touchpoint"),
        "trigger": _("When"),
        "share": _("Share of visitors"),
        "experiment": _("Experiment"),
        "variant": _("Variant"),
        "segment": _("Segment"),
        "wait_days": _("Days until somebody is asked again"),
        "since": _("First day"),
        "until": _("Last day"),
        "most_answers": _("Answers at most"),
        "look": _("Look"),
    }
    top, *rest = path.split(".")
    if top != "questions" or not rest or not rest[0].isdecimal():
        return names.get(top, top)
    parts = {
        "text": _("Question"),
        "low": _("Word at the low end"),
        "high": _("Word at the high end"),
        "options": _("Options"),
        "branches": _("What comes then"),
        "look": _("Look"),
    }
    question = _("Question %(n)s", n=int(rest[0]) + 1)
    return f"{question}, {parts[rest[1]]}" if len(rest) > 1 and rest[1] in parts else question
