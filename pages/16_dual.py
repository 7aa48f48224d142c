"""Dual networks, and what it was all about: collapse, the wall, the first question again (slides 58 to 60)."""

from collections import Counter

import streamlit as st

from dkdemo.experiments.collapse import TARGETS, Collapse
from dkdemo.experiments.slips import Slips
from dkdemo.figures import dual as figures
from dkdemo.figures.binding import fill
from dkdemo.kernels import KERNELS, script
from dkdemo.reproduce.finding import Finding
from dkdemo.web import controls, methods
from dkdemo.web import errata as slips
from dkdemo.web.address import answered
from dkdemo.web.measured import EVIDENCE
from dkdemo.web.plot import Slider, plot
from dkdemo.web.registry import Chapter, Scene
from dkdemo.web.run_panel import ask, explain, run_panel
from dkdemo.web.scenes import Stage, asks, show
from dkdemo.web.text import Words

LOSS = r"\mathcal L = \tfrac12 \mathcal D(p_1, \mathrm{sg}(z_2)) + \tfrac12 \mathcal D(p_2, \mathrm{sg}(z_1))"
CLUBS = {
    "bio": "https://www.facebook.com/groups/446434039038963",
    "taiwan": "https://www.facebook.com/groups/525579498272187/",
    "deep": "https://www.facebook.com/TWMANDeepLearning/",
}
ANSWERS = ("yes", "no", "depends")  # of the opening's question, and of this chapter's


@asks("learns", "dead", "same")
def collapse(stage: Stage) -> None:
    stage.equation(LOSS + r", \qquad \mathcal D(p, z) = -\cos(p, z)")
    which, head, dice = st.columns([5, 2, 1], vertical_alignment="bottom")
    with which:
        options = {name: stage.words[f"target_{name}"] for name in TARGETS}
        target = controls.choice(stage.words["target"], options, "target", "moving")
    with head:
        predictor = controls.toggle(stage.words["predictor"], "predictor", True)
    with dice:
        seed = controls.seed()
    recipe = Collapse(target=target, predictor=predictor, seed=seed)
    run_panel(
        stage, recipe, lambda view: figures.collapse(view, stage.words),
        key="collapse", alt=stage.words["collapse_alt"],
        code=("dkdemo.siamese:simsiam_loss", "dkdemo.siamese:output_spread", "dkdemo.experiments.collapse_pair:Pair"),
    )  # fmt: skip
    stage.guessed()
    stage.say("collapse_story")
    stage.source("collapse_source", **figures.PAPER)


def still(stage: Stage) -> None:
    stage.title("still_title")
    stage.equation(r"J = \tfrac12\,\mathbb E\,\big(p\,w(x+a) - \mathrm{sg}[\,w(x+b)\,]\big)^2")
    inputs = {"noise": 0.5, "decay": 0.0}
    sliders = [
        Slider("noise", stage.words["still_noise"], 0, 1.5, 0.5),
        Slider("decay", stage.words["still_decay"], 0, 0.2, 0, step=0.005, format=".3f"),
    ]
    state = plot(
        figures.still_target(KERNELS["still_target"](**inputs), stage.words), key="dual.still",
        alt=stage.words["still_alt"], kernel="still_target", inputs=inputs, sliders=sliders, download="still",
    )  # fmt: skip
    stage.say("still_story")
    stage.source("still_source")
    explain(stage, code=("dkdemo.kernels.dual:still_target",), script=script("still_target", state))


def bridge(stage: Stage) -> None:
    stage.title("bridge_title")
    plot(figures.history(stage.words), key="dual.history", alt=stage.words["history_alt"], download="history")
    stage.say("bridge_answer")
    stage.say("bridge_story", **figures.PAPER)
    stage.source("bridge_source")


def wall(stage: Stage) -> None:
    stage.title("wall_title", methods=float(len(methods.METHODS)))
    most, count = Counter(one.writer for one in methods.METHODS).most_common(1)[0]
    stage.say("wall_claim", writer=stage.words[f"writer_{most}"], count=float(count))
    for writer in methods.WRITERS:
        name, tiles = st.columns([2, 7], vertical_alignment="center")
        name.markdown(stage.words[f"writer_{writer}"])
        with tiles.container(horizontal=True, gap="small"):
            for one in methods.METHODS:
                if one.writer == writer:
                    tile(stage, one)
    stage.source("wall_hint")


def tile(stage: Stage, one: methods.Method) -> None:
    """A method by name and slide; it leads to where in the talk it was."""
    found = methods.place(one.chapter, one.slide)
    hint = stage.chapter_title(found[0]) if found else stage.words["wall_elsewhere"]
    name = stage.words[f"method_{one.id}"]
    label = name if one.added else fill(stage.words["wall_tile"], {"name": name, "slide": float(one.slide)})
    st.link_button(label, link(found), help=hint, disabled=found is None)


def link(found: tuple[Chapter, Scene] | None) -> str:
    """The address of a scene, as the header understands it: walked to without a reload."""
    return f"./{found[0].id}?scene={found[1].id}" if found else "./"


def temperatures(stage: Stage) -> None:
    stage.title("temperatures_title")
    rows = [(stage.words[f"method_{one.id}"], one.side, one.temperature) for one in methods.METHODS]
    chart = figures.temperatures(rows, stage.words)
    plot(chart, key="dual.temperatures", alt=stage.words["temperatures_alt"], download="temperatures")
    stage.say("temperatures_story")
    stage.source("temperatures_source")


def question(stage: Stage) -> None:
    stage.title("question_title")
    first = answered("opening", "question_ask").removeprefix("question_")
    if first in ANSWERS:
        stage.say("question_first", answer=stage.words[f"question_{first}"])
    now = stage.predict("question_again", tuple(f"question_{name}" for name in ANSWERS))
    if now is None:
        return
    if now and first in ANSWERS:
        stage.say("question_same" if now == f"question_{first}" else "question_changed")
    stage.say("question_reveal")
    theory = methods.place("theory", 12)
    if theory:
        stage.say("question_theory", title=stage.chapter_title(theory[0]), link=link(theory))
    stage.say("question_measured")
    columns = st.columns(2)
    for place, one in enumerate(EVIDENCE):
        title = Words(stage.words.language, one.chapter)[f"scene_{one.scene}"]
        claim, source = one.told(stage.words.language) or (stage.words["question_unmeasured"], "")
        with columns[place % 2]:
            st.markdown(f"[{title}](./{one.chapter}?scene={one.scene}) · {claim}")
            st.caption(source)
    stage.say("question_conclusion")


def errata(stage: Stage) -> None:
    answer = ask(Slips())  # without an answer the pages' own errata are listed all the same
    everything = slips.all_slips([Finding(**row) for row in answer["rows"]] if answer else [])
    stage.title("errata_title", slides=float(len(everything)))
    which, why = st.columns([3, 2], vertical_alignment="bottom")
    with which:
        parts = {part: stage.common[f"part_{part}"] for part in dict.fromkeys(map(slips.part, everything))}
        part = controls.choice(
            stage.words["errata_part"], {**parts, "all": stage.words["errata_all"]}, "part", next(iter(parts))
        )
    with why:
        reasons = controls.toggle(stage.words["errata_reasons"], "reasons")
    shown = [one for one in everything if part in ("all", slips.part(one))]
    half = -(-len(shown) // 2)
    for column, half_of_it in zip(st.columns(2), (shown[:half], shown[half:]), strict=True):
        column.markdown("\n".join(slips.line(one, stage.words, reasons) for one in half_of_it))
    stage.source("errata_source")


def thanks(stage: Stage) -> None:
    with st.container(key="dk-large"):
        stage.title("thanks_title")
        stage.say("thanks_story")
        stage.say("thanks_clubs")
        st.markdown("\n".join(f"1. [{stage.words[f'club_{name}']}]({url})" for name, url in CLUBS.items()))
        with st.popover(stage.words["thanks_sources"], icon=":material/menu_book:"):
            papers = {one.paper: stage.words[f"method_{one.id}"] for one in reversed(methods.METHODS)}
            st.markdown(
                "\n".join(f"- {name}: [arXiv:{paper}](https://arxiv.org/abs/{paper})" for paper, name in papers.items())
            )
        stage.say("thanks_end")


show(
    "dual",
    collapse=collapse, still=still, bridge=bridge, wall=wall, temperatures=temperatures, question=question,
    errata=errata, thanks=thanks,
)  # fmt: skip
