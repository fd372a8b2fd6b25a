"""One shape for every error, as a page for people and as JSON for programs.

JSON: `{"error": {"code": "no_snapshot", "message": "…", "hint": "…"}}`, for what the rules reject with
`"faults": [{"field": "variants", "code": "few", "values": {"n": 1, "least": 2}}]`. Whatever is
raised inside a route becomes a `Problem`; what nobody foresaw becomes one with an
incident number that also stands in the log, never a bare 500.
"""

from __future__ import annotations

import html
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from aggregator.pictures.newest import NoSnapshot
from aggregator.shapes.scope import BadScope
from rules.faults import CONFLICTS, Fault, InvalidDefinition
from rules.find import NotFound, Rejected, RejectedDefinition
from store.client import StoreError
from store.definitions import Conflict, InvalidRecord, Missing
from store.errors import QueryCancelled, QueryTooLarge, QueryTooLong
from store.pages import NotAPage
from viewer.http.urls import path_below
from viewer.snapshot.errors import SnapshotError, StepError
from viewer.work import ThreadsBusy

log = logging.getLogger("parcours.viewer")


@dataclass
class Problem(Exception):
    """What went wrong (message) and what to do (hint). `code` is stable, so programs may rely on it."""

    status: int
    code: str
    message: str
    hint: str = ""
    incident: str = ""
    retry_after: int = 0  # seconds; sent as Retry-After
    fault: StepError | None = None  # of a recipe, to word it in other languages
    faults: tuple[Fault, ...] = ()  # of a question or a definition
    rejected: Rejected[Any] | None = None  # the stored definition that the faults are of

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def as_json(self) -> dict[str, dict[str, Any]]:
        error: dict[str, Any] = {"code": self.code, "message": self.message, "hint": self.hint}
        if self.incident:
            error["incident"] = self.incident
        if self.faults:
            error["faults"] = [fault_json(one) for one in self.faults]
        return {"error": error}


def fault_json(fault: Fault) -> dict[str, Any]:
    """One fault, for programs: its field, its code with figures, and a sentence."""
    return {"field": fault.field, "code": fault.code, "values": dict(fault.values), "message": fault.sentence}


HTTP_CODES = {
    400: ("bad_request", "The request could not be read."),
    401: ("sign_in", "Sign-in required."),
    403: ("forbidden", "You are not allowed to do this."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method", "This address does not accept this method."),
    413: ("too_large", "The request is too large."),
}


def bad_parameter(name: str, message: str, allowed: str = "") -> Problem:
    """400 that names the parameter and its allowed values."""
    return Problem(400, "bad_parameter", f"{name}: {message}", f"Allowed for {name}: {allowed}" if allowed else "")


def missing(what: str, name: str, hint: str = "") -> Problem:
    """404 that names what was requested."""
    return Problem(404, f"no_{what}", f"There is no {what} {name!r}.", hint)


# fault code → error code; `bad_field` for all others
_FAULT_ERRORS = {
    "site_taken": "name_taken",
    "user_taken": "name_taken",
    "experiment_taken": "id_taken",
    "plan_fixed": "plan_fixed",
    "begun": "plan_fixed",
    "segment_taken": "name_taken",
    "state_taken": "key_taken",
    "group_taken": "name_taken",
    "zone_taken": "name_taken",
    "many_zones": "many_zones",
    "many_groups": "many_groups",
    "many_states": "many_states",
    "number_name": "name",
    "sign_in_name": "name",
    "domain": "domain",
    "domain_shared": "domain",
    "off_limits": "domain",
    "owner_only": "role",
    "owner_domain": "role",
    "network": "network",
    "offsite_known": "same_file",
    "offsite_reading": "still_reading",
    "network_large": "network",
}


def _invalid(error: InvalidDefinition) -> Problem:
    """409 if it only conflicts with other stored definitions, 403 if only an owner may do it, else 422."""
    faults, first = error.faults.all, error.faults.all[0]
    code = _FAULT_ERRORS.get(first.code, "bad_field")
    if first.code in ("twice", "fixed") or first.code.startswith("step_") or first.field == "password":
        code = first.top
    status = 409 if all(fault.code in CONFLICTS for fault in faults) else 422
    if all(_FAULT_ERRORS.get(fault.code) == "role" for fault in faults):
        status = 403
    hint = "docs/states.md lists the steps." if first.code.startswith("step_") else ""
    rejected = error.rejected if isinstance(error, RejectedDefinition) else None
    if rejected:
        hint = f"An earlier version stored this {rejected.kind}: change it so that the rules accept it."
    return Problem(status, code, error.faults.sentence, hint, faults=faults, rejected=rejected)


def _of_rules(error: NotFound | InvalidDefinition | InvalidRecord) -> Problem:
    if isinstance(error, InvalidDefinition):
        return _invalid(error)
    return _not_found(error) if isinstance(error, NotFound) else Problem(422, "bad_field", str(error))


def _not_found(error: NotFound) -> Problem:
    if error.kind == "site":
        return missing("site", error.wanted, "`parcours site list` or GET /api/v1/sites lists them.")
    if error.kind == "note":
        return missing("note", error.wanted, "It may have been deleted: GET /api/v1/sites/{site}/notes lists them.")
    return missing(error.kind, error.wanted, f"There are: {', '.join(error.known[:50]) or 'none yet'}.")


SMALLER = "Ask for fewer days or fewer pages."
BUSY_SECONDS = 10


def _unanswered(error: StoreError | ThreadsBusy) -> Problem:
    """The store did not answer a question: because of a limit (docs/operate.md), or because it could not."""
    match error:
        case QueryTooLong():
            return Problem(504, "too_long", str(error), SMALLER)
        case QueryTooLarge():
            return Problem(503, "too_much_memory", str(error), SMALLER)
        case QueryCancelled():
            return Problem(503, "cancelled", str(error), "Ask again.")
        case ThreadsBusy():
            words = "Too many maps are being computed."
            return Problem(503, "maps_busy", words, "Try again in a moment.", retry_after=BUSY_SECONDS)
    log.error("store: %s", error)
    return Problem(503, "store", str(error), "Try again in a moment.", retry_after=5)


def problem_of(error: BaseException) -> Problem:
    """The Problem for an exception; an unexpected one gets an incident number and is logged."""
    match error:
        case Problem():
            return error
        case NotAPage():
            return Problem(400, "not_a_page", str(error), "Give an http(s) address, host/path, or /path.")
        case NoSnapshot():
            return Problem(404, "no_snapshot", str(error), "Take a picture of the page first.")
        case NotFound() | InvalidDefinition() | InvalidRecord():
            return _of_rules(error)
        case Missing():
            return Problem(404, "not_found", str(error))
        case Conflict():
            return Problem(409, "conflict", str(error), "Reload it and repeat the change.")
        case BadScope():
            return Problem(400, "bad_question", str(error))
        case SnapshotError():
            return Problem(422, error.code, error.words, fault=error if isinstance(error, StepError) else None)
        case StoreError() | ThreadsBusy():
            return _unanswered(error)
        case ClientDisconnect():  # nobody reads the response
            return Problem(400, "cut", "The connection was closed before the whole body arrived.")
        case HTTPException():
            code, words = HTTP_CODES.get(error.status_code, ("http", error.detail))
            return Problem(error.status_code, code, words)
    incident = secrets.token_hex(4)
    log.error("incident %s", incident, exc_info=error)
    return Problem(
        500,
        "incident",
        "An unexpected error occurred in Parcours.",
        f"The log has the details under incident {incident}.",
        incident,
    )


def wants_json(request: Request) -> bool:
    """Whether to answer in JSON: under /api, and for clients that do not accept HTML."""
    return path_below(request.scope).startswith("/api/") or "text/html" not in request.headers.get("accept", "")


ErrorPage = Callable[[Request, Problem], Response | Awaitable[Response]]


def plain_page(request: Request, problem: Problem) -> Response:
    """A minimal error page that needs no templates."""
    words = "".join(f"<p>{html.escape(text)}</p>" for text in (problem.message, problem.hint) if text)
    body = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Parcours</title><h1>Parcours</h1>{words}'
    return HTMLResponse(body, status_code=problem.status)


async def respond(request: Request, error: BaseException, page: ErrorPage = plain_page) -> Response:
    """The response to an exception, as HTML or JSON."""
    problem = problem_of(error)
    response: Response
    if wants_json(request):
        response = JSONResponse(problem.as_json(), status_code=problem.status)
    else:
        try:
            made = page(request, problem)
            response = made if isinstance(made, Response) else await made
        except Exception as broken:  # the error page itself must not hide the error
            response = plain_page(request, replace(problem_of(broken), status=problem.status))
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401 and wants_json(request):
        response.headers["WWW-Authenticate"] = "Bearer"
    response.headers["Cache-Control"] = "no-store"
    return response
