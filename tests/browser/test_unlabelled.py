"""The chapter on unlabelled data under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect


def scene(page: Page, app: str, address: str) -> None:
    """Open a scene and wait until its picture is drawn."""
    page.goto(f"{app}/unlabelled?scene={address}")
    drawn = page.locator(".dk-chart .main-svg").first
    again = page.get_by_role("button", name="Ask again")
    expect(drawn.or_(again).first).to_be_visible()
    if not drawn.is_visible():  # the half-taught net is trained once, which a busy machine may not manage in time
        again.click()
    expect(drawn).to_be_visible()


def shown(page: Page, path: str) -> object:
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def bound_to(page: Page, prop: str, value: str) -> np.ndarray:
    """The property of the first trace whose ``prop`` follows the kernel's ``value``."""
    find = "(data) => data.findIndex((t) => t.meta && t.meta.bind && t.meta.bind"
    place = page.evaluate(f"() => ({find}[{prop!r}] === {value!r}))(document.querySelector('.dk-chart').data)")
    return np.array(shown(page, f"data[{place}].{prop}"), dtype=float)


def claim(page: Page, words: str) -> None:
    expect(page.locator(".dk-claim")).to_have_text(re.compile(words))


def test_the_threshold_moves_without_the_server(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "one_image")
    slider = page.get_by_role("slider", name="Threshold")
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.95 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    sent.clear()
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2, steps=4)
    claim(page, r"believed, loss .* 1000 of 1000 others are believed")
    assert sent == [], "the server must hear nothing while the slider is held"
    assert bound_to(page, "y", "kept_share").tolist() == [1.0]
    page.mouse.up()
    expect(page).to_have_url(re.compile("threshold="))


def test_sharpening_is_the_temperature_pushed_backwards(page: Page, app: str) -> None:
    scene(page, app, "mixmatch&looks=4&temperature=1")
    mean, same = bound_to(page, "y", "mean"), bound_to(page, "y", "sharp")
    np.testing.assert_allclose(same, mean, atol=1e-9)
    slider = page.get_by_role("slider", name="Temperature T")
    slider.focus()
    slider.press("Home")
    claim(page, r"sharpened at T = 0\.10")
    cold = bound_to(page, "y", "sharp")
    assert cold.max() > mean.max()
    assert bound_to(page, "x", "dots_x").size == 40


def test_a_stronger_look_pulls_harder_or_not_but_is_told(page: Page, app: str) -> None:
    scene(page, app, "uda&strength=0")
    none = bound_to(page, "y", "gap_here")[0]
    slider = page.get_by_role("slider", name="Strength")
    slider.focus()
    slider.press("End")
    claim(page, r"At strength 1\.0")
    full = bound_to(page, "y", "gap_here")[0]
    assert full != none
    moment = page.get_by_role("slider", name="Training so far")
    moment.focus()
    moment.press("End")
    claim(page, "At strength")
    np.testing.assert_allclose(bound_to(page, "y", "eta"), [1, 1, 1 - math.exp(-5) * 0.9], atol=1e-9)
    expect(page.get_by_text("exactly the same", exact=True)).to_be_visible()


def test_the_three_answers_agree_when_nothing_is_mixed_in(page: Page, app: str) -> None:
    scene(page, app, "augmix&data=shapes")
    slider = page.get_by_role("slider", name="Share m")
    slider.focus()
    slider.press("End")
    claim(page, r"^At m = 1\.00 the three answers are JS = 0\.000 nats apart")
    np.testing.assert_allclose(bound_to(page, "y", "p_first"), bound_to(page, "y", "p_orig"), atol=1e-5)
    slider.press("Home")
    claim(page, r"^At m = 0\.00")
    assert 0 < bound_to(page, "y", "js_bar")[0] <= math.log(3)


@pytest.mark.timeout(400)
def test_fixmatch_runs_and_claims_what_it_measured(page: Page, app: str) -> None:
    scene(page, app, "fixmatch&present=revealed")
    page.get_by_role("button", name=re.compile(r"Run (anew )?\(about")).click()
    expect(page.get_by_text(re.compile("measured here|replay")).first).to_be_visible(timeout=180_000)
    claim(page, r"^FixMatch: 9\d\.\d% with 40 labels .* in the worst of 3 seeds \d\.\d points ahead")


def test_a_link_restores_picture_draw_and_threshold(page: Page, app: str) -> None:
    scene(page, app, "one_image&picture=12&draw=3&threshold=0.5")
    claim(page, r"At τ = 0\.50")
    expect(page.get_by_role("spinbutton", name="Picture no.")).to_have_value("12")
