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


def test_a_dragged_bar_takes_the_short_way_too(page: Page, app: str) -> None:
    page.goto(f"{app}/training?scene=entropy&present=revealed")
    handle = page.locator(".dk-handle").first
    expect(handle).to_be_visible()
    page.evaluate(PREPARE)
    before = page.evaluate(PICTURE)
    handle.focus()
    handle.press("ArrowDown")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    quick = page.evaluate(PICTURE)
    assert quick != before
    page.evaluate("() => Plotly.redraw(document.querySelector('.dk-chart'))")
    assert quick == page.evaluate(PICTURE)
    assert page.evaluate("() => window.updates") == 0


# What is refused, because Plotly would change more than the values: a figure, and [trace, property, value].
STILL = {"xaxis": {"range": [0, 9]}, "yaxis": {"range": [0, 9]}}
LINE = {"type": "scatter", "mode": "lines+markers", "x": [1, 2, 3], "y": [1, 2, 3]}
SPREAD = {"error_y": {"type": "data", "array": [1, 1, 1]}}
SCALE = {"marker": {"color": [1, 2, 3], "colorscale": "Greys"}}
REFUSED = {
    "the layout": ([LINE], STILL, [-1, "title.text", "new"]),
    "an axis that follows": ([LINE], {"xaxis": {"range": [0, 9]}}, [0, "y", [4, 5, 6]]),
    "a name": ([{"type": "bar", "x": ["a", "b"], "y": [1, 2]}], STILL, [0, "x", ["a", "c"]]),
    "nothing left": ([LINE], STILL, [0, "y", []]),
    "one colour for all": ([LINE], STILL, [0, "marker.color", "red"]),
    "a property unknown here": ([LINE], STILL, [0, "line.width", 9]),
    "a scale that moves": ([{**LINE, **SCALE}], STILL, [0, "marker.color", [None, 5, 9]]),
    "a heat map's own scale": ([{"type": "heatmap", "z": [[1, 2], [3, 4]]}], STILL, [0, "z", [[5, 6], [7, 9]]]),
    "errors": ([LINE, {**LINE, **SPREAD}], STILL, [0, "y", [3, 2, 1]]),
    "words of points": ([{**LINE, "hovertemplate": ["a", "b", "c"]}], STILL, [0, "y", [3, 2, 1]]),
    "a trace above": ([LINE, {**LINE, "zorder": 1}], STILL, [0, "y", [3, 2, 1]]),
    "an order by size": (
        [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}],
        {"xaxis": {"categoryorder": "total ascending"}, "yaxis": {"range": [0, 9]}},
        [0, "y", [3, 2]],
    ),
    "points to be counted": ([{key: LINE[key] for key in ("type", "x", "y")}], STILL, [0, "y", [1, 2]]),
}


ATTEMPT = """async ([data, layout, change]) => {
  const { quick } = await import('./quick.js');
  const { plotly } = await import('./screen.js');
  const Plotly = await plotly('plotly.min.js');
  const chart = await Plotly.newPlot(document.body, data, layout);
  const before = JSON.stringify(chart.data);
  return [quick(chart, [change]), JSON.stringify(chart.data) === before];
}"""


@pytest.mark.parametrize("why", REFUSED)
def test_what_takes_more_than_values_is_refused_and_left_alone(workbench: Page, why: str) -> None:
    assert workbench.evaluate(ATTEMPT, list(REFUSED[why])) == [False, True]


def test_what_is_refused_above_is_taken_without_its_reason(workbench: Page) -> None:
    assert workbench.evaluate(ATTEMPT, [[LINE], STILL, [0, "y", [3, 2, 1]]]) == [True, False]
    bars = [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}]
    assert workbench.evaluate(ATTEMPT, [bars, {"yaxis": {"range": [0, 9]}}, [0, "y", [3, 2]]]) == [True, False]
    heat = [{"type": "heatmap", "z": [[1, 2], [3, 4]], "zmin": 0, "zmax": 9}]
    assert workbench.evaluate(ATTEMPT, [heat, STILL, [0, "z", [[5, 6], [7, 9]]]]) == [True, False]
    assert workbench.evaluate(ATTEMPT, [[LINE], STILL, [0, "y", [1, 2]]]) == [True, False]
