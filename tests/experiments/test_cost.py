"""Nets made smaller: what must be seen to hold, on three nets each; MNIST where it is at hand, digits always."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.ao.quantization
import torch.nn.functional as F

from dkdemo import datasets
from dkdemo.compression import stored_bytes
from dkdemo.experiments import bits, cost_material, int8, plane, pruning
from dkdemo.experiments.bits import Bits
from dkdemo.experiments.int8 import Int8
from dkdemo.experiments.plane import Plane
from dkdemo.experiments.pruning import Pruning
from dkdemo.experiments.recipe import from_values
from dkdemo.experiments.speed import Speed
from dkdemo.jobs.events import Done, Progress, Snapshot, from_json, to_json
from dkdemo.models import StackedMLP, mlp
from dkdemo.wide import Wide

TEN_THOUSAND = 1e-4  # one error in 10,000


def finish(recipe):
    """All of a run's events, as they arrive on the other side of the pipe."""
    *told, done = [from_json(to_json(event)) for event in recipe.run()]
    assert isinstance(done, Done)
    steps = [event.step for event in told if isinstance(event, Progress)]
    assert steps == sorted(set(steps))
    assert steps[-1] == told[0].steps
    return told, done.result


@pytest.mark.training
@pytest.mark.mnist
def test_int8_on_mnist_is_a_quarter_of_the_size_and_as_good() -> None:
    _, result = finish(Int8("mnist"))
    plain, small = np.asarray(result["errors"], dtype=float)
    assert plain.shape == (3,)
    assert (np.abs(small - plain) <= 20 * TEN_THOUSAND).all()
    assert plain.max() < 0.05
    assert min(result["same"]) > 0.99
    assert result["n"]["test"] == 10_000
    assert result["device"] == "cpu"
    if result["kernel"] != "own":
        assert 0.25 < result["bytes"][1] / result["bytes"][0] < 0.27
        assert (np.array(result["seconds_each"]) > 0).all()


@pytest.mark.training
@pytest.mark.mnist
def test_bits_on_mnist_eight_are_free_and_two_are_a_cliff() -> None:
    told, result = finish(Bits("mnist"))
    points = [event.metrics for event in told if "bits" in event.metrics]
    assert [point["bits"] for point in points] == list(bits.BITS)
    np.testing.assert_allclose([point["fitted"] for point in points], np.mean(result["fitted"], axis=0))
    dense, widest, fitted = (np.asarray(result[name], dtype=float) for name in ("dense", "widest", "fitted"))
    eight, four, two, one = (result["bits"].index(width) for width in (8, 4, 2, 1))
    assert (np.abs(widest[:, eight] - dense) <= 20 * TEN_THOUSAND).all()
    assert (widest[:, four] <= dense + 0.01).all()
    assert (widest[:, two] > 0.5).all(), "the cliff"
    assert (fitted[:, two] < 0.15).all(), "a scale that is cut off saves two bits"
    assert (widest[:, one] < widest[:, two]).all(), "one bit, well placed, beats two"
    assert result["bytes"][eight] / result["dense_bytes"] == pytest.approx(0.25, abs=0.005)


@pytest.mark.training
@pytest.mark.mnist
def test_pruning_on_mnist_half_is_free_and_the_small_ones_go_first() -> None:
    _, result = finish(Pruning("mnist"))
    smallest, lot = (np.asarray(result[kind], dtype=float) for kind in ("magnitude", "random"))
    none, half, most = (result["stops"].index(percent) for percent in (0, 50, 80))
    assert (smallest[:, half] - smallest[:, none] <= 40 * TEN_THOUSAND).all()
    assert (smallest[:, most] < 0.3 * lot[:, most]).all()
    tuned, repaired = (np.asarray(result[f"{kind}_tuned"], dtype=float)[:, 0] for kind in ("magnitude", "random"))
    assert (tuned - smallest[:, none] <= 60 * TEN_THOUSAND).all(), "80 % gone and trained on: as before"
    assert (tuned < repaired).all()
    assert (repaired < 0.5 * lot[:, most]).all()


@pytest.mark.training
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_pruning_digits(seed: int) -> None:
    told, result = finish(Pruning(seed=seed))
    smallest, lot = (np.asarray(result[kind], dtype=float) for kind in ("magnitude", "random"))
    none, half, most = (result["stops"].index(percent) for percent in (0, 50, 80))
    assert (smallest[:, half] - smallest[:, none] <= 0.015).all(), "ten of 719"
    assert (smallest[:, most] < 0.4 * lot[:, most]).all()
    assert np.asarray(result["magnitude_tuned"])[:, 0].mean() <= smallest[:, none].mean() + 0.01
    np.testing.assert_array_equal(smallest[:, none], lot[:, none])
    told = [event.metrics for event in told if "percent" in event.metrics]
    assert [point["percent"] for point in told] == list(pruning.STOPS)
    np.testing.assert_allclose([point["magnitude"] for point in told], smallest.mean(0))
    assert result["seeds"] == [3 * seed, 3 * seed + 1, 3 * seed + 2]
    assert result["thresholds"] == sorted(result["thresholds"])
    assert result["n"] == {"train": 1078, "test": 719, "weights": 112_200}


@pytest.mark.training
def test_all_ways_on_one_plane() -> None:
    told, result = finish(Plane())
    by = {(one["family"], one["setting"], one["bits"]): one for one in result["points"]}
    assert len(by) == len(result["points"]) == 2 + len(plane.PRUNED) + len(plane.ROUNDED) + len(plane.BOTH) + 6
    dense, longer = by["dense", 0, 32], by["dense", cost_material.tune_steps("digits"), 32]
    assert all(one["bytes"] < dense["bytes"] for one in result["points"] if one["family"] != "dense")
    assert dense["bytes"] == longer["bytes"]
    assert longer["mean"] <= dense["mean"] + 0.002, "it learned as long as the pruned ones"
    assert by["rounded", 8, 8]["mean"] <= dense["mean"] + 0.005
    assert by["pruned", 80, 32]["mean"] <= dense["mean"] + 0.01
    both = by["both", 80, 4]
    assert both["bytes"] < min(by["pruned", 80, 32]["bytes"], by["rounded", 4, 4]["bytes"])
    assert both["mean"] <= dense["mean"] + 0.01, "the roads join"
    for hidden in plane.HIDDEN:
        taught, alone = by["distilled", hidden, 32], by["alone", hidden, 32]
        assert taught["bytes"] == alone["bytes"] == stored_bytes(64 * hidden + 10 * hidden, rest=hidden + 10)
        assert taught["mean"] < 0.12
        assert taught["mean"] >= alone["mean"] - 0.02, "the page says: with all labels, no gain to speak of"
    last = [event for event in told if isinstance(event, Snapshot)][-1].arrays
    assert sum(
        len(last[f"{family}_x"]) for family in ("dense", "rounded", "pruned", "both", "distilled", "alone")
    ) == len(by)
    np.testing.assert_allclose(last["pruned_y"], [by["pruned", percent, 32]["mean"] for percent in plane.PRUNED])


def test_speed_is_that_of_a_product() -> None:
    (done,) = Speed(side=128).run()
    assert done.result["gflops"] > 0.1
    assert done.result["n"] == {"products": 15}
    assert done.result["side"] == 128
    assert Speed.lane == "short"


# The parts


def tiny(copies: int = 2) -> StackedMLP:
    return StackedMLP((6, 8, 7, 4), list(range(copies)))


def test_layers_answer_as_the_stack_does() -> None:
    net, x = tiny(), torch.randn(9, 6, generator=torch.Generator().manual_seed(0))
    layers = cost_material.Layers.of(net)
    torch.testing.assert_close(cost_material.forward(x, layers.weights, layers.biases), net(x))
    alone = mlp((6, 8, 7, 4), seed=1)
    torch.testing.assert_close(int8.single(layers, 1)(x), alone(x))
    assert layers.sizes() == (6 * 8 + 8 * 7 + 7 * 4, 8 + 7 + 4)
    labels = net(x)[0].argmax(-1)
    exam = cost_material.Exam(x, labels)
    by_hand = (net(x).argmax(-1) != labels).double().mean(-1)
    assert torch.equal(exam.errors(layers.weights, layers.biases), by_hand)
    assert exam.errors(layers.weights, layers.biases)[0] == 0


def test_an_exam_is_a_random_part_of_the_test_images() -> None:
    from dkdemo import datasets

    train, exam = cost_material.load("digits", 1, most=100)
    _, test = datasets.load("digits")
    assert exam.x.shape == (100, 64)
    assert len(train) == 1078
    rows = {tuple(row) for row in test.normalised().flatten(1).tolist()}
    assert all(tuple(row) in rows for row in exam.x.tolist())
    _, other = cost_material.load("digits", 2, most=100)
    assert not torch.equal(exam.x, other.x)


def test_training_on_leaves_the_dead_dead_and_the_given_untouched() -> None:
    from dkdemo import datasets

    train, _ = datasets.load("digits")
    layers = cost_material.Layers.of(StackedMLP((64, 20, 10), [0, 1]))
    weights, masks = cost_material.pruned(layers, cost_material.magnitude_ranks(layers), 0.7)
    before = [part.clone() for part in weights]
    tuned = cost_material.fine_tune(weights, layers.biases, masks, train, steps=5, seed=0)
    for old, kept, new, mask in zip(before, weights, tuned.weights, masks, strict=True):
        assert torch.equal(old, kept)
        assert not new[~mask].any()
        assert not torch.equal(new, kept)
    for net in range(2):
        assert sum(int((~mask[net]).sum()) for mask in masks) == round(0.7 * (64 * 20 + 200))


def test_nets_that_lost_nothing_are_trained_on_like_the_pruned_ones() -> None:
    train, _ = datasets.load("digits")
    layers = cost_material.Layers.of(StackedMLP((64, 5, 10), [0, 1]))
    whole, masks = cost_material.pruned(layers, cost_material.magnitude_ranks(layers), 0.0)
    pruned = cost_material.fine_tune(whole, layers.biases, masks, train, steps=3, seed=4)
    longer = cost_material.trained_on(layers, train, steps=3, seed=4)
    for mine, theirs, before in zip(longer.weights, pruned.weights, layers.weights, strict=True):
        assert torch.equal(mine, theirs)
        assert not torch.equal(mine, before)


def test_lots_are_drawn_by_seed_and_for_each_net() -> None:
    layers = cost_material.Layers.of(tiny())
    first, again = (cost_material.random_ranks(layers, [3, 4]) for _ in range(2))
    assert all(torch.equal(a, b) for one, two in zip(first, again, strict=True) for a, b in zip(one, two, strict=True))
    assert not torch.equal(first[0][0], first[1][0])


def test_the_histogram_holds_nearly_all_weights() -> None:
    facts = pruning.sizes_of_weights(cost_material.Layers.of(tiny()))
    assert np.sum(facts["counts"]) == pytest.approx(1, abs=0.02)
    assert facts["thresholds"][0] == 0
    assert len(facts["edges"]) == len(facts["counts"]) + 1


@pytest.mark.parametrize("rule", bits.RULES)
def test_a_weight_in_few_bits_takes_few_values(rule: str) -> None:
    weight = torch.randn(40, 30, generator=torch.Generator().manual_seed(0))
    for width in bits.BITS:
        assert len(bits.rounded(weight, width, rule).unique()) <= 2**width
    near = [float((bits.rounded(weight, width, rule) - weight).square().mean()) for width in (8, 6, 4, 2)]
    assert near == sorted(near)
    assert near[-1] >= float((bits.rounded(weight, 2, "fitted") - weight).square().mean())


def test_whole_numbers_multiply_as_torchs_int8_does() -> None:
    generator = torch.Generator().manual_seed(0)
    x, weight, bias = (torch.randn(shape, generator=generator) for shape in ((50, 40), (20, 40), (20,)))
    ours, exact = int8.integer_linear(x, weight, bias), F.linear(x, weight, bias)
    assert (ours - exact).abs().max() < 0.1 * exact.std()
    assert (ours - exact).abs().mean() > 1e-4, "it does round"
    net = torch.nn.Sequential(torch.nn.Linear(40, 20))
    net[0].weight.data, net[0].bias.data = weight, bias
    small, kernel = int8.integers(net)
    assert kernel != "own" or not hasattr(torch.ao.quantization, "quantize_dynamic")
    assert (small(x) - ours).abs().max() < 0.1 * exact.std()


def test_without_torchs_quantiser_our_own_is_used_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.ao.quantization, "quantize_dynamic")
    net = int8.single(cost_material.Layers.of(tiny()), 0)
    x = torch.randn(30, 6, generator=torch.Generator().manual_seed(1))
    small, kernel = int8.integers(net)
    assert kernel == "own"
    torch.testing.assert_close(small(x), net(x), rtol=0, atol=0.05)
    assert int8.compiled(net, x) is None, "nothing is compiled without a GPU"


def test_compiling_is_timed_or_its_fault_named(monkeypatch: pytest.MonkeyPatch) -> None:
    net = int8.single(cost_material.Layers.of(tiny()), 0)
    x, waits = torch.randn(5, 6, generator=torch.Generator().manual_seed(1)), []
    monkeypatch.setattr(torch, "compile", lambda net: net)  # the real one takes seconds to import
    told = int8.compile_and_time(net, x, lambda: waits.append(1))
    assert set(told) == {"compile_seconds", "before", "after"}
    assert min(told.values()) > 0
    assert len(waits) > 2 * int8.TURNS, "every call is waited for"

    def broken(net):
        raise RuntimeError("no compiler")

    monkeypatch.setattr(torch, "compile", broken)
    assert int8.compile_and_time(net, x, lambda: None) == {"fault": "RuntimeError"}


@pytest.mark.training
def test_wide_nets_learn_and_tell_how() -> None:
    recipe = Wide("digits", hidden=40, copies=2, steps=80)
    net = recipe.build()
    told = list(recipe.teach(net))
    assert [event.step for event in told] == sorted({event.step for event in told})
    assert told[0].step == 1
    assert told[-1].metrics["dense"] > told[0].metrics["dense"] + 0.2
    assert not torch.equal(net.weights[0][0], net.weights[0][1])


def test_the_wide_nets_are_kept_apart_by_data_and_seed() -> None:
    assert cost_material.wide("digits", 2) == Wide("digits", steps=120, seed=2)
    assert cost_material.wide("mnist", 0) == Wide("mnist")
    assert Wide(seed=2).seeds() == [6, 7, 8]


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (Pruning, {"seed": -1}),
        (Bits, {"seed": 2**40}),
        (Int8, {"bits": 4}),
        (Plane, {"temperature": 0.0}),
        (Plane, {"student_steps": 3}),
        (Speed, {"side": 1}),
    ],
)
def test_impossible_settings_are_refused(kind, bad) -> None:
    with pytest.raises(ValueError, match="got"):
        from_values(kind, bad)


@pytest.mark.parametrize("kind", [Pruning, Bits, Int8, Plane])
def test_absent_data_are_refused_in_one_sentence(kind) -> None:
    with pytest.raises(ValueError, match="data is one of"):
        list(kind(data="nothing").run())
