"""Form tokens: a change sent by a browser must come from one of our own forms.

Synchroniser tokens, as in https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.requests import Request

from viewer.access.sessions import Session, Sessions
from viewer.http.errors import Problem
from viewer.http.urls import path_below

_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class FormTokens:
    """Issues and checks the tokens of forms. `host`: the host and port that people reach Parcours by."""

    def __init__(self, sessions: Sessions, host: str) -> None:
        self._sessions = sessions
        self._host = host

    def of(self, request: Request) -> str:
        """The token for a form's hidden field `csrf`, or for the header X-CSRF-Token."""
        state = request.state
        session: Session | None = getattr(state, "session", None)
        nonce = session.nonce if session else getattr(state, "form_nonce", "")
        if not nonce:
            nonce = state.form_nonce = state.new_form_nonce = secrets.token_urlsafe(16)
        return self._sessions.form_token(nonce)

    async def check(self, request: Request) -> None:
        """Problem 403 unless the request comes from one of our own forms."""
        hint = "Load the page again and send the form once more."
        origin = request.headers.get("origin")
        ours = {self._host, request.headers.get("host", "")}
        if request.headers.get("sec-fetch-site") == "cross-site" or (origin and urlsplit(origin).netloc not in ours):
            raise Problem(403, "cross_site", "This form was sent from another site.", hint)
        token = request.headers.get("x-csrf-token", "")
        # The API reads JSON: there the token is in the header.
        is_form = not path_below(request.scope).startswith("/api/")
        if not token and is_form and request.headers.get("content-type", "").startswith(_FORM_TYPES):
            token = str((await request.form()).get("csrf", ""))
        session: Session | None = request.state.session
        nonce = session.nonce if session else request.state.form_nonce
        if not self._sessions.form_token_fits(nonce, token):
            raise Problem(403, "form_token", "The form has expired, or cookies are blocked.", hint)
