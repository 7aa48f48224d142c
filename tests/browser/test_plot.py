"""The live chart under a viewer's hand, in real Chromium, on tests/browser/small_app."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from dkdemo.figures import theme
from dkdemo.kernels import KERNELS

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def show(page: Page, address: str, what: str) -> Locator:
    """Open one of the small app's charts and wait until it is drawn."""
    page.goto(f"{address}/?show={what}")
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()
    expect(page.get_by_text("Run number")).to_be_visible()
    return page.locator(".dk-plot")


def chart(page: Page, path: str) -> object:
    """A property of the chart's figure as it is now."""
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def runs(page: Page, count: int) -> None:
    """The script has run so many times, no more and no fewer."""
    expect(page.get_by_text(re.compile(r"^Run number"))).to_have_text(f"Run number {count}.")


def frames(page: Page) -> None:
    """Let the browser paint twice."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def grab(page: Page, place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def test_a_dragged_slider_moves_the_picture_without_the_server(page: Page, small_app: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    plot = show(page, small_app, "softmax")
    runs(page, 1)
    slider = page.get_by_role("slider", name="Temperature T")
    sent.clear()
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.32, box["y"] + box["height"] / 2)
    page.mouse.down()
    seen = set()
    for share in (0.4, 0.5, 0.6, 0.7, 0.8):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        frames(page)
        temperature = float(slider.get_attribute("aria-valuetext") or "")
        want = KERNELS["softmax_bars"](logits=[1.4, 2.8, 0.9], temperature=temperature)
        np.testing.assert_allclose(chart(page, "data[1].y"), want["q"], atol=1e-9)
        assert chart(page, "data[1].text") == want["q_text"]
        claim = f"At T = {temperature:.2f} the wrong classes hold {want['wrong']:.0%}"
        expect(plot.locator(".dk-claim")).to_have_text(claim)
        expect(plot.locator(".dk-chart")).to_have_attribute("aria-label", f"Softmax bars, {want['wrong']:.0%} wrong")
        assert chart(page, "layout.annotations[2].text") == f"{want['wrong']:.1%}"
        seen.add(temperature)
    assert len(seen) == 5
    assert sent == [], "the server must hear nothing while the slider is held"
    page.mouse.up()
    expect(page.get_by_text(f"Python has T = {temperature:.4g}")).to_be_visible()
    runs(page, 2)
    assert f"temperature={temperature:.10g}" in page.url


def test_a_rerun_leaves_picture_and_slider_alone(page: Page, small_app: str) -> None:
    plot = show(page, small_app, "softmax")
    slider = page.get_by_role("slider", name="Temperature T")
    slider.press("End")
    runs(page, 2)
    page.evaluate("() => { document.querySelector('.dk-chart .main-svg').mine = true; }")
    drawn = plot.get_attribute("data-drawn")
    page.get_by_role("button", name="Again").click()
    runs(page, 3)
    frames(page)
    assert page.evaluate("() => document.querySelector('.dk-chart .main-svg').mine") is True, (
        "the picture was torn down"
    )
    assert plot.get_attribute("data-drawn") == drawn, "the same figure was drawn again"
    assert slider.get_attribute("aria-valuetext") == "20.00"


def test_the_keyboard_moves_a_slider_and_a_link_restores_it(page: Page, small_app: str) -> None:
    show(page, small_app, "softmax")
    slider = page.get_by_role("slider", name="Temperature T")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    temperature = float(slider.get_attribute("aria-valuetext") or "")
    assert 1 < temperature < 3
    expect(page.get_by_text(f"Python has T = {temperature:.4g}")).to_be_visible()
    link = page.url
    other = page.context.new_page()
    other.goto(link)
    expect(other.get_by_text(f"Python has T = {temperature:.4g}")).to_be_visible()
    expect(other.get_by_role("slider", name="Temperature T")).to_have_attribute("aria-valuetext", f"{temperature:.2f}")
    page.get_by_role("button", name="Slide's values").click()
    expect(page.get_by_text("Python has T = 1 and")).to_be_visible()
    expect(page.locator(".dk-reset")).to_be_disabled()
    expect(page.locator(".dk-reset")).to_be_hidden()  # it stands there only while there is something to set back
    assert "temperature" not in page.url


@pytest.mark.parametrize("token", ["nan", "warm", "99", "-1", "", "1,2"])
def test_nonsense_in_the_link_gets_the_slides_value_and_a_sentence(page: Page, small_app: str, token: str) -> None:
    show(page, small_app, f"softmax&temperature={token}")
    expect(page.get_by_text("The address gives “temperature” a value it cannot take")).to_be_visible()
    expect(page.get_by_role("slider", name="Temperature T")).to_have_attribute("aria-valuetext", "1.00")


def test_a_list_in_the_link_needs_the_right_length(page: Page, small_app: str) -> None:
    show(page, small_app, "softmax&logits=1,2")
    expect(page.get_by_text("The address gives “logits” a value it cannot take")).to_be_visible()
    show(page, small_app, "softmax&logits=-1,2.25,4")
    expect(page.get_by_text("z = [-1.0, 2.25, 4.0]")).to_be_visible()
    assert chart(page, "data[0].y") == [-1, 2.25, 4]


def test_bars_are_dragged_by_mouse_and_by_arrow_keys(page: Page, small_app: str) -> None:
    show(page, small_app, "softmax")
    handle = page.get_by_role("slider", name="Drag “car”")
    x, y = grab(page, handle)
    page.mouse.move(x + 30, y - 60, steps=5)
    frames(page)
    dragged = chart(page, "data[0].y")
    assert dragged[:2] == [1.4, 2.8]
    assert dragged[2] > 2
    now = handle.bounding_box()
    assert now is not None
    assert now["y"] + now["height"] / 2 == pytest.approx(y - 60, abs=2), "the handle stays under the pointer"
    assert now["x"] + now["width"] / 2 == pytest.approx(x, abs=2), "and on its bar"
    page.mouse.move(x, y - 900)
    frames(page)
    assert chart(page, "data[0].y")[2] == 5, "a bar stops at its bound"
    page.mouse.up()
    expect(page.get_by_text("z = [1.4, 2.8, 5.0]")).to_be_visible()
    page.get_by_role("slider", name="Drag “cat”").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("z = [1.2, 2.8, 5.0]")).to_be_visible()
    assert "logits=1.2%2C2.8%2C5" in page.url


def test_a_finger_drags_a_bar(new_context: Callable[..., BrowserContext], small_app: str) -> None:
    page = new_context(**PHONE).new_page()
    show(page, small_app, "softmax")
    handle = page.get_by_role("slider", name="Drag “dog”")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    finger = page.context.new_cdp_session(page)
    for kind, dy in (("touchStart", 0), ("touchMove", 20), ("touchMove", 50), ("touchEnd", None)):
        points = [] if dy is None else [{"x": x, "y": y + dy}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.get_by_text(re.compile(r"z = \[1\.4, -?[01]\.\d+, 0\.9\]"))).to_be_visible()


def test_a_box_is_moved_by_its_middle_and_resized_at_its_corners(page: Page, small_app: str) -> None:
    show(page, small_app, "box")
    pixel = page.evaluate("() => document.querySelector('.dk-chart')._fullLayout.xaxis._m")
    middle, corner = page.locator(".dk-handle").nth(0), page.locator(".dk-handle").nth(4)
    x, y = grab(page, middle)
    page.mouse.move(x + 3 * pixel, y + 2 * pixel, steps=4)
    page.mouse.up()
    expect(page.get_by_text("the box [5.0, 5.0, 12.0, 10.0]")).to_be_visible()
    x, y = grab(page, corner)
    page.mouse.move(x + 2 * pixel, y - pixel, steps=4)
    page.mouse.up()
    expect(page.get_by_text("the box [5.0, 5.0, 14.0, 9.0]")).to_be_visible()
    expect(page.locator(".dk-claim")).to_have_text(f"{9 * 4 / 256:.0%} of the pixels are covered")
    corner.focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("the box [5.0, 5.0, 14.0, 8.0]")).to_be_visible()


def test_a_dragged_point_stays_where_the_kernel_puts_it(page: Page, small_app: str) -> None:
    show(page, small_app, "circle")
    handle = page.locator(".dk-handle").nth(0)
    x, y = grab(page, handle)
    page.mouse.move(x + 40, y - 160, steps=8)
    frames(page)
    px, py = chart(page, "data[0].x[0]"), chart(page, "data[0].y[0]")
    assert math.hypot(px, py) == pytest.approx(1)
    assert 0.3 < math.atan2(py, px) < 1.2
    page.mouse.up()
    runs(page, 2)


def test_zoom_is_kept_while_the_script_runs_again(page: Page, small_app: str) -> None:
    show(page, small_app, "still")
    before = chart(page, "_fullLayout.xaxis.range")
    x, y = grab(page, page.locator(".nsewdrag"))
    page.mouse.move(x - 120, y, steps=4)
    page.mouse.up()
    page.wait_for_function(
        "(old) => document.querySelector('.dk-chart')._fullLayout.xaxis.range[0] > old", arg=before[0]
    )
    moved = chart(page, "_fullLayout.xaxis.range")
    page.get_by_role("button", name="Again").click()
    runs(page, 2)
    frames(page)
    assert chart(page, "_fullLayout.xaxis.range") == moved


def test_the_palette_follows_the_theme_at_once(new_context: Callable[..., BrowserContext], small_app: str) -> None:
    page = new_context(color_scheme="light").new_page()
    show(page, small_app, "softmax")
    assert chart(page, "data[1].marker.color") == theme.TEACHER
    page.get_by_role("slider", name="Temperature T").press("End")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        f"() => document.querySelector('.dk-chart').data[1].marker.color === '{theme.DARK_TWIN[theme.TEACHER]}'"
    )
    assert chart(page, "layout.font.color") == theme.DARK_TWIN[theme.TRUTH]
    np.testing.assert_allclose(sum(chart(page, "data[1].y")), 1)
    expect(page.get_by_role("slider", name="Temperature T")).to_have_attribute("aria-valuetext", "20.00")


@pytest.mark.parametrize("what", ["softmax", "box", "circle", "still"])
def test_a_phone_needs_no_sideways_scrolling(
    new_context: Callable[..., BrowserContext], small_app: str, what: str
) -> None:
    page = new_context(**PHONE).new_page()
    show(page, small_app, what)
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('.dk-chart text')].map((t) => parseFloat(getComputedStyle(t).fontSize))"
    )
    assert min(sizes) >= 14
    if what == "softmax":
        left, right = chart(page, "_fullLayout.xaxis.domain"), chart(page, "_fullLayout.xaxis2.domain")
        assert left == right == [0, 1], "the two panels stand one below the other"


def test_what_is_shown_can_be_taken_home(page: Page, small_app: str) -> None:
    show(page, small_app, "still")
    with page.expect_download() as table:
        page.get_by_role("button", name="Numbers (CSV)").click()
    text = table.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["trace", "x", "y", "z"]
    assert [row[1:3] for row in rows[1:]] == [["1", "1"], ["2", "4"], ["3", "9"]]
    assert rows[1][0].startswith("squares, of course")
    with page.expect_download() as picture:
        page.get_by_role("button", name="Picture (PNG)").click()
    assert picture.value.suggested_filename == "figure.png"
    assert picture.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    with page.expect_download() as drawing:
        page.get_by_role("button", name="Picture (SVG)").click()
    assert "<svg" in drawing.value.path().read_text(encoding="utf-8")[:300]
