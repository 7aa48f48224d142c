"""Unlabelled data: the network's own answers as labels, and one mind about all looks of a picture (slides 37 to 41)."""

import numpy as np
import streamlit as st

from dkdemo.datastore import present
from dkdemo.experiments.chains import DATA as PHOTOS
from dkdemo.experiments.chains import MOST, Chains
from dkdemo.experiments.fixmatch import FixMatch
from dkdemo.experiments.mixmatch import MixMatch
from dkdemo.experiments.one_image import LOOKS
from dkdemo.experiments.uda import SCHEDULES, UDA
from dkdemo.figures import unlabelled as figures
from dkdemo.kernels import KERNELS
from dkdemo.web import controls, data
from dkdemo.web.few_labels import asked_script, lesson_controls, live, one_picture, plain
from dkdemo.web.plot import Slider, plot
from dkdemo.web.run_panel import ask, explain
from dkdemo.web.scenes import Stage, asks, show

FIXMATCH = (
    r"\ell_u = \frac{1}{\mu B} \sum_b \mathbf{1}[\max q_b \ge \tau]\; H\big(\arg\max q_b,\; p(\text{strong}_b)\big),"
    r"\quad q_b = p(\text{weak}_b)"
)
MIXMATCH = (
    r"\bar q = \frac{1}{K} \sum_k p(y \mid \hat u_k), \quad q_i = \bar q_i^{1/T} \Big/ \sum_j \bar q_j^{1/T},"
    r"\quad \lambda' = \max(\lambda, 1-\lambda)"
)
UDA_LOSS = (
    r"\mathbf{1}[\max p > .8]\, \mathrm{KL}\big(p^{\text{sharp}}(\cdot|x) \,\Vert\, p(\cdot|\hat x)\big), \;"
    r"\eta_t = \alpha_t (1 - \tfrac1K) + \tfrac1K"
)
AUGMIX = (
    r"\mathcal{L} = \mathrm{CE}(p_0, y) + 12\,\mathrm{JS}, \;"
    r"\mathrm{JS} = \tfrac13 \textstyle\sum_i \mathrm{KL}[p_i \Vert M] \le \ln 3, \; M = \tfrac13 (p_0 + p_1 + p_2)"
)
GOOD_PHOTO, GOOD_CHAINS = 34, 2  # a plus on whose mixtures the net cannot agree; the words say that it was chosen


def one_image(stage: Stage) -> None:
    stage.title("one_title")
    stage.equation(FIXMATCH)
    recipe, answer = one_picture(stage)
    inputs = {
        **plain(answer, "sure", "right"),
        "weak_logits": np.asarray(answer["weak_logits"])[0].tolist(),
        "strong_logits": np.asarray(answer["strong_logits"])[-1].tolist(),
        "verdicts": [stage.words["one_believed"], stage.words["one_dropped"]],
    }
    chart = figures.one_image(answer, KERNELS["pseudo_label"](**inputs, threshold=0.95), stage.words)
    state = plot(
        chart, key="unlabelled.one", alt=stage.words["one_alt"], kernel="pseudo_label", inputs=inputs,
        sliders=[Slider("threshold", stage.words["threshold"], 0, 1, 0.95)], download="fixmatch",
    )  # fmt: skip
    stage.measured(answer)
    stage.erratum(stage.words["one_slide"], stage.words["one_right"], "one_erratum")
    stage.say("one_story")
    stage.source("one_source")
    code = ("dkdemo.semi_supervised:fixmatch_loss", "dkdemo.weak_strong:strong")
    explain(stage, code=code, script=asked_script(recipe, "pseudo_label", threshold=state["threshold"]))


@asks("80", "90", "95")
def fixmatch(stage: Stage) -> None:
    name, more, seed = lesson_controls(stage)
    with more:
        threshold = controls.choice(stage.words["threshold"], (0.0, 0.5, 0.8, 0.95, 0.99), "tau", 0.95)
    recipe = FixMatch(data=name, threshold=threshold, seed=seed)
    equation = (
        r"\mathcal{L} = \mathrm{CE}(y, p_{\text{weak}}) +"
        r"\mathbf{1}[\max q \ge \tau]\;\mathrm{CE}(\arg\max q,\; p_{\text{strong}})"
    )
    told = (("kept", "live_kept"), ("wrong", "live_wrong"))
    stage.guessed()
    live(stage, recipe, told, ("dkdemo.semi_supervised:fixmatch_loss",), equation)


def mixmatch(stage: Stage) -> None:
    stage.title("guess_title")
    stage.equation(MIXMATCH)
    recipe, answer = one_picture(stage)
    inputs = plain(answer, "labelled", "label") | {
        "logits": np.asarray(answer["weak_logits"]).tolist(),
        "unlabelled": np.asarray(answer["weak"])[0].tolist(),
    }
    start = {"looks": 2, "temperature": 0.5, "lam": 0.75}
    chart = figures.guess(answer, KERNELS["guess_label"](**inputs, **start), stage.words)
    sliders = [
        Slider("looks", stage.words["looks"], 1, LOOKS, 2, step=1, format="d"),
        Slider("temperature", stage.words["temperature"], 0.1, 2, 0.5, log=True),
        Slider("lam", stage.words["lam"], 0, 1, 0.75),
    ]
    state = plot(
        chart, key="unlabelled.guess", alt=stage.words["guess_alt"], kernel="guess_label", inputs=inputs,
        sliders=sliders, download="mixmatch",
    )  # fmt: skip
    stage.measured(answer)
    stage.erratum(stage.words["guess_slide"], stage.words["guess_right"], "guess_erratum")
    stage.say("guess_story")
    stage.source("mixmatch_source")
    code = ("dkdemo.semi_supervised:guess_labels", "dkdemo.semi_supervised:mixmatch_loss")
    explain(stage, code=code, script=asked_script(recipe, "guess_label", **{name: state[name] for name in start}))


def mixmatch_live(stage: Stage) -> None:
    stage.title("mixmatch_live_title")
    stage.equation(
        r"\mathcal{L} = \frac{1}{|\mathcal{X}'|} \sum H(p, f(x)) +"
        r"\frac{\lambda_U}{C\,|\mathcal{U}'|} \sum \lVert q - f(u) \rVert^2"
    )
    name, more, seed = lesson_controls(stage)
    with more:
        weight = controls.choice(stage.words["weight"], (0.0, 10.0, 75.0), "weight", 75.0)
    code = ("dkdemo.semi_supervised:mixmatch_loss", "dkdemo.mixing:mixup")
    live(
        stage, MixMatch(data=name, weight=weight, seed=seed), (("sure", "live_sure"), ("wrong", "live_all_wrong")), code
    )


def uda(stage: Stage) -> None:
    stage.title("uda_title")
    stage.equation(UDA_LOSS)
    recipe, answer = one_picture(stage)
    inputs = plain(answer, "clean_logits") | {
        "images": np.asarray(answer["strong"]).tolist(),
        "logits": np.asarray(answer["strong_logits"]).tolist(),
        "verdicts": [stage.words["uda_counts"], stage.words["uda_rests"]],
    }
    start = {"strength": 0.6, "progress": 0.3}
    chart = figures.uda(answer, KERNELS["uda_pull"](**inputs, **start), stage.words)
    sliders = [
        Slider("strength", stage.words["strength"], 0, 1, 0.6, step=0.1, format=".1f"),
        Slider("progress", stage.words["progress"], 0, 1, 0.3),
    ]
    state = plot(
        chart, key="unlabelled.uda", alt=stage.words["uda_alt"], kernel="uda_pull", inputs=inputs,
        sliders=sliders, download="uda",
    )  # fmt: skip
    stage.measured(answer)
    stage.erratum(stage.words["uda_slide"], stage.words["uda_right"], "uda_erratum")
    stage.say("uda_story")
    stage.source("uda_source")
    code = ("dkdemo.semi_supervised:uda_loss", "dkdemo.semi_supervised:tsa_threshold")
    explain(stage, code=code, script=asked_script(recipe, "uda_pull", **{name: state[name] for name in start}))


def uda_live(stage: Stage) -> None:
    stage.title("uda_live_title")
    name, more, seed = lesson_controls(stage)
    with more:
        options = {schedule: stage.words[f"schedule_{schedule}"] for schedule in SCHEDULES}
        schedule = controls.choice(stage.words["schedule"], options, "schedule", "none")
    code = ("dkdemo.semi_supervised:uda_loss", "dkdemo.semi_supervised:annealed_loss")
    equation = (
        r"\mathcal{L} = \mathbf{1}[p_y < \eta_t]\;\mathrm{CE}(y, p) +"
        r"\mathbf{1}[\max q > .8]\;\mathrm{KL}(q^{\text{sharp}} \,\|\, p_{\text{strong}})"
    )
    told = (("kept", "live_kept"), ("wrong", "live_wrong"))
    live(stage, UDA(data=name, schedule=schedule, seed=seed), told, code, equation)


def augmix(stage: Stage) -> None:
    stage.title("augmix_title")
    stage.equation(AUGMIX)
    where, which, dice = st.columns([3, 1.2, 1], vertical_alignment="bottom")
    with where:
        name = data.choose(PHOTOS, default="cifar10" if "cifar10" in present() else "shapes", own=False)
    with which:
        picture = controls.integer(stage.words["picture"], "photo", GOOD_PHOTO, 0, MOST - 1)
    with dice:
        seed = controls.seed("chains", GOOD_CHAINS)
    recipe = Chains(data=name, picture=picture, seed=seed)
    answer = ask(recipe)
    inputs = plain(answer, "picture", "mixed", "clean", "answers", "truth")
    chart = figures.augmix(answer, KERNELS["augmix_js"](**inputs, kept=0.5), stage.words)
    state = plot(
        chart, key="unlabelled.augmix", alt=stage.words["augmix_alt"], kernel="augmix_js", inputs=inputs,
        sliders=[Slider("kept", stage.words["kept"], 0, 1, 0.5, step=0.05)], download="augmix",
    )  # fmt: skip
    rows = [
        " ｜ ".join(" → ".join(stage.words[f"op_{op}"] for op in chain) for chain in one)
        for one in answer["operations"]
    ]
    stage.source("augmix_operations", first=rows[0], second=rows[1])
    stage.measured(answer)
    stage.erratum(stage.words["augmix_slide"], stage.words["augmix_right"], "augmix_erratum")
    stage.say("augmix_story")
    stage.source("augmix_source")
    code = ("dkdemo.augmix:augmix", "dkdemo.augmix:draw_chains", "dkdemo.augmix:augmix_loss")
    explain(stage, code=code, script=asked_script(recipe, "augmix_js", kept=state["kept"]))


show(
    "unlabelled",
    one_image=one_image, fixmatch=fixmatch, mixmatch=mixmatch, mixmatch_live=mixmatch_live,
    uda=uda, uda_live=uda_live, augmix=augmix,
)  # fmt: skip
