"""A drawn digit, a test image, a gallery: answers of nets that were trained once."""

import base64

import numpy as np
import pytest

from dkdemo import datastore
from dkdemo.experiments.answer import Answer, as_image, as_text, shrink
from dkdemo.experiments.gallery import Gallery
from dkdemo.experiments.recipe import from_values
from dkdemo.jobs.events import from_json, to_json
from dkdemo.web.parts.answers import DOUBTFUL


def result(recipe):
    *_, done = [from_json(to_json(event)) for event in recipe.run()]
    return done.result


def seven() -> np.ndarray:
    """A 7 as a ruler would draw it, 20 pixels high in 28."""
    image = np.zeros((28, 28), np.uint8)
    image[4:7, 8:20] = 255
    for row in range(7, 24):
        left = 18 - (row - 7) // 2
        image[row, left : left + 3] = 255
    return image


def test_a_drawing_travels_as_text() -> None:
    assert np.array_equal(as_image(as_text(seven())), seven())
    with pytest.raises(ValueError, match="uint8 of shape"):
        as_text(np.zeros((8, 8), np.uint8))


@pytest.mark.parametrize("text", ["not base64!", base64.b64encode(b"short").decode(), "A" * 3000])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="784 bytes in base64"):
        Answer(drawn=text)


def test_a_drawing_shrinks_to_counts_of_ink() -> None:
    """A full square is full; the empty page stays empty; half a square is half the ink, wherever it was drawn."""
    image = np.zeros((28, 28), np.uint8)
    assert not shrink(image).any()
    image[4:24, 4:24] = 255
    assert (shrink(image) == 255).all()
    image[4:24, 4:24] = 0
    image[2:26, 10:13] = 255  # a bar, eight times as high as wide: one column of the eight, in the middle
    bar = shrink(image).astype(int)
    assert bar[:, 3:5].sum() == bar.sum()
    assert bar.sum(1).tolist() == [255] * 8
    assert np.array_equal(shrink(np.roll(image, (2, -5), (0, 1))), bar), "it is cut out first"


@pytest.mark.training
def test_the_answer_to_a_test_image_and_to_a_drawing() -> None:
    found, arrays = result(Answer(index=7)), datastore.load_arrays("digits")
    assert np.array_equal(found["image"], arrays.test_images[7, 0])
    assert found["label"] == arrays.test_labels[7]
    assert found["teacher_accuracy"] > 0.97
    assert found["student_accuracy"] > 0.93
    assert found["teacher_logits"].shape == found["student_logits"].shape == (10,)
    drawn = result(Answer(drawn=as_text(seven())))
    assert drawn["label"] == -1
    assert drawn["image"].shape == (8, 8)
    assert drawn["teacher_logits"].argmax() == 7
    blind = result(Answer(index=7, hidden=3))
    assert np.array_equal(blind["teacher_logits"], found["teacher_logits"])
    assert not np.array_equal(blind["student_logits"], found["student_logits"])


@pytest.mark.training
def test_a_test_image_has_one_verdict_in_all_chapters() -> None:
    ambiguous = result(Gallery(label=5, other=9, count=1))
    same = result(Answer(index=int(ambiguous["index"][0])))
    np.testing.assert_allclose(same["teacher_logits"], ambiguous["logits"][0], atol=1e-4)
    assert same["label"] == 5
    assert ambiguous["index"][0] == DOUBTFUL, "the picture that the page of temperature starts with"


@pytest.mark.training
@pytest.mark.mnist
def test_mnist_digits_are_answered_as_they_are_and_shrunk_ones_mostly() -> None:
    found = result(Answer(data="mnist", index=0))
    assert found["label"] == found["teacher_logits"].argmax() == found["student_logits"].argmax() == 7
    assert found["teacher_accuracy"] > 0.95
    assert found["student_accuracy"] > 0.95
    arrays = datastore.load_arrays("mnist")
    right = 0
    for image, label in zip(arrays.test_images[:60, 0], arrays.test_labels[:60], strict=True):
        right += result(Answer(drawn=as_text(image)))["teacher_logits"].argmax() == label
    assert right >= 36, "strangers' digits, shrunk to 8 x 8, are read far better than by chance"


def test_a_drawing_is_not_shown_to_nets_of_colour_images() -> None:
    with pytest.raises(ValueError, match="small grey images"):
        result(Answer(data="shapes", drawn=as_text(seven())))


@pytest.mark.training
def test_the_gallery_is_sorted_by_doubt() -> None:
    arrays = datastore.load_arrays("digits")
    found = result(Gallery(count=20))
    p = np.exp(found["logits"] - found["logits"].max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    np.testing.assert_allclose(found["probabilities"], p, atol=1e-9)
    assert (np.diff(np.sort(p, axis=1)[:, -2]) <= 1e-12).all(), "the most hesitant first"
    np.testing.assert_allclose(found["share"], p[np.arange(20), found["looks_like"]], atol=1e-9)
    wrong = p.copy()
    wrong[np.arange(20), found["labels"]] = 0
    assert found["looks_like"] == wrong.argmax(1).tolist()
    assert any(p[row].argmax() != label for row, label in enumerate(found["labels"])), "and some fooled it"
    assert np.array_equal(found["images"], arrays.test_images[found["index"], 0])
    assert found["labels"] == arrays.test_labels[found["index"]].tolist()
    assert all(like != label for like, label in zip(found["looks_like"], found["labels"], strict=True))
    nines = result(Gallery(label=5, other=9, count=100))
    assert set(nines["labels"]) == {5}
    assert set(nines["looks_like"]) == {9}
    assert len(nines["labels"]) == nines["n"]["among"] == (arrays.test_labels == 5).sum()
    np.testing.assert_allclose(nines["share"], nines["probabilities"][:, 9])
    assert (np.diff(nines["share"]) <= 0).all()


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (Answer, {"index": -1}),
        (Answer, {"drawn": 5}),
        (Gallery, {"count": 0}),
        (Gallery, {"count": 101}),
        (Gallery, {"label": -2}),
        (Gallery, {"label": 4, "other": 4}),
    ],
)
def test_impossible_settings_are_refused(kind, bad) -> None:
    with pytest.raises(ValueError, match="got"):
        from_values(kind, bad)


@pytest.mark.parametrize("recipe", [Answer(index=719), Answer(hidden=10), Gallery(label=10)])
def test_what_is_not_there_is_refused(recipe) -> None:
    with pytest.raises(ValueError, match="got"):
        result(recipe)
