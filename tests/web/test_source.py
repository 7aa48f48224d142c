"""The code on the screen is the code in the file, and reading it imports nothing."""

import subprocess
import sys

import pytest

from dkdemo.web import source


def test_a_function_is_read_whole():
    text = source.read("dkdemo.web.source:read")
    assert text.startswith("@cache\ndef read(place: str) -> str:")
    assert text.endswith('return "\\n".join(text.splitlines()[first - 1 : node.end_lineno])')


def test_a_method_and_a_class_are_found():
    assert source.read("dkdemo.web.text:Words.__len__").strip().startswith("def __len__")
    assert source.read("dkdemo.experiments.recipe:Recipe").startswith("@dataclass(frozen=True)\nclass Recipe")


@pytest.mark.parametrize(
    "place", ["dkdemo.nothing:f", "dkdemo.probability:no_such", "dkdemo.probability", "../etc:passwd"]
)
def test_a_wrong_place_is_named(place):
    with pytest.raises(ValueError, match=r"has no|a place in the code is"):
        source.read(place)


def test_reading_the_engine_imports_no_torch():
    program = (
        "import sys; from dkdemo.web import source; source.read('dkdemo.distillation:kd_loss'); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=source.ROOT)
