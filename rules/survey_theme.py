"""The rules of a theme: a label that people set on answers to a survey (store/surveys.py)."""

from __future__ import annotations

from collections.abc import Mapping

from rules.by_name import put_under_free_id
from rules.faults import Faults, InvalidDefinition, accepted, fault
from rules.fields import text_of, without_none
from rules.find import NotFound
from rules.names import slug
from rules.shape import record
from store.definitions import Definitions, Missing
from store.surveys import SurveyTheme

FIELDS = ("name", "answers", "version")
MOST_THEMES = 100  # of a survey


def parse(
    fields: Mapping[str, object], site: str, survey: str, stored: SurveyTheme | None = None
) -> SurveyTheme | Faults:
    """A new theme of a survey with an id derived from its name, or `stored` replaced.

    `version` of a change: the version it was based on, the stored one if it is not given.
    """
    fields = without_none(fields, "version")
    if stored is None:
        id = slug(text_of(fields, "name"))
        given: dict[str, object] = {"site": site, "survey": survey, "id": id, "version": 0}
        return record(SurveyTheme, fields, allowed=FIELDS, given=given)
    given = {"site": site, "survey": survey, "id": stored.id}
    return record(SurveyTheme, {"version": stored.version, **fields}, allowed=FIELDS, given=given)


def themes_of(definitions: Definitions, site: str, survey: str) -> list[SurveyTheme]:
    """The themes of a survey, by name."""
    found = definitions.find(SurveyTheme, site=site, survey=survey)
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def theme_of(definitions: Definitions, site: str, survey: str, id: str) -> SurveyTheme:
    """NotFound if the survey has no such theme."""
    try:
        theme = definitions.get(SurveyTheme, id)
    except Missing:
        theme = None
    if theme is None or (theme.site, theme.survey) != (site, survey):
        raise NotFound("survey_theme", id, [one.id for one in themes_of(definitions, site, survey)])
    return theme


def add(definitions: Definitions, site: str, survey: str, fields: Mapping[str, object], by: str = "") -> SurveyTheme:
    """Store a new theme. InvalidDefinition if it has faults, its name is taken, or the survey has too many."""
    made = accepted(parse(fields, site, survey))
    _check(definitions, made)
    return put_under_free_id(definitions, made, made.name, by)


def change(definitions: Definitions, stored: SurveyTheme, fields: Mapping[str, object], by: str = "") -> SurveyTheme:
    """Replace a theme. InvalidDefinition if it has faults, Conflict if somebody else has changed it since."""
    made = accepted(parse(fields, stored.site, stored.survey, stored))
    _check(definitions, made)
    return definitions.put(made, by)


def _check(definitions: Definitions, made: SurveyTheme) -> None:
    others = [one for one in themes_of(definitions, made.site, made.survey) if one.id != made.id or not made.version]
    if any(one.name == made.name for one in others):
        raise InvalidDefinition(Faults((fault("name", "theme_taken", value=made.name),)))
    if len(others) >= MOST_THEMES:
        raise InvalidDefinition(Faults((fault("", "many_themes", most=MOST_THEMES),)))
