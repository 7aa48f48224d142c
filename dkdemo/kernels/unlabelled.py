"""The Python twins of pseudo_label.js, guess_label.js, uda_pull.js and augmix_js.js in assets/live/kernels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dkdemo.kernels.sums import fixed, percent, rounded
from dkdemo.probability import cross_entropy, entropy, js, kl, sharpen, softmax
from dkdemo.schedules import SCHEDULES, tsa_threshold

UDA_TEMPERATURE, UDA_CONFIDENCE = 0.4, 0.8  # those of dkdemo.semi_supervised, which needs torch; a test compares
AUGMIX_WEIGHT = 12

Grey = Sequence[Sequence[float]]  # (H, W) in 0..255
Picture = Sequence[Sequence[Sequence[float]]]  # (H, W, 3)


def pseudo_label(
    weak_logits: Sequence[float],
    strong_logits: Sequence[float],
    sure: Sequence[float],
    right: Sequence[int],
    threshold: float,
    verdicts: Sequence[str] = ("kept", "dropped"),
) -> dict[str, Any]:
    """FixMatch on one picture, and what the threshold lets through of a crowd: ``sure`` and whether ``right``."""
    q, p = softmax(weak_logits), softmax(strong_logits)
    label = int(q.argmax())
    kept = bool(q[label] >= threshold)
    passed = np.asarray(sure) >= threshold
    wrong = int((passed & (np.asarray(right) == 0)).sum())
    return {
        "q": q.tolist(),
        "p": p.tolist(),
        "threshold": float(threshold),
        "line": [threshold, threshold],
        "label": label,
        "sure": float(q[label]),
        "strong_says": float(p[label]),
        "loss": float(-math.log(p[label])) if kept else 0.0,
        "verdict": verdicts[0] if kept else verdicts[1],
        "here": [threshold],
        "kept_share": [float(passed.mean())],
        "wrong_share": [wrong / int(passed.sum()) if passed.any() else 0.0],
        "believed": int(passed.sum()),
        "wrong": wrong,
    }


def guess_label(
    logits: Sequence[Sequence[float]],
    label: int,
    labelled: Grey,
    unlabelled: Grey,
    looks: float,
    temperature: float,
    lam: float,
    verdicts: Sequence[str] = ("sharpened", "left alone", "softened"),
) -> dict[str, Any]:
    """MixMatch on one picture: the mean of the first K answers, sharpened; then mixup with a labelled picture.

    ``spare`` marks the looks that are not asked, as they lie in two rows.

    ``verdicts``: what to call that at T < 1, at T = 1 and at T > 1.
    """
    k = rounded(looks)
    each = softmax(np.asarray(logits, dtype=float)[:k])
    mean = each.mean(0)
    sharp = sharpen(mean, temperature)
    share, half = max(lam, 1 - lam), math.ceil(len(logits) / 2)
    target = share * np.eye(len(mean))[label] + (1 - share) * sharp
    blended = share * np.asarray(labelled, dtype=float) + (1 - share) * np.asarray(unlabelled, dtype=float)
    return {
        "k": k,
        "temperature": float(temperature),
        "spare": [[None if first + place < k else 1 for place in range(half)] for first in (0, half)],
        "verdict": verdicts[int(temperature >= 1) + int(temperature > 1)],
        "mean": mean.tolist(),
        "sharp": sharp.tolist(),
        "sharp_text": [_brief(value) if value == sharp.max() else "" for value in sharp.tolist()],
        "best": int(sharp.argmax()),
        "mean_best": float(mean.max()),
        "sharp_best": float(sharp.max()),
        "mean_entropy": float(entropy(mean)),
        "sharp_entropy": float(entropy(sharp)),
        "dots_x": [name for _ in range(k) for name in range(len(mean))],
        "dots_y": each.ravel().tolist(),
        "share": share,
        "lam": float(lam),
        "rest": 1 - share,
        "label": label,
        "target": target.tolist(),
        "target_text": [_brief(value) for value in target.tolist()],
        "image": _colour(blended),
    }


def uda_pull(
    images: Sequence[Grey],
    clean_logits: Sequence[float],
    logits: Sequence[Sequence[float]],
    strength: float,
    progress: float,
    verdicts: Sequence[str] = ("counts", "rests"),
) -> dict[str, Any]:
    """UDA on one picture at one strength of the strong look, and the three TSA thresholds at one moment t/T."""
    place = rounded(strength * (len(images) - 1))
    clean = softmax(clean_logits)
    wanted = sharpen(clean, UDA_TEMPERATURE)
    answers = softmax(logits)
    noisy = answers[place]
    counts = bool(clean.max() > UDA_CONFIDENCE)
    gaps = [float(kl(wanted, answer)) for answer in answers]
    eta = [tsa_threshold(progress, len(clean), schedule) for schedule in SCHEDULES]
    return {
        "image": _colour(np.asarray(images[place], dtype=float)),
        "strength": float(strength),
        "wanted": wanted.tolist(),
        "noisy": noisy.tolist(),
        "best": int(wanted.argmax()),
        "sure": float(clean.max()),
        "noisy_says": float(noisy[wanted.argmax()]),
        "gap": gaps[place],
        "gap_here": [gaps[place]],
        "here": [strength],
        "gaps": gaps,
        "loss": gaps[place] if counts else 0.0,
        "verdict": verdicts[0] if counts else verdicts[1],
        "now": [progress] * 3,
        "progress": float(progress),
        "eta": eta,
    }


def augmix_js(
    picture: Picture,
    mixed: Sequence[Picture],
    clean: Sequence[float],
    answers: Sequence[Sequence[Sequence[float]]],
    truth: int,
    kept: float,
) -> dict[str, Any]:
    """AugMix at one share m of the picture itself: both mixtures, the three answers, their mean M, JS and the loss."""
    place = rounded(kept * (len(answers) - 1))
    p = [np.asarray(clean, dtype=float), *(np.asarray(answer, dtype=float) for answer in answers[place])]
    middle = (p[0] + p[1] + p[2]) / 3
    gaps = [float(kl(one, middle)) for one in p]
    apart, target = float(js(*p)), np.eye(len(middle))[truth]
    own = np.asarray(picture, dtype=float)
    first, second = (kept * own + (1 - kept) * np.asarray(one, dtype=float) for one in mixed)
    return {
        "kept": float(kept),
        "first": first.tolist(),
        "second": second.tolist(),
        "p_orig": p[0].tolist(),
        "p_first": p[1].tolist(),
        "p_second": p[2].tolist(),
        "mean": middle.tolist(),
        "gaps": gaps,
        "gaps_text": [fixed(gap, 3) for gap in gaps],
        "js": apart,
        "js_bar": [apart],
        "bound": math.log(3),
        "bounded": apart / math.log(3),
        "ce": float(cross_entropy(target, p[0])),
        "loss": float(cross_entropy(target, p[0])) + AUGMIX_WEIGHT * apart,
        "penalty": AUGMIX_WEIGHT * apart,
    }


def _brief(share: float) -> str:
    """Text over a bar; nothing over one that can hardly be seen."""
    return percent(share) if share >= 0.02 else ""


def _colour(grey: np.ndarray) -> list[list[list[float]]]:
    return np.repeat(grey[..., None], 3, axis=-1).tolist()


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {
    "pseudo_label": pseudo_label,
    "guess_label": guess_label,
    "uda_pull": uda_pull,
    "augmix_js": augmix_js,
}

_LOGITS = [[1.5, 4.0, -2.0, 0.25], [0.5, 2.0, 2.5, -1.0], [3.0, 3.5, 0.0, 1.0], [-1.0, 6.0, 2.0, 0.0]]
_GREY = [[0, 40, 255], [7, 130, 99], [250, 3, 64]]
_CROWD = {"sure": [0.3, 0.51, 0.7, 0.9, 0.95, 0.99], "right": [0, 1, 0, 1, 1, 0]}
_RED = [[[250, 10, 0], [3, 90, 200]], [[0, 0, 0], [255, 255, 255]]]
_BLUE = [[[1, 20, 255], [30, 60, 90]], [[128, 127, 5], [200, 0, 40]]]
_ANSWERS = [
    [[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]],
    [[0.1, 0.9, 0.0], [0.25, 0.25, 0.5]],
    [[0.98, 0.01, 0.01], [1.0, 0.0, 0.0]],
]

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "pseudo_label": [
        {"weak_logits": _LOGITS[0], "strong_logits": _LOGITS[1], **_CROWD, "threshold": threshold}
        for threshold in (0.0, 0.5, 0.93, 1.0)
    ],
    "guess_label": [
        {
            "logits": _LOGITS,
            "label": 2,
            "labelled": _GREY,
            "unlabelled": _GREY[::-1],
            "looks": k,
            "temperature": t,
            "lam": m,
        }
        for k, t, m in ((1, 0.5, 0.75), (3, 0.1, 0.2), (4, 1.0, 0.5), (2, 2.0, 1.0))
    ],
    "uda_pull": [
        {
            "images": [_GREY, _GREY[::-1], _GREY],
            "clean_logits": _LOGITS[clean],
            "logits": _LOGITS[:3],
            "strength": strength,
            "progress": progress,
        }
        for clean, strength, progress in ((0, 0.0, 0.0), (1, 0.5, 0.35), (3, 1.0, 1.0))
    ],
    "augmix_js": [
        {"picture": _RED, "mixed": [_BLUE, _RED], "clean": [0.6, 0.3, 0.1], "answers": _ANSWERS, "truth": 1, "kept": m}
        for m in (0.0, 0.5, 1.0)
    ],
}
