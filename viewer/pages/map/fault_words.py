"""Texts for the faults of a question (rules/faults.py). Those of definitions are in viewer/pages/forms/words.py."""

from __future__ import annotations

from collections.abc import Mapping

from rules.faults import Fault, Scalar
from viewer.pages.frame.languages import Language
from viewer.pages.frame.rule_words import rule_fault_words

_DAYS = frozenset(("since", "until", "today", "first", "last"))  # values that are days


def fault_words(lang: Language, fault: Fault) -> str:
    """One fault as a sentence with its figures. Codes without a text use the rules' English sentence."""
    sentence = _of_questions(lang).get(fault.code)
    if fault.code == "missing" and fault.field == "page":
        sentence = lang.text("This address names no page.")
    if sentence is None:
        return fault.sentence
    return sentence % {"field": field_name(lang, fault.field), **_written(lang, fault.values)}


def field_name(lang: Language, field: str) -> str:
    """The name of a field, as it begins a sentence."""
    _ = lang.text
    names = {
        "page": _("The page"),
        "kind": _("The kind of map"),
        "device": _("The device"),
        "width": _("The width"),
        "days": _("The number of days"),
        "bots": _("The bots setting"),
        "experiment": _("The experiment"),
        "since": _("The first day"),
        "until": _("The last day"),
        "steps": _("The funnel"),
        "window_days": _("The number of days"),
        "order": _("The order"),
        "split": _("The split"),
        **dict.fromkeys(("through", "from", "to"), _("The page of the paths")),
        "names": _("The number of names"),
        "step": _("The step"),
        "outcome": _("The outcome"),
    }
    return names.get(field, field)


def _of_questions(lang: Language) -> dict[str, str]:
    """Sentences for the faults of questions, by code."""
    _ = lang.text
    return {
        "missing": _("%(field)s is missing."),
        "choice": _("%(field)s cannot be “%(value)s”. Choose one of: %(allowed)s."),
        "whole_number": _("%(field)s cannot be “%(value)s”. Enter a whole number from %(least)s to %(most)s."),
        "day": _("%(field)s cannot be “%(value)s”. Enter a date such as 2026-11-21."),
        "day_range": _("%(field)s cannot be “%(value)s”. Choose a date from %(first)s to %(last)s."),
        "swapped": _("The start, %(since)s, is after the end, %(until)s."),
        "after_today": _("The start, %(since)s, is in the future (today is %(today)s)."),
        "no_page": _("“%(value)s” is neither an address, a path nor a group of pages."),
        "no_group": _("This site has no group of pages “%(value)s”, or no longer."),
        "many_wildcards": _("A pattern can have at most %(most)s wildcards; this one has %(n)s."),
        "not_http": _("“%(value)s” is not an address that begins with http or https."),
        "host_missing": _("“%(value)s” needs a host name in front, as in shop.example/basket."),
        "variant_form": _("“%(value)s” does not name a variant. Write EXPERIMENT:VARIANT."),
        "no_variant": _("“%(experiment)s” has no variant “%(value)s”. Choose one of: %(allowed)s."),
        "shows_both": _("A comparison always shows both variants; you cannot choose one."),
        "no_state": _("This page has no state “%(value)s”."),
        "state_of_reach": _("Reach is measured on the page as it opens: it has no states."),
        "few": _("%(field)s has %(n)s values; at least %(least)s are needed."),
        "few_alike": _("This way is not shown: fewer than %(least)s visitors who consented went it in these days."),
        "no_touchpoint": _("“%(value)s” is not a touchpoint of this journey."),
        "no_views": _("“%(value)s” is a page that never had a view."),
        "never_sent": _("“%(value)s” is an event that was never sent."),
        "one_of": _("This address names more than one page: give only one of %(allowed)s."),
        "many": _("%(field)s has %(n)s values; at most %(most)s are allowed."),
        **rule_fault_words(lang),
    }


def _written(lang: Language, values: Mapping[str, Scalar]) -> dict[str, str]:
    """The values of a fault, with days and numbers in this language's format."""
    return {name: _one(lang, name, value) for name, value in values.items()}


def _one(lang: Language, name: str, value: Scalar) -> str:
    if isinstance(value, str):
        return lang.day(value) if name in _DAYS else value
    return lang.number(float(value))
