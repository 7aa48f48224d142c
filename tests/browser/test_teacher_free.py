"""The teacher-free chapter under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dkdemo.figures.binding import fill
from dkdemo.kernels import KERNELS
from dkdemo.web.text import Words

LONG = 150_000  # milliseconds a run may take on a machine busy with other tests


def scene(page: Page, app: str, address: str) -> None:
    page.goto(f"{app}/teacher_free?scene={address}")
    drawn = page.locator(".dk-chart .main-svg").first
    again = page.get_by_role("button", name="Ask again")
    expect(drawn.or_(again).first).to_be_visible(timeout=LONG)
    if not drawn.is_visible():
        again.click()
    expect(drawn).to_be_visible(timeout=LONG)


def shown(page: Page, path: str) -> object:
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


@pytest.mark.training
def test_only_ones_own_answer_tells_the_wrong_classes_apart(page: Page, app: str) -> None:
    scene(page, app, "targets")
    for heat in ("Home", "End"):
        page.get_by_role("slider", name="Temperature T").press(heat)
        uniform, virtual, own = (np.array(shown(page, f"data[{k}].y"), dtype=float) for k in (1, 2, 3))
        label = int(virtual.argmax())
        assert np.ptp(uniform) < 1e-12
        assert np.ptp(np.delete(virtual, label)) < 1e-12
        assert np.ptp(np.delete(own, label)) > 1e-3
    expect(page.get_by_text("label smoothing relies on no prior")).to_be_visible()


def test_the_code_is_nearly_uniform_whatever_is_dragged(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "released_code")
    words = Words("en", "teacher_free")["code_claim"]
    start = KERNELS["released_code"](classes=100, right=0.99, temperature=20)
    expect(page.locator(".dk-claim")).to_have_text(fill(words, start))
    sent.clear()
    handle = page.get_by_role("slider", name="Classes K").bounding_box()
    assert handle is not None
    page.mouse.move(handle["x"] + handle["width"] - 14, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(handle["x"] + 14, handle["y"] + handle["height"] / 2, steps=4)
    moved = KERNELS["released_code"](classes=2, right=0.99, temperature=20)
    expect(page.locator(".dk-claim")).to_have_text(fill(words, moved))
    assert sent == [], "the server must hear nothing while the slider is held"
    np.testing.assert_allclose(shown(page, "data[1].y"), moved["code"], atol=1e-9)
    page.mouse.up()
    expect(page).to_have_url(re.compile("classes=2"))


def test_the_papers_table_is_marked_as_the_papers(page: Page, app: str) -> None:
    scene(page, app, "table")
    expect(page.locator(".dk-claim")).to_have_text(re.compile(r"^Paper: 6 networks, .* gain 1\.05 to 2\.58 points"))
    expect(page.get_by_text("Nothing here was measured by us.")).to_be_visible()


@pytest.mark.training
def test_the_race_asks_first_and_then_claims_what_it_measured(page: Page, app: str) -> None:
    page.goto(f"{app}/teacher_free?scene=race")
    expect(page.get_by_text("Commit first, then see")).to_be_visible()
    expect(page.locator(".dk-chart")).to_have_count(0)
    page.get_by_text("none of them", exact=True).click()
    page.get_by_role("button", name=re.compile(r"^Run")).click()
    told = re.compile(r"^(Nobody wins every run: .* does best|.* gains \d+\.\d points over plain)")
    expect(page.locator(".dk-claim")).to_have_text(told, timeout=LONG)
    expect(page.get_by_text("measured here ·")).to_be_visible()
    expect(page.get_by_text("Your bet: none of them")).to_be_visible()
