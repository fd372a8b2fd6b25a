"""The live check of a site's set-up: from the line on the page to the first picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from store.hosts import readable_host
from store.records import Site
from store.snapshots import Snapshot
from viewer.health import SiteHealth
from viewer.pages.frame.languages import Language
from viewer.pages.pictures.fields import Fields
from viewer.pages.sites.refusals import refused_pages


@dataclass(frozen=True)
class LiveStep:
    """One step of the live check; `now` marks the one in progress."""

    words: str
    done: bool
    now: bool = False
    fact: str = ""
    hint: str = ""
    take: Fields = ()


def live_check(
    lang: Language, site: Site, health: SiteHealth, pictures: Sequence[Snapshot], take: Fields
) -> list[LiveStep]:
    """Registered → message → view → picture; the first step not done is in progress."""
    _, traffic, intake = lang.text, health.traffic, health.intake
    viewed = bool(traffic.last_view_ms)
    taken = intake is not None and intake.accepted > intake.from_backend
    refused = refused_pages(health.recent) and not taken and not viewed
    opened = viewed or taken or refused
    start = f"{'http' if ':' in site.domains[0] else 'https'}://{readable_host(site.domains[0].removeprefix('*.'))}/"
    steps = [
        LiveStep(_("The site is set up here"), True, fact=", ".join(map(readable_host, site.domains[:3]))),
        LiveStep(
            _("A page with the line was opened"),
            bool(opened),
            hint=_("Paste the line, then open %(address)s. This list updates automatically.", address=start),
        ),
        LiveStep(
            _("A first view is received"),
            viewed,
            fact=lang.moment(traffic.last_view_ms) if viewed else "",
            hint=_("Everything received so far was refused: see the reasons below.")
            if refused
            else _("A view is counted one second after the page opens."),
        ),
        LiveStep(
            _("The first picture is taken"),
            bool(pictures),
            fact=lang.moment(max(p.taken for p in pictures)) if pictures else "",
            hint=_("Parcours opens the page in its own browser and takes pictures at three widths."),
            take=take,
        ),
    ]
    current = next((i for i, step in enumerate(steps) if not step.done), None)
    return [replace(step, now=i == current) for i, step in enumerate(steps)]
