"""make screenshots: every scene as the room sees it, in real Chromium, and a contact sheet of them.

    python tests/browser/screenshots.py       # all scenes: projector and phone, light and dark, both languages
    python tests/browser/screenshots.py --chapter simclr --scene views --size phone --theme dark --language zh-TW
    python tests/browser/screenshots.py --chapter simclr --run        # press the run buttons, wait for the results
    python tests/browser/screenshots.py --sheet assets/screens.jpg    # the README's picture

Complaints of the browser's console and screens that scroll sideways are printed, and make the exit status 1.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "load")]

import serving  # noqa: E402  from tests/load

from dkdemo.web.registry import CHAPTERS, Chapter, Scene  # noqa: E402
from dkdemo.web.text import LANGUAGES  # noqa: E402

SIZES = {"projector": (1280, 720), "phone": (390, 844)}
THEMES = ("light", "dark")
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
PATIENCE = 60_000  # milliseconds; software rendering on two busy cores
LONGEST_RUN = 300_000
FILLED = "[...document.querySelectorAll('[data-testid=stBidiComponentRegular]')].every((place) => place.children[1])"
COLUMNS, TILE = 6, (320, 180)  # of the contact sheet


def main() -> int:
    options = _options()
    scenes = [
        (chapter, scene)
        for chapter in CHAPTERS
        for scene in chapter.scenes
        if options.chapter in (None, chapter.id) and options.scene in (None, scene.id)
    ]
    if not scenes:
        print(f"no scene {options.scene or ''} in chapter {options.chapter}", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []
    with contextlib.nullcontext(options.app) if options.app else serving.lecture() as address:
        made = list(_shoot(address, scenes, options, complaints))
    if options.sheet:
        _sheet([path for path in made if path.name.startswith("projector-light-en")], options.sheet)
    print(*complaints, f"{len(made)} screens in {options.out}", sep="\n")
    return bool(complaints)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chapter", choices=[chapter.id for chapter in CHAPTERS])
    parser.add_argument("--scene")
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--theme", choices=THEMES, action="append")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--run", action="store_true", help="run what can be run, and show its result")
    parser.add_argument("--query", default="", help="more of the address, such as 'data=mnist&seed=3'")
    parser.add_argument("--app", help="the address of a lecture that runs already")
    parser.add_argument("--out", type=Path, default=ROOT / "screens")
    parser.add_argument("--sheet", type=Path, help="write the light English projector screens as one picture")
    return parser.parse_args()


def _shoot(
    app: str, scenes: list[tuple[Chapter, Scene]], options: argparse.Namespace, complaints: list[str]
) -> Iterator[Path]:
    looks = itertools.product(options.size or SIZES, options.theme or THEMES, options.language or LANGUAGES)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, NAMES)), None), args=FLAGS
        )
        for size, theme, language in looks:
            wide, high = SIZES[size]
            context = browser.new_context(viewport={"width": wide, "height": high}, color_scheme=theme, locale=language)
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            said: list[str] = []
            page.on("console", lambda line, said=said: said.append(line.text) if line.type == "error" else None)
            page.on("pageerror", lambda error, said=said: said.append(error.message))
            for chapter, scene in scenes:
                where = f"{size} {theme} {language} {chapter.id}/{scene.id}"
                page.goto(f"{app}/{chapter.id}?scene={scene.id}&present=revealed&lang={language}&{options.query}")
                settle(page)
                if options.run:
                    run(page)
                name = f"{size}-{theme}-{language}-{chapter.number:02d}-{chapter.id}-{scene.id}.png"
                page.screenshot(path=options.out / name, full_page=False)
                across = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
                if across > wide:
                    complaints.append(f"{where}: {across} pixels wide")
                # a page below the root makes Streamlit look for its own files there first
                complaints += [f"{where}: {line}" for line in said if "404" not in line]
                said.clear()
                if size == "phone":  # the rest of it, below the first screen
                    _whole(page, options.out / name.replace(".png", "-whole.png"), wide, high)
                yield options.out / name
            context.close()
        browser.close()


def settle(page: Page) -> None:
    """Wait until the script has ended and every chart is drawn."""
    expect(page.locator(".dk-here-scene")).not_to_have_text("", timeout=PATIENCE)
    expect(page.locator('[data-testid="stApp"]')).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE
    )
    page.wait_for_load_state("networkidle")  # the browser fetches each kind of widget when it is first needed
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)
    page.wait_for_function(FILLED, timeout=PATIENCE)  # a chart is drawn into its place when its program has come
    for chart in page.locator(".dk-chart").all():
        expect(chart.locator(".main-svg").first).to_be_visible(timeout=PATIENCE)


def run(page: Page) -> None:
    """Press the run button if there is one, and wait for the provenance of its result."""
    button = page.locator('[class*="st-key-dk-run-"] button').first
    ended = page.locator('[class*="st-key-dk-run-"] button', has_text="replay")  # the name of its icon, in any language
    if button.count() and not ended.count():
        button.click()
        expect(ended.first).to_be_visible(timeout=LONGEST_RUN)
        settle(page)


def _whole(page: Page, path: Path, wide: int, high: int) -> None:
    """The page scrolls inside itself: make the window as high as it is, for one picture."""
    inside = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": wide, "height": min(4000, max(high, inside + 60))})
    settle(page)
    page.screenshot(path=path)
    page.set_viewport_size({"width": wide, "height": high})


def _sheet(screens: list[Path], path: Path) -> None:
    wide, high = TILE
    rows = -(-len(screens) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * wide, rows * high), "white")
    for index, screen in enumerate(screens):
        with Image.open(screen) as picture:
            small = picture.convert("RGB").resize(TILE, Image.Resampling.LANCZOS)
        sheet.paste(small, (index % COLUMNS * wide, index // COLUMNS * high))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=80, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
