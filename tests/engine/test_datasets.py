"""Data sets on the device: balanced draws, shuffled batches that repeat with their seed, normalisation."""

import itertools

import pytest
import torch

from dkdemo import datasets, device


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def digits():
    return datasets.load("digits")


def test_normalised_is_zero_mean_and_unit_spread_by_the_training_images(digits):
    train, test = digits
    x = train.normalised()
    assert x.shape == (1078, 1, 8, 8)
    assert x.dtype == torch.float32
    assert abs(x.double().mean().item()) < 1e-6
    assert abs(x.double().std().item() - 1) < 1e-6
    raw = train.images.double() / 255
    wanted = (test.images.double() / 255 - raw.mean()) / raw.std()
    assert torch.allclose(test.normalised().double(), wanted, atol=1e-6)
    index = torch.tensor([5, 3, 5])
    assert torch.equal(test.normalised(index), test.normalised()[index])


def test_colours_are_normalised_one_by_one():
    train, _ = datasets.load("shapes")
    x = train.normalised().double()
    assert x.mean((0, 2, 3)).abs().max() < 1e-5
    assert (x.std((0, 2, 3)) - 1).abs().max() < 1e-5


def test_take_draws_the_same_number_of_every_class(digits):
    train, _ = digits
    few = train.balanced_subset(3, seeded())
    assert few.labels.bincount().tolist() == [3] * 10
    assert len({picture.numpy().tobytes() for picture in few.images}) == 30  # no picture twice
    assert torch.equal(few.images, train.balanced_subset(3, seeded()).images)
    assert not torch.equal(few.images, train.balanced_subset(3, seeded(1)).images)
    assert torch.equal(few.mean, train.mean)  # a sample is normalised as its source is


@pytest.mark.parametrize("wish", [0, -1, 10_000])
def test_take_refuses_what_is_not_there(digits, wish):
    with pytest.raises(ValueError, match="examples"):
        digits[0].balanced_subset(wish, seeded())


def test_without_removes_a_class_and_nothing_else(digits):
    train, _ = digits
    rest = train.without(3)
    counts = train.labels.bincount(minlength=10)
    counts[3] = 0
    assert rest.labels.bincount(minlength=10).tolist() == counts.tolist()
    assert rest.classes == train.classes
    for label in (-1, 10):
        with pytest.raises(ValueError, match="label must be 0 to 9"):
            train.without(label)


def test_batches_see_everything_once_a_round_and_never_end(digits):
    train = digits[0].balanced_subset(8, seeded())  # 80 pictures
    rounds = list(itertools.islice(train.batches(20, seeded()), 8))
    for part in (rounds[:4], rounds[4:]):
        seen = torch.cat([x for x, _ in part]).flatten(1)
        assert sorted(seen.tolist()) == sorted(train.normalised().flatten(1).tolist())
    assert not torch.equal(rounds[0][0], rounds[4][0])  # shuffled anew
    again = list(itertools.islice(train.batches(20, seeded()), 8))
    assert all(torch.equal(a[0], b[0]) and torch.equal(a[1], b[1]) for a, b in zip(rounds, again, strict=True))


def test_batches_keep_pictures_and_labels_together_at_one_size(digits):
    train = digits[0].balanced_subset(3, seeded())
    whole = {
        tuple(row): label for row, label in zip(train.images.flatten(1).tolist(), train.labels.tolist(), strict=True)
    }
    for x, y in itertools.islice(train.batches(7, seeded()), 20):
        assert len(x) == 7
        back = ((x * train.std + train.mean) * 255).round().byte().flatten(1)
        assert [whole[tuple(row)] for row in back.tolist()] == y.tolist()
    x, _ = next(train.batches(1000, seeded()))
    assert len(x) == 30  # a batch cannot be larger than the set
    with pytest.raises(ValueError, match="batch_size must be >= 1, got 0"):
        next(train.batches(0, seeded()))


def test_batches_leave_the_global_generator_alone(digits):
    before = torch.get_rng_state()
    next(digits[0].batches(10, seeded()))
    digits[0].balanced_subset(2, seeded())
    assert torch.equal(before, torch.get_rng_state())


def test_loading_twice_reads_once():
    assert datasets.load("digits")[0] is datasets.load("digits")[0]


def test_an_unknown_name_is_refused_and_not_remembered():
    for _ in range(2):
        with pytest.raises(ValueError, match="data is one of"):
            datasets.load("nothing")


def test_the_device_can_be_chosen(monkeypatch):
    monkeypatch.setenv("DKDEMO_DEVICE", "cpu")
    assert device.pick() == torch.device("cpu")
    assert device.describe(device.pick()) == "cpu"
    monkeypatch.delenv("DKDEMO_DEVICE")
    assert device.pick().type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "meta!", "kitchen"])
def test_an_impossible_device_is_refused(monkeypatch, name):
    monkeypatch.setenv("DKDEMO_DEVICE", name)
    with pytest.raises(ValueError, match="DKDEMO_DEVICE must name a device"):
        device.pick()


@pytest.mark.cifar10
def test_an_own_set_sorted_by_class_is_normalised_by_all_of_its_classes():
    train, test = datasets.load("cifar10")
    assert len(train) == 50_000
    assert len(test) == 10_000
    whole = train.images.float().div(255).mean((0, 2, 3))
    torch.testing.assert_close(train.mean.flatten(), whole, atol=5e-3, rtol=0)
