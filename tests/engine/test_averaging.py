"""The moving average against torch's, lightly's and timm's own, in float64."""

import copy
import math

import numpy as np
import pytest
import torch
from lightly.models.utils import update_momentum
from timm.optim.lookahead import Lookahead as TimmLookahead
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from dkdemo.averaging import Lookahead, ema_update, frozen_copy
from dkdemo.schedules import warmup_decay


def walk(steps: int = 6, seed: int = 0):
    """A network and the weights it takes on its way."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).double()
    for _ in range(steps):
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(torch.randn_like(weight))
        model(torch.randn(8, 3, dtype=torch.float64))  # moves the batch statistics
        yield model


@pytest.mark.parametrize("decay", [0.0, 0.3, 0.9, 0.999, 1.0])
def test_as_torch_and_lightly_average(decay):
    ours = theirs = lightlys = None
    for model in walk():
        if ours is None:
            ours, lightlys = frozen_copy(model), copy.deepcopy(model)
            theirs = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay))
            theirs.update_parameters(model)  # its first update copies
            continue
        ema_update(ours, model, decay=decay)
        theirs.update_parameters(model)
        update_momentum(model, lightlys, decay)
        for one, two, three in zip(ours.parameters(), theirs.module.parameters(), lightlys.parameters(), strict=True):
            torch.testing.assert_close(one, two, rtol=0, atol=1e-14)
            torch.testing.assert_close(one, three, rtol=0, atol=1e-14)
        for one, two in zip(ours.buffers(), model.buffers(), strict=True):
            assert torch.equal(one, two), "batch statistics are copied"


def test_closed_form_of_the_weights():
    """After n steps theta_s has the weight (1 - d) d^(n - s)."""
    seen = [next(iter(model.parameters())).detach().clone() for model in walk()]
    ours = None
    for model in walk():
        if ours is None:
            ours = frozen_copy(model)
        else:
            ema_update(ours, model, decay=0.8)
    weights = [0.8**5, *(0.2 * 0.8 ** (5 - s) for s in range(1, 6))]
    assert math.isclose(sum(weights), 1)
    want = sum(weight * theta for weight, theta in zip(weights, seen, strict=True))
    torch.testing.assert_close(next(iter(ours.parameters())), want, rtol=0, atol=1e-13)


def test_warm_up_is_the_plain_mean_until_the_memory_is_long_enough():
    values = np.random.default_rng(0).normal(size=8)
    average = values[0]
    for step, value in enumerate(values[1:], 1):
        decay = warmup_decay(0.999, step)
        average = decay * average + (1 - decay) * value
        assert math.isclose(average, values[: step + 1].mean(), abs_tol=1e-12)
    assert warmup_decay(0.99, 98) == pytest.approx(1 - 1 / 99)
    assert warmup_decay(0.99, 1000) == 0.99


def test_the_half_life_of_the_docstring():
    assert [round(math.log(2) / -math.log(decay)) for decay in (0.99, 0.999)] == [69, 693]


def test_a_follower_gets_no_gradient_and_shares_nothing():
    model = next(walk())
    twin = frozen_copy(model)
    assert not any(weight.requires_grad for weight in twin.parameters())
    assert all(weight.requires_grad for weight in model.parameters())
    assert not {w.data_ptr() for w in twin.parameters()} & {w.data_ptr() for w in model.parameters()}


@pytest.mark.parametrize("decay", [-0.1, 1.1, math.nan])
def test_a_decay_outside_its_range_is_refused(decay):
    model = nn.Linear(2, 2)
    with pytest.raises(ValueError, match=r"decay must be in \[0, 1\], got"):
        ema_update(frozen_copy(model), model, decay=decay)
    with pytest.raises(ValueError, match=r"decay must be in \[0, 1\], got"):
        warmup_decay(decay, 1)


def test_networks_of_different_shapes_and_steps_below_one_are_refused():
    with pytest.raises(ValueError, match="same shape"):
        ema_update(frozen_copy(nn.Linear(2, 2)), nn.Linear(2, 3), decay=0.5)
    with pytest.raises(ValueError, match="counted from 1, got 0"):
        warmup_decay(0.5, 0)


def test_looking_back_is_timms_lookahead_when_the_average_forgets_evenly():
    """Ten steps of SGD, a look back after every third, in float64. timm's average begins at its first look back."""
    torch.manual_seed(0)
    ours = nn.Linear(3, 2).double()
    theirs = copy.deepcopy(ours)
    mine = torch.optim.SGD(ours.parameters(), lr=0.3, momentum=0.8, nesterov=True)
    peer = TimmLookahead(torch.optim.SGD(theirs.parameters(), lr=0.3, momentum=0.8, nesterov=True), alpha=0.4, k=3)
    for step in range(1, 11):
        x, y = torch.randn(8, 3, dtype=torch.float64), torch.randn(8, 2, dtype=torch.float64)
        for net, optimiser in ((ours, mine), (theirs, peer)):
            optimiser.zero_grad()
            (net(x) - y).square().mean().backward()
            optimiser.step()
        if step == 3:
            slow = Lookahead(ours)
        elif step % 3 == 0:
            slow.look_back(decay=0.6)
    torch.testing.assert_close(ours.weight, theirs.weight, rtol=1e-12, atol=0)
    torch.testing.assert_close(ours.bias, theirs.bias, rtol=1e-12, atol=0)


def test_a_look_back_at_0_stays_and_at_1_takes_the_average_statistics_included():
    net = nn.BatchNorm1d(2)
    net.weight.requires_grad_(False)
    slow = Lookahead(net)
    with torch.no_grad():
        net.bias.fill_(4.0), net.weight.fill_(3.0)
    net.running_mean.fill_(2.0)
    slow.look_back(decay=0.0)
    assert net.bias.tolist() == [4.0, 4.0]
    with torch.no_grad():
        net.bias.fill_(8.0)
    net.running_mean.fill_(6.0)
    slow.look_back(decay=0.75)
    assert net.bias.tolist() == [5.0, 5.0]
    assert net.running_mean.tolist() == [3.0, 3.0]
    with torch.no_grad():
        net.bias.fill_(8.0)
    slow.look_back(decay=1.0)
    assert net.bias.tolist() == [5.0, 5.0]
    assert net.weight.tolist() == [3.0, 3.0], "what is not trained is left alone"
    with pytest.raises(ValueError, match=r"\[0, 1\], got 1.5"):
        slow.look_back(decay=1.5)
