"""The kernels of the temperature and distillation chapters against torch's autograd and the slide."""

import math

import numpy as np
import pytest
import torch

from dkdemo.distillation import kd_loss, soft_loss
from dkdemo.kernels import KERNELS, SAMPLES, script


def test_every_kernel_has_samples_and_a_javascript_file(pytestconfig):
    scripts = {path.stem for path in (pytestconfig.rootpath / "assets/live/kernels").glob("*.js")}
    assert set(KERNELS) == set(SAMPLES) == scripts
    assert all(SAMPLES.values())


@pytest.mark.parametrize(
    ("temperature", "printed"),
    [
        (1, [0.17662444, 0.71624742, 0.10712814]),
        (1 / 0.5, [0.26367459, 0.53097543, 0.20534998]),
        (1 / 0.3, [0.2956245, 0.44992913, 0.25444637]),
    ],
)
def test_softmax_bars_gives_the_slides_columns(temperature, printed):
    values = KERNELS["softmax_bars"](logits=[1.4, 2.8, 0.9], temperature=temperature)
    np.testing.assert_allclose(values["q"], printed, atol=5e-9)
    np.testing.assert_allclose(values["at_one"], [0.17662444, 0.71624742, 0.10712814], atol=5e-9)
    assert values["winner"] == 1
    assert values["ratio"] == pytest.approx(math.exp(0.5 / temperature), rel=1e-12)


def test_a_lead_costs_the_losers_exponentially_but_not_their_order():
    small, large = (KERNELS["dominates"](logits=[0, 3, 1, -2], lead=lead) for lead in (2, 8))
    odds = [values["wrong"] / values["right"] for values in (small, large)]
    assert odds[0] / odds[1] == pytest.approx(math.exp(6), rel=1e-12)
    assert small["ratio"] == pytest.approx(large["ratio"], rel=1e-12)


@pytest.mark.parametrize("sample", SAMPLES["kd_batch"])
def test_kd_batch_is_the_loss_and_autograds_gradient(sample):
    values = KERNELS["kd_batch"](**sample)
    student = torch.tensor(sample["student"], dtype=torch.float64, requires_grad=True)
    teacher = torch.tensor(sample["teacher"], dtype=torch.float64)
    heat, weight = sample["temperature"], sample["soft_weight"]
    loss = kd_loss(student, teacher, torch.tensor(sample["labels"]), temperature=heat, soft_weight=weight)
    if not sample["squared"]:
        loss = loss - weight * (1 - 1 / heat**2) * soft_loss(student, teacher, temperature=heat)
    (gradient,) = torch.autograd.grad(loss, student)
    assert values["loss"] == pytest.approx(loss.item(), abs=1e-12)
    np.testing.assert_allclose(values["push"], -len(student) * gradient[sample["shown"]], atol=1e-12)


def test_without_the_square_heating_turns_the_soft_loss_off():
    values = KERNELS["kd_batch"](**{**SAMPLES["kd_batch"][1], "temperature": 20})
    assert values["curve_squared"][-1] > values["curve_squared"][9]  # T = 20 against T = 1
    assert values["curve_plain"][-1] < values["curve_plain"][9] / 100
    assert values["curve_plain"][-1] == pytest.approx(values["curve_squared"][-1] / 400)


def test_equal_loss_is_not_equal_update():
    values = KERNELS["darkness"](right=0.7, share=0.5, reference=[0.29 / 0.3, 0.01 / 0.3])
    assert values["loss_mine"] == values["loss_other"] == pytest.approx(-math.log(0.7))
    np.testing.assert_allclose(values["gradient_other"], [-0.3, 0.29, 0.01], atol=1e-15)
    np.testing.assert_allclose(values["gradient_mine"], [-0.3, 0.15, 0.15], atol=1e-15)
    assert values["apart"] == pytest.approx(0.14 * math.sqrt(2))


def test_the_script_beside_a_picture_prints_its_numbers(capsys):
    inputs = {"logits": [1.4, 2.8, 0.9], "temperature": 2.0}
    exec(compile(script("softmax_bars", inputs), "shown", "exec"), {})
    assert "0.5309754" in capsys.readouterr().out
