"""What the loops share: where to measure, and how to answer a whole data set."""

import pytest
import torch

from dkdemo import datasets
from dkdemo.models import StackedMLP, mlp, small_cnn
from dkdemo.training import annealed_adam, evaluating, logits_of, measuring_steps


def test_marks_hold_both_ends_and_about_as_many_points_as_asked() -> None:
    assert measuring_steps(400, 20) == {1, *range(20, 401, 20)}
    assert measuring_steps(3, 20) == {1, 2, 3}
    assert measuring_steps(1, 1) == {1}
    with pytest.raises(ValueError, match="got 0 and 3"):
        measuring_steps(0, 3)


def test_the_step_size_rises_and_anneals_to_nothing() -> None:
    adam, schedule = annealed_adam(mlp((2, 2)), 0.1, 50)
    rates = []
    for _ in range(50):
        rates.append(adam.param_groups[0]["lr"])
        adam.step()
        schedule.step()
    assert max(rates) == pytest.approx(0.1)
    assert rates[0] == pytest.approx(0.1 / 25)
    assert rates[-1] < 1e-5


@pytest.mark.parametrize("training", [True, False])
def test_whoever_is_asked_learns_nothing_and_goes_on_as_before(training: bool) -> None:
    net = mlp((2, 2)).train(training)
    with evaluating(net):
        assert not net.training
        assert not net(torch.ones(1, 2)).requires_grad
    assert net.training is training
    assert net(torch.ones(1, 2)).requires_grad
    with pytest.raises(ZeroDivisionError), evaluating(net):
        _ = 1 / 0
    assert net.training is training
    assert torch.is_grad_enabled()


def test_answers_come_in_chunks_in_order_and_leave_the_mode_alone() -> None:
    _, test = datasets.load("shapes")
    net = small_cnn(2, 3, 3, 32, 8).train()
    before = {name: values.clone() for name, values in net.state_dict().items()}
    index = torch.tensor([7, 3, 500, 3])
    got = logits_of(net, test, index, chunk=3)
    assert net.training
    assert all(torch.equal(values, before[name]) for name, values in net.state_dict().items()), "statistics moved"
    with torch.no_grad():
        torch.testing.assert_close(got, net.eval()(test.normalised(index)))
    stack = StackedMLP((3 * 32 * 32, 4, 8), (0, 1))
    both = logits_of(stack, test, index, chunk=3)
    assert both.shape == (2, 4, 8)
    for copy, seed in enumerate((0, 1)):
        with torch.no_grad():
            torch.testing.assert_close(both[copy], mlp((3 * 32 * 32, 4, 8), seed=seed)(test.normalised(index)))
