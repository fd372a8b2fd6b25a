"""Faults of definitions (rules/faults.py) in the reader's language. Each sentence is shown beside its field."""

from __future__ import annotations

from collections.abc import Mapping

from rules.faults import Fault, Scalar
from viewer.pages.frame.languages import Language
from viewer.pages.frame.rule_words import rule_fault_words


def definition_words(lang: Language, kind: str, fault: Fault) -> str:
    """One fault of a record of this kind (a key of store.definitions.KINDS) as a sentence."""
    sentence = _of_field(lang, kind).get((fault.field, fault.code)) or _sentences(lang, kind).get(fault.code)
    if sentence is None:
        return fault.sentence
    words = sentence % _written(lang, fault.values)
    line = fault.values.get("line")
    return lang.text("Line %(n)s: %(words)s", n=lang.number(int(line)), words=words) if line else words


def _of_field(lang: Language, kind: str) -> dict[tuple[str, str], str]:
    """Sentences for specific fields where the general one would not help."""
    _ = lang.text
    name_and_pages = {
        "experiment": _("An experiment needs a name and at least one page pattern."),
        "state": _("A state needs a name and at least one page pattern."),
        "group": _("A group needs a name and at least one page pattern."),
    }.get(kind, "")
    found = {
        ("site", "name", "missing"): _("A site needs a name that is not just a number."),
        ("site", "domains", "few"): _("A site needs at least one domain, such as shop.example."),
        ("site", "domains", "missing"): _("A site needs at least one domain, such as shop.example."),
        ("experiment", "variants", "few"): _("An experiment needs at least two variants."),
        ("goal", "action.name", "name_missing"): _("Enter the name of the event."),
        ("goal", "action.least", "amount_missing"): _("Enter an amount."),
        ("journey", "name", "missing"): _("A journey needs a name."),
        ("journey", "stages", "few"): _("A journey needs at least one stage."),
        ("zone", "name", "missing"): _("A zone needs a name."),
        ("zone", "elements", "few"): _("A zone needs at least one element."),
        ("zone", "elements", "missing"): _("A zone needs at least one element."),
        ("zone", "elements", "many"): _("A zone can have at most %(most)s elements; this one has %(n)s."),
        ("user", "password", "short"): _("The password is too short or too long: choose 10 to 256 characters."),
        ("user", "password", "long"): _("The password is too short or too long: choose 10 to 256 characters."),
    }
    if name_and_pages:
        found |= {(kind, "name", "missing"): name_and_pages, (kind, "pages", "few"): name_and_pages,
                  (kind, "pages", "missing"): name_and_pages}  # fmt: skip
    return {(field, code): words for (of, field, code), words in found.items() if of == kind}


def _sentences(lang: Language, kind: str) -> dict[str, str]:
    """Sentences for all kinds, by code."""
    return {**_general(lang), **_special(lang, kind), **_steps(lang), **_surveys(lang), **rule_fault_words(lang)}


def _surveys(lang: Language) -> dict[str, str]:
    _ = lang.text
    return {
        "survey_part": _(
            "“%(value)s” cannot be used as an id. Use lowercase letters, digits, - and _, beginning with a letter or "
            "digit."
        ),
        "colour": _("“%(value)s” is not a colour, such as #0a6663."),
        "survey_no_options": _("Only a question with a list has options."),
        "survey_look": _("Stars and faces are for CSAT only."),
        "survey_no_ends": _("Only a scale has words at its ends."),
        "survey_no_score": _("Only a scale leads on by scores. Choose options, or nothing."),
        "survey_branch": _("An answer leads to a later question or to the thanks."),
        "survey_language": _("The text in “%(language)s” is missing: visitors of other languages are asked in it."),
        "survey_element": _("An element can be chosen for dead and rage clicks only."),
        "survey_edge": _("The button at the edge opens this survey, so its place must be the edge."),
        "survey_segment": _(
            "No browser can know these rules of the segment before it asks: %(unknown)s. Possible are: %(allowed)s."
        ),
        "survey_touchpoint": _(
            "This touchpoint is also reached by what no browser knows. Pages, events and elements are possible."
        ),
        "survey_counts": _(
            "This site keeps counts only, and answers are kept one by one. Choose another mode of the site first."
        ),
        "survey_taken": _("There is already a survey with this name. Choose another one."),
        "theme_taken": _("There is already a theme with this name. Choose another one."),
        "many_themes": _("A survey can have at most %(most)s themes: delete one first."),
        "many_surveys": _("A site can have at most %(most)s surveys: delete one first."),
    }


def _general(lang: Language) -> dict[str, str]:
    _ = lang.text
    return {
        "missing": _("This field is required."),
        "unknown": _("There is no such field."),
        "type": _("This value has the wrong type: enter %(expected)s."),
        "characters": _("This contains characters that cannot be stored."),
        "short": _("Too short: %(n)s characters, at least %(least)s are needed."),
        "long": _("Too long: %(n)s characters, at most %(most)s are allowed."),
        "few": _("At least %(least)s are needed; there are %(n)s."),
        "many": _("At most %(most)s are allowed; there are %(n)s."),
        "low": _("Enter a number that is at least %(least)s."),
        "above": _("Enter a number above %(least)s."),
        "high": _("Enter a number that is at most %(most)s."),
        "choice": _("“%(value)s” cannot be chosen here. Choose one of: %(allowed)s."),
        "pattern": _("“%(value)s” does not have the right format."),
    }


def _special(lang: Language, kind: str) -> dict[str, str]:
    _ = lang.text
    return {
        "key": _(
            "“%(value)s” cannot be used as a key. Use lowercase letters, digits, - and _, beginning with a "
            "letter or digit."
        ),
        "language": _("“%(value)s” is not a language code, such as en or fr."),
        "day": _("“%(value)s” is not a valid date. Enter it as in 2026-11-21."),
        "zone": _("“%(value)s” is not a time zone. Enter the name of one, such as %(example)s."),
        "digest_day": _("A digest is of days that have ended."),
        "webhook_address": _("“%(value)s” is not an address that begins with https:// or http://, without a password."),
        "webhook_private": _("%(value)s is a private host: allow it below, if it is yours."),
        "link_end": _("A link ends on a day between %(first)s and %(last)s."),
        "before_start": _("The last day must not be before the first."),
        "twice": _("The variants need different keys: “%(value)s” is used twice.")
        if kind == "experiment"
        else _("Stages and touchpoints need different keys: “%(value)s” is used twice."),
        "site_taken": _("There is already a site with this name. Choose another one."),
        "experiment_taken": _("There is already an experiment with this key. Choose another one."),
        "plan_fixed": _(
            "This cannot change: the experiment began on %(started)s, and its results are judged by the plan of that "
            "day. For another plan, define another experiment."
        ),
        "begun": _("The experiment began on %(started)s: its first day must stay a day of the past."),
        "state_taken": _("There is already a state with this key. Choose another one."),
        "group_taken": _("There is already a group with this name. Choose another one."),
        "zone_taken": _("There is already a zone with this name. Choose another one."),
        "many_zones": _("A site can have at most %(most)s zones: delete one first."),
        "zone_page": _("“%(value)s” is not a page, a pattern such as /lamps/*, or a group of pages."),
        "no_element": _("No picture of the page has the element “%(value)s”."),
        "no_rectangle": _("“%(value)s” is not a rectangle: left, top, width and height in px of the picture."),
        "empty_rectangle": _("No element has its middle in this rectangle. Draw it larger."),
        "note_without_place": _("This note is not on a page, so it has no place."),
        "many_groups": _("A site can have at most %(most)s groups of pages: delete one first."),
        "group_name": _("“%(value)s” would be read as an address. Choose a name without a slash or a domain."),
        "page_pattern": _("“%(value)s” is not a pattern of addresses, such as /lamps/*."),
        "many_wildcards": _("A pattern can have at most %(most)s wildcards; this one has %(n)s."),
        "picture_outside": _("“%(value)s” is not a page of this group."),
        "no_site": _("There is no site “%(value)s”."),
        "site_twice": _("A site is named twice: “%(value)s”."),
        "mail_address": _("This is not a mail address. Write one such as name@shop.example."),
        "user_taken": _("This name is already taken. Choose another one."),
        "fixed": _("The key “%(value)s” cannot be changed: pages and pictures refer to it."),
        "number_name": _("A site needs a name that is not just a number."),
        "address": _("“%(value)s” is not an address that begins with http:// or https://."),
        "domain": _("“%(value)s” is not a domain. Enter for example shop.example, *.shop.example or 127.0.0.1:8001."),
        "domain_shared": _(
            "“%(value)s” would cover other people's sites: enter your own domain, such as *.shop.example."
        ),
        "owner_only": _("Only an owner can change this."),
        "owner_domain": _("“%(value)s” can be set by an owner only: pictures could show what is in a private network."),
        "off_limits": _("“%(value)s” is link-local or a cloud's metadata service, which pictures never visit."),
        "network": _(
            "“%(value)s” is not an IP address or network. Enter for example 203.0.113.7, 203.0.113.0/24 or "
            "2001:db8::/48."
        ),
        "network_large": _(
            "“%(value)s” is too large a network for a team. The prefix must be at least /8, or /16 for IPv6."
        ),
        "many_states": _("A site can have at most %(most)s states: delete one first."),
        "erases_nothing": _("Name a page, a source or a period: this would erase everything."),
        "erases_pages": _("“%(value)s” means %(n)s stored pages: it must mean 1 to %(most)s."),
        "swapped": _("The last day must not be before the first."),
        "secret_name": _(
            "“%(value)s” cannot be the name of a secret. Use lowercase letters, digits, - and _, beginning with a "
            "letter or digit."
        ),
        "many_secrets": _("A site can have at most %(most)s secrets: delete one first."),
        "sign_in_address": _("“%(value)s” is not the https address of a page on one of the site's domains."),
        "steps_without_address": _("Enter the sign-in page: the steps begin there."),
        "no_cookies": _("No cookie can be read from this. Paste a Cookie header, a cookies.txt or a JSON list."),
        "foreign_cookies": _("No cookie is of this site's domains. Left out: %(domains)s."),
        "no_stage": _("“%(value)s” is not a stage of this journey."),
        "no_touchpoint": _("“%(value)s” is not a touchpoint of this journey."),
        "no_lane": _("“%(value)s” is not a lane of this journey."),
        "cell_twice": _("There are two cells at %(value)s."),
        "no_map": _("there is no map “%(value)s”, or no longer: choose one of this site."),
        "based_on_itself": _("is this map: choose the map of today that it should be compared with."),
        "based_circle": _("leads back to this map: %(path)s. Choose another one."),
        "seen_few": _("There are %(n)s visitors in this period; a map of what was seen needs %(least)s."),
        "no_template": _("“%(value)s” is neither a template nor a map that a new one can be made of."),
        "file_large": _("The file has %(n)s bytes: at most %(most)s can be read."),
        "file_deep": _("The file is nested more than %(most)s levels deep."),
        "not_utf8": _("The file is not text in UTF-8."),
        "file_json": _("The file is not JSON (%(problem)s)."),
        "file_object": _("The file is not a journey: its JSON must be an object."),
        "offsite_empty": _("The file is empty. Its first line must name the columns: %(header)s."),
        "offsite_header": _(
            "No line names the columns: the file begins with “%(value)s”. Write %(header)s above the lines."
        ),
        "offsite_columns": _(
            "The column %(missing)s is missing. The first line names %(found)s, separated by “%(separator)s”."
        ),
        "offsite_twice": _("A column is named twice: %(value)s. Keep one of them."),
        "offsite_encoding": _(
            "The file is not text in %(encoding)s: there is the byte %(byte)s. Save it as CSV UTF-8, or choose its "
            "encoding."
        ),
        "offsite_binary": _("This is not a text file. Export it as CSV. If it is UTF-16, choose that encoding."),
        "offsite_known": _("The same file was sent before: %(name)s, on %(day)s by %(by)s. Withdraw that one first."),
        "offsite_reading": _("The file is still being read: withdraw it once that has ended."),
        "offsite_quote": _(
            "A quotation mark is not closed. Write two inside a quoted cell, and no line breaks in cells."
        ),
        "offsite_cells": _(
            "There are %(n)s cells where the first line names %(wanted)s. Quote cells that contain the separator."
        ),
        "offsite_long": _("The line has more than %(most)s characters. Check its quotation marks and line ends."),
        "offsite_time": _(
            "“%(value)s” is not a time. Write one such as 2026-11-23T14:05, or a day such as 2026-11-23."
        ),
        "offsite_old": _("“%(value)s” is more than %(most)s days ago: nothing is kept for so long."),
        "offsite_future": _("“%(value)s” is in the future. Send it once it has happened."),
        "offsite_visitor": _("This is not a visitor id: 16 hexadecimal digits, as exports show them."),
        "offsite_number": _("“%(value)s” is not a number. Write 59.90, or leave it empty."),
        "offsite_two_numbers": _("“%(value)s” can be read in two ways. Write 1234 or 1.234."),
        "name_taken": _("There is already one with this name. Choose another one."),
        "many_kept": _("A site can have at most %(most)s of them: delete one first."),
        "text_without_map": _("A text has no map."),
        "export_empty": _("The file is empty."),
        "export_unknown": _(
            "This is no export that is known: its first line names “%(value)s”. Export all responses as CSV from "
            "%(tools)s, and do not change the names of the columns."
        ),
        "export_no_answers": _("There are no answers below the names of the columns, as %(tool)s writes them."),
        "export_large": _(
            "The file has %(questions)s columns and %(rows)s answers: at most %(most)s columns and %(most_rows)s "
            "answers can be read."
        ),
        "export_dates": _(
            "No date shows whether the month or the day comes first: “%(value)s”. Choose the order of the dates."
        ),
        "export_nothing": _("There are %(n)s responses, and none has an answer that can be taken over."),
        "export_quote": _("A quotation mark is not closed in the answer that begins at line %(line)s."),
        "circle": _("The expected touchpoints lead in a circle: %(path)s. Remove one of them."),
        "sign_in_name": _("This name cannot be used: choose 1 to 64 letters, digits or the characters . _ @ + -."),
    }


def _steps(lang: Language) -> dict[str, str]:
    _ = lang.text
    return {
        "step_none": _("A state needs at least one step, such as “%(example)s”."),
        "step_many": _("There are %(n)s steps; at most %(most)s are allowed."),
        "step_verb": _("There is no step “%(verb)s”. A step begins with %(verbs)s."),
        "step_types": _(
            "“%(verb)s” would type into the page, which Parcours never does. A step begins with %(verbs)s."
        ),
        "step_no_selector": _("“%(verb)s” needs a selector, such as “%(verb)s #menu-button”."),
        "step_selector": _(
            "“%(selector)s” is not a CSS selector: a quote or bracket is not closed, or it begins with a digit."
        ),
        "step_long": _("The selector has %(n)s characters: at most %(most)s are allowed."),
        "step_wait": _("%(ms)s ms is too long: wait at most %(most)s ms, or wait for a selector."),
        "step_fill": _("Name the field and the secret: “fill #password with password”."),
        "step_unverified": _(
            "The last step must be “wait SELECTOR”, for something that is visible only after signing in."
        ),
        "step_scroll": _("Say what to scroll and how far: “scroll .panel to 800”, “scroll page to bottom”."),
    }


def _written(lang: Language, values: Mapping[str, Scalar]) -> dict[str, str]:
    """The values of a fault, with numbers and expected types in this language."""
    _ = lang.text
    expected = {
        "text": _("text"),
        "a whole number": _("a whole number"),
        "a number": _("a number"),
        "a list": _("a list"),
        "an object": _("a group of fields"),
        "true or false": _("yes or no"),
    }
    written = {name: value if isinstance(value, str) else lang.number(float(value)) for name, value in values.items()}
    return {name: expected.get(value, value) if name == "expected" else value for name, value in written.items()}
