"""Chapter 16, the last: live parts with the wall of methods, the first question again, all slips of the slides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from dkdemo import experiments
from dkdemo.figures import dual as figures
from dkdemo.figures.binding import fill
from dkdemo.reproduce.finding import Finding
from dkdemo.web import controls, errata
from dkdemo.web.address import answered
from dkdemo.web.charts import chart
from dkdemo.web.measured import EVIDENCE
from dkdemo.web.methods import METHODS, WRITERS, Method, place
from dkdemo.web.registry import Chapter, Scene
from dkdemo.web.run_panel import ask
from dkdemo.web.scenes import Stage, Unanswered
from dkdemo.web.text import Words

ANSWERS = ("question_yes", "question_no", "question_depends")  # of the opening's question, and of this chapter's
CLUBS = {
    "bio": "https://www.facebook.com/groups/446434039038963",
    "taiwan": "https://www.facebook.com/groups/525579498272187/",
    "deep": "https://www.facebook.com/TWMANDeepLearning/",
}


def wall(stage: Stage) -> None:
    """Every method as a tile, in a row with those whose dark knowledge is written by the same hand."""
    most, count = Counter(one.writer for one in METHODS).most_common(1)[0]
    stage.say("wall_claim", writer=stage.words[f"writer_{most}"], count=float(count))
    with st.container(key="dk-wall"):
        for writer in WRITERS:
            name, tiles = st.columns([2, 7], vertical_alignment="center")
            name.markdown(stage.words[f"writer_{writer}"])
            with tiles.container(horizontal=True, gap="small"):
                for one in METHODS:
                    if one.writer == writer:
                        _tile(stage, one)


def temperatures(stage: Stage) -> None:
    """At which temperature each method hands its small probabilities on."""
    rows = [(stage.words[f"method_{one.id}"], one.side, one.temperature) for one in METHODS]
    chart(stage, figures.temperatures(rows, stage.words))


def _tile(stage: Stage, one: Method) -> None:
    """A method by name and slide; it leads to where in the talk it was."""
    found = place(one.chapter, one.slide)
    hint = stage.chapter_title(found[0]) if found else stage.words["wall_elsewhere"]
    name = stage.words[f"method_{one.id}"]
    label = name if one.added else fill(stage.words["wall_tile"], {"name": name, "slide": float(one.slide)})
    st.link_button(label, _link(found), help=hint, disabled=found is None)


def _link(found: tuple[Chapter, Scene] | None) -> str:
    """The address of a scene, as the header understands it: walked to without a reload."""
    return f"./{found[0].id}?scene={found[1].id}" if found else "./"


def asked_again(stage: Stage) -> bool:
    """The opening's question once more, with what was answered then; has it been answered now?"""
    first = answered("opening", "question_ask")
    if first in ANSWERS:
        stage.say("question_first", answer=stage.words[first])
    now = stage.predict("question_again", ANSWERS)
    if now and first in ANSWERS:
        stage.say("question_same" if now == first else "question_changed")
    return now is not None


def theory(stage: Stage) -> None:
    """Where the talk answered it."""
    found = place("theory", 12)
    if found:
        stage.say("question_theory", title=stage.chapter_title(found[0]), link=_link(found))


def evidence(stage: Stage) -> None:
    """What this server has measured of the talk's claims, in two columns, and what nobody has run yet."""
    columns = st.columns(2)
    for number, one in enumerate(EVIDENCE):
        title = Words(stage.words.language, one.chapter)[f"scene_{one.scene}"]
        claim, source = one.told(stage.words.language) or (stage.words["question_unmeasured"], "")
        with columns[number % 2]:
            st.markdown(f"[{title}](./{one.chapter}?scene={one.scene}) · {claim}")
            st.caption(source)


def slips() -> list[errata.Slips]:
    """Every slip that the pages teach or a worker finds; without its answer those of the pages."""
    rows: Sequence[dict] = ()
    with suppress(Unanswered):
        rows = ask(experiments.Slips())["rows"]
    return errata.all_slips([Finding(**row) for row in rows])


def listed(stage: Stage, everything: Sequence[errata.Slips]) -> None:
    """The slips of one part of the talk in two columns, with the reasons if asked for."""
    words = stage.words
    parts = {part: stage.common[f"part_{part}"] for part in dict.fromkeys(map(errata.part, everything))}
    parts = {**parts, "all": words["errata_all"]}
    chosen = controls.row(
        [3, 2], part=lambda: controls.choice(words["errata_part"], parts, "part", next(iter(parts))),
        reasons=lambda: controls.toggle(words["errata_reasons"], "reasons"),
    )  # fmt: skip
    shown = [one for one in everything if chosen["part"] in ("all", errata.part(one))]
    half = -(-len(shown) // 2)
    for side, (column, rows) in enumerate(zip(st.columns(2), (shown[:half], shown[half:]), strict=True)):
        with column.container(key=f"dk-erratum-{side}"):  # underlined, not struck out: a stroke would hide a minus
            st.markdown("\n".join(errata.line(one, words, chosen["reasons"]) for one in rows))


def clubs(stage: Stage) -> None:
    """Where to go on talking."""
    stage.say("thanks_clubs")
    st.markdown("\n".join(f"1. [{stage.words[f'club_{name}']}]({url})" for name, url in CLUBS.items()))


def papers(stage: Stage) -> None:
    """Every method's paper, behind a button; a paper of several methods is named after its first."""
    named = {one.paper: stage.words[f"method_{one.id}"] for one in reversed(METHODS)}
    with st.popover(stage.words["thanks_sources"], icon=":material/menu_book:"):
        st.markdown(
            "\n".join(f"- {name}: [arXiv:{paper}](https://arxiv.org/abs/{paper})" for paper, name in named.items())
        )
