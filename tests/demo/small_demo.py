"""`parcours demo` with few pictures, visits and visitors: run as a program by test_demo.py."""

from __future__ import annotations

from parcours.cli import main
from parcours.demo import browser_visits, prepare, scenario

if __name__ == "__main__":
    few = browser_visits.read_visits()[4:5]
    prepare.VISITORS = 3000
    prepare.read_visits = browser_visits.read_visits = lambda *_: few  # type: ignore[assignment, attr-defined]
    scenario.PICTURES = scenario.PICTURES[:3:2]
    main()
