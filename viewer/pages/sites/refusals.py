"""Why messages of a site are refused, in the reader's language, and what to do about it."""

from __future__ import annotations

from viewer.pages.frame.languages import Language

OF_PROGRAMS = frozenset(
    {"event_shape", "event_page", "event_time", "too_many", "unknown_parameter"}
)  # never from a page


def words_of(lang: Language, reason: str) -> str:
    """The reason (a code of the collector) as text."""
    _ = lang.text
    known = {
        "origin": _("The page is on a domain that does not belong to this site"),
        "shape": _("The message is not one that the script sends"),
        "not_json": _("The message is not one that the script sends"),
        "not_gzip": _("The message is damaged"),
        "version": _("The page uses a script that is too old or too new"),
        "page": _("The page has no web address"),
        "content_type": _("The message has a type or encoding that the script never sends"),
        "content_encoding": _("The message has a type or encoding that the script never sends"),
        "method": _("The address for messages was opened in a browser"),
        "too_large": _("The message is too long"),
        "slow": _("The message did not arrive in time"),
        "cut": _("The connection ended too early"),
        "address_rate": _("Too many messages from one address; the visitor's browser tries again"),
        "beacon_rate": _("Too many messages at the moment when a visitor left the page: these are lost"),
        "rejected_rate": _("Too many rejected messages from one address"),
        "day_bytes": _("The site has stored as much today as it may"),
        "day_pages": _("The page is new, and the site already has as many pages today as it may"),
        "day_elements": _("An element is new, and the site already has as many elements today as it may"),
        "day_names": _("The name of an event or variant is new, and the site already has as many today as it may"),
        "ask_survey": _("An answer belongs to no survey of this site"),
        "ask_version": _("An answer belongs to a version of its survey that never asked"),
        "ask_question": _("An answer belongs to no question of its survey"),
        "ask_answer": _("An answer does not fit its question"),
        "ask_many": _("The site already has as many answers today as it may"),
        "long_head": _("The message has headers that no browser sends"),
        "site_rate": _("Too many messages for this site"),
        "busy": _("The disk could not keep up; the visitor's browser tries again"),
        "backlog": _("The database is not accepting data; the visitor's browser tries again"),
        "disk_full": _("The disk is nearly full; the visitor's browser tries again"),
        "not_durable": _("A disk error occurred; the visitor's browser tries again"),
        "store_away": _("The database was unavailable; the visitor's browser tries again"),
        "event_shape": _("An event from your own programs could not be read"),
        "event_page": _("An event from your own programs refers to a page of another site"),
        "event_time": _("An event from your own programs is too old or in the future"),
        "too_many": _("Your own programs sent too much in one request"),
        "unknown_parameter": _("Your own programs sent a parameter that does not exist"),
        "stopping": _("Parcours was shutting down; the visitor's browser tries again"),
    }
    return known.get(reason, reason.replace("_", " "))


def advice_of(lang: Language, reason: str) -> str:
    """What to do about it."""
    _ = lang.text
    invented = _("Nothing: parcours-ask.js sends no such answer. The rest of the message was stored.")
    told = _("The response to your program says where and why.")
    known = {
        "event_shape": told,
        "event_page": told,
        "event_time": told,
        "too_many": told,
        "unknown_parameter": told,
        "origin": _(
            "Add the domain below if the page is yours. If not, somebody copied your line and there is nothing to do."
        ),
        "shape": _("Nothing, unless one of your own programs sends data to Parcours."),
        "not_json": _("Nothing, unless one of your own programs sends data to Parcours."),
        "content_type": _("Nothing, unless one of your own programs sends data to Parcours."),
        "content_encoding": _("Nothing, unless one of your own programs sends data to Parcours."),
        "version": _("Clear any cache of /parcours.js."),
        "page": _("Open the page over http or https, not from a file."),
        "address_rate": _(
            "Nothing to do if it is a bot. If Parcours runs behind a proxy, name the proxy in the setting "
            "PARCOURS_TRUSTED_PROXIES. If many visitors share the address, raise PARCOURS_ADDRESS_RATE and "
            "PARCOURS_ADDRESS_BURST."
        ),
        "beacon_rate": _("If these are real visitors, raise the limit that the reason above or below names."),
        "rejected_rate": _("Nothing: other visitors behind this address are not affected."),
        "day_bytes": _("If these are real visitors, raise PARCOURS_DAY_MEGABYTES. If not, somebody misuses your key."),
        "day_pages": _("If the pages are real, raise PARCOURS_DAY_PAGES. If not, somebody misuses your key."),
        "day_elements": _("If the elements are real, raise PARCOURS_DAY_ELEMENTS. If not, somebody misuses your key."),
        "day_names": _("If the names are real, raise PARCOURS_DAY_NAMES. If not, somebody misuses your key."),
        "ask_survey": invented,
        "ask_version": invented,
        "ask_question": invented,
        "ask_answer": invented,
        "ask_many": _("Ask a smaller share of visitors. If nobody is asked so often, somebody misuses your key."),
        "long_head": _("Nothing, unless one of your own programs sends data to Parcours."),
        "site_rate": _("If these are real visitors, raise PARCOURS_SITE_RATE and PARCOURS_SITE_BURST."),
        "backlog": _("Check the database. Nothing that was accepted is lost."),
        "store_away": _("Check the database. Nothing that was accepted is lost."),
        "disk_full": _("Free up space on the disk that holds the journal."),
        "not_durable": _("Check the disk that holds the journal."),
    }
    return known.get(reason, _("Nothing, unless it happens often."))
