"""The theory chapter under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect


def scene(page: Page, app: str, address: str) -> None:
    """Open a scene and wait until its picture is drawn."""
    page.goto(f"{app}/theory?scene={address}")
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()


def shown(page: Page, path: str) -> object:
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def claim(page: Page, words: str) -> str:
    expect(page.locator(".dk-claim")).to_have_text(re.compile(words))
    return page.locator(".dk-claim").inner_text()


def test_the_ridge_takes_the_wall_down_without_the_server(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "demo&present=revealed")
    before = claim(page, r"^λ = 0, errors: \d+% at best before N = n, \d+% at N = n")
    axes = shown(page, "layout.yaxis.range")
    box = page.get_by_role("slider", name=re.compile("Ridge")).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 12, box["y"] + box["height"] / 2)
    page.mouse.down()
    sent.clear()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=5)
    after = claim(page, r"^λ = (?!0,)[0-9.e-]+, errors:")
    assert sent == [], "the server must hear nothing while the slider is held"
    at_wall = [int(re.search(r"(\d+)% at N = n", text)[1]) for text in (before, after)]  # type: ignore[index]
    assert at_wall[0] >= 3 * at_wall[1]
    assert shown(page, "layout.yaxis.range") == axes
    page.mouse.up()
    expect(page).to_have_url(re.compile("strength=-"))


def test_a_link_brings_back_the_polynomial(page: Page, app: str) -> None:
    scene(page, app, "beyond&present=revealed&size=101")
    claim(page, r"^N = 101 for 20 points: error 0\.0")
    page.get_by_role("slider", name="Coefficients N").press("Home")
    claim(page, r"^N = 1 for 20 points")
    ghosts = [height for height in shown(page, "data[0].y") if height is not None]  # type: ignore[attr-defined]
    assert len(ghosts) == 10 * 61
    assert np.ptp(np.reshape(ghosts, (10, 61)), axis=1).max() == 0, "a constant is what one coefficient can do"


def test_nothing_is_shown_before_the_room_has_guessed(page: Page, app: str) -> None:
    page.goto(f"{app}/theory?scene=demo")
    option = page.get_by_role("radio", name="beats the first valley").or_(
        page.get_by_role("button", name="beats the first valley")
    )
    expect(option.first).to_be_visible()
    assert page.locator(".dk-chart").count() == 0
    option.first.click()
    claim(page, r"^λ = 0")
    expect(page.get_by_text("Your bet")).to_be_visible()
    expect(page.get_by_text("measured here").first).to_be_visible()


def test_large_quantum_numbers_make_peace(page: Page, app: str) -> None:
    scene(page, app, "revolution")
    claim(page, r"^At level 0 the particle spends 15\.7%")
    page.get_by_role("slider", name="Energy level").press("End")
    claim(page, r"^At level 40 the particle spends [34]\.\d%")
    density = np.array(shown(page, "data[0].y"), dtype=float)
    assert density.sum() * 3 / 600 == pytest.approx(1, abs=0.01)


def test_a_lesson_with_lies_turns_round(page: Page, app: str) -> None:
    scene(page, app, "epochs")
    page.get_by_role("button", name=re.compile(r"Run (anew )?\(about")).click()
    expect(page.get_by_text(re.compile("measured here|replay")).first).to_be_visible(timeout=180_000)
    text = claim(page, r"^Best at step \d+: \d+% error\. At step 2000: \d+%")
    best, last = re.search(r": (\d+)% error\. At step 2000: (\d+)%", text).groups()  # type: ignore[union-attr]
    assert int(last) >= int(best) + 5
