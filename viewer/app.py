"""The viewer: pages, pictures and API over one store. This module only builds the parts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from aggregator.queries.heights import recorded_heights
from aggregator.shapes.heights import Heights
from aggregator.shapes.scope import SiteScope
from rules.offsite_text import MOST_BYTES as MOST_OFFSITE_BYTES
from rules.period import Period, today
from rules.survey_export.table import MOST_BYTES as MOST_EXPORT_BYTES
from store.client import Store
from store.credentials import Credentials
from store.definitions import Definitions
from store.intake import SiteIntake
from store.jobs import JobStore
from store.records import Site, User
from store.runs import QueryLimits
from store.sealing import Sealer
from store.snapshots import Snapshots
from viewer import api, pages, picture_routes
from viewer.access.addresses import ClientAddresses
from viewer.access.failed_sign_ins import FailedSignIns
from viewer.access.first_run import FirstRun
from viewer.access.form_tokens import FormTokens
from viewer.access.guards import Guards, guard
from viewer.access.hashing import Hashing
from viewer.access.identity import Identify, Identities
from viewer.access.invitations import Invitations
from viewer.access.mail_links import MailLinks
from viewer.access.members import Members
from viewer.access.password_links import PasswordLinks
from viewer.access.secret import shared_secret
from viewer.access.session_list import SessionList
from viewer.access.sessions import Sessions
from viewer.access.shared_links import LinkPasswords
from viewer.access.sign_in import SignIn
from viewer.access.two_factor import TwoFactors
from viewer.access.users import Users
from viewer.activity import Activity
from viewer.alert_watch import AlertWatch
from viewer.alerts import Alerts
from viewer.api.health import healthz
from viewer.closing import Closing
from viewer.counts_only import CountsGate
from viewer.digest_schedule import DigestSchedule
from viewer.digests import Digests
from viewer.element_names import ElementNames
from viewer.erasing import Erasing, ErasingParts, wait_for_collectors
from viewer.experiment_results import ExperimentResults
from viewer.filter_counts import FilterCounter
from viewer.folding_worker import FoldingWorker
from viewer.goals import Goals
from viewer.health import Health, UntrustedProxy
from viewer.http.abandoned import CancelAbandoned
from viewer.http.binding import Endpoint, Parts, bind
from viewer.http.bodies import BodyLimit, BodyLimits, LimitBodies
from viewer.http.catch_errors import CatchErrors
from viewer.http.errors import respond
from viewer.http.security import SecurityHeaders
from viewer.http.urls import Urls
from viewer.jobs import Jobs, JobSettings, PictureTaker
from viewer.journey_feedback import JourneyFeedback
from viewer.journey_gaps import GapReader
from viewer.journey_maps import JourneyMaps
from viewer.layer_reader import LayerReader
from viewer.mail.account import SmtpAccount
from viewer.mail.outbox import Outbox
from viewer.mail.sending import Off
from viewer.mail.smtp import SmtpSender
from viewer.mail.webhook import WebhookSender
from viewer.mailing import Mailing
from viewer.maps import Drain, Maps
from viewer.measured import MeasuredExperiments
from viewer.memory import free_memory
from viewer.mentions import Mentions
from viewer.note_writer import NoteWriter
from viewer.offsite_files import OffsiteFiles
from viewer.opportunities import OpportunityReader
from viewer.overviews import Overviews
from viewer.own_browser import OwnBrowser
from viewer.page_changes import PageChanges
from viewer.page_groups import GroupReader
from viewer.page_zones import ZoneReader
from viewer.pages.activity.page import ActivityRenderer
from viewer.pages.compare.alone import ComparisonsAlone
from viewer.pages.compare.page import ExperimentReaders
from viewer.pages.errors.page import ErrorPages
from viewer.pages.frame.frames import Frames
from viewer.pages.frame.rendering import StaticPages
from viewer.pages.gallery.page import GalleryParts
from viewer.pages.groups.page import GroupFormRenderer
from viewer.pages.heatmap.alone import MapsAlone
from viewer.pages.heatmap.page import MapReaders
from viewer.pages.heatmap.zone_page import ZoneForms
from viewer.pages.journey.edit import JourneyFormRenderer
from viewer.pages.journey.measuring import JourneyMeasurer
from viewer.pages.login.page import LoginRenderer
from viewer.pages.mail.alerts import AlertFinder
from viewer.pages.mail.links import MailLinkPages
from viewer.pages.mail.mention import mention_mail
from viewer.pages.mail.page import MailRenderer
from viewer.pages.mail.writer import DigestReader
from viewer.pages.overview.needs_reader import NeedsReader
from viewer.pages.people.account import AccountChanges, AccountRenderer
from viewer.pages.people.invitation import Joining, JoinRenderer
from viewer.pages.people.leave import LeaveRenderer
from viewer.pages.people.page import PeopleChanges, PeopleRenderer
from viewer.pages.people.password import PasswordPages
from viewer.pages.people.second_step import SecondStep
from viewer.pages.people.session_rows import SessionChanges
from viewer.pages.people.two_factor import TwoFactorChanges
from viewer.pages.privacy.page import PrivacyRenderer
from viewer.pages.reports.editor import ReportEditor
from viewer.pages.reports.paper import ReportPapers
from viewer.pages.segments.builder import SegmentBuilder
from viewer.pages.share.panel import SharePanels
from viewer.pages.shared.shown import SharedMaps
from viewer.pages.sites.checking import LiveChecker
from viewer.pages.sites.erasing import ErasingRenderer
from viewer.pages.sites.losses import SiteLosses
from viewer.pages.sites.settings import SiteSettingsRenderer
from viewer.pages.states.page import StateFormRenderer
from viewer.pages.surveys.editor import SurveyEditor
from viewer.pages.surveys.report import SurveyReports
from viewer.pages.who.bars import WhoBars
from viewer.people import PeopleReader
from viewer.personas import PersonaReader
from viewer.picture_changes import PictureChanges
from viewer.picture_plans import PicturePlans
from viewer.questions import Questions
from viewer.record_matcher import RecordMatcher
from viewer.registry import Registry
from viewer.remarks import NoteReader
from viewer.reports import ReportWriter
from viewer.restoring import restored
from viewer.retake_scheduler import RetakeParts, RetakeScheduler
from viewer.retakes import RetakeReader
from viewer.seen_maps import SeenMaps
from viewer.segment_reader import SegmentReader
from viewer.shares import ShareLinks
from viewer.sheet_pictures import SheetPictures
from viewer.sign_ins import SignIns
from viewer.site_check.reading import PageReader
from viewer.site_snapshots import SiteSnapshots
from viewer.snapshot import Camera
from viewer.snapshot.uploaded import MOST_BYTES
from viewer.subscriptions import Subscriptions
from viewer.survey_imports import SurveyImports
from viewer.surveys import SurveyReader
from viewer.thumbnails import Thumbnails
from viewer.touchpoint_pages import TouchpointPageReader
from viewer.traffic import TrafficReader
from viewer.webhooks import Webhooks
from viewer.work import Work

# A picture is sent from a page of a customer: the token of its link is checked before the body is read.
_OFFSITE = BodyLimit(MOST_OFFSITE_BYTES + (1 << 20), seconds=600.0)  # with the other fields of the form
LIMITS = BodyLimits(
    paths={
        "/own-browser/picture": BodyLimit(MOST_BYTES, seconds=120.0),
        "/sites/*/offsite": _OFFSITE,
        "/sites/*/surveys/import": BodyLimit(MOST_EXPORT_BYTES + (1 << 20), seconds=300.0),
        "/api/v1/sites/*/offsite": _OFFSITE,
    }
)
SECOND_BROWSER = 1_500_000_000  # bytes that must be free for a second browser


@dataclass(frozen=True)
class ViewerSettings:
    """`base_url`: the address people use. `secret` signs sessions; None: use the one in the store.

    `service_token`: a bearer token with an owner's rights for as long as the process lives.
    `client_address`: (address of the socket, X-Forwarded-For) → the address that attempts to sign in are counted for.
    `credentials_key`: encrypts what the camera signs in with; by default it is lost with the process.
    `chromium`: the browser that takes pictures; empty: the first found on the PATH. `pictures_at_once`: 0 for two
    where SECOND_BROWSER bytes of memory are free. `server`: names this process across restarts; with `serving` it takes
    up the pictures that an earlier one did not finish, takes pictures by schedule, and sends what is in the outbox.
    `query_limits`: of each answer. `smtp`: the mail server; None: no mail is sent.
    """

    base_url: str
    chromium: str = ""
    pictures_at_once: int = 0
    server: str = ""
    serving: bool = True
    service_token: str = ""
    secret: bytes | None = None
    credentials_key: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
    client_address: Callable[[str, str], str] = lambda peer, forwarded_for: peer
    query_limits: QueryLimits = QueryLimits()
    smtp: SmtpAccount | None = None


@dataclass(frozen=True)
class Surroundings:
    """What the viewer gets from the process in which it runs.

    `intake`: site number → counts of this process's collector; None if other processes collect. `drain`: waits until
    the batches that were acknowledged are stored. `erase_journal`: erases in this process's journal what is asked for
    these sites, and returns how many batches each erasure found, by its id; None if other processes collect. `camera`:
    makes the camera; None: Chromium. `untrusted_proxies`: those that name visitors' addresses, but are not believed.
    `script_asked`: domains → when one of their pages asked this process's collector for the script, s since 1970.
    `clock`: seconds since 1970, by which one-time codes are checked.
    """

    intake: Callable[[int], SiteIntake] | None = None
    drain: Drain | None = None
    erase_journal: Callable[[Collection[int]], Mapping[str, int]] | None = None
    camera: Callable[[], PictureTaker] | None = None
    untrusted_proxies: Callable[[], tuple[UntrustedProxy, ...]] = tuple
    script_asked: Callable[[Sequence[str]], float] | None = None
    clock: Callable[[], float] = time.time


class Viewer:
    """The parts of a viewer, put together. `start` and `stop` it in the server's lifespan."""

    def __init__(
        self,
        store: Store,
        definitions: Definitions,
        snapshots: Snapshots,
        settings: ViewerSettings,
        around: Surroundings | None = None,
    ) -> None:
        around = around or Surroundings()
        self.store = store
        self.definitions = definitions
        self.snapshots = snapshots
        self.settings = settings
        self.urls = Urls(settings.base_url)
        self.work = Work(settings.query_limits)
        self.users = Users(definitions)
        self.secret = secret = settings.secret or bytes.fromhex(shared_secret(definitions, "sessions"))
        base = urlsplit(settings.base_url)
        self.sessions = Sessions(secret, https=base.scheme == "https", root=self.urls.root)
        self.forms = FormTokens(self.sessions, base.netloc)
        self.members = Members(definitions)
        self.invitations = Invitations(definitions, self.users, self.members)
        self.first_owner = FirstRun(definitions, self.users)
        self.hashing = Hashing()
        self.addresses = ClientAddresses(settings.client_address)
        self.link_passwords = LinkPasswords(secret, self.hashing, self.addresses, https=base.scheme == "https")
        self.identities = Identities(definitions, self.users, self.work, settings.service_token, self.addresses)
        self.registry = Registry(definitions, self.work)
        self.failed_sign_ins = FailedSignIns(definitions)
        self.activity = Activity(definitions, self.failed_sign_ins)
        self.open_sessions = SessionList(definitions)
        self.shares = ShareLinks(definitions, self.work, self.hashing)
        self.record_matcher = RecordMatcher(store, snapshots, self.work.forget)
        self.counts_gate = CountsGate(store, definitions, self.work, self.urls)
        self.maps = Maps(store, snapshots, self.work, around.drain, self.record_matcher.records_drawn)
        self.journey_maps = JourneyMaps(store, snapshots, self.work, self.maps.drained)
        self.thumbnails = Thumbnails(self.maps, snapshots, TrafficReader(store, self.work), self.work)
        heights = partial(_recorded_heights, store)
        sealer = Sealer(settings.credentials_key)
        self.sign_ins = SignIns(definitions, Credentials(store, sealer))
        self.two_factors = TwoFactors(definitions, sealer, around.clock)
        camera = around.camera or (lambda: Camera(settings.chromium, access=self.sign_ins.access))
        self.jobs = Jobs(snapshots, camera, heights, self._taken, self._job_settings())
        self.retakes = RetakeScheduler(RetakeParts(store, definitions, snapshots, self.jobs, self.work.forget))
        journal = around.erase_journal or wait_for_collectors
        self.erasing = Erasing(
            ErasingParts(store, definitions, self.jobs, settings.server, journal, self._erased, settings.serving)
        )
        self.offsite = OffsiteFiles(store, definitions, settings.server, self._erased)
        self.closing = Closing(store, definitions, self.erasing, self._erased)
        self.folding = FoldingWorker(store, close=self.closing.work)
        mail = SmtpSender(settings.smtp) if settings.smtp else Off()
        self.webhooks = Webhooks(definitions, sealer)
        hooks = WebhookSender(self.webhooks.target)
        self.outbox = Outbox(definitions, {"mail": mail, "webhook": hooks}, settings.smtp is not None)
        self.mail_links = MailLinks(secret, self.users, self.outbox)
        self.subscriptions = Subscriptions(definitions, around.clock)
        self.password_links = PasswordLinks(self.users, self.sessions, self.outbox)
        self.health = Health(store, self.work, around.intake, around.untrusted_proxies, around.script_asked)
        self.page_reader = PageReader()
        self.frames = Frames(self.registry, self.urls, self.forms)
        parts = self._parts()
        self.mailing = Mailing(definitions, self.subscriptions, self.webhooks, self.outbox, self.mail_links, self.urls)
        self.digest_schedule = DigestSchedule(self.mailing, self.digests, around.clock)
        self.alert_watch = AlertWatch(self.mailing, self.alerts)
        self.asgi = self._application(parts)

    @property
    def routes(self) -> list[BaseRoute]:
        """For an application of several packages: matches every path, so it comes last."""
        return [Mount("", app=self.asgi)]

    def application(self, extra_routes: Sequence[BaseRoute] = (), lifespan: Any = None) -> Starlette:
        """One application: other packages' routes first, then the viewer's."""
        return Starlette(routes=[*extra_routes, *self.routes], lifespan=lifespan)

    async def start(self) -> None:
        self.jobs.start()
        if self.settings.serving:
            await anyio.to_thread.run_sync(self.jobs.resume)
            self.retakes.start()
            self.folding.start()
            self.outbox.start()
            self.digest_schedule.scheduled.start()
            self.alert_watch.scheduled.start()
            self.activity.start()
        self.erasing.start()
        self.offsite.start()
        self.record_matcher.start()

    async def stop(self) -> None:
        """Stop all parts at once: a stop of the whole process takes at most ten seconds."""

        def stop_taking() -> None:
            self.retakes.stop()  # first: it would take a stopped job for a failed one
            self.jobs.stop()

        async with anyio.create_task_group() as group:
            writing = (self.erasing.stop, self.offsite.stop, self.folding.stop, self.record_matcher.stop)
            background = (
                *writing,
                self.outbox.stop,
                self.digest_schedule.scheduled.stop,
                self.alert_watch.scheduled.stop,
                self.activity.stop,
                self.shares.uses.write_all,
                stop_taking,
            )
            for stop in (*background, self.maps.close, self.work.close, self.hashing.close):
                group.start_soon(anyio.to_thread.run_sync, stop)

    def first_run_url(self) -> str | None:
        """The link that makes the first owner; None once somebody can sign in. Queries the store."""
        token = self.first_owner.token()
        return self.urls.absolute(self.urls.first_run(token)) if token else None

    def sign_in_url(self, user: User, next: str = "") -> str:
        """A link that signs this user in once, within a day, and continues to `next`. Whoever is first may use it."""
        return self.urls.absolute(self.urls.sign_in(next, link=self.sessions.link(user)))

    def _job_settings(self) -> JobSettings:
        at_once = self.settings.pictures_at_once
        return JobSettings(
            stored=JobStore(self.store, self.settings.server),
            restore=partial(restored, self.definitions),
            cameras=at_once or 2,
            second_allowed=lambda: bool(at_once) or (free_memory() or 0) >= SECOND_BROWSER,
        )

    def _erased(self) -> None:
        """Called after data were erased."""
        self.work.forget()
        self.thumbnails.forget()

    def _taken(self) -> None:
        """Called after new pictures were saved."""
        self.work.forget()
        self.record_matcher.match_new()

    def _parts(self) -> dict[type, object]:
        """The dependencies available to handlers, by type (viewer/http/binding.py)."""
        snapshots, traffic = SiteSnapshots(self.snapshots, self.work), TrafficReader(self.store, self.work)
        questions = Questions(self.store, self.definitions, self.snapshots, self.work, self.counts_gate)
        retakes = RetakeReader(self.store, self.definitions, self.snapshots, self.work)
        groups = GroupReader(self.store, self.definitions, self.work)
        signing_in = SignIn(
            self.users, self.sessions, self.work, self.addresses, self.hashing, self.two_factors, self.failed_sign_ins
        )
        two_factor = TwoFactorChanges(self.two_factors, signing_in, self.work)
        people = PeopleReader(self.definitions, self.members, self.invitations, self.shares, self.outbox)
        sessions = SessionChanges(self.open_sessions, self.urls, self.work)
        reader = SegmentReader(self.store, self.work)
        names = ElementNames(self.snapshots, self.work)
        bars = WhoBars(FilterCounter(self.store, self.work), names, self.urls)
        zones = ZoneReader(self.store, self.snapshots, self.work)
        notes = NoteReader(self.store, self.definitions, self.snapshots, self.work)
        overviews = Overviews(self.store, self.snapshots, self.work, self.maps)
        changes = PageChanges(self.store, self.definitions, self.snapshots, self.work)
        results = ExperimentResults(self.store, self.snapshots, self.work, self.maps, traffic)
        opportunities = OpportunityReader(self.journey_maps)
        personas = PersonaReader(self.journey_maps, reader, questions)
        needs = NeedsReader(overviews, names, self.health, results, self.registry, changes)
        answers_read = SurveyReader(self.store, self.definitions, self.work, self.maps)
        reading = DigestReader(self.store, questions, overviews, needs, self.urls, self.work, answers_read, notes)
        self.digests = Digests(reading.write)
        self.alerts = Alerts(AlertFinder(questions, needs, self.health, self.urls).read)
        mentions = Mentions(
            self.definitions, self.subscriptions, self.outbox, self.mail_links, self.urls,
            partial(mention_mail, self.urls),
        )  # fmt: skip
        layers = LayerReader(questions, self.maps, zones, notes, answers_read)
        touchpoints = TouchpointPageReader(self.store, self.registry, self.work)
        alone = MapsAlone(questions, self.maps, layers, bars)
        compared_alone = ComparisonsAlone(questions, self.maps, bars)
        papers = ReportPapers(alone, self.maps, self.snapshots, self.work, self.urls)
        parts = (
            self.store, self.definitions, self.snapshots, self.urls, self.work, self.sessions, self.forms,
            self.users, self.first_owner, self.registry, self.maps, self.jobs, self.health, self.frames, snapshots,
            self.journey_maps, self.erasing, self.offsite, self.outbox, traffic, signing_in, questions, self.hashing,
            names, touchpoints, self.two_factors, self.folding, self.open_sessions, self.addresses, self.password_links,
            PasswordPages(self.frames, self.password_links, signing_in, self.hashing, self.work),
            PicturePlans(questions, self.registry),
            PictureChanges(self.snapshots, snapshots, self.work),
            Goals(self.store, self.snapshots, self.work, self.maps),
            answers_read,
            SurveyImports(self.store, self.definitions),
            SurveyReports(self.frames, self.urls, self.registry, answers_read, bars),
            results,
            layers,
            self.shares,
            self.link_passwords,
            SharePanels(self.shares, self.sessions, self.urls, self.secret),
            alone,
            papers,
            ReportEditor(self.frames, self.urls, self.registry),
            ReportWriter(questions, self.maps, self.registry),
            SharedMaps(alone, compared_alone, papers, self.registry, self.maps, self.snapshots, self.work, self.urls),
            ExperimentReaders(self.maps, results),
            MapReaders(layers, traffic, self.jobs, touchpoints),
            MeasuredExperiments(self.store, self.definitions, self.work),
            self.sign_ins,
            retakes,
            changes,
            OwnBrowser(self.secret, self.definitions, self.snapshots, self._taken),
            AccountChanges(self.users, signing_in, self.urls, self.work, self.mail_links),
            AccountRenderer(self.frames, self.registry, two_factor, sessions),
            sessions,
            SecondStep(self.frames, signing_in, self.two_factors, self.forms, self.work),
            two_factor,
            self.members,
            self.invitations,
            self.activity,
            ActivityRenderer(self.frames, self.registry, self.activity, self.work, pages.LABELS),
            people,
            PeopleRenderer(self.frames, people, self.work),
            PeopleChanges(self.frames, self.members, self.invitations, people, self.work),
            JoinRenderer(self.frames, self.invitations, self.work),
            Joining(self.invitations, signing_in, self.hashing, self.urls, self.work),
            LeaveRenderer(self.frames, self.definitions, self.work),
            self.thumbnails,
            bars,
            reader,
            SegmentBuilder(self.frames, questions, reader, bars),
            overviews,
            needs,
            self.digests,
            self.subscriptions,
            self.webhooks,
            MailRenderer(
                self.frames, self.urls, reading, self.outbox, self.subscriptions, self.webhooks, self.definitions,
                self.work,
            ),
            MailLinkPages(self.frames, self.mail_links, self.subscriptions, self.work),
            names,
            NeedsReader(overviews, names, self.health, results, self.registry, changes),
            SiteSettingsRenderer(
                self.frames, self.urls, self.health, retakes, self.erasing, SiteLosses(self.definitions, self.work)
            ),
            LiveChecker(self.urls, self.health, traffic, snapshots, self.registry, self.page_reader),
            ErasingRenderer(self.frames, self.urls, self.erasing, self.store, self.work),
            PrivacyRenderer(self.frames, self.urls, self.erasing, self.store, self.work),
            LoginRenderer(self.frames, self.urls, self.sign_ins, self.work),
            StateFormRenderer(self.frames, self.urls, snapshots),
            SurveyEditor(self.frames, self.urls, self.registry, snapshots),
            groups,
            zones,
            notes,
            NoteWriter(self.registry, questions, zones, self.maps, notes, mentions),
            ZoneForms(self.frames, self.urls, questions, self.registry, zones),
            GalleryParts(self.maps, traffic, groups, self.thumbnails, self.registry),
            GroupFormRenderer(self.frames, self.urls, self.registry, groups, snapshots),
            JourneyFormRenderer(self.frames, self.urls, traffic),
            SheetPictures(self.settings.chromium),
            opportunities,
            GapReader(self.journey_maps, self.registry),
            SeenMaps(traffic, self.registry),
            personas,
            JourneyMeasurer(
                self.journey_maps, opportunities, results, traffic, personas, bars,
                JourneyFeedback(self.registry, answers_read),
            ),
        )  # fmt: skip
        return {type(part): part for part in parts}

    def _application(self, parts: Parts) -> Starlette:
        errors = ErrorPages(self.frames, self.urls, pages.LABELS)
        guards = Guards(self.forms, self.urls, self.registry.on_site)

        def route(endpoint: Endpoint) -> Route:
            handler = self.counts_gate.guarding(bind(endpoint.handler, parts), endpoint.path)
            if endpoint.role:
                handler = guard(handler, endpoint.role, guards)
            return Route(endpoint.path, handler, methods=list(endpoint.methods))

        async def error(request: Request, problem: Exception) -> Response:
            return await respond(request, problem, errors.answer)

        return Starlette(
            routes=[
                Route("/healthz", bind(healthz, parts)),
                *(route(entry) for entry in (*api.endpoints(), *picture_routes.ENDPOINTS, *pages.ENDPOINTS)),
                Mount("/static", StaticPages(), name="static"),
            ],
            middleware=[
                Middleware(CancelAbandoned),
                Middleware(LimitBodies, limits=LIMITS, client_of=self.addresses.of),
                Middleware(SecurityHeaders, https=self.settings.base_url.startswith("https:")),
                Middleware(CatchErrors, respond=error),
                Middleware(Identify, identities=self.identities, sessions=self.sessions),
            ],
            exception_handlers={HTTPException: error},
        )


def _recorded_heights(store: Store, site: Site, page: str, widths: Sequence[int]) -> Heights:
    """Window heights of a page's recent visitors."""
    return recorded_heights(
        store, SiteScope(int(site.id), *Period().span(today(site.zone)), zone=site.zone), page, widths
    )
