"""The chapter's kernels against the torch engine: the average with its warm-up, and the push of disagreement."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from dkdemo.averaging import ema_update, frozen_copy
from dkdemo.consistency import consistency_loss
from dkdemo.kernels.mean_teacher import SAMPLES, agree, follow_path, noisy_path
from dkdemo.schedules import ramp_up, warmup_decay


@pytest.mark.parametrize("sample", SAMPLES["follow_path"])
def test_the_average_is_the_engines(sample: dict) -> None:
    path, values = sample["path"], follow_path(**sample)
    student = nn.Linear(1, 1, bias=False).double()
    with torch.no_grad():
        student.weight.fill_(path[0])
    teacher = frozen_copy(student)
    for step, weight in enumerate(path[1:], 1):
        with torch.no_grad():
            student.weight.fill_(weight)
        decay = warmup_decay(sample["decay"], step) if step <= values["warm_up"] else sample["decay"]
        ema_update(teacher, student, decay=decay)
        assert values["teacher"][step] == pytest.approx(teacher.weight.item(), abs=1e-12)
    shares = [values["start"], *values["shares"]]
    assert sum(shares) == pytest.approx(1, abs=1e-12)
    assert values["teacher"][-1] == pytest.approx(float(np.dot(shares, path)), abs=1e-12)


def test_a_warm_up_forgets_the_start_and_a_fixed_decay_does_not() -> None:
    path = noisy_path()
    fixed, warm = follow_path(path, 0.999, 0), follow_path(path, 0.999, 300)
    assert fixed["start"] == pytest.approx(0.999**300)
    assert warm["start"] == pytest.approx(1 / 301)
    assert warm["teacher"][-1] == pytest.approx(np.mean(path), abs=1e-12), "the plain mean of all so far"
    assert warm["early_teacher"] < fixed["early_teacher"]


def test_the_average_shakes_less() -> None:
    values = follow_path(noisy_path(), 0.97, 0)
    assert values["off_teacher"] < 0.6 * values["off_student"]
    assert values["half_life"] == pytest.approx(math.log(0.5) / math.log(0.97))


def test_the_half_life_is_that_of_the_shares_shown() -> None:
    path = noisy_path()
    warm = follow_path(path, 0.999, 300)
    assert warm["half_life"] == pytest.approx(150.5, abs=0.01), "all 301 count alike"
    assert follow_path(path, 0.999, 0)["half_life"] == pytest.approx(math.log(0.5) / math.log(0.999)), "beyond the path"
    for values in (follow_path(path, 0.9, 40), follow_path(path, 0.999, 100)):
        last = math.floor(values["half_life"])
        assert sum(values["shares"][-last:]) <= 0.5 <= sum(values["shares"][-last - 1 :])


def test_one_step_is_not_several() -> None:
    told = [follow_path(noisy_path(), decay, 0) for decay in (0.5, 0.6, 0.97)]
    assert [f"{values['half_life']:.0f} {values['unit']}" for values in told] == ["1 step", "1 step", "23 steps"]


@pytest.mark.parametrize("sample", SAMPLES["agree"])
def test_the_push_is_minus_the_gradient(sample: dict) -> None:
    z = torch.tensor([sample["student"]], dtype=torch.float64, requires_grad=True)
    loss = consistency_loss(z, torch.tensor([sample["teacher"]], dtype=torch.float64))
    weighted = ramp_up(sample["progress"], 1) * loss
    weighted.backward()
    values = agree(**sample)
    assert values["loss"] == pytest.approx(loss.item(), abs=1e-12)
    assert values["weighted"] == pytest.approx(weighted.item(), abs=1e-12)
    assert z.grad is not None
    np.testing.assert_allclose(values["push"], -z.grad[0].numpy(), rtol=0, atol=1e-12)
