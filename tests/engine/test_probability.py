"""Softmax, entropies and divergences against the slide's numbers, torch, closed forms and properties."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dkdemo.probability import cross_entropy, entropy, js, kl, log_softmax, sharpen, softmax

SLIDE = [1.4, 2.8, 0.9]
RNG = np.random.default_rng(0)
LOGITS = RNG.normal(scale=3, size=(5, 7))


@pytest.mark.parametrize(
    ("temperature", "printed"),
    [
        (1, [0.17662444, 0.71624742, 0.10712814]),
        (1 / 0.3, [0.2956245, 0.44992913, 0.25444637]),
        (1 / 0.5, [0.26367459, 0.53097543, 0.20534998]),
    ],
)
def test_the_slides_three_columns_to_eight_places(temperature, printed):
    np.testing.assert_allclose(softmax(SLIDE, temperature), printed, atol=5e-9)


def test_a_list_a_numpy_array_and_a_tensor_all_go_in_and_stay_in_the_family():
    from_list, from_numpy = softmax(LOGITS.tolist(), 2.0), softmax(LOGITS, 2.0)
    from_torch = softmax(torch.tensor(LOGITS), 2.0)
    assert isinstance(from_list, np.ndarray)
    assert isinstance(from_torch, torch.Tensor)
    np.testing.assert_array_equal(from_list, from_numpy)
    np.testing.assert_allclose(from_torch.numpy(), from_numpy, atol=1e-15)
    assert softmax(torch.tensor([1, 2])).dtype == torch.get_default_dtype()
    assert softmax(np.float32([1, 2])).dtype == np.float32


@pytest.mark.parametrize("temperature", [0.25, 1.0, 4.0])
def test_softmax_and_its_logarithm_equal_torch(temperature):
    z = torch.tensor(LOGITS)
    torch.testing.assert_close(softmax(z, temperature), F.softmax(z / temperature, -1), atol=1e-14, rtol=0)
    torch.testing.assert_close(log_softmax(z, temperature), F.log_softmax(z / temperature, -1), atol=1e-13, rtol=0)


def test_gradients_flow_as_through_torch():
    ours, theirs = (torch.tensor(LOGITS, requires_grad=True) for _ in range(2))
    entropy(softmax(ours, 3.0)).sum().backward()
    torch.distributions.Categorical(logits=theirs / 3.0).entropy().sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad, atol=1e-14, rtol=0)


def test_extremes_of_logits_and_temperature_stay_exact():
    np.testing.assert_array_equal(softmax([1e307, -1e307, 0]), [1, 0, 0])
    np.testing.assert_array_equal(softmax(SLIDE, 1e-6), [0, 1, 0])
    np.testing.assert_allclose(softmax(SLIDE, 1e6), [1 / 3] * 3, atol=1e-6)
    assert log_softmax([0, -1000])[1] == -1000


def test_temperature_raises_the_wrong_classes_and_flattens_their_ratio():
    mass, ratio = [], []
    for temperature in (1, 2, 1 / 0.3):
        q = softmax(SLIDE, temperature)
        mass.append(1 - q[1])
        ratio.append(q[0] / q[2])
    np.testing.assert_allclose(mass, [0.284, 0.469, 0.550], atol=5e-4)
    np.testing.assert_allclose(ratio, [math.exp(0.5 / t) for t in (1, 2, 1 / 0.3)], rtol=1e-12)


def test_entropies_of_the_slides_answers():
    for temperature, nats in ((1, 0.7845), (2, 1.0127), (1 / 0.3, 1.0679)):
        assert entropy(softmax(SLIDE, temperature)) == pytest.approx(nats, abs=5e-5)
    assert entropy([0, 1, 0]) == 0
    assert entropy([0.25] * 4) == pytest.approx(math.log(4), abs=1e-15)


def test_cross_entropy_and_kl_equal_torch():
    p, q = softmax(torch.tensor(LOGITS)), softmax(torch.tensor(RNG.normal(size=(5, 7))))
    torch.testing.assert_close(cross_entropy(p, q).mean(), F.cross_entropy(q.log(), p), atol=1e-14, rtol=0)
    torch.testing.assert_close(kl(p, q).mean(), F.kl_div(q.log(), p, reduction="batchmean"), atol=1e-14, rtol=0)


def test_cross_entropy_is_infinite_only_where_belief_rules_truth_out():
    assert cross_entropy([0.5, 0.5], [1, 0]) == math.inf
    assert cross_entropy([1, 0], [1, 0]) == 0
    assert cross_entropy([0, 1, 0], [0.15, 0.7, 0.15]) == pytest.approx(-math.log(0.7), abs=1e-15)


def test_js_is_bounded_by_ln_m_and_symmetric():
    corners = np.eye(3)
    assert js(*corners) == pytest.approx(math.log(3), abs=1e-15)
    p, q, r = (softmax(RNG.normal(size=4)) for _ in range(3))
    assert js(p, q, r) == pytest.approx(js(r, p, q), abs=1e-15)
    assert 0 < js(p, q, r) < math.log(3)
    assert js(p, p) == pytest.approx(0, abs=1e-15)


def test_sharpen_is_softmax_with_that_temperature_and_keeps_zeros():
    np.testing.assert_allclose(sharpen(softmax(LOGITS), 0.5), softmax(LOGITS, 0.5), atol=1e-14)
    p = softmax(LOGITS)
    np.testing.assert_allclose(sharpen(p, 1.0), p, atol=1e-15)
    for temperature in (1e-6, 0.5, 1e6):
        np.testing.assert_allclose(sharpen([0.5, 0.5, 0], temperature), [0.5, 0.5, 0], atol=1e-15)


@pytest.mark.parametrize(
    "logits", [[], [[]], "abc", ["a", "b"], None, 5.0, [[1, 2], [3]], [1, math.nan], [math.inf, 0], [1j]]
)
def test_bad_logits_get_one_sentence(logits):
    with pytest.raises(ValueError, match="logits must") as refusal:
        softmax(logits)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("temperature", [0, -1, math.nan, math.inf, -math.inf, 1e-300, 1e300, "hot", None, [1, 2]])
def test_bad_temperatures_get_one_sentence(temperature):
    with pytest.raises(ValueError, match="temperature must be a number from"):
        softmax(SLIDE, temperature)


def test_what_is_no_distribution_is_refused():
    for p in ([0.5, 0.6], [-0.1, 1.1], [math.nan, 1]):
        with pytest.raises(ValueError, match="must be"):
            entropy(p)
    with pytest.raises(ValueError, match="two distributions"):
        js([1.0])


def test_importing_and_using_it_never_loads_torch():
    line = "import sys; from dkdemo import labels; labels.smooth_labels([1], 2, 0.1); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", line], check=False).returncode == 0
