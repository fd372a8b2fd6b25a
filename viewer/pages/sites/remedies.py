"""What each finding of the live check says, and the one thing to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup

from store.hosts import readable_host
from store.records import Site
from store.sites import snippet
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.robots import reason_words
from viewer.pages.sites.mostly_bots import advice
from viewer.pages.sites.platforms import inline
from viewer.pages.sites.refusals import advice_of, words_of
from viewer.site_check.diagnosis import CheckFinding, blocked_words
from viewer.site_check.policy import origin


@dataclass(frozen=True)
class Remedy:
    """`words`: what was found and why, as HTML; `code`: ready to copy; `accept`: a domain to accept; `acts`: links."""

    heading: str
    words: Markup
    code: str = ""
    accept: str = ""
    acts: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class _Case:
    lang: Language
    urls: Urls
    site: Site
    base: str
    finding: CheckFinding
    page: str

    @property
    def host(self) -> str:
        """Of the page, as its owner writes it."""
        return readable_host(urlsplit(self.page).netloc)

    def settings(self, label: str, anchor: str) -> Choice:
        return Choice(label, f"{self.urls.site_settings(self.site.id)}#{anchor}")


def remedy_of(lang: Language, urls: Urls, site: Site, base: str, finding: CheckFinding, page: str) -> Remedy:
    """The words of a finding. KeyError if it has none."""
    return REMEDIES[finding.code](_Case(lang, urls, site, base, finding, page))


def _remedy(heading: str, words: str, code: str = "", accept: str = "", acts: tuple[Choice, ...] = ()) -> Remedy:
    """`words`: Markdown within one line."""
    return Remedy(heading, inline(words), code, accept, acts)


def _unreachable(case: _Case) -> Remedy:
    _ = case.lang.text
    reasons = {
        "dns": _("The name is not known to this server."),
        "unreachable": _("Nothing answers at this address."),
        "timeout": _("There was no complete answer in 10 s."),
        "certificate": _("Its certificate is not valid."),
        "too_large": _("The page is larger than 3 MB."),
    }
    more = _("The line may still work: the check reads the page from this server, and visitors do not.")
    return _remedy(
        _("%(host)s cannot be read from here", host=case.host),
        f"{reasons[case.finding.code]} {more}",
        acts=(case.settings(_("Enter another address to read from"), "fetch-from"),),
    )


def _private(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("%(host)s is on a private network", host=case.host),
        _("Pages on this machine or in a private network are read only after an owner has allowed it for this site."),
        acts=(case.settings(_("Allow private addresses"), "private"),),
    )


def _status(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("The page answers with an error"),
        _("%(address)s answers with status %(status)s.", address=f"`{case.page}`", status=case.finding.count)
        + " "
        + _("If it needs a password, enter another address to read from, or check another page."),
        acts=(case.settings(_("Enter another address to read from"), "fetch-from"),),
    )


def _not_html(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("This address is not a web page"),
        _("%(address)s does not answer with HTML. Check another page.", address=f"`{case.page}`"),
    )


def _foreign(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("The page leads to another domain"),
        _(
            "%(address)s leads to `%(host)s`, which is not one of the domains of this site. Views from there would be "
            "refused.",
            address=f"`{case.page}`",
            host=readable_host(case.finding.host),
        ),
        accept=case.finding.host,
    )


def _no_line(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("The line is not on the page"),
        _(
            "The page was read (%(size)s kB), and the line is not in it. Often the change is not published yet, or a "
            "cache still serves the earlier page.",
            size=case.lang.number(max(1, round(case.finding.count / 1000))),
        ),
        snippet(case.base, case.site),
    )


def _other_key(case: _Case) -> Remedy:
    _, finding = case.lang.text, case.finding
    key = finding.line.key if finding.line else ""
    words = _("The page has the key `%(other)s`; the key of this site is `%(key)s`.", other=key, key=case.site.key)
    if finding.names:
        words += " " + _("The other key is that of your site %(site)s, which gets these views.", site=finding.names[0])
    else:
        words += " " + _("None of your sites has the other key.")
        if finding.count:
            words += " " + case.lang.plural(
                "In the last 24 hours, %(num)s message with an unknown key was refused.",
                "In the last 24 hours, %(num)s messages with unknown keys were refused.",
                finding.count,
            )
    return _remedy(_("The line has another key"), words, snippet(case.base, case.site))


def _held(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("Something on the page holds the line back"),
        _(
            "The line is on the page, but its `type` or a missing `src` keeps browsers from running it. "
            "Consent tools do this until the visitor agrees. Parcours stores nothing in the browser without consent, "
            "so in most cases the line can run at once."
        ),
        snippet(case.base, case.site),
    )


def _insecure(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("The page is on https, but Parcours is on http"),
        _("Browsers load no script over http into a page on https. Serve Parcours over https, and set its address:"),
        f"PARCOURS_BASE_URL={case.base.replace('http:', 'https:', 1)}",
        acts=(Choice(_("How to put a proxy before Parcours"), case.urls.help_page("operate", "proxies")),),
    )


def _policy(case: _Case) -> Remedy:
    _, obstacles = case.lang.text, case.finding.obstacles
    names = ", ".join(dict.fromkeys(f"`{one.directive}`" for one in obstacles))
    where = (
        _("the header `Content-Security-Policy`")
        if obstacles[0].where == "header"
        else _('the element `<meta http-equiv="Content-Security-Policy">`')
    )
    words = _(
        "Its policy, in %(where)s, does not name this server in %(directives)s. Write there instead:",
        where=where,
        directives=names,
    )
    return _remedy(_("The page's security policy blocks the line"), words, "; ".join(one.wanted for one in obstacles))


def _nonce(case: _Case) -> Remedy:
    _, line = case.lang.text, case.finding.line
    source = line.source if line else case.base
    return _remedy(
        _("The page's security policy blocks the line"),
        _(
            "In `%(directive)s`, only scripts with the nonce of the page may run. Give the line the nonce that your "
            "server gives to the other scripts of the page:",
            directive=case.finding.obstacles[0].directive,
        ),
        f'<script defer nonce="NONCE" src="{source}" data-site="{case.site.key}"></script>',
    )


def _origin(case: _Case) -> Remedy:
    _, finding = case.lang.text, case.finding
    words = case.lang.plural(
        "%(num)s message came from `%(host)s`, which is not one of the domains of this site, and was refused.",
        "%(num)s messages came from `%(host)s` or other domains that are not those of this site, and were refused.",
        finding.count,
        host=readable_host(finding.host),
    )
    return _remedy(
        _("Views come from another domain"),
        words + " " + _("Accept the domain only if it is yours."),
        accept=finding.host,
    )


def _refused(case: _Case) -> Remedy:
    _, reason = case.lang.text, case.finding.names[0]
    words = f"{words_of(case.lang, reason)}. {advice_of(case.lang, reason)}"
    return _remedy(
        _("The messages of the page are refused"),
        words,
        acts=(Choice(_("See the refusals"), f"{case.urls.site_settings(case.site.id)}#refusals"),),
    )


def _consent(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("The line waits for consent"),
        _(
            'It has the attribute `data-consent="wait"`: nothing is sent until your page calls this, for example when '
            "a visitor agrees in your consent banner:"
        ),
        "parcours('consent', true)",
    )


def _blocked(case: _Case) -> Remedy:
    _, finding = case.lang.text, case.finding
    if finding.names:
        words = _(
            "The line is on the page, and you opened it, but no browser has asked for the script. An ad blocker does "
            "that, and some of your visitors have one."
        )
    else:
        words = _(
            "Your browser could not load the script, not even from this page. An ad blocker does that, and some of "
            "your visitors have one."
        )
    found = blocked_words(case.base)
    if found:
        words += " " + _("The address of Parcours contains “%(word)s”, which filter lists look for.", word=found[0])
    words += " " + _(
        "Serve Parcours below a path of the web site itself, which few blockers touch: set its address, and pass the "
        "path on to Parcours in your web server."
    )
    address = f"{origin(case.page)}/visits"
    return _remedy(
        _("Something in your browser blocks the script"),
        words,
        f"PARCOURS_BASE_URL={address}",
        acts=(Choice(_("How to serve it from your own domain"), case.urls.help_page("operate", "proxies")),),
    )


def _script_only(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("The script is loaded, but sends nothing"),
        _(
            "Your browser may have been excluded with `parcours('exclude')`, a blocker may stop messages to `/c/`, or "
            "the page calls `parcours('stop')`. Open the page in a private window without extensions."
        ),
        f"{case.page}",
    )


def _robots(case: _Case) -> Remedy:
    _, finding, known = case.lang.text, case.finding, reason_words(case.lang)
    words = case.lang.plural(
        "In the last 7 days there was %(num)s view, which counts as a robot's: %(reason)s.",
        "All %(num)s views of the last 7 days count as robots': %(reason)s.",
        finding.count,
        reason=", ".join(known.get(name, name) for name in finding.names[:3]),
    )
    return _remedy(
        _("Every visit looks like a robot"),
        f"{words} {advice(case.lang, finding.names[0])}",
        acts=(Choice(_("How robots are told apart"), case.urls.help_page("robots")),),
    )


def _own_people(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("Only visits of your own people arrive"),
        _("The views that were received are of people or addresses that this site leaves out. The line works."),
        acts=(case.settings(_("Visits of your own people"), "own"),),
    )


def _proxy(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("A proxy stands before this server"),
        _(
            "The proxy at `%(address)s` sends the addresses of visitors, but it is not trusted. Everybody behind it "
            "counts as one visitor if the browsers are alike, and shares one rate limit. This cannot be corrected "
            "later. If this proxy is yours, set this line and restart Parcours:",
            address=case.finding.names[0],
        ),
        case.finding.names[1],
        acts=(Choice(_("Proxies"), case.urls.help_page("operate", "proxies")),),
    )


def _lag(case: _Case) -> Remedy:
    _, finding = case.lang.text, case.finding
    return _remedy(
        _("Messages arrive, but are not stored"),
        case.lang.plural(
            "%(num)s message has waited for %(span)s. It is safe on the disk, and the database does not accept it. "
            "On the server, this says why:",
            "%(num)s messages have waited for %(span)s. They are safe on the disk, and the database does not accept "
            "them. On the server, this says why:",
            finding.count,
            span=case.lang.span(finding.seconds * 1000),
        ),
        "parcours doctor",
    )


def _quarantined(case: _Case) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("Messages arrive, but the database rejects them"),
        case.lang.plural(
            "%(num)s message is kept on the disk. On the server, this says why:",
            "%(num)s messages are kept on the disk. On the server, this says why:",
            case.finding.count,
        ),
        "parcours journal list",
    )


def _clock(case: _Case) -> Remedy:
    _, seconds = case.lang.text, case.finding.seconds
    span = case.lang.span(abs(seconds) * 1000)
    ahead = _("The clock of this server is %(span)s ahead of that of your web site.", span=span)
    behind = _("The clock of this server is %(span)s behind that of your web site.", span=span)
    return _clock_of(case, ahead if seconds > 0 else behind)


def _clamped(case: _Case) -> Remedy:
    words = case.lang.text("The times in all messages are impossible by the clock of this server, which may be wrong.")
    return _clock_of(case, words)


def _clock_of(case: _Case, words: str) -> Remedy:
    _ = case.lang.text
    return _remedy(
        _("The clock of this server may be wrong"),
        words + " " + _("Visits then count to the wrong hours or days. On the server:"),
        "timedatectl set-ntp true",
    )


REMEDIES: dict[str, Callable[[_Case], Remedy]] = {
    "dns": _unreachable,
    "unreachable": _unreachable,
    "timeout": _unreachable,
    "certificate": _unreachable,
    "too_large": _unreachable,
    "private": _private,
    "status": _status,
    "not_html": _not_html,
    "foreign": _foreign,
    "no_line": _no_line,
    "other_key": _other_key,
    "held": _held,
    "insecure": _insecure,
    "policy": _policy,
    "nonce": _nonce,
    "origin": _origin,
    "refused": _refused,
    "consent": _consent,
    "blocked": _blocked,
    "script_only": _script_only,
    "robots": _robots,
    "own_people": _own_people,
    "proxy": _proxy,
    "lag": _lag,
    "quarantined": _quarantined,
    "clamped": _clamped,
    "clock": _clock,
}
