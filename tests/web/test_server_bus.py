"""/live under a full room, slow phones, and people who try things."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dkdemo.jobs.job import Record
from dkdemo.web import bus as bus_module
from dkdemo.web.bus import MAX_MESSAGE, MAX_TOPICS, Bus

ROOM = 300
PATIENCE = 60.0
PAST = [Record.of("job:a", seq, {"kind": "progress", "step": seq}, keep=False) for seq in range(1, 6)]


class Served:
    """A bus on a real port, with a past for the topic ``job:a``."""

    def __init__(self) -> None:
        self.bus = Bus(lambda topic: PAST if topic == "job:a" else [])
        app = Starlette(routes=[WebSocketRoute("/live", self.bus.endpoint)])
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="websockets-sansio", lifespan="off"))
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._socket.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/live"
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._up.wait(PATIENCE)

    async def _serve(self) -> None:
        self.bus.open()
        self._up.set()
        await self._server.serve(sockets=[self._socket])

    def tell(self, seq: int, topic: str = "job:a", keep: bool = False, **extra: object) -> None:
        self.bus.publish(topic, Record.of(topic, seq, {"kind": "progress", "step": seq, **extra}, keep=keep))

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture
def served() -> Iterator[Served]:
    one = Served()
    yield one
    one.close()


async def until(true) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)


async def steps(client, last: int) -> list[int]:
    """The steps heard up to and including ``last``."""
    heard: list[int] = []
    async with asyncio.timeout(PATIENCE):
        while not heard or heard[-1] != last:
            heard.append(json.loads(await client.recv())["message"]["step"])
    return heard


def wish(*topics: str, verb: str = "subscribe") -> str:
    return json.dumps({verb: list(topics)})


async def ended(client) -> None:
    """Wait until the server has closed the connection."""
    async with asyncio.timeout(PATIENCE):
        async for _ in client:  # ends, or raises, when the connection is closed
            pass


def test_the_whole_history_first_and_then_what_is_new_nothing_twice(served):
    async def scene():
        async with connect(served.url) as client:
            served.tell(5)  # was in the history when the client came
            await client.send(wish("job:a"))
            await until(lambda: served.bus._watching)
            for seq in (4, 5, 6, 7):
                served.tell(seq)
            assert await steps(client, 7) == [1, 2, 3, 4, 5, 6, 7]
            await client.send(wish("job:a"))  # a second wish for the same says nothing new
            served.tell(8)
            assert await steps(client, 8) == [8]

    asyncio.run(scene())


def test_unsubscribed_topics_are_silent_and_come_back_in_full(served):
    async def scene():
        async with connect(served.url) as client:
            await client.send(wish("job:a", "job:b"))
            assert await steps(client, 5) == [1, 2, 3, 4, 5]
            await client.send(wish("job:a", verb="unsubscribe"))
            await until(lambda: "job:a" not in served.bus._watching)
            served.tell(6)
            served.tell(7, "job:b")
            assert await steps(client, 7) == [7]
            await client.send(wish("job:a"))
            assert await steps(client, 5) == [1, 2, 3, 4, 5]

    asyncio.run(scene())


def test_a_full_room_hears_everything_in_order(served):
    """300 clients; told from another thread, as a worker's lane does; and nobody is left behind afterwards."""

    async def scene():
        async with AsyncExitStack() as room:
            clients = await asyncio.gather(*(room.enter_async_context(connect(served.url)) for _ in range(ROOM)))
            await asyncio.gather(*(client.send(wish("job:a")) for client in clients))
            await until(lambda: len(served.bus._watching["job:a"]) == ROOM)
            lane = threading.Thread(target=lambda: [served.tell(seq) for seq in range(6, 26)])
            lane.start()
            heard = await asyncio.gather(*(steps(client, 25) for client in clients))
            assert all(one == list(range(1, 26)) for one in heard)
            lane.join()
            assert served.bus.clients == ROOM
        await until(lambda: served.bus.clients == 0 and not served.bus._watching)

    asyncio.run(scene())


def test_a_phone_that_stops_reading_holds_up_nobody_and_is_let_go(served, monkeypatch):
    monkeypatch.setattr(bus_module, "PATIENCE", 0.5)

    async def scene():
        sleeper = socket.create_connection(("127.0.0.1", served.port))
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sleeper.sendall(
            b"GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await asyncio.to_thread(sleeper.recv, 2000)
        text, mask = wish("job:a").encode(), os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(text))
        sleeper.sendall(bytes([0x81, 0x80 | len(text)]) + mask + masked)
        async with connect(served.url) as client:
            await client.send(wish("job:a"))
            await until(lambda: len(served.bus._watching["job:a"]) == 2)
            for seq in range(6, 106):
                served.tell(seq, noise="x" * 200_000)
                assert (await steps(client, seq))[-1] == seq
            await until(lambda: served.bus.clients == 1)
        sleeper.close()

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("garbage", "code"),
    [
        ("hello", 1007),
        ("[" * 2000, 1007),
        ("{}", 1008),
        ("null", 1008),
        ('{"subscribe": "job:a"}', 1008),
        ('{"subscribe": [1]}', 1008),
        ('{"subscribe": [""]}', 1008),
        ('{"publish": ["job:a"]}', 1008),
        (json.dumps({"subscribe": ["x" * 81]}), 1008),
        (json.dumps({"subscribe": [f"job:{number}" for number in range(MAX_TOPICS + 1)]}), 1008),
        (b"\x00\xff", 1003),
        ("x" * (MAX_MESSAGE + 1), 1009),
        ("x" * 10_000_000, 1009),
    ],
    ids=lambda value: str(value)[:24],
)
def test_nonsense_ends_the_connection_and_touches_nobody_else(served, garbage, code):
    async def scene():
        async with connect(served.url) as good, connect(served.url) as bad:
            await good.send(wish("job:a"))
            assert await steps(good, 5)
            await bad.send(garbage)
            with suppress(ConnectionClosed):
                await ended(bad)
            assert bad.close_code == code
            served.tell(6)
            assert await steps(good, 6) == [6]
        await until(lambda: served.bus.clients == 0)

    asyncio.run(scene())


def test_ten_thousand_messages_end_the_connection(served):
    async def scene():
        async with connect(served.url) as bad:
            with suppress(ConnectionClosed):
                for _ in range(10_000):
                    await bad.send(wish("job:a"))
                await ended(bad)
            assert bad.close_code == 1008
        await until(lambda: served.bus.clients == 0)

    asyncio.run(scene())


def test_only_our_own_pages_may_listen(served):
    async def scene():
        here = f"http://127.0.0.1:{served.port}"
        async with connect(served.url, origin=here) as client:
            await client.send(wish("job:a"))
            assert await steps(client, 5)
        for origin in ("http://evil.example", f"http://127.0.0.1:{served.port + 1}", "null"):
            with pytest.raises(InvalidStatus) as refusal:
                await connect(served.url, origin=origin)
            assert refusal.value.response.status_code == 403

    asyncio.run(scene())


def test_the_room_is_bounded(served, monkeypatch):
    monkeypatch.setattr(bus_module, "MAX_CLIENTS", 2)

    async def scene():
        async with connect(served.url), connect(served.url):
            await until(lambda: served.bus.clients == 2)
            with pytest.raises(InvalidStatus):
                await connect(served.url)
        await until(lambda: served.bus.clients == 0)
        async with connect(served.url):
            pass

    asyncio.run(scene())


def test_one_address_cannot_fill_the_room(served, monkeypatch):
    monkeypatch.setattr(bus_module, "MAX_FROM_ONE", 1)
    monkeypatch.setattr(bus_module, "is_here", lambda *_: False)  # so that this machine counts as any other

    async def scene():
        async with connect(served.url):
            await until(lambda: served.bus.clients == 1)
            with pytest.raises(InvalidStatus):
                await connect(served.url)

    asyncio.run(scene())
