"""Walking downhill: three landscapes of two weights, three ways to walk them, and the step that is too long.

Plain numpy and no torch: the kernels of the page walk the same paths, and `torch.optim` is the oracle of the tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Gradient = Callable[[np.ndarray], np.ndarray]

BETAS, EPSILON = (0.9, 0.999), 1e-8  # Adam's, as its paper and torch have them


@dataclass(frozen=True)
class Quadratic:
    """The loss every smooth loss looks like close to its minimum: L(w) = sum_i h_i w_i² / 2.

    ``curvatures`` are the h_i > 0, one a weight. Equal ones make a bowl, unequal ones a valley.
    """

    curvatures: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.curvatures or not all(0 < h < math.inf for h in self.curvatures):
            raise ValueError(f"curvatures must be positive numbers, at least one; got {self.curvatures}")

    def loss(self, w: np.ndarray) -> np.ndarray:
        """(..., D) -> (...)."""
        return 0.5 * (np.asarray(self.curvatures) * w**2).sum(-1)

    def gradient(self, w: np.ndarray) -> np.ndarray:
        return np.asarray(self.curvatures) * w

    def hessian(self, w: np.ndarray) -> np.ndarray:
        return np.diag(self.curvatures)


@dataclass(frozen=True)
class TwoWeights:
    """A real network, the smallest with a hidden layer: y = v tanh(u x), and its mean squared error on some data.

    L(u, v) = sum_n (v tanh(u x_n) - y_n)² / 2N. Turning the signs of both weights changes nothing, so there are two
    equally good minima, and a saddle at 0 between them where the gradient is 0 and nothing has been learnt.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.x or len(self.x) != len(self.y) or not np.isfinite([*self.x, *self.y]).all():
            raise ValueError(f"need as many finite y as x, at least one; got {len(self.x)} and {len(self.y)}")

    def _parts(self, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """x, the hidden unit t = tanh(u x), the weight v, and the error v t - y."""
        x, y = np.asarray(self.x), np.asarray(self.y)
        u, v = w[..., :1], w[..., 1:]
        t = np.tanh(u * x)
        return x, t, v, v * t - y

    def loss(self, w: np.ndarray) -> np.ndarray:
        """(..., 2) -> (...)."""
        return 0.5 * (self._parts(w)[3] ** 2).mean(-1)

    def gradient(self, w: np.ndarray) -> np.ndarray:
        x, t, v, error = self._parts(w)
        return np.stack([(error * v * (1 - t**2) * x).mean(-1), (error * t).mean(-1)], axis=-1)

    def hessian(self, w: np.ndarray) -> np.ndarray:
        """(2,) -> (2, 2)."""
        x, t, v, error = self._parts(w)
        slope = (1 - t**2) * x  # dt/du
        uu = ((v * slope) ** 2 + error * v * -2 * t * slope * x).mean()
        uv = (v * slope * t + error * slope).mean()
        return np.array([[uu, uv], [uv, (t**2).mean()]])


def sgd(
    gradient: Gradient, start: Sequence[float], *, learning_rate: float, steps: int, momentum: float = 0.0
) -> np.ndarray:
    """Always straight downhill, perhaps with some momentum: v <- m v + g, w <- w - lr v.

    Args:
        gradient: of the loss, (D,) -> (D,).
        learning_rate: lr > 0; it multiplies the whole buffer, as in torch (no dampening).
        momentum: m in [0, 1); 0 is the slide's gradient descent.

    Returns: the path, (steps + 1, D), with the start in front. The slide calls it "decent"; it is, but it is descent.

    Source: Polyak 1964; torch.optim.SGD.
    """
    _check(learning_rate, steps)
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be in [0, 1), got {momentum}")
    path, velocity = [np.asarray(start, dtype=np.float64)], np.zeros(len(start))
    with np.errstate(over="ignore", invalid="ignore"):  # a path that runs away may reach infinity
        for _ in range(steps):
            velocity = momentum * velocity + gradient(path[-1])
            path.append(path[-1] - learning_rate * velocity)
    return np.stack(path)


def adam(gradient: Gradient, start: Sequence[float], *, learning_rate: float, steps: int) -> np.ndarray:
    """Every weight its own step: the mean gradient divided by its usual size.

    m <- b1 m + (1 - b1) g, s <- b2 s + (1 - b2) g², w <- w - lr m̂ / (√ŝ + eps), hats: divided by 1 - b^t.

    The very first step has length lr along each weight, whatever the slope; so the curvature alone does not say when
    Adam fails. Returns the path, (steps + 1, D).

    Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; torch.optim.Adam.
    """
    _check(learning_rate, steps)
    path = [np.asarray(start, dtype=np.float64)]
    mean, square = np.zeros(len(start)), np.zeros(len(start))
    first, second = BETAS
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(1, steps + 1):
            slope = gradient(path[-1])
            mean = first * mean + (1 - first) * slope
            square = second * square + (1 - second) * slope**2
            size = np.sqrt(square / (1 - second**step)) + EPSILON
            path.append(path[-1] - learning_rate * (mean / (1 - first**step)) / size)
    return np.stack(path)


def edge(curvature: float, momentum: float = 0.0) -> float:
    """The learning rate from which descent no longer arrives: 2 (1 + m) / h.

    On a quadratic of curvature h each plain step multiplies the distance to the minimum by 1 - lr h. It shrinks
    exactly if 0 < lr < 2 / h; at the edge it jumps to and fro for ever, beyond it grows. In many dimensions the
    largest curvature decides. For other losses the edge tells only what happens close to a minimum.
    """
    if not curvature > 0 or not 0 <= momentum < 1:
        raise ValueError(f"need curvature > 0 and momentum in [0, 1), got {curvature} and {momentum}")
    return 2 * (1 + momentum) / curvature


def minimum(landscape: Quadratic | TwoWeights, near: Sequence[float]) -> np.ndarray:
    """The minimum that Newton's method finds from ``near``, to the last digits."""
    w = np.asarray(near, dtype=np.float64)
    for _ in range(100):
        step = np.linalg.solve(landscape.hessian(w), landscape.gradient(w))
        w = w - step
        if np.abs(step).max() < 1e-14:
            break
    if np.linalg.eigvalsh(landscape.hessian(w)).min() <= 0 or np.abs(landscape.gradient(w)).max() > 1e-10:
        raise ValueError(f"Newton's method finds no minimum from {list(map(float, near))}")
    return w


def sharpness(landscape: Quadratic | TwoWeights, w: np.ndarray) -> float:
    """The largest curvature at w: the largest eigenvalue of the Hessian."""
    return float(np.linalg.eigvalsh(landscape.hessian(w)).max())


def _check(learning_rate: float, steps: int) -> None:
    if not 0 < learning_rate < math.inf or steps < 1:
        raise ValueError(f"need learning_rate > 0 and at least 1 step, got {learning_rate} and {steps}")


LANDSCAPES: dict[str, Quadratic | TwoWeights] = {
    "bowl": Quadratic((1.0, 1.0)),
    "valley": Quadratic((1.0, 10.0)),
    "network": TwoWeights(
        x=(-2.0, -1.4, -0.8, -0.3, 0.4, 0.9, 1.3, 2.0),
        y=(-1.33, -1.18, -0.99, -0.68, 0.76, 1.18, 1.2, 1.46),  # about 1.4 tanh(1.2 x), with noise
    ),
}
MINIMUM = {  # the network has its mirror image as well
    name: tuple(minimum(land, (1.2, 1.4) if name == "network" else (0.0, 0.0)).tolist())
    for name, land in LANDSCAPES.items()
}
