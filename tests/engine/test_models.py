"""A stack of networks is the networks themselves, and a seed is a network."""

import pytest
import torch
import torch.nn.functional as F

from dkdemo.models import MeanLogits, StackedMLP, mlp, small_cnn

SIZES, SEEDS = (12, 7, 5, 3), (4, 0, 4)


def data(copies: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(copies, 20, 12, generator=generator, dtype=torch.float64)
    return x, torch.randint(3, (copies, 20), generator=generator)


def train(net: torch.nn.Module, step_loss) -> None:
    adam = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(30):
        loss = step_loss()
        adam.zero_grad()
        loss.backward()
        adam.step()


def test_each_copy_trains_as_it_would_alone() -> None:
    x, y = data(3)
    stack = StackedMLP(SIZES, SEEDS).double()
    train(stack, lambda: sum(F.cross_entropy(logits, labels) for logits, labels in zip(stack(x), y, strict=True)))
    for copy, seed in enumerate(SEEDS):
        alone = mlp(SIZES, seed=seed).double()
        train(alone, lambda net=alone, i=copy: F.cross_entropy(net(x[i]), y[i]))
        torch.testing.assert_close(stack(x)[copy], alone(x[copy]), rtol=1e-10, atol=1e-10)
        torch.testing.assert_close(stack.features(x)[copy], alone.features(x[copy]), rtol=1e-10, atol=1e-10)


def test_an_input_without_a_copy_dimension_is_seen_by_all() -> None:
    x, _ = data(1)
    stack = StackedMLP(SIZES, SEEDS).double()
    torch.testing.assert_close(stack(x[0]), stack(x.expand(3, -1, -1)), rtol=0, atol=0)
    torch.testing.assert_close(MeanLogits(stack)(x[0]), stack(x[0]).mean(0), rtol=0, atol=0)
    torch.testing.assert_close(stack(x[0].expand(3, -1, -1).reshape(3, 20, 1, 3, 4)), stack(x[0]), rtol=0, atol=0)


@pytest.mark.parametrize(
    "build", [lambda seed: mlp(SIZES, seed=seed), lambda seed: small_cnn(2, 3, 1, 13, 4, seed=seed)]
)
def test_the_seed_alone_draws_the_network(build) -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first = build(5).state_dict()
    assert torch.equal(torch.get_rng_state(), before), "the global generator was touched"
    torch.manual_seed(99)
    second, other = build(5).state_dict(), build(6).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["head.weight"], other["head.weight"])
    bound = first["head.weight"].shape[1] ** -0.5
    assert first["head.weight"].abs().max() <= bound
    assert first["head.weight"].abs().max() > 0.6 * bound


@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 32), (1, 13), (3, 15)])
def test_the_small_cnn_reads_square_images_of_any_side(channels: int, side: int) -> None:
    net = small_cnn(4, 6, channels, side, 10).eval()
    x = torch.rand(2, channels, side, side)
    assert net.features(x).shape == (2, 64)
    torch.testing.assert_close(net(x), net.features(x) @ net.head.weight.T + net.head.bias)


def test_the_mlp_has_the_parameters_its_sizes_say() -> None:
    assert sum(p.numel() for p in mlp((784, 100, 10)).parameters()) == 784 * 100 + 100 + 100 * 10 + 10


@pytest.mark.parametrize(
    "call",
    [lambda: mlp((3,)), lambda: mlp((3, 0, 2)), lambda: StackedMLP((3, 2), ()), lambda: small_cnn(1, 1, 1, 12, 2)],
)
def test_impossible_networks_are_refused(call) -> None:
    with pytest.raises(ValueError, match="got"):
        call()
