"""What the chapter on unlabelled data claims, measured on three seeds, and what its recipes refuse."""

from __future__ import annotations

import ast
import math

import numpy as np
import pytest
import torch

from dkdemo.augmix import draw_chains, run_chains
from dkdemo.evaluation import accuracy
from dkdemo.experiments import catalogue, few_labels
from dkdemo.experiments.chains import SHARES, Chains
from dkdemo.experiments.fixmatch import FixMatch
from dkdemo.experiments.mixmatch import MixMatch
from dkdemo.experiments.one_image import CROWD, STRENGTHS, VIEWS, OneImage
from dkdemo.experiments.recipe import Recipe
from dkdemo.experiments.uda import UDA
from dkdemo.jobs.events import Done, Event, Progress, from_json, to_json
from dkdemo.probability import js

MINE = (OneImage, FixMatch, MixMatch, UDA, Chains)


def run(recipe: Recipe) -> tuple[list[Event], dict]:
    """All events, and the result; every event survives the way to the browser."""
    events = list(recipe.run())
    for event in events:
        assert to_json(from_json(to_json(event))) == to_json(event)
    assert isinstance(events[-1], Done)
    result = dict(events[-1].result)
    assert {"seconds", "device", "n", "seeds"} <= set(result)
    return events, result


def curve(events: list[Event], name: str) -> list[float]:
    return [event.metrics[name] for event in events if isinstance(event, Progress) and name in event.metrics]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch):
    """Lessons of a dozen steps: what is told, not what is learned."""
    from dataclasses import replace

    short = {name: replace(how, steps=20, batch=16, runs=1) for name, how in few_labels.SETTINGS.items()}
    monkeypatch.setattr(few_labels, "SETTINGS", short)
    few_labels.load_task.cache_clear()
    yield
    few_labels.load_task.cache_clear()


@pytest.mark.mnist
@pytest.mark.training
@pytest.mark.timeout(300)
def test_forty_labels_and_a_crowd_read_mnist() -> None:
    """Measured 96.0 to 96.7 % in twelve of seeds 0 to 12, controls 75 to 91 %: each has other labelled pictures.

    In one 88.9 %, its controls at 75.9 and 78.8. Looks that differ by 3e-6 gave 95.9 there: rounding decides which seed
    goes that way, so one of three may here.
    """
    runs = [run(FixMatch(data="mnist", seed=seed)) for seed in range(3)]
    for _, result in runs:
        right = {name: values[0] for name, values in result["accuracy"].items()}
        assert right["own"] >= max(right["labels"], right["strong"]) + 0.03
        assert result["n"]["labelled"] == 40
    by_accuracy = sorted(runs, key=lambda found: found[1]["accuracy"]["own"][0])
    for events, result in by_accuracy[1:]:
        assert result["accuracy"]["own"][0] >= 0.93
        kept, wrong = curve(events, "kept"), curve(events, "wrong")
        assert kept[0] < 0.1, "nobody is sure at first"
        assert kept[-1] > 0.6
        assert wrong[-1] < 0.05


@pytest.mark.training
@pytest.mark.timeout(300)
def test_the_digits_stand_for_their_fixed_labels() -> None:
    """Measured gains of 3.8 to 4.6 points over the better control in three seeds."""
    _, result = run(FixMatch(data="digits"))
    assert len(result["seeds"]) == 3
    assert min(result["accuracy"]["own"]) >= 0.92
    assert result["gain_worst"] >= 0.015
    every = {name: np.array(values) for name, values in result["accuracy"].items()}
    gains = every["own"] - np.maximum(every["labels"], every["strong"])
    assert (result["gain_mean"], result["gain_worst"]) == pytest.approx((gains.mean(), gains.min()))
    first, second = (few_labels.load_task("digits", seed, "cpu") for seed in (0, 5))
    assert torch.equal(first.labelled, second.labelled)


@pytest.mark.training
@pytest.mark.timeout(300)
def test_mixmatch_reads_the_digits_too() -> None:
    """Measured .942 to .969, gains of 3.6 to 6.1 points over the better control in three seeds."""
    _, result = run(MixMatch(data="digits"))
    assert min(result["accuracy"]["own"]) >= 0.92
    assert result["gain_worst"] >= 0.015


@pytest.mark.training
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_annealing_the_labels_costs_in_so_short_a_training(seed: int) -> None:
    """Measured in three seeds: off .94 to .95, log .93 to .95, linear .89 to .90, exp .78 to .85."""
    found = {}
    for schedule in ("none", "log", "linear", "exp"):
        task, generator = few_labels.load_task("digits", seed, "cpu"), torch.Generator().manual_seed(seed)
        net = task.new_net(seed)
        for _ in few_labels.train_classifier(net, UDA(schedule=schedule)._method(task, generator), task.hyper):
            pass
        everyone = torch.arange(len(task.test))
        found[schedule] = accuracy(task.logits_of(net, task.test, everyone), task.test.labels).item()
    assert found["none"] >= found["exp"] + 0.04
    assert found["exp"] < found["linear"] - 0.01
    assert found["linear"] < found["log"] - 0.01


@pytest.mark.parametrize("kind", [FixMatch, MixMatch, UDA])
def test_a_lesson_tells_its_curves_and_repeats_to_the_bit(kind: type[Recipe], hurried: None) -> None:
    events, result = run(kind(data="digits", seed=3))
    again, repeated = run(kind(data="digits", seed=3))
    assert result["accuracy"] == repeated["accuracy"]
    other = "sure" if kind is MixMatch else "kept"
    for name in ("labels", "strong", "own", other, "wrong"):
        assert curve(events, name) == curve(again, name)
        assert len(curve(events, name)) >= (8 if name in few_labels.CONTROLS else 15)
        assert all(0 <= value <= 1 for value in curve(events, name))
    first = events[0]
    assert isinstance(first, Progress)
    assert (first.step, first.steps) == (1, 60)
    assert first.metrics["lesson_step"] == 1
    assert set(result["accuracy"]) == {"labels", "strong", "own"}
    assert result["gain_worst"] <= result["gain_mean"] + 1e-12


def test_all_methods_have_the_same_controls(hurried: None) -> None:
    results = [run(kind(data="digits", seed=1))[1]["accuracy"] for kind in (FixMatch, MixMatch, UDA)]
    for name in ("labels", "strong"):
        assert results[0][name] == results[1][name] == results[2][name]


def test_other_seeds_have_other_labels_only_where_the_page_says_so() -> None:
    how = few_labels.SETTINGS
    assert how["mnist"].labelled_seed is None
    assert how["digits"].labelled_seed is not None


def test_one_picture_is_answered_through_all_looks() -> None:
    _, result = run(OneImage(picture=7, seed=4))
    assert result["weak"].shape == (VIEWS, 16, 16)
    assert result["strong"].shape == (len(STRENGTHS), 16, 16)
    assert result["weak_logits"].shape == (VIEWS, 10)
    np.testing.assert_allclose(result["strong_logits"][0], result["clean_logits"], atol=1e-3)  # strength 0
    assert np.array_equal(result["strong"][0], result["clean"])
    assert len(result["sure"]) == len(result["right"]) == CROWD
    _, again = run(OneImage(picture=7, seed=5))
    assert np.array_equal(again["clean"], result["clean"])
    assert not np.array_equal(again["strong"], result["strong"])


def test_the_half_taught_net_is_sure_rightly_more_often_than_it_is_right() -> None:
    """What the threshold rests on."""
    _, result = run(OneImage())
    sure, right = np.array(result["sure"]), np.array(result["right"])
    assert 0.2 < (sure >= 0.95).mean() < 0.9
    assert right[sure >= 0.95].mean() > right.mean() + 0.05


def test_the_crowd_and_the_pictures_shown_have_no_labels() -> None:
    task = few_labels.load_task("digits", 0, "cpu")
    known = {picture.numpy().tobytes() for picture in task.labelled}
    crowd = task.pictures(task.train, task.others[:CROWD])
    assert len(crowd) == CROWD
    assert len(task.others) == len(task.train) - 40
    assert not known & {picture.numpy().tobytes() for picture in crowd}


def test_the_page_s_picture_is_a_9_of_which_the_easy_looks_disagree() -> None:
    from dkdemo.web.parts.few_labels import GOOD_PICTURE

    _, result = run(OneImage(picture=GOOD_PICTURE))
    said = result["weak_logits"].argmax(1)
    assert result["truth"] == 9
    assert 2 <= (said != 9).sum() < VIEWS


def test_a_chain_of_digits_asks_a_net_that_still_doubts() -> None:
    from dkdemo.experiments.chains import STEPS
    from dkdemo.experiments.race import teacher_for
    from dkdemo.teachers import Committee, ConvNet

    assert teacher_for("digits", 0, 0, steps=STEPS) == Committee("digits", steps=STEPS)
    assert teacher_for("digits", 0, 3) == Committee("digits", seed=3), "the race's own"
    assert teacher_for("mnist", 2, 3) == ConvNet("mnist", shift=2, steps=100, seed=3)


def test_chains_answer_at_every_share_of_the_picture() -> None:
    _, result = run(Chains(data="digits", picture=3, seed=2))
    answers = result["answers"]
    assert answers.shape == (len(SHARES), 2, 10)
    np.testing.assert_allclose(answers.sum(-1), 1, atol=1e-9)
    for k in (0, 1):
        np.testing.assert_allclose(answers[-1, k], result["clean"], atol=1e-5)  # m = 1 is the picture itself
    apart = [float(js(result["clean"], *pair)) for pair in answers]
    assert apart[-1] < 1e-6
    assert max(apart) <= math.log(3)
    assert apart[0] > apart[-1]
    assert [len(chain) for one in result["operations"] for chain in one] == [
        len(chain) for k in (0, 1) for chain in draw_chains(2, torch.Generator().manual_seed(2)).names(k)
    ]


def test_chains_show_the_engines_own_ends() -> None:
    from dkdemo import datasets

    _, result = run(Chains(data="digits", picture=3, seed=2))
    _, test = datasets.load("digits", "cpu")
    picture = test.images[3:4].float().expand(2, -1, -1, -1) / 255
    ends = run_chains(picture, draw_chains(2, torch.Generator().manual_seed(2)))
    np.testing.assert_array_equal(result["ends"][..., 0], (ends[:, :, 0] * 255).round().numpy())
    np.testing.assert_allclose(result["weights"].sum(1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("recipe", "kernel", "moved", "number"),
    [
        (OneImage(picture=7), "pseudo_label", {"threshold": 0.5}, "strong_says"),
        (OneImage(picture=7), "guess_label", {"looks": 3, "temperature": 0.5, "lam": 0.4}, "sharp_best"),
        (OneImage(picture=7), "uda_pull", {"strength": 0.3, "progress": 0.2}, "gap"),
        (Chains(data="digits"), "augmix_js", {"kept": 0.25}, "js"),
    ],
)
def test_the_copied_script_prints_the_numbers_shown(recipe, kernel, moved, number, capsys) -> None:
    from dkdemo.web.parts.few_labels import asked_script

    exec(compile(asked_script(recipe, kernel, moved, *moved), "copied", "exec"), {})
    printed = ast.literal_eval(capsys.readouterr().out)
    assert isinstance(printed[number], float)
    for name, value in moved.items():
        if name in printed:
            assert printed[name] == value


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        (FixMatch, {"threshold": 1.5}, "threshold must be in"),
        (FixMatch, {"threshold": float("nan")}, "threshold must be in"),
        (MixMatch, {"temperature": 0.0}, "temperature must be in"),
        (MixMatch, {"weight": -1.0}, "weight must be in"),
        (UDA, {"schedule": "cubic"}, "schedule is one of none, linear, exp, log"),
        (OneImage, {"picture": CROWD}, "picture must be 0 to 999"),
        (Chains, {"data": "imagenet"}, "data is one of cifar10"),
        (Chains, {"picture": -1}, "picture must be 0 to 499"),
        (Chains, {"severity": 0.0}, "severity must be in"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(kind: type[Recipe], settings: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        kind(**settings)


@pytest.mark.parametrize("kind", [OneImage, FixMatch, MixMatch, UDA])
def test_data_and_seeds_they_do_not_have_are_refused(kind: type[Recipe]) -> None:
    with pytest.raises(ValueError, match="data is one of mnist, digits; got 'shapes'"):
        kind(data="shapes")
    with pytest.raises(ValueError, match="seed must be"):
        kind(seed=-1)


def test_the_catalogue_knows_them() -> None:
    assert {kind.name for kind in MINE} <= set(catalogue())
    assert [kind.lane for kind in MINE] == ["short", "long", "long", "long", "short"]
