"""What the tracker bench computes from its runs, traces and pages."""

from __future__ import annotations

import json

import pytest

from bench import tracker
from bench.packages import folder_name
from bench.tracker_journey import Spent, Visit
from bench.tracker_site import large_page, page_with
from bench.tracker_trace import Callback, callbacks, events, first_run, ms_by_cause
from bench.trackers import CLARITY, PARCOURS

OURS = "http://127.0.0.1:1/parcours.js"
THEIRS = "http://127.0.0.1:1/trackers/clarity/0.js"


def _event(name: str, at: int, lasts: int, cpu: int | None = None, tid: int = 1, **data: object) -> dict[str, object]:
    event = {"name": name, "ph": "X", "ts": at, "dur": lasts, "pid": 1, "tid": tid, "args": {"data": data}}
    return event if cpu is None else {**event, "tdur": cpu}


def _trace(*of: dict[str, object]) -> list[dict[str, object]]:
    return events(json.dumps({"traceEvents": [{"name": "meta", "ph": "M"}, *of]}).encode())


def test_callbacks_are_those_of_one_script_with_their_causes() -> None:
    trace = _trace(
        _event("RunTask", 0, 900),
        _event("EventDispatch", 100, 50, type="click"),
        _event("FunctionCall", 110, 30, 20, url=OURS),
        _event("FunctionCall", 115, 5, 5, url=OURS),  # nested in the previous call
        _event("FunctionCall", 141, 5, 5, url=THEIRS),
        _event("TimerFire", 200, 50),
        _event("FunctionCall", 210, 2000, url=OURS),  # a trace without thread time
        _event("FunctionCall", 300_000, 10, 10, url=OURS),
        _event("FunctionCall", 120, 10, 10, tid=2, url=THEIRS),
    )
    ours = callbacks(trace, PARCOURS.wrote)
    assert ours == [Callback(0.02, "click"), Callback(2.0, "TimerFire"), Callback(0.01, "other")]
    assert ms_by_cause([*ours, Callback(1.0, "click")]) == {"TimerFire": 2.0, "click": 1.02, "other": 0.01}
    assert [call.cause for call in callbacks(trace, CLARITY.wrote)] == ["other", "click"]


def test_the_first_run_of_a_script_is_separate_from_other_scripts() -> None:
    trace = _trace(_event("EvaluateScript", 0, 9, 3000, url=OURS), _event("EvaluateScript", 20, 9, 500, url=THEIRS))
    assert first_run(trace, PARCOURS.wrote) == 3.0


def _run(script_load: float, script_act: float, requests: int, size: int) -> tracker.Run:
    load, act = Spent(script_load, 2 * script_load, 0, 0), Spent(script_act, 2 * script_act, 0, 0)
    return tracker.Run(Visit(load, act, Spent(0, 0, 1000, 5), [60.0], 15.0), requests, 1, size)


def test_differences_are_taken_within_a_round() -> None:
    rounds = [
        {"none": _run(10, 20, 0, 0), "parcours": _run(13, 50, 2, 900)},
        {"none": _run(20, 90, 0, 0), "parcours": _run(24, 100, 3, 1100)},
        {"none": _run(10, 20, 0, 0), "parcours": _run(15, 60, 2, 1000)},
    ]
    figures = tracker.figures(rounds, "parcours")
    assert figures["script at load, ms more"] == 4
    assert figures["script while acting, ms more"] == 30
    assert figures["script while acting, ms more: range"] == [10, 40]
    assert figures["script, ratio"] == pytest.approx(63 / 30)
    assert (figures["requests"], figures["bytes sent"]) == (2, 1000)
    assert tracker.figures(rounds, "none")["script while acting, ms"] == 20


def test_a_target_is_met_up_to_its_limit_inclusive() -> None:
    assert tracker.Target("bytes", 5000, 5000).verdict()["met"] is True
    assert tracker.Target("bytes", 5001, 5000).verdict()["met"] is False


def test_pages_lose_files_of_other_hosts_and_get_the_snippet_first() -> None:
    html = "<html><head><script src='https://x.example/a.js'></script><img src='//x.example/b'></head><body></body>"
    page = page_with(html, PARCOURS.snippet('data-offline="keep"'))
    assert "x.example" not in page
    assert page.index("/parcours.js") < page.index("</head>")
    assert 'data-offline="keep"' in page


@pytest.mark.parametrize("nodes", [100, 3000])
def test_the_large_page_has_as_many_elements_as_it_says(nodes: int) -> None:
    body = large_page(nodes).partition("<body>")[2].removesuffix("</body></html>")
    assert body.count("<") - body.count("</") == nodes


def test_a_package_has_one_folder() -> None:
    assert folder_name("@scope/name@1.2.3") == "scope-name-1.2.3"
    assert folder_name("name@1.2.3") == "name-1.2.3"
