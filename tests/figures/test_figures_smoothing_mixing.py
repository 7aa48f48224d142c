"""The pictures of smoothing and mixing hold the numbers they are given, before, during and after a run."""

from __future__ import annotations

import numpy as np
import pytest

from dkdemo.figures import label_smoothing, mixing
from dkdemo.figures.binding import fill
from dkdemo.figures.dashes import dashed
from dkdemo.jobs.events import Progress
from dkdemo.kernels.mixing import cutmix_box, mixup_blend
from dkdemo.kernels.smoothing import smoothing
from dkdemo.web.text import LANGUAGES, Words

RNG = np.random.default_rng(0)


@pytest.fixture(params=LANGUAGES)
def smooth_words(request):
    return Words(request.param, "label_smoothing")


@pytest.fixture(params=LANGUAGES)
def mixing_words(request):
    return Words(request.param, "mixing")


def images():
    return RNG.integers(0, 255, (2, 8, 8, 3)).astype(np.uint8)


def test_formula_shows_the_label_and_the_slides_numbers(smooth_words):
    chart = label_smoothing.formula(smoothing(0.2, 4), smooth_words)
    assert list(chart.data[0].y) == pytest.approx([0.05, 0.85, 0.05, 0.05])
    assert list(chart.data[1].y) == [0.05, 0.85, 0.05, 0.05]
    assert chart.data[0].meta["bind"]["y"] == "target"


def test_five_or_nine_shows_image_label_and_answer(smooth_words):
    answer = [0.0] * 5 + [0.6, 0.0, 0.0, 0.1, 0.3]
    chart = label_smoothing.five_or_nine(images()[0, ..., 0], smoothing(0.1, 10, 5), answer, 5, smooth_words)
    assert chart.data[0].type == "image"
    assert len(set(np.round(np.delete(chart.data[1].y, 5), 12))) == 1  # smoothing cannot single out a class
    assert list(chart.data[2].y) == answer


def test_penultimate_waits_then_shows_both_nets(smooth_words):
    empty = label_smoothing.penultimate(None, ["4", "7", "9"], 0.1, smooth_words)
    assert {trace.meta["snapshot"] for trace in empty.data} == {"planes"}
    planes = {f"{net}_{k}_{axis}": RNG.normal(size=5) for net in ("hard", "smooth") for k in range(3) for axis in "xy"}
    result = {"planes": planes, "hard_ratio": 0.2, "smooth_ratio": 0.1}
    chart = label_smoothing.penultimate(result, ["4", "7", "9"], 0.1, smooth_words)
    assert np.array_equal(chart.data[4].y, planes["smooth_1_y"])
    assert "50%" in chart.layout.meta["claim"]
    assert chart.layout.xaxis.range == empty.layout.xaxis.range  # axes hold still


def test_calibration_says_which_way_it_went(smooth_words):
    bins = {f"{net}_{what}": np.full(15, 0.5) for net in ("hard", "smooth") for what in ("confidence", "right", "size")}
    claims = [
        label_smoothing.calibration(
            {"reliability": bins, "hard_ece": hard, "smooth_ece": 0.1}, 0.1, smooth_words
        ).layout.meta["claim"]
        for hard in (0.01, 0.2)
    ]
    assert claims[0].split("10.0%")[1] != claims[1].split("10.0%")[1]


def test_teacher_grows_curves_and_ends_in_bars(smooth_words):
    students = ("hard_8", "smooth_8", "hard_1", "smooth_1")
    empty = label_smoothing.teacher([], None, (600, 500), smooth_words)
    growing = {trace.meta["progress"]["y"] for trace in empty.data if trace.meta}
    assert growing == {*students, "hard_teacher", "smooth_teacher"}
    result = {"before": dict.fromkeys(students, 0.25), "after": dict.fromkeys(students, 0.75), "hide": "3"}
    progress = [Progress(700, 1100, dict.fromkeys(students, 0.1))]
    chart = label_smoothing.teacher(progress, result, (600, 500), smooth_words)
    assert [list(trace.y) for trace in chart.data if trace.type == "bar"] == [[0.25, 0.75, 0.25, 0.75]] * 2


def test_mixup_shows_the_blend(mixing_words):
    first, second = images()
    values = mixup_blend(first.tolist(), second.tolist(), 0.25, 1.0, [0.5])
    chart = mixing.mixup(values, first, second, ["a", "b"], mixing_words)
    assert np.allclose(chart.data[2].z, 0.25 * first + 0.75 * second)
    assert chart.data[2].meta["bind"] == {"z": "image"}
    (label,) = [trace for trace in chart.data if trace.type == "scatter" and trace.mode == "markers+text"]
    assert "25% a + 75% b" in label.text == fill(label.meta["bind"]["text"], values)


@pytest.mark.parametrize("paste", [True, False])
def test_cutmix_box_is_tied_to_the_hand(mixing_words, paste):
    first, second = images()
    values = cutmix_box(first.tolist(), second.tolist(), 2, 2, 10, 6, paste)
    chart = mixing.cutmix(values, first, second, ["a", "a"], mixing_words, paste=paste)
    box, source, bars = (trace for trace in chart.data if trace.type != "image")
    assert box.meta["bind"] == source.meta["bind"] == {"x": "edge_x", "y": "edge_y"}
    assert list(zip(box.x, box.y, strict=True)) == [(2, 2), (10, 2), (10, 6), (2, 6), (2, 2)]
    assert list(bars.y) == pytest.approx([1 - 24 / 64, 24 / 64] if paste else [1, 0])
    assert len(set(bars.x)) == 2  # two bars even when both images are of one class


def test_manifold_says_when_mixing_the_input_fails(mixing_words):
    surface = {"plain": np.zeros((4, 4)), "mixed": np.full((4, 4), 0.5), "side": np.linspace(-1, 1, 4)}
    arms = {f"{axis}{arm}": np.zeros(3) for axis in "xy" for arm in (0, 1)}
    result = {"surface": surface, "arms": arms, "darkness": {"plain": 0.0, "mixed": 0.5}}
    good = mixing.manifold({**result, "accuracy": {"plain": 1.0, "mixed": 0.99}}, 1, mixing_words)
    bad = mixing.manifold({**result, "accuracy": {"plain": 1.0, "mixed": 0.7}}, 0, mixing_words)
    assert good.layout.meta["claim"] != bad.layout.meta["claim"]
    assert "70.0%" in bad.layout.meta["claim"]
    assert mixing.manifold(None, 2, mixing_words).data[0].meta["snapshot"] == "surface"


def test_midpoint_keeps_the_last_run_as_a_ghost(mixing_words):
    line = {name: np.full(21, 0.5) for name in mixing.WALK} | {"share": np.linspace(0, 1, 21)}
    result = {"line": line, "midpoint": dict.fromkeys(mixing.WALK, 0.5)}
    chart = mixing.midpoint(result, result, mixing_words)
    assert len(chart.data) == len(mixing.midpoint(result, None, mixing_words).data) + len(mixing.WALK)
    assert mixing.midpoint(None, None, mixing_words).layout.yaxis.range == chart.layout.yaxis.range


def test_midpoint_keeps_its_key_below_the_curves(mixing_words):
    (key,) = [note for note in mixing.midpoint(None, None, mixing_words).layout.annotations if note.yref == "y domain"]
    assert (key.y, key.yanchor) == (0, "bottom")
    for name in mixing.WALK:
        color, dash, _ = mixing.STYLES[name]
        assert f'<span style="color:{color}">{dashed(dash, mixing_words[name])}</span>' in key.text
    assert mixing_words["midpoint_taught"] in key.text


def test_midpoint_says_of_any_data_how_far_the_nets_lie_apart(mixing_words):
    accuracy = {"plain": 0.985, "mixup": 0.982, "cutmix": 0.978, "manifold": 0.989}
    halfway = {"plain": 0.86, "mixup": 0.53, "cutmix": 0.48, "manifold": 0.51}
    facts = mixing.midpoint_facts({"accuracy": accuracy, "midpoint": halfway})
    assert facts["apart"] == pytest.approx(1.1)
    assert facts["doubt"] == pytest.approx(38)
    told = fill(mixing_words["midpoint_accuracy"], facts)
    assert "1.1" in told
    assert "MNIST" not in told


def test_the_density_of_the_largest_alpha_is_not_cut(mixing_words):
    first, second = images()
    values = mixup_blend(first.tolist(), second.tolist(), 0.5, 32.0, [0.5])  # as far as the slider goes
    chart = mixing.mixup(values, first, second, ["a", "b"], mixing_words)
    assert max(values["density"]) < chart.layout.yaxis4.range[1]


def test_noise_lights_what_is_on(mixing_words):
    progress = [Progress(step, 600, dict.fromkeys(mixing.NOISY, 0.5)) for step in (1, 300, 600)]
    result = {
        "accuracy": {name: {"mean": 0.5} for name in mixing.NOISY},
        "memorised": dict.fromkeys(mixing.NOISY, 0.2),
        "noise": 0.4,
    }
    chart = mixing.noise(progress, result, ("cutmix",), 600, mixing_words)
    widths = {trace.meta["progress"]["y"]: trace.line.width for trace in chart.data if trace.meta}
    assert widths["cutmix"] == widths["plain"] > widths["mixup"] == widths["cutout"]
    assert [bar.text for bar in chart.data if bar.type == "bar"] == [("20%",) * 4]
    table = mixing.slide_table(("cutmix",), mixing_words)
    assert table.count("badge") == 4  # the head and three cells of one column


def test_noise_of_honest_labels_has_nothing_to_memorise(mixing_words):
    result = {"accuracy": {name: {"mean": 0.5} for name in mixing.NOISY}, "memorised": {}, "noise": 0.0}
    chart = mixing.noise([], result, ("mixup",), 600, mixing_words)
    assert [(bar.y, bar.text) for bar in chart.data if bar.type == "bar"] == [((0, 0, 0, 0), ("–",) * 4)]
    assert chart.layout.meta["claim"].startswith(mixing_words["noise_clean"].partition("{")[0])
