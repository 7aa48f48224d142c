"""The slide's prompt echoes what the slide shows, and executes nothing else."""

import pytest

from dkdemo.prompt import run

SLIDE = """>>> a = np.array([1.4, 2.8, .9])
>>> softmax(a)
>>> softmax(a * .3)
>>> softmax(a * .5)
"""


def test_the_slides_session_echoes_the_slides_digits():
    echoes = [echo for _, echo in run(SLIDE)]
    assert echoes == [
        "",
        "array([0.17662444, 0.71624742, 0.10712814])",
        "array([0.2956245 , 0.44992913, 0.25444637])",
        "array([0.26367459, 0.53097543, 0.20534998])",
    ]


def test_arithmetic_and_temperature_work():
    assert run("softmax([1.4, 2.8, .9], 1/.3)")[0][1] == run(SLIDE)[2][1]
    assert run("a = np.array([1, 3])\nnp.sum(softmax(-a / 2))")[1][1] == "1"


@pytest.mark.parametrize(
    "line",
    [
        "__import__('os').system('true')",
        "open('/etc/passwd')",
        "a",
        "[1, 2] * 1000000",
        "softmax.__globals__",
        "(lambda: 1)()",
        "9 ** 9",
        "softmax(",
        "import os",
        "1 / 0",
        "softmax([1, 2], temperature=2)",
        "(" * 150 + "1" + ")" * 40,
        "'text'",
        "a = b = 1 if 1 else 2",
        "x[0] = 1",
    ],
)
def test_anything_else_is_refused_in_one_sentence(line):
    with pytest.raises(ValueError, match="got") as refusal:
        run(line)
    assert "\n" not in str(refusal.value)


def test_a_name_without_a_value_is_called_by_its_name():
    with pytest.raises(ValueError, match="a name needs a value from a line above, got 'b'"):
        run("a = 2\nsoftmax(a * b)")


def test_lists_of_lists_which_would_multiply_are_refused():
    """Five lines of ninety names each were gigabytes."""
    row = ", ".join(["1"] * 60)
    for text in (f"a = [{row}]\nb = [a, a]", "softmax([[1, 2], [3, 4]])", "np.array([1, [1]])", "[np.array([1])]"):
        with pytest.raises(ValueError, match="this prompt knows"):
            run(text)
    assert run(f"np.sum([{row}])")[0][1] == "60"


def test_bad_logits_and_too_much_text_are_refused():
    with pytest.raises(ValueError, match="temperature"):
        run("softmax([1, 2], 0)")
    with pytest.raises(ValueError, match="12 lines"):
        run("1\n" * 13)


def test_a_text_of_blank_lines_is_refused_before_it_is_kept():
    with pytest.raises(ValueError, match="9600 characters at most, got 5000003"):
        run("\n" * 5_000_000 + "1+1")
    assert run("\n" * 500 + "1+1") == run("1+1")
