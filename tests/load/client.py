"""A browser without a screen: it speaks Streamlit's protocol and our /live, so that a room of them fits one machine.

The server does for it exactly what it does for a real browser: the same messages, the same reruns. Only
this machine itself may be visited, and every wait has an end.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE = 90.0  # seconds for anything to come
REMEMBERED = 2  # runs for which a browser keeps a message it may be told to reuse
COMPLETE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class PageError(RuntimeError):
    """The page raised an exception, or the server hung up."""


def only_here(address: str) -> str:
    """``host:port`` of an address of this machine; ValueError for any other."""
    parts = urlsplit(address)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if parts.scheme != "http" or not loopback or not parts.port:
        raise ValueError(f"only http addresses of this machine, with a port, are visited; got {address!r:.80}")
    return parts.netloc


class Visitor:
    """One viewer's browser on one page."""

    def __init__(self, address: str, page: str = "", query: str = "") -> None:
        self.address, self.page, self.query = address, page, query
        self.place = only_here(address)
        self.cookie = f"dk_browser={secrets.token_urlsafe(16)}"
        self.widgets: dict[str, Any] = {}  # label, or the key of a component -> its protobuf
        self._values: dict[str, tuple[str, Any]] = {}  # widget id -> field and value, as last set
        self._seen: dict[str, tuple[int, ForwardMsg]] = {}  # messages the server may refer to by hash
        self._page_hash = ""
        self._runs = 0  # completed
        self._news = asyncio.Event()
        self._broken = ""
        self._socket: websockets.ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._releases = 0
        self.on_chart = asyncio.Event()  # set by each chart of Streamlit's own that comes

    async def open(self) -> float:
        """Connect and wait for the page; returns the seconds that took."""
        start = time.perf_counter()
        self._socket = await websockets.connect(
            f"ws://{self.place}/_stcore/stream",
            subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
            additional_headers={"Cookie": self.cookie},
            max_size=None,
            open_timeout=PATIENCE,
            ping_interval=None,
            compression=None,
        )
        self._reader = asyncio.create_task(self._read())
        await self._rerun()
        return time.perf_counter() - start

    async def close(self) -> None:
        if self._reader:
            self._reader.cancel()
        if self._socket:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._socket.close(), 5)

    async def __aenter__(self) -> Visitor:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def find(self, name: str) -> Any:
        """The widget with that label or key, or the first whose label or key contains the name."""
        found = self.widgets.get(name) or next((one for key, one in self.widgets.items() if name in key), None)
        if found is None:
            raise PageError(f"no {name!r} on the page; it has {', '.join(self.widgets)}")
        return found

    async def slide(self, label: str, value: float) -> float:
        """Move a native slider; the seconds until the rerun is complete."""
        return await self._set(self.find(label).id, "double_array_value", [value])

    async def number(self, label: str, value: float) -> float:
        """Type into a number input."""
        return await self._set(self.find(label).id, "double_value", value)

    async def release(self, chart: str, **values: float) -> float:
        """Let go of a slider of our live chart, as assets/live/plot.js tells it."""
        self._releases += 1
        told = json.dumps({"released": {"n": self._releases, "values": values}})
        return await self._set(self.find(chart).id, "json_value", told)

    async def press(self, label: str, patience: float = PATIENCE) -> float:
        """Press a button; in plain Streamlit a rerun lasts as long as the training it starts."""
        identity = self.find(label).id
        try:
            return await self._set(identity, "trigger_value", True, patience)
        finally:
            self._values.pop(identity, None)

    def topic(self, chart: str) -> str:
        """The topic of /live that a chart follows."""
        return json.loads(self.find(chart).json)["topic"]

    async def _set(self, identity: str, kind: str, value: Any, patience: float = PATIENCE) -> float:
        self._values[identity] = (kind, value)
        return await self._rerun(patience)

    async def _rerun(self, patience: float = PATIENCE) -> float:
        assert self._socket is not None
        wanted = self._runs + 1
        start = time.perf_counter()
        await self._socket.send(self._wish().SerializeToString())
        async with asyncio.timeout(patience):
            while self._runs < wanted and not self._broken:
                self._news.clear()
                await self._news.wait()
        if self._broken:
            raise PageError(self._broken)
        return time.perf_counter() - start

    def _wish(self) -> BackMsg:
        message = BackMsg()
        wish = message.rerun_script
        wish.query_string, wish.page_script_hash = self.query, self._page_hash
        if not self._page_hash:
            wish.page_name = self.page
        wish.cached_message_hashes.extend(self._seen)
        wish.context_info.timezone, wish.context_info.locale = "UTC", "en-US"
        wish.context_info.url = f"{self.address}/{self.page}"
        for identity, (kind, value) in self._values.items():
            state = wish.widget_states.widgets.add()
            state.id = identity
            if isinstance(value, list):
                getattr(state, kind).data.extend(value)
            else:
                setattr(state, kind, value)
        return message

    async def _read(self) -> None:
        assert self._socket is not None
        try:
            async for raw in self._socket:
                message = ForwardMsg()
                message.ParseFromString(raw)  # type: ignore[arg-type]
                self._take(message)
            self._broken = self._broken or "the server closed the connection"
        except websockets.WebSocketException as error:
            self._broken = f"{type(error).__name__}: {error}"
        self._news.set()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            message = self._seen[message.ref_hash][1]
            kind = message.WhichOneof("type")
        if message.hash and message.metadata.cacheable:
            self._seen[message.hash] = (self._runs, message)
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._element(message.delta.new_element)
        elif kind == "new_session":
            self._page_hash = message.new_session.page_script_hash or self._page_hash
            self.widgets.clear()
        elif kind == "navigation":
            self._page_hash = message.navigation.page_script_hash or self._page_hash
        elif kind == "script_finished" and message.script_finished in COMPLETE:
            self._runs += 1
            self._seen = {key: old for key, old in self._seen.items() if self._runs - old[0] <= REMEMBERED}
            self._news.set()

    def _element(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if "chart" in kind:
            self.on_chart.set()
        content = getattr(element, kind)
        if kind == "exception":
            self._broken = f"the page raised {content.type}: {content.message:.200}"
            self._news.set()
        elif kind == "bidi_component":
            self.widgets[content.id.rsplit("-", 1)[-1]] = content  # the key that Python gave it
        elif getattr(content, "id", "") and isinstance(getattr(content, "label", None), str):
            self.widgets[content.label] = content


async def listen(address: str, topic: str) -> AsyncIterator[dict[str, Any]]:
    """The messages of a topic of /live, history first, each with the time ``at`` which it came."""
    async with websockets.connect(f"ws://{only_here(address)}/live", open_timeout=PATIENCE, ping_interval=None) as live:
        await live.send(json.dumps({"subscribe": [topic]}))
        yield {"kind": "connected", "at": time.perf_counter()}
        async for text in live:
            yield {**json.loads(text)["message"], "at": time.perf_counter()}
