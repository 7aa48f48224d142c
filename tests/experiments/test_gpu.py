"""Every live experiment on a GPU that is only pretended: it must not stop, and must not wait at every step."""

from dataclasses import replace

import pytest
import torch

from dkdemo.experiments import catalogue
from dkdemo.experiments.photos import LARGE
from dkdemo.jobs.events import Done, to_json
from tests.pretended_gpu import pretended_gpu

EVENTS = 20  # of an experiment that would take long here: its lessons have begun by then
LONG = {
    *("plane", "overconfident", "smooth_teacher", "noise", "fixmatch", "mixmatch", "uda", "matrix", "mean_teacher"),
    *("unseen", "answer", "what_buys", "cpc", "sphere", "momentum", "midpoint", "collapse", "pruning", "figure5"),
}


def rehearse(recipe, events=10**6):
    """What the GPU was made to do, and the last event; at most so many of them."""
    with pretended_gpu() as seen:
        for count, event in enumerate(recipe.run(), start=1):
            seen.event()
            to_json(event)  # as it goes through the pipe: no tensor may be left in it
            if count == events:
                break
    return seen, event


@pytest.mark.training
@pytest.mark.parametrize("name", [name for name in catalogue() if name != "photos"])
def test_the_gpu_path_runs_and_looks_at_its_numbers_only_to_report(name) -> None:
    seen, last = rehearse(catalogue()[name](), EVENTS if name in LONG else 10**6)
    assert isinstance(last, Done) or name in LONG
    every_step = {line: count for line, count in seen.stalls.items() if count > max(3, seen.steps / 20)}
    assert not every_step, f"in {seen.steps} steps"


@pytest.mark.training
@pytest.mark.cifar10
def test_the_larger_recipe_on_photographs_does_so_too() -> None:
    tiny = replace(
        LARGE, epochs=0.1, batch_size=512, widths=(4, 8, 8), student=(4, 8, 8), per_class=5, student_steps=25
    )
    seen, last = rehearse(tiny)
    assert isinstance(last, Done)
    assert seen.steps == 10 + 25
    assert not {line: count for line, count in seen.stalls.items() if count > 3}


def test_the_pretended_gpu_is_as_strict_as_a_real_one() -> None:
    with pretended_gpu() as seen:
        there, here = torch.arange(6.0, device="cuda").view(2, 3), torch.ones(2, 3)
        with pytest.raises(RuntimeError, match="same device"):
            there + here
        with pytest.raises(RuntimeError, match="same device"):
            here[torch.tensor([0], device="cuda")]
        with pytest.raises(TypeError, match="numpy"):
            there.numpy()
        assert (there * 2 + torch.tensor(1.0)).device.type == "cuda", "a single number may come from the processor"
        assert not seen.waits
        assert there.sum().item() == 15
        assert (there.cpu() + here).tolist() == [[1, 2, 3], [4, 5, 6]]
        there[there > 3] = 0
        assert sum(seen.waits.values()) == 3, "a number, a copy, and a mask whose length nobody knows"


def test_the_pretended_gpu_counts_the_steps_between_which_somebody_looked() -> None:
    with pretended_gpu() as seen:
        net = torch.nn.Linear(3, 1).to("cuda")
        before = net.weight.detach().cpu()
        seen.event()
        adam = torch.optim.Adam(net.parameters(), fused=True)
        for step in range(6):
            loss = net(torch.ones(4, 3, device="cuda")).square().mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            if step < 4:
                loss.item()
            if step == 3:
                seen.event()
        assert seen.steps == 6
        assert list(seen.stalls.values()) == [3], "the fourth look was for a report"
        assert (net.weight.detach().cpu() != before).all()
