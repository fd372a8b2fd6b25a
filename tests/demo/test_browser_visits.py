"""The scripted visits are real: a browser makes them, and the tracker tells of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from collector.enrich.devices import device
from parcours.demo import browser_visits
from tests.demo.conftest import Lampyre


def test_a_dozen_at_three_widths() -> None:
    all_visits = browser_visits.read_visits()
    assert len(all_visits) == 12
    assert {visit.width for visit in all_visits} == {1366, 768, 390}
    verbs = {step.split()[0] for visit in all_visits for step in visit.steps}
    assert all(hasattr(browser_visits.StepRunner, f"_{verb}") for verb in verbs)
    assert {"press", "touch", "scroll", "swipe", "write", "key"} <= verbs


def test_visits_look_like_those_of_people(lampyre: Lampyre, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [browser_visits.read_visits()[i] for i in (2, 8, 9)]  # code on a desktop, code on a tablet, a phone
    monkeypatch.setattr(browser_visits, "read_visits", lambda: chosen)
    lampyre.batches.clear()
    lampyre.agents.clear()
    finished: list[None] = []
    missed = asyncio.run(browser_visits.make_visits(lampyre.url, done=lambda: finished.append(None), seed=4))
    assert (missed, len(finished)) == (0, 3)
    assert {batch.ctx.vw for batch in lampyre.batches} == {1366, 768, 390}
    assert not any(batch.ctx.auto for batch in lampyre.batches)
    kinds = {
        (b.ctx.vw, device(agent, b.ctx.touch).kind) for b, agent in zip(lampyre.batches, lampyre.agents, strict=True)
    }
    assert kinds == {(1366, "desktop"), (768, "tablet"), (390, "phone")}
    assert [device(agent, False).bot for agent in lampyre.agents] == [""] * len(lampyre.agents)
    clicks = [
        (batch.ctx.vw, batch.el.p[element], effect)
        for batch in lampyre.batches
        if batch.click and batch.el
        for element, effect in zip(
            batch.click.e, batch.click.r or [0] * len(batch.click.e), strict=True
        )  # all 0: not sent
    ]
    applied = [effect for _, path, effect in clicks if path == "button#apply-code"]
    assert len(applied) >= 7
    assert applied.count(0) > len(applied) / 2  # nothing happens
    assert all(effect for _, path, effect in clicks if path == "a#go-to-payment")
    assert any(batch.hover for batch in lampyre.batches if batch.ctx.vw == 1366)
    assert {"buy-button": "b"} in [batch.ctx.variants for batch in lampyre.batches]


def test_a_failed_step_is_counted(lampyre: Lampyre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "visits.txt"
    script.write_text("1366\n  go /help\n  press #not-there\n  press #start-return\n")
    read = browser_visits.read_visits(script)
    monkeypatch.setattr(browser_visits, "read_visits", lambda: read)
    monkeypatch.setattr(browser_visits, "STEP_MS", 2_500)
    assert asyncio.run(browser_visits.make_visits(lampyre.url)) == 1
