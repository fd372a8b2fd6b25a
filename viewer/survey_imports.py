"""Exports of other survey tools: read, and stored as closed surveys with their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules import survey as rules
from rules.erasure import retention_of
from rules.faults import Faults, InvalidDefinition, accepted, fault
from rules.survey_export import DateOrder, ScoreKind, read_export
from rules.survey_export.table import MOST_BYTES
from rules.survey_import import SurveyImport, survey_import
from store.client import Store
from store.definitions import Definitions
from store.feedback import insert_answers
from store.records import Site
from store.surveys import Survey
from store.zones import now_ms


@dataclass(frozen=True)
class ExportUpload:
    """A file with what its sender says of it: `name` of the survey, `language` of its questions, `scales` and `order`
    where the file does not tell, `place`: where it was asked, as fields of a survey."""

    content: bytes
    name: str
    language: str
    scales: ScoreKind | None
    order: DateOrder
    place: Mapping[str, object]


@dataclass(frozen=True)
class ImportedSurvey:
    """The survey that was made, and what was taken over and left out."""

    survey: Survey
    made: SurveyImport


class SurveyImports:
    """Imports exports. Methods query the store: run them in threads."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self._store = store
        self._definitions = definitions

    def receive(self, site: Site, sent: ExportUpload, by: str) -> ImportedSurvey:
        """InvalidDefinition if the file cannot be read, or nothing in it can be taken over."""
        if len(sent.content) > MOST_BYTES:
            raise InvalidDefinition(Faults((fault("file", "file_large", n=len(sent.content), most=MOST_BYTES),)))
        try:
            text = sent.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidDefinition(Faults((fault("file", "not_utf8"),))) from None
        table = accepted(read_export(text, site.zone.name, sent.order))
        limits = retention_of(site, now_ms())
        oldest = limits.until.get("events", 0) if limits else 0
        made = survey_import(table, sent.name, sent.language, sent.scales, oldest, sent.place)
        if not made.rows:
            raise InvalidDefinition(Faults((fault("file", "export_nothing", n=table.rows),)))
        survey = rules.add(self._definitions, site.id, made.fields, by)
        insert_answers(self._store, survey, made.rows, sent.language)
        return ImportedSurvey(survey, made)
