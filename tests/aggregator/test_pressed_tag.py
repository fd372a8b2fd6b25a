"""The tag that a click presses is the same in the engine as in Python."""

from __future__ import annotations

from aggregator.measures.frustration import pressed_tag
from aggregator.queries.pressed_tag import PRESSED_TAG
from store.client import Store
from tests.aggregator.build import insert

PATHS = (
    "body", "main#a>button:2", "form#buy>label:1>b:1", "label@x>>span:1", "a#home>canvas:1", "DIV!top>P:1",
    "nav>ul:1>li:3>a:1>svg:1", "main#a>div:2>…>input:1", "main#a>label:1…>b:2", "main#a>button:1>…>b:2", "…>b:1",
    "button…i:1", "summary:1>…", "x-card#c>>div:1>select:2", "ul#x>li:3>details:1>summary:1>i:1", "",
)  # fmt: skip


def test_the_pressed_tag_of_a_path_is_that_of_python(store: Store) -> None:
    insert(store, "elements", [{"record": n, "path": path} for n, path in enumerate(PATHS)])
    rows = store.rows(f"SELECT path, {PRESSED_TAG} AS tag FROM elements ORDER BY record")
    assert {row["path"]: row["tag"] for row in rows} == {path: pressed_tag(path) for path in PATHS}
