"""All of Parcours in one process, as `parcours serve` runs it, with measurements of its event loop.

`python -m bench.serving FOLDER PORT CORE [limited]` serves until stopped. Additional routes: `GET /bench/lateness`
answers the delay of the event loop (p50, p99, max in ms) since the last request, `GET /bench/memory` the resident bytes
now and at the peak, `POST /bench/points?n=` adds points to the site. FOLDER/token contains the API token, and
FOLDER/first-run the link that makes the first owner.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

KEY = "benchbenchbe"
TICK = 0.005  # s


def serve(folder: Path, port: int, cores: set[int], *, limited: bool) -> None:
    """One site with the key KEY; without limits of rate unless `limited`, because all load comes from one address."""
    os.sched_setaffinity(0, cores)
    # Imported here: the engine's threads inherit the core of the thread that loads it.
    import uvicorn
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response

    import parcours.app
    from bench.heatmap import PAGE, fill, page
    from parcours.server import server_config
    from parcours.settings import Settings
    from store.records import Site
    from store.snapshots import Snapshots

    settings = Settings(data=folder, port=port)
    if not limited:
        most = 10**9
        settings = replace(settings, address_rate=most, address_burst=most, site_rate=most, site_burst=most)
    app = parcours.app.open_parcours(settings)
    (folder / "token").write_text(app.service_token)
    if app.viewer:
        (folder / "first-run").write_text(app.viewer.first_run_url() or "")
    app.definitions.put(Site(id="1", name="Bench", key=KEY, domains=("shop.example",)))
    late: list[float] = []

    async def watch() -> None:
        while True:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            late.append((time.perf_counter() - due) * 1000)

    async def lateness(_: Request) -> Response:
        watching.add(watching.pop() if watching else asyncio.create_task(watch()))
        found = sorted(late) or [0.0]
        late.clear()
        return JSONResponse(
            {"p50": found[len(found) // 2], "p99": found[len(found) * 99 // 100], "max": found[-1], "looks": len(found)}
        )

    async def memory(_: Request) -> Response:
        now = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return JSONResponse({"now": now, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024})

    async def points(request: Request) -> Response:
        def make() -> None:
            fill(app.store, page(Snapshots(app.store)), int(request.query_params["n"]))

        await asyncio.to_thread(make)
        return JSONResponse({"page": PAGE})

    watching: set[asyncio.Task[None]] = set()
    for path, answer, method in (
        ("/bench/lateness", lateness, "GET"),
        ("/bench/memory", memory, "GET"),
        ("/bench/points", points, "POST"),
    ):
        app.app.add_route(path, answer, methods=[method])
        app.app.router.routes.insert(0, app.app.router.routes.pop())  # before the pages, which know every path
    uvicorn.Server(server_config(app.app, settings)).run()
    app.close()


if __name__ == "__main__":
    serve(
        Path(sys.argv[1]),
        int(sys.argv[2]),
        {int(core) for core in sys.argv[3].split(",")},
        limited="limited" in sys.argv[4:],
    )
