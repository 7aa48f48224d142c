"""Digits drawn by hand reach Python scaled and centred as MNIST's were."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SEES = re.compile(r"Python sees \[(\d+), (\d+), (\d+)\] with its centre at \[([\d.]+), ([\d.]+)\]")


def open_board(page: Page, address: str) -> dict[str, float]:
    page.goto(f"{address}/?show=board")
    expect(page.get_by_text("Python sees nothing")).to_be_visible()
    box = page.get_by_role("img", name="Field to draw a digit in").bounding_box()
    assert box is not None
    return dict(box)


def stroke(page: Page, box: dict[str, float], *points: tuple[float, float]) -> None:
    """Draw with the mouse; points are shares of the board."""
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def seen(page: Page) -> tuple[float, ...]:
    said = page.get_by_text(SEES)
    expect(said).to_be_visible()
    found = SEES.search(said.inner_text())
    assert found is not None
    return tuple(map(float, found.groups()))


@pytest.mark.parametrize("scale", [0.25, 0.9])
def test_large_or_small_a_seven_fills_mnists_box(page: Page, small_app: str, scale: float) -> None:
    box = open_board(page, small_app)
    middle = 0.5 - scale / 2
    corners = ((0.1, 0.0), (0.8, 0.0), (0.4, 1.0))
    stroke(page, box, *((middle + scale * x, middle + scale * y) for x, y in corners))
    rows, columns, most, *centre = seen(page)
    assert 19 <= rows <= 22  # twenty, and the grey edge
    assert 13 <= columns <= 17
    assert most == 255
    assert centre == pytest.approx([13.5, 13.5], abs=0.2)


def test_strokes_add_up_and_the_board_is_wiped(page: Page, small_app: str) -> None:
    box = open_board(page, small_app)
    stroke(page, box, (0.3, 0.2), (0.3, 0.8))
    rows, columns, *_ = seen(page)
    assert rows >= 19
    assert columns <= 5
    stroke(page, box, (0.7, 0.2), (0.7, 0.8))
    expect(page.get_by_text(re.compile(r"Python sees \[\d+, 1\d, 255\]"))).to_be_visible()
    page.get_by_role("button", name="Wipe the board").click()
    expect(page.get_by_text("Python sees nothing")).to_be_visible()
    expect(page.get_by_text("Draw a digit here")).to_be_visible()


def test_a_finger_draws_and_the_page_does_not_scroll(
    new_context: Callable[..., BrowserContext], small_app: str
) -> None:
    page = new_context(**PHONE).new_page()
    box = open_board(page, small_app)
    finger = page.context.new_cdp_session(page)
    places = [(0.5, 0.2), (0.5, 0.4), (0.5, 0.6), (0.5, 0.8)]
    for index, (x, y) in enumerate(places):
        point = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        kind = "touchMove" if index else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    rows, columns, *_ = seen(page)
    assert rows >= 19
    assert columns <= 5
    assert page.evaluate("() => [document.documentElement.scrollWidth, scrollY]") == [390, 0]
