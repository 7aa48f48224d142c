"""Every kernel and its Python twin give the same numbers, and every template the same sentence, in real Chromium."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dkdemo.figures.binding import fill
from dkdemo.kernels import KERNELS, SAMPLES, sums

LIVE = Path(__file__).resolve().parents[2] / "assets" / "live"
DEFINED = re.compile(r"(?:function|const) (\w+)(?=\(| = \(?[\w, ]*\)? =>)")  # the functions of a script


def assert_equal(js: Any, python: Any, where: str) -> None:
    """The same shape, the same words, and numbers to 1e-9."""
    if isinstance(python, np.ndarray | np.generic):
        python = python.tolist()
    if isinstance(python, dict):
        assert set(js) == set(python), where
        for name, value in python.items():
            assert_equal(js[name], value, f"{where}.{name}")
    elif isinstance(python, list | tuple):
        assert isinstance(js, list), where
        assert len(js) == len(python), where
        for index, (one, other) in enumerate(zip(js, python, strict=True)):
            assert_equal(one, other, f"{where}[{index}]")
    elif isinstance(python, bool | str | None):
        assert js == python, where
    else:
        assert isinstance(js, int | float), where
        assert math.isclose(js, python, rel_tol=1e-9, abs_tol=1e-9), f"{where}: JavaScript {js}, Python {python}"


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=lambda array: array.tolist()))


def test_every_kernel_has_a_twin_and_samples() -> None:
    assert {path.stem for path in (LIVE / "kernels").glob("*.js")} == set(KERNELS) == set(SAMPLES)
    assert all(len(samples) >= 2 for samples in SAMPLES.values())


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_javascript_and_python_agree(workbench, name: str) -> None:
    for index, inputs in enumerate(SAMPLES[name]):
        js = workbench.evaluate(
            "async ([name, inputs]) => (await import(`/kernels/${name}.js`)).default(inputs)", [name, plain(inputs)]
        )
        assert_equal(js, KERNELS[name](**inputs), f"{name}[{index}]")


def test_numbers_become_the_same_words(workbench) -> None:
    """Also halves, and what a rounding error has moved off them."""
    numbers = [0, -0.001, 1e-9, 0.0005, 0.125, -0.125, 0.285, 0.5, 1.005, 2.5, -2.5, *np.arange(-1, 1, 0.0025).tolist()]
    js = workbench.evaluate(
        """async (numbers) => {
          const { fixed, percent, rounded, signed, wholePercent } = await import("/sums.js");
          return numbers.map((v) => [rounded(v), fixed(v, 2), fixed(v, 3), percent(v), wholePercent(v), signed(v)]);
        }""",
        numbers,
    )
    assert js == [
        [sums.rounded(v), sums.fixed(v, 2), sums.fixed(v, 3), sums.percent(v), sums.whole_percent(v), sums.signed(v)]
        for v in numbers
    ]


def test_no_kernel_says_again_what_all_share() -> None:
    shared = set(DEFINED.findall((LIVE / "sums.js").read_text(encoding="utf-8")))
    assert "softmax" in shared
    for path in (LIVE / "kernels").glob("*.js"):
        assert not shared & set(DEFINED.findall(path.read_text(encoding="utf-8"))), path.name


def test_templates_are_filled_alike(workbench) -> None:
    rng = np.random.default_rng(0)
    numbers = [
        0,
        -0.0,
        0.5,
        1.5,
        2.5,
        -2.5,
        0.125,
        1.005,
        0.045,
        100,
        123456.789,
        1e-5,
        1e-4,
        9.9996,
        1e15,
        -1e-9,
        1e-6,
        1e-7,
    ]
    numbers += (rng.normal(size=200) * 10.0 ** rng.integers(-6, 7, 200)).tolist()
    templates = [f"{{v{how}}}" for how in ("", ":d", ":.0f", ":.1f", ":.3f", ":.0%", ":.1%", ":.1g", ":.3g", ":.6g")]
    cases = [(template, {"v": number}) for template in templates for number in numbers]
    cases += [("{{a}} {q[1]:.0%} {name}", {"q": [0.1, 0.25], "name": "貓"}), ("{v:.1f}", {"v": None})]
    js = workbench.evaluate(
        """async (cases) => {
          const { fill } = await import("/format.js");
          return cases.map(([template, values]) => fill(template, values));
        }""",
        cases,
    )
    python = [
        fill(template, {k: math.nan if v is None else v for k, v in values.items()}) for template, values in cases
    ]
    assert [(case, text) for case, text in zip(cases, js, strict=True)] == list(zip(cases, python, strict=True))


def test_arrays_of_events_and_of_plotly_are_read_alike(workbench) -> None:
    from dkdemo.jobs.events import pack

    arrays = [
        np.arange(12, dtype=np.uint8).reshape(3, 2, 2),
        np.linspace(0, 1, 5),
        np.float32([[1.5, -2]]),
        np.int32([7]),
    ]
    read = workbench.evaluate(
        "async (packed) => (await import('/figure.js')).decode(packed)", [pack(a) for a in arrays]
    )
    assert read == [array.tolist() for array in arrays]
