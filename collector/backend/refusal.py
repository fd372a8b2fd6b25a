"""Why a backend's request or line may be refused, besides the reasons in collector/door/refusal.py: a closed set."""

from __future__ import annotations

from collector.door.refusal import ReasonSet, Refusal

_SEE = "See docs/server-events.md."


class BackendReason(ReasonSet):
    """Only 429 is worth another try, with the same ids. (408 and 503 are in collector/door/refusal.py.)"""

    NO_TOKEN = Refusal(
        401, "token", "This needs a token.", "Send `Authorization: Bearer TOKEN`; `parcours token NAME --role editor`."
    )
    BAD_TOKEN = Refusal(401, "bad_token", "This token is unknown.", "Make one with `parcours token`.")
    ENDED_TOKEN = Refusal(401, "token_ended", "This token has ended.", "Make another one with `parcours token`.")
    ROLE = Refusal(403, "role", "This token is read-only.", "Make one with `parcours token NAME --role editor`.")
    METHOD = Refusal(405, "method", "Only POST is accepted here.", _SEE)
    PARAMETER = Refusal(400, "unknown_parameter", "There is no such parameter here.", "Allowed: site.")
    CONTENT_TYPE = Refusal(
        415, "content_type", "The content type is not supported.", "Send application/json or application/x-ndjson."
    )
    TOO_MANY = Refusal(413, "too_many", "Too many in one request.", "Split it.")
    TOO_LARGE = Refusal(413, "too_large", "The body is too long.", "Split it.", close=True)
    NOT_JSON = Refusal(400, "not_json", "This is not JSON.", _SEE)
    SHAPE = Refusal(400, "event_shape", "This is not an event.", _SEE)
    SITE = Refusal(400, "no_site", "No site has this name, id or key.", "`parcours site list` shows them.")
    PAGE = Refusal(400, "event_page", "The page is not on the site.", "Send an http(s) address on one of its domains.")
    TIME = Refusal(400, "event_time", "The time is outside the accepted range.", "Send the time of the event.")
    TOKEN_RATE = Refusal(429, "token_rate", "Too many requests with this token.", "Wait, or send more in one.", 1)
