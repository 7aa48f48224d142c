"""Distillation: a teacher's doubts handed to a student (slides 18 to 20, 23, 29 and 30)."""

from dkdemo.experiments import Everything, Race
from dkdemo.figures import distillation as figures
from dkdemo.web.charts import chart
from dkdemo.web.parts import answers, lessons
from dkdemo.web.run_panel import explain, script_for
from dkdemo.web.scenes import Stage, asks, show


def batch(stage: Stage) -> None:
    stage.title("batch_title")
    script = lessons.one_batch(stage)
    stage.say("batch_story")
    stage.source("batch_source")
    explain(stage, code=lessons.LOSSES, script=script)


@asks("all", "method", "first")
def larva(stage: Stage) -> None:
    stage.guessed()
    stage.say("larva_story")
    chart(stage, figures.larva(lessons.TEACHER, lessons.MEMBERS, lessons.STUDENT, stage.words))
    stage.source("larva_caption")


@asks("no", "little", "lot")
def race(stage: Stage) -> None:
    stage.equation(lessons.KD)
    lessons.raced(stage, Race, floor=0.5, telling="race")
    stage.guessed()
    stage.say("race_story")
    stage.say("race_paper")


def everything(stage: Stage) -> None:
    stage.title("everything_title")
    stage.equation(lessons.KD)
    lessons.raced(stage, Everything, floor=0.8, telling="everything")
    stage.say("everything_story")


@asks("same", "different")
def darkness(stage: Stage) -> None:
    stage.equation(r"\mathcal{L} = -\ln p_{\text{true}}, \qquad \frac{\partial \mathcal{L}}{\partial z_k} = p_k - y_k")
    script = lessons.two_darknesses(stage)
    stage.guessed()
    stage.erratum(stage.words["darkness_slide"], stage.words["darkness_right_value"], "darkness_erratum")
    stage.say("darkness_story")
    code = ("dkdemo.probability:cross_entropy", "dkdemo.kernels.distillation:darkness")
    explain(stage, code=code, script=script)


@asks("none", "few", "most")
def unseen(stage: Stage) -> None:
    stage.equation(lessons.SOFT + r", \qquad \hat y = \arg\max_k\,(z_k + b_k)")
    result = lessons.one_unseen(stage)
    stage.guessed()
    if result:
        stage.say("unseen_story")
        lessons.whispers(stage, result)
        stage.say("unseen_fixed")
        stage.say("unseen_paper")


def overconfident(stage: Stage) -> None:
    stage.title("overconfident_title")
    stage.equation(lessons.SOFT + r", \qquad v = f_t(x)")
    lessons.two_teachers(stage)
    stage.say("overconfident_story")


@asks("none", "some", "many")
def photos(stage: Stage) -> None:
    stage.equation(lessons.KD)
    lessons.photographs(stage)
    stage.guessed()
    stage.say("photos_story")
    stage.source("photos_source")


def gallery(stage: Stage) -> None:
    stage.title("gallery_title")
    stage.equation(r"\textstyle p_k = e^{v_k} / \sum_j e^{v_j}, \qquad k \ne y")
    recipe = answers.gallery(stage)
    stage.say("gallery_story")
    explain(stage, code=("dkdemo.experiments.gallery:Gallery",), script=script_for(recipe))


def draw(stage: Stage) -> None:
    stage.title("draw_title")
    stage.equation(r"\textstyle \sigma(v/T), \quad \sigma(z/T), \qquad \sigma(a)_k = e^{a_k} / \sum_j e^{a_j}")
    answers.drawing(stage)


show(
    "distillation", batch=batch, larva=larva, race=race, everything=everything, darkness=darkness, unseen=unseen,
    overconfident=overconfident, photos=photos, gallery=gallery, draw=draw,
)  # fmt: skip
