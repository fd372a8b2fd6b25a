"""Run the benchmarks: `python -m bench` (all), `python -m bench NAME [--json]`.

Each prints ratios to a baseline measured in the same run, since machines are noisy.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from typing import Any

NAMES = (
    "tracker_size",
    "tracker",
    "loss",
    "collect",
    "crash",
    "robots",
    "heatmap",
    "placement",
    "drift",
    "significance",
    "memory",
    "together",
)


def show(name: str, result: dict[str, Any], indent: str = "  ") -> None:
    """Print one result for people: nested figures indented under their name."""
    print(f"{name}:")
    for key, value in result.items():
        if isinstance(value, dict):
            print(f"{indent}{key}")
            for inner, figure in value.items():
                print(f"{indent}  {inner:<44} {_figure(figure)}")
        else:
            print(f"{indent}{key:<46} {_figure(value)}")


def _figure(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES, help="which one; all without")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="smaller and rougher, to see that it runs")
    args = parser.parse_args()
    results = {}
    for name in [args.name] if args.name else NAMES:
        results[name] = importlib.import_module(f"bench.{name}").run(args)
        if not args.json:
            show(name, results[name])
    if args.json:
        print(json.dumps(results[args.name] if args.name else results))
    return 1 if any("failed" in result for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
