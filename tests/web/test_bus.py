"""What the bus behind /live keeps for a slow client, whom it takes for its own, and how it ends: no socket needed."""

from __future__ import annotations

import asyncio

import pytest

from dkdemo.jobs.job import Record
from dkdemo.web.bus import MAX_WAITING, Bus, Client, same_site

FIRST = Record.of("job:a", 1, {"kind": "progress", "step": 1}, keep=False)


def test_a_slow_client_misses_points_but_never_the_end():
    async def scene() -> list[Record]:
        client = Client(None)
        for seq in range(1, 2 * MAX_WAITING):
            client.put(Record(seq, "", keep=seq == 3))
        client.put(Record(9999, "", keep=True))
        assert len(client._waiting) == MAX_WAITING
        return list(client._waiting)

    waiting = [record.seq for record in asyncio.run(scene())]
    assert waiting == sorted(waiting)
    assert waiting[0] == 3
    assert waiting[-1] == 9999
    assert waiting[1:-1] == list(range(MAX_WAITING + 2, 2 * MAX_WAITING)), "the newest points are the ones kept"


def test_a_long_history_is_not_cut_for_what_comes_after_it():
    async def scene() -> list[int]:
        client = Client(None)
        client.put_history([Record(seq, "", keep=False) for seq in range(5 * MAX_WAITING)])
        for seq in range(5 * MAX_WAITING, 6 * MAX_WAITING):
            client.put(Record(seq, "", keep=False))
        return [record.seq for record in client._waiting]

    assert asyncio.run(scene()) == list(range(6 * MAX_WAITING))


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://lecture:8501", "lecture:8501", True),
        ("https://LECTURE", "lecture", True),
        (None, "lecture", True),
        ("http://lecture:8501", "lecture:8502", False),
        ("http://lecture.evil.example", "lecture", False),
        ("http://evil.example/lecture", "lecture", False),
        ("null", "lecture", False),
        ("http://[", "lecture", False),
        ("", "", False),
    ],
)
def test_the_same_site(origin, host, same):
    assert same_site(origin, host) is same


def test_a_closed_loop_is_no_fault():
    bus = Bus()
    bus.publish("job:a", FIRST)

    async def scene():
        bus.open()

    asyncio.run(scene())
    bus.publish("job:a", FIRST)
