"""Eight shapes in random colours: a data set made by a formula, so that it needs no file and no network.

The shape is the label; colour, place, size and angle are nuisances that a lazy learner may cling to instead.
The hue of the foreground is kept as a second label, to catch such a learner.
"""

from __future__ import annotations

import math

import numpy as np

CLASSES = ("disc", "square", "triangle", "plus", "ring", "star", "half", "frame")
SIDE = 32
JITTER = 2.0  # pixels of 32: a small encoder of strides 4 and 2 would need longer for shapes that roam freely

# Where each shape is, in its own coordinates: u to the right, v down, both within [-1, 1].
INSIDE = (
    lambda u, v: np.hypot(u, v) < 1,
    lambda u, v: np.maximum(abs(u), abs(v)) < 0.85,
    lambda u, v: (v < 0.7) & (v > 1.7 * abs(u) - 0.9),
    lambda u, v: (np.minimum(abs(u), abs(v)) < 0.3) & (np.maximum(abs(u), abs(v)) < 0.95),
    lambda u, v: (np.hypot(u, v) < 1) & (np.hypot(u, v) > 0.6),
    lambda u, v: np.hypot(u, v) < 0.62 + 0.35 * np.cos(5 * (np.arctan2(v, u) + math.pi / 2)),
    lambda u, v: (np.hypot(u, v) < 1) & (v > 0),
    lambda u, v: (np.maximum(abs(u), abs(v)) < 0.9) & (np.maximum(abs(u), abs(v)) > 0.55),
)


def draw(count: int, seed: int, side: int = SIDE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw ``count`` pictures; the same seed draws the same ones.

    Each shape has a radius of 9-13 pixels (of 32), turns by at most 0.15 rad, sits within 2 pixels of the middle, and
    has a random foreground and background colour with a little noise on top.

    Returns: images uint8 (N, 3, side, side), shape labels int64 (N,), foreground hues float32 (N,) in [0, 1).
    """
    if count < 1 or side < 8:
        raise ValueError(f"need count >= 1 and side >= 8, got {count} and {side}")
    rng = np.random.default_rng(seed)
    labels = rng.integers(len(CLASSES), size=count)

    def between(low: float, high: float) -> np.ndarray:
        return rng.uniform(low, high, size=(count, 1, 1)).astype(np.float32)

    radius, angle = between(9, 13) * side / 32, between(-0.15, 0.15)
    room = np.minimum(side / 2 - 1 - radius, JITTER * side / 32)
    down, across = np.mgrid[0:side, 0:side].astype(np.float32) + 0.5
    dx = across - side / 2 - between(-1, 1) * room
    dy = down - side / 2 - between(-1, 1) * room
    u = (np.cos(angle) * dx + np.sin(angle) * dy) / radius  # the shape's own coordinates: it fills [-1, 1]
    v = (np.cos(angle) * dy - np.sin(angle) * dx) / radius
    mask = np.zeros((count, side, side), dtype=bool)
    for label, inside in enumerate(INSIDE):
        mask[labels == label] = inside(u[labels == label], v[labels == label])

    hues, back_hues = rng.random(count, dtype=np.float32), rng.random(count, dtype=np.float32)
    front = _rgb(hues, between(0.5, 1.0), between(0.6, 1.0))
    back = _rgb(back_hues, between(0.2, 0.8), between(0.15, 0.9))
    picture = np.where(mask[:, None], front, back)
    picture += 0.03 * rng.standard_normal(picture.shape, dtype=np.float32)
    return (picture.clip(0, 1) * 255).astype(np.uint8), labels, hues


def _rgb(hue: np.ndarray, saturation: np.ndarray, value: np.ndarray) -> np.ndarray:
    """HSV to RGB, hue (N,) and the others (N, 1, 1), all in [0, 1]; returns (N, 3, 1, 1)."""
    sector = (np.array([5, 3, 1], np.float32)[:, None, None] + 6 * hue[:, None, None, None]) % 6
    saturation, value = saturation[:, None], value[:, None]
    return (value * (1 - saturation * np.minimum(sector, 4 - sector).clip(0, 1))).astype(np.float32)
