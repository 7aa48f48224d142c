"""The MoCo chapter under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Page, expect

from dkdemo.kernels.moco import queue_belt, walk


def scene(page: Page, app: str, address: str) -> None:
    """Open a scene and wait until its picture is drawn."""
    page.goto(f"{app}/moco?scene={address}")
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()


def shown(page: Page, path: str) -> object:
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def claim(page: Page, words: str) -> None:
    expect(page.locator(".dk-claim")).to_have_text(re.compile(words))


def test_the_belt_follows_the_momentum_without_the_server(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "queue")
    claim(page, r"^m = 0\.990, 16 batches on the belt;")
    slider = page.get_by_role("slider", name="Momentum m")
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.985, middle)
    page.mouse.down()
    sent.clear()
    page.mouse.move(box["x"] - 30, middle, steps=4)
    claim(page, r"^m = 0\.000, 16 batches on the belt;")
    assert sent == [], "the server must hear nothing while the slider is held"
    kept = np.array(shown(page, "data[3].y"), dtype=float)
    np.testing.assert_allclose(kept, queue_belt(walk(), 0, 16)["kept"], atol=1e-9)
    page.mouse.up()
    expect(page).to_have_url(re.compile("momentum=0"))


def test_a_link_restores_the_belt(page: Page, app: str) -> None:
    scene(page, app, "queue&momentum=0.9&batches=40")
    claim(page, r"^m = 0\.900, 40 batches on the belt;")
    opacity = np.array(shown(page, "data[5].marker.opacity"), dtype=float)
    assert (opacity > 0).sum() == 40


def test_the_slides_rule_copies_at_a_large_alpha(page: Page, app: str) -> None:
    scene(page, app, "swapped&present=revealed")
    claim(page, r"^α = 0\.990: the right key encoder travels \d\.\d% .* the slide's 9\d\.\d%")
    expect(page.get_by_text("With the printed formula a large")).to_be_visible()


def test_version2_lights_up_what_is_on(page: Page, app: str) -> None:
    scene(page, app, "version2")
    claim(page, r"67\.3% top-1")
    page.get_by_text("cosine schedule", exact=True).first.click()
    claim(page, r"67\.5% top-1")
    page.get_by_text("MLP head", exact=True).first.click()
    claim(page, "no row for this combination")


def test_shuffling_hides_what_statistics_tell(page: Page, app: str) -> None:
    scene(page, app, "shuffling&groups=4")
    claim(page, r"right one of 4 devices in \d\d% .* \(by chance 25%\)")


def test_a_live_scene_runs_and_claims_what_it_measured(page: Page, app: str) -> None:
    scene(page, app, "agreement")
    page.get_by_role("button", name=re.compile(r"Run (anew )?\(about")).click()
    expect(page.get_by_text(re.compile("measured here|replay")).first).to_be_visible(timeout=180_000)
    claim(page, r"^Only asked to agree: agreement 9\d\.\d%, room taken 0\.\d\d")
