"""What Streamlit itself says stands on the screen in the viewer's language, and a refused file is told why."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from dkdemo.web.text import Words


def _open(page: Page, app: str, language: str) -> Words:
    page.goto(f"{app}/mixing?scene=mixup&lang={language}")
    expect(page.locator(".dk-chart .main-svg").first).to_be_visible()
    return Words(language, "streamlit")


def _pictures(page: Page) -> None:
    page.get_by_test_id("stPopover").get_by_role("button").first.click()
    expect(page.get_by_test_id("stFileUploader")).to_be_visible()


def test_the_menu_is_in_the_viewers_language_and_follows_it(page: Page, app: str) -> None:
    for language in ("zh-TW", "en", "zh-TW"):
        if page.url == "about:blank":
            words = _open(page, app, language)
        else:
            page.locator(f".dk-languages button[lang={language}]").click()
            words = Words(language, "streamlit")
        page.get_by_role("button", name=words["menu"], exact=True).click()
        for key in ("theme_system", "theme_light", "theme_dark"):
            expect(page.get_by_role("menuitemradio", name=words[key], exact=True)).to_be_visible()
        expect(page.get_by_role("menuitem", name=words["print"], exact=True)).to_be_visible()
        expect(page.get_by_test_id("stMainMenuItem-recordScreencast")).to_be_hidden()
        page.keyboard.press("Escape")


def test_the_uploader_speaks_and_says_in_the_open_why_it_refuses(page: Page, app: str) -> None:
    words = _open(page, app, "zh-TW")
    _pictures(page)
    uploader = page.get_by_test_id("stFileUploader")
    expect(uploader.get_by_role("button", name=words["upload"])).to_be_visible()
    expect(uploader.get_by_text("每張最多 20MB • PNG, JPG, WEBP")).to_be_visible()
    expect(page.get_by_test_id("stPopoverBody").get_by_role("button", name=words["increment"])).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"},
            {"name": "large.png", "mimeType": "image/png", "buffer": b"\x89PNG" + bytes(21 * 2**20)},
        ]
    )
    for sentence in ("只收 PNG、JPEG、WebP 圖片，這個是 text/plain。", "一張圖最多 20.0MB。"):
        told = uploader.get_by_role("alert").filter(has_text=sentence)
        expect(told).to_be_visible()
        box = told.bounding_box() or {"width": 0, "height": 0}
        assert min(box["width"] / 10, box["height"]) > 10, "in the open, not for screen readers alone"
    expect(page.get_by_role("button", name="拿掉 notes.txt")).to_be_visible()


def test_words_of_the_lecture_are_left_alone(page: Page, app: str) -> None:
    _open(page, app, "zh-TW")
    page.evaluate(
        """() => {
          const ours = document.createElement("p");
          ours.id = "ours";
          ours.textContent = "Print the answer, Close the door";
          document.querySelector('[data-testid="stMain"]').append(ours);
          const theirs = document.createElement("p");
          theirs.id = "theirs";
          theirs.textContent = " Print ";
          document.querySelector('[data-testid="stMain"]').append(theirs);
        }"""
    )
    expect(page.locator("#theirs")).to_have_text(" 列印 ")
    assert page.locator("#ours").inner_text() == "Print the answer, Close the door"
