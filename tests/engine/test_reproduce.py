"""The slides' numbers: all of them agree or are explained, and a wrong one would be noticed."""

import numpy as np
import pytest
import torch

from dkdemo import regression, regularisation
from dkdemo.reproduce import dual, findings, regularising, report, temperature, theory
from dkdemo.reproduce.finding import compare, slip
from dkdemo.siamese import simsiam_loss
from dkdemo.web.registry import CHAPTERS


def test_every_number_agrees_or_is_an_explained_slip():
    rows = findings()
    assert {row.verdict for row in rows} <= {"agrees", "slip", "paper", "remark"}
    assert [row.slide for row in rows] == sorted(row.slide for row in rows)
    talked_about = {slide for chapter in CHAPTERS[1:] for scene in chapter.scenes for slide in scene.slides}
    assert talked_about - {row.slide for row in rows} <= {60}, "slide 60 asks for questions"


def test_the_slip_of_slide_25_says_what_point_eight_would_give():
    (row,) = [row for row in findings() if row.slide == 25 and row.verdict == "slip"]
    assert row.printed == "[0.05, 0.85, 0.05, 0.05]"
    assert row.computed == "[0.20, 0.40, 0.20, 0.20]"


def test_one_wrong_digit_in_the_eighth_place_is_a_disagreement():
    assert compare(22, "x", [0.17662444], [0.17662444], 8).verdict == "agrees"
    assert compare(22, "x", [0.17662444], [0.17662446], 8).verdict == "DISAGREES"
    assert compare(22, "x", [0.5], [np.nan], 8).verdict == "DISAGREES"
    assert compare(22, "x", [0.5, 0.5], [0.5], 8).verdict == "DISAGREES"


def test_a_slip_that_no_longer_explains_is_a_disagreement():
    assert slip(25, "x", "a", "b", False, "why").verdict == "DISAGREES"


def test_a_broken_engine_turns_reproduce_red(monkeypatch):
    monkeypatch.setattr(temperature, "softmax", lambda z, temperature=1.0: np.full(len(z), 1 / len(z)))
    assert any(row.verdict == "DISAGREES" for row in findings())


def test_only_words_are_remarks_and_only_papers_are_quoted():
    rows = findings()
    assert {row.slide for row in rows if row.verdict == "remark"} == {13, 51, 59}
    ours = ("`run ", "opinion", "is lost")
    assert not [row.what for row in rows if row.verdict == "paper" and any(word in row.why for word in ours)]


def nothing_learned(x, y):
    return torch.zeros(*x.shape[:-2], x.shape[-1], y.shape[-1], dtype=torch.float64)


def no_stop(*sides, stop):
    return simsiam_loss(*sides, stop=False)


@pytest.mark.parametrize(
    ("chapter", "where", "name", "broken", "slide"),
    [
        (theory, regression, "minimum_norm", nothing_learned, 8),
        (regularising, regularisation, "shrink", lambda weights, l1, l2: weights, 43),
        (dual, dual, "simsiam_loss", no_stop, 58),
    ],
)
def test_what_was_bound_to_hold_can_fail_now(monkeypatch, chapter, where, name, broken, slide):
    """Empirical risk that stands still, an L1 that removes nothing, a stop that stops nothing."""
    monkeypatch.setattr(where, name, broken)
    assert "DISAGREES" in {row.verdict for row in chapter.findings() if row.slide == slide}


def test_the_report_counts_what_it_lists():
    text = report(findings())
    assert "0 unexplained" in text
    assert "0.17662444" in text
    assert pytest.approx(len(findings())) == text.count("\n       slide")
