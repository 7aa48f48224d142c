"""What only a browser that paints can tell: frames while a slider is dragged, and the first page of a fresh one."""

from __future__ import annotations

import os
import shutil
import time
from typing import Any

DRAG = """async ([place, frames]) => {
  const slider = document.querySelectorAll('.dk-slider input')[place];
  const [low, high] = [Number(slider.min), Number(slider.max)];
  const next = () => new Promise(requestAnimationFrame);
  const gaps = [];
  let before = await next();
  for (let frame = 0; frame < frames; frame += 1) {
    slider.value = low + (high - low) * (0.5 - 0.5 * Math.cos(frame / 8));
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    const now = await next();
    gaps.push(now - before);
    before = now;
  }
  slider.dispatchEvent(new Event('change', { bubbles: true }));
  return gaps.sort((a, b) => a - b);
}"""


def frames(address: str, scenes: list[tuple[str, str]], count: int = 90) -> list[tuple[str, float, float]] | None:
    """Each live slider of these scenes: milliseconds from frame to frame while it is dragged, median and 95 %."""
    opened = _chromium()
    if opened is None:
        return None
    browser, playwright = opened
    found = []
    try:
        page = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US").new_page()
        for chapter, scene in scenes:
            page.goto(f"{address}/{chapter}?scene={scene}&present=revealed")
            page.wait_for_load_state("networkidle")
            if not page.locator(".dk-slider input").count() or not page.locator(".dk-chart .main-svg").count():
                continue
            for place, slider in enumerate(page.locator(".dk-slider input").all()):
                gaps = page.evaluate(DRAG, [place, count])
                name = f"{chapter}/{scene} {slider.get_attribute('data-name')}"
                found.append((name, gaps[count // 2], gaps[int(0.95 * count)]))
    finally:
        browser.close()
        playwright.stop()
    return found


def _chromium() -> tuple[Any, Any] | None:
    """A browser and the Playwright behind it; None where there is none."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return None
    names = ("chromium", "chromium-browser", "google-chrome")
    program = os.environ.get("DKDEMO_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    playwright = sync_playwright().start()
    try:
        return playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"]), playwright
    except Error:
        playwright.stop()
        return None


def first_page(addresses: list[str], times: int) -> list[list[float]] | None:
    """Seconds until a heading is on the screen of a fresh Chromium; None where there is no Chromium."""
    opened = _chromium()
    if opened is None:
        return None
    browser, playwright = opened
    seconds: list[list[float]] = [[] for _ in addresses]
    try:
        for turn in range(times + 1):
            for index, address in enumerate(addresses):  # in turn, so that both see the same weather
                context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US")
                page = context.new_page()
                start = time.perf_counter()
                page.goto(address, wait_until="commit")
                page.locator("[data-testid='stHeading']").first.wait_for(state="visible", timeout=60_000)
                if turn:  # the first is the server's own warming up
                    seconds[index].append(time.perf_counter() - start)
                context.close()
    finally:
        browser.close()
        playwright.stop()
    return seconds
