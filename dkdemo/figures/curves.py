"""Learning curves that grow while a run lasts, and their axis of steps, which does not."""

from __future__ import annotations

import plotly.graph_objects as go

from dkdemo.figures.binding import grow
from dkdemo.figures.panels import note
from dkdemo.jobs.view import RunView


def curve(
    chart: go.Figure,
    view: RunView,
    name: str,
    color: str,
    label: str,
    dash: str = "solid",
    width: float = 4,
    opacity: float = 1,
    below: bool = False,
    x: str = "step",
    axis: str = "",
) -> None:
    """One learning curve; it grows while the run lasts, and carries its name at its end afterwards."""
    found = [{**event.metrics, "step": event.step} for event in view.progress if name in event.metrics]
    across, up = [point[x] for point in found], [point[name] for point in found]
    line = go.Scatter(
        x=across,
        y=up,
        name=label or name,
        mode="lines",
        opacity=opacity,
        line={"color": color, "width": width, "dash": dash},
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        hovertemplate=f"{label or name}: %{{y:.1%}}<extra></extra>",
    )
    chart.add_trace(grow(line, name, x))
    if label and found and not view.running:
        low = up[-1] < 0.15  # no room for a name between the curve and the axis
        place = {"yanchor": "top", "yshift": -6} if below and not low else {"yanchor": "bottom", "yshift": 6}
        chart.add_annotation(
            x=across[-1], y=up[-1], xref=f"x{axis}", yref=f"y{axis}", text=label, showarrow=False, xanchor="right",
            font={"color": color}, **place,
        )  # fmt: skip


def until(chart: go.Figure, view: RunView, usual: int, *, told: str = "steps", axis: str = "xaxis") -> None:
    """Let an axis of steps end where the run will end: at ``usual``, until the run has told its own end as ``told``."""
    known = [{**event.metrics, "steps": event.steps} for event in view.progress]
    end = next((point[told] for point in known if told in point), usual)
    chart.layout[axis].range = [0, end]
    note(chart, bind={**(chart.layout.meta or {}).get("bind", {}), f"{axis}.range[1]": f"={told}"})
