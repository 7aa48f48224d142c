"""Mixing: dark knowledge made by hand, from two images and two labels (slides 33 to 36)."""

import streamlit as st

from dkdemo.experiments import Manifold, Midpoint, Noise
from dkdemo.experiments.manifold import LAYERS
from dkdemo.experiments.noise import STEPS
from dkdemo.figures import mixing as figures
from dkdemo.web import controls, data
from dkdemo.web.parts import mixed
from dkdemo.web.run_panel import explain, run_panel
from dkdemo.web.scenes import Stage, asks, show

SHARES = (0.0, 0.2, 0.4, 0.6)  # of wrong labels


def mixup(stage: Stage) -> None:
    stage.title("mixup_title")
    stage.equation(
        r"\tilde x = \lambda x_i + (1-\lambda) x_j, \quad \tilde y = \lambda y_i + (1-\lambda) y_j,"
        r"\quad \lambda \sim \mathrm{Beta}(\alpha, \alpha)"
    )
    script = mixed.blended(stage)
    stage.say("mixup_story")
    stage.source("mixup_source")
    explain(stage, code=("dkdemo.mixing:mixup", "dkdemo.mixing:draw_lambda"), script=script)


def manifold(stage: Stage) -> None:
    stage.title("manifold_title")
    stage.equation(
        r"f_k\big(\lambda\, g_k(x_i) + (1-\lambda)\, g_k(x_j)\big)\allowbreak \to \lambda y_i + (1-\lambda) y_j"
    )
    layers = {layer: stage.text("layer_hidden", layer=layer) for layer in range(1, LAYERS + 1)}
    layers = {0: stage.words["layer_input"], **layers}
    setting = controls.row(
        [4, 1], layer=lambda: controls.choice(stage.words["layer"], layers, "layer", 1), seed=controls.seed
    )
    run_panel(
        stage, Manifold(**setting), lambda view: figures.manifold(view.result, setting["layer"], stage.words),
        code=("dkdemo.mixing:manifold_mixup",),
    )  # fmt: skip
    stage.say("manifold_story")
    stage.source("manifold_source")


def cutmix(stage: Stage) -> None:
    stage.title("cutmix_title")
    stage.equation(
        r"\tilde x = M \odot x_A + (1-M) \odot x_B, \quad \tilde y = \lambda y_A + (1-\lambda) y_B,"
        r"\quad \lambda = 1 - |\mathrm{box} \cap \mathrm{image}| / (W H)"
    )
    script = mixed.boxed(stage)
    stage.erratum(stage.words["cutmix_slide"], stage.words["cutmix_right"], "cutmix_erratum")
    stage.source("cutmix_source")
    explain(stage, code=("dkdemo.mixing:cutmix", "dkdemo.mixing:clip_box", "dkdemo.mixing:kept_share"), script=script)


@asks("half", "sure")
def midpoint(stage: Stage) -> None:
    stage.equation(r"\max_k\; p_k\big((1-t)\,x_i + t\,x_j\big), \qquad y_i \ne y_j, \quad 0 \le t \le 1")
    view = run_panel(
        stage, Midpoint(**data.with_seed()),
        lambda view: figures.midpoint(view.result, view.ghost.result if view.ghost else None, stage.words),
        code=("dkdemo.mixing:mixup", "dkdemo.mixing:cutmix"),
    )  # fmt: skip
    if view.result:
        stage.say("midpoint_accuracy", **figures.midpoint_facts(view.result))
    stage.guessed()
    stage.say("midpoint_story")


def noise(stage: Stage) -> None:
    stage.title("noise_title")
    stage.equation(
        r"\mathcal{L} = \lambda\,\mathrm{CE}(y_i, p) + (1-\lambda)\,\mathrm{CE}(y_j, p), \quad p = f(\tilde x)"
    )
    wrong = {share: f"{share:.0%}" for share in SHARES}
    ways = {way: stage.words[way] for way in ("mixup", "cutout", "cutmix")}
    setting = controls.row(
        [3, 3, 4, 1.4], data=lambda: data.choose(data.DIGITS),
        noise=lambda: controls.choice(stage.words["noise_share"], wrong, "wrong", 0.4),
        lit=lambda: controls.choice(stage.words["noise_on"], {"all": stage.words["noise_all"], **ways}, "on", "all"),
        seed=controls.seed,
    )  # fmt: skip
    lit = setting.pop("lit")
    on = tuple(ways) if lit == "all" else (lit,)
    live, slide = st.columns([2, 1.1])
    with live:
        run_panel(
            stage, Noise(**setting), lambda view: figures.noise(view.progress, view.result, on, STEPS, stage.words),
            code=("dkdemo.mixing:cutmix", "dkdemo.mixing:cutout"),
        )  # fmt: skip
    with slide:
        st.markdown(figures.slide_table(on, stage.words))
        stage.say("noise_story")
        stage.source("noise_source")


show("mixing", mixup=mixup, manifold=manifold, cutmix=cutmix, midpoint=midpoint, noise=noise)
