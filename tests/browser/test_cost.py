"""The chapter about cost under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Page, expect

from dkdemo.kernels.cost import budget
from dkdemo.networks import NETWORKS


def scene(page: Page, app: str, address: str) -> None:
    """Open a scene and wait until its picture is drawn."""
    page.goto(f"{app}/cost?scene={address}")
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()


def shown(page: Page, path: str) -> object:
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def claim(page: Page, words: str) -> None:
    expect(page.locator(".dk-claim")).to_have_text(re.compile(words))


def run(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"Run (anew )?\(about")).click()
    expect(page.get_by_text(re.compile("measured here|replay")).first).to_be_visible(timeout=180_000)


def test_another_cost_is_another_map(page: Page, app: str) -> None:
    scene(page, app, "networks")
    claim(page, "^AlexNet learned 49 times as many numbers as SqueezeNet")
    before = shown(page, "data.length")
    page.get_by_role("button", name="file").or_(page.get_by_role("radio", name="file")).first.click()
    claim(page, "^AlexNet fills 49 times the disk")
    assert shown(page, "data.length") == before + sum(bool(one.small) for one in NETWORKS)
    expect(page).to_have_url(re.compile("cost=megabytes"))


def test_a_link_restores_the_axis(page: Page, app: str) -> None:
    scene(page, app, "networks&cost=gmacs")
    claim(page, "^VGG-16 multiplies 51 times as much as MobileNetV2")


def test_more_pictures_a_second_fit_fewer_networks_without_the_server(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "budget")
    speed = re.search(r"machine's (\d+) GFLOP/s", page.locator(".dk-claim").inner_text())
    assert speed is not None
    slider = page.get_by_role("slider", name="Pictures a second")
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    sent.clear()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2, steps=4)
    claim(page, "^At 1000 pictures a second")
    assert sent == [], "the server must hear nothing while the slider is held"
    many = np.array(shown(page, "data[0].x"), dtype=float)
    page.mouse.up()
    expect(page).to_have_url(re.compile("rate=1000"))
    slider.press("Home")
    claim(page, "^At 0.1 pictures a second")
    few = np.array(shown(page, "data[0].x"), dtype=float)
    assert np.isfinite(few).sum() > np.isfinite(many).sum()
    gmacs = sorted(one.gmacs for one in NETWORKS)
    expected = budget([""] * len(gmacs), gmacs, float(speed[1]), 0.1)["fit"]
    np.testing.assert_allclose(few[:4], expected[:4], rtol=0.05)  # the claim rounds the speed


def test_the_prediction_comes_before_the_run(page: Page, app: str) -> None:
    page.goto(f"{app}/cost?scene=pruning")
    expect(page.get_by_text(re.compile("Commit first"))).to_be_visible()
    expect(page.locator(".dk-chart")).to_have_count(0)
    page.get_by_text("nine of ten").click()
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()


def test_the_slider_reads_along_the_measured_curve(page: Page, app: str) -> None:
    scene(page, app, "pruning&present=revealed")
    claim(page, "^Press run")
    run(page)
    claim(page, r"^80% of the weights gone\. Smallest first: \d+\.\d% errors; by lot: \d\d\.\d%")
    gone = np.sum(shown(page, "data[1].y"))
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    slider = page.get_by_role("slider", name="weights removed")
    slider.focus()
    slider.press("Home")
    claim(page, r"^0% of the weights gone")
    assert gone > 0.7
    assert np.sum(shown(page, "data[1].y")) == 0
    dots = shown(page, "data[6].y")
    assert dots[0] == dots[1] == shown(page, "data[2].y[0]")  # type: ignore[index]
    expect(page).to_have_url(re.compile("percent=0"))


def test_two_bits_fall_off_the_cliff_unless_the_scale_is_cut(page: Page, app: str) -> None:
    scene(page, app, "bits&bits=2")
    run(page)
    claim(page, r"^Bits a weight: 2, so 3 rungs: \d\d\.\d% errors")
    wide = shown(page, "data[1].x[0]")
    page.goto(f"{app}/cost?scene=bits&bits=2&rule=1")
    claim(page, r"^Bits a weight: 2, so 3 rungs: \d\.\d% errors")
    assert abs(shown(page, "data[1].x[0]")) < 0.7 * abs(wide)  # type: ignore[arg-type]


def test_eight_bits_really_run(page: Page, app: str) -> None:
    scene(page, app, "int8")
    run(page)
    claim(page, r"^(int8: 26% of the file, \d+\.\d errors instead of \d+\.\d in 719|Our own integer arithmetic)")
    expect(page.get_by_text("Neural network compiler")).to_be_visible()


def test_all_ways_on_one_plane_and_the_slide_corrected(page: Page, app: str) -> None:
    scene(page, app, "plane")
    run(page)
    claim(page, r"^As good as the dense net .* times smaller")
    assert shown(page, "data.filter((trace) => trace.x.length > 0).length") == 6
    expect(page.get_by_text(re.compile("pruning and quantisation are physical"))).to_be_visible()
