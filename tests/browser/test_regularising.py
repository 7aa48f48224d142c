"""The chapter on regularising under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Page, expect


def scene(page: Page, app: str, address: str) -> None:
    """Open a scene and wait until its picture is drawn."""
    page.goto(f"{app}/regularising?scene={address}")
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()


def shown(page: Page, path: str) -> object:
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def claim(page: Page, words: str) -> None:
    expect(page.locator(".dk-claim")).to_have_text(re.compile(words))


def test_a_ridge_takes_freedom_and_no_parameter_without_the_server(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "freedom")
    claim(page, r"^λ = 0: 200 parameters, in effect (199|200);")
    box = page.get_by_role("slider", name=re.compile("Ridge")).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 12, box["y"] + box["height"] / 2)
    page.mouse.down()
    sent.clear()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=5)
    claim(page, r"200 parameters, in effect (?!199|200)\d+;")
    assert sent == [], "the server must hear nothing while the slider is held"
    shares = np.array(shown(page, "data[0].y"), dtype=float)
    assert len(shares) == 200
    assert (np.diff(shares) <= 0).all()
    page.mouse.up()
    expect(page).to_have_url(re.compile("strength=-"))
    expect(page.get_by_text("generalise by lowering the number of parameters")).to_be_visible()


def test_twice_the_pictures_hurt(page: Page, app: str) -> None:
    scene(page, app, "hurts&present=revealed")
    claim(page, r"^From 100 to 200 pictures: 1\d% → [67]\d% error\. With a tuned ridge")
    expect(page.get_by_text("the best regularisation is still the training data")).to_be_visible()


def test_four_leashes_are_run_and_measured(page: Page, app: str) -> None:
    scene(page, app, "surface")
    page.get_by_role("button", name=re.compile(r"Run (anew )?\(about")).click()
    expect(page.get_by_text(re.compile("measured here|replay")).first).to_be_visible(timeout=180_000)
    claim(page, r"^100 points, 17154 parameters: error \d+\.\d% with no leash, L2 \d+\.\d%")
    for number in range(4):
        heat = np.array(shown(page, f"data.filter(t => t.type === 'heatmap')[{number}].z"), dtype=float)
        assert heat.shape == (48, 48)
        assert heat.max() - heat.min() > 0.5


def test_a_guess_comes_before_the_run(page: Page, app: str) -> None:
    page.goto(f"{app}/regularising?scene=buys")
    option = page.get_by_role("radio", name="weight decay").or_(page.get_by_role("button", name="weight decay"))
    expect(option.first).to_be_visible()
    assert page.locator(".dk-chart").count() == 0
    option.first.click()
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()
    expect(page.get_by_text("Your bet")).to_be_visible()
