"""Builds every URL of the viewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode, urlsplit


def path_below(scope: Mapping[str, Any]) -> str:
    """The path of a request below the path of `Urls.base`, as the routes have it."""
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


@dataclass(frozen=True)
class Urls:
    """Paths from the root of the host; `base` is the address people use to reach Parcours, without a trailing slash."""

    base: str

    @cached_property
    def root(self) -> str:
        """The path of the base, below which everything is: `/analytics`, or "" for a host of its own."""
        return urlsplit(self.base).path.rstrip("/")

    def absolute(self, path: str) -> str:
        return self.base.rstrip("/").removesuffix(self.root) + path

    def _path(self, *parts: object, **query: object) -> str:
        """`/a/b?x=1` below the root: parts are percent-encoded, empty query values are left out."""
        path = self.root + "/" + "/".join(quote(str(part), safe="") for part in parts)
        kept = {k: str(v) for k, v in query.items() if not (v is None or v is False or v == "")}
        return path + (f"?{urlencode(kept, safe='/:')}" if kept else "")

    def sign_in(self, next: str = "", link: str = "") -> str:
        return self._path("sign-in", link=link, next=next)

    def second_step(self, next: str = "") -> str:
        """Where the code is asked for, after the password."""
        return self._path("sign-in", "code", next=next)

    def forgotten(self) -> str:
        """Where somebody who forgot the password asks for a link."""
        return self._path("sign-in", "forgotten")

    def new_password(self, secret: str) -> str:
        """The page that a link for a forgotten password leads to."""
        return self._path("password", secret)

    def sign_out(self) -> str:
        return self._path("sign-out")

    def first_run(self, token: str) -> str:
        return self._path("first-run", token=token)

    def help(self, section: str = "") -> str:
        """The help for reading maps, at a section (see viewer/pages/frame/help_links.py)."""
        return self._path("help", "reading-a-map") + (f"#{section}" if section else "")

    def privacy_help(self, section: str = "") -> str:
        """What is kept of visitors, at a section of docs/privacy.md."""
        return self._path("help", "privacy") + (f"#{section}" if section else "")

    def help_page(self, name: str, anchor: str = "") -> str:
        """A page of the documentation (docs/NAME.md), at an anchor."""
        return self._path("help", *name.split("/")) + (f"#{anchor}" if anchor else "")

    def account(self) -> str:
        return self._path("account")

    def two_factor(self) -> str:
        """Where the account's two-factor sign-in is changed."""
        return self._path("account", "two-factor")

    def sites(self) -> str:
        return self._path("sites")

    def new_site(self) -> str:
        return self._path("sites", "new")

    def site(self, site: str) -> str:
        return self._path("sites", site)

    def site_settings(self, site: str, **query: object) -> str:
        """Name, domains, time zone and the other settings of a site."""
        return self._path("sites", site, "settings", **query)

    def check(self, site: str, **query: object) -> str:
        """The live check of the set-up alone."""
        return self._path("sites", site, "check", **query)

    def accept_domain(self, site: str) -> str:
        """Where a domain is added to a site."""
        return self._path("sites", site, "domains")

    def erasing(self, site: str) -> str:
        """Where what a site stored is erased."""
        return self._path("sites", site, "erasing")

    def delete_site(self, site: str) -> str:
        return self._path("sites", site, "delete")

    def privacy(self, site: str, **query: object) -> str:
        """What a site keeps of its visitors, and how long."""
        return self._path("sites", site, "privacy", **query)

    def erase_visitor(self, site: str) -> str:
        """Where what is stored of one visitor is counted and erased."""
        return self._path("sites", site, "privacy", "visitor")

    def oppose(self, key: str) -> str:
        """Where visitors of the site with this key oppose being counted."""
        return self._path("oppose", key)

    def erasures(self) -> str:
        """The erasures of all sites."""
        return self._path("erasures")

    def people(self, site: str, **query: object) -> str:
        """Who may see a site."""
        return self._path("sites", site, "people", **query)

    def activity(self, site: str, **query: object) -> str:
        """Who changed what on a site."""
        return self._path("sites", site, "activity", **query)

    def invitation(self, secret: str) -> str:
        """The page that an invitation leads to."""
        return self._path("i", secret)

    def leave(self, site: str = "") -> str:
        """Where somebody gives up their role on a site, or on every site."""
        return self._path("account", "leave", site=site)

    def mail(self, site: str, **query: object) -> str:
        """What waits in the outbox, and the digest of a site."""
        return self._path("sites", site, "mail", **query)

    def confirm_mail(self, secret: str) -> str:
        """The page that a link to confirm a mail address leads to."""
        return self._path("mail-address", secret)

    def unsubscribe(self, secret: str) -> str:
        """The page that ends mails, without signing in."""
        return self._path("unsubscribe", secret)

    def rotate_key(self, site: str) -> str:
        return self._path("sites", site, "rotate-key")

    def counts(self, site: str, **query: object) -> str:
        """The counts of a site that keeps nothing else, in place of its overview."""
        return self._path("sites", site, "counts", **query)

    def overview(self, site: str, **query: object) -> str:
        """The first page of a site."""
        return self._path("sites", site, "overview", **query)

    def events(self, site: str, **query: object) -> str:
        """The events of a site by name."""
        return self._path("sites", site, "events", **query)

    def forms(self, site: str, **query: object) -> str:
        """The forms of a site, or of one page."""
        return self._path("sites", site, "forms", **query)

    def pages(self, site: str, **query: object) -> str:
        return self._path("sites", site, "pages", **query)

    def heatmap(self, site: str, **query: object) -> str:
        return self._path("sites", site, "heatmap", **query)

    def map_picture(self, site: str, **query: object) -> str:
        """A heatmap as a picture for slides."""
        return self._path("sites", site, "heatmap", "picture.png", **query)

    def held_element(self, site: str, **query: object) -> str:
        """The figures of one element of a heatmap, as a part of its page."""
        return self._path("sites", site, "heatmap", "element", **query)

    def held_zone(self, site: str, **query: object) -> str:
        """The figures of one zone of a heatmap, as a part of its page."""
        return self._path("sites", site, "heatmap", "zone", **query)

    def new_zone(self, site: str, **query: object) -> str:
        """The form of a new zone; the query names the picture it is chosen on."""
        return self._path("sites", site, "zones", "new", **query)

    def zone(self, site: str, zone: str, **query: object) -> str:
        """The form of a zone."""
        return self._path("sites", site, "zones", zone, "edit", **query)

    def notes(self, site: str, **query: object) -> str:
        """Where notes are written; the query is that of the map."""
        return self._path("sites", site, "notes", **query)

    def note(self, site: str, note: str, **query: object) -> str:
        """Where a note is answered and changed."""
        return self._path("sites", site, "notes", note, **query)

    def report(self, site: str, **query: object) -> str:
        """Several maps of a site, for paper."""
        return self._path("sites", site, "report", **query)

    def reports(self, site: str) -> str:
        """Reports and saved maps."""
        return self._path("sites", site, "reports")

    def new_report(self, site: str) -> str:
        return self._path("sites", site, "reports", "new")

    def kept_report(self, site: str, report: str) -> str:
        return self._path("sites", site, "reports", report)

    def edit_report(self, site: str, report: str) -> str:
        return self._path("sites", site, "reports", report, "edit")

    def report_file(self, site: str, report: str) -> str:
        """A report as one file that stands alone."""
        return self._path("sites", site, "reports", report, "report.html")

    def keep_map(self, site: str, **query: object) -> str:
        """The page that keeps a map: under a name, or in a report."""
        return self._path("sites", site, "keep-map", **query)

    def compare_sets(self, site: str, **query: object) -> str:
        """Two sets of visitors of a page."""
        return self._path("sites", site, "compare", **query)

    def take(self, site: str) -> str:
        return self._path("sites", site, "pictures")

    def taking(self, site: str, jobs: Iterable[str], next: str) -> str:
        return self._path("sites", site, "pictures", "-".join(jobs), next=next)

    def picture_history(self, site: str, **query: object) -> str:
        """All pictures of a page."""
        return self._path("sites", site, "picture-history", **query)

    def retake(self, site: str) -> str:
        """Where pictures of a history are taken again."""
        return self._path("sites", site, "picture-history", "retake")

    def compare_pictures(self, site: str, old: int, new: int, **query: object) -> str:
        """An old and a new picture of a page."""
        return self._path("sites", site, "picture-history", "compare", old=old, new=new, **query)

    def difference(self, site: str, old: int, new: int) -> str:
        """Where two pictures differ, as an image."""
        return self._path("sites", site, "snapshots", old, "difference", f"{new}.png")

    def sign_in_steps(self, site: str, **query: object) -> str:
        """How the camera signs in to a site."""
        return self._path("sites", site, "sign-in", **query)

    def own_browser(self, site: str, **query: object) -> str:
        """Where links for pictures in one's own browser are made."""
        return self._path("sites", site, "own-browser", **query)

    def taking_progress(self, site: str, jobs: Iterable[str]) -> str:
        return self._path("sites", site, "pictures", "-".join(jobs), "progress")

    def cancel_taking(self, site: str, jobs: Iterable[str]) -> str:
        return self._path("sites", site, "pictures", "-".join(jobs), "cancel")

    def states(self, site: str) -> str:
        return self._path("sites", site, "states")

    def new_state(self, site: str, **query: object) -> str:
        return self._path("sites", site, "states", "new", **query)

    def state(self, site: str, state: str) -> str:
        return self._path("sites", site, "states", state, "edit")

    def new_group(self, site: str, **query: object) -> str:
        return self._path("sites", site, "groups", "new", **query)

    def group(self, site: str, group: str) -> str:
        return self._path("sites", site, "groups", group, "edit")

    def declined_groups(self, site: str) -> str:
        """Where suggestions of page groups are declined."""
        return self._path("sites", site, "groups", "declined")

    def experiments(self, site: str, **query: object) -> str:
        return self._path("sites", site, "experiments", **query)

    def new_experiment(self, site: str) -> str:
        return self._path("sites", site, "experiments", "new")

    def edit_experiment(self, site: str, experiment: str) -> str:
        return self._path("sites", site, "experiments", experiment, "edit")

    def segments(self, site: str) -> str:
        return self._path("sites", site, "segments")

    def new_segment(self, site: str, **query: object) -> str:
        """The form of a new segment; `segment`: the tree it begins with."""
        return self._path("sites", site, "segments", "new", **query)

    def segment(self, site: str, segment: str, **query: object) -> str:
        """The form of a saved segment."""
        return self._path("sites", site, "segments", segment, **query)

    def surveys(self, site: str) -> str:
        return self._path("sites", site, "surveys")

    def survey(self, site: str, survey: str) -> str:
        """What visitors answered."""
        return self._path("sites", site, "surveys", survey)

    def import_survey(self, site: str) -> str:
        return self._path("sites", site, "surveys", "import")

    def new_survey(self, site: str, **query: object) -> str:
        """The form of a new survey; the query fills it: page, trigger, element."""
        return self._path("sites", site, "surveys", "new", **query)

    def edit_survey(self, site: str, survey: str) -> str:
        return self._path("sites", site, "surveys", survey, "edit")

    def goals(self, site: str, **query: object) -> str:
        return self._path("sites", site, "goals", **query)

    def new_goal(self, site: str, **query: object) -> str:
        """The form of a new goal; the query fills it: what, name, page, element, event."""
        return self._path("sites", site, "goals", "new", **query)

    def goal(self, site: str, goal: str) -> str:
        """The form of a goal."""
        return self._path("sites", site, "goals", goal, "edit")

    def matching(self, site: str) -> str:
        return self._path("sites", site, "matching")

    def experiment(self, site: str, experiment: str, **query: object) -> str:
        return self._path("sites", site, "experiments", experiment, **query)

    def journeys(self, site: str, **query: object) -> str:
        """The journeys of a site; `gone`: the id of one that was just deleted."""
        return self._path("sites", site, "journeys", **query)

    def offsite(self, site: str) -> str:
        """Off-site files of a site."""
        return self._path("sites", site, "offsite")

    def offsite_batch(self, site: str, batch: str) -> str:
        """One off-site file."""
        return self._path("sites", site, "offsite", batch)

    def withdraw_offsite(self, site: str, batch: str) -> str:
        return self._path("sites", site, "offsite", batch, "withdraw")

    def offsite_report(self, site: str, batch: str) -> str:
        """The rejected lines of an off-site file, as CSV."""
        return self._path("sites", site, "offsite", batch, "report.csv")

    def import_journey(self, site: str) -> str:
        return self._path("sites", site, "import-journey")

    def revisions(self, site: str, journey: str, **query: object) -> str:
        """Who changed what in a journey."""
        return self._path("sites", site, "journeys", journey, "revisions", **query)

    def revision(self, site: str, journey: str, version: int) -> str:
        """Where one goes back to a version of a journey."""
        return self._path("sites", site, "journeys", journey, "revisions", version)

    def journey_figures(self, site: str, journey: str, **query: object) -> str:
        """The figures of a journey's row in the list, as JSON."""
        return self._path("sites", site, "journeys", journey, "figures", **query)

    def journey(self, site: str, journey: str, **query: object) -> str:
        return self._path("sites", site, "journeys", journey, **query)

    def funnel(self, site: str, journey: str, **query: object) -> str:
        """The funnel of a journey."""
        return self._path("sites", site, "journeys", journey, "funnel", **query)

    def their_journey(self, site: str, **query: object) -> str:
        """The walk of visitors of a heatmap."""
        return self._path("sites", site, "their-journey", **query)

    def walk(self, site: str, journey: str, **query: object) -> str:
        """One real visitor's way through a journey."""
        return self._path("sites", site, "journeys", journey, "walk", **query)

    def opportunities(self, site: str, journey: str, **query: object) -> str:
        """The opportunities of a journey, by what they may win."""
        return self._path("sites", site, "journeys", journey, "opportunities", **query)

    def opportunity(self, site: str, journey: str, opportunity: str) -> str:
        """Where the state of an opportunity is changed."""
        return self._path("sites", site, "journeys", journey, "opportunities", opportunity)

    def paths(self, site: str, journey: str, **query: object) -> str:
        """The paths of visits through a place of a journey."""
        return self._path("sites", site, "journeys", journey, "paths", **query)

    def touchpoint(self, site: str, journey: str, touchpoint: str, **query: object) -> str:
        """The card of a touchpoint of a journey."""
        return self._path("sites", site, "journeys", journey, "touchpoints", touchpoint, **query)

    def journey_gap(self, site: str, journey: str, **query: object) -> str:
        """A future state against the map of today that it is based on."""
        return self._path("sites", site, "journeys", journey, "gap", **query)

    def journey_recount(self, site: str, journey: str, **query: object) -> str:
        """How far the figures of a journey are counted."""
        return self._path("sites", site, "journeys", journey, "recount", **query)

    def journey_seen(self, site: str, journey: str, **query: object) -> str:
        """What was seen on the site, for touchpoints of a journey."""
        return self._path("sites", site, "journeys", journey, "seen", **query)

    def journey_fit(self, site: str, journey: str, **query: object) -> str:
        """Which pages some patterns fit, in words."""
        return self._path("sites", site, "journeys", journey, "fit", **query)

    def strip(self, site: str, snapshot: int, n: int) -> str:
        return self._path("sites", site, "snapshots", snapshot, f"{n}.webp")

    def heat(self, site: str, **query: object) -> str:
        return self._path("sites", site, "heat.png", **query)

    def shares(self, site: str, **query: object) -> str:
        """The read-only links of a site."""
        return self._path("sites", site, "shares", **query)

    def shared(self, secret: str) -> str:
        """What a read-only link shows, without sign-in."""
        return self._path("s", secret)

    def shared_picture(self, secret: str, part: int, layer: str, n: int) -> str:
        """A strip of a picture that a read-only link shows. `part`: which of its maps, from 0."""
        return self._path("s", secret, part, layer, n)

    def thumb(self, site: str, page: str, **query: object) -> str:
        return self._path("sites", site, "thumb.webp", page=page, **query)

    def api(self, *parts: object, **query: object) -> str:
        return self._path("api", "v1", *parts, **query)
