"""What can go wrong while a picture is taken, in words for the person who asked for it."""

from __future__ import annotations


class SnapshotError(Exception):
    """No picture. `words` say what, where and what to do; `code` is one of `CODES`."""

    def __init__(self, words: str, code: str) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


CODES = {
    "address": "the address is not http(s), or not one of the site's domains",
    "private": "the address lies in a private network and the site does not allow that",
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
    "crashed": "the page brought the browser down",
    "capture": "the elements of the page could not be read",
    "step": "a step of the state's recipe could not be done",
    "leaves": "a step of the state's recipe leads to another page",
    "stopped": "the camera was closed meanwhile",
    "browser": "there is no Chromium, or it does not start",
}
