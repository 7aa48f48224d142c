"""Twins of assets/live/kernels/three_targets.js and released_code.js: teachers made of nothing, as numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dkdemo.kernels.sums import percent
from dkdemo.labels import equivalent_alpha, smooth_labels, virtual_teacher
from dkdemo.probability import entropy, sharpen, softmax


def three_targets(logits: Sequence[float], label: int, right: float, temperature: float) -> dict[str, Any]:
    """What three teachers say of one image: nobody's uniform answer, the virtual teacher's, and one's own.

    ``logits`` are those of the network's earlier copy. Each answer comes with its claim to dark knowledge: how many
    times the likeliest wrong class exceeds the least likely one, 1 for the two that know nothing of the image.
    """
    own = softmax(list(logits), temperature).tolist()
    count = len(own)
    virtual = sharpen(virtual_teacher(label, count, right=right), temperature).tolist()
    wrong = [share for index, share in enumerate(own) if index != label]
    answers = {"uniform": smooth_labels(label, count, 1.0).tolist(), "virtual": virtual, "own": own}
    values: dict[str, Any] = {"right": float(right), "temperature": float(temperature)}
    second = own.index(max(wrong))
    for name, answer in answers.items():
        values |= {
            name: answer,
            f"{name}_text": [percent(p) if index in (label, second) else "" for index, p in enumerate(answer)],
        }
    return values | {
        "virtual_right": virtual[label],
        "virtual_wrong": virtual[second],
        "alpha": equivalent_alpha(count, virtual[label]),
        "own_right": own[label],
        "ratio": max(wrong) / min(wrong),
        "doubt": float(entropy(own)),
    }


def released_code(classes: float, right: float, temperature: float) -> dict[str, Any]:
    """The virtual teacher as the paper's equation 9 softens it, and as the released code does.

    - paper: softmax(ln p_d / T);
    - code: softmax(p_d / T), of probabilities as if they were logits, against a student at T = 1.

    Both are smoothed labels; ``alpha_`` says with which alpha.
    """
    count = round(classes)
    p_d = virtual_teacher(0, count, right=right)
    paper, code = sharpen(p_d, temperature).tolist(), softmax(p_d, temperature).tolist()
    return {
        "classes": count,
        "right": float(right),
        "temperature": float(temperature),
        "paper": [count * paper[0], count * paper[1]],  # in shares of the uniform answer
        "paper_text": [f"{share:.5f}" for share in paper[:2]],
        "code": [count * code[0], count * code[1]],
        "code_text": [f"{share:.5f}" for share in code[:2]],
        "paper_times": paper[0] / paper[1],
        "code_times": code[0] / code[1],
        "alpha_paper": equivalent_alpha(count, paper[0]),
        "alpha_code": equivalent_alpha(count, code[0]),
    }


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {"three_targets": three_targets, "released_code": released_code}

_LOGITS = [9.1, -3.2, 0.5, 4.4, -1.7, 2.25, 0, -6.5, 3.3, 1.1]
SAMPLES: dict[str, list[dict[str, Any]]] = {
    "three_targets": [
        {"logits": _LOGITS, "label": 0, "right": 0.99, "temperature": 20},
        {"logits": _LOGITS, "label": 4, "right": 0.2, "temperature": 1},
        {"logits": [1.4, 2.8, 0.9], "label": 1, "right": 0.9, "temperature": 0.5},
    ],
    "released_code": [
        {"classes": classes, "right": right, "temperature": heat}
        for classes, right, heat in ((100, 0.99, 20), (10, 0.99, 20), (2, 0.6, 1), (37.2, 0.9, 3.5))
    ],
}
