"""The notes on a map: pins on the picture, and the list beside it, numbered alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aggregator.placing.remark_places import NoteRung, PlacedNote
from store.remarks import Remark
from viewer.access.person import Person
from viewer.layer_reader import DrawnNotes
from viewer.pages.frame.charts import percent
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.map.elements import ElementLine
from viewer.remarks import may_change

LISTED = 50  # notes on one page of the list
MOST_PINS = 200  # on a picture: those that are near each other become one with their number
PIN = 20.0  # CSS px of the picture: closer ones overlap by half


@dataclass(frozen=True)
class Pin:
    """One note, or several at one place. `text`: the number of the note, or how many there are."""

    text: str
    href: str
    label: str
    left: str
    top: str
    css: str  # "ok" if all are resolved, "lost" if their element is gone, "many"
    note: str = ""  # the id of a single one


@dataclass(frozen=True)
class Reply:
    author: str
    text: str
    when: str


@dataclass(frozen=True)
class Thread:
    """A note in the list. `warning`: what is uncertain about its place."""

    id: str
    number: int
    name: str
    text: str
    by: str
    warning: str
    lost: bool
    resolved: bool
    mentioned: bool
    mine: bool  # the reader may resolve, move and delete it
    action: str
    replies: tuple[Reply, ...]


@dataclass(frozen=True)
class NoteLayer:
    """`switch` shows or hides the notes; the rest is empty while they are hidden."""

    switch: Choice
    shown: bool = False
    heading: str = ""
    action: str = ""
    next: str = ""
    pins: tuple[Pin, ...] = ()
    threads: tuple[Thread, ...] = ()
    pages: tuple[Choice, ...] = ()
    elements: tuple[Choice, ...] = ()  # to write on; the address of each is its key


def hidden_notes(setting: MapSetting, n: int) -> NoteLayer:
    """The switch alone. `n`: how many notes are open."""
    label = setting.lang.text("Notes, %(n)s", n=setting.lang.number(n)) if n else setting.lang.text("Notes")
    return NoteLayer(Choice(label, setting.links.keeping(notes="1").to()))


def note_layer(setting: MapSetting, who: Person, found: DrawnNotes, elements: Sequence[ElementLine]) -> NoteLayer:
    """Pins of all notes, and one page of the list. `elements`: those that can be written on."""
    notes, placed = found.notes, found.placed
    lang, links = setting.lang, setting.links
    first = min((setting.look.notes - 1) * LISTED, max(0, len(notes) - 1) // LISTED * LISTED)
    shown = range(first, min(first + LISTED, len(notes)))
    keeping = setting.fixed | dict(setting.look.query())
    pages = range(0, len(notes), LISTED) if len(notes) > LISTED else ()
    return NoteLayer(
        switch=Choice(lang.text("Hide notes"), links.keeping(notes="").to(), True),
        shown=True,
        heading=lang.text("Notes, %(n)s open", n=lang.number(sum(not one.resolved for one in notes))),
        action=setting.urls.notes(setting.site.id, **keeping),
        next=links.to(),
        pins=_pins(setting, notes, placed),
        threads=tuple(_thread(setting, who, notes[n], placed[n].rung, n + 1, keeping) for n in shown),
        pages=tuple(
            Choice(lang.between(at + 1, min(at + LISTED, len(notes))),
                   links.keeping(notes=str(at // LISTED + 1)).to(), at == first)
            for at in pages
        ),
        elements=tuple(Choice(one.name, one.key, one.held) for one in elements if one.box),
    )  # fmt: skip


def _pins(setting: MapSetting, notes: Sequence[Remark], placed: Sequence[PlacedNote]) -> tuple[Pin, ...]:
    picture = setting.snapshot
    width, height = (float(picture.width), float(picture.height)) if picture else (1000.0, 1000.0)
    return tuple(_pin(setting, notes, placed, together) for together in clustered(placed, width, height))


def clustered(placed: Sequence[PlacedNote], width: float, height: float) -> list[list[int]]:
    """The notes that share a pin, at most MOST_PINS lists of indices: where there are more, the cells in which pins
    become one are doubled. Notes that the picture hides have none. `width`, `height`: of the picture, CSS px."""
    on, cell = [n for n, one in enumerate(placed) if one.rung != "hidden"], PIN
    while True:
        cells: dict[tuple[int, int], list[int]] = {}
        for n in on:
            cells.setdefault((int(placed[n].x * width // cell), int(placed[n].y * height // cell)), []).append(n)
        if len(cells) <= MOST_PINS:
            return list(cells.values())
        cell *= 2


def _pin(setting: MapSetting, notes: Sequence[Remark], placed: Sequence[PlacedNote], together: Sequence[int]) -> Pin:
    lang, n = setting.lang, together[0]
    note, at = notes[n], placed[n]
    page = setting.links.keeping(notes=str(n // LISTED + 1)).to()
    is_near = (setting.look.notes - 1) * LISTED <= n < setting.look.notes * LISTED
    pin = Pin(
        text=str(n + 1),
        href=f"#n{note.id}" if is_near else f"{page}#n{note.id}",
        label=lang.text("Note %(n)s, %(name)s", n=lang.number(n + 1), name=_name(lang, note)),
        left=percent(at.x),
        top=percent(at.y),
        css="ok" if all(notes[one].resolved for one in together) else "lost" if at.rung == "lost" else "",
        note=note.id,
    )
    if len(together) == 1:
        return pin
    label = lang.plural("%(num)s note", "%(num)s notes", len(together))
    return replace(pin, text=f"×{len(together)}", label=label, css=f"{pin.css} many".strip(), note="")


def _thread(
    setting: MapSetting, who: Person, note: Remark, rung: NoteRung, number: int, keeping: dict[str, str]
) -> Thread:
    lang = setting.lang
    then = note.figure
    by = f"{note.author}, {lang.moment(note.time)}"
    if then:
        shares = lang.share(then.clicked), lang.share(then.dead, 0)
        by += " · " + lang.text("then %(clicked)s clicked, %(dead)s dead", clicked=shares[0], dead=shares[1])
    every = (*note.mentions, *(name for one in note.answers for name in one.mentions))
    return Thread(
        id=note.id,
        number=number,
        name=_name(lang, note),
        text=note.text,
        by=by,
        warning=place_warnings(lang).get(rung, ""),
        lost=rung == "lost",
        resolved=note.resolved,
        mentioned=who.via == "session" and who.name in every,
        mine=may_change(who, note),
        action=setting.urls.note(setting.site.id, note.id, **keeping),
        replies=tuple(Reply(one.author, one.text, lang.moment(one.time)) for one in note.answers),
    )


def _name(lang: Language, note: Remark) -> str:
    return note.place.name or (lang.text("An element") if note.place.element else lang.text("A place on the page"))


def place_warnings(lang: Language) -> dict[NoteRung, str]:
    """What is uncertain about the place of a note, by how it was found."""
    _ = lang.text
    return {
        "matched": _("element changed since: matched"),
        "around": _("element gone: on what was around it"),
        "hidden": _("hidden on this picture"),
        "lost": _("element gone: at its old place"),
    }
