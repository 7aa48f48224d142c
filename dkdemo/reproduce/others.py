"""Slides 47 to 51 print two numbers, one question and some claims: each computed, none by a long training."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

import torch
from torch import Tensor

from dkdemo.cpc import info_nce_of
from dkdemo.experiments.rnn import TimesTwo
from dkdemo.experiments.switches import Switches
from dkdemo.jobs.events import Done
from dkdemo.metric import contrastive_loss, triplet_loss
from dkdemo.reproduce.finding import Finding, claimed, compare, quoted, remark, row, slip
from dkdemo.sequences import linear_rnn


def findings() -> Iterator[Finding]:
    yield from _metric()
    yield from _recurrent()
    yield from _decoder()
    yield from _switches()
    yield from _contrast()


def _metric() -> Iterator[Finding]:
    same = torch.full((6, 2), 0.3, dtype=torch.float64)
    friends, strangers = torch.ones(6), torch.arange(6) % 2
    alone, among = (contrastive_loss(same, same, kind, margin=1.0).item() for kind in (friends, strangers))
    yield claimed(
        47,
        "comparing with oneself is not enough",
        alone == 0 < among,
        f"a constant's pair loss is {alone:.2f} among friends only, {among:.2f} once strangers count",
    )
    plane = torch.tensor([[0.0, 0.0], [1.0, 0.4], [-0.3, 1.2]], dtype=torch.float64)
    turn = torch.tensor([[0.6, -0.8], [0.8, 0.6]], dtype=torch.float64)
    losses = [triplet_loss(*points[:, None], margin=1.0).item() for points in (plane, plane @ turn + 5)]
    yield slip(
        47,
        "metric learning and meta-learning",
        "one thing, two names",
        "two fields: a distance is learned; how to learn is learned",
        math.isclose(*losses, rel_tol=1e-12) and losses[0] > 0,
        "turn and move the whole plane, and the triplet loss stays: it knows distances and nothing else",
    )


def _recurrent() -> Iterator[Finding]:
    found = _two_weights()
    names = "time * 2, input * 3: "
    yield compare(48, names + "w of eight networks that learned it", [2.0] * 8, found["w"], 2)
    yield compare(48, names + "u of eight networks that learned it", [3.0] * 8, found["u"], 2)
    states = _slide(torch.ones(1, 4, dtype=torch.float64))[0].tolist()
    yield slip(
        48,
        "what is the same at every step of an RNN",
        "the tensor",
        f"the weights; for inputs 1, 1, 1, 1 the tensor h is {row(states, 0)}",
        len(set(states)) == len(states),
        "w = 2 and u = 3 stay, h never does",
    )


@cache
def _two_weights() -> dict:
    return dict(next(event.result for event in TimesTwo().run() if isinstance(event, Done)))


def _slide(inputs: Tensor) -> Tensor:
    two, three = torch.tensor([2.0, 3.0], dtype=torch.float64)
    return linear_rnn(inputs, recurrent=two, entering=three)


def _decoder() -> Iterator[Finding]:
    """h'_t = h'_(t-1)/2 + x'_t from h'_0 = h_4, fed with its own last state, or with two different true sentences."""

    def states(h4: float, fed: list[float] | None) -> list[float]:
        told = [h4]
        for step in range(3):
            told.append(told[-1] / 2 + (0.3 * told[-1] if fed is None else fed[step]))
        return told[1:]

    free = states(1.0, None)
    forced = [states(1.0, fed) for fed in ([1.0, 0.0, 1.0], [0.0, 1.0, 0.0])]
    yield slip(
        49,
        "all h' come from h_4 alone",
        "always",
        f"running freely yes, {row(free, 3)}; fed with two sentences {row(forced[0], 3)} and {row(forced[1], 3)}",
        forced[0] != forced[1],
        "one h_4, two outcomes: what is fed in training (or drawn by chance) was not in h_4",
    )


def _switches() -> Iterator[Finding]:
    answer = next(event.result for event in Switches(length=4).run() if isinstance(event, Done))
    lost, own = answer["unread"].mean(1)[:4], answer["tables"][3].diagonal()
    yield claimed(
        50,
        "can matrices be learned as switches of the positions of h_4? (a question)",
        bool(lost[3] < 1e-9 < 0.2 < lost[2] and abs(own - 1).max() < 1e-9),
        f"yes, once h_4 has four numbers: with 1, 2, 3, 4 of them {row(lost, 2)} is lost",
    )
    scores = torch.tensor([[[3.0, 1.0], [0.5, 2.0]]], dtype=torch.float64)
    lifted = scores + torch.tensor([[[7.0], [-4.0]]], dtype=torch.float64)
    yield slip(
        50,
        "what W_k opens",
        "the value at position k",
        "in CPC a score against the other candidates",
        math.isclose(info_nce_of(scores).item(), info_nce_of(lifted).item(), rel_tol=1e-12),
        "add any number to all scores of a context, and InfoNCE stays: no value can be read from them",
    )


def _contrast() -> Iterator[Finding]:
    alike = torch.zeros(1, 16, 16, dtype=torch.float64)  # the scores of a constant
    same = torch.ones(16, 4, dtype=torch.float64)
    apart = contrastive_loss(same, same, torch.ones(16), margin=1.0).item()
    yield slip(
        51,
        "what contrastive means",
        "one object, seen from different angles",
        "agree with yourself and differ from the rest",
        apart == 0 and math.isclose(info_nce_of(alike).item(), math.log(16)),
        f"a constant agrees perfectly (loss {apart:.0f}) and knows nothing (InfoNCE = log 16 = {math.log(16):.2f})",
    )
    yield quoted(
        51,
        "the name of CPC",
        "Contrastive prediction code",
        "van den Oord, Li & Vinyals 2018 call it Contrastive Predictive Coding",
    )
    yield remark(
        51,
        "other angles are made by noise or by a matrix",
        "noise, or a matrix",
        "in CPC the matrices W_k look ahead in time; which views teach is measured in SimCLR's chapter",
    )
