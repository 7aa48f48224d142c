"""The curves of the bench as one picture for the README."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dkdemo.bench.measure import Curve
from dkdemo.figures import theme


def draw(curves: Sequence[Curve], file: Path) -> None:
    """A panel a curve, both axes logarithmic; the dotted line is what growth in proportion would cost.

    Raises:
        ValueError: there is no curve to draw.
    """
    if not curves:
        raise ValueError("no curve was measured: growth must be among the rows")
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter

    figure = Figure(figsize=(2.6 * len(curves), 2.8), layout="constrained")
    for curve, axes in zip(curves, figure.subplots(1, len(curves), squeeze=False)[0], strict=True):
        last = curve.medians[-1]
        fair = [last * size / curve.sizes[-1] for size in curve.sizes]
        axes.loglog(curve.sizes, fair, ":", color=theme.TRUTH, linewidth=1)
        lowest, highest = (list(map(end, curve.values)) for end in (min, max))
        axes.fill_between(curve.sizes, lowest, highest, color=theme.STUDENT, alpha=0.2, linewidth=0)
        axes.loglog(curve.sizes, curve.medians, "o-", color=theme.STUDENT, linewidth=2, markersize=4)
        axes.set_title(curve.what, fontsize=9)
        axes.set_xticks(curve.sizes, labels=map(str, curve.sizes), fontsize=8)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_formatter("{x:g}")
        axes.tick_params(axis="y", labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_xlabel(f"twice as many: {curve.doubling:.2g}x", fontsize=8)
    figure.axes[0].set_ylabel(curves[0].unit, fontsize=8)
    figure.savefig(file, metadata={"Date": None})
