"""The live chart: one component that draws every figure of the lecture, in one of three modes.

- still: ``plot(figure, key=..., alt=...)``;
- streaming: ``topic="job:..."``: points arrive over /live and the script does not run again until the end;
- interactive: ``kernel="softmax_bars"`` with `Slider` or `Drag`: the viewer's browser recomputes the picture
  at every frame of a movement, and Python hears the values when the hand lets go.

What follows which number is written in the figure itself, in ``meta`` (see `dkdemo.figures.binding`).
Streamlit's own chart is torn down and rebuilt at each change; this one is updated in place by assets/live/plot.js.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from plotly.io.json import to_json_plotly

from dkdemo.figures import theme
from dkdemo.figures.kept import KEPT
from dkdemo.kernels import KERNELS
from dkdemo.web import language, released
from dkdemo.web.released import Bounds
from dkdemo.web.routes import asset_url

WORDS = ("reset", "csv", "png", "svg", "drag", "plot_failed")
AXIS = re.compile(r"[xy]axis\d*")
HOUSE_AXIS = theme.figure().to_dict()["layout"]["xaxis"]
STATUS_WORDS = ("queued", "starting", "running", "stopped", "failed", "lost")


@dataclass(frozen=True)
class Slider:
    """A number the viewer moves. Its name is the kernel's input and the parameter in the address."""

    name: str
    label: str
    low: float
    high: float
    value: float
    step: float = 0.01
    log: bool = False
    format: str = ".2f"  # as in `dkdemo.figures.binding.fill`

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high or self.low >= self.high or self.step <= 0:
            raise ValueError(f"{self.name}: need low <= value <= high, low < high, step > 0; got {self}")
        if self.log and self.low <= 0:
            raise ValueError(f"{self.name}: a logarithmic slider must start above 0, got {self.low}")


@dataclass(frozen=True)
class Drag:
    """What the viewer drags in the picture itself; the handles lie on trace number ``trace``.

    - ``bars``: one input, a list; handle k sets item k (for lying bars along x, else along y).
    - ``shares``: bars of which each ``group`` in a row are shares of 1; when one moves, its fellows make room.
    - ``points``: two inputs, the lists of x and y, or one, the list of y.
    - ``box``: four inputs x0, y0, x1, y1 in the trace's axes; the middle moves it, the corners resize it.

    ``low`` and ``high`` bound every value, by default to what the axes show. ``label`` is spoken for a
    handle, with ``{name}`` for the bar's or point's own name.
    """

    kind: Literal["bars", "shares", "points", "box"]
    inputs: tuple[str, ...]
    low: float | None = None
    high: float | None = None
    step: float = 0.01
    trace: int = 0
    label: str = ""
    group: int = 0

    def __post_init__(self) -> None:
        if (self.kind == "shares") != (self.group >= 2):
            raise ValueError(f"shares, and nothing else, have a group of at least 2; got {self}")
        wanted = {"bars": (1,), "shares": (1,), "points": (1, 2), "box": (4,)}.get(self.kind, ())
        if len(self.inputs) not in wanted or self.step <= 0:
            raise ValueError(f"bars have 1 input, shares too, points 1 or 2, a box 4, and step > 0; got {self}")


# Streamlit gets a constant of a few lines; the program itself comes, compressed and cached for ever, from our route.
_LOADER = """
const home = new URL("%s", document.baseURI).href;
let program;
const arriving = import(home).then((module) => { program = module; });
export default function (component) {
  const { parentElement, data } = component;
  if (program) program.%s(component);
  else arriving.then(() => program.%s(component), (fault) => {
    console.error(fault);
    parentElement.textContent = data.words.plot_failed;
  });
  return () => arriving.then(() => program.unmount(parentElement));
}
"""


def component(name: str, program: str) -> Any:
    """Register a component whose JavaScript, assets/live/``program``, exports ``render`` and ``unmount``.

    Styles are not isolated: in a shadow root Plotly's layers lose their style sheet and fall apart.
    """
    loader = _LOADER % (asset_url(program), "render", "render")
    return st.components.v2.component(name, js=loader, isolate_styles=False)


_component = component("dkdemo.plot", "plot.js")


def plot(
    figure: go.Figure,
    *,
    key: str,
    alt: str,
    kernel: str | None = None,
    inputs: Mapping[str, Any] | None = None,
    sliders: Sequence[Slider] = (),
    drag: Drag | None = None,
    topic: str | None = None,
    state: str = "",
    download: str = "figure",
) -> dict[str, Any]:
    """Draw ``figure`` and return the inputs as the viewer last left them.

    Args:
        key: stable and unique on the page; the picture is updated in place as long as it stays.
        alt: what the picture shows, for those who cannot see it; may be a template like the claim.
        kernel: the name of the sums in assets/live/kernels that follow the inputs.
        inputs: what the kernel is given beside the sliders, and the starting values of what is dragged.
        topic: the run to follow on /live.
        state: the state of that run as ``figure`` shows it ("none", "running", ...). When the run ends
            otherwise than that, one rerun is asked for.
        download: the name, without extension, of a file saved by the viewer.
    """
    if kernel is not None and kernel not in KERNELS:
        raise ValueError(f"a kernel is one of {', '.join(sorted(KERNELS))}; got {kernel!r}")
    words = language.common()
    start = {name: _plain(value) for name, value in (inputs or {}).items()}
    start |= {slider.name: slider.value for slider in sliders}
    bounds = {slider.name: Bounds(slider.low, slider.high) for slider in sliders}
    if drag:
        bounds |= {name: _bounds(drag) for name in drag.inputs}
        missing = sorted(set(drag.inputs) - set(start))
        if missing:
            raise ValueError(f"inputs must hold a starting value for all that is dragged; {', '.join(missing)} missing")
    defaults = {name: start[name] for name in bounds}
    values = released.values(key, defaults, bounds)
    drawing, height = _written(figure)
    _component(
        key=key,
        data={
            "figure": drawing,
            "height": height,
            "alt": alt,
            "kernel": kernel,
            "inputs": start | values,
            "defaults": defaults,
            "bound": list(bounds),
            "heard": released.heard().get(key, 0),
            "sliders": [asdict(slider) for slider in sliders],
            "drag": asdict(drag) if drag else None,
            "topic": topic,
            "state": state,
            "download": download,
            "twin": theme.DARK_TWIN,
            "plotly": asset_url("plotly.min.js"),
            "words": {name: words[name] for name in WORDS}
            | {f"status_{name}": words[f"status_{name}"] for name in STATUS_WORDS},
        },
        on_released_change=_nothing,
        on_finished_change=_nothing,
    )
    return start | values


_WRITTEN: OrderedDict[int, tuple[go.Figure, str, int]] = OrderedDict()  # holding the figure keeps its id its own


def _written(figure: go.Figure) -> tuple[str, int]:
    """The figure as JSON, and its height; a kept figure (see `dkdemo.figures.kept`) is written only once."""
    found = _WRITTEN.get(id(figure))
    if found is None:
        drawing = _drawing(figure)
        found = (figure, to_json_plotly(drawing), drawing["layout"].get("height", 400))
        _WRITTEN[id(figure)] = found
        while len(_WRITTEN) > 2 * KEPT:
            with contextlib.suppress(KeyError):  # another viewer's rerun was quicker
                _WRITTEN.popitem(last=False)
    return found[1:]


def _drawing(figure: go.Figure) -> dict[str, Any]:
    """The figure as data, its axes in the house style; what the figure itself sets has the last word."""
    drawing = figure.to_dict()
    layout = drawing["layout"]
    layout.pop("template", None)  # the house style is written out in full, in theme.figure
    for name in [name for name in layout if AXIS.fullmatch(name)]:
        axis = layout[name]
        layout[name] = {**HOUSE_AXIS, **axis, "title": {**HOUSE_AXIS["title"], **axis.get("title", {})}}
    return drawing


def _nothing() -> None:
    """A callback makes the component's value exist before its first change; the rerun itself is the answer."""


def _bounds(drag: Drag) -> Bounds:
    low, high = (-math.inf if drag.low is None else drag.low), (math.inf if drag.high is None else drag.high)
    return Bounds(low, high, drag.group)


def _plain(value: Any) -> Any:
    """Arrays as nested lists: what a kernel in JavaScript expects."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value
