"""What the smoothing and mixing chapters claim, measured on three seeds, and what the recipes refuse."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from dkdemo.experiments import catalogue
from dkdemo.experiments.manifold import Manifold, spirals
from dkdemo.experiments.midpoint import Midpoint
from dkdemo.experiments.noise import Noise
from dkdemo.experiments.recipe import Recipe
from dkdemo.experiments.smooth_teacher import STUDENTS, SmoothTeacher
from dkdemo.experiments.smoothing import Smoothing
from dkdemo.jobs.events import Done, Event, Progress, Snapshot, from_json, to_json

MINE = (Smoothing, SmoothTeacher, Midpoint, Noise, Manifold)


def run(recipe: Recipe) -> tuple[list[Event], dict]:
    """All events, and the result; every event survives the way to the browser."""
    events = list(recipe.run())
    for event in events:
        assert to_json(from_json(to_json(event))) == to_json(event)
    assert isinstance(events[-1], Done)
    assert sum(isinstance(event, Done) for event in events) == 1
    result = dict(events[-1].result)
    assert {"seconds", "device", "n", "seeds"} <= set(result)
    return events, result


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (Smoothing, {"alpha": 1.0}, r"\[0, 1\), got 1.0"),
        (Smoothing, {"alpha": float("nan")}, "got nan"),
        (Smoothing, {"classes": (4, 4, 9)}, "three different"),
        (SmoothTeacher, {"alpha": 0.0}, "got 0.0"),
        (SmoothTeacher, {"hide": -1}, "got -1"),
        (Midpoint, {"alpha": 0.0}, "got 0.0"),
        (Noise, {"noise": 0.95}, "got 0.95"),
        (Noise, {"alpha": float("inf")}, "got inf"),
        (Manifold, {"layer": 4}, "got 4"),
        (Manifold, {"points": 3}, "got 3"),
    ],
)
def test_senseless_settings_are_refused_in_one_sentence(kind, values, message):
    with pytest.raises(ValueError, match=message) as caught:
        kind(**values)
    assert "\n" not in str(caught.value)


def test_a_class_the_data_lack_is_refused():
    with pytest.raises(ValueError, match="has the classes 0 to 9, got 12"):
        next(SmoothTeacher(hide=12).run())
    with pytest.raises(ValueError, match="has the classes 0 to 9"):
        next(Smoothing(classes=(4, 7, 12)).run())


def test_all_are_in_the_catalogue_and_say_how_long_they_take():
    for kind in MINE:
        assert catalogue()[kind.name] is kind
        assert 0 < kind().expected_seconds() < 60


@pytest.mark.parametrize("kind", MINE, ids=lambda kind: kind.name)
def test_the_first_point_comes_at_the_first_step(kind):
    told: Iterator[Event] = kind().run()
    first = next(event for event in told if isinstance(event, Progress))
    assert first.step == 1
    assert all(np.isfinite(list(first.metrics.values())))


def test_spirals_turn_around_each_other():
    place, label = spirals(400, np.random.default_rng(0))
    assert place.shape == (800, 2)
    assert (label == 0).sum() == (label == 1).sum() == 400
    assert np.abs(place).max() < 1.2
    # one arm is the other turned by half a circle: the same cloud of radii, opposite angles at equal radius
    angle = np.arctan2(place[:, 1], place[:, 0]) - np.hypot(place[:, 0], place[:, 1]) * 2.5 * np.pi
    outer = np.hypot(place[:, 0], place[:, 1]) > 0.4
    turned = np.exp(1j * angle)
    mean = [np.angle(turned[outer & (label == arm)].mean()) for arm in (0, 1)]
    assert abs(np.angle(np.exp(1j * (mean[0] - mean[1])))) == pytest.approx(np.pi, abs=0.05)


@pytest.mark.training
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_smoothing_tightens_clusters_and_worsens_calibration_on_digits(seed):
    events, result = run(Smoothing(seed=seed))
    assert result["smooth_ratio"] <= 0.8 * result["hard_ratio"]
    assert result["smooth_ece"] > result["hard_ece"] + 0.03
    assert min(result["hard_accuracy"], result["smooth_accuracy"]) > 0.95
    planes = [event for event in events if isinstance(event, Snapshot) and event.name == "planes"]
    assert len(planes) > 20
    assert set(planes[0].arrays) == set(result["planes"])


@pytest.mark.training
@pytest.mark.mnist
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_smoothing_tightens_clusters_and_worsens_calibration_on_mnist(seed):
    _, result = run(Smoothing(data="mnist", seed=seed))
    assert result["smooth_ratio"] <= 0.8 * result["hard_ratio"]
    assert result["smooth_ece"] > result["hard_ece"] + 0.05


@pytest.mark.training
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_smoothed_teacher_hides_the_digit_on_digits(seed):
    _, result = run(SmoothTeacher(seed=seed))
    assert set(result["before"]) == set(STUDENTS)
    assert result["before"]["hard_8"] >= 0.6
    assert result["before"]["smooth_8"] <= 0.1
    assert abs(result["before"]["hard_1"] - result["before"]["smooth_1"]) <= 0.1  # at T = 1 there is nothing to lose


@pytest.mark.training
@pytest.mark.mnist
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_smoothed_teacher_hides_the_digit_on_mnist(seed):
    _, result = run(SmoothTeacher(data="mnist", seed=seed))
    assert result["before"]["hard_8"] >= 0.15
    assert result["before"]["smooth_8"] <= 0.10


@pytest.mark.training
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_midpoint_confidence_is_ordered_on_digits(seed):
    _, result = run(Midpoint(seed=seed))
    half = result["midpoint"]
    assert half["plain"] > half["mixup"] + 0.1 > half["cutmix"] + 0.1
    assert half["mixup"] > half["cutmix"] + 0.02
    assert half["plain"] > half["manifold"]
    assert result["line"]["plain"][10] == pytest.approx(half["plain"])


@pytest.mark.training
@pytest.mark.mnist
def test_midpoint_confidence_is_ordered_on_mnist():
    _, result = run(Midpoint(data="mnist"))
    half = result["midpoint"]
    assert half["plain"] > half["mixup"] > half["cutmix"]
    assert result["accuracy"]["mixup"] < result["accuracy"]["plain"] + 0.01  # and it buys no accuracy here


@pytest.mark.training
def test_mixing_resists_wrong_labels_on_digits():
    _, result = run(Noise())
    ends = {name: min(each) for name, each in result["each"].items()}
    assert len(result["seeds"]) == 3
    for name in ("mixup", "cutout", "cutmix"):
        assert ends[name] > max(result["each"]["plain"]) + 0.1
        assert result["memorised"][name] < 0.5 < result["memorised"]["plain"]


def test_where_no_label_is_wrong_none_is_memorised(monkeypatch):
    monkeypatch.setattr("dkdemo.experiments.noise.STEPS", 20)
    assert run(Noise(noise=0.0))[1]["memorised"] == {}
    assert set(run(Noise(noise=0.2))[1]["memorised"]) == {"plain", "mixup", "cutout", "cutmix"}


@pytest.mark.training
@pytest.mark.mnist
def test_cutmix_resists_wrong_labels_on_mnist():
    _, result = run(Noise(data="mnist"))
    assert min(result["each"]["cutmix"]) > max(result["each"]["plain"]) + 0.05


@pytest.mark.training
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_mixing_inside_puts_doubt_between_the_spirals_and_mixing_the_input_hurts(seed):
    inside, outside = run(Manifold(seed=seed))[1], run(Manifold(seed=seed, layer=0))[1]
    assert inside["darkness"]["mixed"] > 2 * inside["darkness"]["plain"]
    assert inside["accuracy"]["mixed"] > 0.97
    assert outside["accuracy"]["mixed"] < inside["accuracy"]["mixed"] - 0.02
    surface = inside["surface"]["mixed"]
    assert surface.min() >= 0
    assert surface.max() <= 0.5


@pytest.mark.training
def test_a_seed_is_a_run():
    first, second = (run(Manifold(seed=3))[1] for _ in range(2))
    assert np.array_equal(first["surface"]["mixed"], second["surface"]["mixed"])
