"""Free texts are masked alike in the browser and on the server: the same rules, the same examples."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.text_masking import RULES, masked_text

EXAMPLES = json.loads((Path(__file__).parents[1] / "examples" / "texts.json").read_text(encoding="utf-8"))
# Pieces that the rules are about, so that hypothesis finds their edges.
PIECES = st.sampled_from(
    ["@", ".", " ", "+33", "00", "anna", "a.fr", "4111 1111", "FR14 2004", "123456", "[mail]", "(", "-"]
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=30).map("".join)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["text"])
def test_the_server_masks_the_examples(example: dict[str, str]) -> None:
    assert masked_text(example["text"]) == example["kept"]


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_no_long_number_and_no_mail_is_left(text: str) -> None:
    kept = masked_text(text)
    assert not re.search(r"\d{6}", kept, re.ASCII)
    assert not re.search(r"[a-z]@[a-z]+\.[a-z]{2}", kept)


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_masking_twice_changes_nothing(text: str) -> None:
    kept = masked_text(text)
    assert masked_text(kept) == kept


@given(
    st.sampled_from(["4111111111111111", "5500000000000004", "340000000000009"]),
    st.sampled_from(["", " ", "-", "\u00a0"]),
)
def test_a_card_number_is_masked_however_it_is_grouped(number: str, between: str) -> None:
    grouped = between.join(re.findall(".{1,4}", number))
    assert masked_text(f"my card {grouped}, no") == "my card [card], no"


def test_the_words_that_replace_values_are_those_of_the_rules() -> None:
    assert [rule.name for rule in RULES] == ["mail", "iban", "card", "phone", "number"]


@pytest.mark.parametrize("letters", ["1", "a", "a@", "1 ", "(", "+1(", "GB82 ", "x.aa@", "@a.b"])
def test_a_hostile_text_costs_no_more_than_a_long_one(letters: str) -> None:
    """The patterns have bounded repetitions, so the time grows with the length and not with its square."""
    from time import process_time

    def cost(times: int) -> float:
        text = letters * (times // len(letters))
        began = process_time()
        masked_text(text)
        return process_time() - began

    assert cost(1_200) < 0.5
