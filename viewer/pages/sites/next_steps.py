"""What comes next once views are received: what is done has a ✓ and stands last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.page_groups import PageGroup
from store.records import Site, User
from store.segments import Goal
from viewer.access.members import role_on
from viewer.access.person import Person
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.registry import Registry


@dataclass(frozen=True)
class NextStep:
    """One thing to do. `href`: empty if the person may not do it."""

    name: str
    words: str
    label: str
    href: str
    done: bool


async def next_steps(
    lang: Language, urls: Urls, registry: Registry, site: Site, who: Person, privacy_read: bool
) -> tuple[NextStep, ...]:
    """The steps that this person sees, those that are done last."""
    goals = await registry.read(lambda definitions: definitions.find(Goal, site=site.id))
    groups = await registry.read(lambda definitions: definitions.find(PageGroup, site=site.id))
    users = await registry.read(lambda definitions: definitions.find(User))
    return _sorted(_all(lang, urls, site, who, (bool(goals), bool(groups), _shared(users, site), privacy_read)))


def _shared(users: Sequence[User], site: Site) -> bool:
    return sum(bool(role_on(user, site.id)) for user in users) > 1


def _all(
    lang: Language, urls: Urls, site: Site, who: Person, done: tuple[bool, bool, bool, bool]
) -> tuple[NextStep, ...]:
    _, here = lang.text, who.on(site.id)
    goals, groups, shared, privacy_read = done
    edits, owns = here.may("editor"), here.may("owner")
    steps = (
        NextStep(
            _("Say what a success is"),
            _("An order, a sign-up: maps and journeys then show who reached it."),
            _("Choose a goal"),
            urls.new_goal(site.id) if edits else "",
            goals,
        ),
        NextStep(
            _("Leave out your own people"),
            _("Name your office's addresses, or exclude single browsers."),
            _("Leave out"),
            urls.site_settings(site.id) + "#own" if edits else "",
            bool(site.staff_networks or site.staff_ids),
        ),
        NextStep(
            _("Group pages that are alike"),
            _("One map for all product pages, for example."),
            _("Group them"),
            urls.new_group(site.id) if edits else "",
            groups,
        ),
        NextStep(
            _("Invite those who will look"),
            _("By a link, with the role of viewer."),
            _("Invite"),
            urls.people(site.id) if owns else "",
            shared,
        ),
        NextStep(
            _("Read privacy once"),
            _("The default needs no consent banner in most cases. Some sentences belong on your privacy page."),
            _("Read it"),
            urls.privacy(site.id),
            privacy_read,
        ),
    )
    return tuple(step for step in steps if step.href or step.done)


def _sorted(steps: tuple[NextStep, ...]) -> tuple[NextStep, ...]:
    return tuple(sorted(steps, key=lambda step: step.done))
