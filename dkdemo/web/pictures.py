"""Pictures to play with: from a data set through the short lane, or the viewer's own, from a file or the camera.

An own picture is decoded in memory, cut to a square and forgotten with the session; it is never written anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from dkdemo.datastore import DATA_NAMES, present
from dkdemo.experiments.samples import Samples
from dkdemo.figures.binding import fill
from dkdemo.images import UploadError, read_upload, to_square
from dkdemo.web import controls, data, language
from dkdemo.web.run_panel import ask

SETS = ("shapes", "digits", "mnist", "fashion-mnist", "cifar10")

MOST = 2  # own pictures at a time
OWN_SIDE = 48  # pixels of an own picture


Pair = tuple[np.ndarray, np.ndarray, list[str]]  # two pictures of one size and their names


def choose(key: str, own_names: tuple[str, str]) -> Pair:
    """One button that opens the choice of pictures, and the pair chosen: of a data set, or the viewer's own."""
    with st.popover(language.common()["data_choice"], icon=":material/image:"):
        name = data.choose(SETS, default="shapes", key="pictures")
        seed = controls.seed("pair", 1)
        yours = own(OWN_SIDE, key)
    return with_own(pair(name, seed), yours, own_names)


def refuse_absent() -> None:
    """Say so if the address asks for pictures that are not here: aloud, not inside the closed button of `choose`.

    Call it before `choose`, where there is room for a sentence.
    """
    asked, found = st.query_params.get("pictures"), present()
    usable = {name for name in found if name in SETS or name not in DATA_NAMES}
    if asked is None or asked in usable:
        return
    words = language.common()
    told = fill(words["unknown_value"], {"name": "pictures"})
    known = fill(words["data_missing"], {"missing": asked}) if asked in SETS else ""
    st.warning(f"{told} {known}".strip())
    del st.query_params["pictures"]  # it is told; the button need not repeat it


def pair(name: str, seed: int) -> Pair:
    """Two test pictures (H, W, 3) uint8 of different classes and the names of these."""
    answer = ask(Samples(data=name, per_class=1, seed=seed))
    images = np.asarray(answer["images"])
    images = np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
    one, two = np.random.default_rng(seed).permutation(len(images))[:2]
    names = [str(answer["classes"][int(answer["labels"][place])]) for place in (one, two)]
    return images[one], images[two], names


def with_own(drawn: Pair, own: list[np.ndarray], names: tuple[str, str]) -> Pair:
    """The viewer's own pictures in the place of the first one or of both; ``names`` are what to call them."""
    if not own:
        return drawn
    _, second, old = drawn
    if len(own) > 1:
        return own[0], own[1], list(names)
    return own[0], to_square(second, len(own[0])), [names[0], old[1]]


def own(side: int, key: str) -> list[np.ndarray]:
    """Up to two pictures of the viewer's own, (side, side, 3) uint8; one that cannot be read gets one sentence."""
    words = language.common()
    files = st.file_uploader(
        words["own_upload"], ["png", "jpg", "jpeg", "webp"], accept_multiple_files=True, key=f"{key}.upload"
    )
    wanted = st.toggle(words["own_camera_on"], key=f"{key}.camera_on")  # asks for the camera only when switched on
    shot = st.camera_input(words["own_camera"], key=f"{key}.camera") if wanted else None
    seen = st.session_state.get(f"{key}.seen", {})  # decoded once, not at every rerun
    kept: dict[tuple[str, int], np.ndarray | str] = {}
    given = [*([shot] if shot else []), *(files or [])]
    if len(given) > MOST:
        st.warning(words["own_refused_many"])
    for file in given[:MOST]:
        name = (file.file_id, side)
        kept[name] = seen[name] if name in seen else _small(file.getvalue(), side)
    st.session_state[f"{key}.seen"] = kept
    for refusal in (one for one in kept.values() if isinstance(one, str)):
        st.warning(words[f"own_refused_{refusal}"])
    return [one for one in kept.values() if not isinstance(one, str)]


def _small(data: bytes, side: int) -> np.ndarray | str:
    """The picture as a small square, or the reason why it is refused."""
    try:
        return to_square(read_upload(data), side)
    except UploadError as refusal:
        return refusal.reason


def chosen_pair(words: Mapping[str, str]) -> Pair:
    """The pair both picture scenes of the mixing chapter play with, and what is seen on the two."""
    first, second, names = choose("mixing.own", (words["own_first"], words["own_second"]))
    return first, second, language.classes(names)
