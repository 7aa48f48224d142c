"""New numbers in an old picture (assets/live/quick.js): the short way draws what Plotly would, in real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

# Between them: bars, curves, fills, moving words, images, heat maps, a contour behind, log and category axes.
SCENES = (
    "training?scene=descent",
    "theory?scene=demo",
    "temperature?scene=slider",
    "distillation?scene=batch",
    "mixing?scene=mixup",
    "unlabelled?scene=augmix",
    "others?scene=switches",
    "simclr?scene=views",
    "moco?scene=queue",
    "dual?scene=still",
)
# Draw once the long way first: only then has Plotly settled its margins, by a pixel.
PREPARE = """async () => {
  const chart = document.querySelector('.dk-chart');
  await Plotly.redraw(chart);
  window.updates = 0;
  const update = Plotly.update;
  Plotly.update = (...all) => { window.updates += 1; return update(...all); };
}"""
MOVE = """async (share) => {
  const frame = () => new Promise(requestAnimationFrame);
  for (const slider of document.querySelectorAll('.dk-slider input')) {
    const [low, high] = [Number(slider.min), Number(slider.max)];
    slider.value = low + (high - low) * share;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await frame();
    await frame();
  }
}"""
# The picture as it is written, whatever the order in which classes and styles were added.
PICTURE = """() => {
  const inOrder = (text, mark) => text.split(mark).map((part) => part.trim()).filter(Boolean).sort().join(mark);
  return [...document.querySelectorAll('.dk-chart .main-svg')].map((paper) => {
    const copy = paper.cloneNode(true);
    for (const node of [copy, ...copy.querySelectorAll('*')]) {
      for (const [name, mark] of [['class', ' '], ['style', ';']]) {
        if (node.hasAttribute(name)) node.setAttribute(name, inOrder(node.getAttribute(name), mark));
      }
      const written = [...node.attributes].map((each) => [each.name, each.value]).sort();
      for (const [name] of written) node.removeAttribute(name);
      for (const [name, value] of written) node.setAttribute(name, value);
    }
    return copy.outerHTML;
  }).join('\\n');
}"""


def drawn(page: Page, address: str) -> None:
    page.goto(f"{address}&present=revealed")
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()
    expect(page.locator(".dk-slider input").first).to_be_visible()
    page.evaluate(PREPARE)


@pytest.mark.parametrize("scene", SCENES)
def test_the_short_way_draws_what_plotly_would(page: Page, app: str, scene: str) -> None:
    drawn(page, f"{app}/{scene}")
    seen = {page.evaluate(PICTURE)}
    for share in (0.15, 0.4, 0.85):
        page.evaluate(MOVE, share)
        quick = page.evaluate(PICTURE)
        page.evaluate("() => Plotly.redraw(document.querySelector('.dk-chart'))")
        assert quick == page.evaluate(PICTURE)
        seen.add(quick)
    assert len(seen) >= 3, "the sliders move the picture"
    assert page.evaluate("() => window.updates") == 0


def test_where_plotly_is_built_otherwise_it_draws_the_long_way(page: Page, app: str, console) -> None:
    console.allow("another house")
    drawn(page, f"{app}/temperature?scene=slider")
    page.evaluate("""() => {
      const layout = document.querySelector('.dk-chart')._fullLayout, rooms = layout._plots;
      Object.defineProperty(layout, '_plots', { configurable: true, get() {
        Object.defineProperty(layout, '_plots', { value: rooms, writable: true, configurable: true });
        throw new Error('another house');
      } });
    }""")
    page.evaluate(MOVE, 0.4)
    assert page.evaluate("() => window.updates") > 0
    picture = page.evaluate(PICTURE)
    page.evaluate("() => Plotly.redraw(document.querySelector('.dk-chart'))")
    assert picture == page.evaluate(PICTURE)
