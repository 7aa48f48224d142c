"""What several of the engine's tests start from."""

import pytest

from dkdemo import datasets
from dkdemo.photos import whitening_filters


@pytest.fixture(scope="session")
def shapes():
    """The shapes, to learn from and to be asked about."""
    return datasets.load("shapes")


@pytest.fixture(scope="session")
def filters(shapes):
    """The first layer of a net for photographs, from some of them."""
    return whitening_filters(shapes[0].normalised(slice(0, 200)))
