"""What can go wrong while a picture is taken, with messages for the user who requested it."""

from __future__ import annotations


class SnapshotError(Exception):
    """No picture was taken. `words`: the message, with what to do; `code`: one of `CODES`."""

    def __init__(self, words: str, code: str) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


class BrowserFailure(SnapshotError):
    """The browser hung or crashed. The page may not be the cause, so the camera tries once more in a new browser."""


STEP_FAULTS = {
    "slow": "took longer than {seconds:g} s.",
    "selector": "{selector} is not a CSS selector. Try it in the browser console.",
    "nothing": "nothing on the page matches {selector} after {seconds:g} s at this width. "
    "Check the selector, or choose the devices that the state applies to.",
    "hidden": "the page has {count} × {selector}, but none of them is visible within {seconds:g} s at this width. "
    "Add a step before it that opens what contains it, or choose another element.",
    "covered": "{cover} covers {selector}, so it cannot be reached. "
    "Add a step before it that moves it away, such as `dismiss`.",
    "something": "something covers {selector}, so it cannot be reached. "
    "Add a step before it that moves it away, such as `dismiss`.",
    "moves": "{selector} was still moving after {seconds:g} s.",
    "no_room": "this element cannot be scrolled. Choose the one with the scroll bar.",
    "insecure": "{selector} is in a page of {origin}. A secret is written only into pages of the site's own domains, "
    "over https.",
    "no_field": "{selector} is not a field that can be written into.",
    "foreign": "leads to {host}, which is not one of the site's domains, so nothing was sent there. "
    "Add that host to the site's domains if it is yours.",
    "unconfirmed": "nothing on the page matches {selector} after {seconds:g} s, so the sign-in did not work; "
    "the page is {place}. Check the secrets and the steps.",
    "leaves": "leads to another page, {goal}. A state must stay on the same page: choose another element, "
    "or take a picture of that page.",
}


class StepError(SnapshotError):
    """A step of a recipe failed. `fault` is a key of STEP_FAULTS; `values` fill in its message, with `n` (from 1) and
    `step`, and the `width` of the picture."""

    def __init__(self, fault: str, **values: object) -> None:
        self.fault, self.values = fault, values
        words = STEP_FAULTS[fault].format(**values)
        step = "Step {n} ({step})".format(**values) + (" " if fault in ("slow", "leaves", "foreign") else ": ")
        at = f"At {values['width']} px: " if "width" in values else ""
        signing_in = "Signing in: " if values.get("signing_in") else ""
        code = "sign_in" if signing_in else "leaves" if fault == "leaves" else "step"
        super().__init__(at + signing_in + step + words, code)

    def at(self, width: int) -> StepError:
        return StepError(self.fault, **self.values, width=width)


CODES = {
    "address": "the address is not http(s), or not one of the site's domains",
    "private": "the address is in a private network, which the site does not allow",
    "dns": "the host name is not known",
    "unreachable": "nothing answers there",
    "certificate": "the certificate is not valid",
    "status": "the page answered with an HTTP error",
    "redirect": "the page leads to another host",
    "moved": "the page leads to another page of the site",
    "download": "the address is a file to download",
    "not_html": "the address is not a web page",
    "empty": "the page shows nothing",
    "timeout": "the page took too long",
    "crashed": "the page crashed the browser",
    "too_large": "the page sends too many bytes",
    "too_many_nodes": "the page has too many nodes",
    "capture": "the elements of the page could not be read",
    "step": "a step of the state's recipe could not be carried out",
    "leaves": "a step of the state's recipe leads to another page",
    "sign_in": "signing in to the site failed",
    "no_secret": "a secret that the sign-in needs is not set, or was encrypted with another key",
    "signed_out": "the session ended: the page shows a sign-in form, or leads to another page",
    "upload": "a picture from somebody's own browser cannot be used",
    "stopped": "the camera was closed before the picture was taken",
    "cancelled": "somebody cancelled it",
    "browser": "there is no Chromium, or it does not start",
}
