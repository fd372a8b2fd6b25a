"""Entries of the activity in words: who did what, with a link to the thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from store.activity import ActivityEntry
from viewer.access.person import Person
from viewer.activity import action_of, name_of
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.people.roles import role_name
from viewer.pages.people.session_rows import agent_words

_PLACE = "\0"  # stands for the thing, until the sentence is taken apart
Labels = Mapping[str, Callable[[Language, str], str]]


@dataclass(frozen=True)
class ActivitySentence:
    """`before`, the thing and `after` make a sentence; `href`: the page of the thing, "" for none. `details`: what
    exactly changed."""

    before: str
    thing: str
    after: str
    href: str = ""
    details: str = ""


@dataclass(frozen=True)
class ActivityWords:
    """Puts entries into words for one reader. `sites`: names by id; `labels`: the labels of each kind's form."""

    lang: Language
    urls: Urls
    who: Person
    sites: Mapping[str, str]
    labels: Labels

    def sentence(self, entry: ActivityEntry) -> ActivitySentence:
        """The entry as a sentence without its subject, which is the author."""
        template = _special(self.lang, entry) or self._usual(entry)
        before, _, after = template.partition(_PLACE)
        thing = self._thing(entry) if _PLACE in template else ""
        return ActivitySentence(before, thing, after, self._href(entry), self._details(entry))

    def author(self, entry: ActivityEntry) -> str:
        """Who did it: a person, a program by the name of its token, or this server."""
        return author_name(self.lang, entry.author)

    def _usual(self, entry: ActivityEntry) -> str:
        lang, action = self.lang, action_of(entry)
        match action:
            case "made":
                return lang.text("Created %(thing)s", thing=_PLACE)
            case "deleted":
                return lang.text("Deleted %(thing)s", thing=_PLACE)
            case "revoked":
                return lang.text("Revoked %(thing)s", thing=_PLACE)
            case "restored":
                return lang.text("Restored %(thing)s", thing=_PLACE)
            case "withdrawn":
                return lang.text("Withdrew %(thing)s", thing=_PLACE)
            case "used":
                return lang.text("Used %(thing)s", thing=_PLACE)
            case "renamed":
                old = str(entry.before.get("name", ""))
                return lang.text("Renamed %(thing)s, which was called “%(old)s”", thing=_PLACE, old=old)
        return lang.text("Changed %(thing)s", thing=_PLACE)

    def _thing(self, entry: ActivityEntry) -> str:
        return thing_name(self.lang, entry.kind, name_of(entry))

    def _details(self, entry: ActivityEntry) -> str:
        if entry.kind in ("user", "token"):
            return ", ".join(self._roles(entry))
        if entry.kind == "invitation":
            return self.lang.text("Role: %(role)s", role=role_name(self.lang, str(entry.fields.get("role", ""))))
        label = self.labels.get(entry.kind)
        if action_of(entry) != "changed" or label is None:
            return ""
        names = {label(self.lang, name): None for name in entry.changed if label(self.lang, name) not in ("", name)}
        return ", ".join(names)

    def _roles(self, entry: ActivityEntry) -> list[str]:
        """What changed of the roles, place by place."""
        old = {} if entry.first else _roles_of(entry.before)
        new = {} if entry.gone else _roles_of(entry.fields)
        if entry.gone:
            return []
        changed = [place for place in {**old, **new} if old.get(place, "") != new.get(place, "")]
        return [self._role(place, old.get(place, ""), new.get(place, "")) for place in changed]

    def _role(self, site: str, old: str, new: str) -> str:
        lang = self.lang
        place = self.sites.get(site, lang.text("a deleted site")) if site else lang.text("Every site")
        words = {"": lang.text("no role")}
        before, after = words.get(old) or role_name(lang, old), words.get(new) or role_name(lang, new)
        return lang.named(place, f"{before} → {after}" if old else after)

    def _href(self, entry: ActivityEntry) -> str:
        """The page of the thing, if it is still there and the reader may open it."""
        site = entry.sites[0] if len(entry.sites) == 1 else ""
        made = _HREFS.get(entry.kind)
        if made is None or not entry.exists or (site and site not in self.sites):
            return ""
        role, href = made
        here = self.who.on(site) if site else self.who
        return href(self.urls, site, entry) if here.may(role) and (site or entry.kind in _SITELESS) else ""


def author_name(lang: Language, author: str) -> str:
    """`anna@shop.example`; what nobody did was done by this server."""
    return author or lang.text("This server")


def kind_name(lang: Language, kind: str) -> str:
    """A kind as a choice of the filter: `Segments`."""
    _ = lang.text
    return {
        "site": _("Site and set-up"),
        "experiment": _("Experiments"),
        "goal": _("Goals"),
        "journey": _("Journeys"),
        "state": _("States"),
        "group": _("Page groups"),
        "declined_groups": _("Suggested page groups"),
        "segment": _("Segments"),
        "zone": _("Zones"),
        "note": _("Notes"),
        "sign_in": _("Sign-in of the camera"),
        "offsite": _("Off-site files"),
        "share": _("Read-only links"),
        "saved_map": _("Saved maps"),
        "report": _("Reports"),
        "survey": _("Surveys"),
        "survey_theme": _("Themes of answers"),
        "user": _("People and roles"),
        "invitation": _("Invitations"),
        "erasure": _("Erasures"),
        "access_event": _("Exports and failed sign-ins"),
        "token": _("API tokens"),
        "token_use": _("Use of tokens"),
        "two_factor": _("Two-factor sign-in"),
        "sign_in_policy": _("Rules of signing in"),
        "session": _("Sign-ins"),
    }.get(kind, kind)


def thing_name(lang: Language, kind: str, name: str) -> str:
    """`the segment “Mail”`."""
    noun = {
        "site": lang.text("the site"),
        "experiment": lang.text("the experiment"),
        "goal": lang.text("the goal"),
        "journey": lang.text("the journey"),
        "state": lang.text("the state"),
        "group": lang.text("the page group"),
        "declined_groups": lang.text("the list of declined page groups"),
        "segment": lang.text("the segment"),
        "zone": lang.text("the zone"),
        "note": lang.text("the note"),
        "sign_in": lang.text("how the camera signs in"),
        "offsite": lang.text("the off-site file"),
        "share": lang.text("the read-only link"),
        "saved_map": lang.text("the saved map"),
        "report": lang.text("the report"),
        "survey": lang.text("the survey"),
        "survey_theme": lang.text("the theme"),
        "user": lang.text("the account"),
        "invitation": lang.text("the invitation"),
        "erasure": lang.text("the erasure"),
        "token": lang.text("the token"),
        "token_use": lang.text("the token"),
        "session": lang.text("the session"),
    }.get(kind, kind)
    return lang.text("%(noun)s “%(name)s”", noun=noun, name=name) if name else noun


def _special(lang: Language, entry: ActivityEntry) -> str:
    """What is said of some kinds in another way; "" for the usual one."""
    made = _SENTENCES.get(entry.kind)
    return made(lang, entry) if made else ""


def _user(lang: Language, entry: ActivityEntry) -> str:
    own = entry.author == entry.id
    if entry.gone:
        return lang.text("Left, which deleted %(thing)s", thing=_PLACE) if own else ""
    if entry.first:
        return lang.text("Joined with %(thing)s", thing=_PLACE) if own else ""
    if set(entry.changed) & {"role", "sites"}:
        return lang.text("Changed the roles of %(thing)s", thing=_PLACE)
    if entry.changed == ("password",):
        return lang.text("Changed the password of %(thing)s", thing=_PLACE)
    return ""


def _invitation(lang: Language, entry: ActivityEntry) -> str:
    by = str(entry.fields.get("by", ""))
    if entry.fields.get("state") == "used" and by:
        return lang.text("Accepted %(thing)s from %(name)s", thing=_PLACE, name=by)
    return ""


def _share(lang: Language, entry: ActivityEntry) -> str:
    if not entry.first:
        return ""
    ends = lang.day(str(entry.fields["ends"])) if entry.fields.get("ends") else "–"
    return lang.text("Made %(thing)s, which opens until %(day)s", thing=_PLACE, day=ends)


def _erasure(lang: Language, entry: ActivityEntry) -> str:
    if entry.fields.get("whole_site"):
        return lang.text("Deleted the site with everything that was stored of it")
    return lang.text("Asked for %(thing)s of stored data", thing=_PLACE)


def _access_event(lang: Language, entry: ActivityEntry) -> str:
    about, times = name_of(entry), int(entry.fields.get("times", 1))
    if entry.fields.get("what") == "export":
        return lang.text("Exported stored data: %(what)s", what=about)
    if not about:
        return lang.plural(
            "%(num)s failed sign-in with a name that nobody has",
            "%(num)s failed sign-ins with a name that nobody has",
            times,
        )
    return lang.plural("%(num)s failed sign-in as %(name)s", "%(num)s failed sign-ins as %(name)s", times, name=about)


def _two_factor(lang: Language, entry: ActivityEntry) -> str:
    if entry.gone:
        return lang.text("Turned two-factor sign-in off for %(name)s", name=entry.id)
    return lang.text("Turned two-factor sign-in on")


def _policy(lang: Language, entry: ActivityEntry) -> str:
    if entry.fields.get("two_factor"):
        return lang.text("Required two-factor sign-in of everybody")
    return lang.text("Required two-factor sign-in no longer")


def _session(lang: Language, entry: ActivityEntry) -> str:
    where = agent_words(lang, str(entry.fields.get("browser", "")), str(entry.fields.get("system", "")))
    user = str(entry.fields.get("user", ""))
    if not entry.gone:
        return lang.text("Signed in from %(where)s", where=where)
    if entry.author == user:
        return lang.text("Ended a session on %(where)s", where=where)
    return lang.text("Ended a session of %(name)s on %(where)s", name=user, where=where)


def _roles_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """Role by site; "": on every site."""
    sites = fields.get("sites")
    single = {str(one.get("site")): str(one.get("role")) for one in sites if isinstance(one, dict)} if sites else {}
    overall = str(fields.get("role", ""))
    return {**({"": overall} if overall else {}), **single}


def _note_href(urls: Urls, site: str, entry: ActivityEntry) -> str:
    if journey := entry.fields.get("journey"):
        return urls.journey(site, str(journey))
    if page := entry.fields.get("page"):
        return urls.heatmap(site, page=str(page))
    return urls.overview(site)


_SENTENCES: Mapping[str, Callable[[Language, ActivityEntry], str]] = {
    "user": _user,
    "invitation": _invitation,
    "share": _share,
    "erasure": _erasure,
    "access_event": _access_event,
    "two_factor": _two_factor,
    "sign_in_policy": _policy,
    "session": _session,
}
_SITELESS = ("site", "token")
# The role that the page of a thing needs, and its address.
_HREFS: Mapping[str, tuple[str, Callable[[Urls, str, ActivityEntry], str]]] = {
    "site": ("viewer", lambda urls, site, one: urls.site(site)),
    "experiment": ("viewer", lambda urls, site, one: urls.experiment(site, one.id)),
    "goal": ("editor", lambda urls, site, one: urls.goal(site, one.id)),
    "journey": ("viewer", lambda urls, site, one: urls.journey(site, one.id)),
    "state": ("editor", lambda urls, site, one: urls.state(site, one.id)),
    "group": ("editor", lambda urls, site, one: urls.group(site, one.id)),
    "segment": ("viewer", lambda urls, site, one: urls.segment(site, one.id)),
    "zone": ("editor", lambda urls, site, one: urls.zone(site, one.id)),
    "note": ("viewer", _note_href),
    "sign_in": ("editor", lambda urls, site, one: urls.sign_in_steps(site)),
    "offsite": ("viewer", lambda urls, site, one: urls.offsite_batch(site, one.id)),
    "saved_map": ("viewer", lambda urls, site, one: urls.reports(site)),
    "report": ("viewer", lambda urls, site, one: urls.kept_report(site, one.id)),
    "survey": ("editor", lambda urls, site, one: urls.edit_survey(site, one.id)),
    "survey_theme": ("viewer", lambda urls, site, one: urls.surveys(site)),
    "share": ("editor", lambda urls, site, one: urls.shares(site)),
    "user": ("owner", lambda urls, site, one: urls.people(site)),
    "invitation": ("owner", lambda urls, site, one: urls.people(site) + "#invited"),
    "erasure": ("owner", lambda urls, site, one: urls.erasing(site)),
    "token": ("owner", lambda urls, site, one: urls.account() + "#tokens"),
}
