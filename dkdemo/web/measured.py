"""What this server has measured of the talk's claims since it started: each run's own claim, with its provenance.

The sentences are those that stand above the pictures; nothing is told that was not run here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from dkdemo import jobs
from dkdemo.experiments.collapse import Collapse
from dkdemo.experiments.figure5 import Figure5
from dkdemo.experiments.race import Race
from dkdemo.experiments.recipe import Recipe
from dkdemo.experiments.unseen import Unseen
from dkdemo.figures import dual, race, simclr, unseen
from dkdemo.jobs.view import view_of
from dkdemo.web import provenance
from dkdemo.web.text import Words


@dataclass(frozen=True)
class Measured:
    """A run at its usual settings, the scene that shows it, and the figure whose claim is quoted."""

    chapter: str
    scene: str
    recipe: Recipe
    draw: Callable[[Any, Mapping[str, str]], go.Figure]

    def told(self, language: str) -> tuple[str, str] | None:
        """The claim and where it comes from, in that language; None if nobody has run it yet."""
        job = jobs.manager().find(self.recipe)
        view = view_of(list(job.events)) if job and job.state == "done" else None
        if job is None or view is None or view.result is None:
            return None
        claim = self.draw(view, Words(language, self.chapter)).layout.meta["claim"]
        return claim, provenance.caption(Words(language, "common"), job, view.result)


EVIDENCE = (
    Measured("distillation", "race", Race(), lambda view, words: race.race(view, words, best="soft_8", floor=0.5)),
    Measured("distillation", "unseen", Unseen(), unseen.learning),
    Measured("simclr", "figure5", Figure5(looks="crop"), lambda view, words: simclr.figure5(view, "loss", words)),
    Measured("dual", "collapse", Collapse(target="moving"), dual.collapse),
)
