"""The whole server as ``streamlit run`` starts it: what it serves, what it prints, how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lecturing import PATIENCE, Lecture
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dkdemo import __version__, datastore
from dkdemo.web.middleware import nearest_page
from dkdemo.web.registry import ROOT
from dkdemo.web.routes import LIVE, asset_url


@pytest.fixture(scope="module")
def lecture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lecture]:
    one = Lecture(tmp_path_factory.mktemp("lecture"))
    try:
        yield one.ready()
    finally:
        one.end()


def test_the_page_knows_its_server_under_every_address(lecture: Lecture) -> None:
    """Otherwise Streamlit's page tries /temperature/_stcore/... first, and every browser notes two errors."""
    for path in ("/", "/temperature"):
        page = lecture.get(path, Accept="text/html", Accept_Encoding="gzip")
        assert b"BACKEND_BASE_URL: location.origin" in page.body
        assert int(page.getheader("content-length")) == len(page.body)


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("/distillation/race?seed=3", "/distillation?scene=race&seed=3"),
        ("/pages/06_distillation", "/06_distillation"),
    ],
)
def test_a_page_within_a_page_leads_to_one_that_works(lecture: Lecture, asked: str, there: str) -> None:
    answer = lecture.get(asked, accept="text/html")
    assert (answer.status, answer.headers["location"]) == (307, there)
    assert lecture.get("/distillation", accept="text/html").status == 200


def test_no_address_leads_to_another_server() -> None:
    assert nearest_page("//elsewhere.example/x\r\ny", "") == "/x%0D%0Ay"
    assert nearest_page("/distillation/", "") == nearest_page("/", "a=1") == ""


def test_health_tells_what_a_lecturer_wants_to_know(lecture):
    health = lecture.health()
    assert health["version"] == __version__
    assert health["data"]["digits"]["embedded"] is True
    assert health["data"]["digits"]["n"] == datastore.present()["digits"].n
    assert set(health["workers"]) == {"long", "short"}
    assert health["jobs"] == {"running": 0, "queued": 0}
    assert health["storage"] == {"saving": True, "trouble": ""}
    assert health["device"] == "none", "the workers of this test load no torch"
    assert health["uptime"] > 0
    assert lecture.get("/health").headers["cache-control"] == "no-store"


def test_health_tells_a_student_nothing_of_the_lecturers_folders(lecture):
    from_elsewhere = json.loads(lecture.get("/health", X_Forwarded_For="192.0.2.78").body)
    assert from_elsewhere["storage"] == {"saving": True}
    assert from_elsewhere["data"]["digits"] == {"n": datastore.present()["digits"].n, "embedded": True}
    assert "where" in lecture.health()["data"]["digits"]


def test_it_prints_where_it_is_and_what_it_found(lecture):
    lecture.until(lambda: "Device" in lecture.log.read_text())
    text = lecture.log.read_text()
    assert f"http://127.0.0.1:{lecture.port}" in text
    assert re.search(r"Data +digits \(\d+\), shapes \(\d+\)", text)
    assert "External URL" not in text, "Streamlit would ask the internet for that one"


def test_a_browser_gets_a_name_once_and_careful_headers(lecture):
    first, second = lecture.get("/"), lecture.get("/temperature?scene=slider")
    names = [answer.headers["set-cookie"] for answer in (first, second)]
    assert names[0] != names[1]
    for name in names:
        assert re.fullmatch(r"dk_browser=[\w-]{22}; Max-Age=\d+; Path=/; HttpOnly; SameSite=Lax", name)
    again = lecture.get("/", Cookie=names[0].split(";")[0])
    assert again.headers["set-cookie"] is None
    assert lecture.get("/", Cookie="dk_browser=<script>; x=1").headers["set-cookie"] is not None
    assert lecture.get("/health").headers["set-cookie"] is None
    assert lecture.get(asset_url("house.css")).headers["set-cookie"] is None
    for answer in (first, lecture.get("/health"), lecture.get(asset_url("house.css"))):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in first.headers["content-security-policy"]


def test_our_files_are_zipped_immutable_and_named_by_their_content(lecture):
    for name in ("house.css", "plotly.min.js"):
        url = asset_url(name)
        zipped, plain = lecture.get(url, Accept_Encoding="gzip, br"), lecture.get(url)
        assert zipped.headers["content-encoding"] == "gzip"
        assert gzip.decompress(zipped.body) == plain.body
        assert len(zipped.body) < len(plain.body)
        assert "immutable" in zipped.headers["cache-control"]
        assert zipped.headers["vary"] == "Accept-Encoding"
        assert lecture.get(url, If_None_Match=zipped.headers["etag"]).status == 304
    assert lecture.get(asset_url("house.css")).body == (LIVE / "house.css").read_bytes()
    assert lecture.get(asset_url("house.css")).headers["content-type"] == "text/css; charset=utf-8"
    assert lecture.get(asset_url("kernels/dominates.js")).headers["content-type"] == "text/javascript; charset=utf-8"
    folder = asset_url("house.css").rsplit("/", 1)[0]
    for path in ("nothing.js", "../../app.py", "%2e%2e/%2e%2e/app.py", "..%2f..%2fapp.py"):
        answer = lecture.get(f"{folder}/{path}")
        assert answer.status in (400, 404), path
        assert b"streamlit" not in answer.body
    assert lecture.get("/live-assets/0000000000000000/house.css").status == 404


def test_an_unknown_asset_names_those_there_are():
    with pytest.raises(ValueError, match=r"assets/live has .*house\.css.*got 'nothing\.js'"):
        asset_url("nothing.js")


def test_a_cold_load_is_a_third(lecture):
    """Every script and style the first page names, as a browser that unzips gets them."""
    index = lecture.get("/").body.decode()
    paths = {f"/{path}" for path in re.findall(r'(?:src|href)="\./(static/[^"]+\.(?:js|css))"', index)}
    assert len(paths) > 10
    lecture.until(
        lambda: all(lecture.get(path, Accept_Encoding="gzip").headers["content-encoding"] == "gzip" for path in paths)
    )
    zipped = sum(len(lecture.get(path, Accept_Encoding="gzip").body) for path in paths)
    plain = sum(len(lecture.get(path).body) for path in paths)
    assert zipped < plain * 0.4
    for path in sorted(paths)[:3]:
        answer = lecture.get(path, Accept_Encoding="gzip")
        assert gzip.decompress(answer.body) == lecture.get(path).body
        assert "immutable" in answer.headers["cache-control"]


def test_live_is_open_to_our_own_pages_only(lecture):
    async def scene():
        url = f"ws://127.0.0.1:{lecture.port}/live"
        async with connect(url, origin=f"http://127.0.0.1:{lecture.port}"):
            await asyncio.to_thread(lecture.until, lambda: lecture.health()["live_clients"] == 1)
        with pytest.raises(InvalidStatus):
            await connect(url, origin="http://evil.example")
        await asyncio.to_thread(lecture.until, lambda: lecture.health()["live_clients"] == 0)

    asyncio.run(scene())


async def _finished(stream) -> list[ForwardMsg]:
    """All messages up to the end of a script run."""
    heard = []
    async with asyncio.timeout(PATIENCE):
        while not heard or heard[-1].WhichOneof("type") != "script_finished":
            heard.append(ForwardMsg.FromString(await stream.recv()))
    return heard


def _rerun(page: str = "") -> bytes:
    message = BackMsg()
    message.rerun_script.page_name = page
    return message.SerializeToString()


def test_a_run_survives_a_client_that_clears_the_cache_and_talks_nonsense(lecture, tmp_path):
    """`clear_cache` needs no rights; neither does garbage. A run goes on, and so do the others' pages."""
    gate = tmp_path / "gate"
    start = f"/test/gate?gate={gate}"

    async def scene() -> None:
        job = json.loads(lecture.get(start).body)
        url = f"ws://127.0.0.1:{lecture.port}/_stcore/stream"
        async with connect(url, subprotocols=["streamlit"], max_size=None) as student:
            await student.send(_rerun())
            await _finished(student)
            async with connect(url, subprotocols=["streamlit"], max_size=None) as rascal:
                await rascal.send(_rerun())
                await _finished(rascal)
                for _ in range(20):
                    await rascal.send(BackMsg(clear_cache=True).SerializeToString())
                await rascal.send(_rerun())
                await _finished(rascal)
                await asyncio.to_thread(lecture.until, lambda: lecture.health()["browsers"] == 2)
                await rascal.send(os.urandom(2000))
            async with connect(f"ws://127.0.0.1:{lecture.port}/live") as bad:
                with contextlib.suppress(ConnectionClosed):
                    for _ in range(10_000):
                        await bad.send("garbage")
                    await bad.wait_closed()
                assert bad.close_code == 1007
            assert lecture.health()["jobs"]["running"] == 1
            async with connect(f"ws://127.0.0.1:{lecture.port}/live") as good:
                await good.send(json.dumps({"subscribe": [f"job:{job['key']}"]}))
                first = json.loads(await good.recv())["message"]
                assert (first["kind"], first["metrics"]) == ("progress", {"waiting": 1.0})
                gate.touch()
                last = {}
                async with asyncio.timeout(PATIENCE):
                    while last.get("state") != "done":
                        last = json.loads(await good.recv())["message"]
            await student.send(_rerun())
            await _finished(student)

    asyncio.run(scene())
    assert json.loads(lecture.get(start).body)["state"] == "done"
    lecture.until(lambda: lecture.health()["browsers"] == 0)


def test_a_taken_port_gets_a_clear_line(lecture, tmp_path):
    script = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    options = ["--server.port", str(lecture.port), "--server.address", "127.0.0.1"]
    environment = {**os.environ, "DKDEMO_HOME": str(tmp_path)}
    second = subprocess.run([*script, *options], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert f"Port {lecture.port} is not available" in second.stdout + second.stderr
    assert "Traceback" not in second.stdout + second.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_ends_and_takes_its_workers_along(tmp_path, how):
    """Also while a run goes on and a page is open."""
    one = Lecture(tmp_path).ready()
    workers = [worker["pid"] for worker in one.health()["workers"].values()]
    one.get("/test/stubborn")

    async def scene() -> None:
        async with connect(f"ws://127.0.0.1:{one.port}/live") as page:
            await page.send(json.dumps({"subscribe": ["job:any"]}))
            await asyncio.to_thread(one.end, how)

    asyncio.run(scene())
    end, tick = time.monotonic() + 20, threading.Event()
    while any(_lives(worker) for worker in workers):
        assert time.monotonic() < end
        tick.wait(0.05)
    assert "Traceback" not in one.log.read_text()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
