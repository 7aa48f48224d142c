"""Samples: the pictures asked for, as a browser draws them."""

import numpy as np
import pytest

from dkdemo import datastore
from dkdemo.experiments.recipe import from_values
from dkdemo.experiments.samples import Samples
from dkdemo.jobs.events import from_json, to_json


def result(recipe):
    (event,) = recipe.run()
    return from_json(to_json(event)).result


@pytest.mark.parametrize(("data", "side", "channels"), [("digits", 8, 1), ("shapes", 32, 3)])
def test_some_of_every_class(data, side, channels):
    found, arrays = result(Samples(data=data, per_class=3, seed=2)), datastore.load_arrays(data)
    classes = len(arrays.classes)
    assert found["images"].shape == (3 * classes, side, side, channels)
    assert found["images"].dtype == np.uint8
    assert found["labels"].tolist() == [label for label in range(classes) for _ in range(3)]
    assert np.array_equal(found["images"], arrays.test_images[found["indices"]].transpose(0, 2, 3, 1))
    assert np.array_equal(found["labels"], arrays.test_labels[found["indices"]])
    assert np.array_equal(found["images"], result(Samples(data=data, per_class=3, seed=2))["images"])
    assert not np.array_equal(found["indices"], result(Samples(data=data, per_class=3, seed=3))["indices"])


def test_pictures_by_their_number():
    found = result(Samples(indices=(7, 7, 0)))
    assert found["indices"].tolist() == [7, 7, 0]
    assert np.array_equal(found["images"][:, :, :, 0], datastore.load_arrays("digits").test_images[[7, 7, 0], 0])
    assert result(from_values(Samples, {"indices": [7, 7, 0]}))["labels"].tolist() == found["labels"].tolist()


@pytest.mark.parametrize(
    "bad",
    [
        {"per_class": 0},
        {"per_class": 41},
        {"seed": -1},
        {"seed": "one"},
        {"indices": [-1]},
        {"indices": ["a"]},
        {"indices": [True]},
        {"indices": [0] * 401},
        {"colour": 1},
    ],
)
def test_impossible_settings_are_refused(bad):
    with pytest.raises(ValueError, match=r"must be|has the settings"):
        from_values(Samples, bad)


def test_pictures_that_are_not_there():
    with pytest.raises(ValueError, match="test pictures 0 to 718, got 719"):
        result(Samples(indices=(719,)))
    with pytest.raises(ValueError, match="data is one of"):
        result(Samples(data="nothing"))
