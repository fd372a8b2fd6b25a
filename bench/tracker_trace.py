"""Read a Chromium trace: the callbacks of one script and what triggered them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CATEGORIES = ["devtools.timeline", "v8.execute", "disabled-by-default-devtools.timeline"]


# Trace events that may call into a script; the innermost one around a call is its cause.
_CAUSES = ("EventDispatch", "TimerFire", "FireAnimationFrame", "FireIdleCallback", "XHRReadyStateChange")


@dataclass(frozen=True)
class Callback:
    """One call from the browser into a script: its thread's CPU time in ms, and its cause, e.g. `click`."""

    ms: float
    cause: str


def events(trace: bytes) -> list[dict[str, Any]]:
    """The complete events of a trace file."""
    return [event for event in json.loads(trace)["traceEvents"] if event.get("ph") == "X"]


def callbacks(trace: list[dict[str, Any]], wrote: Callable[[str], bool]) -> list[Callback]:
    """Calls into scripts whose URL `wrote` accepts, in order of time; nested calls are part of the outer one."""
    causes = [event for event in trace if event["name"] in _CAUSES]
    calls = sorted(
        (event for event in trace if event["name"] == "FunctionCall" and wrote(_data(event).get("url", ""))),
        key=lambda event: event["ts"],
    )
    found = []
    last: dict[str, Any] | None = None
    for call in calls:
        if last is not None and _within(call, last):
            continue
        last = call
        around = [event for event in causes if _within(call, event)]
        found.append(Callback(_cpu_ms(call), _cause(max(around, key=lambda event: event["ts"], default=None))))
    return found


def first_run(trace: list[dict[str, Any]], wrote: Callable[[str], bool]) -> float:
    """CPU time, in ms, of evaluating the script when it was loaded."""
    runs = (event for event in trace if event["name"] == "EvaluateScript")
    return sum(_cpu_ms(event) for event in runs if wrote(_data(event).get("url", "")))


def ms_by_cause(calls: list[Callback]) -> dict[str, float]:
    """Cause → total ms of its calls, the largest first."""
    sums: dict[str, float] = {}
    for call in calls:
        sums[call.cause] = sums.get(call.cause, 0.0) + call.ms
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def _data(event: dict[str, Any]) -> dict[str, Any]:
    return event.get("args", {}).get("data", {})


def _cpu_ms(event: dict[str, Any]) -> float:
    return event.get("tdur", event.get("dur", 0)) / 1000


def _within(inner: dict[str, Any], outer: dict[str, Any]) -> bool:
    return (inner["pid"], inner["tid"]) == (outer["pid"], outer["tid"]) and (
        outer["ts"] <= inner["ts"] <= outer["ts"] + outer.get("dur", 0)
    )


def _cause(event: dict[str, Any] | None) -> str:
    if event is None:
        return "other"
    return _data(event).get("type", "event") if event["name"] == "EventDispatch" else event["name"]
