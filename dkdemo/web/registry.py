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
        2,
        "training",
        "training",
        8,
        _scenes(descent=(6,), rate=(6,), entropy=(7,)),
    ),
    Chapter(
        3,
        "theory",
        "training",
        12,
        _scenes(ucurve=(8,), beyond=(9,), revolution=(10,), demo=(11, 12), epochs=(12,)),
    ),
    Chapter(
        4,
        "cost",
        "training",
        10,
        _scenes(networks=(13,), budget=(14,), pruning=(15,), bits=(15,), int8=(15,), plane=(15,)),
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
        22,
        _scenes(
            batch=(18,),
            larva=(19,),
            race=(20,),
            everything=(20,),
            darkness=(23,),
            unseen=(29, 30),
            overconfident=(30,),
            photos=(20,),
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
        8,
        "teacher_free",
        "distillation",
        8,
        _scenes(targets=(31, 32), released_code=(31,), race=(31,), table=(32,)),
    ),
    Chapter(
        9,
        "mixing",
        "data",
        12,
        _scenes(mixup=(33,), manifold=(34,), cutmix=(35,), midpoint=(36,), noise=(36,)),
    ),
    Chapter(
        10,
        "unlabelled",
        "data",
        12,
        _scenes(
            one_image=(37, 38),
            fixmatch=(38,),
            mixmatch=(39,),
            mixmatch_live=(39,),
            uda=(40,),
            uda_live=(40,),
            augmix=(41,),
        ),
    ),
    Chapter(
        11,
        "regularising",
        "data",
        10,
        _scenes(surface=(42,), buys=(42, 43), freedom=(43,), hurts=(43,)),
    ),
    Chapter(
        12,
        "mean_teacher",
        "contrastive",
        8,
        _scenes(agree=(44, 45, 46), follow=(45,), early=(45,), noisy=(46,), few=(45, 46)),
    ),
    Chapter(
        13,
        "others",
        "contrastive",
        15,
        _scenes(metric=(47,), rnn=(48,), reach=(48,), switches=(49, 50), cpc=(51,), futures=(51,), bound=(51,)),
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
    Chapter(
        16,
        "dual",
        "contrastive",
        12,
        _scenes(
            collapse=(58,),
            still=(58,),
            bridge=(59,),
            wall=(59,),
            temperatures=(59,),
            question=(59,),
            errata=(60,),
            thanks=(60,),
        ),
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
