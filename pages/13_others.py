"""Comparing with others: metric learning, a recurrent network, matrices as switches, and CPC (slides 47 to 51)."""

from dkdemo.experiments import TimesTwo
from dkdemo.figures import coding
from dkdemo.figures import others as figures
from dkdemo.kernels import script
from dkdemo.web import controls
from dkdemo.web.charts import interactive
from dkdemo.web.parts import compared
from dkdemo.web.plot import Slider
from dkdemo.web.run_panel import explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show


def metric(stage: Stage) -> None:
    stage.title("metric_title")
    loss, script = compared.forces(stage)
    stage.say(f"metric_story_{loss}")
    stage.erratum(stage.words["metric_slide"], stage.words["metric_right"], "metric_erratum")
    stage.source("metric_source")
    explain(stage, code=(compared.CODE[loss],), script=script)


def rnn(stage: Stage) -> None:
    stage.title("rnn_title")
    stage.equation(r"h_t = w\,h_{t-1} + u\,x_t, \qquad w \to 2, \quad u \to 3")
    ways = {True: stage.words["rnn_balanced"], False: stage.words["rnn_plain"]}
    setting = controls.row(
        [2, 3, 1], length=lambda: controls.choice(stage.words["rnn_length"], (4, 8, 16), "length", 4),
        balanced=lambda: controls.choice(stage.words["rnn_error"], ways, "balanced", True), seed=controls.seed,
    )  # fmt: skip
    run_panel(
        stage, TimesTwo(**setting), lambda view: figures.rnn(view, setting["length"], stage.words),
        code=("dkdemo.sequences:linear_rnn",),
    )  # fmt: skip
    stage.say("rnn_story")
    stage.erratum(stage.words["rnn_slide"], stage.words["rnn_right"], "rnn_erratum")


@asks("half", "percent", "nothing")
def reach(stage: Stage) -> None:
    stage.guessed(left=0.9**50)
    stage.equation(r"\partial h_{t+n} \,/\, \partial h_t = w^n")
    state = interactive(
        stage, "gradient_reach", lambda at: figures.reach(at, stage.words), {},
        Slider("weight", stage.words["reach_weight"], 0.2, 2, 0.9),
        Slider("steps", stage.words["reach_steps"], 0, 50, 50, step=1, format="d"),
    )  # fmt: skip
    stage.say("reach_story")
    explain(stage, code=("dkdemo.kernels.others:gradient_reach",), script=script("gradient_reach", state))


@asks("yes", "size", "no")
def switches(stage: Stage) -> None:
    stage.equation(r"h_L = \textstyle\sum_t Q^{L-t}\, b\, x_t, \qquad W_k h_L \approx x_k")
    recipe = compared.switchboard(stage)
    stage.guessed()
    stage.say("switches_story")
    stage.erratum(stage.words["seq2seq_slide"], stage.words["seq2seq_right"], "seq2seq_erratum")
    stage.erratum(stage.words["switches_slide"], stage.words["switches_right"], "switches_erratum")
    code = ("dkdemo.sequences:random_memory", "dkdemo.sequences:learn_switches")
    explain(stage, code=code, script=script_for(recipe))


def cpc(stage: Stage) -> None:
    stage.title("cpc_title")
    stage.equation(
        r"f_k = \exp(z_{t+k}^\top W_k c_t), \quad"
        r"\mathcal L_N = -\mathbb E \log \frac{f_k(x_{t+k}, c_t)}{\sum_{j=1}^N f_k(x_j, c_t)}, \quad "
        r"I \ge \log N - \mathcal L_N"
    )
    setting = compared.predictive(stage)
    stage.say("cpc_story_alone" if setting["choices"] == 1 else f"cpc_story_{setting['data']}")
    stage.erratum(stage.words["cpc_slide"], stage.words["cpc_right"], "cpc_erratum")
    stage.source("cpc_dots")
    stage.source("cpc_source")


def futures(stage: Stage) -> None:
    stage.title("futures_title")
    stage.equation(r"q_j = \mathrm{softmax}_j\big(z_j^\top W_1 c_t\big)")
    stage.say(f"futures_story_{compared.futures(stage)}")
    stage.source("cpc_source")


def bound(stage: Stage) -> None:
    stage.title("bound_title")
    stage.equation(r"\log N - \mathcal L_N \;\le\; \min\big(\log N,\; I(x; c)\big)")
    state = interactive(
        stage, "log_n_bound", lambda at: coding.bound(at, stage.words), {},
        Slider("information", stage.words["bound_information"], 0.1, 8, 4.15, step=0.05),
        Slider("choices", stage.words["bound_choices"], 2, 1024, 64, log=True, format="d"),
    )  # fmt: skip
    stage.say("bound_story")
    stage.erratum(stage.words["angles_slide"], stage.words["angles_right"], "angles_erratum")
    stage.source("bound_source")
    explain(stage, code=("dkdemo.kernels.others:log_n_bound",), script=script("log_n_bound", state))


show("others", metric=metric, rnn=rnn, reach=reach, switches=switches, cpc=cpc, futures=futures, bound=bound)
