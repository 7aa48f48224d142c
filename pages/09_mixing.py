"""Mixing: dark knowledge made by hand, from two images and two labels (slides 33 to 36)."""

import numpy as np
import streamlit as st

from dkdemo.experiments.manifold import LAYERS, Manifold
from dkdemo.experiments.midpoint import Midpoint
from dkdemo.experiments.noise import STEPS, Noise
from dkdemo.figures import mixing as figures
from dkdemo.kernels import KERNELS
from dkdemo.web import controls, data, pictures
from dkdemo.web.plot import Drag, Slider, plot
from dkdemo.web.run_panel import explain, run_panel
from dkdemo.web.scenes import Stage, asks, show

UNIFORMS = np.random.default_rng(0).random(40).tolist()  # forty draws of lambda, whatever alpha makes of them
SHARES = (0.0, 0.2, 0.4, 0.6)  # of wrong labels


def mixup(stage: Stage) -> None:
    stage.title("mixup_title")
    stage.equation(
        r"\tilde x = \lambda x_i + (1-\lambda) x_j, \quad \tilde y = \lambda y_i + (1-\lambda) y_j,"
        r"\quad \lambda \sim \mathrm{Beta}(\alpha, \alpha)"
    )
    first, second, names = pictures.chosen_pair(stage.words)
    inputs = {"first": first.tolist(), "second": second.tolist(), "uniforms": UNIFORMS, "lam": 0.6, "alpha": 1.0}
    spoken = {"first_name": names[0], "second_name": names[1]}
    sliders = [
        Slider("lam", stage.words["lam"], 0, 1, 0.6),
        Slider("alpha", stage.words["beta_alpha"], 0.1, 32, 1.0, log=True),
    ]
    chart = figures.mixup(KERNELS["mixup_blend"](**inputs), first, second, names, stage.words)
    state = plot(
        chart, key="mixing.mixup", alt=stage.words["mixup_alt"],
        kernel="mixup_blend", inputs=inputs | spoken, sliders=sliders, download="mixup",
    )  # fmt: skip
    stage.say("mixup_story")
    stage.source("mixup_source")
    script = (
        "import numpy as np\n\nfrom dkdemo.mixing import mixup\n\n"
        "images, labels = np.array([[1.0], [0.0]]), np.eye(2)\n"
        f"print(mixup(images, labels, lam={state['lam']}, order=[1, 0]))\n"
    )
    explain(stage, code=("dkdemo.mixing:mixup", "dkdemo.mixing:draw_lambda"), script=script)


def manifold(stage: Stage) -> None:
    stage.title("manifold_title")
    stage.equation(r"f_k\big(\lambda\, g_k(x_i) + (1-\lambda)\, g_k(x_j)\big) \to \lambda y_i + (1-\lambda) y_j")
    which, dice = st.columns([4, 1], vertical_alignment="bottom")
    with which:
        layers = {layer: stage.text("layer_hidden", layer=layer) for layer in range(1, LAYERS + 1)}
        layer = controls.choice(stage.words["layer"], {0: stage.words["layer_input"], **layers}, "layer", 1)
    with dice:
        recipe = Manifold(layer=layer, seed=controls.seed())
    run_panel(
        stage, recipe, lambda view: figures.manifold(view.result, layer, stage.words),
        key="manifold", alt=stage.words["manifold_alt"], code=("dkdemo.mixing:manifold_mixup",),
    )  # fmt: skip
    stage.say("manifold_story")
    stage.source("manifold_source")


def cutmix(stage: Stage) -> None:
    stage.title("cutmix_title")
    stage.equation(
        r"\tilde x = M \odot x_A + (1-M) \odot x_B, \quad \tilde y = \lambda y_A + (1-\lambda) y_B,"
        r"\quad \lambda = 1 - |\mathrm{box} \cap \mathrm{image}| / (W H)"
    )
    which, where = st.columns([1, 3], vertical_alignment="bottom")
    with where:
        ways = {"cutmix": stage.words["cutmix"], "cutout": stage.words["cutout"]}
        paste = controls.choice(stage.words["cutmix_way"], ways, "way", "cutmix") == "cutmix"
    with which:
        first, second, names = pictures.chosen_pair(stage.words)
    side, over = len(first), round(len(first) / 8)  # the box may hang over the edge
    box = {"x0": 0.4 * side, "y0": 0.3 * side, "x1": 0.9 * side, "y1": 0.8 * side}
    inputs = {"first": first.tolist(), "second": second.tolist(), "paste": paste}
    inputs |= {name: float(round(edge)) for name, edge in box.items()}
    chart = figures.cutmix(KERNELS["cutmix_box"](**inputs), first, second, names, stage.words, paste=paste)
    state = plot(
        chart, key="mixing.cutmix", alt=stage.words["cutmix_alt"], kernel="cutmix_box", download="cutmix",
        inputs=inputs | {"first_name": names[0], "second_name": names[1]},
        drag=Drag("box", tuple(box), low=-over, high=side + over, step=1, label=stage.words["handle"]),
    )  # fmt: skip
    stage.erratum(stage.words["cutmix_slide"], stage.words["cutmix_right"], "cutmix_erratum")
    stage.source("cutmix_source")
    corners = tuple(round(state[name]) for name in box)
    script = f"from dkdemo.mixing import kept_share\n\nprint(kept_share({corners}, {side}, {side}))\n"
    explain(stage, code=("dkdemo.mixing:cutmix", "dkdemo.mixing:clip_box", "dkdemo.mixing:kept_share"), script=script)


@asks("half", "sure")
def midpoint(stage: Stage) -> None:
    stage.equation(r"\max_k\; p_k\big((1-t)\,x_i + t\,x_j\big), \qquad y_i \ne y_j, \quad 0 \le t \le 1")
    where, dice = st.columns([4, 1], vertical_alignment="bottom")
    with where:
        name = data.choose(("digits", "mnist"))
    with dice:
        recipe = Midpoint(data=name, seed=controls.seed())
    view = run_panel(
        stage, recipe,
        lambda view: figures.midpoint(view.result, view.ghost.result if view.ghost else None, stage.words),
        key="midpoint", alt=stage.words["midpoint_alt"], code=("dkdemo.mixing:mixup", "dkdemo.mixing:cutmix"),
    )  # fmt: skip
    if view.result:
        stage.say("midpoint_accuracy", **view.result["accuracy"])
    stage.guessed()
    stage.say("midpoint_story")


def noise(stage: Stage) -> None:
    stage.title("noise_title")
    stage.equation(r"\mathcal{L} = \lambda\,\mathrm{CE}(y_i, p) + (1-\lambda)\,\mathrm{CE}(y_j, p),\; p = f(\tilde x)")
    where, share, which, dice = st.columns([3, 3, 4, 1.4], vertical_alignment="bottom")
    with where:
        name = data.choose(("digits", "mnist"))
    with share:
        wrong = controls.choice(stage.words["noise_share"], {value: f"{value:.0%}" for value in SHARES}, "wrong", 0.4)
    with which:
        ways = {way: stage.words[way] for way in ("mixup", "cutout", "cutmix")}
        lit = controls.choice(stage.words["noise_on"], {"all": stage.words["noise_all"], **ways}, "on", "all")
    with dice:
        recipe = Noise(data=name, noise=wrong, seed=controls.seed())
    on = tuple(ways) if lit == "all" else (lit,)
    live, slide = st.columns([2, 1.1])
    with live:
        run_panel(
            stage, recipe, lambda view: figures.noise(view.progress, view.result, on, STEPS, stage.words),
            key="noise", alt=stage.words["noise_alt"], code=("dkdemo.mixing:cutmix", "dkdemo.mixing:cutout"),
        )  # fmt: skip
    with slide:
        st.markdown(figures.slide_table(on, stage.words))
        stage.say("noise_story")
        stage.source("noise_source")


show("mixing", mixup=mixup, manifold=manifold, cutmix=cutmix, midpoint=midpoint, noise=noise)
