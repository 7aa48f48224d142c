"""Teachers, trained once and kept: in memory for this process, as an npz file for the other worker and for tomorrow.

A teacher's recipe is a frozen dataclass, as an experiment's is. Its file is named after the recipe, the data and the
code that trains it, so that a teacher trained otherwise is never passed off as this one. The files hold nothing but
arrays (no pickle); one that is damaged, cut short or of other shapes is trained anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import zlib
from collections import OrderedDict
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary
from zipfile import BadZipFile

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dkdemo import datasets, datastore
from dkdemo.augment import affine, shift
from dkdemo.datasets import Dataset
from dkdemo.device import pick, send
from dkdemo.draws import uniform
from dkdemo.evaluation import accuracy
from dkdemo.folders import home
from dkdemo.jobs.events import Progress, from_json, to_json
from dkdemo.models import MeanLogits, StackedMLP, small_cnn
from dkdemo.training import annealed_adam, logits_of, measuring_steps

LOG = logging.getLogger(__name__)
KEPT = 16  # networks in memory; each is a few hundred kilobytes
LESSON = "lesson"  # the learning curve's name among the arrays of a file
WATCHED = 1000  # test images behind each point of a teacher's learning curve

SOURCES = (
    "teachers.py",
    "students.py",
    "wide.py",
    "training.py",
    "models.py",
    "datasets.py",
    "augment.py",
    "draws.py",
    "distillation.py",
)  # what shapes a teacher


class NetworkRecipe(Protocol):
    """What `trained_with_progress` needs of a teacher's recipe."""

    @property
    def data(self) -> str: ...

    def build(self) -> nn.Module:
        """The network before its first step, on its device."""
        ...

    def teach(self, net: nn.Module) -> Iterator[Progress]:
        """Train ``net`` in place, telling its learning curve."""
        ...


@dataclass(frozen=True)
class Committee:
    """A teacher for small inputs: the mean logits of several perceptrons, each trained on noisy inputs.

    ``noise`` is the deviation of Gaussian noise added to the standardised pixels; ``steps`` sets how sure it becomes;
    ``warp`` in [0, 1] turns, stretches and leans the images (`warped`), for a teacher of strangers' handwriting.
    """

    data: str = "digits"
    members: int = 4
    hidden: int = 256
    noise: float = 0.1
    warp: float = 0.0
    steps: int = 300
    batch_size: int = 128
    learning_rate: float = 5e-3
    smoothing: float = 0.0
    seed: int = 0

    def build(self) -> MeanLogits:
        """The network before its first step, on its device."""
        train, _ = datasets.load(self.data, str(pick()))
        sizes = (train.images[0].numel(), self.hidden, self.hidden, len(train.classes))
        stack = StackedMLP(sizes, [1000 * self.seed + member for member in range(self.members)])
        return MeanLogits(stack).to(train.images.device)

    def teach(self, net: nn.Module) -> Iterator[Progress]:
        """Train ``net`` in place by cross entropy, telling its accuracy on some test images about twelve times."""
        assert isinstance(net, MeanLogits)
        train, test = datasets.load(self.data, str(pick()))
        generator = torch.Generator().manual_seed(self.seed)
        adam, schedule = annealed_adam(net, self.learning_rate, self.steps)
        watched, due = test.sample_indices(WATCHED, generator), measuring_steps(self.steps, 12)
        for step, (x, y) in zip(range(1, self.steps + 1), train.batches(self.batch_size, generator), strict=False):
            x = (warped(x, train, self.warp, generator) if self.warp else x).flatten(1)
            noise = send(torch.randn(self.members, *x.shape, generator=generator), x.device)
            logits = net.stack(x + self.noise * noise)  # (members, N, K)
            everyone = y.repeat(self.members)
            loss = F.cross_entropy(logits.flatten(0, 1), everyone, label_smoothing=self.smoothing) * self.members
            adam.zero_grad()
            loss.backward()
            adam.step()
            schedule.step()
            if step in due:
                yield Progress(step, self.steps, {"teacher": score(net, test, watched)})


@dataclass(frozen=True)
class ConvNet:
    """A teacher for images: `small_cnn`, seeing each image moved by up to ``shift`` pixels each way.

    Few steps leave it lightly trained: nearly as right, and much more talkative about the wrong classes.
    """

    data: str = "mnist"
    channels: tuple[int, int] = (8, 16)
    shift: int = 0
    steps: int = 100
    batch_size: int = 256
    learning_rate: float = 5e-3
    smoothing: float = 0.0
    seed: int = 0

    def build(self) -> nn.Module:
        """The network before its first step, on its device."""
        train, _ = datasets.load(self.data, str(pick()))
        _, in_channels, side, _ = train.images.shape
        net = small_cnn(*self.channels, in_channels, side, len(train.classes), seed=self.seed)
        return net.to(train.images.device)

    def teach(self, net: nn.Module) -> Iterator[Progress]:
        """Train ``net`` in place by cross entropy, telling its accuracy on some test images about twelve times."""
        train, test = datasets.load(self.data, str(pick()))
        generator = torch.Generator().manual_seed(self.seed)
        adam, schedule = annealed_adam(net, self.learning_rate, self.steps)
        watched, due = test.sample_indices(WATCHED, generator), measuring_steps(self.steps, 12)
        for step, (x, y) in zip(range(1, self.steps + 1), train.batches(self.batch_size, generator), strict=False):
            if self.shift:
                x = shift_normalised(x, train, *draw_shifts(len(x), self.shift, generator))
            loss = F.cross_entropy(net(x), y, label_smoothing=self.smoothing)
            adam.zero_grad()
            loss.backward()
            adam.step()
            schedule.step()
            if step in due:
                yield Progress(step, self.steps, {"teacher": score(net, test, watched)})


def draw_shifts(n: int, most: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Whole pixels to the right and down, (n,) each, uniform in [-most, most]."""
    right, down = torch.randint(-most, most + 1, (2, n), generator=generator)
    return right, down


def shift_normalised(x: Tensor, data: Dataset, right: Tensor, down: Tensor) -> Tensor:
    """Standardised images (N, C, H, W) of ``data``, moved; what comes in is black, as in the pixels."""
    black = data.normalise(torch.zeros_like(data.images[:1]))  # (1, C, H, W)
    return shift(x - black, *send(torch.stack([right, down]), x.device)) + black


def warped(x: Tensor, data: Dataset, amount: float, generator: torch.Generator) -> Tensor:
    """Standardised images of ``data`` as other hands might write them: turned and leaned, resized and moved at random.

    At ``amount`` 1 by up to 20 and 30 degrees, by 30 % and by one pixel each way.
    """
    black = data.normalise(torch.zeros_like(data.images[:1]))
    drawn = torch.stack([uniform(len(x), -1, 1, generator) for _ in range(5)])
    turn, lean, size, right, down = amount * send(drawn, x.device)
    return affine(x - black, angle=20 * turn, shear=30 * lean, scale=1 + 0.3 * size, right=right, down=down) + black


def score(net: nn.Module, test: Dataset, index: Tensor) -> float:
    """The accuracy on these test images."""
    return accuracy(logits_of(net, test, index), test.labels[index]).item()


# Keeping them -----------------------------------------------------------------------------------------------

Lesson = list[Progress]  # the learning curve, as the teacher's recipe tells it

_memory: OrderedDict[str, tuple[nn.Module, Lesson]] = OrderedDict()


def trained_with_progress(
    teacher: NetworkRecipe, *, of: int = 0, before: int = 0, name: str = "", again: bool = True
) -> Generator[Progress, None, nn.Module]:
    """The trained teacher, kept or else trained now, and its learning curve, told as it comes or told again.

    ``net = yield from trained_with_progress(teacher)`` passes the curve on to whoever watches; what is told again
    says ``kept``.

    ``of`` is the number of steps of the whole experiment, ``before`` how many of them come before the teacher's;
    ``name`` is what the curve is called there, if not as the teacher itself calls it. Without ``again`` a kept
    teacher is silent: where nobody watches, a lesson only gives the chance to stop.
    """

    def told(event: Progress, **more: float) -> Progress:
        metrics = {name or own: right for own, right in event.metrics.items()}
        return Progress(before + event.step, of or event.steps, {**metrics, **more})

    key = _key(teacher)
    path = home() / "teachers" / f"{key}.npz"
    kept = _memory.get(key) or _read(path, teacher.build())
    if kept is None:
        net, lesson = teacher.build(), []
        for event in teacher.teach(net):
            lesson.append(event)
            yield told(event)
        kept = net.eval(), lesson
        _write(path, *kept)
    elif again:
        for event in kept[1]:
            yield told(event, kept=1.0)
    _memory[key] = kept
    _memory.move_to_end(key)
    while len(_memory) > KEPT:
        _memory.popitem(last=False)
    return kept[0]


def trained(teacher: NetworkRecipe) -> nn.Module:
    """`trained_with_progress` for those who do not watch."""
    lessons = trained_with_progress(teacher)
    while True:
        try:
            next(lessons)
        except StopIteration as end:
            return end.value


_marks: WeakKeyDictionary[nn.Module, float] = WeakKeyDictionary()


def accuracy_on_test(net: nn.Module, test: Dataset) -> float:
    """The accuracy of a kept network on its data's test set: it learns no more, so it is asked once."""
    if net not in _marks:
        _marks[net] = accuracy(logits_of(net, test), test.labels).item()
    return _marks[net]


def _key(teacher: NetworkRecipe) -> str:
    device = pick()
    recipe = [type(teacher).__name__, asdict(teacher)]  # type: ignore[call-overload]
    content = _fingerprint(teacher.data, str(device), datastore.edition(teacher.data))
    parts = [recipe, _code(), torch.__version__, device.type, content]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20]


@cache
def _code() -> str:
    """A digest of the code that trains teachers, and of nothing else: a new experiment keeps the old teachers."""
    here = Path(__file__).parent
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in SOURCES)).hexdigest()


@lru_cache(maxsize=16)
def _fingerprint(name: str, device: str, edition: str) -> int:
    """An own data set may change under the same name; of one edition the pictures are read through once."""
    data, _ = datasets.load(name, device)
    images, labels = (values.contiguous().cpu().numpy().data for values in (data.images, data.labels))
    return zlib.crc32(images, zlib.crc32(labels))


def _read(path: Path, net: nn.Module) -> tuple[nn.Module, Lesson] | None:
    """``net``, filled from the file, and how it learned; None when there is no file or it cannot be believed."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        lesson = [event for event in map(from_json, json.loads(str(arrays.pop(LESSON)))) if isinstance(event, Progress)]
        state = {name: torch.from_numpy(values) for name, values in arrays.items()}
        if not all(values.isfinite().all() for values in state.values()):
            raise ValueError("weights must be finite")
        net.load_state_dict(state)
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError, BadZipFile, zlib.error) as error:
        LOG.warning("the kept teacher %s is damaged and will be trained anew: %s", path.name, error)
        return None
    return net.eval(), lesson


def _write(path: Path, net: nn.Module, lesson: Lesson) -> None:
    """Write beside, then rename: another process sees the whole file or none. A full disk costs only the keeping."""
    beside = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            beside = file.name
            arrays = {name: values.cpu().numpy() for name, values in net.state_dict().items()}
            arrays[LESSON] = np.array(json.dumps([to_json(event) for event in lesson]))
            np.savez(file, **arrays)
        os.replace(beside, path)
    except OSError as error:
        LOG.warning("the teacher %s could not be kept and will be trained again next time: %s", path.name, error)
        if beside is not None:
            Path(beside).unlink(missing_ok=True)
