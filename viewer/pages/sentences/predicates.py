"""One rule as what it says of visits or visitors: `clicked “Apply code” at least twice`, and its opposite."""

from __future__ import annotations

from dataclasses import dataclass

from rules.funnel_steps import bare_step, element_step
from store.segments import MEASURES, TRAITS, Action, FunnelStop, Rule
from viewer.pages.frame.languages import Language
from viewer.pages.sentences.names import SiteNames, any_of, channel_name, page_label, value_name

CONTAINS = ("contains", "contains_not")
NEGATIVE = ("is_not", "contains_not")


@dataclass(frozen=True)
class Phrases:
    """What an action is called: `clicked X`, `did not click X`, `clicking X`."""

    did: str
    did_not: str
    doing: str


@dataclass(frozen=True)
class Teller:
    """Puts single rules into words, in one language and with the names of one site."""

    lang: Language
    names: SiteNames

    def rule(self, rule: Rule, *, negated: bool = False) -> str:
        """The rule as a predicate. `negated`: of a group of which none must hold."""
        if rule.what in TRAITS:
            return self._trait(rule, (rule.how in NEGATIVE) != negated)
        if rule.what in MEASURES:
            return self._measure(rule, negated)
        if rule.funnel:
            return self._funnel(rule.funnel, negated)
        phrases = self.action(rule)
        words = [phrases.did_not if negated else phrases.did]
        words += [part for part in (self._times(rule), self._order(rule), self._days(rule)) if part]
        return " ".join(words)

    def _funnel(self, stop: FunnelStop, negated: bool) -> str:
        """Where somebody is in a funnel."""
        _, keys = self.lang.text, [self._step(key) for key in stop.steps]
        values = {"n": self.lang.number(stop.step), "step": keys[stop.step - 1], "next": keys[stop.step]}
        if stop.went_on and negated:
            return _("did not go on from step %(n)s of a funnel, “%(step)s”, to “%(next)s”", **values)
        if stop.went_on:
            return _("went on from step %(n)s of a funnel, “%(step)s”, to “%(next)s”", **values)
        if negated:
            return _("did not leave a funnel after step %(n)s, “%(step)s”, before “%(next)s”", **values)
        return _("left a funnel after step %(n)s, “%(step)s”, before “%(next)s”", **values)

    def _step(self, key: str) -> str:
        """The name of a step that is an element; else its key without its kind."""
        action = element_step(key)
        return self.names.elements.get(action.element, action.element) if action else bare_step(key)

    def action(self, action: Rule | Action) -> Phrases:
        """An action in words, with where and on what, without how often and when."""
        amount = self._amount(action)
        kind = f"{action.what}_value" if action.what in ("sent", "answered") and amount else action.what
        values = {"what": self._object(action), "amount": amount}
        did, did_not, doing = (words % values for words in _actions(self.lang)[kind])
        return self._placed(action, Phrases(did, did_not, doing))

    def _placed(self, action: Rule | Action, phrases: Phrases) -> Phrases:
        """The phrases with the page on which it happened."""
        if not action.page or (action.what == "saw" and not action.element and not action.zone):
            return phrases
        page = page_label(action.page, self.names)

        def on(words: str) -> str:
            return self.lang.text("%(action)s on %(page)s", action=words, page=page)

        return Phrases(on(phrases.did), on(phrases.did_not), on(phrases.doing))

    def _object(self, action: Rule | Action) -> str:
        """What an action was made on."""
        lang, _ = self.lang, self.lang.text
        if action.what == "saw" and not action.element and not action.zone:
            pages = (action.page, *(action.values if isinstance(action, Rule) else ()))
            return any_of(lang, [page_label(page, self.names) for page in pages if page]) or _("any page")
        if action.element:
            return _("“%(name)s”", name=self.names.elements.get(action.element, action.element))
        if action.zone:
            return _("the zone “%(name)s”", name=self.names.zones.get(action.zone, action.zone))
        if action.what == "goal":
            return _("“%(name)s”", name=self.names.goals.get(action.name, action.name))
        if action.what == "answered":
            return _("“%(name)s”", name=self.names.answers.get(action.name, action.name))
        named = _("“%(name)s”", name=action.name) if action.name else ""
        with_name, without = {
            "error": (_("the error %(name)s"), _("an error")),
            "left_blank": (_("the field %(name)s"), _("a field")),
            "submitted": (_("the form %(name)s"), _("a form")),
        }.get(action.what, ("%(name)s", _("something")))
        return with_name % {"name": named} if named else without

    def _amount(self, action: Rule | Action) -> str:
        """The bounds of an action's or a measure's amount: `at least 3 s`."""

        def worded(value: float) -> str:
            if action.what in ("dwelt", "stayed"):
                return self.lang.span(value * 1000)
            if action.what in ("scrolled", "top_value"):
                return self.lang.share(value, 0 if round(value * 100, 6) % 1 == 0 else 1)
            return self.lang.number(value, 0 if value == int(value) else 2)

        _, least, most = self.lang.text, action.least, action.most
        if least is not None and most is not None:
            if least == most:
                return worded(least)
            return _("%(least)s to %(most)s", least=worded(least), most=worded(most))
        if least is not None:
            return _("at least %(amount)s", amount=worded(least))
        return _("at most %(amount)s", amount=worded(most)) if most is not None else ""

    def _times(self, rule: Rule) -> str:
        lang, _ = self.lang, self.lang.text
        if rule.count == "exactly":
            once, often = _("exactly once"), lang.plural("exactly %(num)s time", "exactly %(num)s times", rule.times)
        elif rule.count == "most":
            once, often = _("at most once"), lang.plural("at most %(num)s time", "at most %(num)s times", rule.times)
        else:
            once, often = "", lang.plural("at least %(num)s time", "at least %(num)s times", rule.times)
            often = _("at least twice") if rule.times == 2 else often
        return once if rule.times == 1 else often

    def _days(self, rule: Rule) -> str:
        return self.lang.plural("in the last %(num)s day", "in the last %(num)s days", rule.days) if rule.days else ""

    def _order(self, rule: Rule) -> str:
        if not rule.order or rule.other is None:
            return ""
        _, other = self.lang.text, self.action(rule.other).doing
        if rule.within:
            span = self.lang.span(rule.within * 1000)
            if rule.order == "before":
                return _("at most %(span)s before %(other)s", span=span, other=other)
            return _("at most %(span)s after %(other)s", span=span, other=other)
        return _("before %(other)s", other=other) if rule.order == "before" else _("after %(other)s", other=other)

    def _measure(self, rule: Rule, negated: bool) -> str:
        amount = self._share(rule) if rule.what == "top_value" else self._amount(rule)
        event = self.lang.text("“%(name)s”", name=rule.name or "…")
        words = _measures(self.lang)[rule.what][negated] % {"amount": amount, "event": event}
        return " ".join(part for part in (words, self._days(rule)) if part)

    def _share(self, rule: Rule) -> str:
        bound = rule.most if rule.most is not None else rule.least
        return self._amount(Action(what="scrolled", least=bound, most=bound)) if bound is not None else "…"

    def _trait(self, rule: Rule, negative: bool) -> str:
        lang, _ = self.lang, self.lang.text
        if rule.how in CONTAINS:
            values = any_of(lang, [_("“%(name)s”", name=value) for value in rule.values])
            trait = _trait_noun(lang, rule.what)
            words = (_("have %(values)s in %(trait)s", values=values, trait=trait),
                     _("do not have %(values)s in %(trait)s", values=values, trait=trait))  # fmt: skip
            return words[negative]
        if rule.what == "visitor":
            return self._new(rule, negative)
        values = any_of(lang, [self._value(rule.what, value) for value in rule.values]) or "…"
        return _trait_words(lang, rule.what, values)[negative]

    def _value(self, what: str, value: str) -> str:
        """A value in the middle of a sentence."""
        _ = self.lang.text
        if what == "channel":
            within = {
                "direct": _("a typed address or a bookmark"),
                "search": _("a search engine"),
                "ai": _("an AI assistant"),
                "social": _("a social network"),
                "mail": _("email"),
                "referral": _("another website"),
                "paid": _("an advertisement"),
                "campaign": _("a campaign"),
            }
            return within.get(value, channel_name(self.lang, value))
        if what == "device":
            within = {
                "phone": _("a phone"),
                "tablet": _("a tablet"),
                "desktop": _("a desktop computer"),
                "other": _("another device"),
            }
            return within.get(value, value)
        return value_name(self.lang, what, value, self.names)  # type: ignore[arg-type]

    def _new(self, rule: Rule, negative: bool) -> str:
        _ = self.lang.text
        within = {"new": _("new"), "returning": _("returning")}
        values = any_of(self.lang, [within.get(value, value) for value in rule.values])
        if rule.scope == "visitor":
            return _("are not %(values)s", values=values) if negative else _("are %(values)s", values=values)
        made = (_("were made by %(values)s visitors"), _("were not made by %(values)s visitors"))
        return made[negative] % {"values": values}


def _actions(lang: Language) -> dict[str, tuple[str, str, str]]:
    """Action → `clicked %(what)s`, `did not click %(what)s`, `clicking %(what)s`."""
    _ = lang.text
    return {
        "saw": (_("saw %(what)s"), _("did not see %(what)s"), _("seeing %(what)s")),
        "clicked": (_("clicked %(what)s"), _("did not click %(what)s"), _("clicking %(what)s")),
        "dwelt": (
            _("dwelt on %(what)s for %(amount)s"),
            _("did not dwell on %(what)s for %(amount)s"),
            _("dwelling on %(what)s for %(amount)s"),
        ),
        "rage": (
            _("clicked %(what)s in rage"),
            _("did not click %(what)s in rage"),
            _("clicking %(what)s in rage"),
        ),
        "dead": (
            _("clicked %(what)s without effect"),
            _("did not click %(what)s without effect"),
            _("clicking %(what)s without effect"),
        ),
        "error": (_("had %(what)s"), _("did not have %(what)s"), _("having %(what)s")),
        "sent": (
            _("sent the event %(what)s"),
            _("did not send the event %(what)s"),
            _("sending the event %(what)s"),
        ),
        "sent_value": (
            _("sent the event %(what)s with a value of %(amount)s"),
            _("did not send the event %(what)s with a value of %(amount)s"),
            _("sending the event %(what)s with a value of %(amount)s"),
        ),
        "answered": (_("answered %(what)s"), _("did not answer %(what)s"), _("answering %(what)s")),
        "answered_value": (
            _("answered %(what)s with a score of %(amount)s"),
            _("did not answer %(what)s with a score of %(amount)s"),
            _("answering %(what)s with a score of %(amount)s"),
        ),
        "left_blank": (_("left %(what)s blank"), _("did not leave %(what)s blank"), _("leaving %(what)s blank")),
        "submitted": (_("submitted %(what)s"), _("did not submit %(what)s"), _("submitting %(what)s")),
        "scrolled": (
            _("scrolled through %(amount)s of the page"),
            _("did not scroll through %(amount)s of the page"),
            _("scrolling through %(amount)s of the page"),
        ),
        "stayed": (_("stayed for %(amount)s"), _("did not stay for %(amount)s"), _("staying for %(amount)s")),
        "goal": (
            _("reached the goal %(what)s"),
            _("did not reach the goal %(what)s"),
            _("reaching the goal %(what)s"),
        ),
    }


def _measures(lang: Language) -> dict[str, tuple[str, str]]:
    """Measure → what it says of visitors, and the opposite."""
    _ = lang.text
    return {
        "visits": (_("made %(amount)s visits"), _("did not make %(amount)s visits")),
        "last_seen": (
            _("were last seen %(amount)s days ago"),
            _("were not last seen %(amount)s days ago"),
        ),
        "value": (
            _("have a sum of %(event)s of %(amount)s"),
            _("do not have a sum of %(event)s of %(amount)s"),
        ),
        "top_value": (
            _("are among the top %(amount)s by %(event)s"),
            _("are not among the top %(amount)s by %(event)s"),
        ),
        "quiet": (
            _("have been away for %(amount)s times their usual gap"),
            _("have not been away for %(amount)s times their usual gap"),
        ),
    }


def _trait_words(lang: Language, what: str, values: str) -> tuple[str, str]:
    """What a trait says of visits, and the opposite."""
    _ = lang.text
    used = (_("used %(values)s"), _("did not use %(values)s"))
    pairs = {
        "channel": (_("came from %(values)s"), _("did not come from %(values)s")),
        "source": (_("came from the source %(values)s"), _("did not come from the source %(values)s")),
        "medium": (_("came by the medium %(values)s"), _("did not come by the medium %(values)s")),
        "campaign": (_("came from the campaign %(values)s"), _("did not come from the campaign %(values)s")),
        "referrer": (_("came from the site %(values)s"), _("did not come from the site %(values)s")),
        "device": used,
        "browser": used,
        "os": used,
        "country": (_("were in %(values)s"), _("were not in %(values)s")),
        "language": (_("prefer the language %(values)s"), _("do not prefer the language %(values)s")),
        "landing": (_("began on %(values)s"), _("did not begin on %(values)s")),
        "exit": (_("ended on %(values)s"), _("did not end on %(values)s")),
        "weekday": (_("took place on a %(values)s"), _("did not take place on a %(values)s")),
        "hour": (_("took place at %(values)s"), _("did not take place at %(values)s")),
        "viewport": (_("used a window of %(values)s"), _("did not use a window of %(values)s")),
    }
    others = (_("saw the variant %(values)s"), _("did not see the variant %(values)s"))
    did, did_not = pairs.get(what, others)
    return did % {"values": values}, did_not % {"values": values}


def _trait_noun(lang: Language, what: str) -> str:
    """A trait in the middle of a sentence."""
    _ = lang.text
    nouns = {
        "device": _("the device"),
        "viewport": _("the window width"),
        "browser": _("the browser"),
        "os": _("the operating system"),
        "country": _("the country"),
        "language": _("the language"),
        "channel": _("the channel"),
        "source": _("the source"),
        "medium": _("the medium"),
        "campaign": _("the campaign"),
        "referrer": _("the referring site"),
        "landing": _("the landing page"),
        "exit": _("the exit page"),
        "variant": _("the variant"),
    }
    return nouns.get(what, what)
