"""Walking through the talk in real Chromium: clicker, map, address, languages, Back, phones."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, TimeoutError, expect

from dkdemo.web.registry import CHAPTERS, walk
from dkdemo.web.text import LANGUAGES, Words

Open = Callable[..., BrowserContext]
STOPS = walk()
FIRST_OF_SECOND = len(CHAPTERS[0].scenes)


@pytest.fixture(autouse=True)
def _deep_links(console):
    # A page below the root makes Streamlit look for its own files there first, and then at the root.
    console.allow("_stcore")


def name_of(stop: int, language: str = "en") -> str:
    chapter, scene = STOPS[stop]
    return Words(language, chapter.id)[f"scene_{scene.id}"]


def at(page: Page, stop: int, language: str = "en") -> None:
    """Wait until the screen shows this stop of the walk, in its address too."""
    expect(page.locator(".dk-here-scene")).to_have_text(name_of(stop, language))
    expect(page.locator(".dk-count")).to_have_text(f"{stop + 1} / {len(STOPS)}")
    expect(page.locator('[data-testid="stApp"]')).to_have_attribute("data-test-script-state", "notRunning")


def address(stop: int, **query: str) -> str:
    chapter, scene = STOPS[stop]
    return f"/{chapter.id}?" + "&".join(f"{name}={value}" for name, value in {"scene": scene.id, **query}.items())


def test_a_clicker_walks_scenes_and_chapters_and_the_address_follows(app: str, page: Page) -> None:
    page.goto(app)
    at(page, 0)
    for stop in range(1, FIRST_OF_SECOND + 1):
        page.keyboard.press("PageDown" if stop % 2 else "ArrowRight")
        at(page, stop)
        expect(page).to_have_url(re.compile(rf"scene={STOPS[stop][1].id}"))
    expect(page).to_have_url(re.compile(rf"/{CHAPTERS[1].id}\?"))
    page.keyboard.press("PageUp")
    at(page, FIRST_OF_SECOND - 1)
    page.keyboard.press("ArrowLeft")
    at(page, FIRST_OF_SECOND - 2)


def test_quick_presses_add_up(app: str, page: Page) -> None:
    page.goto(app)
    at(page, 0)
    for _ in range(3):
        page.keyboard.press("PageDown")
    at(page, 3)


def test_the_ends_of_the_talk_are_ends(app: str, page: Page) -> None:
    page.goto(app + address(len(STOPS) - 1))
    at(page, len(STOPS) - 1)
    page.keyboard.press("PageDown")
    expect(page.locator("[data-step=next]")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("PageUp")
    at(page, len(STOPS) - 2)


def test_the_keys_work_from_inside_a_chart_but_a_slider_keeps_its_arrows(app: str, page: Page) -> None:
    page.goto(app + address(FIRST_OF_SECOND))
    at(page, FIRST_OF_SECOND)
    slider = page.locator(".dk-plot input[type=range]").first
    slider.focus()
    before = slider.input_value()
    page.keyboard.press("ArrowRight")
    expect(slider).not_to_have_value(before)
    at(page, FIRST_OF_SECOND)
    page.keyboard.press("PageDown")  # the clicker is pressed while the slider still has the focus
    at(page, FIRST_OF_SECOND + 1)
    page.keyboard.press("PageUp")
    at(page, FIRST_OF_SECOND)
    page.locator(".dk-chart").first.click(position={"x": 200, "y": 100})
    page.keyboard.press("ArrowRight")
    at(page, FIRST_OF_SECOND + 1)


def test_the_map_jumps_anywhere_and_closes_again(app: str, page: Page) -> None:
    page.goto(app)
    at(page, 0)
    page.keyboard.press("m")
    talk = page.get_by_role("dialog")
    expect(talk).to_be_visible()
    expect(talk.locator("[aria-current=step]")).to_be_focused()
    for chapter in CHAPTERS:
        heading = talk.get_by_role("heading", name=Words("en", chapter.id)["title"])
        expect(heading).to_contain_text(f"{chapter.minutes} min")
    expect(talk.get_by_role("link")).to_have_count(len(STOPS))
    page.keyboard.press("PageDown")  # the clicker does not walk behind the map
    page.keyboard.press("Escape")
    expect(talk).to_be_hidden()
    at(page, 0)
    page.locator(".dk-map-button").click()
    talk.get_by_role("link", name=name_of(7)).first.click()
    at(page, 7)
    expect(talk).to_be_hidden()


def test_back_and_forward_restore_scene_and_answer(app: str, page: Page) -> None:
    question = FIRST_OF_SECOND - 1
    page.goto(app + address(question, lang="en"))
    at(page, question)
    page.get_by_role("radio", name=Words("en", "opening")["question_depends"]).or_(
        page.get_by_text(Words("en", "opening")["question_depends"], exact=True)
    ).first.click()
    expect(page).to_have_url(re.compile("question_ask=question_depends"))
    page.keyboard.press("PageDown")
    at(page, question + 1)
    page.go_back()
    at(page, question)
    expect(page.get_by_text("You said")).to_be_visible()
    page.go_forward()
    at(page, question + 1)


def test_a_copied_link_restores_the_screen_in_another_browser(app: str, new_context: Open) -> None:
    first, second = new_context().new_page(), new_context(locale="zh-TW").new_page()
    question = FIRST_OF_SECOND - 1
    first.goto(app + address(question))
    at(first, question)
    first.get_by_text(Words("en", "opening")["question_no"], exact=True).first.click()
    expect(first).to_have_url(re.compile("question_ask=question_no"))
    second.goto(first.url)
    at(second, question, "zh-TW")
    expect(second.get_by_text(Words("zh-TW", "opening")["question_no"]).first).to_be_visible()
    expect(second.get_by_text("您選的是")).to_be_visible()


def test_each_viewer_has_an_own_language_kept_in_the_address(app: str, new_context: Open) -> None:
    page = new_context(locale="zh-TW").new_page()
    page.goto(app)
    at(page, 0, "zh-TW")
    page.get_by_role("button", name="EN", exact=True).click()
    at(page, 0, "en")
    expect(page).to_have_url(re.compile("lang=en"))
    page.keyboard.press("PageDown")
    at(page, 1, "en")
    expect(page).to_have_url(re.compile("lang=en"))
    assert page.evaluate("document.documentElement.lang") == "en"


def test_presenter_mode_puts_a_question_to_the_room_until_it_is_revealed(app: str, page: Page) -> None:
    question = FIRST_OF_SECOND - 1
    page.goto(app + address(question))
    at(page, question)
    expect(page.get_by_text("classical theory")).to_be_hidden()
    page.get_by_role("button", name="Presenter mode").click()
    reveal = page.locator(".st-key-dk-poll button")
    expect(reveal).to_be_visible()
    expect(page.get_by_text(Words("en", "opening")["question_depends"])).to_be_visible()
    expect(page.get_by_text("classical theory")).to_be_hidden()
    reveal.click()
    expect(page.get_by_text("classical theory")).to_be_visible()
    expect(page).to_have_url(re.compile("reveal=1"))
    page.keyboard.press("PageUp")
    at(page, question - 1)
    expect(page).to_have_url(re.compile("present=1"))
    expect(page).not_to_have_url(re.compile("reveal=1"))
    page.keyboard.press("PageDown")
    at(page, question)
    expect(page.get_by_text("classical theory")).to_be_visible()
    page.keyboard.press("PageDown")
    at(page, question + 1)


def test_the_clicker_is_never_held_up_by_a_poll_and_one_key_reveals_it(app: str, page: Page) -> None:
    question = FIRST_OF_SECOND - 1
    page.goto(app + address(question - 1, present="1"))
    at(page, question - 1)
    page.keyboard.press("PageDown")
    at(page, question)
    page.keyboard.press("PageDown")
    at(page, question + 1)
    page.go_back()
    at(page, question)
    expect(page.get_by_text("classical theory")).to_be_hidden()
    page.keyboard.press("b")
    expect(page.get_by_text("classical theory")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_scene_scrolls_sideways_on_a_phone(app: str, new_context: Open, language: str) -> None:
    page = new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    page.goto(f"{app}/?lang={language}&present=revealed")
    for stop in range(len(STOPS)):
        expect(page.locator(".dk-here-scene")).to_have_text(name_of(stop, language))
        expect(page.locator('[data-testid="stApp"]')).to_have_attribute("data-test-script-state", "notRunning")
        fits = (
            "() => { const main = document.querySelector('[data-testid=stMain]');"
            " return document.documentElement.scrollWidth === 390 && main.scrollWidth === main.clientWidth; }"
        )
        try:  # a component may be a moment wider, until its style sheet is there
            page.wait_for_function(fits, timeout=10_000)
        except TimeoutError:
            pytest.fail(f"{name_of(stop)} is wider than the phone")
        page.keyboard.press("PageDown")


@pytest.mark.parametrize("language", LANGUAGES)
def test_title_control_and_picture_fit_the_projector(app: str, page: Page, language: str) -> None:
    page.goto(f"{app}/?lang={language}&present=revealed")
    low = []
    for stop in range(len(STOPS)):
        expect(page.locator(".dk-here-scene")).to_have_text(name_of(stop, language))
        expect(page.locator('[data-testid="stApp"]')).to_have_attribute("data-test-script-state", "notRunning")
        for chart in page.locator(".dk-chart").all():
            expect(chart.locator(".main-svg").first).to_be_visible()
        bottom = page.evaluate(
            "() => Math.max(0, ...[...document.querySelectorAll('.dk-chart, .st-key-dk-map a')]"
            ".map((chart) => chart.getBoundingClientRect().bottom))"
        )
        if bottom > 720:
            low.append((name_of(stop), bottom))
        page.keyboard.press("PageDown")
    assert not low, f"pictures that end below the screen: {low}"


def test_nonsense_in_the_address_never_shows_a_traceback(app: str, page: Page, console) -> None:
    common = Words("en", "common")
    console.allow("does not seem to exist")  # Streamlit says so, beside our sentence
    for path, sentence in (
        ("/astrology", "unknown_page"),
        ("/temperature?scene=nowhere", "unknown_scene"),
        ("/opening?lang=tlh", "unknown_language"),
        ("/?scene=%F0%9F%92%A9&seed=NaN&T=-1", "unknown_scene"),
    ):
        page.goto(app + path)
        expect(page.get_by_text(common[sentence])).to_be_visible()
        expect(page.get_by_text("Traceback")).to_have_count(0)
        page.keyboard.press("PageDown")
        expect(page.locator(".dk-here-scene")).not_to_have_text("")
