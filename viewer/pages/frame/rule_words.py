"""Faults of the rules of a segment (rules/segment.py) in the reader's language: of its form, and of an address."""

from __future__ import annotations

from viewer.pages.frame.languages import Language


def rule_fault_words(lang: Language) -> dict[str, str]:
    """Sentences by code."""
    _ = lang.text
    return {
        "not_json": _("The rules cannot be read: they are not JSON (%(problem)s)."),
        "tree_deep": _("The rules have groups %(n)s levels deep; at most %(most)s are allowed."),
        "tree_long": _("There are %(n)s rules; at most %(most)s are allowed."),
        "values_missing": _("This rule needs at least one value."),
        "value_choice": _("“%(value)s” cannot be chosen here. Choose one of: %(allowed)s."),
        "value_range": _("“%(value)s” is not a range of widths, such as 600-1023."),
        "element_key": _("“%(value)s” is not the key of an element, which has 16 hexadecimal digits."),
        "name_missing": _("This rule needs a name."),
        "amount_missing": _("This rule needs an amount."),
        "amounts_swapped": _("The first amount, %(least)s, is above the second, %(most)s."),
        "other_missing": _("Choose the action that comes before or after."),
        "of_visitors": _("This is known of visitors only."),
        "days_of_visitors": _("Only rules about visitors look back a number of days."),
        "page_of_element": _("Choose the page of the element."),
        "wildcards_many": _("There are %(n)s “*” in this text; at most %(most)s are allowed."),
        "of_visits": _("This is known of visits and visitors only."),
        "no_goal": _("There is no goal “%(value)s”. It may have been deleted."),
        "no_zone": _("There is no zone “%(value)s”. It may have been deleted."),
        "no_answer": _("There is no survey, question or option “%(value)s”. It may have been deleted."),
        "no_journey": _("There is no journey “%(value)s”. It may have been deleted."),
        "zone_action": _("This cannot be asked of a zone. Choose one of: %(allowed)s."),
        "zone_and_element": _("Choose a zone or an element, not both."),
        "rest_of_all": _("There is no rest: everybody is counted. Choose a filter or a segment first."),
        "no_segment": _("There is no segment “%(value)s”."),
        "segment_taken": _("There is already a segment with this name. Choose another one."),
        "goal_taken": _("There is already a goal with this name. Choose another one."),
    }
