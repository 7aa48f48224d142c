"""The talk as data: its chapters in order, their scenes, and the slides each scene covers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Scene:
    """One screen of the talk. Its name in the map is the text ``<chapter>.scene_<id>``."""

    id: str
    slides: tuple[int, ...]


@dataclass(frozen=True)
class Chapter:
    """One page file; its words are in assets/lecture/<language>/<id>.md, its title under ``title``."""

    number: int
    id: str
    part: str  # which of the four parts of the talk: training, distillation, data, contrastive
    minutes: int
    scenes: tuple[Scene, ...]

    @property
    def file(self) -> Path:
        return ROOT / "pages" / f"{self.number:02d}_{self.id}.py"


def _scenes(**slides: tuple[int, ...]) -> tuple[Scene, ...]:
    return tuple(Scene(name, covered) for name, covered in slides.items())


CHAPTERS = (
    Chapter(
        1,
        "opening",
        "training",
        5,
        _scenes(welcome=(1,), promises=(2, 3), speaker=(4,), map=(5,), question=(5,)),
    ),
    Chapter(
        5,
        "temperature",
        "distillation",
        8,
        _scenes(dominates=(16, 17), slider=(21, 22), trained=(21,)),
    ),
    Chapter(
        6,
        "distillation",
        "distillation",
        20,
        _scenes(
            batch=(18,),
            larva=(19,),
            race=(20,),
            everything=(20,),
            darkness=(23,),
            unseen=(29, 30),
            overconfident=(30,),
            gallery=(29,),
            draw=(29, 30),
        ),
    ),
    Chapter(
        7,
        "label_smoothing",
        "distillation",
        10,
        _scenes(formula=(24, 25), five_or_nine=(26,), penultimate=(27,), calibration=(27,), teacher=(28,)),
    ),
    Chapter(
        9,
        "mixing",
        "data",
        12,
        _scenes(mixup=(33,), manifold=(34,), cutmix=(35,), midpoint=(36,), noise=(36,)),
    ),
    Chapter(
        12,
        "mean_teacher",
        "contrastive",
        8,
        _scenes(agree=(44, 46), follow=(45,), early=(45,), noisy=(46,), few=(45, 46)),
    ),
    Chapter(
        14,
        "simclr",
        "contrastive",
        15,
        _scenes(views=(52,), circle=(52,), sphere=(52,), large_batches=(53,), figure5=(54,), matrix=(54,)),
    ),
    Chapter(
        15,
        "moco",
        "contrastive",
        12,
        _scenes(queue=(55,), swapped=(55,), agreement=(55,), momentum=(56,), shuffling=(56,), version2=(57,)),
    ),
)


def chapter(name: str) -> Chapter:
    """The chapter of that id; raises ValueError naming the ones there are."""
    for row in CHAPTERS:
        if row.id == name:
            return row
    raise ValueError(f"a chapter is one of {', '.join(row.id for row in CHAPTERS)}; got {name!r:.80}")


def walk() -> list[tuple[Chapter, Scene]]:
    """Every scene of the talk, in order: what PageDown walks through."""
    return [(row, scene) for row in CHAPTERS for scene in row.scenes]
