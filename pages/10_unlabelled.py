"""Unlabelled data: the network's own answers as labels, and one mind about all looks of a picture (slides 37 to 41)."""

from dkdemo.experiments import UDA, FixMatch, MixMatch
from dkdemo.web.parts import few_labels
from dkdemo.web.run_panel import explain
from dkdemo.web.scenes import Stage, asks, show


def one_image(stage: Stage) -> None:
    stage.title("one_title")
    stage.equation(
        r"\ell_u = \frac{1}{\mu B} \sum_b {\mathbf{1}[\max q_b \ge \tau]}\; "
        r"H\big(\hat y_b,\, p(\text{strong}_b)\big), \quad \hat y_b = \arg\max q_b, \quad q_b = p(\text{weak}_b)"
    )
    script = few_labels.believed(stage)
    stage.erratum(stage.words["one_slide"], stage.words["one_right"], "one_erratum")
    stage.say("one_story")
    stage.source("one_source")
    explain(stage, code=("dkdemo.semi_supervised:fixmatch_loss", "dkdemo.weak_strong:strong"), script=script)


@asks("80", "90", "95")
def fixmatch(stage: Stage) -> None:
    setting = few_labels.setting(threshold=lambda: few_labels.threshold(stage))
    few_labels.lesson(
        stage, FixMatch(**setting), ("dkdemo.semi_supervised:fixmatch_loss",),
        r"\mathcal{L} = \mathrm{CE}(y, p_{\text{weak}}) +"
        r"{\mathbf{1}[\max q \ge \tau]}\;\mathrm{CE}(\arg\max q,\; p_{\text{strong}})",
    )  # fmt: skip
    stage.guessed()


def mixmatch(stage: Stage) -> None:
    stage.title("guess_title")
    stage.equation(
        r"\bar q = \frac{1}{K} \sum_k p(y \mid \hat u_k), \quad q_i = \bar q_i^{1/T} \Big/ \sum_j \bar q_j^{1/T},"
        r"\quad \lambda' = \max(\lambda, 1-\lambda)"
    )
    script = few_labels.label_guess(stage)
    stage.erratum(stage.words["guess_slide"], stage.words["guess_right"], "guess_erratum")
    stage.say("guess_story")
    stage.source("mixmatch_source")
    explain(stage, code=("dkdemo.semi_supervised:guess_labels", "dkdemo.semi_supervised:mixmatch_loss"), script=script)


def mixmatch_live(stage: Stage) -> None:
    stage.title("mixmatch_live_title")
    stage.equation(
        r"\mathcal{L} = \frac{1}{|\mathcal{X}'|} \sum H(p, f(x)) +"
        r"\frac{\lambda_U}{C\,|\mathcal{U}'|} \sum \lVert q - f(u) \rVert^2"
    )
    setting = few_labels.setting(weight=lambda: few_labels.weight(stage))
    few_labels.lesson(
        stage, MixMatch(**setting), ("dkdemo.semi_supervised:mixmatch_loss", "dkdemo.mixing:mixup"),
        told=(("sure", "live_sure"), ("wrong", "live_all_wrong")),
    )  # fmt: skip


def uda(stage: Stage) -> None:
    stage.title("uda_title")
    stage.equation(
        r"{\mathbf{1}[\max p > .8]}\, \mathrm{KL}\big(p^{\text{sharp}}(\cdot|x) \,\Vert\, p(\cdot|\hat x)\big), \quad "
        r"\eta_t = \alpha_t (1 - \tfrac1K) + \tfrac1K"
    )
    script = few_labels.pulled(stage)
    stage.erratum(stage.words["uda_slide"], stage.words["uda_right"], "uda_erratum")
    stage.say("uda_story")
    stage.source("uda_source")
    explain(stage, code=("dkdemo.semi_supervised:uda_loss", "dkdemo.schedules:tsa_threshold"), script=script)


def uda_live(stage: Stage) -> None:
    stage.title("uda_live_title")
    setting = few_labels.setting(schedule=lambda: few_labels.schedule(stage))
    few_labels.lesson(
        stage, UDA(**setting),
        ("dkdemo.semi_supervised:uda_loss", "dkdemo.semi_supervised:annealed_loss"),
        r"\mathcal{L} = {\mathbf{1}[p_y \le \eta_t]}\;\mathrm{CE}(y, p) +"
        r"{\mathbf{1}[\max q > .8]}\;\mathrm{KL}(q^{\text{sharp}} \,\|\, p_{\text{strong}})",
    )  # fmt: skip


def augmix(stage: Stage) -> None:
    stage.title("augmix_title")
    stage.equation(
        r"\mathcal{L} = \mathrm{CE}(p_0, y) + 12\,\mathrm{JS}, \quad M = \tfrac13 (p_0 + p_1 + p_2), \quad "
        r"\mathrm{JS} = \tfrac13 \textstyle\sum_i \mathrm{KL}[p_i \Vert M] \le \ln 3"
    )
    script = few_labels.chained(stage)
    stage.erratum(stage.words["augmix_slide"], stage.words["augmix_right"], "augmix_erratum")
    stage.say("augmix_story")
    stage.source("augmix_source")
    code = ("dkdemo.augmix:augmix", "dkdemo.augmix:draw_chains", "dkdemo.augmix:augmix_loss")
    explain(stage, code=code, script=script)


show(
    "unlabelled", one_image=one_image, fixmatch=fixmatch, mixmatch=mixmatch, mixmatch_live=mixmatch_live,
    uda=uda, uda_live=uda_live, augmix=augmix,
)  # fmt: skip
