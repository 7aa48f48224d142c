"""The mean teacher's chapter under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Page, expect

from dkdemo.kernels.mean_teacher import follow_path, noisy_path


def scene(page: Page, app: str, address: str) -> None:
    """Open a scene and wait until its picture is drawn."""
    page.goto(f"{app}/mean_teacher?scene={address}")
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()


def shown(page: Page, path: str) -> object:
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def claim(page: Page, words: str) -> None:
    expect(page.locator(".dk-claim")).to_have_text(re.compile(words))


def test_the_average_follows_its_decay(page: Page, app: str) -> None:
    scene(page, app, "follow")
    claim(page, r"^α = 0\.970: half of the memory is gone after 23 steps")
    slider = page.get_by_role("slider", name="Decay α")
    slider.focus()
    slider.press("End")
    claim(page, r"^α = 0\.999: .* the random start still counts 74\.1%")
    teacher = np.array(shown(page, "data[2].y"), dtype=float)
    np.testing.assert_allclose(teacher, follow_path(noisy_path(), 0.999, 0)["teacher"], atol=1e-9)


def test_a_link_restores_the_warm_up(page: Page, app: str) -> None:
    scene(page, app, "follow&decay=0.999&warm_up=300")
    claim(page, r"the random start still counts 0\.3%")


def test_a_dragged_logit_changes_the_disagreement_without_the_server(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "agree")
    claim(page, r"^They disagree by J = 0\.245")
    box = page.locator(".dk-handle").nth(1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    sent.clear()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 90, steps=4)
    claim(page, r"^They disagree by J = 0\.0")
    assert sent == [], "the server must hear nothing while the bar is held"
    page.mouse.up()
    expect(page).to_have_url(re.compile("student="))


def test_a_live_scene_runs_and_claims_what_it_measured(page: Page, app: str) -> None:
    scene(page, app, "early&present=revealed")
    page.get_by_role("button", name=re.compile(r"Run (anew )?\(about")).click()
    expect(page.get_by_text(re.compile("measured here|replay")).first).to_be_visible(timeout=180_000)
    claim(page, r"^After \d\d steps: student \d\d% right, mean with warm-up \d\d%")
