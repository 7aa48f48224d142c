"""A live run as a room meets it: started, stopped, refreshed, shared, replayed, walked away from."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from dkdemo.web.text import Words

Open = Callable[..., BrowserContext]
WORDS = Words("en", "common")
RACE = "/distillation?scene=race&lang=en&present=revealed&seed=10"  # nobody else's: not yet kept
LONG = "/mixing?scene=noise&lang=en&present=revealed"  # seconds
ENDLESS = "/simclr?scene=matrix&lang=en&present=revealed"  # over a minute: never over before a slow page is open
PATIENCE = 90_000  # milliseconds: two cores, shared with everything else a test machine does
pytestmark = pytest.mark.training


@pytest.fixture(autouse=True)
def _deep_links(console):
    console.allow("_stcore")


def button(page: Page, key: str) -> Locator:
    """The button of the run panel with the label of this key, whatever its seconds."""
    return page.get_by_role("button", name=re.compile(WORDS[key].replace("(about {seconds} s)", "").strip() + r" \("))


def stop(page: Page) -> Locator:
    return page.get_by_role("button", name=WORDS["run_stop"], exact=True)


def measured(page: Page) -> Locator:
    return page.get_by_text(re.compile(r"seeds .* · n = .* · (cpu|cuda).* s"))


def open_scene(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible(timeout=PATIENCE)


def test_a_run_tells_its_progress_and_ends_with_provenance(app: str, page: Page) -> None:
    open_scene(page, app + RACE)
    button(page, "run").click()
    expect(page.locator(".dk-status progress")).to_be_visible()
    expect(stop(page)).to_be_visible(timeout=PATIENCE)
    expect(measured(page)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(WORDS["measured"], exact=True)).to_be_visible()
    expect(button(page, "run_anew")).to_be_visible()
    expect(page.locator(".dk-claim")).to_have_text(re.compile(r"\d"))


def test_a_stopped_run_ends_at_once_and_can_be_started_again(app: str, page: Page) -> None:
    open_scene(page, app + LONG + "&seed=11")
    button(page, "run").click()
    seconds = re.compile(r" [1-9]\d*\.\d of about")  # within the first moments it would be a double press
    expect(page.locator(".dk-status")).to_have_text(seconds)
    stop(page).click()
    expect(button(page, "run")).to_be_visible()
    expect(stop(page)).to_have_count(0)
    expect(measured(page)).to_have_count(0)


def test_a_run_survives_a_refresh_and_a_walk_and_is_seen_by_another_browser(app: str, new_context: Open) -> None:
    first, second = new_context().new_page(), new_context().new_page()
    address = app + ENDLESS + "&seed=12"
    open_scene(first, address)
    button(first, "run").click()
    expect(stop(first)).to_be_visible()
    first.reload()
    expect(stop(first)).to_be_visible(timeout=PATIENCE)
    open_scene(second, address)
    expect(second.locator(".dk-status")).to_be_visible()  # joined late, sees it all the same
    first.keyboard.press("PageUp")
    expect(first.locator(".dk-here-scene")).to_have_text(Words("en", "simclr")["scene_figure5"])
    first.keyboard.press("PageDown")
    expect(first).to_have_url(re.compile("seed=12"))
    stop(first).click()
    for page in (first, second):
        expect(button(page, "run")).to_be_visible(timeout=PATIENCE)
        expect(stop(page)).to_have_count(0)


def test_a_finished_run_is_everybodys_and_stays(app: str, new_context: Open) -> None:
    first, second = new_context().new_page(), new_context().new_page()
    address = app + LONG + "&seed=15"
    open_scene(first, address)
    open_scene(second, address)
    button(first, "run").click()
    for page in (first, second):
        expect(measured(page)).to_be_visible(timeout=PATIENCE)
    assert measured(first).inner_text() == measured(second).inner_text()
    first.reload()
    expect(measured(first)).to_be_visible(timeout=PATIENCE)


def test_a_second_long_run_of_one_browser_is_refused_with_a_sentence(app: str, new_context: Open) -> None:
    context = new_context()
    first, second = context.new_page(), context.new_page()
    open_scene(first, app + ENDLESS + "&seed=13")
    button(first, "run").click()
    expect(stop(first)).to_be_visible()
    open_scene(second, app + LONG + "&seed=14")
    button(second, "run").click()
    expect(second.get_by_text(WORDS["run_busy"])).to_be_visible()
    stop(first).click()
    expect(button(first, "run")).to_be_visible()


def test_the_code_and_a_script_are_one_click_away(app: str, page: Page) -> None:
    open_scene(page, app + RACE)
    page.get_by_text(WORDS["code_title"]).click()
    expect(page.get_by_text("for event in recipe.run():")).to_be_visible()
    expect(page.get_by_text("class Race(Recipe):")).to_be_visible()
