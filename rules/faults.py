"""Faults: what is wrong with an input, as a field, a code and values.

The viewer translates them (viewer/pages/forms/words.py for definitions,
viewer/pages/map/fault_words.py for questions); the API adds the English sentence of `FAULTS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from typing import TypeVar

from store.errors import StoreError

Scalar = str | int | float | bool
R = TypeVar("R")

FAULTS: dict[str, str] = {
    # of any field (rules/shape.py)
    "missing": "is missing.",
    "unknown": "is not a field here. Fields: {allowed}.",
    "type": "must be {expected}.",
    "characters": "contains characters that cannot be stored, such as NUL.",
    "short": "has {n} characters: at least {least}.",
    "long": "has {n} characters: at most {most}.",
    "few": "has {n} entries: at least {least}.",
    "many": "has {n} entries: at most {most}.",
    "low": "is {value}: at least {least}.",
    "above": "is {value}: it must be above {least}.",
    "high": "is {value}: at most {most}.",
    "choice": "is {value!r}: choose one of {allowed}.",
    "pattern": "is {value!r}, which does not have the right form.",
    # of definitions, one module per kind
    "key": "cannot be {value!r}: use lowercase letters, digits, - and _, at most 64, beginning with a letter or digit.",
    "language": "has the language {value!r}: use a code such as en or fr.",
    "day": "is {value!r}: write a date such as 2026-11-21.",
    "digest_day": "is {value}: a digest is of days that have ended, so give yesterday or an earlier day.",
    "webhook_address": "is {value!r}: write an address that begins with https:// or http://, without a password.",
    "webhook_private": "has the private host {value}, which must be allowed.",
    "link_end": "is {value}: a link ends between {first} and {last}.",
    "zone": "is {value!r}, which is not a time zone: write the name of one, such as {example}.",
    "before_start": "is {ended}, before the start, {started}.",
    "twice": "{value!r} is used twice: keys must be unique.",
    "site_taken": "There is already a site {value!r}: choose another name.",
    "experiment_taken": "There is already an experiment {value!r}: choose another key.",
    "plan_fixed": "cannot change: the experiment began on {started}, and its results are judged by the plan of that "
    "day. For another plan, define another experiment.",
    "begun": "must stay a day of the past: the experiment began on {started}.",
    "state_taken": "There is already a state {value!r}: choose another key.",
    "group_taken": "There is already a group of pages {value!r}: choose another name or key.",
    "many_groups": "A site can have at most {most} groups of pages: delete one first.",
    "group_name": "cannot be {value!r}: it would be read as an address.",
    "page_pattern": "is {value!r}, which is no pattern of addresses: write one such as /lamps/*.",
    "many_wildcards": "has {n} wildcards: at most {most}.",
    "picture_outside": "is {value!r}, which is not a page of this group: write one as host/path.",
    "no_site": "names the site {value!r}, which does not exist.",
    "site_twice": "names a site twice: {value!r}.",
    "mail_address": "is {value!r}: write one mail address, such as name@shop.example.",
    "user_taken": "The name {value!r} is already taken: choose another one.",
    "fixed": "must stay {value!r}: pages and pictures refer to it.",
    "number_name": "cannot be {value!r}: a number would be read as an id.",
    "address": "is {value!r}: write an address that begins with http:// or https://.",
    "domain": "{value!r} is not a domain: write a host such as shop.example, *.shop.example or 127.0.0.1:8001.",
    "domain_shared": "{value!r} would cover other people's sites: write your own domain, such as *.shop.example.",
    "owner_only": "can be changed by an owner only.",
    "owner_domain": "{value!r} can be set by an owner only: pictures could show what is in a private network.",
    "off_limits": "{value!r} is link-local or a cloud's metadata service, which pictures never visit.",
    "network": "{value!r} is not an IP address or network: write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48.",
    "network_large": "{value!r} is too large a network for a team: the prefix must be at least /8, or /16 for IPv6.",
    "many_states": "A site can have at most {most} states: delete one first.",
    "sign_in_name": "{value!r} cannot be a sign-in name: use 1 to 64 letters, digits, . _ @ + or -.",
    "erases_nothing": "Name a page, a source or a period: this would erase everything.",
    "erases_pages": "{value!r} means {n} stored pages: it must mean 1 to {most}.",
    # of journeys (rules/journey.py, rules/matcher.py)
    "no_stage": "is {value!r}, which is not the key of a stage of this journey.",
    "no_touchpoint": "is {value!r}, which is not the key of a touchpoint there.",
    "no_views": "is {value!r}, a page that never had a view.",
    "never_sent": "is {value!r}, an event that was never sent.",
    "one_of": "cannot be given beside {given}: give one of {allowed}.",
    "no_lane": "is {value!r}, which is not the key of a lane of this journey.",
    "cell_twice": "is a second cell at {value!r}: a lane has one for each stage or touchpoint.",
    "circle": "expected touchpoints lead in a circle: {path}. Remove one of them.",
    "no_map": "there is no map {value!r}, or no longer: choose one of this site.",
    "based_on_itself": "is this map: choose the map of today that it should be compared with.",
    "based_circle": "leads back to this map: {path}. Choose another one.",
    "seen_few": "needs {least} visitors in the period, and there are {n}: choose a template until then.",
    "no_template": "{value!r} is neither a template nor a map that a new one can be made of.",
    "few_alike": "is not shown: fewer than {least} visitors who consented went it in these days.",
    # of a journey's file (rules/journey_file.py)
    "file_large": "has {n} bytes: at most {most}.",
    "file_deep": "is nested more than {most} levels deep.",
    "not_utf8": "is not text in UTF-8.",
    "file_json": "is not JSON: {problem}.",
    "file_object": "is not a journey: its JSON must be an object.",
    # of an off-site file (rules/offsite_text.py, rules/offsite.py)
    "offsite_empty": "is empty: its first line must name the columns, {header}.",
    "offsite_header": "has no line that names the columns: it begins with {value!r}. Write {header} above the lines.",
    "offsite_columns": "lacks the column {missing}. Its first line names {found}, separated by {separator!r}.",
    "offsite_twice": "names a column twice: {value}. Keep one of them.",
    "offsite_encoding": "is not text in {encoding}: line {line} has the byte {byte}. Save it as CSV UTF-8, or name its "
    "encoding (windows-1252, utf-16).",
    "offsite_binary": "is not a text file. Export it as CSV; if it is UTF-16, name that encoding.",
    "offsite_known": "The same file was sent before: {name}, on {day} by {by} (batch {batch}). Withdraw it first.",
    "offsite_reading": "The file is still being read: withdraw it once that has ended.",
    "offsite_quote": "has a quotation mark that is not closed. Write two inside a quoted cell, and no line breaks.",
    "offsite_cells": "has {n} cells where the first line names {wanted}. Quote cells that contain the separator.",
    "offsite_long": "has more than {most} characters. Check that its quotes and line ends are right.",
    "offsite_time": "is {value!r}: write a time such as 2026-11-23T14:05, or a day such as 2026-11-23.",
    "offsite_old": "is {value!r}, more than {most} days ago: nothing is kept for so long.",
    "offsite_future": "is {value!r}, which is in the future. Send it once it has happened.",
    "offsite_visitor": "must be a visitor id: 16 hexadecimal digits, as exports show them.",
    "offsite_number": "is {value!r}, which is not a number: write 59.90 or leave it empty.",
    "offsite_two_numbers": "is {value!r}, which can be read in two ways: write 1234 or 1.234.",
    # of saved maps and reports (rules/report.py)
    "name_taken": "The name {value!r} is already taken on this site: choose another one.",
    "many_kept": "A site can have at most {most} of them: delete one first.",
    "text_without_map": "is a text, which has no map: make it a map or leave the query out.",
    # of the export of a survey (rules/survey_export)
    "export_empty": "is empty.",
    "export_unknown": "is no export that is known: its first line names {value!r}. Export all responses as CSV from "
    "{tools}, and do not change the names of the columns.",
    "export_no_answers": "has no answers below its names of columns, as {tool} writes them.",
    "export_large": "has {questions} columns and {rows} rows: at most {most} columns and {most_rows} rows.",
    "export_dates": "has dates such as {value!r}: none shows whether the month or the day is first. Say which.",
    "export_nothing": "has {n} responses of which none has an answer that can be taken over.",
    "export_quote": "has a quotation mark that is not closed, in the row that begins at line {line}.",
    # of questions (rules/period.py, rules/page.py, rules/question.py, rules/resolve.py)
    "whole_number": "is {value!r}: write a whole number from {least} to {most}.",
    "day_range": "is {value!r}: write a day from {first} to {last}.",
    "swapped": "the start, {since}, is after the end, {until}.",
    "after_today": "the start, {since}, is in the future (today is {today}).",
    "no_page": "{value!r} is neither an address (host/path), a path nor a group of pages.",
    "no_group": "this site has no group of pages {value!r}, or no longer.",
    "not_http": "{value!r} is not an http(s) address with a host.",
    "host_missing": "{value!r} needs its host: write host/path.",
    "variant_form": "{value!r} is not written EXPERIMENT:VARIANT.",
    "no_variant": "{experiment} has no variant {value!r}: choose one of {allowed}.",
    "shows_both": "a comparison always shows both variants: leave it out.",
    "no_state": "there is no picture of this page in state {value!r}, and no such state is defined for it.",
    "state_of_reach": "reach is measured on the page as it opens: leave the state out.",
    "rest_of_all": "there is no rest: everybody is counted. Choose a filter or a segment first.",
    "no_segment": "There is no segment {value!r}.",
    "no_goal": "There is no goal {value!r}.",
    "no_zone": "There is no zone {value!r}.",
    "no_answer": "There is no survey, question or option {value!r}.",
    "no_journey": "There is no journey {value!r}.",
    # of the rules of a segment (rules/segment.py)
    "not_json": "is not JSON: {problem}.",
    "tree_deep": "has groups {n} levels deep: at most {most}.",
    "tree_long": "has {n} rules: at most {most}.",
    "values_missing": "needs at least one value.",
    "value_choice": "cannot be {value!r}: choose one of {allowed}.",
    "value_range": "cannot be {value!r}: write a range of widths such as 600-1023.",
    "element_key": "is {value!r}: an element's key has 16 hexadecimal digits.",
    "name_missing": "needs a name.",
    "amount_missing": "needs an amount.",
    "amounts_swapped": "goes from {least} to {most}: the first must not be above the second.",
    "other_missing": "needs the action that comes before or after.",
    "of_visitors": "is known of visitors only: its scope must be visitor.",
    "days_of_visitors": "needs the scope visitor: a view or a visit is no longer ago than the period.",
    "page_of_element": "needs the page of the element.",
    "wildcards_many": "has {n} times `*`: at most {most}.",
    "of_visits": "is known of visits only: its scope must be visit or visitor.",
    "segment_taken": "There is already a segment {value!r}: choose another name.",
    "goal_taken": "There is already a goal {value!r}: choose another name.",
    "zone_action": "cannot be asked of {what}: choose one of {allowed}.",
    "zone_and_element": "is given beside an element: ask for one of them.",
    # of zones (rules/page_zone.py, rules/zone_pages.py)
    "zone_taken": "There is already a zone {value!r}: choose another name.",
    "many_zones": "A site can have at most {most} zones: delete one first.",
    "zone_page": "is {value!r}: write a page, a pattern such as /lamps/*, or the key of a group of pages.",
    "no_element": "is {value!r}: no picture of the page has this element.",
    "no_rectangle": "is {value!r}: write left, top, width and height in px of the picture.",
    "empty_rectangle": "has no element whose middle lies in it: draw it larger.",
    # of notes (rules/remark.py)
    "note_without_place": "cannot be given: this note is not on a page.",
    # of surveys (rules/survey.py)
    "survey_part": "cannot be {value!r}: use lowercase letters, digits, - and _, at most 32, beginning with a letter "
    "or digit.",
    "colour": "is {value!r}: write a colour such as #0a6663.",
    "survey_no_options": "cannot be given: a question of the kind {kind} has no list.",
    "survey_look": "can be chosen for csat only, and this is {kind}.",
    "survey_no_ends": "cannot be given: a question of the kind {kind} has no scale.",
    "survey_no_score": "cannot be given: a question of the kind {kind} has no score. Name options, or nothing.",
    "survey_branch": "is {value!r}: an answer leads to a later question or to the thanks. Choose one of {allowed}.",
    "survey_language": "has no text in {language!r}, the language of visitors whose own is lacking.",
    "survey_element": "can be named for dead and rage clicks only.",
    "survey_edge": "must be edge: the survey is opened by its button at the edge.",
    "survey_segment": "has rules that no browser can know before it asks: {unknown}. Rules on {allowed} are possible.",
    "survey_touchpoint": "is {value!r}, which is also reached by what no browser knows. Pages, events and elements are "
    "possible.",
    "survey_counts": "cannot be asking: this site keeps counts only, and answers are kept one by one. Choose another "
    "mode of the site first.",
    "survey_taken": "There is already a survey {value!r}: choose another name.",
    "theme_taken": "There is already a theme {value!r}: choose another name.",
    "many_themes": "A survey can have at most {most} themes: delete one first.",
    "many_surveys": "A site can have at most {most} surveys: delete one first.",
    # of what pictures are signed in with (rules/sign_in.py, rules/cookies.py)
    "secret_name": "{value!r} cannot be the name of a secret: use lowercase letters, digits, - and _, at most 64, "
    "beginning with a letter or digit.",
    "many_secrets": "A site can have at most {most} secrets: delete one first.",
    "sign_in_address": "is {value!r}: write the https address of a page on one of the site's domains.",
    "steps_without_address": "is missing: the steps begin on the sign-in page.",
    "no_cookies": "has no cookie that can be read: paste a Cookie header, a cookies.txt or a JSON list.",
    "foreign_cookies": "has no cookie of this site's domains. Left out: {domains}.",
    # of the steps of a state or a sign-in (rules/recipe.py)
    "step_none": "A state needs at least one step, such as `{example}`.",
    "step_many": "There are {n} steps: at most {most} are allowed.",
    "step_verb": "Line {line}: there is no step {verb!r}. A step begins with {verbs}.",
    "step_types": "Line {line}: {verb!r} would type into the page, which a recipe never does. "
    "A step begins with {verbs}.",
    "step_no_selector": "Line {line}: {verb} needs a selector, such as `{verb} #menu-button`.",
    "step_selector": "Line {line}: {selector!r} is not a CSS selector: "
    "a quote or bracket is not closed, or it begins with a digit.",
    "step_long": "Line {line}: the selector has {n} characters: at most {most} are allowed.",
    "step_wait": "Line {line}: {ms} ms is too long: wait at most {most} ms, or wait for a selector.",
    "step_fill": "Line {line}: name the field and the secret: `fill #password with password`.",
    "step_unverified": "The last step must be `wait SELECTOR`, for something that is visible only after signing in.",
    "step_scroll": "Line {line}: say what to scroll and how far: `scroll .panel to 800`, `scroll page to bottom`.",
}
_SHOWN = 80  # characters of a value that a fault quotes
CONFLICTS = (
    "site_taken",
    "experiment_taken",
    "plan_fixed",
    "begun",
    "segment_taken",
    "state_taken",
    "user_taken",
    "group_taken",
    "zone_taken",
    "many_groups",
    "many_zones",
    "survey_taken",
    "many_surveys",
    "theme_taken",
    "many_themes",
    "many_states",
    "many_secrets",
    "name_taken",
    "many_kept",
    "offsite_known",
    "offsite_reading",
)  # with stored ones
_OF_FIELD = ("plan_fixed", "begun")  # conflicts of one field
_WHOLE = ("step_", *(code for code in CONFLICTS if code not in _OF_FIELD))  # sentences without the field


@dataclass(frozen=True)
class Fault:
    """One fault. `field` is a path such as `variants.1.key`, counted from 0; "" is the whole record."""

    field: str
    code: str  # a key of FAULTS
    values: Mapping[str, Scalar] = _field(default_factory=dict, hash=False)

    @property
    def sentence(self) -> str:
        """The fault in English, with its field."""
        words = FAULTS[self.code].format(**self.values)
        return words if not self.field or self.code.startswith(_WHOLE) else f"{self.field}: {words}"

    @property
    def top(self) -> str:
        """The record's top-level field that contains it."""
        return self.field.partition(".")[0]

    def under(self, path: str) -> Fault:
        """The same fault of a record that is part of another."""
        return Fault(f"{path}.{self.field}" if self.field else path, self.code, self.values)


def fault(field: str, code: str, **values: Scalar) -> Fault:
    """A fault whose quoted values are cut to a length that can be shown."""
    return Fault(str(quoted(field)), code, {name: quoted(value) for name, value in values.items()})


def quoted(value: Scalar) -> Scalar:
    """The value as a fault quotes it: shortened, and with unencodable characters replaced."""
    if isinstance(value, str):
        return value[:_SHOWN].encode("utf-8", "replace").decode()
    return value


@dataclass(frozen=True)
class Faults:
    """All faults of an input, at least one, in the order of its fields."""

    all: tuple[Fault, ...]

    def __post_init__(self) -> None:
        if not self.all:
            raise ValueError("Faults without a fault")

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    @property
    def sentence(self) -> str:
        """All of them as English sentences."""
        return " ".join(one.sentence for one in self.all)


def in_order(faults: Iterable[Fault], fields: Iterable[str]) -> tuple[Fault, ...]:
    """Each fault once, in the order of `fields`, then by position in lists; unknown fields last."""
    rank = {name: n for n, name in enumerate(fields)}

    def place(one: Fault) -> tuple[int, tuple[tuple[int, str], ...]]:
        parts = one.field.split(".")
        return rank.get(parts[0], len(rank)), tuple((int(p), "") if p.isdecimal() else (0, p) for p in parts)

    return tuple(sorted(dict.fromkeys(faults), key=place))


class InvalidDefinition(StoreError):
    """The rules reject a definition; `faults` says why."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults.sentence)
        self.faults = faults


def accepted(outcome: R | Faults) -> R:
    """The record; raises InvalidDefinition if there are faults."""
    if isinstance(outcome, Faults):
        raise InvalidDefinition(outcome)
    return outcome
