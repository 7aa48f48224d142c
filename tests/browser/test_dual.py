"""The last chapter under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Page, expect

from dkdemo.kernels.dual import still_target
from dkdemo.web.methods import METHODS, place
from dkdemo.web.text import Words


def scene(page: Page, app: str, address: str) -> None:
    page.goto(f"{app}/dual?scene={address}")
    expect(page.locator('[data-testid="stApp"]')).to_have_attribute("data-test-script-state", "notRunning")


def claim(page: Page, words: re.Pattern[str]) -> None:
    expect(page.locator(".dk-claim")).to_have_text(words)


def test_the_smallest_pair_answers_a_drag_without_the_server(page: Page, app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    scene(page, app, "still")
    claim(page, re.compile(r"^Views that differ by s = 0\.50"))
    slider = page.get_by_role("slider", name=re.compile("How different"))
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    page.mouse.down()
    sent.clear()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2, steps=4)
    claim(page, re.compile(r"^Views that differ by s = 1\.[12]"))
    assert sent == [], "the server must hear nothing while the slider is held"
    noise = float(re.findall(r"s = ([\d.]+)", page.locator(".dk-claim").inner_text())[0])
    shown = np.array(page.evaluate("() => document.querySelector('.dk-chart').data[0].y"), dtype=float)
    np.testing.assert_allclose(shown, still_target(noise, 0.0)["both_w"], atol=0.01)
    page.mouse.up()
    expect(page).to_have_url(re.compile("noise="))


def test_a_tile_of_the_wall_leads_to_its_place_in_the_talk(page: Page, app: str) -> None:
    scene(page, app, "wall")
    expect(page.get_by_test_id("stLinkButton")).to_have_count(len(METHODS))
    page.get_by_role("link", name="label smoothing S24").click()
    found = place("label_smoothing", 24)
    assert found is not None
    expect(page.locator(".dk-here-scene")).to_have_text(Words("en", found[0].id)[f"scene_{found[1].id}"])
    expect(page).to_have_url(re.compile(rf"label_smoothing\?scene={found[1].id}"))


def test_the_slips_are_marked_and_lead_to_where_they_are_explained(page: Page, app: str) -> None:
    scene(page, app, "errata&part=distillation")
    slide, again = page.get_by_role("link", name="S25", exact=True), page.get_by_role("button", name="Ask again")
    expect(slide.or_(again).first).to_be_visible()
    if not slide.is_visible():  # a busy machine may still be rehearsing, and answers too late the first time
        again.click()
    expect(slide).to_be_visible()
    item = page.get_by_role("listitem").filter(has_text="S25")
    expect(item.locator("del").first).to_have_text("α = .8")
    reason = Words("en", "label_smoothing")["formula_erratum"][:40]
    expect(item).not_to_contain_text(reason)
    page.get_by_text("with the reasons").click()
    expect(item).to_contain_text(reason)
    expect(page).to_have_url(re.compile("reasons=True"))
    item.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"label_smoothing\?scene=formula"))


def test_the_first_answer_is_remembered_to_the_end(page: Page, app: str) -> None:
    page.goto(f"{app}/opening?scene=question")
    page.get_by_text("Of course", exact=True).click()
    expect(page.get_by_text("You said:")).to_be_visible()
    page.evaluate("window.marked = true")
    page.keyboard.press("m")
    page.get_by_role("link", name=re.compile("The first question, again")).click()
    expect(page.get_by_text("When we started, you said: Of course.")).to_be_visible()
    page.get_by_text("It depends", exact=True).click()
    expect(page.get_by_text("You changed your mind")).to_be_visible()
    assert page.evaluate("window.marked") is True, "walked, not reloaded"


def test_a_blank_pair_is_run_beside_a_living_one(page: Page, app: str) -> None:
    """The smallest run of the chapter: its three curves arrive, its claim names both."""
    scene(page, app, "collapse&present=revealed&predictor=False")
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()
    page.get_by_role("button", name=re.compile(r"Run (anew )?\(about")).click()
    expect(page.get_by_text(re.compile("measured here|replay")).first).to_be_visible(timeout=180_000)
    claim(page, re.compile(r"^Better loss in every seed, −1\.00 against −0\.\d\d, and worthless: spread 0\.0\d\d"))
    ends = page.evaluate("() => document.querySelector('.dk-chart').data.map((trace) => trace.y?.at(-1))")
    assert len([end for end in ends if end is not None]) >= 18
