"""Every live experiment on a GPU that is only pretended: nothing fails there, and nothing waits for it at every step.

Those in `LONG` would take long here. They run for their first events as they are, and to their end cut short.
"""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
import torch

from dkdemo import distillation, labels, moco, probability, regularisation
from dkdemo.experiments import (
    catalogue,
    cost_material,
    few_labels,
    figure5,
    midpoint,
    noise,
    overconfident,
    smooth_teacher,
    unseen,
    what_buys,
)
from dkdemo.experiments.photos import LARGE
from dkdemo.jobs.events import Done, to_json
from dkdemo.models import StackedMLP
from dkdemo.teachers import Committee
from tests.pretended_gpu import pretended_gpu

EVENTS = 20  # of an experiment that would take long here: its lessons have begun by then
LONG: dict[str, dict[str, Any]] = {  # and the settings with which they are short
    **{name: {} for name in ("overconfident", "smooth_teacher", "noise", "fixmatch", "mixmatch", "uda")},
    **{name: {} for name in ("unseen", "what_buys", "midpoint", "pruning")},
    "plane": {"student_steps": 10},
    "matrix": {"looks": ("crop", "color"), "steps": 2, "batch_size": 8},
    "mean_teacher": {"steps": 20, "batch_size": 8},
    "cpc": {"steps": 2},
    "sphere": {"steps": 4, "batch_size": 8},
    "momentum": {"steps": 20, "batch_size": 8, "queue_size": 160},
    "figure5": {"steps": 2, "batch_size": 8},
}

WITHOUT_STEPS = {  # or with a teacher that may be kept from before
    *("samples", "polynomials", "double_descent", "speed", "gallery", "more_data", "shuffling", "views", "switches"),
    *("bits", "int8", "chains", "one_image", "slips"),
}


def rehearse(recipe, events=10**6):
    """What the GPU was made to do, whether it ran in half precision, and the last event; at most so many of them."""
    half = False
    enter = torch.autocast.__enter__

    def noted(context):
        nonlocal half
        half = half or context._enabled
        return enter(context)

    with pretended_gpu() as seen, patch.object(torch.autocast, "__enter__", noted):
        for count, event in enumerate(recipe.run(), start=1):
            seen.event()
            to_json(event)  # as it goes through the pipe: no tensor may be left in it
            if count == events:
                break
    return seen, half, event


@pytest.mark.training
@pytest.mark.parametrize("name", [name for name in catalogue() if name != "photos"])
def test_the_gpu_path_runs_and_does_not_wait_at_every_step(name) -> None:
    seen, half, last = rehearse(catalogue()[name](), EVENTS if name in LONG else 10**6)
    assert isinstance(last, Done) or name in LONG
    if isinstance(last, Done):
        assert ("bfloat16" in last.result["device"]) == half, "the caption names the number format, where it was used"
    assert seen.steps or name in WITHOUT_STEPS
    every_step = {line: count for line, count in seen.stalls.items() if count > max(3, seen.steps / 20)}
    assert not every_step, f"in {seen.steps} steps"


@pytest.fixture
def in_a_hurry(monkeypatch, tmp_path):
    """All lessons that no setting shortens take a few steps; teachers are taught and kept elsewhere."""
    monkeypatch.setenv("DKDEMO_HOME", str(tmp_path))
    for module, name, cut in (
        (few_labels, "SETTINGS", {"steps": 3, "batch": 8, "runs": 1}),
        (unseen, "SETTINGS", {"steps": 3}),
        (cost_material, "WIDE", {"steps": 3}),
    ):
        short = {data: replace(how, **cut) for data, how in getattr(module, name).items()}
        monkeypatch.setattr(module, name, short)
    plan = smooth_teacher.DIGITS
    short_plan = replace(plan, teacher=(3, *plan.teacher[1:]), student=(3, *plan.student[1:]))
    monkeypatch.setattr(smooth_teacher, "DIGITS", short_plan)
    for module, values in (
        (cost_material, {"TUNE_STEPS": {"digits": 2}}),
        (noise, {"STEPS": 3}),
        (midpoint, {"STEPS": 3}),
        (what_buys, {"STEPS": {"digits": 3}, "SIZES": {"digits": (50, 100)}}),
    ):
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)
    quick = Committee(members=2, hidden=8, steps=3)
    monkeypatch.setattr(unseen, "light_teacher", lambda data, seed: quick)
    monkeypatch.setattr(overconfident, "light_teacher", lambda data, seed: quick)
    monkeypatch.setattr(overconfident, "sure_teacher", lambda data, seed: replace(quick, seed=1))
    few_labels.load_task.cache_clear()
    yield
    few_labels.load_task.cache_clear()


@pytest.mark.training
@pytest.mark.parametrize("name", LONG)
def test_what_is_told_at_the_end_comes_back_from_the_gpu(name, in_a_hurry) -> None:
    seen, half, last = rehearse(catalogue()[name](**LONG[name]))
    assert isinstance(last, Done)
    assert ("bfloat16" in last.result["device"]) == half
    assert seen.steps


@pytest.mark.training
@pytest.mark.cifar10
def test_the_larger_recipe_on_photographs_does_so_too() -> None:
    tiny = replace(
        LARGE, epochs=0.1, batch_size=512, widths=(4, 8, 8), student=(4, 8, 8), per_class=5, student_steps=25
    )
    seen, half, last = rehearse(tiny)
    assert isinstance(last, Done)
    assert half
    assert last.result["device"].endswith(", bfloat16")
    assert seen.steps == 10 + 25
    assert not {line: count for line, count in seen.stalls.items() if count > 3}


@pytest.mark.training
@pytest.mark.cifar10
def test_the_larger_simclr_on_photographs_does_so_too() -> None:
    """Until the untrained encoder has been asked about all photographs, and some steps more."""
    tiny = replace(figure5.LARGE, steps=50, batch_size=64, widths=(4, 8, 8))
    seen, half, last = rehearse(tiny, events=6)
    assert half
    assert last.step == 16
    assert not {line: count for line, count in seen.stalls.items() if count > 3}


def test_the_pretended_gpu_is_as_strict_as_a_real_one() -> None:
    with pretended_gpu() as seen:
        there, here = torch.arange(6.0, device="cuda").view(2, 3), torch.ones(2, 3)
        first = torch.zeros(1, dtype=torch.long, device="cuda")
        with pytest.raises(RuntimeError, match="same device"):
            there + here
        with pytest.raises(RuntimeError, match="same device"):
            here[first]
        with pytest.raises(TypeError, match="numpy"):
            there.numpy()
        assert (there * 2 + torch.tensor(1.0)).device.type == "cuda", "a single number may come from the processor"
        assert not seen.waits
        assert there.sum().item() == 15
        assert (there.cpu() + here).tolist() == [[1, 2, 3], [4, 5, 6]]
        assert there[there > 3].tolist() == [4, 5]
        there[there > 3] = 0
        assert sum(seen.waits.values()) == 4, "a number, a copy, a mask whose length nobody knows, and a copy again"
        assert (here.to("cuda", non_blocking=True) + there).device.type == "cuda"
        assert sum(seen.waits.values()) == 4
        here.to("cuda")
        torch.linalg.inv(torch.eye(2, device="cuda"))
        assert sum(seen.waits.values()) == 6, "torch waits to send, too, and to know whether there is an inverse"


def test_the_pretended_gpu_counts_the_steps_between_which_somebody_looked() -> None:
    with pretended_gpu() as seen:
        net = torch.nn.Linear(3, 1).to("cuda")
        before = net.weight.detach().cpu()
        seen.event()
        adam = torch.optim.Adam(net.parameters(), fused=True)
        for step in range(20):
            loss = net(torch.ones(4, 3, device="cuda")).square().mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            if step < 4 or step == 10:
                loss.item()
            if step == 11:
                seen.event()
        assert seen.steps == 20
        assert list(seen.stalls.values()) == [4], "the fifth look was for a report"
        assert (net.weight.detach().cpu() != before).all()


def test_checks_look_at_numbers_on_a_processor_and_never_on_a_gpu() -> None:
    """What is refused here passes there: looking would mean waiting for it at every step."""
    weights, nan = torch.ones(2, 3), torch.tensor([float("nan"), 1.0])
    stacks = [StackedMLP((3, 2), [seed, seed]) for seed in (0, 1)]
    wrong = {
        "logits must be finite": lambda to: probability.softmax(to(nan)),
        "p must be non-negative": lambda to: probability.entropy(to(weights)),
        "labels must be from 0 to 9": lambda to: labels.one_hot(to(torch.tensor([10])), 10),
        "every temperature must be > 0": lambda to: distillation.soft_loss(
            to(weights[None]), to(weights[None]), temperature=to(torch.tensor([-1.0]))
        ),
        "l1 and l2 must be >= 0": lambda to: regularisation.shrink(
            to(weights), l1=to(torch.tensor([-1.0, 0.0])), l2=to(torch.zeros(2))
        ),
        "decay must be": lambda to: moco.momentum_update(to(stacks[0]), to(stacks[1]), to(torch.tensor([2.0, 0.0]))),
    }
    for sentence, use in wrong.items():
        with pytest.raises(ValueError, match=sentence):
            use(lambda here: here)
    with pretended_gpu() as seen:
        for use in wrong.values():
            use(lambda here: here.to("cuda", non_blocking=True))
        assert not seen.waits
