"""The tester of a group's form: which addresses belong now, which are new or fall out, which are in other groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.answers.page_groups import MOST_EXAMINED, GroupEffect
from aggregator.measures.group_changes import AddressChange, decisive
from aggregator.shapes.page_groups import SetTotal
from aggregator.shapes.traffic import PageTotal
from store.pages import NOT, NotAPage, canonical_page, page_path, selects
from store.records import Site
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.groups.form import GroupForm

MOST_ROWS = 200  # addresses listed


@dataclass(frozen=True)
class AddressTally:
    """How many addresses a set has, and their visitors; `css` of the number."""

    label: str
    count: str
    words: str
    css: str = ""


@dataclass(frozen=True)
class AddressRow:
    """An address in the tester. `why`: the pattern that decides, after `by`. `leave`: its path, if this group may leave
    it to the `others` that it is in as well."""

    path: str
    visitors: str
    change: str
    css: str
    by: str
    why: str
    after: str
    others: tuple[Choice, ...] = ()
    leave: str = ""


@dataclass(frozen=True)
class Tried:
    """The answer to "Try an address". `fits` None: nothing was tried, or it is no address."""

    fits: bool | None
    words: str
    path: str = ""
    by: str = ""


@dataclass(frozen=True)
class GroupTester:
    """`lists`: which addresses can be listed, with their number; `on` for the one that is. `more`: a line below it.

    `notes`: warnings about the whole.
    """

    tried: Tried
    tallies: tuple[AddressTally, ...]
    lists: tuple[Choice, ...]
    rows: tuple[AddressRow, ...]
    more: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class TestedForm:
    """What the tester is made of. `links`: the name of each other group → its form."""

    __test__ = False  # not a class of tests

    lang: Language
    site: Site
    form: GroupForm
    effect: GroupEffect
    ungrouped: Sequence[PageTotal]
    links: Mapping[str, str]
    stored: bool


def tester_of(tested: TestedForm) -> GroupTester:
    lang, form, effect = tested.lang, tested.form, tested.effect
    changed = [row for row in effect.rows if row.change or row.others]
    belong = [row for row in effect.rows if row.change != "out"]
    numbers = {
        "changes": len(changed),
        "all": effect.totals["after"].addresses,
        "ungrouped": effect.totals["ungrouped"].addresses,
    }
    if form.listed == "ungrouped":
        found = [AddressChange(one.page, one.visitors, "", "") for one in tested.ungrouped]
    else:
        found = changed if form.listed == "changes" else belong
    matching = [row for row in found if form.find.casefold() in row.page.casefold()]
    shown = matching[:MOST_ROWS]
    return GroupTester(
        tried=_tried(tested),
        tallies=_tallies(lang, effect.totals, tested.stored),
        lists=tuple(
            Choice(label, value, form.listed == value, lang.number(numbers[value]))
            for value, label in _list_names(lang).items()
        ),
        rows=tuple(_row(tested, row) for row in shown),
        more=_more(lang, len(shown), len(matching), effect.examined),
        notes=_notes(lang, form, effect),
    )


def _list_names(lang: Language) -> dict[str, str]:
    _ = lang.text
    return {"changes": _("Changes"), "all": _("All that fit"), "ungrouped": _("Without a group")}


def _tallies(lang: Language, totals: Mapping[str, SetTotal], stored: bool) -> tuple[AddressTally, ...]:
    _ = lang.text
    shown = [
        ("fits", _("Fit as saved"), "", ""),
        ("new", _("New with this change"), "+", "up"),
        ("out", _("Fall out"), "−", "dn"),
        ("clash", _("Also in another group"), "", "warn"),
    ]
    tallies = []
    for name, label, sign, css in shown:
        total = totals[name]
        if name in ("fits", "out") and not stored:
            continue
        visitors = lang.plural("%(num)s visitor", "%(num)s visitors", total.visitors)
        addresses = lang.plural("address, %(visitors)s", "addresses, %(visitors)s", total.addresses, visitors=visitors)
        count = (sign if total.addresses else "") + lang.number(total.addresses)
        tallies.append(AddressTally(label, count, addresses, css if total.addresses else ""))
    return tuple(tallies)


def _row(tested: TestedForm, row: AddressChange) -> AddressRow:
    _ = tested.lang.text
    change, css = {"new": (_("+ new"), "up"), "out": (_("− out"), ""), "": ("", "")}[row.change]
    after = {"new": "", "out": _("so it falls out"), "": ""}[row.change]
    if row.others:
        change, css = _("in %(n)s groups", n=tested.lang.number(1 + len(row.others))), "warn"
    return AddressRow(
        path=page_path(row.page),
        visitors=tested.lang.number(row.visitors),
        change=change,
        css=css,
        by=_("by") if row.by else "",
        why=row.by,
        after=after,
        others=tuple(Choice(name, tested.links.get(name, ""), title=pattern) for name, pattern in row.others),
        leave=page_path(row.page) if row.others else "",
    )


def _tried(tested: TestedForm) -> Tried:
    _, text = tested.lang.text, tested.form.tried
    if not text:
        return Tried(None, "")
    address = (
        text if "://" in text else f"https://{_host_of(tested.site)}{text}" if text[0] == "/" else f"https://{text}"
    )
    try:
        page = canonical_page(address, tested.site.keep_query)
    except NotAPage:
        return Tried(None, _("This is not an address: write host/path or /path."))
    patterns = tested.form.patterns
    by = decisive(patterns, page)
    if selects(patterns, page):
        return Tried(True, _("Fits, as"), page_path(page), by)
    words = _("Does not fit: it is left out, as") if by.startswith(NOT) else _("Does not fit, as")
    return Tried(False, words, page_path(page), by)


def _host_of(site: Site) -> str:
    return next((domain for domain in site.domains if not domain.startswith("*")), "host.example")


def _more(lang: Language, shown: int, found: int, examined: int) -> str:
    lines = []
    if shown < found:
        lines.append(lang.text("The first %(n)s of %(all)s addresses.", n=lang.number(shown), all=lang.number(found)))
    if examined >= MOST_EXAMINED:
        lines.append(lang.text("Listed from the %(n)s busiest addresses.", n=lang.number(examined)))
    return " ".join(lines)


def _notes(lang: Language, form: GroupForm, effect: GroupEffect) -> tuple[str, ...]:
    _, notes = lang.text, []
    totals = effect.totals
    if form.patterns and not totals["after"].addresses:
        notes.append(_("No address of the last 28 days fits. The group counts pages as soon as they are visited."))
    elif totals["after"].addresses and totals["after"].addresses == totals["every"].addresses:
        notes.append(_("Every address of the site fits: this group is the whole site."))
    if clash := totals["clash"].addresses:
        notes.append(
            lang.plural(
                "%(num)s address is in another group too. It counts in both until one leaves it out.",
                "%(num)s addresses are in another group too. They count in both until one leaves them out.",
                clash,
            )
        )
    return tuple(notes)
