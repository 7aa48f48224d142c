"""Around every answer of the server: a name for the browser, careful headers, and Streamlit's own files gzipped."""

from __future__ import annotations

import gzip
import logging
import re
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dkdemo.web.registry import CHAPTERS
from dkdemo.web.routes import FOR_EVER, accepts_gzip, content_type

LOG = logging.getLogger(__name__)
COOKIE = "dk_browser"
TERM = 60 * 60 * 24 * 30  # seconds: longer than a course's break between two lectures
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}
# Nothing on our pages may be fetched from, or sent to, anywhere else: the lecture hall may have no network,
# and a page that cannot reach out has nothing to tell. (ws: and wss: are for browsers in which 'self' does
# not cover them.)
POLICY = (
    "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss: data: blob:; "
    "frame-ancestors 'self'; base-uri 'self'; form-action 'self'"
)
# Streamlit's page looks for its server under its own address first (/temperature/_stcore/...), and the browser
# notes two errors for each; told where the server is, it asks once.
SERVER_IS_HERE = b"<head><script>window.__streamlit = { BACKEND_BASE_URL: location.origin + '/' }</script>"
ZIPPED = (".js", ".css", ".json", ".svg", ".ttf", ".html")


class Browsers:
    """How many browsers are connected to Streamlit now: one open stream each."""

    def __init__(self) -> None:
        self.connected = 0


class House:
    """One pass over each request, in plain ASGI: cheaper than a stack of wrappers for 300 browsers."""

    def __init__(self, app: ASGIApp, browsers: Browsers, zipped: Mapping[str, bytes]) -> None:
        self._app, self._browsers, self._zipped = app, browsers, zipped

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"].endswith("/_stcore/stream"):
            self._browsers.connected += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._browsers.connected -= 1
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Headers(scope=scope)
        page: list[Message] = []  # an HTML answer, held back until it is whole

        async def dressed(message: Message) -> None:
            if page:
                page.append(message)
                if not message.get("more_body"):
                    await _send_page(page, send)
                return
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    if there := nearest_page(scope["path"], scope["query_string"].decode("latin-1")):
                        message["status"] = 307
                        headers["Location"] = there
                    headers["Content-Security-Policy"] = POLICY
                    if browser_of(request) is None:
                        headers.append("Set-Cookie", new_cookie(secure=scope["scheme"] == "https"))
                    if scope["method"] == "GET":
                        page.append(message)
                        return
            await send(message)

        zipped = self._zipped.get(scope["path"]) if scope["method"] in ("GET", "HEAD") else None
        if zipped is None or "range" in request or not accepts_gzip(request.get("accept-encoding", "")):
            if "text/html" in request.get("accept", ""):  # ask Streamlit for its page as plain text, to write into it
                plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
                scope = {**scope, "headers": plain}
            await self._app(scope, receive, dressed)
            return
        headers = {
            "content-type": content_type(scope["path"]),
            "content-encoding": "gzip",
            "content-length": str(len(zipped)),
            "cache-control": FOR_EVER,  # Streamlit's file names hold a digest of their content
            "vary": "Accept-Encoding",
        }
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await dressed({"type": "http.response.start", "status": 200, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else zipped})


def nearest_page(path: str, query: str) -> str:
    """Where to send who asks for a page within a page, such as /distillation/race: its scripts would not be found.

    ``/chapter/scene`` means that scene; of anything else the last part is taken, and the page says if it is none. Our
    own pages lie at the top: for them it is "".
    """
    *around, last = [quote(part, safe="") for part in path.split("/") if part] or [""]
    if not around:
        return ""
    if len(around) == 1 and around[0] in {row.id for row in CHAPTERS}:
        return f"/{around[0]}?" + "&".join(filter(None, (f"scene={last}", query)))
    return f"/{last}" + (f"?{query}" if query else "")


async def _send_page(page: list[Message], send: Send) -> None:
    """Send a held answer, with the server's address written into its head."""
    start, *parts = page
    body = b"".join(part.get("body", b"") for part in parts).replace(b"<head>", SERVER_IS_HERE, 1)
    headers = MutableHeaders(scope=start)
    headers["content-length"] = str(len(body))
    for name in ("etag", "last-modified"):  # they spoke of Streamlit's file, not of this page
        if name in headers:
            del headers[name]
    await send(start)
    await send({"type": "http.response.body", "body": body})


def browser_of(request: Headers) -> str | None:
    """The name our cookie gave this browser, if it has one that we could have given."""
    try:
        morsel = SimpleCookie(request.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel and re.fullmatch(r"[\w-]{22}", morsel.value) else None


def new_cookie(secure: bool = False) -> str:
    """A random name: it says nothing about the viewer, and no script on the page can read it."""
    name = secrets.token_urlsafe(16)
    return f"{COOKIE}={name}; Max-Age={TERM}; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")


def zip_streamlit(into: dict[str, bytes], folder: Path | None = None) -> None:
    """Compress Streamlit's hashed assets, first the ones that every page loads; fit for a background thread.

    Until a file is ready Streamlit serves it itself, uncompressed.
    """
    if folder is None:
        import streamlit

        folder = Path(streamlit.__file__).parent / "static"
    index = (folder / "index.html").read_text(encoding="utf-8")
    assets = [path for path in (folder / "static").rglob("*") if path.suffix in ZIPPED and path.is_file()]
    for path in sorted(assets, key=lambda path: (path.name not in index, path.stat().st_size)):
        into[f"/{path.relative_to(folder).as_posix()}"] = gzip.compress(path.read_bytes(), 6, mtime=0)


def middleware(browsers: Browsers, zipped: Mapping[str, bytes]) -> list[Middleware]:
    """For `st.App`."""
    return [Middleware(House, browsers=browsers, zipped=zipped)]
