"""Everything around a live run: start, stop, try again, run anew, and where its numbers come from.

The script thread never waits for training. Each rerun asks the job manager what is known of the recipe
and draws that; the points in between reach the picture over the bus, without a rerun.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dkdemo import jobs
from dkdemo.experiments.recipe import Recipe
from dkdemo.figures.binding import fill
from dkdemo.jobs import pace
from dkdemo.jobs.view import RunView, view_of
from dkdemo.web import address, controls, language, memory, provenance, source
from dkdemo.web.lecturer import is_lecturer
from dkdemo.web.plot import plot
from dkdemo.web.scenes import Stage, Unanswered

LONG = 25  # seconds; nobody should wait before the screen for a run that takes longer
TWICE = 0.6  # seconds; who presses once more within them, hurried or trembling, meant the button that stood there first


def _ghost(panel: str, recipe: Recipe, finished: bool) -> RunView | None:
    """The run finished before this one in this panel, fetched anew from the manager rather than kept."""
    history: list[Recipe] = st.session_state.setdefault(f"dk.finished.{panel}", [])
    if finished and (not history or history[-1] != recipe):
        history.append(recipe)
        del history[:-2]
    before = next((past for past in reversed(history) if past != recipe), None)
    job = jobs.manager().find(before) if before else None
    return view_of(list(job.events)) if job and job.state == "done" else None


def _submit(panel: str, recipe: Recipe, browser: str, anew: bool) -> None:
    """Wish for the run; a refusal is kept as a sentence for the next lines."""
    st.session_state.pop(f"dk.refused.{panel}", None)
    try:
        jobs.manager().submit(recipe, browser, anew=anew, lecturer=is_lecturer())
    except jobs.Busy as refusal:
        st.session_state[f"dk.refused.{panel}"] = refusal.key, refusal.run, None


def _swap(panel: str, recipe: Recipe, browser: str, other: str) -> None:
    """This browser no longer wishes for its other run, but for this one."""
    jobs.manager().stop(other, browser)
    _submit(panel, recipe, browser, False)


def _start(panel: str, recipe: Recipe, browser: str, anew: bool) -> None:
    """Callback of Run and Run anew."""
    if not _pressed_twice(panel):
        _submit(panel, recipe, browser, anew)


def _stop(panel: str, recipe: Recipe, browser: str) -> None:
    if not _pressed_twice(panel):
        jobs.manager().stop(recipe.key(), browser, lecturer=is_lecturer())


def _pressed_twice(panel: str) -> bool:
    """Was this the second press of a double one? Run, Stop and Run anew take each other's place under the finger."""
    place, now = f"dk.pressed.{panel}", monotonic()
    if now - st.session_state.get(place, -TWICE) < TWICE:
        return True
    st.session_state[place] = now
    return False


def _refused(panel: str) -> tuple[str, str]:
    """The sentence that refused a run and the run to stop instead: shown once, and again under a double press."""
    key, run, shown = st.session_state.get(f"dk.refused.{panel}", ("", "", None))
    if shown is not None and monotonic() - shown > TWICE:
        del st.session_state[f"dk.refused.{panel}"]
        return "", ""
    if key:
        st.session_state[f"dk.refused.{panel}"] = key, run, monotonic() if shown is None else shown
    return key, run


def _beside(stage: Stage, equation: str) -> DeltaGenerator:
    """The place of the buttons, with the equation to its right."""
    if not equation:
        return st.container()
    buttons, right = st.columns([1, 3], vertical_alignment="center")
    with right:
        stage.equation(equation)
    return buttons


def _buttons(stage: Stage, panel: str, recipe: Recipe, job: jobs.Job | None) -> None:
    """The one or two buttons that make sense in this state, beside the reset of the controls."""
    words, state = stage.common, job.state if job else "none"
    seconds = max(1, round(pace.expected(recipe)))
    with st.container(horizontal=True, vertical_alignment="center", key=f"dk-run-{panel}"):
        if job and job.active and stage.browser not in job.wishes and not is_lecturer():
            st.caption(words["run_others"])  # theirs to stop, not this viewer's
        elif job and job.active:
            st.button(
                words["run_stop"],
                key=f"{panel}.stop",
                on_click=_stop,
                args=(panel, recipe, stage.browser),
                icon=":material/stop:",
            )
        else:
            labels = {"failed": "run_retry", "done": "run_anew"}
            st.button(
                fill(stage.common[labels.get(state, "run")], {"seconds": seconds}),
                key=f"{panel}.run",
                on_click=_start,
                args=(panel, recipe, stage.browser, state == "done"),
                type="secondary" if state == "done" else "primary",
                icon=":material/replay:" if state in labels else ":material/play_arrow:",
            )
        controls.reset_button(panel)
        if seconds > LONG and state != "done":
            st.caption(words["run_long"])


def run_panel(
    stage: Stage,
    recipe: Recipe,
    draw: Callable[[RunView], go.Figure],
    *,
    key: str = "",
    alt: str = "",
    code: Sequence[str] = (),
    live: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
    equation: str = "",
) -> RunView:
    """A live run on the screen: buttons, picture, provenance, code.

    Args:
        recipe: the settings; equal settings show the same run, in every browser.
        draw: turns what is known into a figure; called with an empty view before the first run.
        key: stable name of the panel within the chapter; by default the scene's.
        alt: what the picture shows, for those who cannot see it; by default the scene's own word ``<scene>_alt``.
        code: the engine's functions behind the picture, as ``package.module:name``.
        live: turns the finished result into what lets the picture follow a slider: `plot`'s kernel, inputs, sliders.
        equation: LaTeX of one line, written beside the buttons where the scene has no room above its controls.
    """
    key = key or stage.scene.id
    panel = f"{stage.chapter.id}.{key}"
    recipe = memory.fitted(recipe, key)
    job = jobs.manager().find(recipe)
    state = job.state if job else "none"
    running = state in ("queued", "running")
    with _beside(stage, equation):
        _buttons(stage, panel, recipe, job)
    sentence, other = _refused(panel)
    if sentence:
        st.warning(stage.common[sentence])
    if other:
        st.button(
            stage.common["run_instead"],
            key=f"{panel}.instead",
            on_click=_swap,
            args=(panel, recipe, stage.browser, other),
            icon=":material/swap_horiz:",
        )
    if job and state == "failed":
        st.error(provenance.failure(stage.common, job.error, job.sentence))
        if job.error in memory.ERRORS:
            memory.offer(recipe, key, lambda smaller: _submit(panel, smaller, stage.browser, False))
    view = view_of(list(job.events) if job else (), running, _ghost(panel, recipe, state == "done"))
    topic = None if state == "done" else f"job:{recipe.key()}"  # someone else may start it
    moving = live(view.result) if live and view.result is not None else {}
    alt = alt or stage.words[stage.own("alt")]
    plot(draw(view), key=f"{panel}.plot", alt=alt, topic=topic, state=state, download=recipe.name, **moving)
    if job and state == "done" and view.result is not None:
        st.caption(provenance.caption(stage.common, job, view.result))
    explain(stage, code=(f"{type(recipe).__module__}:{type(recipe).__name__}", *code), script=script_for(recipe))
    return view


def script_for(recipe: Recipe) -> str:
    """A script that anyone with this repository can run to get the number on the screen."""
    kind = type(recipe)
    values = ", ".join(f"{name}={value!r}" for name, value in vars(recipe).items())
    return (
        "from pprint import pprint\n\n"
        f"from {kind.__module__} import {kind.__name__}\n"
        "from dkdemo.jobs.events import Done\n\n"
        f"recipe = {kind.__name__}({values})\n"
        "for event in recipe.run():\n"
        "    if isinstance(event, Done):\n"
        "        pprint(dict(event.result))\n"
    )


def explain(stage: Stage, *, code: Sequence[str] = (), script: str | None = None) -> None:
    """One expander: the engine's own source behind the picture, and a script to copy."""
    with st.expander(stage.common["code_title"], icon=":material/code:"):
        if script:
            st.markdown(stage.common["code_script"])
            st.code(script, language="python")
        for place in code:
            st.caption(source.address_of(place))
            st.code(source.read(place), language="python")


def ask(recipe: Recipe) -> dict[str, Any]:
    """A short answer from the engine (a drawn digit, a preview), waited for.

    Raises:
        Unanswered: none came; the viewer is told why, with a button to ask again, and `scenes.show` ends the scene.
    """
    words = language.common()
    with st.spinner(words["ask_waiting"]):
        try:
            return jobs.manager().ask(recipe)
        except jobs.JobFailed as failure:
            st.error(provenance.failure(words, failure.key, failure.sentence))
            st.button(
                words["ask_retry"], key=f"{'.'.join(address.here())}.{recipe.name}.retry", icon=":material/replay:"
            )
            raise Unanswered from failure
