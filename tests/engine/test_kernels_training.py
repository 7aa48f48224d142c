"""The training chapter's kernels against the engine, and what their verdicts mean."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dkdemo.descent import LANDSCAPES, MINIMUM, edge, sharpness
from dkdemo.kernels.training import SAMPLES, STEPS, bounce, descent, descent_inputs, two_entropies
from dkdemo.reproduce import training as reproduced

VERDICTS = ["arrives", "walks", "rattles", "runs away", "stands"]


def walk(name: str, optimiser: str, rate: float, start: tuple[float, float] = (-2.4, 0.9)) -> dict:
    inputs = descent_inputs(name, optimiser)
    return descent(x=[start[0]], y=[start[1]], learning_rate=rate, verdicts=VERDICTS, **inputs)


@pytest.mark.parametrize("name", ["bowl", "valley"])
@pytest.mark.parametrize("optimiser", ["sgd", "momentum"])
def test_beyond_the_edge_it_runs_away_and_below_it_does_not(name: str, optimiser: str) -> None:
    limit = descent_inputs(name, optimiser)["limit"]
    assert walk(name, optimiser, 1.3 * limit)["verdict"] == "runs away"
    assert walk(name, optimiser, 0.7 * limit)["verdict"] != "runs away"


def test_verdicts_name_what_is_seen() -> None:
    assert walk("bowl", "sgd", 1.0)["verdict"] == "arrives"
    assert walk("valley", "sgd", 0.005)["verdict"] == "walks"
    assert walk("bowl", "sgd", 2.0)["verdict"] == "rattles"
    for optimiser in ("sgd", "momentum", "adam"):
        assert walk("network", optimiser, 0.5, start=(0.0, 0.0))["verdict"] == "stands"  # the saddle has no slope
    assert walk("bowl", "sgd", 0.5, start=(0.0, 0.0))["verdict"] == "arrives"
    for rate in (0.5, 5):
        assert walk("valley", "adam", rate)["verdict"] != "runs away"


def test_a_path_that_ran_away_is_drawn_no_more() -> None:
    values = walk("valley", "sgd", 3.0)
    assert len(values["path_x"]) == len(values["gap"]) == STEPS + 1
    assert values["path_y"][-1] is None
    shown = [value for value in values["path_y"] if value is not None]
    assert max(map(abs, shown)) <= 1e6
    assert values["end_y"] == [shown[-1]]


@pytest.mark.parametrize("name", LANDSCAPES)
def test_the_page_tells_the_kernel_the_truth(name: str) -> None:
    inputs, land, best = descent_inputs(name, "momentum"), LANDSCAPES[name], np.array(MINIMUM[name])
    assert inputs["limit"] == edge(sharpness(land, best), 0.9)
    assert inputs["floor"] == land.loss(best)
    assert walk(name, "sgd", 0.1, start=tuple(best))["first"] == pytest.approx(inputs["floor"], abs=1e-15)


@pytest.mark.parametrize("sample", SAMPLES["bounce"])
def test_each_hop_multiplies_by_the_factor(sample: dict) -> None:
    values = bounce(**sample)
    hops = np.array([place for place in values["path_x"] if place is not None])
    np.testing.assert_allclose(hops, values["factor"] ** np.arange(len(hops)), rtol=1e-9, atol=1e-12)
    fails = values["told"] >= 3
    assert fails == (sample["learning_rate"] >= values["limit"])
    assert np.interp(sample["learning_rate"], np.arange(101) / 100, values["size"]) == pytest.approx(values["now_y"][0])


@pytest.mark.parametrize("sample", SAMPLES["two_entropies"][:3])
def test_lengths_are_torchs(sample: dict) -> None:
    values = two_entropies(**sample)
    p, q = torch.tensor(values["shares"], dtype=torch.float64).view(2, 3)
    assert values["cross"] == pytest.approx(F.cross_entropy(q.log(), p).item() * sample["per_nat"], abs=1e-12)
    apart = F.kl_div(q.log(), p, reduction="sum").item()
    assert values["divergence"] == pytest.approx(apart * sample["per_nat"], abs=1e-12)
    assert values["cross"] == pytest.approx(values["entropy"] + values["divergence"], abs=1e-12)
    path = np.array(values["path"])
    assert path[-1] == pytest.approx(values["entropy"], abs=1e-12)
    assert (np.diff(path) <= 1e-12).all(), "the cost only falls on the way to p"


def test_bits_are_nats_by_ln_2_and_the_impossible_is_infinitely_dear() -> None:
    shares = [0.5, 0.5, 0, 1, 0, 0]
    bits = two_entropies(shares, "bits", 1 / math.log(2))
    assert bits["entropy"] == pytest.approx(1)
    assert math.isinf(bits["cross"])
    assert math.isfinite(bits["extra_bars"][1])
    assert two_entropies(shares, "nats", 1)["entropy"] == pytest.approx(math.log(2))


def test_slides_6_and_7_are_reproduced_and_a_broken_engine_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [(row.slide, row.verdict) for row in reproduced.findings()] == [(6, "slip"), (7, "agrees"), (7, "slip")]
    monkeypatch.setattr(reproduced, "entropy", lambda p: 1.0)
    monkeypatch.setattr(reproduced, "sgd", lambda *_, **__: np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]))
    assert {row.verdict for row in reproduced.findings()} == {"DISAGREES"}
