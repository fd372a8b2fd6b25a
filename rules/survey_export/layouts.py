"""How SurveyMonkey, Typeform and Qualtrics write their CSV exports.

SurveyMonkey (https://help.surveymonkey.com/en/surveymonkey/analyze/exporting-survey-data/, "All responses data"): two
lines of names, of which the second one has the options of a question, or "Response" and "Open-Ended Response".
Typeform (https://help.typeform.com/hc/en-us/articles/360052324671): one line; each option of a question with several
has a column of its own, named after the option.
Qualtrics (https://www.qualtrics.com/support/survey-platform/data-and-analysis-module/data/download-data/
understanding-your-dataset/): three lines, the name, the text and, as JSON, the id and the time zone of a column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

ExportTool = Literal["surveymonkey", "typeform", "qualtrics"]


@dataclass(frozen=True)
class ExportLayout:
    """`marks`: names of columns that tell the tool, all of them. `times`: columns with the time of a response, the
    first that a file has counts. `respondent`: the column with the id of a response. `about`: other columns that are no
    question; `personal` of them name a person. `skipped`: column → values of responses that are not visitors' own, such
    as previews. `unfinished`: column → values of a response that was not sent."""

    tool: ExportTool
    name: str
    header_lines: int
    marks: tuple[str, ...]
    times: tuple[str, ...]
    respondent: tuple[str, ...]
    personal: tuple[str, ...]
    about: tuple[str, ...] = ()
    zone: str = ""
    skipped: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unfinished: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def is_question(self, name: str) -> bool:
        """Whether a column, by the first line, is a question."""
        known = (*self.times, *self.respondent, *self.personal, *self.about, *self.skipped, *self.unfinished)
        return name not in known


LAYOUTS: tuple[ExportLayout, ...] = (
    ExportLayout(
        tool="qualtrics",
        name="Qualtrics",
        header_lines=3,
        marks=("ResponseId", "RecordedDate"),
        times=("EndDate", "RecordedDate", "StartDate"),
        respondent=("ResponseId",),
        personal=(
            *("IPAddress", "RecipientLastName", "RecipientFirstName", "RecipientEmail", "ExternalReference"),
            *("LocationLatitude", "LocationLongitude"),
        ),
        about=("Progress", "Duration (in seconds)", "DistributionChannel", "UserLanguage"),
        # https://www.qualtrics.com/support/survey-platform/data-and-analysis-module/data/download-data/
        # understanding-your-dataset/ "Status": as words, or as numbers
        skipped={"Status": ("Survey Preview", "Survey Test", "Spam", "Possible Spam", "1", "2", "8", "9")},
        unfinished={"Finished": ("False", "FALSE", "0")},
    ),
    ExportLayout(
        tool="surveymonkey",
        name="SurveyMonkey",
        header_lines=2,
        marks=("Respondent ID", "Collector ID"),
        times=("Date Modified", "End Date", "Date Created", "Start Date"),
        respondent=("Respondent ID",),
        personal=("IP Address", "Email Address", "First Name", "LastName", "Last Name"),
        about=("Collector ID", "Custom Data 1", "Custom Data", "Collector Title"),
        unfinished={"Response Status": ("Incomplete", "incomplete", "Partial", "partial")},
    ),
    ExportLayout(
        tool="typeform",
        name="Typeform",
        header_lines=1,
        marks=("#", "Submit Date (UTC)"),
        times=("Submit Date (UTC)", "Stage Date (UTC)", "Start Date (UTC)"),
        respondent=("#",),
        personal=("Network ID",),
        about=("Tags", "Ending", "Score"),
        zone="UTC",
        unfinished={"Response Type": ("partial", "started")},
    ),
)


def layout_of(names: Sequence[str]) -> ExportLayout | None:
    """The layout whose marks are all among the names of the first line."""
    found = set(names)
    return next((layout for layout in LAYOUTS if found.issuperset(layout.marks)), None)
