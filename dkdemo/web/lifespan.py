"""What begins and ends with the server: workers, bus, files in memory, and the lines it prints at the start."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import os
import threading
from collections.abc import AsyncIterator
from typing import Any

from streamlit import config

from dkdemo import __version__, datastore, jobs
from dkdemo.folders import home
from dkdemo.jobs.lane import HOPELESS
from dkdemo.jobs.scheduler import Manager
from dkdemo.jobs.store import Store
from dkdemo.web import routes, sockets
from dkdemo.web.bus import Bus
from dkdemo.web.middleware import Browsers, zip_streamlit
from dkdemo.web.network import room_address

BUS = Bus()
BROWSERS = Browsers()
ZIPPED: dict[str, bytes] = {}
# Loaded before the first browser comes, so that it does not wait for them, and so that the collector may
# forget about them. (Streamlit runs main.py and the pages themselves anew for each viewer.)
EARLY = (
    "dkdemo.experiments",
    "dkdemo.web.scenes",
    "dkdemo.web.run_panel",
    "dkdemo.web.walker",
    "plotly.graph_objects",
    "pandas",  # Streamlit asks whether a component's data is a table, and would load it for the first viewer
)


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start everything, serve, end everything."""
    manager = Manager(Store(home() / "results.sqlite3"), BUS.publish)
    BUS.history = manager.history
    BUS.open()
    jobs.use(manager)
    manager.open()  # the workers load torch meanwhile
    for name in EARLY:
        importlib.import_module(name)
    routes.assets()
    threading.Thread(target=zip_streamlit, args=(ZIPPED,), name="zip", daemon=True).start()
    announce = asyncio.create_task(_announce(manager))
    sockets.send_at_once()
    gc.collect()
    gc.freeze()  # what is here now stays until the end; no collection need look at it again
    try:
        yield
    finally:
        announce.cancel()
        BUS.close()
        jobs.use(None)
        await asyncio.to_thread(manager.close)


def health(here: bool) -> dict[str, Any]:
    """GET /health; folders, and what the disk said, are told at this machine only (``here``)."""
    told = jobs.manager().health()
    if not here:
        told["storage"] = {"saving": told["storage"]["saving"]}
    return {
        "version": __version__,
        "data": {name: {"n": found.n, "embedded": found.embedded} | ({"where": found.where} if here else {})
                 for name, found in datastore.present().items()},
        **told,
        "browsers": BROWSERS.connected,
        "live_clients": BUS.clients,
    }  # fmt: skip


def addresses(host: str | None, port: int) -> list[str]:
    """The lines that say where to point a browser."""
    if host not in ("0.0.0.0", "::", "", None):
        return [f"Open             http://{host}:{port}"]
    room = room_address()
    found = f"http://{room}:{port}" if room else "no network found; only this machine"
    return [f"This machine     http://localhost:{port}", f"The room         {found}"]


async def _announce(manager: Manager) -> None:
    """Print the addresses at once, and the device when the worker has told it."""
    found = await asyncio.to_thread(datastore.present)
    port, host = int(config.get_option("server.port")), config.get_option("server.address")
    print("\n  The story of the dark knowledge", flush=True)
    for line in addresses(host, port):
        print(f"  {line}")
    print(f"  {'Data':17}{', '.join(f'{name} ({one.n})' for name, one in found.items())}", flush=True)
    while (device := manager.health()["device"]) is None:
        await asyncio.sleep(0.2)
        if all(lane["deaths"] >= HOPELESS for lane in manager.health()["workers"].values()):
            print("  The workers do not start: nothing can be trained. Their last words are above.\n", flush=True)
            return
    threads = os.environ.get("DKDEMO_THREADS", "1")
    print(f"  {'Device':17}{device}, {threads} thread{'s' if threads != '1' else ''} a worker\n", flush=True)
