"""A run reaches the chart over /live, point by point; the script runs again once, at its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from dkdemo.jobs.events import Progress, Snapshot, to_json


@pytest.fixture
def topic(request: pytest.FixtureRequest) -> str:
    """A topic of the test's own: the small app lives through them all."""
    return f"job:{request.node.name}"


def state(name: str, run: int = 1, **facts: Any) -> dict[str, Any]:
    return {"kind": "state", "state": name, "run": run, "position": 0, "expected": 8.0, "elapsed": 0.0, **facts}


def point(step: int, soft: float | None, **more: float) -> dict[str, Any]:
    return to_json(Progress(step, 50, {"soft": soft, **more}))


def say(page: Page, address: str, topic: str, *messages: dict[str, Any]) -> None:
    answer = page.request.post(f"{address}/say", data={"topic": topic, "messages": list(messages)})
    assert answer.ok


def nothing_pends(page: Page, runs: int) -> None:
    """No rerun is on its way: all timers of the next seconds are let off, and the next run is the viewer's own."""
    page.clock.fast_forward(5000)
    page.get_by_role("button", name="Again").click()
    expect(page.get_by_text(f"Run number {runs + 1}.")).to_be_visible()


def watch(page: Page, address: str, topic: str, shown: str = "running") -> Locator:
    page.goto(f"{address}/?show=stream&topic={topic}&state={shown}")
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()
    return page.locator(".dk-plot")


def curve(page: Page, trace: int = 0) -> list[Any]:
    return page.evaluate(f"() => document.querySelector('.dk-chart').data[{trace}].y")


def until_curve(page: Page, want: list[Any]) -> None:
    page.wait_for_function(
        "(want) => JSON.stringify(document.querySelector('.dk-chart').data[0].y) === JSON.stringify(want)", arg=want
    )


def test_points_pictures_and_claim_arrive_without_a_rerun(page: Page, small_app: str, topic: str) -> None:
    say(page, small_app, topic, state("queued", position=3))
    plot = watch(page, small_app, topic, "queued")
    expect(plot.locator(".dk-status")).to_contain_text("place 3")
    expect(plot.locator(".dk-claim")).to_be_hidden()
    say(page, small_app, topic, state("running"))
    expect(plot.locator(".dk-status")).to_contain_text(re.compile(r"Starting: \d\.\d of about 8 s"))
    say(page, small_app, topic, point(1, 0.1, hard=0.2), point(5, None), point(10, 0.5, hard=0.4))
    until_curve(page, [0.1, None, 0.5])
    expect(plot.locator(".dk-claim")).to_have_text("After step 10 soft holds 50.0%")
    expect(plot.locator(".dk-status")).to_contain_text("Step 10 of 50")
    assert curve(page, 1) == [0.2, 0.4], "a curve has a point only where its number was told"
    assert page.evaluate("() => document.querySelector('.dk-chart').layout.xaxis.range") == [0, 50]
    picture = np.arange(16.0).reshape(4, 4)
    say(page, small_app, topic, to_json(Snapshot("weights", {"map": picture})))
    page.wait_for_function("() => document.querySelector('.dk-chart').data[2].z[3][3] === 15")
    expect(page.get_by_text("Run number 1.")).to_be_visible()


def test_a_latecomer_gets_the_whole_curve_and_a_broken_line_mends(
    page: Page, small_app: str, topic: str, console
) -> None:
    say(page, small_app, topic, state("running"), point(1, 0.1), point(2, 0.2))
    watch(page, small_app, topic)
    until_curve(page, [0.1, 0.2])
    page.request.post(f"{small_app}/hang-up")
    say(page, small_app, topic, point(3, 0.3))
    until_curve(page, [0.1, 0.2, 0.3])
    say(page, small_app, topic, point(4, 0.4))
    until_curve(page, [0.1, 0.2, 0.3, 0.4])
    expect(page.locator(".dk-status")).to_contain_text("Step 4 of 50")


def test_the_end_of_a_run_asks_for_one_rerun(page: Page, small_app: str, topic: str) -> None:
    page.clock.install()
    say(page, small_app, topic, state("running"), point(1, 0.1))
    plot = watch(page, small_app, topic)
    until_curve(page, [0.1])
    say(page, small_app, topic, state("done", elapsed=2.0))
    expect(page.get_by_text("Run number 2.")).to_be_visible()
    expect(plot.locator(".dk-status")).to_be_hidden()
    nothing_pends(page, 2)


def test_an_end_that_the_page_already_shows_asks_for_nothing(page: Page, small_app: str, topic: str) -> None:
    page.clock.install()
    say(page, small_app, topic, state("running"), point(1, 0.1), state("stopped", elapsed=1.5))
    plot = watch(page, small_app, topic, "stopped")
    expect(plot.locator(".dk-status")).to_contain_text("Stopped after 1.5 s")
    nothing_pends(page, 1)


def test_a_run_begun_anew_begins_a_new_curve(page: Page, small_app: str, topic: str) -> None:
    say(page, small_app, topic, state("running"), point(1, 0.1), point(2, 0.2), state("failed"))
    watch(page, small_app, topic, "failed")
    until_curve(page, [0.1, 0.2])
    say(page, small_app, topic, state("queued", run=0), state("running", run=2), point(1, 0.7))
    until_curve(page, [0.7])


def test_zoomed_axes_stay_while_points_arrive(page: Page, small_app: str, topic: str) -> None:
    say(page, small_app, topic, state("running"), point(1, 0.1))
    watch(page, small_app, topic)
    until_curve(page, [0.1])
    before = page.evaluate("() => document.querySelector('.dk-chart')._fullLayout.xaxis.range")
    say(page, small_app, topic, *(point(step, 0.5) for step in range(2, 41)))
    page.wait_for_function("() => document.querySelector('.dk-chart').data[0].y.length === 40")
    assert page.evaluate("() => document.querySelector('.dk-chart')._fullLayout.xaxis.range") == before


def test_two_browsers_watch_the_same_run(
    new_context: Callable[..., BrowserContext], small_app: str, topic: str
) -> None:
    pages = [new_context().new_page() for _ in range(2)]
    say(pages[0], small_app, topic, state("running"), point(1, 0.1))
    for one in pages:
        watch(one, small_app, topic)
    say(pages[0], small_app, topic, point(2, 0.2))
    for one in pages:
        until_curve(one, [0.1, 0.2])


def test_who_comes_back_to_a_run_reads_its_true_age(workbench: Page) -> None:
    """A state is told again to every later listener; the seconds since it came are not lost."""
    workbench.clock.install()
    workbench.evaluate(
        """async () => {
        const sockets = [];
        window.WebSocket = class {
            static OPEN = 1;
            readyState = 1;
            constructor() { sockets.push(this); }
            send() {}
        };
        const { listen } = await import('/bus.js');
        listen("job:x", { reset() {}, message() {} });
        sockets[0].onopen();
        const message = { kind: "state", state: "running", run: 1, elapsed: 1, expected: 90 };
        sockets[0].onmessage({ data: JSON.stringify({ topic: "job:x", message }) });
    }"""
    )
    workbench.clock.fast_forward(9000)
    told = workbench.evaluate(
        """async () => {
        const { Stream } = await import('/stream.js');
        const strip = document.createElement("div");
        strip.append(document.createElement("span"), document.createElement("progress"));
        new Stream("job:x", strip, () => {}).tell({ status_starting: "{elapsed:.0f} of {expected:.0f} s" });
        return strip.textContent;
    }"""
    )
    assert told == "10 of 90 s"


def test_a_phone_shows_how_far_a_run_is_above_the_picture(
    new_context: Callable[..., BrowserContext], small_app: str, topic: str
) -> None:
    """Panels are stacked there, and what lies below them is off the screen; the picture does not move for it."""
    page = new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    say(page, small_app, topic, state("queued", position=3))
    plot = watch(page, small_app, topic, "queued")
    expect(plot.locator(".dk-status")).to_contain_text("place 3")
    place = "() => document.querySelector('.dk-stage').getBoundingClientRect().top"
    before = page.evaluate(place)
    say(page, small_app, topic, state("running"), point(1, 0.1), point(10, 0.5))
    expect(plot.locator(".dk-status")).to_contain_text("Step 10 of 50")
    assert page.evaluate(place) == before
    strip = plot.locator(".dk-status").bounding_box()
    assert strip
    assert strip["y"] + strip["height"] <= before
