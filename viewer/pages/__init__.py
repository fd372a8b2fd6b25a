"""The pages: a folder for each subject, with a frozen record for each page and its template beside the code.

`ENDPOINTS` lists their routes, each with the role it requires.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from viewer.access.person import person
from viewer.http.binding import Endpoint
from viewer.http.urls import Urls
from viewer.pages.activity import page as activity
from viewer.pages.compare import page as compare
from viewer.pages.compare import sets_page
from viewer.pages.counts import page as counts
from viewer.pages.experiments import form as experiment_form
from viewer.pages.experiments import page as experiments
from viewer.pages.gallery import page as gallery
from viewer.pages.goals import form as goal_form
from viewer.pages.goals import page as goals
from viewer.pages.groups import form as group_form
from viewer.pages.groups import page as groups
from viewer.pages.heatmap import held, note_form, picture, report, zone_form, zone_held
from viewer.pages.heatmap import page as heatmap
from viewer.pages.heatmap import zone_page as zones
from viewer.pages.help import documents
from viewer.pages.help import page as help_page
from viewer.pages.journey import edit as journey_edit
from viewer.pages.journey import form as journey_form
from viewer.pages.journey import funnel as journey_funnel
from viewer.pages.journey import gap as journey_gap
from viewer.pages.journey import importing as journey_import
from viewer.pages.journey import index as journey_index
from viewer.pages.journey import opportunities as journey_opportunities
from viewer.pages.journey import paths as journey_paths
from viewer.pages.journey import recount as journey_recount
from viewer.pages.journey import revisions as journey_revisions
from viewer.pages.journey import seen as journey_seen
from viewer.pages.journey import show as journey
from viewer.pages.journey import their_journey
from viewer.pages.journey import walk as journey_walk
from viewer.pages.journey.touchpoint import page as journey_touchpoint
from viewer.pages.login import form as sign_in_form
from viewer.pages.login import page as login
from viewer.pages.mail import links as mail_links
from viewer.pages.mail import page as mail
from viewer.pages.offsite import page as offsite
from viewer.pages.overview import events
from viewer.pages.overview import forms as site_forms
from viewer.pages.overview import page as overview
from viewer.pages.own_browser import page as own_browser
from viewer.pages.own_browser import upload
from viewer.pages.patterns import page as patterns
from viewer.pages.people import account, invitation, leave, password, second_step, session_rows, sign_in
from viewer.pages.people import labels as people_labels
from viewer.pages.people import page as people
from viewer.pages.pictures import compare as compare_pictures
from viewer.pages.pictures import history as picture_history
from viewer.pages.pictures import page as pictures
from viewer.pages.pictures import retaking
from viewer.pages.privacy import opposition
from viewer.pages.privacy import page as privacy
from viewer.pages.reports import editor as report_editor
from viewer.pages.reports import index as reports
from viewer.pages.reports import paper as report_paper
from viewer.pages.reports import words as report_words
from viewer.pages.segments import page as segments
from viewer.pages.share import links as share_links
from viewer.pages.shared import reader as shared
from viewer.pages.sites import checking, erasing, settings, setup
from viewer.pages.sites import form as site_form
from viewer.pages.sites import index as site_index
from viewer.pages.states import form as state_form
from viewer.pages.states import page as states
from viewer.pages.surveys import editor as survey_editor
from viewer.pages.surveys import importing as survey_importing
from viewer.pages.surveys import page as surveys
from viewer.pages.surveys import report as survey_report
from viewer.pages.surveys import words as survey_words
from viewer.registry import Registry

# The field labels of each kind's form; keys as in store.definitions.KINDS
LABELS = {
    "site": site_form.label,
    "experiment": experiment_form.label,
    "goal": goal_form.label,
    "journey": journey_form.label,
    "segment": segments.label,
    "state": state_form.label,
    "group": group_form.label,
    "zone": zone_form.label,
    "survey": survey_words.label,
    "report": report_words.label,
    "saved_map": report_words.label,
    "note": note_form.label,
    "sign_in": sign_in_form.label,
    "user": people_labels.label,
    "subscription": mail.label,
    "token": people_labels.label,
    "invitation": people_labels.label,
}
BOTH = ("GET", "POST")
POST = ("POST",)
CROSS_ORIGIN = ("POST", "OPTIONS")  # sent by a page of a customer
SITE = "/sites/{site}"


async def _home(request: Request, *, urls: Urls, registry: Registry) -> Response:
    """The pages of the only site that the person sees, else all sites."""
    who = person(request)
    seen = [site for site in await registry.sites() if who.sees(site.id)] if who else []
    return RedirectResponse(urls.pages(seen[0].id) if len(seen) == 1 else urls.sites(), status_code=303)


ENDPOINTS = (
    Endpoint("/", _home, None),
    Endpoint("/sign-in", sign_in.show_sign_in, None),
    Endpoint("/sign-in", sign_in.sign_in, None, POST),
    Endpoint("/sign-in/code", second_step.second_step, None, BOTH),
    Endpoint("/sign-in/forgotten", password.forgotten, None, BOTH),
    Endpoint("/password/{secret}", password.show, None),
    Endpoint("/password/{secret}", password.choose, None, POST),
    Endpoint("/sign-out", sign_in.sign_out, None, POST),
    Endpoint("/first-run", sign_in.first_run, None, BOTH),
    Endpoint("/account", account.show, "viewer"),
    Endpoint("/account", account.save, "viewer", POST),
    Endpoint("/account/two-factor", account.save_two_factor, "viewer", POST),
    Endpoint("/account/sessions", session_rows.end, "viewer", POST),
    Endpoint("/account/leave", leave.show, "viewer"),
    Endpoint("/account/leave", leave.leave, "viewer", POST),
    Endpoint("/i/{secret}", invitation.show, None),
    Endpoint("/i/{secret}", invitation.join, None, POST),
    Endpoint("/help/reading-a-map", help_page.show, "viewer"),
    Endpoint("/help/privacy", help_page.show_privacy, "viewer"),
    Endpoint("/help/reading-a-map/{picture}", help_page.picture, "viewer"),
    Endpoint("/help/{name:path}", documents.show, "viewer"),
    Endpoint("/own-browser/check", upload.check, None, CROSS_ORIGIN),
    Endpoint("/own-browser/picture", upload.receive, None, CROSS_ORIGIN),
    Endpoint("/oppose/{key}", opposition.show, None),
    Endpoint("/sites", site_index.index, "viewer"),
    Endpoint("/sites/new", site_index.new_site, "editor", BOTH),
    Endpoint(SITE, setup.show, "viewer"),
    Endpoint(SITE + "/check", checking.show, "viewer"),
    Endpoint(SITE + "/domains", checking.accept, "editor", POST),
    Endpoint(SITE + "/settings", settings.show, "viewer"),
    Endpoint(SITE + "/settings", settings.save, "editor", POST),
    Endpoint(SITE + "/people", people.show, "owner"),
    Endpoint(SITE + "/people", people.save, "owner", POST),
    Endpoint(SITE + "/activity", activity.show, "viewer"),
    Endpoint(SITE + "/privacy", privacy.show, "viewer"),
    Endpoint(SITE + "/privacy", privacy.save, "owner", POST),
    Endpoint(SITE + "/privacy/visitor", privacy.visitor, "owner", POST),
    Endpoint("/erasures", erasing.show_all, "owner"),
    Endpoint(SITE + "/erasing", erasing.show, "owner"),
    Endpoint(SITE + "/erasing", erasing.erase, "owner", POST),
    Endpoint(SITE + "/delete", erasing.delete, "owner", POST),
    Endpoint(SITE + "/rotate-key", settings.rotate, "editor", POST),
    Endpoint(SITE + "/mail", mail.show, "viewer"),
    Endpoint(SITE + "/mail", mail.save, "viewer", POST),
    Endpoint("/mail-address/{secret}", mail_links.confirm, None, BOTH),
    Endpoint("/unsubscribe/{secret}", mail_links.stop, None, BOTH),
    Endpoint(SITE + "/overview", overview.show, "viewer"),
    Endpoint(SITE + "/counts", counts.show, "viewer"),
    Endpoint(SITE + "/events", events.show, "viewer"),
    Endpoint(SITE + "/forms", site_forms.show, "viewer"),
    Endpoint(SITE + "/events", events.make, "editor", POST),
    Endpoint(SITE + "/pages", gallery.gallery, "viewer"),
    Endpoint(SITE + "/heatmap", heatmap.heatmap, "viewer"),
    Endpoint(SITE + "/heatmap/picture.png", picture.map_picture, "viewer"),
    Endpoint(SITE + "/heatmap/element", held.held_element, "viewer"),
    Endpoint(SITE + "/heatmap/zone", zone_held.held_zone, "viewer"),
    Endpoint(SITE + "/notes", note_form.add, "viewer", POST),
    Endpoint(SITE + "/notes/{note}", note_form.change, "viewer", POST),
    Endpoint(SITE + "/report", report.report, "viewer"),
    Endpoint(SITE + "/reports", reports.index, "viewer"),
    Endpoint(SITE + "/reports", reports.change, "editor", POST),
    Endpoint(SITE + "/reports/new", report_editor.show, "editor"),
    Endpoint(SITE + "/reports/new", report_editor.save, "editor", POST),
    Endpoint(SITE + "/reports/{report}", report_paper.show, "viewer"),
    Endpoint(SITE + "/reports/{report}/report.html", report_paper.file, "viewer"),
    Endpoint(SITE + "/reports/{report}/edit", report_editor.show, "editor"),
    Endpoint(SITE + "/reports/{report}/edit", report_editor.save, "editor", POST),
    Endpoint(SITE + "/keep-map", reports.keep, "editor", BOTH),
    Endpoint(SITE + "/compare", sets_page.show, "viewer"),
    Endpoint(SITE + "/pictures", pictures.take, "editor", POST),
    Endpoint(SITE + "/pictures/{jobs}", pictures.follow, "viewer"),
    Endpoint(SITE + "/picture-history", picture_history.show, "viewer"),
    Endpoint(SITE + "/picture-history", picture_history.change, "editor", POST),
    Endpoint(SITE + "/picture-history/compare", compare_pictures.show, "viewer"),
    Endpoint(SITE + "/picture-history/retake", retaking.retake, "editor", POST),
    Endpoint(SITE + "/sign-in", login.show, "editor"),
    Endpoint(SITE + "/sign-in", login.save, "owner", POST),
    Endpoint(SITE + "/own-browser", own_browser.show, "editor", BOTH),
    Endpoint(SITE + "/pictures/{jobs}/progress", pictures.progress, "viewer"),
    Endpoint(SITE + "/pictures/{jobs}/cancel", pictures.cancel, "editor", POST),
    Endpoint(SITE + "/states", states.index, "viewer"),
    Endpoint(SITE + "/states/new", states.show_form, "editor"),
    Endpoint(SITE + "/states/new", states.save, "editor", POST),
    Endpoint(SITE + "/states/{state}/edit", states.show_form, "editor"),
    Endpoint(SITE + "/states/{state}/edit", states.save, "editor", POST),
    Endpoint(SITE + "/groups/new", groups.show_form, "editor"),
    Endpoint(SITE + "/groups/new", groups.save, "editor", POST),
    Endpoint(SITE + "/groups/declined", groups.decline, "editor", POST),
    Endpoint(SITE + "/groups/{group}/edit", groups.show_form, "editor"),
    Endpoint(SITE + "/groups/{group}/edit", groups.save, "editor", POST),
    Endpoint(SITE + "/zones/new", zones.show_form, "editor"),
    Endpoint(SITE + "/zones/new", zones.save, "editor", POST),
    Endpoint(SITE + "/zones/{zone}/edit", zones.show_form, "editor"),
    Endpoint(SITE + "/zones/{zone}/edit", zones.save, "editor", POST),
    Endpoint(SITE + "/matching", patterns.matching, "viewer"),
    Endpoint(SITE + "/segments", segments.index, "viewer"),
    Endpoint(SITE + "/segments/new", segments.show, "viewer"),
    Endpoint(SITE + "/segments/new", segments.change, "viewer", POST),
    Endpoint(SITE + "/segments/{segment}", segments.show, "viewer"),
    Endpoint(SITE + "/segments/{segment}", segments.change, "viewer", POST),
    Endpoint(SITE + "/experiments", experiments.index, "viewer"),
    Endpoint(SITE + "/experiments/new", experiments.edit, "editor", BOTH),
    Endpoint(SITE + "/experiments/{experiment}", compare.compare, "viewer"),
    Endpoint(SITE + "/experiments/{experiment}/edit", experiments.edit, "editor", BOTH),
    Endpoint(SITE + "/goals", goals.index, "viewer"),
    Endpoint(SITE + "/goals/new", goals.edit, "editor", BOTH),
    Endpoint(SITE + "/goals/{goal}/edit", goals.edit, "editor", BOTH),
    Endpoint(SITE + "/surveys", surveys.index, "viewer"),
    Endpoint(SITE + "/surveys/new", survey_editor.show, "editor"),
    Endpoint(SITE + "/surveys/new", survey_editor.save, "editor", POST),
    Endpoint(SITE + "/surveys/import", survey_importing.show, "editor"),
    Endpoint(SITE + "/surveys/import", survey_importing.receive, "editor", POST),
    Endpoint(SITE + "/surveys/{survey}", survey_report.show, "viewer"),
    Endpoint(SITE + "/surveys/{survey}", survey_report.change, "editor", POST),
    Endpoint(SITE + "/surveys/{survey}/edit", survey_editor.show, "editor"),
    Endpoint(SITE + "/surveys/{survey}/edit", survey_editor.save, "editor", POST),
    Endpoint(SITE + "/journeys", journey_index.index, "viewer"),
    Endpoint(SITE + "/journeys", journey_index.change, "editor", POST),
    Endpoint(SITE + "/offsite", offsite.index, "viewer"),
    Endpoint(SITE + "/offsite", offsite.index, "editor", POST),
    Endpoint(SITE + "/offsite/{batch}", offsite.show, "viewer"),
    Endpoint(SITE + "/offsite/{batch}/withdraw", offsite.withdraw, "editor", POST),
    Endpoint(SITE + "/offsite/{batch}/report.csv", offsite.report, "viewer"),
    Endpoint(SITE + "/import-journey", journey_import.import_journey, "editor", BOTH),
    Endpoint(SITE + "/journeys/{journey}/figures", journey_index.figures, "viewer"),
    Endpoint(SITE + "/journeys/{journey}/revisions", journey_revisions.show, "viewer"),
    Endpoint(SITE + "/journeys/{journey}/revisions/{version}", journey_revisions.go_back, "editor", POST),
    Endpoint(SITE + "/journeys/{journey}", journey.show, "viewer"),
    Endpoint(SITE + "/journeys/{journey}", journey_edit.edit, "editor", POST),
    Endpoint(SITE + "/journeys/{journey}/funnel", journey_funnel.show, "viewer"),
    Endpoint(SITE + "/their-journey", their_journey.show, "viewer"),
    Endpoint(SITE + "/journeys/{journey}/walk", journey_walk.show, "viewer"),
    Endpoint(SITE + "/journeys/{journey}/opportunities", journey_opportunities.show, "viewer"),
    Endpoint(SITE + "/journeys/{journey}/opportunities/{opportunity}", journey_opportunities.change, "editor", POST),
    Endpoint(SITE + "/journeys/{journey}/paths", journey_paths.show, "viewer"),
    Endpoint(SITE + "/journeys/{journey}/touchpoints/{touchpoint}", journey_touchpoint.show, "viewer"),
    Endpoint(SITE + "/journeys/{journey}/gap", journey_gap.show, "viewer"),
    Endpoint(SITE + "/journeys/{journey}/seen", journey_seen.seen, "viewer"),
    Endpoint(SITE + "/journeys/{journey}/recount", journey_recount.recount, "viewer"),
    Endpoint(SITE + "/shares", share_links.show, "editor"),
    Endpoint(SITE + "/shares", share_links.change, "editor", POST),
    Endpoint("/s/{secret}", shared.show, None),
    Endpoint("/s/{secret}", shared.unlock, None, POST),
    Endpoint("/s/{secret}/{part:int}/{layer}/{n:int}", shared.picture, None),
    Endpoint("/s/{rest:path}", shared.nothing, None, BOTH),
    Endpoint(SITE + "/journeys/{journey}/fit", journey_seen.fit, "viewer"),
)
