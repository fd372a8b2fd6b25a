"""The tokens of programs, on the account page of an owner of every site."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.datastructures import FormData

from rules.find import find, stored_of
from rules.token import OFFERED_DAYS, USUAL_DAYS
from store.definitions import Definitions, Missing
from store.records import Site, Token
from store.zones import DAY_MS, now_ms
from viewer.access import tokens
from viewer.access.person import Person
from viewer.pages.forms.faults import FormFaults, RejectedRow, rejected_row
from viewer.pages.forms.fields import number, text
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.people.labels import label
from viewer.pages.people.roles import ROLES, role_name
from viewer.registry import Registry

SOON_DAYS = 7  # before its end, a token is marked
NO_FAULTS = FormFaults()


@dataclass(frozen=True)
class TokenRow:
    """A token. `soon`: whether it ends within SOON_DAYS; `ended`: whether it has ended."""

    id: str
    name: str
    role: str
    sites: str
    made: str
    last: str
    ends: str
    soon: bool
    ended: bool


@dataclass(frozen=True)
class TokenForm:
    """The form of a new token, as typed. `site` "": every site; `days` "0": without an end."""

    name: str = ""
    role: str = "viewer"
    site: str = ""
    days: str = str(USUAL_DAYS)
    faults: FormFaults = NO_FAULTS

    @staticmethod
    def typed(form: FormData) -> TokenForm:
        """What was submitted; a field that was not sent has its usual value, as by the API."""
        usual = TokenForm()
        role = text(form, "role") if "role" in form else usual.role
        days = text(form, "days") if "days" in form else usual.days
        return TokenForm(text(form, "name"), role, text(form, "site"), days)

    @property
    def fields(self) -> Mapping[str, object]:
        """As the rules read them."""
        roles = {"sites": {self.site: self.role}} if self.site else {"role": self.role}
        return {"name": self.name, "days": number(self.days), **roles}


@dataclass(frozen=True)
class TokensSection:
    """`rejected`: tokens that the current rules reject, with their faults. `new`: the text of a token that was just
    made, shown only once; "" for none."""

    rows: tuple[TokenRow, ...]
    rejected: tuple[RejectedRow, ...]
    form: TokenForm
    roles: tuple[Choice, ...]
    sites: tuple[Choice, ...]
    ends: tuple[Choice, ...]
    new: str = ""


async def tokens_section(registry: Registry, lang: Language, form: TokenForm, new: str = "") -> TokensSection:
    """The tokens and the form of a new one."""
    found, sites = await registry.listing(Token), await registry.sites()
    last = await registry.read(tokens.last_uses)
    return TokensSection(
        rows=tuple(_row(lang, one, sites, last.get(one.id, 0)) for one in found.records),
        rejected=tuple(rejected_row(lang, one, label, "") for one in found.rejected),
        form=form,
        roles=tuple(Choice(role_name(lang, role), role, role == form.role) for role in ROLES),
        sites=(
            Choice(lang.text("Every site"), "", not form.site),
            *(Choice(one.name, one.id, one.id == form.site) for one in sites),
        ),
        ends=tuple(Choice(_days(lang, days), str(days), str(days) == form.days) for days in OFFERED_DAYS),
        new=new,
    )


def withdraw(definitions: Definitions, id: str, who: Person) -> None:
    """End a token; does nothing if it has ended already."""
    with suppress(Missing):
        definitions.delete_stored(Token, stored_of(find(definitions, Token, id)), who.name)


def _row(lang: Language, token: Token, sites: list[Site], last: int) -> TokenRow:
    names = {one.id: one.name for one in sites}
    single = [lang.named(names.get(one.site, one.site), role_name(lang, one.role)) for one in token.sites]
    now = now_ms()
    return TokenRow(
        id=token.id,
        name=token.name,
        role=role_name(lang, token.role) if token.role else "",
        sites=", ".join([*([lang.text("Every site")] if token.role else []), *single]),
        made=_made(lang, token),
        last=lang.moment(last) if last else lang.text("never"),
        ends=lang.day(lang.zone.local(token.until).date()) if token.until else lang.text("no end"),
        soon=0 < token.until < now + SOON_DAYS * DAY_MS,
        ended=token.has_ended(now),
    )


def _made(lang: Language, token: Token) -> str:
    if not token.made:
        return "–"
    day = lang.day(lang.zone.local(token.made).date())
    return lang.text("%(day)s, %(name)s", day=day, name=token.by) if token.by else day


def _days(lang: Language, days: int) -> str:
    if not days:
        return lang.text("no end")
    return lang.plural("in %(num)s day", "in %(num)s days", days)
