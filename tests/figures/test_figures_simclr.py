"""The chapter's pictures: what they bind to, what they claim, and the paper's tables."""

from __future__ import annotations

import numpy as np
import pytest

from dkdemo.experiments.matrix import FIGURE5_NAMES
from dkdemo.figures import simclr as figures
from dkdemo.figures import simclr_tables as tables
from dkdemo.figures import theme
from dkdemo.figures.binding import fill
from dkdemo.jobs.events import Progress
from dkdemo.jobs.view import RunView
from dkdemo.kernels.simclr import SAMPLES, circle_forces, similarity
from dkdemo.views import FIGURE5
from dkdemo.web.text import LANGUAGES, Words


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "simclr")


def answer(count: int = 4) -> dict:
    picture = np.full((count, 64, 64, 3), 200, np.uint8)
    return {"pictures": picture, "first": picture, "second": picture}


def bound(trace) -> set[str]:
    return set((trace.meta or {}).get("bind", {}).values())


def test_views_show_every_choice_and_frame_the_partners(words: Words) -> None:
    values = similarity(**SAMPLES["similarity"][1])
    chart = figures.views(answer(), values, words)
    table = chart.data[1]
    assert np.array(table.z) == pytest.approx(np.array(values["chosen"]))
    assert bound(table) == {"chosen"} <= set(values)
    frames = [(shape.x0 + 0.5, shape.y0 + 0.5) for shape in chart.layout.shapes]
    assert frames == [((row + 4) % 8, row) for row in range(8)]


def test_mosaic_keeps_every_pixel() -> None:
    rows = [np.random.default_rng(k).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8) for k in range(2)]
    sheet = figures.mosaic(rows)
    pitch = 8 + figures.GAP
    for i, row in enumerate(rows):
        for k, picture in enumerate(row):
            part = sheet[i * pitch : i * pitch + 8, k * pitch : k * pitch + 8]
            assert np.array_equal(part[..., :3], picture)
            assert (part[..., 3] == 255).all()
    assert (sheet[..., 3] == 255).sum() == 6 * 64  # the gaps are see-through


def test_circle_binds_only_what_the_kernel_gives(words: Words) -> None:
    values = circle_forces(**SAMPLES["circle_forces"][0])
    chart = figures.circle(values, words)
    for trace in chart.data:
        assert bound(trace) <= set(values)
    assert bound(chart.data[0]) == {"x", "y"}, "the handles lie on the first trace"
    shown = list(chart.data[0].marker.symbol)
    assert [name.removesuffix("-open") for name in shown[:6]] == [name.removesuffix("-open") for name in shown[6:]]


def run(**result) -> RunView:
    steps = [Progress(step, 8, {"loss": 5 - step / 4, "probe": 0.5, "hue": 0.6, "together": 0.9}) for step in (1, 4, 8)]
    return RunView(progress=steps, result=result or None)


def finished(trained: float) -> RunView:
    shares = {"probe": trained, "knn": 0.5, "hue": 0.8}
    return run(trained=shares, random={"probe": 0.5, "hue": 0.6}, pixels={"probe": 0.6}, looks="crop", data="shapes")


def test_figure5_says_below_only_when_it_is_below(words: Words) -> None:
    low = figures.figure5(finished(0.4), "loss", words).layout.meta["claim"]
    high = figures.figure5(finished(0.7), "loss", words).layout.meta["claim"]
    assert "40%" in low
    assert "50%" in low
    facts = {"probe": 0.4, "random": 0.5, "hue": 0.8, "random_hue": 0.6, "looks": words["looks_crop"]}
    assert low == fill(words["figure5_claim_below"], facts)
    assert high == fill(words["figure5_claim_above"], {**facts, "probe": 0.7})
    assert figures.figure5(run(), "rank", words).layout.meta["claim"] == words["figure5_running"]


def test_figure5_names_the_look_as_its_button_does(words: Words) -> None:
    result = {"trained": {"probe": 0.8}, "random": {"probe": 0.5}, "looks": "crop"}
    assert words["looks_digits_crop"] in figures.figure5_claim({**result, "data": "mnist"}, words)
    assert words["looks_crop"] in figures.figure5_claim({**result, "data": "cifar10"}, words)


@pytest.mark.parametrize("measure", list(figures.MEASURES))
def test_figure5_grows_with_the_run(words: Words, measure: str) -> None:
    chart = figures.figure5(RunView(ghost=finished(0.4)), measure, words)
    growing = {trace.meta["progress"]["y"] for trace in chart.data if trace.meta}
    assert growing == {"probe", "hue", measure}


@pytest.mark.parametrize("dimensions", [2, 3])
def test_sphere_moves_with_the_snapshot(words: Words, dimensions: int) -> None:
    chart = figures.sphere(RunView(), dimensions, words)
    cloud = next(trace for trace in chart.data if (trace.meta or {}).get("snapshot"))
    assert cloud.meta["bind"] == {axis: axis for axis in "xyz"[:dimensions]}
    ends = {"start": {"together": 1.0, "uniformity": 0.0}, "end": {"together": 0.2, "uniformity": -1.9}}
    done = figures.sphere(run(**ends, last={"x": [1], "y": [0], "z": [0]}), dimensions, words)
    assert "1.00" in done.layout.meta["claim"]
    assert "0.20" in done.layout.meta["claim"]


def test_the_papers_tables_are_the_papers(words: Words) -> None:
    assert tuple(FIGURE5) == FIGURE5_NAMES, "the names stand where no torch is, the augmentations elsewhere"
    pairs = np.array(tables.PAPER_PAIRS)
    averages = pairs.mean(1)  # the paper prints them as its last column
    assert averages == pytest.approx([39.2, 29.4, 25.7, 18.8, 15.5, 14.5, 13.8], abs=0.16)
    assert divmod(int(pairs.argmax()), 7) == (FIGURE5_NAMES.index("crop"), FIGURE5_NAMES.index("color"))
    assert tables.PAPER_BATCHES[256] == (57.5, 61.9, 64.7, 66.6)
    assert tables.PAPER_BATCHES[8192] == (64.8, 66.6, 67.8, 69.0)


def test_matrix_names_the_best_cell(words: Words) -> None:
    table = np.full((7, 7), 0.3)
    table[2, 5] = 0.75
    chart = tables.matrix({"table": table, "random": 0.4}, words)
    claim = chart.layout.meta["claim"]
    assert words["look_color"] in claim
    assert words["look_blur"] in claim
    assert "48" in claim
    table[1, 1] = 0.8
    alone = tables.matrix({"table": table, "random": 0.4}, words).layout.meta["claim"]
    facts = {"first": words["look_cutout"], "best": 0.8, "below": 47, "cells": 49, "random": 0.4}
    assert alone == fill(words["matrix_claim_alone"], facts)
    waiting = tables.matrix(None, words)
    assert np.isnan(np.array(waiting.data[0].z, dtype=float)).all()
    assert waiting.data[0].meta["snapshot"] == "table"


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_can_be_read_on_every_cell(words: Words, dark: bool) -> None:
    """WCAG asks for a contrast of 4.5 of small print; the fullest cells are the hardest to read."""

    def seen(color: str) -> np.ndarray:
        return np.array([int((theme.DARK_TWIN[color] if dark else color)[k : k + 2], 16) / 255 for k in (1, 3, 5)])

    def light(color: np.ndarray) -> float:
        linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722)) + 0.05

    ours, papers = tables.matrix({"table": np.ones((7, 7)), "random": 0.4}, words).data
    for cells in (ours, papers):
        (_, paper), (_, full) = cells.colorscale
        share = np.max(cells.z) / cells.zmax
        ends = light(seen(cells.textfont.color)), light(seen(paper) + share * (seen(full) - seen(paper)))
        assert max(ends) / min(ends) >= 4.5


def test_layers_are_named_and_compared(words: Words) -> None:
    rows = [{"layer": f"l{k}", "weight": 3.0, "gradient": 1.0, "ratio": 0.001 * (k + 1)} for k in range(5)]
    chart = tables.large_batches({"layers": rows, "n": {"batch": 256}}, words)
    assert len(set(chart.data[0].y)) == 5
    assert "5.0" in chart.layout.meta["claim"]
