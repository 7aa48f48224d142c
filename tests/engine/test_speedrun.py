"""The lessons of the speed runs: budgets against a clock of ours, one step against the paper's own units in numpy."""

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dkdemo import schedules, speedrun
from dkdemo.averaging import Lookahead
from dkdemo.optim import set_rate
from dkdemo.photos import PhotoNet, draw_looks, logits_of
from dkdemo.speedrun import SHAPE, by_clock, by_steps, learn, nesterov


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_the_first_layers_filters_are_never_trained(shapes, filters):
    net = PhotoNet(filters, (4, 4, 4), 10, [0])
    before = filters.clone()
    list(learn(net, shapes[0], by_steps(3), batch_size=16, generator=seeded()))
    assert torch.equal(net.encoder.filters, before)


def test_the_first_layers_biases_are_trained_for_three_tenths_of_the_budget(shapes, filters):
    net, seen = PhotoNet(filters, (4, 4, 4), 10, [0]), []
    for _ in learn(net, shapes[0], by_steps(10), batch_size=16, generator=seeded()):
        seen.append(net.encoder.shift.detach().clone())
    changed = [not torch.equal(before, after) for before, after in itertools.pairwise([torch.zeros(24), *seen])]
    assert changed == [True] * 3 + [False, True] + [False] * 5, "and go back to their average, as all weights do"
    assert net.encoder.shift.requires_grad, "for the next lesson"


def test_every_channel_keeps_its_size_and_learns_its_bias(shapes, filters):
    net = PhotoNet(filters, (4, 4, 4), 10, [0])
    list(learn(net, shapes[0], by_steps(3), batch_size=16, generator=seeded()))
    norms = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm2d)]
    assert len(norms) == 6
    for norm in norms:
        assert torch.equal(norm.weight, torch.ones(4))
        assert norm.bias.abs().min() > 0


def test_a_budget_of_seconds_is_spent_by_the_clock_and_ends_on_small_steps(shapes, filters):
    """Half a second each time the clock is read: the shares rise to 1, and the last step is a small one."""
    now = [100.0]

    def clock():
        now[0] += 0.5
        return now[0]

    net = PhotoNet(filters, (4, 4, 4), 10, [0])
    seen = list(learn(net, shapes[0], by_clock(20.0, clock), batch_size=8, generator=seeded()))
    shares = [step.share for step in seen]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < 0.05
    assert 0.95 < shares[-1] < 1
    assert schedules.triangle(shares[-1], **SHAPE) < 0.07 + 0.06
    assert [step.step for step in seen] == list(range(1, len(seen) + 1))


def test_with_a_budget_of_steps_the_same_seed_is_the_same_net_bit_for_bit(shapes, filters):
    def trained():
        net = PhotoNet(filters, (4, 6, 6), 10, [3])
        losses = [step.loss.item() for step in learn(net, shapes[0], by_steps(6), batch_size=32, generator=seeded(5))]
        return losses, logits_of(net, shapes[1])

    (losses, z), (again, same) = trained(), trained()
    assert len(losses) == 6
    assert losses == again
    assert torch.equal(z, same)


def test_one_step_is_the_papers_in_its_own_units(filters):
    """There the loss is a sum, and step size 11.5 and decay .0153 are given for a thousand examples, momentum apart."""
    batch, share, steps = 48, 0.7, 3
    net = PhotoNet(filters.double(), (4, 4, 4), 10, [1]).double()
    sgd = nesterov(net, batch)
    kilostep = 1024 * (1 + 1 / (1 - 0.85))
    rate, decay = 11.5 / kilostep, 0.0153 * batch / kilostep
    named = {name: weights for name, weights in net.named_parameters() if weights.requires_grad}
    wanted = {name: weights.detach().numpy().copy() for name, weights in named.items()}
    speed = {name: 0.0 for name in named}
    for seed in range(steps):
        for weights in named.values():
            weights.grad = torch.empty_like(weights).normal_(generator=seeded(seed))  # of the mean loss, laid out alike
        set_rate(sgd, share)
        sgd.step()
        for name, weights in named.items():
            own = rate * (64 if name.endswith("bias") else 1)
            slope = batch * weights.grad.numpy() + decay / own * wanted[name]
            speed[name] = 0.85 * speed[name] + slope
            wanted[name] = wanted[name] - share * own * (slope + 0.85 * speed[name])
    for name, weights in named.items():
        np.testing.assert_allclose(weights.detach().numpy(), wanted[name], rtol=3e-4)  # 1.33e-3 is rounded


def test_a_lesson_is_the_loop_written_out(shapes, filters, monkeypatch):
    """Eleven steps, three rounds: batches, mirrors, smoothed labels, the step sizes, two looks back and a last."""
    monkeypatch.setattr("dkdemo.device._multiplies_bfloat16", lambda device: False)
    train = shapes[0][torch.arange(40)]
    ours, plain = (PhotoNet(filters, (4, 4, 4), 10, [2]) for _ in range(2))
    list(learn(ours, train, by_steps(11), batch_size=10, generator=seeded(3)))

    chance, sgd, slow, step = seeded(3), nesterov(plain, 10), Lookahead(plain), 0
    plain.train()
    first = torch.rand(40, generator=chance) < 0.5
    for turn in range(3):
        order = torch.randperm(40, generator=chance)
        for index in order.split(10)[: 11 - step]:
            mirrored = first[index] if turn % 2 == 0 else ~first[index]
            plain.encoder.shift.requires_grad_(step / 11 < 0.3)
            z = plain(draw_looks(train, index, chance, mirrored=mirrored))[0]
            targets = F.one_hot(train.labels[index], 10) * (1 - speedrun.SMOOTHING) + speedrun.SMOOTHING / 10
            sgd.zero_grad()
            F.cross_entropy(z, targets).backward()
            set_rate(sgd, np.interp(step / 11, [0, 0.23, 1], [0.2, 1, 0.07]))
            sgd.step()
            step += 1
            if step in (5, 10):
                slow.look_back(decay=0.95**5 * ((step - 1) / 11) ** 3)
    slow.look_back(decay=0.95 * (10 / 11) ** 3)  # one step since then
    assert step == 11
    for mine, wanted in zip(ours.state_dict().values(), plain.state_dict().values(), strict=True):
        torch.testing.assert_close(mine, wanted, rtol=1e-4, atol=1e-5)


def test_a_budget_that_is_already_spent_leaves_the_net_as_it_is(shapes, filters):
    net = PhotoNet(filters, (4, 4, 4), 10, [0])
    before = {name: kept.clone() for name, kept in net.state_dict().items()}
    assert list(learn(net, shapes[0], lambda step: 1.0, generator=seeded())) == []
    assert all(torch.equal(before[name], now) for name, now in net.state_dict().items())


def test_every_image_is_seen_equally_often_both_ways():
    rounds, seen = speedrun._rounds(24, 8, seeded(1)), Counter()
    for _ in range(2 * 3):
        index, mirrored = next(rounds)
        seen.update(zip(index.tolist(), mirrored.tolist(), strict=True))
    assert seen == {(image, way): 1 for image in range(24) for way in (False, True)}


def test_an_incomplete_batch_at_the_end_of_a_round_is_left_out():
    rounds = speedrun._rounds(10, 4, seeded())
    sizes = [len(next(rounds)[0]) for _ in range(5)]
    assert sizes == [4] * 5


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: by_steps(0),
        lambda: by_clock(0.0),
    ],
)
def test_impossible_wishes_are_refused(wrong):
    with pytest.raises(ValueError, match="got"):
        wrong()
