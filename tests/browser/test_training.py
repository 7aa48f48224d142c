"""The training chapter under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dkdemo.kernels.training import descent, descent_inputs, two_entropies


def scene(page: Page, app: str, address: str) -> None:
    page.goto(f"{app}/training?scene={address}")
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()


def shown(page: Page, path: str) -> object:
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def claim(page: Page, words: str) -> None:
    expect(page.locator(".dk-claim")).to_have_text(re.compile(words))


def test_a_dragged_start_walks_anew_without_the_server(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "descent")
    claim(page, r"^η = 0\.150, the edge is 0\.200: it arrives")
    box, chart = page.locator(".dk-handle").bounding_box(), page.locator(".dk-chart").bounding_box()
    assert box is not None
    assert chart is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    sent.clear()
    page.mouse.move(chart["x"] + 0.35 * chart["width"], chart["y"] + 60, steps=4)
    page.wait_for_function("() => document.querySelector('.dk-chart').data[1].x[0] > -1.5")
    assert sent == [], "the server must hear nothing while the ring is held"
    x, y = shown(page, "data[1].x"), shown(page, "data[1].y")
    values = descent(x=x, y=y, learning_rate=0.15, verdicts=["a"] * 4, **descent_inputs("valley", "sgd"))
    np.testing.assert_allclose(shown(page, "data[2].x"), values["path_x"], atol=1e-9)
    page.mouse.up()
    expect(page).to_have_url(re.compile("x=.*y="))


def test_past_the_edge_it_runs_away_and_a_link_says_so(page: Page, app: str) -> None:
    scene(page, app, "descent&land=bowl&optimiser=momentum&learning_rate=4")
    claim(page, r"^η = 4\.000, the edge is 3\.800: it runs away")
    page.get_by_role("button", name="Adam").or_(page.get_by_role("radio", name="Adam")).first.click()
    claim(page, r"Adam knows no edge: it (wanders|arrives)")
    expect(page.get_by_text("gradient decent")).to_be_visible()


@pytest.mark.parametrize(("key", "words"), [("End", r"runs away"), ("Home", r"comes down on one side")])
def test_the_rate_decides_who_arrives(page: Page, app: str, key: str, words: str) -> None:
    page.goto(f"{app}/training?scene=rate")
    expect(page.get_by_text("Commit first, then see")).to_be_visible()
    expect(page.locator(".dk-chart")).to_have_count(0)
    page.get_by_text("0.45 and 0.6", exact=True).click()
    claim(page, r"^h = 4\.0: each step multiplies the distance by −0\.80, so it jumps across, and arrives")
    page.get_by_role("slider", name="Learning rate").press(key)
    claim(page, words)


def test_shares_make_room_and_the_cost_ends_at_the_entropy(page: Page, app: str) -> None:
    scene(page, app, "entropy&present=revealed&shares=0.7,0.2,0.1,0.7,0.2,0.1")
    claim(page, r"^CE 1\.16 = H 1\.16 \+ KL 0\.00 bits")
    handle = page.get_by_role("slider", name=re.compile("q dog"))
    for _ in range(8):
        handle.press("ArrowUp")
    claim(page, r"KL 0\.0[1-9] bits")
    # both in one look: the last presses may still be on their way to the picture
    first, path = shown(page, "data.filter((_, trace) => trace === 0 || trace === 3).map((trace) => trace.y)")
    shares = np.array(first, dtype=float)
    np.testing.assert_allclose([shares[:3].sum(), shares[3:].sum()], 1, atol=1e-9)
    assert shares[3] / shares[5] == pytest.approx(7, abs=1e-6), "the fellows shrink in proportion"
    np.testing.assert_allclose(shares[:3], [0.7, 0.2, 0.1], atol=1e-9)
    np.testing.assert_allclose(path, two_entropies(shares.tolist(), "", 1 / np.log(2))["path"])
    expect(page).to_have_url(re.compile("shares="))
