"""The net for photographs: whitening against numpy, copies against nets alone, looks against numpy's own."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dkdemo.device import half_precision
from dkdemo.photos import PhotoNet, draw_looks, logits_of, shift_and_mirror, some_of, whitening_filters

CPU = torch.device("cpu")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_whitening_is_numpys_eigenvectors_over_the_root_of_their_eigenvalues():
    x = torch.randn(5, 3, 6, 7, generator=seeded(), dtype=torch.float64)
    x = x + x.mean(1, keepdim=True)
    patches = np.array(
        [x[n, :, i : i + 2, j : j + 2].numpy().ravel() for n in range(5) for i in range(5) for j in range(6)]
    )
    values, vectors = np.linalg.eigh(patches.T @ patches / len(patches))
    found = whitening_filters(x, ridge=0.01).flatten(1).numpy()
    assert found.shape == (24, 12)
    np.testing.assert_allclose(found[12:], -found[:12])
    for mine, value, vector in zip(found[:12], values[::-1], vectors.T[::-1], strict=True):
        wanted = vector / np.sqrt(value + 0.01)
        np.testing.assert_allclose(mine * np.sign(mine @ wanted), wanted, atol=1e-9)  # the sign is free


def test_whitened_patches_are_uncorrelated_and_of_unit_size():
    x = torch.randn(20, 3, 8, 8, generator=seeded(1), dtype=torch.float64).cumsum(3)
    answered = F.conv2d(x, whitening_filters(x, ridge=0.0))[:, :12].transpose(0, 1).flatten(1)
    torch.testing.assert_close(answered @ answered.T / answered.shape[1], torch.eye(12, dtype=x.dtype))


@pytest.mark.parametrize("stride", [1, 2])
def test_each_copy_is_the_net_it_would_be_alone_also_after_a_step(filters, stride):
    """In float64: forward, batch statistics and gradients of three copies against three nets of one."""
    wide = filters.double()
    stack = PhotoNet(wide, (4, 6, 5), 10, (7, 8, 7), stride).double().train()
    alone = [PhotoNet(wide, (4, 6, 5), 10, (seed,), stride).double().train() for seed in (7, 8, 7)]
    x = torch.randn(3, 4, 3, 32, 32, generator=seeded(), dtype=torch.float64)
    z = stack(x)
    one = torch.stack([net(own)[0] for net, own in zip(alone, x, strict=True)])
    assert z.shape == (3, 4, 10)
    assert z.dtype == torch.float64
    torch.testing.assert_close(z, one)
    z.square().sum().backward()
    one.square().sum().backward()
    torch.testing.assert_close(stack.encoder.shift.grad, torch.cat([net.encoder.shift.grad for net in alone]))
    torch.testing.assert_close(stack.head.grad, torch.cat([net.head.grad for net in alone]))
    (first, norm), *own = ((net.encoder.groups[0], net.encoder.groups[2]) for net in (stack, *alone))
    torch.testing.assert_close(first.weight.grad, torch.cat([convolution.weight.grad for convolution, _ in own]))
    torch.testing.assert_close(norm.running_mean, torch.cat([each.running_mean for _, each in own]))
    stack.eval(), [net.eval() for net in alone]
    torch.testing.assert_close(stack(x[0]), torch.stack([net(x[0])[0] for net in alone]))
    torch.testing.assert_close(stack.head[0], stack.head[2])
    assert not torch.equal(stack.head[0], stack.head[1])


def test_answers_are_the_mean_of_an_image_and_its_mirror_image(shapes, filters):
    net = PhotoNet(filters, (4, 4, 4), 10, [0, 1]).train()
    few = shapes[1][torch.arange(6)]
    z = logits_of(net, few, chunk=4)
    assert net.training
    x = few.normalised()
    with torch.no_grad():
        wanted = (net.eval()(x) + net(x.flip(3))) / 2
    torch.testing.assert_close(z, wanted, rtol=0.02, atol=0.02)  # half precision sums in another order by batch
    assert torch.equal(logits_of(net, few, torch.tensor([2])), logits_of(net, few[torch.tensor([2])]))


def test_thorough_answers_are_six_looks_moved_and_mirrored_by_hand(shapes, filters):
    """Half of the weight on the image as it is, a quarter each on the two moved ones; in float64."""
    net = PhotoNet(filters.double(), (4, 4, 4), 10, [0, 1]).double().eval()
    few = shapes[1][torch.arange(5)]
    few = replace(few, mean=few.mean.double(), std=few.std.double())
    x = few.normalised().numpy()
    wide = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="reflect")
    wanted = 0
    for look, weight in ((x, 0.5), (wide[:, :, :32, :32], 0.25), (wide[:, :, 2:, 2:], 0.25)):
        for seen in (look, look[..., ::-1].copy()):
            with torch.no_grad():
                wanted = wanted + weight / 2 * net(torch.from_numpy(seen))
    torch.testing.assert_close(logits_of(net, few, thorough=True, chunk=2), wanted)
    assert not torch.equal(logits_of(net, few), wanted)


def test_the_heads_weights_are_not_the_first_layers_again(filters):
    """Both are uniform and of one seed; what the generator gave first must not come twice."""
    net = PhotoNet(filters, (4, 6, 5), 10, [7])
    head = net.head[0].detach() * 5**0.5  # in [-1, 1]
    first = torch.empty(50).uniform_(-1, 1, generator=seeded(7))
    assert (head.flatten() - first).abs().min() > 1e-6
    assert head.abs().max() <= 1


def test_some_of_many_images_are_some_of_each_class(shapes):
    classes = torch.arange(5000) // 500
    assert torch.bincount(some_of(classes, 100)).tolist() == [10] * 10
    assert len(some_of(classes[:30], 100)) == 30


def test_the_scale_multiplies_the_logits(filters):
    x = torch.randn(3, 3, 32, 32, generator=seeded())
    plain, small = (PhotoNet(filters, (4, 4, 4), 10, [0], scale=scale).eval() for scale in (1.0, 0.25))
    torch.testing.assert_close(small(x), plain(x) / 4)


def test_a_look_is_the_image_moved_and_perhaps_mirrored(shapes):
    train = shapes[0]
    index = torch.arange(4, 12)
    looks = draw_looks(train, index, seeded(2))
    assert torch.equal(looks, draw_looks(train, index, seeded(2)))
    for look, x in zip(looks, F.pad(train.normalised(index), (2, 2, 2, 2), mode="reflect"), strict=True):
        ways = [x[:, i : i + 32, j : j + 32] for i in range(5) for j in range(5)]
        assert any(torch.equal(look, way) or torch.equal(look, way.flip(2)) for way in ways)


def test_looks_are_mirrored_where_that_was_asked_for(shapes):
    train, index = shapes[0], torch.arange(6)
    wanted = torch.tensor([True, False, True, True, False, False])
    straight = draw_looks(train, index, seeded(2), mirrored=torch.zeros(6, dtype=torch.bool))
    looks = draw_looks(train, index, seeded(2), mirrored=wanted)
    for look, plain, mirrored in zip(looks, straight, wanted, strict=True):
        assert torch.equal(look, plain.flip(2) if mirrored else plain)


def test_moved_is_numpys_pad_slice_and_flip():
    x = torch.randint(0, 256, (4, 3, 6, 7), generator=seeded(), dtype=torch.uint8)
    right, down = torch.tensor([2, -1, 0, -2]), torch.tensor([0, 1, -2, 2])
    mirrored = torch.tensor([False, True, False, True])
    found = shift_and_mirror(x, right, down, mirrored)
    for n in range(4):
        padded = np.pad(x[n].numpy(), ((0, 0), (2, 2), (2, 2)), mode="reflect")
        wanted = padded[:, 2 - down[n] : 8 - down[n], 2 - right[n] : 9 - right[n]]
        np.testing.assert_array_equal(found[n], wanted[..., ::-1] if mirrored[n] else wanted)


def test_half_precision_only_where_the_device_is_made_for_it(monkeypatch):
    x = torch.randn(2, 3, 8, 8, generator=seeded())
    for able in (True, False):
        monkeypatch.setattr("dkdemo.device._multiplies_bfloat16", lambda device, able=able: able)
        with half_precision(CPU):
            assert F.conv2d(x, x).dtype == (torch.bfloat16 if able else torch.float32)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: whitening_filters(torch.zeros(3, 4, 4)),
        lambda: PhotoNet(torch.zeros(24, 3, 2, 2), (4, 4), 10, [0]),
        lambda: PhotoNet(torch.zeros(24, 3, 2, 2), (4, 4, 4), 10, []),
        lambda: PhotoNet(torch.zeros(24, 3, 2, 2), (4, 4, 4), 10, [0], 3),
    ],
)
def test_impossible_wishes_are_refused(wrong):
    with pytest.raises(ValueError, match="got"):
        wrong()
