"""What simulated visitors answer to the surveys of the shop (surveys.toml). Pure."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from collector.wire import AskColumns
from parcours.demo.visitors import letters
from rules.names import slug

BASKET, THANKS = "/basket", "/thanks"
SURVEYS = {BASKET: "Basket: effort", THANKS: "After the order"}
MISSED, RECENT, SHOWN, CLOSED, LEFT, DONE = 1, 2, 3, 4, 5, 7  # ASK_STATES of the wire format
ANSWERS, FINISHES, WRITES = 0.42, 0.9, 0.55  # shares: answer, go on to the end, write a text
FIRST_ASKED = 42 * 86_400_000  # ms before now: the surveys have asked for six weeks
# score → weight
EFFORT = {False: {1: 34, 2: 30, 3: 18, 4: 10, 5: 5, 6: 2, 7: 1}, True: {2: 3, 3: 7, 4: 14, 5: 26, 6: 28, 7: 22}}
RECOMMEND = {
    False: {10: 30, 9: 26, 8: 20, 7: 11, 6: 5, 5: 4, 3: 2, 0: 2},
    True: {9: 8, 8: 12, 7: 14, 6: 14, 5: 14, 4: 12, 3: 12, 2: 8, 0: 6},
}


@cache
def read_surveys() -> dict[str, Any]:
    """The file: `surveys` as the API takes them, and `texts`."""
    return tomllib.loads((files("parcours.demo") / "surveys.toml").read_text("utf-8"))


def surveys() -> list[dict[str, Any]]:
    """The surveys of the shop, as the API takes them."""
    return list(read_surveys()["surveys"])


class _AskedRows:
    """The rows of one asking, as columns."""

    def __init__(self, survey: str, language: str, random: Random) -> None:
        self.columns = AskColumns(**{name: [] for name in AskColumns.__struct_fields__})
        self._usual = {"a": letters(random), "s": slug(survey), "v": 1, "k": 0, "q": "", "g": None, "o": [], "m": "",
                       "lang": language, "e": None} | dict.fromkeys(("x", "y", "w", "h", "px", "py"), 0)  # fmt: skip

    def add(self, after: int, **row: Any) -> None:
        """A row `after` ms after the one before."""
        made = self._usual | {"t": after, "n": len(self.columns.t)} | row
        for name in AskColumns.__struct_fields__:
            getattr(self.columns, name).append(made[name])


def answers_on(page: str, language: str, *, trouble: bool, recent: bool, random: Random) -> AskColumns | None:
    """What a visitor of a page is asked and answers; None where nobody asks. `trouble`: whether the button of the
    discount code did nothing for this visitor; `recent`: whether the other survey asked lately."""
    if page not in SURVEYS:
        return None
    spoken = "fr" if language.startswith("fr") else "en"
    rows = _AskedRows(SURVEYS[page], spoken, random)
    survey = next(one for one in surveys() if one["name"] == SURVEYS[page])
    drawn = random.random() < survey["share"]
    rows.add(survey["trigger"]["seconds"] * 1_000, k=(RECENT if recent else SHOWN) if drawn else MISSED)
    if recent or not drawn:
        return rows.columns
    if random.random() >= ANSWERS:
        if random.random() < 0.5:
            rows.add(random.randint(900, 6_000), k=CLOSED)
        return rows.columns
    weights = (EFFORT if page == BASKET else RECOMMEND)[trouble]
    score = random.choices(list(weights), list(weights.values()))[0]
    rows.add(random.randint(1_500, 9_000), q="effort" if page == BASKET else "recommend", g=score)
    if page == BASKET and score <= 3:
        rows.add(1, k=DONE)
        return rows.columns
    if random.random() >= FINISHES:
        rows.add(random.randint(2_000, 9_000), k=LEFT)
        return rows.columns
    if page == BASKET:
        rows.add(random.randint(2_000, 7_000), q="what", o=["code" if trouble else "price"])
    if random.random() < WRITES:
        texts = read_surveys()["texts"]["trouble" if trouble else "fine"][spoken]
        words = random.choice(texts)
        rows.add(random.randint(8_000, 30_000), q="mend" if page == BASKET else "why", m=words)
    rows.add(1, k=DONE)
    return rows.columns


def was_asked(asked: AskColumns | None) -> bool:
    """Whether a survey was shown."""
    return asked is not None and SHOWN in asked.k
