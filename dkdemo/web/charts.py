"""The picture of a scene: still, moved by the viewer's hand, or walked through once a run has ended.

Each call draws it under the scene's name and with the scene's own words; what it returns, a script can repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.view import RunView
from dkdemo.kernels import KERNELS
from dkdemo.web.plot import Drag, Slider, plot
from dkdemo.web.run_panel import run_panel
from dkdemo.web.scenes import Stage


def chart(stage: Stage, figure: go.Figure, *, alt: str = "", download: str = "") -> None:
    """A picture that nothing moves; ``alt`` and ``download`` as in `interactive`."""
    plot(figure, key=stage.place, alt=alt or _alt(stage), download=download or stage.scene.id)


def _alt(stage: Stage) -> str:
    return stage.words[stage.own("alt")]


def interactive(
    stage: Stage,
    kernel: str,
    draw: Callable[[dict[str, Any]], go.Figure],
    inputs: Mapping[str, Any],
    *sliders: Slider,
    drag: Drag | None = None,
    spoken: Mapping[str, Any] | None = None,
    alt: str = "",
    download: str = "",
) -> dict[str, Any]:
    """Draw the scene's picture and return what its kernel is given, as the viewer last left it.

    Args:
        kernel: the name in `dkdemo.kernels` of the sums behind the picture; the browser redoes them at every frame.
        draw: turns what the kernel computes at the start into a figure.
        inputs: what the kernel is given beside the sliders.
        spoken: what only the sentences need, such as names, and the kernel does not.
        alt: what the picture shows, for those who cannot see it; by default the scene's own word ``<scene>_alt``.
        download: the name of a saved file; by default the scene's.
    """
    start = {**inputs, **{slider.name: slider.value for slider in sliders}}
    return plot(
        draw(KERNELS[kernel](**start)),
        key=stage.place,
        alt=alt or _alt(stage),
        kernel=kernel,
        inputs={**inputs, **(spoken or {})},
        sliders=sliders,
        drag=drag,
        download=download or stage.scene.id,
    )


def walked(
    stage: Stage,
    recipe: Recipe,
    kernel: str,
    draw: Callable[[RunView, dict[str, Any] | None], go.Figure],
    inputs: Callable[[Mapping[str, Any]], dict[str, Any]],
    slider: Slider,
    *,
    code: Sequence[str] = (),
    equation: str = "",
) -> RunView:
    """A live run, as `run_panel` has it, whose result a slider walks once it is there.

    Args:
        draw: turns what is known, and what the kernel computes of it at the start (None before), into a figure.
        inputs: turns the result into what the kernel is given beside the slider.
    """

    def drawn(view: RunView) -> go.Figure:
        if view.result is None:
            return draw(view, None)
        return draw(view, KERNELS[kernel](**inputs(view.result), **{slider.name: slider.value}))

    def live(result: Mapping[str, Any]) -> dict[str, Any]:
        return {"kernel": kernel, "inputs": inputs(result), "sliders": [slider]}

    return run_panel(stage, recipe, drawn, live=live, code=code, equation=equation)
