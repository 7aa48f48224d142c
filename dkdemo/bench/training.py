"""The rows `epoch` and `to98`: a teacher's epoch on MNIST, and the way to 98 %, against the loop everybody copies.

The peer is the loop of the PyTorch examples, written out: torchvision's MNIST behind a DataLoader, which turns
each image into a tensor one by one, batches of 64.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache, partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset
from torchvision.datasets import MNIST
from torchvision.transforms import v2

from dkdemo import datasets
from dkdemo.bench import Terms
from dkdemo.bench.measure import Contest, seconds, turns
from dkdemo.folders import data_folders
from dkdemo.models import mlp, small_cnn
from dkdemo.training import annealed_adam, logits_of

BATCH = 64
STEPS = 60  # of an epoch's 937: the loops have no other phases
FLOOR = 0.98


class ExamplesNet(nn.Module):
    """The network of the PyTorch examples' MNIST script: two 3x3 convolutions, pooling, dropout, 128 hidden units."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.dense = nn.Sequential(
            nn.Dropout(0.25), nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.dense(self.conv(x))


def epoch(terms: Terms) -> Iterator[Contest]:
    """The same network, batch and optimiser; only the loop differs."""
    device = torch.device(terms.device)
    nets = {
        "MLP 784-30-10": (lambda: mlp((784, 30, 10)), 8.0),
        "CNN 5x5, 16 and 32 channels": (lambda: small_cnn(16, 32, 1, 28, 10), 2.5),
        "the examples' own network": (ExamplesNet, 1.0),
    }
    for name, (build, goal) in nets.items():
        torch.manual_seed(0)
        ours, theirs = build().to(device), build().to(device)
        yield Contest(
            "epoch",
            f"MNIST, {STEPS} steps of {BATCH}: {name}",
            "DataLoader and transforms, as in the PyTorch examples",
            *turns(
                partial(_our_steps, ours, STEPS, device),
                partial(_their_steps, theirs, STEPS, device),
                device,
                terms.turns,
            ),
            goal=goal,
            worth="the same images, network, batch, loss and Adadelta",
        )


def to_98(terms: Terms) -> Iterator[Contest]:
    """From nothing to 98 % on the test images: our small net on resident tensors, the examples' script as it is."""
    device = torch.device(terms.device)
    found: dict[str, float] = {}

    def ours() -> None:
        torch.manual_seed(0)
        found["ours"] = _our_way(device)

    def theirs() -> None:
        torch.manual_seed(0)
        found["theirs"] = _their_way(device)

    pair = ((seconds(ours, device),), (seconds(theirs, device),))
    yield Contest(
        "to98",
        "MNIST, from nothing to 98 % test accuracy",
        "the PyTorch examples' script, one epoch, then asked",
        *pair,
        goal=8.0,
        worth=f"test accuracy {found['ours']:.1%} against {found['theirs']:.1%}",
        sound=found["ours"] >= FLOOR,
    )


def _our_steps(net: nn.Module, steps: int, device: torch.device) -> None:
    train, _ = datasets.load("mnist", str(device))
    slope = torch.optim.Adadelta(net.parameters(), lr=1.0)
    batches = train.batches(BATCH, torch.Generator().manual_seed(0))
    net.train()
    for _, (x, y) in zip(range(steps), batches, strict=False):
        slope.zero_grad()
        F.cross_entropy(net(x), y).backward()
        slope.step()


def _their_steps(net: nn.Module, steps: int, device: torch.device) -> None:
    part = Subset(_torchvision_mnist(True), range(steps * BATCH))
    _their_epoch(net, DataLoader(part, BATCH, shuffle=True), device)


def _their_epoch(net: nn.Module, loader: DataLoader, device: torch.device) -> None:
    slope = torch.optim.Adadelta(net.parameters(), lr=1.0)
    net.train()
    for images, labels in loader:
        x, y = images.to(device), labels.to(device)
        slope.zero_grad()
        F.cross_entropy(net(x), y).backward()
        slope.step()


def _our_way(device: torch.device) -> float:
    """Half an epoch of the small CNN with one cycle of Adam: enough for 98 %."""
    train, test = datasets.load("mnist", str(device))
    net, steps = small_cnn(8, 16, 1, 28, 10).to(device), 235
    adam, schedule = annealed_adam(net, 5e-3, steps)
    for _, (x, y) in zip(range(steps), train.batches(256, torch.Generator().manual_seed(0)), strict=False):
        loss = F.cross_entropy(net(x), y)
        adam.zero_grad()
        loss.backward()
        adam.step()
        schedule.step()
    return (logits_of(net, test).argmax(1) == test.labels).float().mean().item()


def _their_way(device: torch.device) -> float:
    """Whole epochs until the test set is read at 98 %: the script asks after each."""
    net = ExamplesNet().to(device)
    loader = DataLoader(_torchvision_mnist(True), BATCH, shuffle=True)
    asked = DataLoader(_torchvision_mnist(False), 1000)
    right = 0.0
    end = time.monotonic() + 1200
    while right < FLOOR and time.monotonic() < end:
        _their_epoch(net, loader, device)
        net.eval()
        with torch.no_grad():
            hits = [(net(x.to(device)).argmax(1).cpu() == y).sum().item() for x, y in asked]
        right = sum(hits) / len(asked.dataset)  # type: ignore[arg-type]
    return right


@cache
def _torchvision_mnist(train: bool) -> MNIST:
    transform = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize((0.1307,), (0.3081,))])
    for folder in data_folders():
        if (folder / "MNIST" / "raw").is_dir():
            return MNIST(str(folder), train=train, transform=transform)
    raise ValueError("this row needs MNIST: python -m dkdemo data get mnist")
