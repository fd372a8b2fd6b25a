"""Run the benchmarks, each as ratios to a baseline measured in the same run, since machines are noisy.

Examples:
  python -m bench heatmap                                   one bench, figures for people
  python -m bench heatmap --json docs/figures/heatmap.json  the same, and its figures for the docs (then `make docs`)
  python -m bench heatmap --json -                          one JSON object on standard output
  python -m bench --quick                                   all of them, small, to see that they run
  python -m bench --json docs/figures                       all of them, a file each
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from bench.figures import measured, write

NAMES = (
    "tracker_size",
    "tracker",
    "loss",
    "collect",
    "crash",
    "attack",
    "robots",
    "addresses",
    "capture",
    "heatmap",
    "pages",
    "store",
    "placement",
    "drift",
    "significance",
    "memory",
    "together",
    "scale",
    "journeys",
)


def lines(result: dict[str, Any], indent: str = "  ") -> list[str]:
    """One result for people: nested figures indented under their name."""
    made = []
    for key, value in result.items():
        if isinstance(value, dict):
            made += [f"{indent}{key}", *lines(value, indent + "  ")]
        else:
            made.append(f"{indent}{key:<{max(1, 48 - len(indent))}} {_figure(value)}")
    return made


def _figure(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _listing() -> str:
    """Each bench with what it measures."""
    return "\n".join(f"  {name:<14} {importlib.import_module(f'bench.{name}').HELP}" for name in NAMES)


def _arguments() -> argparse.Namespace:
    description = f"{__doc__}\nBenches:\n{_listing()}"
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", nargs="?", choices=NAMES, metavar="NAME", help="the bench to run; all without")
    parser.add_argument("--json", metavar="PATH", help="write the figures: a file, a folder for all benches, or -")
    parser.add_argument("--quick", action="store_true", help="smaller and rougher, to see that it runs")
    parser.add_argument("--points", type=int, metavar="N", help="of scale: how many points, at least 400,000")
    parser.add_argument("--visits", type=int, metavar="N", help="of journeys: how many visits, at least 1,000")
    args = parser.parse_args()
    if args.points is not None and args.points < 400_000:
        parser.error("--points: at least 400,000.")
    if args.visits is not None and args.visits < 1_000:
        parser.error("--visits: at least 1,000.")
    if (args.quick or args.points or args.visits) and args.json not in (None, "-"):
        parser.error("--quick, --points and --visits are to try a bench: their figures are not for publication.")
    return args


def main() -> int:
    args = _arguments()
    failed = False
    for name in [args.name] if args.name else NAMES:
        result = importlib.import_module(f"bench.{name}").run(args)
        failed |= "failed" in result
        measurement = measured(name, result)
        if args.json not in (None, "-"):
            path = Path(args.json)
            write(path if args.name else path / f"{name}.json", measurement)
        if args.json == "-":
            print(json.dumps(vars(measurement), ensure_ascii=False))
        else:
            print("\n".join([f"{name}:", *lines(result)]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
