"""Exports of SurveyMonkey, Typeform and Qualtrics: what is read, and what is left out."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.faults import Faults
from rules.survey_export import ExportTable, guessed_kind, read_export, score_of

QUALTRICS = (
    "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,ResponseId,"
    "RecipientEmail,Q1_NPS_GROUP,Q1,Q2\n"
    "Start Date,End Date,Response Type,IP Address,Progress,Duration (in seconds),Finished,Recorded Date,Response ID,"
    'Recipient Email,"How likely are you to recommend us? - Group","How likely are you to recommend us?",Why?\n'
    '"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}","{""ImportId"":""endDate"",""timeZone"":'
    '""America/Denver""}","{""ImportId"":""status""}",x,x,x,x,x,x,x,x,"{""ImportId"":""QID1""}","{""ImportId"":'
    '""QID2_TEXT""}"\n'
    "2026-11-20 09:00:00,2026-11-20 09:01:00,IP Address,203.0.113.9,100,60,True,2026-11-20 09:01:01,R_1,"
    'me@home.example,Promoter,10,"Fast,\nand quiet"\n'
    "2026-11-20 10:00:00,2026-11-20 10:01:00,Survey Preview,,100,60,True,2026-11-20 10:01:01,R_2,,Promoter,9,\n"
    "2026-11-21 10:00:00,2026-11-21 10:01:00,IP Address,,40,60,False,2026-11-21 10:01:01,R_3,,Detractor,3,\n"
    "2026-11-21 10:00:00,2026-11-21 10:01:00,IP Address,,0,1,False,2026-11-21 10:01:01,R_4,,,,\n"
)
SURVEYMONKEY = (
    "Respondent ID,Collector ID,Date Created,Date Modified,IP Address,Email Address,First Name,Last Name,Custom Data 1,"
    "How satisfied were you with our help?,What did you use?,,,What should we mend?\n"
    ",,,,,,,,,Response,Mail,Phone,Other (please specify),Open-Ended Response\n"
    "118001,501,11/23/2026 02:04:12 PM,11/23/2026 02:05:12 PM,203.0.113.9,me@home.example,Ann,Lee,,5,Mail,,,Nothing\n"
    "118002,501,11/24/2026 08:00:00 AM,11/24/2026 08:01:00 AM,,,,,,2,,Phone,Letter,\n"
    "118003,501,never,never,,,,,,2,,,,\n"
    "118004,501,11/24/2026 08:00:00 AM\n"
)
TYPEFORM = (
    "#,How easy was it to return your lamp?,Anything else?,Response Type,Start Date (UTC),Stage Date (UTC),"
    "Submit Date (UTC),Network ID,Tags\n"
    "a1,2,,completed,2026-11-20 08:00:00,,2026-11-20 08:00:30,0f3c,\n"
    "a2,7,No box,partial,2026-11-21 08:00:00,,2026-11-21 08:00:30,0f3d,\n"
    "a1,1,,completed,2026-11-20 08:00:00,,2026-11-20 09:00:00,0f3c,\n"
)


def table(text: str, zone: str = "Europe/Paris", **options: str) -> ExportTable:
    found = read_export(text, zone, **options)  # type: ignore[arg-type]
    assert isinstance(found, ExportTable), found
    return found


def fault_of(text: str) -> str:
    found = read_export(text, "Europe/Paris")
    assert isinstance(found, Faults), found
    return found.all[0].code


def ms(zone: str, *when: int) -> int:
    return int(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp() * 1000)  # type: ignore[misc, arg-type]


def test_qualtrics() -> None:
    found = table(QUALTRICS)
    assert [(one.text, one.kind, one.answered) for one in found.questions] == [
        ("How likely are you to recommend us?", "nps", 2),
        ("Why?", None, 1),
    ]
    first, half = found.responses
    assert (first.ms, first.is_complete) == (ms("America/Denver", 2026, 11, 20, 9, 1), True)
    assert sorted(first.cells.values()) == ["10", "Fast,\nand quiet"]
    assert not half.is_complete
    assert half.line == 7  # after the answer with a line break
    assert found.left_out == {"skipped": 1, "nothing": 1}
    assert found.rows == len(found.responses) + sum(found.left_out.values())
    assert {"IPAddress", "RecipientEmail", "Q1_NPS_GROUP"} <= set(found.not_read)


def test_surveymonkey() -> None:
    found = table(SURVEYMONKEY)
    satisfied, used, mend = found.questions
    assert (satisfied.kind, satisfied.answered) == ("csat", 2)
    assert used.options == ("Mail", "Phone", "Other (please specify)")
    assert [mend.text, mend.places] == ["What should we mend?", (13,)]
    assert found.responses[0].ms == ms("Europe/Paris", 2026, 11, 23, 14, 5, 12)
    assert [found.responses[1].cells[place] for place in used.places[1:]] == ["Phone", "Letter"]
    assert found.left_out == {"time": 1, "cells": 1}


def test_typeform() -> None:
    found = table(TYPEFORM)
    easy, other = found.questions
    assert (easy.kind, other.kind) == ("ces", None)
    # the later answer of one respondent is the one that counts
    assert [(one.respondent, one.cells[easy.places[0]]) for one in found.responses] == [("a1", "1"), ("a2", "7")]
    assert [one.is_complete for one in found.responses] == [True, False]
    assert found.responses[1].ms == ms("UTC", 2026, 11, 21, 8, 0, 30)
    assert found.left_out == {"twice": 1}


@pytest.mark.parametrize("name", ["me@home.example", "203.0.113.9", "Ann", "Lee", "0f3c"])
@pytest.mark.parametrize("text", [QUALTRICS, SURVEYMONKEY, TYPEFORM])
def test_nothing_that_names_a_person_is_read(text: str, name: str) -> None:
    assert all(name not in cell for one in table(text).responses for cell in one.cells.values())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "export_empty"),
        ("\n \n", "export_empty"),
        ("name,score\nAnn,9\n", "export_unknown"),
        ('{"a": 1}', "export_unknown"),
        (TYPEFORM.splitlines()[0] + "\n", "export_no_answers"),
        ("\n".join(SURVEYMONKEY.splitlines()[:1]), "export_no_answers"),
        (TYPEFORM + 'a3,"never closed\n', "export_quote"),
        (SURVEYMONKEY.replace("11/23/", "11/03/").replace("11/24/", "11/04/"), "export_dates"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(text: str, code: str) -> None:
    assert fault_of(text) == code


def test_the_order_of_dates_is_asked_for_only_if_no_date_shows_it() -> None:
    early = SURVEYMONKEY.replace("11/23/", "11/03/").replace("11/24/", "11/04/")
    assert table(early, order="mdy").responses[0].ms == ms("Europe/Paris", 2026, 11, 3, 14, 5, 12)
    assert table(early, order="dmy").responses[0].ms == ms("Europe/Paris", 2026, 3, 11, 14, 5, 12)
    days_first = SURVEYMONKEY.replace("11/23/", "23/11/").replace("11/24/", "24/11/")
    assert table(days_first).responses[0].ms == ms("Europe/Paris", 2026, 11, 23, 14, 5, 12)


@pytest.mark.parametrize(
    ("cell", "kind", "score"),
    [
        ("0", "nps", 0), ("10", "nps", 10), ("11", "nps", None), ("10 - Extremely likely", "nps", 10),
        ("Not at all likely - 0", "nps", 0), ("Very easy (1)", "ces", 1), ("8", "ces", None), ("0", "ces", None),
        ("★★★★☆", "csat", 4), ("⭐⭐", "csat", 2), ("5.0", "csat", 5), ("4.5", "csat", None),
        ("Very good", "csat", None), ("10 of 12 times", "nps", None), ("-3", "nps", None),
        ("", "nps", None), ("9/10", "nps", None),
    ],
)  # fmt: skip
def test_a_cell_as_a_score(cell: str, kind: str, score: int | None) -> None:
    assert score_of(cell, kind) == score  # type: ignore[arg-type]


def test_a_scale_is_not_guessed_where_several_are_possible() -> None:
    assert guessed_kind("How was it?", ["3", "5", "1"]) is None
    assert guessed_kind("How was it?", ["3", "9", "1"]) == "nps"
    assert guessed_kind("How likely are you to recommend us?", ["3", "5", "1"]) == "nps"
    assert guessed_kind("How easy was it?", ["3", "9", "8"]) == "nps"  # no scale from 1 to 7
    assert guessed_kind("How easy was it?", ["", " "]) is None


@given(st.lists(st.lists(st.text(max_size=20), min_size=9, max_size=9), min_size=1, max_size=6))
def test_every_row_is_read_or_left_out_with_a_reason(rows: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(TYPEFORM.splitlines()[0].split(","))
    writer.writerows(rows)
    found = read_export(out.getvalue(), "UTC")
    if isinstance(found, ExportTable):
        assert found.rows == len(found.responses) + sum(found.left_out.values())
        assert all(one.ms < datetime(9_999, 12, 31, tzinfo=UTC).timestamp() * 1000 for one in found.responses)
