"""What the address of an overview chooses beside the question: the figure drawn, the split of each table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from aggregator.answers.overview import BOUNCE, GOAL
from aggregator.shapes.overview import SPLITS, ListedValues, Split
from rules.question import Question
from rules.resolve import Known
from store.segments import What
from viewer.http.parameters import choice
from viewer.pages.frame.languages import Language
from viewer.pages.map.links import Links, address
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.overview.figures import FIGURES, PARAMETER
from viewer.pages.sentences.names import value_name

# The tables of the page: the splits of each, of which one is shown
GROUPS: tuple[tuple[Split, ...], ...] = (
    ("channel", "campaign", "medium"),
    ("source", "referrer"),
    ("saw", "landing", "exit"),
    ("country", "language"),
    ("device", "browser", "os"),
    ("visitor",),
)


@dataclass(frozen=True)
class OverviewView:
    """`by`: the splits chosen in their tables, where it is not the first one; `whole`: the table listed in full."""

    action: str
    question: Question
    site: str
    figure: str = "visitors"
    by: tuple[Split, ...] = ()
    whole: str = ""
    measure: str = ""
    page_names: dict[str, str] = field(default_factory=dict)
    goal_names: Mapping[str, str] = field(default_factory=dict)

    def name(self, lang: Language, by: What, value: str) -> str:
        """The name of a value of a split or filter; a page has its title, or its path."""
        if by in ("saw", "landing", "exit") and value:
            return name_of(value, self.page_names)
        return value_name(lang, by, value)

    @property
    def links(self) -> Links:
        """Links to this page with another question."""
        return Links(self.action, self.question, extra=tuple(self.extra.items()))

    @property
    def more_is_worse(self) -> bool:
        """Whether a larger share in the tables is worse: of bounces, not of goals."""
        return self.measure == BOUNCE or not self.goal_names

    @property
    def listing(self) -> ListedValues:
        """The values that the page shows: those of the split that is chosen in each table."""
        whole: Split | Literal[""] = next((name for name in SPLITS if name == self.whole), "")
        return ListedValues(whole=whole, splits=tuple(map(self.chosen, GROUPS)))

    def chosen(self, group: Sequence[Split]) -> Split:
        """The split that a table shows."""
        return next((name for name in group if name in self.by), group[0])

    def with_split(self, group: Sequence[Split], chosen: Split) -> tuple[Split, ...]:
        """The chosen splits, with another one in a table."""
        others = tuple(name for name in self.by if name not in group)
        return others if chosen == group[0] else (*others, chosen)

    def to(
        self,
        question: Question | None = None,
        figure: str = "",
        by: tuple[Split, ...] | None = None,
        whole: str | None = None,
        measure: str | None = None,
    ) -> str:
        """The address of the page with a part of it changed."""
        view = replace(
            self,
            question=question or self.question,
            figure=figure or self.figure,
            by=self.by if by is None else by,
            whole=self.whole if whole is None else whole,
            measure=self.measure if measure is None else measure,
        )
        return address(self.action, view.question.query() | view.extra)

    @property
    def extra(self) -> dict[str, str]:
        """The parameters beside those of the question, without defaults."""
        pairs = {
            PARAMETER: self.figure if self.figure != "visitors" else "",
            "by": ",".join(self.by),
            "whole": self.whole,
            "measure": self.measure,
        }
        return {name: value for name, value in pairs.items() if value}


def view_of(action: str, site: str, question: Question, known: Known, query: Mapping[str, str]) -> OverviewView:
    """The view of an address. Problem 400 for a figure or a split that does not exist."""
    named = tuple(name for name in query.get("by", "").split(",") if name)
    by = tuple(choice({"by": name}, "by", SPLITS, "") for name in named)
    return OverviewView(
        action=action,
        question=question,
        site=site,
        figure=choice(query, PARAMETER, (*FIGURES, *(GOAL + goal.id for goal in known.goals)), "visitors"),
        by=by,
        whole=choice(query, "whole", ("", *SPLITS), ""),
        measure=choice(query, "measure", ("", BOUNCE), ""),
        page_names=page_names(list(known.snapshots)),
        goal_names={goal.id: goal.name for goal in known.goals},
    )
