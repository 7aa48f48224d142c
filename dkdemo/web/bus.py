"""/live: what happens in the workers reaches every watching browser at once, without a Streamlit rerun.

A browser sends ``{"subscribe": ["job:..."]}`` and gets ``{"topic": ..., "message": ...}``: first the whole
history of the topic, then what is new, until ``{"unsubscribe": ["job:..."]}``. Nothing else is understood,
and whoever talks nonsense, too much or from another site's page is disconnected.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from dkdemo.jobs.job import Record
from dkdemo.web.network import is_here

LOG = logging.getLogger(__name__)
MAX_CLIENTS = 1000
MAX_FROM_ONE = 400  # clients of one address: a classroom behind one router, not one person with a script
MAX_TOPICS = 16  # a screen shows one or two runs
MAX_MESSAGE = 2048  # characters
MAX_WAITING = 200  # messages queued for one slow browser
PER_SECOND, BURST = 5.0, 30.0  # messages a browser may send
PATIENCE = 20.0  # seconds for one message to leave; a phone that fell asleep is let go, and will reconnect

History = Callable[[str], Sequence[Record]]


class Client:
    """One browser's connection: what waits to be sent, and how much it has talked."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.since: dict[str, int] = {}  # topic -> the last message of its history
        self._waiting: deque[Record] = deque()
        self._room = MAX_WAITING
        self._news = asyncio.Event()
        self._allowance, self._asked_at = BURST, 0.0

    def put(self, record: Record) -> None:
        """Queue one message. If too many wait, the oldest that may be missed goes: a curve has other points."""
        if len(self._waiting) >= self._room:
            victim = next((old for old in self._waiting if not old.keep), None)
            if victim is not None:
                self._waiting.remove(victim)
            elif not record.keep:
                return
            else:
                self._waiting.popleft()
        self._waiting.append(record)
        self._news.set()

    def put_history(self, records: Sequence[Record]) -> None:
        """Queue a whole history, however long: its texts are shared with everyone else's."""
        self._waiting.extend(records)
        self._room = len(self._waiting) + MAX_WAITING
        self._news.set()

    def may_talk(self, now: float) -> bool:
        """A bucket of BURST messages that refills at PER_SECOND."""
        refill = (now - self._asked_at) * PER_SECOND if self._asked_at else 0.0
        self._allowance = min(BURST, self._allowance + refill) - 1
        self._asked_at = now
        return self._allowance >= 0

    async def send_for_ever(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                async with asyncio.timeout(PATIENCE):
                    await self.socket.send_text(self._waiting.popleft().text)
            self._room = MAX_WAITING


class Refused(Exception):  # noqa: N818  # an outcome, not a fault of ours
    """The client is to be disconnected with this WebSocket code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Bus:
    """All connections of /live. It lives on the server's event loop; `publish` may be called from any thread."""

    def __init__(self, history: History = lambda topic: ()) -> None:
        self.history = history
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clients: set[Client] = set()
        self._watching: defaultdict[str, set[Client]] = defaultdict(set)

    def open(self) -> None:
        """Call on the event loop that serves the sockets."""
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        self._loop = None

    @property
    def clients(self) -> int:
        return len(self._clients)

    def publish(self, topic: str, record: Record) -> None:
        """Send one message to all who watch the topic; never waits."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop closed this instant: nobody watches any more
                loop.call_soon_threadsafe(self._fan_out, topic, record)

    def _fan_out(self, topic: str, record: Record) -> None:
        for client in self._watching.get(topic, ()):
            if record.seq > client.since[topic]:  # else it was part of the history
                client.put(record)

    async def endpoint(self, socket: WebSocket) -> None:
        """The route /live."""
        if not same_site(socket.headers.get("origin"), socket.headers.get("host")):
            await socket.close(1008)
            return
        if len(self._clients) >= MAX_CLIENTS or self._from(socket) >= MAX_FROM_ONE:
            await socket.close(1013)
            return
        await socket.accept()
        client = Client(socket)
        self._clients.add(client)
        try:
            await self._converse(client)
        except Refused as refusal:
            LOG.info("a client of /live was disconnected: %s", refusal.reason)
            await _close(socket, refusal.code, refusal.reason)
        except TimeoutError:
            await _close(socket, 1013, "too slow")
        finally:
            self._clients.discard(client)
            for topic in list(client.since):
                self._unsubscribe(client, topic)

    def _from(self, socket: WebSocket) -> int:
        """How many clients come from the address of this one; this machine's own are not counted."""
        host = socket.client.host if socket.client else ""
        if not host or is_here(host, socket.headers):
            return 0
        return sum(one.socket.client is not None and one.socket.client.host == host for one in self._clients)

    async def _converse(self, client: Client) -> None:
        """Send and receive side by side: a handler that only sends never notices that nobody is there."""
        tasks = [asyncio.create_task(client.send_for_ever()), asyncio.create_task(self._receive_for_ever(client))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            error = task.exception()
            if isinstance(error, Refused | TimeoutError):
                raise error
            if error is not None and not isinstance(error, WebSocketDisconnect | RuntimeError | OSError):
                raise error

    async def _receive_for_ever(self, client: Client) -> None:
        loop = asyncio.get_running_loop()
        while True:
            message = await client.socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if not client.may_talk(loop.time()):
                raise Refused(1008, "too many messages")
            verb, topics = wish_of(message.get("text"))
            for topic in topics:
                (self._subscribe if verb == "subscribe" else self._unsubscribe)(client, topic)

    def _subscribe(self, client: Client, topic: str) -> None:
        if topic in client.since:
            return
        if len(client.since) >= MAX_TOPICS:
            raise Refused(1008, f"at most {MAX_TOPICS} topics")
        records = self.history(topic)
        client.since[topic] = max((record.seq for record in records), default=0)
        self._watching[topic].add(client)
        client.put_history(records)

    def _unsubscribe(self, client: Client, topic: str) -> None:
        if client.since.pop(topic, None) is not None:
            self._watching[topic].discard(client)
            if not self._watching[topic]:
                del self._watching[topic]


def wish_of(text: str | None) -> tuple[str, list[str]]:
    """("subscribe" | "unsubscribe", topics) of a client's message; Refused for anything else."""
    if text is None:
        raise Refused(1003, "only text is understood")
    if len(text) > MAX_MESSAGE:
        raise Refused(1009, f"at most {MAX_MESSAGE} characters a message")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(1007, "only JSON is understood") from None
    if isinstance(message, dict) and len(message) == 1:
        [(verb, topics)] = message.items()
        sane = isinstance(topics, list) and all(isinstance(topic, str) and 0 < len(topic) <= 80 for topic in topics)
        if verb in ("subscribe", "unsubscribe") and sane:
            return verb, topics
    raise Refused(1008, 'only {"subscribe": [topics]} and {"unsubscribe": [topics]} are understood')


def same_site(origin: str | None, host: str | None) -> bool:
    """Browsers always say which site's page opens a socket; only ours may. Other programs say nothing."""
    if origin is None:
        return True
    try:
        return bool(host) and urlsplit(origin).netloc.lower() == str(host).lower()
    except ValueError:
        return False


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    if socket.application_state != WebSocketState.DISCONNECTED:
        with contextlib.suppress(Exception):  # it may be gone already
            await asyncio.wait_for(socket.close(code, reason), 2)
