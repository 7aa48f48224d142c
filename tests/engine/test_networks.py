"""The table of named networks against the metadata of the installed torchvision; nothing is downloaded."""

from __future__ import annotations

import pytest

from dkdemo.networks import NETWORKS, Network, named, seconds


def entry(address: str, home):
    family, member = address.split(".")
    return getattr(home, family)[member]


@pytest.mark.parametrize("one", NETWORKS, ids=lambda one: one.name)
def test_every_number_is_torchvisions(one: Network) -> None:
    models = pytest.importorskip("torchvision").models
    found = entry(one.weights, models)
    meta = found.meta
    assert one.parameters == meta["num_params"]
    assert one.gmacs == meta["_ops"]
    assert one.accuracy == meta["_metrics"]["ImageNet-1K"]["acc@1"]
    assert one.megabytes == meta["_file_size"]
    assert one.pixels == found.transforms.keywords["crop_size"]
    assert bool(one.small) == bool(one.small_weights)
    if one.small:
        small = entry(one.small_weights, models.quantization).meta
        assert one.small == (small["_file_size"], small["_metrics"]["ImageNet-1K"]["acc@1"])
        assert small["num_params"] == one.parameters


@pytest.mark.parametrize("name", ["ResNet-18", "SqueezeNet 1.1", "ShuffleNetV2"])
def test_a_network_really_built_has_so_many_parameters(name: str) -> None:
    torch = pytest.importorskip("torch")
    models = pytest.importorskip("torchvision").models
    builder = models.get_model_builder(named(name).weights.split("_Weights")[0].lower())
    with torch.device("meta"):
        net = builder(weights=None)
    assert sum(part.numel() for part in net.parameters()) == named(name).parameters


def test_files_are_float32_in_mebibytes() -> None:
    for one in NETWORKS:
        assert one.megabytes * 2**20 == pytest.approx(4 * one.parameters, rel=0.02), one.name
        if one.small:
            assert one.small[0] == pytest.approx(one.megabytes / 4, rel=0.07), one.name


def test_seconds_count_two_operations_a_multiplication() -> None:
    assert seconds(4.089, 50) == pytest.approx(0.16356)
    with pytest.raises(ValueError, match="got 1 and 0"):
        seconds(1, 0)
    with pytest.raises(ValueError, match=r"a network is one of SqueezeNet.*got 'GPT'"):
        named("GPT")


def test_names_are_different() -> None:
    assert len({one.name for one in NETWORKS}) == len(NETWORKS)
