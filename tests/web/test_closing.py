"""The last chapter's lists agree with the rest of the talk: the wall, all slips, what was measured."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from dkdemo import jobs, reproduce
from dkdemo.experiments.collapse import Collapse
from dkdemo.experiments.slips import Slips
from dkdemo.jobs.events import Done, Progress, from_json, to_json
from dkdemo.reproduce.finding import Finding, slip
from dkdemo.web import errata, measured, methods
from dkdemo.web.registry import CHAPTERS, ROOT, chapter
from dkdemo.web.text import LANGUAGES, Words

# All chapters of the talk; those not in the registry yet have tiles that lead nowhere.
TALK = (
    "opening",
    "training",
    "theory",
    "cost",
    "temperature",
    "distillation",
    "label_smoothing",
    "teacher_free",
    "mixing",
    "unlabelled",
    "regularising",
    "mean_teacher",
    "others",
    "simclr",
    "moco",
    "dual",
)
SLIPS = [one for one in reproduce.findings() if one.verdict == "slip"]
METHOD_ROWS = pytest.mark.parametrize("one", methods.METHODS, ids=lambda one: one.id)


@METHOD_ROWS
def test_every_method_names_a_chapter_and_a_slide_of_it(one):
    assert one.chapter in TALK
    assert one.writer in methods.WRITERS
    assert re.fullmatch(r"\d{4}\.\d{5}", one.paper)
    if one.chapter in {row.id for row in CHAPTERS}:
        found = methods.place(one.chapter, one.slide)
        assert found is not None, f"chapter {one.chapter} has no scene about slide {one.slide}"
        assert found[0].id == one.chapter
        assert one.slide in found[1].slides
    else:
        assert methods.place(one.chapter, one.slide) is None


def test_every_chapter_that_makes_targets_has_a_tile():
    assert {row.id for row in CHAPTERS} <= set(TALK)
    assert {one.chapter for one in methods.METHODS} == set(TALK) - set(methods.WITHOUT)
    assert len({one.id for one in methods.METHODS}) == len(methods.METHODS)
    assert {one.writer for one in methods.METHODS} == set(methods.WRITERS)


def test_temperatures_are_ordered_and_have_a_side():
    for one in methods.METHODS:
        assert (one.temperature is None) == (one.side == "none")
        if one.temperature:
            low, high = one.temperature
            assert 0 <= low <= high
            assert (one.side == "cold") == (high <= 1), one.id


def test_whoever_takes_the_arg_max_leaves_its_targets_hard():
    hard = [one for one in methods.METHODS if one.temperature == (0, 0)]
    assert [(one.id, one.writer) for one in hard] == [("fixmatch", "nobody")]


def test_a_chapter_without_that_slide_has_no_place():
    assert methods.place("mixing", 1) is None
    assert methods.place("astrology", 1) is None


def test_every_slip_of_the_report_is_in_the_list_and_nothing_else():
    rows = errata.all_slips(SLIPS)
    listed = [found for one in rows for found in one.computed]
    assert sorted(listed, key=str) == sorted(SLIPS, key=str)
    assert all(found.slide in one.slides for one in rows for found in one.computed)
    assert sum(len(one.taught) for one in rows) == sum(len(errata.taught_in(row)) for row in CHAPTERS)
    assert [one.slides for one in rows] == sorted({one.slides for one in rows})


def test_without_the_engine_the_pages_own_errata_are_listed():
    assert [one.why for row in errata.all_slips([]) for one in row.taught]
    assert not [found for row in errata.all_slips([]) for found in row.computed]


def test_the_worker_goes_through_all_numbers():
    (done,) = Slips().run()
    assert [Finding(**row) for row in done.result["rows"]] == SLIPS
    assert done.result["n"] == len(reproduce.findings())
    from_json(to_json(done))


def test_every_erratum_of_every_page_is_found():
    """A call that the reading of the pages misses would be a slip missing from the list."""
    for row in CHAPTERS:
        calls = row.file.read_text(encoding="utf-8").count(".erratum(")
        assert len(errata.taught_in(row)) == calls, row.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_right_is_set_in_bold_once(language):
    """`scenes.Stage.erratum` sets it in bold; stars within would end that and be seen."""
    values = [one.told(language)[1] for row in CHAPTERS for one in errata.taught_in(row)]
    assert values
    assert not [value for value in values if "**" in value]


def test_the_page_of_slide_25_is_read_with_its_scene_and_words():
    (one,) = [one for one in errata.taught_in(chapter("label_smoothing")) if one.why == "formula_erratum"]
    assert (one.scene.id, one.told("en")[:2]) == ("formula", ("α = .8", "α = .2"))
    (row,) = [row for row in errata.all_slips(SLIPS) if 25 in row.slides]
    assert one in row.taught
    line = errata.line(row, Words("zh-TW", "dual"), reasons=True)
    assert line.startswith("- [S25](./label_smoothing?scene=formula) · ~~α = .8~~ → **α = .2** · ")
    assert "0.20, 0.40, 0.20, 0.20" in line
    assert Words("zh-TW", "label_smoothing")["formula_erratum"] in line
    assert Words("zh-TW", "label_smoothing")["formula_erratum"] not in errata.line(row, Words("zh-TW", "dual"), False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slip_without_a_page_is_told_by_the_report_and_marked(language):
    words = Words(language, "dual")
    row = errata.Slips((99,), (slip(99, "a thing", "a *star*", "a word", True, "because"),), ())
    line = errata.line(row, words, reasons=True)
    assert line.startswith("- S99 · ")
    assert r"~~a \*star\*~~ → **a word**" in line
    assert line.endswith("because" if language == "en" else f"because{words['errata_english']}")


def test_report_words_stay_out_of_the_chinese_list_where_the_page_has_its_own():
    for row in errata.all_slips(SLIPS):
        line = errata.line(row, Words("zh-TW", "dual"), reasons=True)
        for one in row.computed:
            if row.taught:
                assert errata.plain(one.why) not in line
                assert errata.language_free(one.printed + one.computed) or f"~~{one.printed}~~" not in line


def test_no_bold_within_bold():
    for row in errata.all_slips(SLIPS):
        for language in LANGUAGES:
            assert errata.line(row, Words(language, "dual"), reasons=False).count("**") % 2 == 0


class Ran:
    """A manager that knows one finished run."""

    def __init__(self, recipe, result):
        self.recipe, self.result = recipe, result

    def ask(self, recipe, timeout=20.0):
        return next(dict(event.result) for event in recipe.run() if isinstance(event, Done))

    def find(self, recipe):
        if recipe != self.recipe:
            return None
        job = jobs.Job(recipe)
        for seq, event in enumerate((Progress(1, 1, self.result["end"]), Done(self.result))):
            job.tell(to_json(event), seq)
        job.end("done")
        return job


@pytest.fixture
def ran():
    recipe = Collapse(target="moving")
    end = {f"{name}{last}": 0.01 for name in ("spread", "loss", "rank", "probe") for last in ("", "_low", "_high")}
    end |= {f"healthy_{name}": 0.75 for name in end}
    result = {"end": end, "healthy": False, "seeds": [0], "n": {"train": 7}, "device": "cpu", "seconds": 1.0}
    jobs.use(Ran(recipe, result))
    yield recipe
    jobs.use(None)


def test_what_was_measured_is_quoted_with_its_provenance_and_nothing_else(ran):
    told = {one.scene: one.told("en") for one in measured.EVIDENCE}
    claim, source = told.pop("collapse")
    assert "0.010" in claim
    assert "0.75" in claim
    assert "measured here" in source
    assert set(told.values()) == {None}


@pytest.mark.parametrize("one", measured.EVIDENCE, ids=lambda one: one.scene)
def test_evidence_is_shown_in_a_scene_of_that_chapter(one):
    assert one.scene in {scene.id for scene in chapter(one.chapter).scenes}


def opened(scene, **query):
    test = AppTest.from_file(str(ROOT / "dkdemo" / "web" / "main.py"), default_timeout=60)
    test.run().switch_page("../../pages/16_dual.py")
    test.query_params.update({"scene": scene, **query})
    return test.run()


def said(test):
    return "\n".join(element.value for element in test.markdown)


def test_the_first_answer_comes_back_at_the_end(ran):
    words = Words("en", "dual")
    test = AppTest.from_file(str(ROOT / "dkdemo" / "web" / "main.py"), default_timeout=60)
    test.query_params["scene"] = "question"
    test.run().button_group[0].set_value("question_yes").run()
    test.switch_page("../../pages/16_dual.py")
    test.query_params["scene"] = "question"
    test.run()
    assert words["question_first"].replace("{answer}", words["question_yes"]) in said(test)
    assert words["question_reveal"] not in said(test), "not before the second answer"
    test.button_group[0].set_value("question_depends").run()
    assert words["question_changed"] in said(test)
    assert words["question_reveal"] in said(test)
    assert "0.010" in said(test)


def test_without_a_first_answer_nothing_is_claimed_of_it(ran):
    words = Words("en", "dual")
    test = opened("question", question_ask="<b>")
    test.button_group[0].set_value("question_no").run()
    assert "When we started" not in said(test)
    assert words["question_same"] not in said(test)
    assert words["question_changed"] not in said(test)


def test_a_link_carries_the_first_answer(ran):
    words = Words("en", "dual")
    test = opened("question", question_ask="question_no", question_again="question_no")
    assert words["question_same"] in said(test)


def test_the_list_of_slips_can_be_cut_to_a_part_of_the_talk(ran):
    data = said(opened("errata", part="data"))
    assert "[S35]" in data
    assert "[S25]" not in data
    everything = said(opened("errata", part="all"))
    assert "[S35]" in everything
    assert "[S25]" in everything
