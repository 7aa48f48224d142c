"""The SimCLR chapter under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from dkdemo.kernels.simclr import circle_forces


def scene(page: Page, app: str, address: str) -> None:
    """Open a scene and wait until its picture is drawn."""
    page.goto(f"{app}/simclr?scene={address}")
    drawn = page.locator(".dk-chart .main-svg").first
    again = page.get_by_role("button", name="Ask again")
    expect(drawn.or_(again).first).to_be_visible()
    if not drawn.is_visible():  # the trained eye is trained once, which a busy machine may not manage in time
        again.click()
    expect(drawn).to_be_visible()


def shown(page: Page, path: str) -> object:
    """What the picture shows once its next frame is drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def claim(page: Page, words: re.Pattern[str]) -> None:
    expect(page.locator(".dk-claim")).to_have_text(words)


def test_a_dragged_point_feels_the_loss_without_the_server(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "circle")
    claim(page, re.compile(r"3 of 12 find their partner; partners are 46° apart"))
    box = page.locator(".dk-handle").nth(2).bounding_box()  # the diamond at the upper left, beside its partner
    centre = page.locator(".dk-chart").bounding_box()
    assert box is not None
    assert centre is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    sent.clear()
    page.mouse.move(centre["x"] + centre["width"] / 2, centre["y"] + 20, steps=4)
    claim(page, re.compile(r"partners are (?!46)\d+° apart"))
    assert sent == [], "the server must hear nothing while the point is held"
    x, y = (np.array(shown(page, f"data[0].{axis}"), dtype=float) for axis in "xy")
    np.testing.assert_allclose(np.hypot(x, y), 1, atol=1e-9)
    tips = np.array(shown(page, "data[4].x"), dtype=float)
    np.testing.assert_allclose(tips, circle_forces(x.tolist(), y.tolist(), 0.5)["tip_x"], atol=1e-9)
    page.mouse.up()
    expect(page).to_have_url(re.compile("x=.*y="))


def test_temperature_cools_the_choice_of_a_partner(page: Page, app: str) -> None:
    scene(page, app, "views")
    warm = np.array(shown(page, "data[1].z"), dtype=float)
    slider = page.get_by_role("slider", name="Temperature T")
    slider.focus()
    slider.press("Home")
    claim(page, re.compile(r"^At T = 0\.05"))
    cold = np.array(shown(page, "data[1].z"), dtype=float)
    assert cold.max(1).mean() > warm.max(1).mean()
    np.testing.assert_allclose(cold.sum(1), 1, atol=1e-9)


def test_an_own_picture_is_seen_twice(page: Page, app: str) -> None:
    scene(page, app, "views&view=none")
    claim(page, re.compile("100% of the views find their partner"))
    page.get_by_role("button", name=re.compile("Your own")).click()
    buffer = io.BytesIO()
    Image.new("RGB", (200, 100), (10, 200, 30)).save(buffer, "PNG")
    before = shown(page, "data[0].source")
    page.locator("input[type=file]").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    )
    page.wait_for_function("(before) => document.querySelector('.dk-chart').data[0].source !== before", arg=before)
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(shown(page, "data[0].source").partition(",")[2]))))
    for row in range(3):
        assert (sheet[row * 70 + 32, 32, :3] == (10, 200, 30)).all()


def test_large_batches_say_what_the_slide_meant(page: Page, app: str) -> None:
    scene(page, app, "large_batches")
    claim(page, re.compile(r"^With a batch of 256, one layer's learning rate is \d+\.\d times another's"))
    expect(page.get_by_text("LARS because the sample size is huge")).to_be_visible()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("figure5&present=revealed", r"^Trained with crop: shape \d\d%, below the untrained net"),
        ("sphere&space=2", r"^The mean vector shrank from \d\.\d\d to \d\.\d\d"),
    ],
)
def test_a_live_scene_runs_and_claims_what_it_measured(page: Page, app: str, address: str, words: str) -> None:
    scene(page, app, address)
    page.get_by_role("button", name=re.compile(r"Run (anew )?\(about")).click()
    expect(page.get_by_text(re.compile("measured here|replay")).first).to_be_visible(timeout=180_000)
    claim(page, re.compile(words))
