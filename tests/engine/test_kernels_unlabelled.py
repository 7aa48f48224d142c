"""The chapter's kernels against the torch engine and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dkdemo import schedules
from dkdemo import semi_supervised as semi
from dkdemo.augmix import augmix_loss
from dkdemo.kernels import unlabelled
from dkdemo.kernels.unlabelled import SAMPLES, augmix_js, guess_label, pseudo_label, uda_pull


@pytest.mark.parametrize("sample", SAMPLES["pseudo_label"])
def test_the_loss_is_fixmatchs(sample: dict) -> None:
    values = pseudo_label(**sample)
    weak, strong = (torch.tensor([sample[name]], dtype=torch.float64) for name in ("weak_logits", "strong_logits"))
    wanted = semi.fixmatch_loss(weak, strong, threshold=sample["threshold"]).item()
    assert values["loss"] == pytest.approx(wanted, abs=1e-12)
    pairs = [(s, r) for s, r in zip(sample["sure"], sample["right"], strict=True) if s >= sample["threshold"]]
    assert values["believed"] == len(pairs)
    assert values["wrong"] == sum(r == 0 for _, r in pairs)
    assert values["kept_share"] == [len(pairs) / 6]


def test_the_verdict_is_the_mask() -> None:
    told = [pseudo_label(**sample)["verdict"] for sample in SAMPLES["pseudo_label"]]
    losses = [pseudo_label(**sample)["loss"] for sample in SAMPLES["pseudo_label"]]
    assert [verdict == "kept" for verdict in told] == [loss > 0 for loss in losses]
    assert set(told) == {"kept", "dropped"}


@pytest.mark.parametrize("sample", SAMPLES["guess_label"])
def test_the_guess_is_the_engines(sample: dict) -> None:
    values = guess_label(**sample)
    asked = torch.tensor(sample["logits"], dtype=torch.float64)[: sample["looks"], None]
    guess = semi.guess_labels(asked, temperature=sample["temperature"])[0].numpy()
    np.testing.assert_allclose(values["sharp"], guess, rtol=0, atol=1e-12)
    looks = [spare for row in values["spare"] for spare in row]
    assert looks == [None if look < sample["looks"] else 1 for look in range(len(looks))]
    share = semi.leading_share(sample["lam"])
    assert values["share"] == share
    np.testing.assert_allclose(values["target"], share * np.eye(4)[2] + (1 - share) * guess, rtol=0, atol=1e-12)
    picture = share * np.array(sample["labelled"]) + (1 - share) * np.array(sample["unlabelled"])
    np.testing.assert_allclose(values["image"], np.repeat(picture[..., None], 3, axis=-1), rtol=0, atol=1e-9)


def test_sharpening_lowers_the_entropy_and_one_leaves_it() -> None:
    base = SAMPLES["guess_label"][1]
    cold, still = (guess_label(**{**base, "temperature": temperature}) for temperature in (0.5, 1.0))
    assert cold["sharp_entropy"] < cold["mean_entropy"]
    assert still["sharp_entropy"] == pytest.approx(still["mean_entropy"], abs=1e-12)


def test_only_a_temperature_below_one_sharpens() -> None:
    told = {sample["temperature"]: guess_label(**sample)["verdict"] for sample in SAMPLES["guess_label"]}
    assert told == {0.5: "sharpened", 0.1: "sharpened", 1.0: "left alone", 2.0: "softened"}


def test_both_know_the_same_temperature_and_confidence() -> None:
    """The kernel cannot import the engine's: that needs torch, and the web server imports the kernel."""
    ours = unlabelled.UDA_TEMPERATURE, unlabelled.UDA_CONFIDENCE
    assert ours == (semi.UDA_TEMPERATURE, semi.UDA_CONFIDENCE)


@pytest.mark.parametrize("sample", SAMPLES["uda_pull"])
def test_the_pull_is_the_engines(sample: dict) -> None:
    values = uda_pull(**sample)
    place = round(2 * sample["strength"])
    clean = torch.tensor([sample["clean_logits"]], dtype=torch.float64)
    noisy = torch.tensor([sample["logits"][place]], dtype=torch.float64)
    assert values["loss"] == pytest.approx(semi.uda_loss(clean, noisy).item(), abs=1e-12)
    wanted = (clean / 0.4).log_softmax(-1)
    gap = F.kl_div(noisy.log_softmax(-1), wanted, reduction="batchmean", log_target=True)
    assert values["gap"] == pytest.approx(gap.item(), abs=1e-12)
    eta = [schedules.tsa_threshold(sample["progress"], 4, name) for name in schedules.SCHEDULES]
    assert values["eta"] == pytest.approx(eta, abs=1e-12)
    assert (values["verdict"] == "counts") == (clean.softmax(-1).max().item() > 0.8)


@pytest.mark.parametrize("sample", SAMPLES["augmix_js"])
def test_the_divergence_and_the_loss_are_the_engines(sample: dict) -> None:
    values = augmix_js(**sample)
    place = round(2 * sample["kept"])
    logits = [torch.tensor([row], dtype=torch.float64).log() for row in (sample["clean"], *sample["answers"][place])]
    loss = augmix_loss(*logits, torch.tensor([sample["truth"]]))
    assert values["loss"] == pytest.approx(loss.item(), abs=1e-9)
    assert sum(values["gaps"]) / 3 == pytest.approx(values["js"], abs=1e-12)
    assert 0 <= values["js"] <= math.log(3)


def test_the_whole_picture_is_the_picture() -> None:
    sample = SAMPLES["augmix_js"][2]
    values = augmix_js(**sample)
    assert sample["kept"] == 1
    np.testing.assert_array_equal(values["first"], sample["picture"])
    np.testing.assert_array_equal(augmix_js(**{**sample, "kept": 0.0})["first"], sample["mixed"][0])
