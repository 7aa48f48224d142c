"""The contrastive experiments: what must be seen to hold on the shapes, and that a recipe refuses nonsense."""

from __future__ import annotations

import base64
import time
from dataclasses import replace

import numpy as np
import pytest

from dkdemo.experiments.figure5 import LARGE, Figure5
from dkdemo.experiments.large_batches import LargeBatches
from dkdemo.experiments.matrix import FIGURE5_NAMES, Matrix
from dkdemo.experiments.recipe import Recipe
from dkdemo.experiments.sphere import Sphere
from dkdemo.experiments.views import EYES, SIDE, Views
from dkdemo.figures.simclr import FLOORS
from dkdemo.jobs.events import Done, Event, Progress, Snapshot, from_json, to_json
from dkdemo.kernels.simclr import similarity

SEEDS = (0, 1, 2)


def run(recipe: Recipe) -> tuple[list[Event], dict]:
    events = list(recipe.run())
    assert isinstance(events[-1], Done)
    result = dict(events[-1].result)
    assert {"seconds", "device", "n", "seeds"} <= set(result)
    for event in events:
        from_json(to_json(event))
    return events, result


def curve(events: list[Event], name: str) -> list[float]:
    return [event.metrics[name] for event in events if isinstance(event, Progress) and name in event.metrics]


@pytest.mark.training
@pytest.mark.timeout(900)
def test_crops_alone_learn_colour_and_lose_the_shape() -> None:
    """Figure 5 in a classroom, on three seeds: each number must hold for every one of them."""
    for seed in SEEDS:
        _, crop = run(Figure5(looks="crop", seed=seed))
        _, both = run(Figure5(looks="both", seed=seed))
        untrained = both["random"]
        assert crop["trained"]["probe"] < untrained["probe"]
        assert both["trained"]["probe"] >= 0.70
        assert both["trained"]["probe"] >= crop["trained"]["probe"] + 0.25
        assert crop["trained"]["hue"] > untrained["hue"] > both["trained"]["hue"]
        assert crop["last"]["found"] > both["last"]["found"], "the task that teaches less is solved better"


@pytest.mark.training
@pytest.mark.timeout(300)
def test_a_run_fits_on_a_stage() -> None:
    """Under 10 s of one core; the quickest of three, for other work may share the machine's caches."""
    seconds = []
    for _ in range(3):
        began = time.process_time()
        run(Figure5(looks="both"))
        seconds.append(time.process_time() - began)
        if seconds[-1] < 10:
            break
    assert min(seconds) < 10


@pytest.mark.training
@pytest.mark.timeout(300)
def test_colour_alone_does_better_on_shapes() -> None:
    """The honest limit that the page states."""
    _, both = run(Figure5(looks="both"))
    _, color = run(Figure5(looks="color"))
    assert color["trained"]["probe"] >= both["trained"]["probe"] + 0.05


def test_figure5_tells_its_curves_and_repeats_to_the_bit() -> None:
    recipe = Figure5(looks="both", steps=12, batch_size=32, seed=5)
    first, result = run(recipe)
    again, repeated = run(recipe)
    assert isinstance(first[0], Progress)
    assert first[0].step == 1
    for name in ("loss", "found", "alignment", "uniformity", "rank"):
        assert curve(first, name) == curve(again, name)
        assert len(curve(first, name)) == 5
    assert curve(first, "uniformity")[0] > FLOORS[64] - 0.2
    assert result["trained"] == repeated["trained"]
    assert set(result["trained"]) == set(result["pixels"]) == {"probe", "knn", "hue"}
    assert curve(first, "probe") == [result["random"]["probe"], result["trained"]["probe"]]


@pytest.mark.mnist
@pytest.mark.training
@pytest.mark.timeout(300)
def test_mnist_with_a_hundred_labels() -> None:
    _, both = run(Figure5(data="mnist", looks="both"))
    assert both["n"]["labelled"] == 100
    assert "hue" not in both["trained"]
    assert both["trained"]["probe"] >= both["random"]["probe"] + 0.10


@pytest.mark.training
@pytest.mark.timeout(300)
@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_crowd_spreads(dimensions: int) -> None:
    events, result = run(Sphere(dimensions=dimensions))
    assert result["start"]["together"] >= 0.9
    assert result["end"]["together"] <= 0.3
    assert result["end"]["uniformity"] <= FLOORS[dimensions] + 0.2
    assert min(curve(events, "uniformity")) >= FLOORS[dimensions] - 0.02
    clouds = [event for event in events if isinstance(event, Snapshot)]
    assert len(clouds) >= 50
    axes = np.array([clouds[-1].arrays[axis] for axis in "xyz"[:dimensions]])
    np.testing.assert_allclose(np.linalg.norm(axes, axis=0), 1, atol=1e-5)


def test_matrix_fills_cell_by_cell() -> None:
    events, result = run(Matrix(looks=("crop", "color"), steps=4, batch_size=32))
    tables = [event.arrays["probe"] for event in events if isinstance(event, Snapshot)]
    assert [int(np.isfinite(table).sum()) for table in tables] == [1, 2, 3, 4]
    assert np.array_equal(tables[-1], result["table"])
    last = max(event.step for event in events if isinstance(event, Progress))
    assert last <= 16


@pytest.mark.training
@pytest.mark.timeout(300)
def test_colour_stands_out_in_the_table() -> None:
    _, result = run(Matrix(looks=("crop", "color", "noise")))
    table = result["table"]
    with_color = [table[row, column] for row in range(3) for column in range(3) if 1 in (row, column)]
    without = [table[row, column] for row in range(3) for column in range(3) if 1 not in (row, column)]
    assert min(with_color) > max(without)


def test_layers_are_measured_by_the_papers_formula() -> None:
    _, result = run(LargeBatches(batch_size=64, trust=0.01, weight_decay=0.1))
    assert [row["layer"] for row in result["layers"]] == [
        "encoder.0",
        "encoder.3",
        "encoder.7",
        "projector.0",
        "projector.3",
    ]
    for row in result["layers"]:
        wanted = 0.01 * row["weight"] / (row["gradient"] + 0.1 * row["weight"])
        assert row["ratio"] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("eye", EYES)
def test_views_are_drawn_by_the_seed(eye: str) -> None:
    _, first = run(Views(eye=eye, seed=3))
    _, again = run(Views(eye=eye, seed=3))
    assert first["first"].shape == (5, SIDE, SIDE, 3)
    assert np.array_equal(first["second"], again["second"])
    assert not np.array_equal(first["first"], first["second"])
    np.testing.assert_allclose(np.diag(first["cosine"]), 1, atol=1e-6)
    assert 0 <= similarity(first["cosine"].tolist(), 0.2)["found"] <= 1


def test_nothing_done_means_two_equal_views_and_every_partner_found() -> None:
    _, result = run(Views(crop=1.0, color=0.0))
    assert np.array_equal(result["first"], result["pictures"])
    assert np.array_equal(result["first"], result["second"])
    assert similarity(result["cosine"].tolist(), 0.2)["found"] == 1


def test_an_own_picture_takes_the_first_place() -> None:
    own = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    _, result = run(Views(own=base64.b64encode(own.tobytes()).decode()))
    assert np.array_equal(result["pictures"][0], own)


@pytest.mark.cifar10
@pytest.mark.training
@pytest.mark.timeout(300)
def test_on_photographs_the_papers_order_shows() -> None:
    """Crop and colour, crops alone, nothing learned, colour alone: by neighbours, on the mean of three seeds.

    Neighbours, seeds 0 to 2: .340 to .358, .313 to .325, .270 to .291, .244 to .254; in float32 .350 to .358,
    .307 to .317, .270 to .291, .247 to .262. Of the linear reader's first two the order is not sure: .416 to .419
    and .392 to .409 here, .393 to .417 and .394 to .405 in float32.
    """
    found: dict[str, list[dict]] = {looks: [] for looks in ("both", "crop", "random", "color")}
    for seed in SEEDS:
        for looks in ("both", "crop", "color"):
            _, result = run(Figure5(data="cifar10", looks=looks, seed=seed))
            found[looks].append(result["trained"])
        found["random"].append(result["random"])
    for asked, ahead in (("knn", 0.015), ("probe", -0.01)):
        both, crop, random, color = (np.mean([one[asked] for one in ones]) for ones in found.values())
        assert both > crop + ahead
        assert crop > random + 0.02
        assert random > color + 0.01


@pytest.mark.cifar10
@pytest.mark.training
@pytest.mark.timeout(300)
def test_the_larger_recipe_learns_from_all_photographs_with_all_labels_for_the_probe() -> None:
    """What a GPU would be given, cut down to what a processor bears: after 40 steps it reads more than untrained."""
    _, result = run(replace(LARGE, steps=40, batch_size=128, widths=(16, 32, 32)))
    assert result["n"] == {"train": 50_000, "labelled": 50_000, "test": 10_000}
    assert result["trained"]["knn"] > result["random"]["knn"] + 0.02
    assert result["trained"]["probe"] > result["random"]["probe"]


@pytest.mark.cifar10
@pytest.mark.training
def test_photographs_are_learned_too() -> None:
    """On CIFAR-10 a few seconds of training beat the untrained encoder's neighbours, as in recipes (40 -> 46 %)."""
    events, result = run(Figure5(data="cifar10", looks="both", steps=100))
    assert result["random"]["probe"] >= 0.2, "twice chance"
    assert result["trained"]["knn"] > result["random"]["knn"]
    assert curve(events, "loss")[-1] < curve(events, "loss")[0]


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        (Figure5, {"data": "imagenet"}, "data is one of shapes"),
        (Figure5, {"looks": "blur"}, "looks is one of crop"),
        (Figure5, {"temperature": 0.0}, "temperature must be between"),
        (Figure5, {"temperature": float("nan")}, "temperature must be between"),
        (Figure5, {"steps": 0}, "2-50000 steps"),
        (Figure5, {"widths": (8, 8, 8)}, "widths are three, for cifar10, or none; got .8, 8, 8. for shapes"),
        (Figure5, {"data": "cifar10", "widths": (8, 8)}, "widths are three"),
        (Figure5, {"data": "cifar10", "widths": (8, 8, 0)}, "whole numbers of 1-1024"),
        (Sphere, {"dimensions": 4}, "2 .circle. or 3 .sphere."),
        (Matrix, {"looks": ("crop", "solarize")}, "looks are some of"),
        (LargeBatches, {"batch_size": 1}, "a batch of 2-4000"),
        (Views, {"crop": 0.0}, "crop in"),
        (Views, {"eye": "third"}, "eye is one of"),
        (Views, {"own": "!"}, "base64"),
        (Views, {"own": base64.b64encode(b"abc").decode()}, "64 x 64 x 3 bytes, got 3"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(kind: type[Recipe], settings: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        kind(**settings)


def test_the_table_has_the_papers_order() -> None:
    assert Matrix().looks == FIGURE5_NAMES == ("crop", "cutout", "color", "sobel", "noise", "blur", "rotate")


def test_a_data_set_that_is_added_anew_is_learned_from_anew(monkeypatch) -> None:
    from dkdemo import datasets, datastore
    from dkdemo.experiments import simclr_material

    train, test = datasets.load("digits")
    for edition, images in (("first", train.images), ("second", 255 - train.images)):
        found = (replace(train, images=images), test)
        monkeypatch.setattr(datasets, "load", lambda name, device, found=found: found)
        monkeypatch.setattr(datastore, "edition", lambda name, edition=edition: edition)
        material = simclr_material.load_material("cifar10", "cpu", whole=True)
        assert material is simclr_material.load_material("cifar10", "cpu", whole=True), "kept until then"
        assert material.images is images
    simclr_material._material.cache_clear()
