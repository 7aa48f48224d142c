"""The smoothing and mixing chapters under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from dkdemo.mixing import kept_share


def scene(page: Page, app: str, address: str) -> Locator:
    """Open a scene and wait until its picture is drawn."""
    page.goto(f"{app}/{address}")
    drawn = page.locator(".dk-chart .main-svg").first
    again = page.get_by_role("button", name=re.compile("Ask again|再問一次"))
    expect(drawn.or_(again).first).to_be_visible()
    if not drawn.is_visible():  # a teacher trained on a busy machine may keep the short lane waiting once
        again.click()
    expect(drawn).to_be_visible()
    return page.locator(".dk-plot")


def pixels(page: Page, place: int) -> np.ndarray:
    """The picture of this trace: a PNG where it stands still, numbers where a slider moves them."""
    source = traces(page, f"data[{place}].source")
    if not source:
        return np.array(traces(page, f"data[{place}].z"), dtype=float)
    file = io.BytesIO(base64.b64decode(str(source).partition(",")[2]))
    return np.asarray(Image.open(file).convert("RGB"), dtype=float)


def traces(page: Page, path: str) -> object:
    """What the picture shows once its next frame is drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def claim(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator(".dk-claim")).to_have_text(words)


def test_alpha_decides_what_the_slide_should_have_printed(page: Page, app: str) -> None:
    scene(page, app, "label_smoothing?scene=formula&present=revealed&alpha=0.8")
    claim(page, re.compile("the truth keeps 40.0%, every wrong class gets 20.0%"))
    page.get_by_role("button", name="Slide's values").first.click()
    claim(page, re.compile("the truth keeps 85.0%, every wrong class gets 5.0%"))
    expect(page.get_by_text("[.2, .4, .2, .2]").first).to_be_visible()


def test_nothing_is_shown_before_the_room_has_committed(page: Page, app: str) -> None:
    page.goto(f"{app}/label_smoothing?scene=formula")
    expect(page.get_by_text("Do you believe the slide?")).to_be_visible()
    expect(page.locator(".dk-chart")).to_have_count(0)
    page.get_by_role("radio", name="No: slide 2 warned me").or_(
        page.get_by_role("button", name="No: slide 2 warned me")
    ).first.click()
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()


def test_image_and_label_blend_together_without_the_server(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "mixing?scene=mixup")
    slider = page.get_by_role("slider", name="Share λ of the first")
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    page.mouse.down()
    sent.clear()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2)
    expect(slider).not_to_have_attribute("aria-valuetext", "0.60")
    lam = float(slider.get_attribute("aria-valuetext") or "nan")
    claim(page, re.compile(rf"^λ = {lam:.2f}: "))
    first, second, blend = (pixels(page, place) for place in range(3))
    np.testing.assert_allclose(blend, lam * first + (1 - lam) * second, atol=1e-9)
    assert sent == [], "the server must hear nothing while the slider is held"
    page.mouse.up()


def test_the_label_is_the_share_of_pixels_kept_also_over_the_edge(page: Page, app: str) -> None:
    corners = (20, 22, 36, 35)  # hangs over the right and the lower edge of 32 x 32
    address = "&".join(f"{name}={value}" for name, value in zip(("x0", "y0", "x1", "y1"), corners, strict=True))
    scene(page, app, f"mixing?scene=cutmix&{address}")
    kept = kept_share(corners, 32, 32)
    naive = 1 - 16 * 13 / 1024
    claim(page, re.compile(rf"^{kept:.1%} of the pixels kept.*box unclipped: {naive:.1%}"))
    second, mixture = pixels(page, 1), pixels(page, 0)
    pasted = (mixture == second).all(axis=-1)
    assert pasted[22:, 20:].all()
    assert (~pasted).mean() == pytest.approx(kept, abs=0.02)  # a few pixels are equal in both pictures
    corner = page.get_by_role("slider", name="Box ↘")
    corner.focus()
    corner.press("ArrowLeft")
    claim(page, re.compile(rf"^{kept:.1%} of .*box unclipped: {1 - 15 * 13 / 1024:.1%}"))  # what hung over is given up
    shares = traces(page, "data[4].y")
    assert sum(shares) == pytest.approx(1)


def test_own_picture_takes_the_place_of_the_first(page: Page, app: str) -> None:
    scene(page, app, "mixing?scene=mixup&lam=1")
    page.get_by_role("button", name=re.compile("Pictures")).click()
    buffer = io.BytesIO()
    Image.new("RGB", (200, 100), (10, 200, 30)).save(buffer, "PNG")
    page.locator("input[type=file]").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    )
    claim(page, re.compile("100% mine"))
    assert np.array(traces(page, "data[2].z")).shape == (48, 48, 3)
    page.locator("input[type=file]").set_input_files(
        {"name": "no.png", "mimeType": "image/png", "buffer": b"not a picture"}
    )
    expect(page.get_by_text("That is no PNG, JPEG or WebP picture.")).to_be_visible()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mixing?scene=manifold", "Mean doubt over the plane"),
        ("label_smoothing?scene=penultimate", "Scatter within / between classes"),
        ("label_smoothing?scene=calibration", "Here smoothing makes it worse"),
    ],
)
def test_a_live_scene_runs_and_claims_what_it_measured(page: Page, app: str, address: str, words: str) -> None:
    scene(page, app, address)
    run = page.get_by_role("button", name=re.compile(r"^(\w+ )?Run (anew )?\(about"))
    run.click()
    expect(page.get_by_text(re.compile("measured here|replay")).first).to_be_visible(timeout=120_000)
    claim(page, re.compile(words))
