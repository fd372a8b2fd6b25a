"""Makes the link for a picture taken in one's own browser."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from rules.question import WIDTHS
from rules.resolve import states_of
from store.pages import NotAPage
from viewer.http.errors import Problem, problem_of
from viewer.http.urls import Urls
from viewer.own_browser import OwnBrowser, invite
from viewer.pages.forms.fields import number, text
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Page, doc
from viewer.pages.pictures.failures import words_of
from viewer.pages.pictures.fields import address_of
from viewer.picture_plans import AskedPictures, PicturePlans
from viewer.questions import Questions


@dataclass(frozen=True)
class OwnPictureForm:
    """The form's fields as typed."""

    url: str = ""
    width: str = "1366"
    variant: str = ""  # EXPERIMENT:KEY
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class OwnBrowserPage(Page):
    """A picture taken in one's own browser, `/sites/3/own-browser?page=…`."""

    template = "own_browser/own_browser.html"
    docs = "pictures#in-your-own-browser"
    form: OwnPictureForm = doc("The fields as typed")
    states: list[tuple[str, str]] = doc("Key and name of the states of the page")
    least: int = doc("The narrowest width, px")
    most: int = doc("The widest width, px")
    fault: str = doc("Why no link was made; empty: nothing is wrong")
    link: str = doc("The link; empty before it is made")
    wide: str = doc("The width of the link's picture")
    arrival_href: str = doc("Where the API says whether the picture has arrived")
    map_href: str = doc("The map of the page")
    action: str = doc("Where the form posts to")
    login_href: str = doc("Where cookies and steps are set")


async def show(
    request: Request,
    *,
    questions: Questions,
    plans: PicturePlans,
    frames: Frames,
    urls: Urls,
    own_browser: OwnBrowser,
) -> Response:
    """GET shows the form for a page of the query; POST makes the link."""
    known = await questions.known(request)
    site, frame = known.site, await frames.of(request, "pages", known.site)
    query = request.query_params
    page = query.get("page", "")
    form = OwnPictureForm(
        address_of(page, list(known.snapshots)) if page else "",
        query.get("width", "1366"),
        query.get("variant", ""),
        query.get("state", ""),
    )
    link, fault, arrival, status = "", "", "", 200
    if request.method == "POST":
        sent = await request.form()
        form = OwnPictureForm(*(text(sent, name) for name in ("url", "width", "variant", "state")))
        try:
            width = number(form.width)
            if not isinstance(width, int) or not WIDTHS[0] <= width <= WIDTHS[1]:
                raise Problem(422, "width", frame.lang.text("Enter a width from %(least)s to %(most)s px.",
                              least=WIDTHS[0], most=frame.lang.number(WIDTHS[1])))  # fmt: skip
            planned, *_ = await plans.requests(known, AskedPictures(form.url, (width,), form.variant, form.state))
            invitation = invite(planned, frame.lang.code)
            link, page = own_browser.link(invitation), invitation.page
            arrival = urls.api("sites", site.id, "own-browser", invitation.snapshot)
        except (NotAPage, Problem) as error:
            problem = problem_of(error)
            fault, status = words_of(frame.lang, problem), problem.status
    lang = frame.lang
    states = states_of(known.states, page) if page else []
    return answer(
        request,
        OwnBrowserPage(
            frame=frame,
            title=lang.text("A picture in your own browser"),
            form=form,
            states=[(state.key, state.name) for state in states],
            least=WIDTHS[0],
            most=WIDTHS[1],
            fault=fault,
            link=link,
            wide=lang.number(float(form.width)) if link else "",
            arrival_href=arrival,
            map_href=urls.heatmap(site.id, page=page, width=form.width, state=form.state) if page else "",
            action=urls.own_browser(site.id),
            login_href=urls.sign_in_steps(site.id),
        ),
        status,
    )
