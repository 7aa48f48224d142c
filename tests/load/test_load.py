"""The load client does what a browser does, visits only this machine, and the table lands between its marks."""

import asyncio
import json

import pytest

from dkdemo.bench import web
from dkdemo.bench.readme import write


@pytest.mark.parametrize(
    "address",
    ["http://example.com:80", "http://10.0.0.1:8501", "https://127.0.0.1:1", "http://127.0.0.1", "file:///etc", ""],
)
def test_only_this_machine_is_visited(address):
    import client

    with pytest.raises(ValueError, match="only http addresses of this machine"):
        client.only_here(address)
    assert client.only_here("http://localhost:8501") == "localhost:8501"
    assert client.only_here("http://[::1]:8501") == "[::1]:8501"


def test_times_tell_their_quantiles():
    import bench

    times = bench.Times([number / 1000 for number in range(1, 101)], missed=3)
    assert times.told() == "p50 51 ms, p95 96 ms, 3 of 103 ticks missed"


def test_the_table_replaces_the_one_before(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- bench-web -->\nold\n<!-- /bench-web -->\nafter\n")
    text = web.table([("what", "ours", "theirs", "wanted")])
    for _ in range(2):
        write(readme, text, web.MARK)
    assert readme.read_text() == f"before\n<!-- bench-web -->\n{text}\n<!-- /bench-web -->\nafter\n"
    assert "| what | ours | theirs | wanted |" in text
    readme.write_text("no marks")
    with pytest.raises(ValueError, match="must hold"):
        write(readme, text, web.MARK)


@pytest.mark.parametrize("option", [["--browsers", "0"], ["--crowd", "1000"], ["--seconds", "1"], ["--seconds", "x"]])
def test_impossible_rooms_are_refused(option):
    with pytest.raises(SystemExit) as ended:
        web.main(option)
    assert ended.value.code == 2


@pytest.mark.training
def test_a_small_room_is_served_by_the_lecture():
    import bench
    import serving
    from client import PageError, Visitor

    async def lesson(address):
        async with Visitor(address, *bench.SCENE) as visitor:
            await visitor.release("temperature.slider", temperature=3.5)
            told = json.loads(visitor.find("temperature.slider").json)
            assert told["inputs"]["temperature"] == 3.5  # the server heard it, and remembers it
            assert told["heard"] == 1
            with pytest.raises(PageError, match="no 'kettle' on the page"):
                visitor.find("kettle")
        times = await bench.room(address, bench.SCENE, bench.our_change, 4, 2)
        assert len(times.seconds) + times.missed == 8
        assert await bench.our_first_point(address, 3) > 0
        assert "0 lost" in await bench.bus(address, 5, 4)
        assert await bench.pace(address, 3, 5) > 0
        assert "never" not in await bench.opening(address, bench.SCENE, 5)

    with serving.lecture() as address:
        asyncio.run(lesson(address))
