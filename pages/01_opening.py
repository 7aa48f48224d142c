"""Opening: the promises, the speaker, the map, and the first question to the room (slides 1 to 5)."""

import streamlit as st

from dkdemo.probability import softmax
from dkdemo.web.registry import CHAPTERS
from dkdemo.web.scenes import Stage, show

SLIDE_LOGITS = [1.4, 2.8, 0.9]  # cat, dog, car: the talk's example from slide 22


def welcome(stage: Stage) -> None:
    dog = float(softmax(SLIDE_LOGITS)[1])
    with st.container(key="dk-large"):
        stage.title("welcome_title")
        stage.say("welcome_subtitle")
        stage.source("welcome_by")
        stage.say("welcome_story", dog=dog, wrong=1 - dog)
        stage.say("welcome_live")


def promises(stage: Stage) -> None:
    with st.container(key="dk-large"):
        stage.title("promises_title")
        for column, key in zip(st.columns(2), ("promises_mathematics", "promises_wrong"), strict=True):
            column.container(border=True, height="stretch").markdown(stage.words[key])
        stage.say("promises_agreement")


def speaker(stage: Stage) -> None:
    with st.container(key="dk-large"):
        stage.title("speaker_title")
        stage.say("speaker_path")
        stage.say("speaker_moral")


def talk_map(stage: Stage) -> None:
    with st.container(key="dk-map"):
        stage.title("map_title", minutes=sum(row.minutes for row in CHAPTERS))
        parts = list(dict.fromkeys(row.part for row in CHAPTERS))
        for column, part in zip(st.columns(len(parts)), parts, strict=True):
            rows = [row for row in CHAPTERS if row.part == part]
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{stage.common[f'part_{part}']}**")
                stage.source("map_minutes", minutes=sum(row.minutes for row in rows))
                for row in rows:
                    title = stage.chapter_title(row)
                    label = stage.text("map_chapter", number=row.number, title=title, minutes=row.minutes)
                    st.link_button(label, f"./{row.id}", width="stretch")
        stage.source("map_hint")


def question(stage: Stage) -> None:
    with st.container(key="dk-large"):
        stage.title("question_title")
        answer = stage.predict("question_ask", ("question_yes", "question_no", "question_depends"))
        if answer is None:
            return
        if answer:
            stage.say("question_yours", answer=stage.words[answer])
        else:  # the room reads its question again
            stage.say("question_ask")
        stage.say("question_reveal")
        stage.say("question_later")


show("opening", welcome=welcome, promises=promises, speaker=speaker, map=talk_map, question=question)
