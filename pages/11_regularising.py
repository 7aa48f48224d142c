"""An over-parameterised net held back: what decay buys, what data buys, what a ridge removes (slides 42, 43)."""

from dkdemo.experiments import DoubleDescent, MoreData, Overwide, WhatBuys
from dkdemo.experiments.what_buys import SIZES
from dkdemo.figures import regularising as figures
from dkdemo.kernels.regularising import dead
from dkdemo.web import controls, data
from dkdemo.web.charts import chart, interactive
from dkdemo.web.parts import sweeps
from dkdemo.web.run_panel import ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show

POINTS = (40, 100, 400)
STRENGTHS = (0.3, 1.0, 3.0)


def surface(stage: Stage) -> None:
    stage.title("surface_title")
    stage.equation(r"w \leftarrow \mathrm{sign}(w)\,\frac{\max(|w| - \eta\lambda_1,\, 0)}{1 + \eta\lambda_2}")
    setting = controls.row(
        [3, 3, 1.2], points=lambda: controls.choice(stage.words["surface_points"], POINTS, "points", 100),
        strength=lambda: controls.choice(stage.words["surface_strength"], STRENGTHS, "strong", 1.0), seed=controls.seed,
    )  # fmt: skip
    run_panel(
        stage, Overwide(**setting), lambda view: figures.surface(view, stage.words),
        code=("dkdemo.regularisation:shrink", "dkdemo.regularisation:train_regularised"),
    )  # fmt: skip
    stage.say("surface_story")


@asks("decay", "augment", "data")
def buys(stage: Stage) -> None:
    shares = {0.0: "0%", 0.2: "20%"}
    setting = controls.row(
        [2, 2, 1], data=lambda: data.choose(data.DIGITS, own=False),
        noise=lambda: controls.choice(stage.words["buys_noise"], shares, "noise", 0.0), seed=controls.seed,
    )  # fmt: skip
    run_panel(
        stage, WhatBuys(**setting), lambda view: figures.buys(view, SIZES[setting["data"]], stage.words),
        code=("dkdemo.regularisation:train_regularised",),
        equation=r"\min_w \tfrac{1}{n} \sum_i \mathrm{CE}(y_i, f_w(a(x_i))) + \tfrac{\lambda}{2} \lVert w \rVert^2",
    )  # fmt: skip
    stage.guessed()
    gains = {name: figures.PAPER[name] - figures.PAPER["plain"] for name in ("decay", "augment")}
    stage.say("buys_story", **gains)
    stage.source("buys_source")


def freedom(stage: Stage) -> None:
    stage.title("freedom_title")
    stage.equation(r"\textstyle \mathrm{df}(\lambda) = \sum_j \frac{d_j^2}{d_j^2 + \lambda} \le N")
    recipe = DoubleDescent(**data.with_seed(own=False))
    answer = ask(recipe)
    silent = dead(answer["spectrum"])
    aside = stage.text("freedom_dead", dead=silent) if silent else ""
    interactive(
        stage, "freedom", lambda at: figures.freedom(answer, at, stage.words),
        sweeps.freedoms(answer) | {"aside": aside}, sweeps.ridge_slider(stage.words["freedom_ridge"]),
    )  # fmt: skip
    stage.erratum(stage.words["freedom_slide"], stage.words["freedom_right"], "freedom_erratum")
    stage.say("freedom_story")
    stage.measured(answer)
    stage.source("freedom_source")
    code = ("dkdemo.regression:degrees_of_freedom", "dkdemo.regression:Spectrum", "dkdemo.random_nets:outputs_by_width")
    explain(stage, code=code, script=script_for(recipe))


@asks("better", "same", "worse")
def hurts(stage: Stage) -> None:
    stage.equation(r"\hat a_\lambda = (\Phi^\top \Phi + \lambda I)^{-1} \Phi^\top y, \quad \lambda \to 0")
    recipe = MoreData(**data.with_seed(own=False))
    answer = ask(recipe)
    chart(stage, figures.hurts(answer, stage.words), download="more_data")
    stage.guessed()
    stage.erratum(stage.words["hurts_slide"], stage.words["hurts_right"], "hurts_erratum")
    stage.say("hurts_story")
    stage.measured(answer)
    stage.source("hurts_source")
    explain(stage, code=("dkdemo.regression:ridge_weights",), script=script_for(recipe))


show("regularising", surface=surface, buys=buys, freedom=freedom, hurts=hurts)
