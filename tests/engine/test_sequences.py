"""The small recurrent network, its memory and its switches, digit strings and waves, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from dkdemo.information import counting_information
from dkdemo.sequences import digit_strings, learn_switches, linear_rnn, random_memory, unexplained, waves

DOUBLE = torch.float64


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_time_2_input_3_unrolls_to_24_12_6_3() -> None:
    steps = torch.eye(4, dtype=DOUBLE)  # a single 1 at each place
    states = linear_rnn(steps, recurrent=torch.tensor(2.0, dtype=DOUBLE), entering=torch.tensor(3.0, dtype=DOUBLE))
    assert states[:, -1].tolist() == [24, 12, 6, 3]
    assert states[0].tolist() == [3, 6, 12, 24]


def test_linear_rnn_is_torch_s_without_its_tanh() -> None:
    x = 1e-5 * torch.randn(6, 7, dtype=DOUBLE, generator=seeded())  # so small that tanh is the identity
    net = torch.nn.RNN(1, 1, bias=False, batch_first=True).double()
    with torch.no_grad():
        net.weight_ih_l0.fill_(0.7)
        net.weight_hh_l0.fill_(-0.9)
    want = net(x[..., None])[0][..., 0]
    got = linear_rnn(x, recurrent=torch.tensor(-0.9, dtype=DOUBLE), entering=torch.tensor(0.7, dtype=DOUBLE))
    torch.testing.assert_close(got, want, rtol=1e-7, atol=1e-14)


def test_a_stack_of_networks_is_each_of_them() -> None:
    x = torch.randn(3, 5, 4, dtype=DOUBLE, generator=seeded())
    w, u = torch.tensor([0.5, 1.0, -2.0], dtype=DOUBLE), torch.tensor([1.0, 2.0, 3.0], dtype=DOUBLE)
    whole = linear_rnn(x, recurrent=w, entering=u)
    for i in range(3):
        torch.testing.assert_close(whole[i], linear_rnn(x[i], recurrent=w[i], entering=u[i]))


@pytest.mark.parametrize("dimension", [1, 3, 6])
def test_the_memory_is_what_a_rotation_leaves(dimension: int) -> None:
    memory = random_memory(5, dimension, seeded(1))
    assert memory.shape == (dimension, 5)
    torch.testing.assert_close(memory.norm(dim=0), torch.ones(5, dtype=DOUBLE))  # nothing fades
    if dimension >= 5:
        assert torch.linalg.matrix_rank(memory) == 5
        turn = memory[:, :4] @ torch.linalg.pinv(memory[:, 1:])  # one Q takes each column to the one before
        torch.testing.assert_close(turn @ memory[:, 1:], memory[:, :4])


@pytest.mark.parametrize("dimension", [1, 2, 3, 4, 7])
def test_switches_lose_one_minus_d_over_l(dimension: int) -> None:
    length, generator = 4, seeded(dimension)
    memory = random_memory(length, dimension, generator)
    seen = torch.randn(20_000, length, dtype=DOUBLE, generator=generator)
    switches = learn_switches(seen @ memory.T, seen)
    lost = unexplained(seen @ memory.T @ switches.T, seen).mean().item()
    assert lost == pytest.approx(max(0.0, 1 - dimension / length), abs=0.01)
    table = switches @ memory
    if dimension >= length:
        torch.testing.assert_close(table, torch.eye(length, dtype=DOUBLE), rtol=0, atol=1e-9)
    else:  # the best linear reader projects onto what the memory spans
        torch.testing.assert_close(table, torch.linalg.pinv(memory) @ memory, rtol=0, atol=0.03)


def test_switches_are_numpy_s_least_squares() -> None:
    states, inputs = torch.randn(30, 3, dtype=DOUBLE, generator=seeded()), torch.randn(30, 5, dtype=DOUBLE)
    want = np.linalg.lstsq(states.numpy(), inputs.numpy(), rcond=None)[0].T
    np.testing.assert_allclose(learn_switches(states, inputs).numpy(), want, atol=1e-12)


def test_strings_count_upwards_and_slip_as_often_as_told() -> None:
    strings = digit_strings(4000, 12, seeded(), slip=0.2)
    onwards = ((strings[:, 1:] - strings[:, :-1]) % 10 == 1).double().mean().item()
    assert onwards == pytest.approx(0.8 + 0.2 / 10, abs=0.01)
    assert torch.equal(
        digit_strings(5, 12, seeded(), slip=0.0)[:, -1],
        (digit_strings(5, 12, seeded(), slip=0.0)[:, 0] + 11) % 10,
    )
    shares = strings.flatten().bincount(minlength=10) / strings.numel()
    assert (shares - 0.1).abs().max() < 0.02


@pytest.mark.parametrize("steps", [1, 3, 6])
def test_what_there_is_to_know_is_counted_from_the_chain_itself(steps: int) -> None:
    slip, classes = 0.1, 10
    move = slip / classes + (1 - slip) * np.roll(np.eye(classes), 1, axis=1)
    joint = np.linalg.matrix_power(move, steps) / classes
    want = (joint * np.log(joint * classes**2)).sum()  # KL of the joint from the product of the even margins
    assert counting_information(steps, slip=slip) == pytest.approx(want, abs=1e-12)


def test_the_ends_of_what_there_is_to_know() -> None:
    assert counting_information(4, slip=0.0) == pytest.approx(math.log(10))
    assert counting_information(4, slip=1.0) == pytest.approx(0.0, abs=1e-12)


def test_waves_without_drift_and_noise_are_sines() -> None:
    x = waves(8, 12, seeded(), drift=0.0, noise=0.0).flatten(1).double()
    turn = (x[:, 2:] + x[:, :-2]) / 2 - x[:, 1:-1] * ((x[:, 2:] + x[:, :-2]) * x[:, 1:-1]).sum(1, keepdim=True) / (
        2 * x[:, 1:-1].square().sum(1, keepdim=True)
    )
    assert turn.abs().max() < 1e-4  # x_(t+1) + x_(t-1) = 2 cos(w) x_t
    loud = waves(64, 12, seeded(), drift=0.3, noise=0.1)
    assert loud.shape == (64, 12, 4)
    assert loud.abs().max() < 1.6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linear_rnn(torch.zeros(3, 0), recurrent=torch.tensor(1.0), entering=torch.tensor(1.0)), "L >= 1"),
        (lambda: random_memory(0, 3, seeded()), "got 0 and 3"),
        (lambda: learn_switches(torch.zeros(3, 2), torch.zeros(4, 2)), r"got \(3, 2\) and \(4, 2\)"),
        (lambda: digit_strings(2, 3, seeded(), slip=1.5), "got 1.5"),
        (lambda: counting_information(0, slip=0.1), "got 0, 0.1 and 10"),
        (lambda: counting_information(1, slip=0.1, classes=0), "classes >= 2"),
        (lambda: unexplained(torch.ones(3, 2), torch.zeros(3, 2)), "not all 0"),
        (lambda: unexplained(torch.ones(0, 2), torch.ones(0, 2)), "not all 0"),
        (lambda: waves(2, 3, seeded(), drift=-1.0, noise=0.0), "got -1.0"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
