"""docs/collector.md lists every answer, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from collector.door.refusal import Reason

PAGE = Path(__file__).parent.parent.parent / "docs" / "collector.md"


def test_every_answer_is_in_the_table_with_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| (`[^|]+) \|", PAGE.read_text(encoding="utf-8"), re.M)
    written = {(int(status), code) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}
    assert written == {(because.value.status, because.value.code) for because in Reason}


def test_only_answers_worth_a_retry_say_when() -> None:
    for because in Reason:
        assert bool(because.value.retry_after) == (because.value.status in (408, 429, 503))
