"""The pictures on which the form of a survey shows its question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.pages import selects
from store.records import Site
from store.snapshots import Snapshot
from viewer.http.urls import Urls
from viewer.pages.forms.fields import shown, shown_lines
from viewer.pages.frame.languages import Language
from viewer.pages.surveys.draft import SurveyDraft
from viewer.pages.surveys.form import SurveyNames
from viewer.site_snapshots import SiteSnapshots

WIDE, NARROW = (1366, 768), (390, 760)  # size of the window that the preview stands for, CSS px
_NARROWEST_WIDE = 700  # px


@dataclass(frozen=True)
class PreviewPicture:
    """A window of `width` × `height` px, with the strips of the page's picture in it; none without a picture."""

    name: str
    about: str
    width: int
    height: int
    strips: list[str]


async def preview_pictures(
    lang: Language, urls: Urls, snapshots: SiteSnapshots, site: Site, draft: SurveyDraft, names: SurveyNames
) -> list[PreviewPicture]:
    """A wide and a narrow window on the first page of the survey that has a picture."""
    patterns = _patterns(draft, names)
    usual = [one for one in await snapshots.all(site) if not one.variant and not one.state]
    wanted = [one for one in usual if not patterns or selects(patterns, one.page)]
    made = []
    for name, (width, height) in ((lang.text("Desktop"), WIDE), (lang.text("Phone"), NARROW)):
        fitting = [one for one in wanted if (one.width >= _NARROWEST_WIDE) == (width >= _NARROWEST_WIDE)]
        found = min(fitting, key=lambda one: (abs(one.width - width), one.page), default=None)
        about, strips = lang.text("no picture of this page"), list[str]()
        if found:
            about = lang.text("picture of %(day)s, %(width)s px", day=lang.day(_day(lang, found)), width=found.width)
            _, drawn = await snapshots.drawn(found)
            strips = [urls.strip(site.id, found.id, n) for n, _ in drawn[:2]]
        made.append(PreviewPicture(name, about, width, height, strips))
    return made


def _day(lang: Language, snapshot: Snapshot) -> str:
    return lang.zone.day(snapshot.taken).isoformat()


def _patterns(draft: SurveyDraft, names: SurveyNames) -> Sequence[str]:
    """The pages on which the survey asks; empty for all."""
    fields = draft.fields
    if group := shown(fields, "group"):
        return next((one.patterns for one in names.groups if one.key == group), ())
    if touchpoint := shown(fields, "touchpoint"):
        every = (one for journey in names.journeys if journey.id == shown(fields, "journey")
                 for stage in journey.stages for one in stage.touchpoints)  # fmt: skip
        return next((one.patterns for one in every if one.key == touchpoint), ())
    return shown_lines(fields, "pages").splitlines()
