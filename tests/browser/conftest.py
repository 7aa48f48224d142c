"""Real servers and a real Chromium, each started once; a message on the browser's console fails the test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import plotly
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
LIVE = ROOT / "assets" / "live"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
START = 90  # seconds a server may take to answer on a machine busy with other things
PATIENCE = 30_000  # milliseconds for anything to appear; two busy cores render in software
expect.set_options(timeout=PATIENCE)
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(script: Path, log: Path, **environment: str) -> Iterator[str]:
    """Run an app by ``streamlit run`` as a lecturer would, until the tests are over; gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true", "--browser.gatherUsageStats", "false"]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": paths, **environment},
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Ask /health until it answers; a server that died says why."""
    end = time.monotonic() + START
    answered = None
    while answered is None:
        if server.poll() is not None or time.monotonic() > end:
            pytest.fail(f"the app did not come up at {address}:\n{log.read_text(errors='replace')[-4000:]}")
        try:
            answered = urllib.request.urlopen(address, timeout=2).read()
        except (urllib.error.URLError, OSError):
            try:
                server.wait(0.1)  # not a sleep: a server that dies is noticed at once
            except subprocess.TimeoutExpired:
                continue


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the lecture itself, with an empty store of results."""
    home = tmp_path_factory.mktemp("lecture")
    yield from serve(ROOT / "app.py", home / "log.txt", DKDEMO_HOME=str(home), DKDEMO_REHEARSE="no")


@pytest.fixture(scope="session")
def small_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of tests/browser/small_app, which shows one chart at a time."""
    yield from serve(Path(__file__).parent / "small_app" / "app.py", tmp_path_factory.mktemp("small") / "log.txt")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = os.environ.get("DKDEMO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


class Console:
    """What a page complained about. ``allow`` what a test provokes on purpose."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.allowed: list[str] = []

    def listen(self, page: Page) -> None:
        page.on(
            "console", lambda said: said.type == "error" and self.complaints.append(f"{said.text} ({said.location})")
        )
        page.on("pageerror", lambda error: self.complaints.append(f"{error.name}: {error.message}\n{error.stack}"))

    def allow(self, words: str) -> None:
        self.allowed.append(words)

    def rest(self) -> list[str]:
        return [said for said in self.complaints if not any(words in said for words in self.allowed)]


@pytest.fixture
def console() -> Console:
    return Console()


@pytest.fixture
def new_context(chromium: Browser, console: Console) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browsers of their own (own cookies), e.g. ``new_context(viewport={"width": 390, "height": 844})``."""
    opened: list[BrowserContext] = []

    def make(**settings) -> BrowserContext:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 720}, "locale": "en-US", **settings})
        context.on("page", console.listen)
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    assert console.rest() == [], "the browser's console must stay silent"


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A page of a projector's size, in English."""
    return new_context().new_page()


@pytest.fixture(scope="module")
def workbench(chromium: Browser) -> Iterator[Page]:
    """A page that is served our scripts, and Plotly's, from disk, without any app."""
    context = chromium.new_context()

    def give(route: Route) -> None:
        name = route.request.url.removeprefix("http://bench/")
        file = PLOTLY if name == PLOTLY.name else LIVE / name
        body, kind = (file.read_bytes(), "text/javascript") if name else (b"", "text/html")
        route.fulfill(body=body, content_type=kind)

    context.route("http://bench/**", give)
    page = context.new_page()
    page.goto("http://bench/")
    yield page
    context.close()
