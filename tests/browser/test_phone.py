"""Pictures drawn for a projector, on a phone's few pixels: nothing joins up, and no room is left blank."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DASHES = """() => {
  const { _fullData, _fullLayout } = document.querySelector('.dk-chart');
  const trace = _fullData.find((one) => one.marker?.symbol === 'line-ew');
  const axis = _fullLayout['xaxis' + trace.xaxis.slice(1)];
  return [trace.marker.size, axis._length / (axis.range[1] - axis.range[0])];
}"""
PANEL = """() => {
  const { xaxis, yaxis, _size } = document.querySelector('.dk-chart')._fullLayout;
  const [x0, x1] = xaxis.range, [y0, y1] = yaxis.range;
  return [_size.h, (_size.w * Math.abs(y1 - y0)) / Math.abs(x1 - x0)];
}"""


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(**PHONE).new_page()


def scene(page: Page, address: str) -> None:
    page.goto(address)
    drawn, again = page.locator(".dk-chart .main-svg").first, page.get_by_role("button", name="Ask again")
    expect(drawn.or_(again).first).to_be_visible()
    if not drawn.is_visible():  # the short lane's first answer waits for its worker to start
        again.click()
    expect(drawn).to_be_visible()


@pytest.mark.parametrize(
    "address", ["label_smoothing?scene=formula", "temperature?scene=trained", "unlabelled?scene=mixmatch"]
)
def test_a_dash_is_no_wider_than_its_class(phone: Page, app: str, address: str) -> None:
    """Ten dashes of fixed width would make one line, which looks like a threshold."""
    scene(phone, f"{app}/{address}&lang=en&present=revealed")
    dash, pitch = phone.evaluate(DASHES)
    assert 8 < dash < 0.8 * pitch


def test_a_picture_to_scale_is_no_higher_than_it_needs(phone: Page, app: str) -> None:
    scene(phone, f"{app}/others?scene=metric&lang=en&present=revealed")
    panel, picture = phone.evaluate(PANEL)
    assert abs(panel - picture) < 3
