"""Experiments under test keep their teachers in a folder of their own, and share them there."""

import os

import pytest


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module", autouse=True)
def own_home(kept):
    from dkdemo.folders import home

    photos = home() / "data" / "cifar10"  # decoded once, for all
    if photos.is_dir() and not (kept / "data").exists():
        (kept / "data").mkdir()
        (kept / "data" / "cifar10").symlink_to(photos, target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DKDEMO_DATA", os.environ.get("DKDEMO_DATA", str(home() / "data")))
        patch.setenv("DKDEMO_HOME", str(kept))
        yield
