"""Tables of measured figures for the docs: name → function of a measurement that returns a Markdown table.

A page shows one with the marker `<!-- table: NAME -->` (bench.docs).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bench.figures import Measurement

Cell = str | int | float | bool
Table = Callable[[Measurement], str]

PEERS = {
    "none": "none",
    "parcours": "**ours**",
    "clarity": "Clarity 0.8.70",
    "posthog": "PostHog 1.449.2, heatmaps",
    "rrweb": "rrweb/record 2.1.6",
}
BROWSERS = {"chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKitGTK"}
DRIFT_SUMMARY = {
    "pressable elements, 1366 → 1366 px": "pressable elements",
    "all visible elements, 1366 → 1366 px": "all visible elements",
}
DRIFT_EDITS = "pressable elements, 1366 → 1366 px"
DRIFT_EDITS_PHONE = "pressable elements, 390 → 1366 px"
DRIFT_OTHER = {
    "pages held out while the weights were chosen": "the six pages held out while the weights were chosen",
    "with a picture from the time of the visit": "with a picture from the time of the visit",
    "all visible elements, 1366 → 1366 px": "all visible elements",
    "12 touched elements, 1366 → 1366 px": "only 12 touched elements per page",
}
METHODS = {"same key": "same key", "own rung": "own rung only", "linkage": "record linkage"}
COLLECT_FIGURES = {
    "batches_a_second": "batches per second",
    "cpu_us_a_batch": "CPU per batch, µs",
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
    "peak_memory_mb": "peak memory, MB",
}
HABITS = (
    "no repeated click",
    "20 % click twice",
    "20 % click twice, 2 % in bursts",
    "20 % click twice, 8 % in bursts",
)


def figure_text(value: Any, form: str = "") -> str:
    """A figure for people: `form` is a format of Python; without one, three significant digits and separators."""
    if form:
        return format(value, form)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}'):g}"


def markdown(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    lines = [head, ["---"] * len(head), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(cell: Cell) -> str:
    return ("met" if cell else "**missed**") if isinstance(cell, bool) else figure_text(cell)


def _difference(value: float, signed: bool) -> str:
    return ("+" if signed and value >= 0 else "") + figure_text(value)


def tracker_page(page: str) -> Table:
    """What each tracker costs on one page."""

    def table(run: Measurement) -> str:
        def row(name: str, label: str) -> list[Cell]:
            figures: Mapping[str, Any] = run.at(f"{page} page, {name}")
            more, signed = ("", False) if name == "none" else (" more", True)

            def spread(key: str, signed: bool = False) -> str:
                low, high = figures[f"{key}: range"]
                return f"{_difference(figures[key], signed)} ({figure_text(low)}…{figure_text(high)})"

            return [
                label,
                spread(f"script at load, ms{more}", signed),
                spread(f"script while acting, ms{more}", signed),
                "1" if name == "none" else spread("script, ratio"),
                "1" if name == "none" else spread("main thread, ratio"),
                _difference(figures[f"heap, kB{more}"], signed),
                _difference(figures[f"listeners{more}"], signed),
                figures["requests"],
                figures["bytes sent"],
            ]

        head = ["", "script at load, ms", "script while acting, ms", "script, ratio", "main thread, ratio", "heap, kB"]
        head += ["listeners", "requests", "bytes sent"]
        return markdown(head, [row(name, label) for name, label in PEERS.items()])

    return table


def tracker_files(run: Measurement) -> str:
    bounces, idle = run.at("a bounce: requests, bytes"), run.at("calls in 10 idle s")

    def row(name: str) -> list[Cell]:
        size = run.at(f"{name}: file, bytes")
        bounce = ", ".join(figure_text(figure) for figure in bounces[name])
        return [PEERS[name], size["raw"], size["gzip"], size["brotli"], bounce, idle[name]]

    head = ["file, bytes", "raw", "gzip -9", "brotli -11", "a bounce: requests, bytes", "calls in 10 idle s"]
    return markdown(head, [row(name) for name in PEERS if name != "none"])


def tracker_targets(run: Measurement) -> str:
    rows = [[name, one["at most"], one["measured"], one["met"]] for name, one in run.at("targets").items()]
    return markdown(["target", "at most", "measured", ""], rows)


def loss(run: Measurement) -> str:
    scenarios: Mapping[str, Mapping[str, list[int]]] = run.at("clicks that arrived")
    peers = list(next(iter(scenarios.values())))
    rows = [[name, *(", ".join(map(str, counts[peer])) for peer in peers)] for name, counts in scenarios.items()]
    return markdown([f"clicks that arrived, of {run.at('clicks made')}", *(PEERS[peer] for peer in peers)], rows)


def loss_browsers(run: Measurement) -> str:
    """Browser × way to leave: arrived of made, of our clicks and of the control's beacons."""
    browsers: Mapping[str, Mapping[str, Any]] = run.at("leaving a page, by browser")
    ways = [name for name in next(iter(browsers.values())) if name != "version"]

    def cell(one: Mapping[str, int]) -> str:
        clicks, control = (
            f"{one['arrived']} of {one['clicks made']}",
            f"{one['control arrived']} of {one['control made']}",
        )
        return f"{clicks} ({control})"

    rows = [[f"{BROWSERS[name]} {of['version']}", *(cell(of[way]) for way in ways)] for name, of in browsers.items()]
    return markdown(["clicks that arrived (beacons of the control)", *ways], rows)


def placement_overall(run: Measurement) -> str:
    overall: Mapping[str, float] = run.at("overall")
    rungs = [key.split(":")[0].removeprefix("rung ") for key in overall if key.endswith(": share, %")]
    used = [
        f"{rung} {figure_text(overall[f'rung {rung}: share, %'])} %"
        + (
            f" (precision {figure_text(overall[f'rung {rung}: precision, %'])} %)"
            if f"rung {rung}: precision, %" in overall
            else ""
        )
        for rung in rungs
        if overall[f"rung {rung}: share, %"]
    ]
    rows: list[list[Cell]] = [
        ["on the right element", f"{overall['on the right element, %']:.2f} %"],
        ["on the right element, and it can be hit there", f"{overall['on the right element and hit there, %']:.2f} %"],
        ["on a wrong element, or drawn although not visible", f"{overall['wrong, % of all']:.2f} %"],
        [
            "not placed although visible",
            f"{overall['not placed although visible, %']:.2f} % ({overall['not placed although visible']})",
        ],
        ["distance, median / 95th percentile, px", _pair(overall, "distance")],
        ["rungs used", ", ".join(used)],
        ["page-relative method: on the right element", f"{overall['page-relative: on the right element, %']:.1f} %"],
        ["page-relative method: distance, median / 95th percentile, px", _pair(overall, "page-relative: distance")],
    ]
    return markdown(["overall", ""], rows)


def _pair(figures: Mapping[str, float], name: str) -> str:
    return f"{figure_text(figures[f'{name}: median, px'])} / {figure_text(figures[f'{name}: 95th percentile, px'])}"


def placement_widths(run: Measurement) -> str:
    """Share on the right element by pair of widths; in brackets the page-relative method."""
    pairs = [name.removesuffix(" px").split(" → ") for name in run.figures if " → " in name]
    made, drawn = (sorted({pair[side] for pair in pairs}, key=int) for side in (0, 1))

    def cell(at: str, on: str) -> str:
        figures = run.at(f"{at} → {on} px")
        ours, relative = figures["on the right element, %"], figures["page-relative: on the right element, %"]
        return f"{figure_text(ours)} ({figure_text(relative)})"

    return markdown(["made at → drawn at, px", *drawn], [[at, *(cell(at, on) for on in drawn)] for at in made])


def _found(shares: Mapping[str, float]) -> str:
    return f"{shares['found']:.1f} / {shares['wrong']:.2f}"


def drift_summary(run: Measurement) -> str:
    rows = []
    for name, label in DRIFT_SUMMARY.items():
        for edits in ("single edits", "2–4 of these at once"):
            figures = run.at(name, edits)
            which = edits.replace(" of these", " edits")
            rows.append([f"{label}, {which}", *(_found(figures[method]) for method in METHODS)])
    versions = run.at("published versions, pressable")
    rows.append(["published versions, pressable elements", *(_found(versions[method]) for method in METHODS)])
    return markdown(["found % / wrong %", *METHODS.values()], rows)


def drift_edits(run: Measurement) -> str:
    wide, phone = run.at(DRIFT_EDITS), run.at(DRIFT_EDITS_PHONE)

    def row(edit: str) -> list[Cell]:
        linkage = wide[edit]["linkage"]
        return [
            edit,
            *(_found(wide[edit][method]) for method in METHODS),
            f"{figure_text(linkage.get('distinguishable found', linkage['found']))} / "
            f"{figure_text(linkage.get('distinguishable wrong', linkage['wrong']))}",
            linkage.get("look-alikes", 0),
            _found(phone[edit]["linkage"]),
        ]

    head = ["pressable elements", *METHODS.values(), "… of the distinguishable", "look-alikes", "… from 390 to 1366 px"]
    return markdown(head, [row(edit) for edit in wide if edit != "records"])


def drift_cards(run: Measurement) -> str:
    parts = ("buttons", "pictures", "other elements")
    tables = [run.at(f"{part} of product cards, 1366 → 1366 px") for part in parts]
    rows = [[edit, *(_found(table[edit]["linkage"]) for table in tables)] for edit in tables[0]]
    return markdown(["record linkage, found % / wrong %", *parts], rows)


def drift_other(run: Measurement) -> str:
    rows = [
        [label, *(_found(run.at(name, edits, "linkage")) for edits in ("single edits", "2–4 of these at once"))]
        for name, label in DRIFT_OTHER.items()
    ]
    return markdown(["record linkage, 1366 px, found % / wrong %", "single edits", "2–4 edits at once"], rows)


def drift_versions(run: Measurement) -> str:
    rows = [
        [label, run.at(name)["records"], *(_found(run.at(name)[method]) for method in METHODS)]
        for name, label in (
            ("published versions, pressable", "pressable elements"),
            ("published versions, all visible", "all visible elements"),
        )
    ]
    return markdown(["found % / wrong %", "records", *METHODS.values()], rows)


def drift_speed(run: Measurement) -> str:
    speed: Mapping[str, Mapping[str, float]] = run.at("speed, seconds of one core")
    rows = [[size, one["seconds"], one["multiple of a plain comparison"]] for size, one in speed.items()]
    return markdown(["one core", "s", "× one plain numpy comparison of all pairs"], rows)


def heatmap_parts(run: Measurement) -> str:
    rows: list[list[Cell]] = [
        ["reading the same rows only", run.at("reading the rows alone, ms")],
        ["**whole map, warm** (median of 5)", f"**{figure_text(run.at('warm, ms'))}**"],
        ["whole map, cold", run.at("cold, ms")],
        ["whole map of a page with three states, warm", run.at("warm, of a page with three states, ms")],
        *([f"… {part}", ms] for part, ms in run.at("parts, ms").items()),
    ]
    return markdown(["", "ms"], rows)


def pages_times(run: Measurement) -> str:
    """Each measurement as a row, each site as a column."""
    sites = list(run.figures)
    return markdown(
        ["", *sites], [[name, *(run.figures[site][name] for site in sites)] for name in run.figures[sites[0]]]
    )


def collect_cases(run: Measurement) -> str:
    """Every figure that was measured for each case, a row each."""
    cases = list(run.at("batches_a_second"))
    rows = [
        [COLLECT_FIGURES.get(name, name.replace("_", " ")), *(figures[case] for case in cases)]
        for name, figures in run.figures.items()
        if isinstance(figures, dict) and list(figures) == cases
    ]
    return markdown(["", *cases], rows)


def collect_targets(run: Measurement) -> str:
    """The limit is part of the target's name: "…, at least 0.40", "…, at most 1.5" or "…, none"."""

    def row(target: str, value: float) -> list[Cell]:
        name, _, limit = target.rpartition(", ")
        least, _, number = limit.rpartition(" ")
        if limit == "none":
            return [name, limit, value, value == 0]
        return [name, limit, value, value >= float(number) if least == "at least" else value <= float(number)]

    return markdown(["target", "limit", "measured", ""], [row(*one) for one in run.at("aims").items()])


def crash_kills(run: Measurement) -> str:
    deployments = {name: one for name, one in run.figures.items() if isinstance(one, dict)}
    columns = list(next(iter(deployments.values())))
    return markdown(["", *columns], [[name, *(one[key] for key in columns)] for name, one in deployments.items()])


def robots_agents(run: Measurement) -> str:
    ours, matomos = run.at("by user agent"), run.at("by user agent, Matomo's examples")
    rows = [[name, ours.get(name, ""), value] for name, value in matomos.items()]
    return markdown(["by user agent", "examples of the tests", "Matomo's examples"], rows)


def robots_behaviour(run: Measurement) -> str:
    people = run.at("simulated people taken for robots, share")
    robots = run.at("simulated robots detected, share by reason")
    rows = [[f"people: {name}", f"{100 * share:.2f} % taken for robots"] for name, share in people.items()]
    rows += [[f"robots: {name}", reasons] for name, reasons in robots.items()]
    return markdown(["simulated clicks", "verdict (reason and share)"], rows)


def robots_cost(run: Measurement) -> str:
    cost: Mapping[str, float] = run.at("cost per batch, µs")
    return markdown(["cost per batch", *cost], [["µs", *cost.values()]])


def addresses_cost(run: Measurement) -> str:
    rows: list[list[Cell]] = [
        ["ordinary address", run.at("ordinary address, ms")],
        ["slowest of 2,000 characters", run.at("worst, ms")],
        ["limit", run.at("limit, ms")],
    ]
    return markdown(["reading and masking an address", "ms"], rows)


def capture_cost(run: Measurement) -> str:
    rows: list[list[Cell]] = [
        ["reading the boxes alone", run.at("boxes alone, ms")],
        ["the whole capture", run.at("capture, ms")],
    ]
    return markdown([f"CPU on a page of {run.at('elements'):,} elements", "ms"], rows)


def store_costs(run: Measurement) -> str:
    points, batches, elements = (run.at(n) for n in ("points", "batches of the segment", "elements of the snapshot"))
    rows: list[list[Cell]] = [
        [f"counting {points:,} points of a page", run.at("counting them, ms")],
        ["reading them into numpy, for a heatmap", run.at("reading them into numpy, ms")],
        [f"inserting a segment of {batches:,} batches into all tables", run.at("inserting the segment, ms")],
        ["the same segment again (nothing to store)", run.at("inserting it again, ms")],
        ["a segment of one batch", run.at("inserting a segment of one batch, ms")],
        [f"saving a snapshot of {elements:,} elements", run.at("saving the snapshot, ms")],
        ["reading its layout", run.at("reading its layout, ms")],
    ]
    return markdown(["what", "ms"], rows)


def attack_memory(run: Measurement) -> str:
    memory: Mapping[str, Any] = run.at("memory")
    answers = ", ".join(f"{n:,} × {status}" for status, n in memory["answers"].items())
    row: list[Cell] = [memory["different Origins of 60 kB"], answers, memory["before, MB"], memory["after, MB"]]
    return markdown(["posts with different `Origin`s of 60 kB", "answers", "memory before, MB", "after, MB"], [row])


def attack_cases(run: Measurement) -> str:
    """One row per attack: answers to it, latencies of a visitor's batch and of a reader's map meanwhile."""
    rows: list[list[Cell]] = []
    for name, one in run.at("attacks").items():
        answers = ", ".join(f"{n:,} × {status}" for status, n in one.get("answers", {}).items())
        latencies = [
            one.get(f"{probe} {point}, ms", "none sent") for probe in ("batch", "map") for point in ("p50", "p99")
        ]
        rejected = one["batch, rejected"] + one["map, rejected"]
        rows.append([name, answers or "–", *latencies, rejected])
    head = ["attack", "answers", "batch p50, ms", "p99", "map p50, ms", "p99", "rejected"]
    return markdown(head, rows)


def together_delay(run: Measurement) -> str:
    delays: Mapping[str, Mapping[str, float]] = run.at("event loop delay, ms")
    rows = [[load, one["p50"], one["p99"]] for load, one in delays.items()]
    return markdown(["event loop delay, ms", "p50", "p99"], rows)


def together_memory(run: Measurement) -> str:
    memory: Mapping[str, float] = run.at("memory, MB")
    rows = [[name, figure] for name, figure in memory.items() if name != "batches accepted"]
    return markdown(["ten minutes of load", "MB"], rows)


def significance_summary(run: Measurement) -> str:
    columns = ("per-click χ², p < 5 %, %", "per-click χ² + BH, %", "per-visitor z + BH (ours), %")
    head = ["visitors", *(column.removesuffix(", %") for column in columns)]
    return markdown(head, [[habit, *(_percent(run.at(habit, column)) for column in columns)] for habit in HABITS])


def significance_rates(run: Measurement) -> str:
    columns = list(run.at(HABITS[0]))

    def row(habit: str) -> list[Cell]:
        figures = run.at(habit)
        return [habit, *(_percent(figures[c]) if c.endswith(", %") else f"{figures[c]:.1f}" for c in columns)]

    return markdown(["how visitors click", *(c.removesuffix(", %") for c in columns)], [row(habit) for habit in HABITS])


def _percent(value: float) -> str:
    return f"{value:.0f} %"


def scale_targets(run: Measurement) -> str:
    rows = [[name, one["limit"], one["measured"], one["met"]] for name, one in run.at("targets").items()]
    return markdown(["target", "limit", "measured", ""], rows)


def scale_times(run: Measurement) -> str:
    """Wall and CPU time of each piece of work; what a limit ended says so."""
    rows: list[list[Cell]] = [
        [name + (": not answered within the limits" if "refused" in one else ""), one["wall, ms"], one["CPU, ms"]]
        for name, one in run.at("times").items()
    ]
    return markdown(["", "ms", "ms of CPU"], rows)


def journeys_costs(run: Measurement) -> str:
    """CPU time of each question, its ratio to the scan, and the peak of memory. Wall times depend on other work."""
    times = run.at("times")
    scan = times["scan"]["CPU, ms"]
    rows: list[list[Cell]] = [
        [name, one["CPU, ms"], f"{one['CPU, ms'] / scan:.1f}", f"{one['peak memory, MB']:.0f}"]
        for name, one in times.items()
    ]
    return markdown(["", "ms of CPU", "ratio to the scan", "peak memory, MB"], rows)


TABLES: dict[str, Table] = {
    "tracker.light": tracker_page("light"),
    "tracker.dashboard": tracker_page("dashboard"),
    "tracker.files": tracker_files,
    "tracker.targets": tracker_targets,
    "loss.clicks": loss,
    "loss.browsers": loss_browsers,
    "placement.overall": placement_overall,
    "placement.widths": placement_widths,
    "drift.summary": drift_summary,
    "drift.edits": drift_edits,
    "drift.other": drift_other,
    "drift.cards": drift_cards,
    "drift.versions": drift_versions,
    "drift.speed": drift_speed,
    "heatmap.parts": heatmap_parts,
    "pages.times": pages_times,
    "store.costs": store_costs,
    "collect.cases": collect_cases,
    "collect.targets": collect_targets,
    "crash.kills": crash_kills,
    "robots.agents": robots_agents,
    "robots.behaviour": robots_behaviour,
    "robots.cost": robots_cost,
    "addresses.cost": addresses_cost,
    "capture.cost": capture_cost,
    "attack.memory": attack_memory,
    "attack.cases": attack_cases,
    "together.delay": together_delay,
    "together.memory": together_memory,
    "scale.targets": scale_targets,
    "scale.times": scale_times,
    "journeys.costs": journeys_costs,
    "significance.summary": significance_summary,
    "significance.rates": significance_rates,
}
