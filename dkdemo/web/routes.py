"""The routes that are ours: /live, /live-assets and /health.

Static files are read and gzipped once, at start: Streamlit would send them uncompressed, and 300 students
open the lecture over one Wi-Fi.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from dkdemo.web.bus import Bus
from dkdemo.web.network import is_here

LIVE = Path(__file__).resolve().parents[2] / "assets" / "live"
PLOTLY = "plotly.min.js"
FOR_EVER = "public, max-age=31536000, immutable"
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml"}


def content_type(name: str) -> str:
    """A text type always says its encoding."""
    kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    raw: bytes
    zipped: bytes
    kind: str
    etag: str

    @staticmethod
    def of(name: str, raw: bytes) -> Asset:
        return Asset(raw, gzip.compress(raw, 6, mtime=0), content_type(name), f'"{_digest(raw)}"')


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _plotly() -> bytes:
    return (files("plotly") / "package_data" / PLOTLY).read_bytes()


@cache
def _folder() -> dict[str, bytes]:
    """Our own files by their path in assets/live; never read again, so what runs is what was started."""
    found = sorted(path for path in LIVE.rglob("*") if path.is_file())
    return {path.relative_to(LIVE).as_posix(): path.read_bytes() for path in found}


@cache
def _folder_digest() -> str:
    """One digest for the whole folder, so that its modules can import one another by relative paths."""
    return _digest(b"".join(name.encode() + b"\0" + raw for name, raw in _folder().items()))


@cache
def asset_url(name: str) -> str:
    """The address of a file of assets/live, or of the installed plotly.min.js; it changes with the content.

    Raises:
        ValueError: there is no such file.
    """
    if name == PLOTLY:
        return f"/live-assets/{_digest(_plotly())}/{PLOTLY}"
    if name not in _folder():
        raise ValueError(f"assets/live has {', '.join(_folder())} and {PLOTLY}; got {name!r:.80}")
    return f"/live-assets/{_folder_digest()}/{name}"


@cache
def assets() -> dict[str, Asset]:
    """Every static file of ours by its address; the first call reads and compresses them all."""
    ours = {asset_url(name): Asset.of(name, raw) for name, raw in _folder().items()}
    return {**ours, asset_url(PLOTLY): Asset.of(PLOTLY, _plotly())}


def accepts_gzip(header: str) -> bool:
    return "gzip" in header and "gzip;q=0" not in header.replace(" ", "")


async def _asset(request: Request) -> Response:
    asset = assets().get(request.url.path)
    if asset is None:
        return Response("no such file", 404, media_type="text/plain")
    headers = {"Cache-Control": FOR_EVER, "ETag": asset.etag, "Vary": "Accept-Encoding", "Content-Type": asset.kind}
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    if accepts_gzip(request.headers.get("accept-encoding", "")):
        return Response(asset.zipped, headers={**headers, "Content-Encoding": "gzip"})
    # "identity" keeps the middlewares that follow from compressing it a second time
    return Response(asset.raw, headers={**headers, "Content-Encoding": "identity"})


def routes(bus: Bus, health: Callable[[bool], dict[str, Any]]) -> list[BaseRoute]:
    """All of them, for `st.App`."""
    born = time.monotonic()

    def _health(request: Request) -> Response:  # not async: it looks at the disk, in a thread of its own
        here = request.client is not None and is_here(request.client.host, request.headers)
        facts = {**health(here), "uptime": round(time.monotonic() - born, 1)}
        return JSONResponse(facts, headers={"Cache-Control": "no-store"})

    return [
        WebSocketRoute("/live", bus.endpoint),
        Route("/live-assets/{digest}/{name:path}", _asset),
        Route("/health", _health),
    ]
