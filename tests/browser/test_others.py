"""The chapter on comparing with others under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dkdemo.kernels.others import log_n_bound, metric_forces


def scene(page: Page, app: str, address: str) -> None:
    """Open a scene and wait until its picture is drawn."""
    page.goto(f"{app}/others?lang=en&present=revealed&scene={address}")
    drawn = page.locator(".dk-chart .main-svg").first
    again = page.get_by_role("button", name="Ask again")
    expect(drawn.or_(again).first).to_be_visible()
    if not drawn.is_visible():  # the short lane's first answer waits for its worker to start
        again.click()
    expect(drawn).to_be_visible()


def shown(page: Page, path: str) -> object:
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def claim(page: Page, words: str) -> None:
    expect(page.locator(".dk-claim")).to_have_text(re.compile(words))


def test_a_stranger_dragged_over_the_border_is_forgotten_without_the_server(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "metric")
    claim(page, "^Loss 2\\.04\\. 2 of 3 strangers stand inside")
    box = page.locator(".dk-handle").nth(3).bounding_box()  # n2, below the anchor
    right = page.locator(".dk-handle").nth(4).bounding_box()
    assert box is not None
    assert right is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    sent.clear()
    page.mouse.move(right["x"] - 30, right["y"] + 10, steps=4)
    claim(page, "^Loss \\d\\.\\d\\d\\. 1 of 3 strangers stand inside")
    assert sent == [], "the server must hear nothing while the point is held"
    x, y = (np.array(shown(page, f"data[3].{axis}"), dtype=float).tolist() for axis in "xy")
    tips = np.array(shown(page, "data[2].x"), dtype=float)
    np.testing.assert_allclose(tips, metric_forces(x, y, "triplet", 1.0)["tip_x"], atol=1e-9)
    page.mouse.up()
    expect(page).to_have_url(re.compile("x=.*y="))


def test_a_link_restores_the_loss_and_the_points(page: Page, app: str) -> None:
    scene(page, app, "metric&loss=n_pair&x=1,2,0,0,0&y=0,0,0,1,-1")
    claim(page, "^Loss 0\\.34 nats\\. 3 of 3 strangers")  # log(1 + 3 exp(-2))
    expect(page.get_by_role("slider", name="Margin m")).to_have_count(0)


def test_the_gradient_explodes_and_vanishes_under_the_slider(page: Page, app: str) -> None:
    scene(page, app, "reach")
    claim(page, "^With w = 0\\.90, a nudge of 1 is 0\\.00515 after 50 steps")
    weight = page.get_by_role("slider", name="Recurrent weight w")
    weight.focus()
    weight.press("End")
    claim(page, "^With w = 2\\.00, a nudge of 1 is 1\\.13·10¹⁵ after 50 steps")
    linear = np.array(shown(page, "data[1].y"), dtype=float)
    np.testing.assert_allclose(linear, 2.0 ** np.arange(51))


def test_the_switches_are_clean_once_h_is_large_enough(page: Page, app: str) -> None:
    scene(page, app, "switches")
    claim(page, "^With d = 2 numbers for 4 inputs, \\d\\d\\.\\d% is lost; a switch keeps 50%")
    size = page.get_by_role("slider", name="Numbers in h")
    size.focus()
    size.press("ArrowRight")
    size.press("ArrowRight")
    claim(page, "^With d = 4 numbers for 4 inputs, 0\\.0% is lost; a switch keeps 100%")
    np.testing.assert_allclose(np.array(shown(page, "data[0].z"), dtype=float), np.eye(4), atol=1e-3)


def test_no_estimate_passes_log_n_wherever_the_slider_stands(page: Page, app: str) -> None:
    scene(page, app, "bound")
    claim(page, "^64 choices and a perfect critic: 3\\.32 nats of 4\\.15 proved")
    information = page.get_by_role("slider", name="True information")
    information.focus()
    information.press("End")
    claim(page, "nats of 8\\.00 proved")
    found = np.array(shown(page, "data[2].y"), dtype=float)
    np.testing.assert_allclose(found, log_n_bound(8.0, 64)["estimates"], atol=1e-9)
    assert (found <= np.array(shown(page, "data[0].y"), dtype=float)).all()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("rnn", r"^All eight found them: w = (2\.00\d|1\.99\d), u = (3\.00\d|2\.99\d)"),
        ("cpc&choices=1", r"^Without others the codes shrink from a spread of 0\.\d to 0\.0"),
        ("futures", r"(^Right: the true future comes first of 16|^The true future got \d+% and place \d+ of 16)"),
    ],
)
def test_a_live_scene_runs_and_claims_what_it_measured(page: Page, app: str, address: str, words: str) -> None:
    scene(page, app, address)
    page.get_by_role("button", name=re.compile(r"Run (anew )?\(about")).click()
    expect(page.get_by_text(re.compile("measured here|replay")).first).to_be_visible(timeout=180_000)
    claim(page, words)
