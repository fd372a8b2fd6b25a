"""Why a request may be refused: a closed set, each reason with status, code, message and hint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import msgspec


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer other than 204. Counters, pages and the tracker use `code`."""

    status: int
    code: str
    message: str
    hint: str
    retry_after: int = 0  # seconds; 0: trying again cannot succeed
    close: bool = False  # close the connection instead of reading the rest

    def body(self) -> bytes:
        """The JSON answer, in the shape that all errors of Parcours have."""
        return msgspec.json.encode({"error": {"code": self.code, "message": self.message, "hint": self.hint}})


class RefusalError(Exception):
    """Carries a refusal out of a function that returns something else."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class ReasonSet(Enum):
    """A closed set of refusals."""

    value: Refusal

    def with_message(self, message: str) -> Refusal:
        """The refusal with the particulars of this case as its message."""
        return replace(self.value, message=message)


class Reason(ReasonSet):
    """Only 408, 429 and 503 are worth another try, with the same batch id."""

    METHOD = Refusal(405, "method", "Only POST and OPTIONS are answered here.", "Send the batch with POST.")
    LONG_HEAD = Refusal(431, "long_head", "A header is too long.", "Send headers as a browser does.")
    CONTENT_TYPE = Refusal(
        415, "content_type", "The content type is not supported.", "Send text/plain or application/json."
    )
    ENCODING = Refusal(
        415, "content_encoding", "The content encoding is not supported.", "Send the body uncompressed or with gzip."
    )
    TOO_LARGE = Refusal(413, "too_large", "The body is too long.", "Split the batch.", close=True)
    SLOW = Refusal(408, "slow", "The body did not arrive in time.", "Send it again.", retry_after=1, close=True)
    CUT = Refusal(408, "cut", "The connection ended before the body did.", "Send it again.", retry_after=1, close=True)
    NOT_GZIP = Refusal(400, "not_gzip", "The body is not complete gzip.", "Compress it again, or send it uncompressed.")
    NOT_JSON = Refusal(400, "not_json", "The body is not JSON.", "See docs/wire.md.")
    SHAPE = Refusal(400, "shape", "The body is not a batch.", "See docs/wire.md.")
    VERSION = Refusal(400, "version", "The version of the format is not supported.", "Reload /parcours.js.")
    PAGE = Refusal(400, "page", "$.ctx.url is not the address of a page.", "Send the http(s) address of the page.")
    UNKNOWN_SITE = Refusal(
        404, "unknown_site", "No site has this key.", "Copy the snippet again from the set-up page of the site."
    )
    ORIGIN = Refusal(
        403,
        "origin",
        "The page is not on a domain of this site.",
        "Add its domain in the settings of the site (`*.shop.example` means every subdomain).",
    )
    ADDRESS_RATE = Refusal(429, "address_rate", "Too many batches from this address.", "Wait.", retry_after=5)
    REJECTED_RATE = Refusal(
        429,
        "rejected_rate",
        "Too many rejected requests from this address.",
        "Send what is accepted. Batches of others behind this address are still accepted.",
        retry_after=5,
    )
    SITE_RATE = Refusal(429, "site_rate", "Too many batches for this site.", "Wait.", retry_after=2)
    DAY_BYTES = Refusal(
        403, "day_bytes", "The site stores no more today.", "If these are real visitors, raise PARCOURS_DAY_MEGABYTES."
    )
    DAY_PAGES = Refusal(
        403, "day_pages", "The site takes no new pages today.", "If the pages are real, raise PARCOURS_DAY_PAGES."
    )
    DAY_ELEMENTS = Refusal(
        422,
        "day_elements",
        "The site takes no new elements today.",
        "If the elements are real, raise PARCOURS_DAY_ELEMENTS.",
    )
    DAY_NAMES = Refusal(
        422,
        "day_names",
        "The site takes no new names of events and variants today.",
        "If the names are real, raise PARCOURS_DAY_NAMES.",
    )
    BUSY = Refusal(503, "busy", "Too many batches wait for the disk.", "Wait.", retry_after=2)
    BACKLOG = Refusal(
        503,
        "backlog",
        "The journal is full because the store accepts no batches.",
        "Check ClickHouse.",
        retry_after=30,
    )
    DISK_FULL = Refusal(
        503, "disk_full", "The disk of the journal is nearly full.", "Free space, or move the journal.", retry_after=30
    )
    NOT_DURABLE = Refusal(
        503, "not_durable", "The batch could not be written to the journal.", "Check the disk.", retry_after=5
    )
    AWAY = Refusal(503, "store_away", "The sites cannot be read from the store.", "Check ClickHouse.", retry_after=5)
    STOPPING = Refusal(503, "stopping", "The collector is stopping.", "Send it again.", retry_after=2, close=True)
