"""What a page knows of the device it knows from the workers; the larger recipes are offered where a GPU was found."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dkdemo import jobs
from dkdemo.jobs.scheduler import Manager
from dkdemo.jobs.store import Store
from dkdemo.web import machine


class Told:
    def __init__(self, device):
        self.said = device

    def device(self):
        return self.said

    def find(self, recipe):
        return None


@pytest.fixture(autouse=True)
def _nobody_left():
    yield
    jobs.use(None)


@pytest.mark.parametrize(
    ("device", "gpu"), [(None, ""), ("cpu", ""), ("none", ""), ("cuda:0 Some GPU 4000", "Some GPU 4000")]
)
def test_the_gpu_is_the_one_that_a_worker_named(device, gpu):
    jobs.use(Told(device))
    assert machine.gpu() == gpu


def test_before_a_worker_has_spoken_the_manager_knows_no_device():
    manager = Manager(Store(None))
    assert manager.device() is None
    manager._lanes["long"].info = {"device": "cuda:0 Some GPU"}
    assert manager.device() == manager.health()["device"] == "cuda:0 Some GPU"


def scene(name):
    from dkdemo.web import address, machine

    address.arrive("distillation", "photos")
    import streamlit as st

    st.markdown(f"larger: {machine.larger('larger')}")


def test_the_larger_recipe_is_offered_where_there_is_a_gpu_and_only_there():
    jobs.use(Told("cpu"))
    test = AppTest.from_function(scene, args=("x",))
    test.query_params["larger"] = "True"  # a link from a better machine
    test.run()
    assert not test.toggle
    assert test.markdown[0].value == "larger: False"
    jobs.use(Told("cuda:0 Some GPU"))
    test = AppTest.from_function(scene, args=("x",)).run()
    assert "Some GPU" in test.toggle[0].label
    test.toggle[0].set_value(True).run()
    assert test.markdown[0].value == "larger: True"
