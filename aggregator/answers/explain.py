"""What a map says about itself, as codes with figures; the pages have the sentences."""

from __future__ import annotations

from dataclasses import dataclass, field

from aggregator.measures.account import Account
from aggregator.measures.statistics import FEW
from aggregator.shapes.exposure import Exposed
from aggregator.shapes.scope import Scope
from store.notes import PictureNote, read_note
from store.snapshots import Snapshot

MANY_NOT_PLACED = 0.05
HEIGHT_DIFFERS = 0.1


@dataclass(frozen=True)
class MapWarning:
    """`code` is one of CODES; `values` are the figures in its text."""

    code: str
    values: dict[str, int | float | str] = field(default_factory=dict)


CODES = {
    "page_unknown": "Nothing was ever received for these pages.",
    "other_period": "Nothing in this period; there are {n} from {first} to {last}.",
    "only_bots": "All {n} came from bots; bots=true shows them.",
    "only_excluded": "All {n} came from excluded visitors (the team).",
    "segment_empty": "Nothing in this segment; {n} outside it.",
    "nothing_placed": "None of the {n} could be placed: the page has changed since, or the picture is of another page.",
    "only_in_states": "All {n} were made in other states of the page: see their maps.",
    "no_points": "{visitors} visitors, and none of them did this here.",
    "many_hidden": "{n} ({share}) were made on elements that this picture hides: see the width they were made at, "
    "or define a state of the page that shows them.",
    "many_not_placed": "{n} ({share}) could not be placed: take a new picture.",
    "look_alikes": "{n} ({share}) are on elements of which the page has several that look the same, in a list that may "
    "have changed since: they are not placed.",
    "one_in_ten": "Counted are the {visitors} visitors of a tenth chosen by their numbers: shares are less certain.",
    "few_visitors": "Only {visitors} visitors: shares are noise below {least}.",
    "variant_picture_missing": "There is no picture of variant {variant}; it is drawn on the page's own.",
    "page_height_differs": "Visitors had pages of {seen} px, the picture has {picture} px.",
    "events_cut": "Trackers had to drop {n} events.",
    "not_random": "These two groups were not chosen at random; they may differ in who came.",
    "in_both_sets": "{n} visitors ({share}) are in both groups and count in each.",
    "in_both": "{n} visitors ({share}) saw more than one variant and are left out.",
    "no_planned_size": "No planned size was set: looking again and again finds differences that are none.",
    "snapshot": "Of the picture: {words}",
}


def explain(
    scope: Scope,
    snapshot: Snapshot,
    account: Account,
    exposed: Exposed,
    span: tuple[str, str, int] | None,
    hidden: int = 0,
) -> list[MapWarning]:
    """Warnings of a map, the most serious first.

    `span` (first day, last day, rows at any time) is needed when nothing was received; `hidden` of the points not
    placed are on elements that the picture does not show.
    """
    found = _emptiness(account, exposed, span)
    others = account.not_placed - hidden - account.look_alikes
    for code, n in (
        ("many_hidden", hidden),
        ("look_alikes", account.look_alikes),
        ("many_not_placed", others),
    ):
        if (account.drawn or code == "look_alikes") and n > MANY_NOT_PLACED * account.left:
            found.append(MapWarning(code, {"n": n, "share": round(n / account.left, 4)}))
    if scope.tenth:
        found.append(MapWarning("one_in_ten", {"visitors": exposed.visitors}))
    if 0 < exposed.visitors < FEW:
        found.append(MapWarning("few_visitors", {"visitors": exposed.visitors, "least": FEW}))
    if scope.variant and not snapshot.variant:
        found.append(MapWarning("variant_picture_missing", {"variant": scope.variant[1]}))
    if exposed.page_h and abs(exposed.page_h - snapshot.height) > HEIGHT_DIFFERS * snapshot.height:
        found.append(MapWarning("page_height_differs", {"seen": exposed.page_h, "picture": snapshot.height}))
    if exposed.cut:
        found.append(MapWarning("events_cut", {"n": exposed.cut}))
    found.extend(_of_picture(read_note(stored)) for stored in snapshot.warnings)
    return found


def _of_picture(note: PictureNote) -> MapWarning:
    values: dict[str, int | float | str] = {"note": note.code, **note.values} if note.code else {}
    return MapWarning("snapshot", {"words": note.words, **values})


def _emptiness(account: Account, exposed: Exposed, span: tuple[str, str, int] | None) -> list[MapWarning]:
    """Why nothing is drawn; no warning where something is."""
    if account.drawn:
        return []
    if account.not_placed:
        return [MapWarning("nothing_placed", {"n": account.not_placed})]
    if account.elsewhere:
        return [MapWarning("only_in_states", {"n": account.elsewhere})]
    if account.received:
        if account.outside:
            return [MapWarning("segment_empty", {"n": account.outside})]
        if account.bots >= account.excluded:
            return [MapWarning("only_bots", {"n": account.bots})]
        return [MapWarning("only_excluded", {"n": account.excluded})]
    if exposed.visitors:
        return [MapWarning("no_points", {"visitors": exposed.visitors})]
    first, last, n = span or ("", "", 0)
    if n:
        return [MapWarning("other_period", {"first": first, "last": last, "n": n})]
    return [MapWarning("page_unknown")]
