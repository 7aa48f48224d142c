"""The temperature and distillation chapters under a viewer's hand, in real Chromium, on the lecture itself."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dkdemo.figures.binding import fill
from dkdemo.kernels import KERNELS
from dkdemo.web.text import Words

LONG = 150_000  # milliseconds a run may take on a machine busy with other tests


def scene(page: Page, app: str, address: str) -> None:
    """Open a scene and wait until its picture is drawn; the first question to a network may need asking again."""
    page.goto(f"{app}/{address}")
    drawn = page.locator(".dk-chart .main-svg").first
    again = page.get_by_role("button", name="Ask again")
    expect(drawn.or_(again).first).to_be_visible(timeout=LONG)
    if not drawn.is_visible():
        again.click()
    expect(drawn).to_be_visible(timeout=LONG)


def traces(page: Page, path: str) -> object:
    """What the picture shows once its next frame is drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(f"() => document.querySelector('.dk-chart').{path}")


def test_a_bar_moved_by_arrow_keys_changes_the_answer_and_the_link(page: Page, app: str) -> None:
    scene(page, app, "temperature?scene=slider&present=revealed&temperature=2")
    page.get_by_role("slider", name=re.compile("cat")).press("ArrowUp")
    logits = traces(page, "data[0].y")
    assert logits == pytest.approx([1.6, 2.8, 0.9])
    values = KERNELS["softmax_bars"](logits=logits, temperature=2.0)
    np.testing.assert_allclose(traces(page, "data[1].y"), values["q"], atol=1e-9)
    expect(page.locator(".dk-claim")).to_have_text(fill(Words("en", "temperature")["slider_claim"], values))
    expect(page).to_have_url(re.compile(r"logits=1\.6"))
    page.reload()
    expect(page.locator(".dk-claim")).to_have_text(fill(Words("en", "temperature")["slider_claim"], values))


def test_the_slides_columns_and_its_prompt_stand_beside_the_chart(page: Page, app: str) -> None:
    scene(page, app, "temperature?scene=slider&present=revealed")
    expect(page.get_by_text("0.71624742", exact=False).first).to_be_visible()
    page.get_by_text("The slide's Python prompt").click()
    box = page.get_by_role("textbox")
    box.fill("softmax([1.4, 2.8, .9], 1/.3)")
    box.press("Control+Enter")
    expect(page.get_by_text("array([0.2956245 , 0.44992913, 0.25444637])")).to_be_visible()
    box.fill("__import__('os')")
    box.press("Control+Enter")
    expect(page.get_by_text("this prompt knows softmax")).to_be_visible()


def test_the_winner_dwarfs_the_rest_but_not_their_order(page: Page, app: str) -> None:
    scene(page, app, "temperature?scene=dominates")
    slider = page.get_by_role("slider", name="Lead of the winning logit")
    before = traces(page, "data[0].y")
    slider.press("End")
    after = traces(page, "data[0].y")
    assert before[1] > after[1]
    assert before[1] / before[-1] == pytest.approx(after[1] / after[-1], rel=1e-9)
    assert traces(page, "layout.yaxis2.type") == "log"


def test_without_t_squared_heat_turns_the_soft_loss_off(page: Page, app: str) -> None:
    scene(page, app, "distillation?scene=batch&temperature=20")
    claim = page.locator(".dk-claim")
    expect(claim).to_have_text(re.compile(r"T²·KL .* the soft term, before w, pushes with 1\.\d"))
    expect(page.locator(".st-key-dk-equation")).to_contain_text("T^2")
    page.get_by_test_id("stCheckbox").get_by_text("Factor T²").click()
    expect(page.locator(".st-key-dk-equation")).not_to_contain_text("T^2")
    expect(claim).to_have_text(re.compile(r"without T², the soft term, before w, pushes with only 0\.00"))


def test_the_loss_stays_while_the_darkness_moves(page: Page, app: str) -> None:
    scene(page, app, "distillation?scene=darkness&present=revealed")
    slider = page.get_by_role("slider", name="Share of the rest that goes to the 9")
    for key in ("Home", "End"):
        slider.press(key)
        expect(page.locator(".dk-claim")).to_have_text(re.compile(r"^Loss of A 0\.357, loss of B 0\.357"))
    assert traces(page, "data[1].y") == pytest.approx([0.7, 0.3, 0])
    expect(page.get_by_text("the same loss, another update")).to_be_visible()


def test_the_room_commits_before_it_sees(page: Page, app: str) -> None:
    page.goto(f"{app}/distillation?scene=larva")
    expect(page.get_by_text("How far into it do the insects live?")).to_be_visible()
    expect(page.locator(".dk-chart")).to_have_count(0)
    page.get_by_text("up to the method").click()
    expect(page.locator(".dk-claim")).to_have_text(re.compile("141 times"))


@pytest.mark.training
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("race", r"Soft targets at T = 8: \d\d\.\d% against \d\d\.\d%"),
        ("everything", r"All 1078 labels: soft targets \d\d\.\d%"),
        ("overconfident", r"The hesitant teacher is right \d\d\.\d% of the time, the sure one \d\d\.\d%"),
    ],
)
def test_a_live_scene_runs_and_claims_what_it_measured(page: Page, app: str, name: str, told: str) -> None:
    scene(page, app, f"distillation?scene={name}&present=revealed")
    page.get_by_role("button", name=re.compile(r"^Run")).click()
    expect(page.locator(".dk-claim")).to_have_text(re.compile(told), timeout=LONG)
    expect(page.get_by_text("measured here ·")).to_be_visible()


@pytest.mark.training
def test_the_unseen_digit_runs_and_its_bias_slides_without_the_server(page: Page, app: str) -> None:
    scene(page, app, "distillation?scene=unseen&present=revealed&hidden=5")
    page.get_by_role("button", name=re.compile(r"^Run")).click()
    claims = page.locator(".dk-claim")
    expect(claims.first).to_have_text(re.compile(r"^Never shown 5, it recognises \d+% of them"), timeout=LONG)
    slider = page.get_by_role("slider", name="Bias of what was hidden")
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", sent.append))
    slider.press("End")
    expect(claims.nth(1)).to_have_text(re.compile(r"right on 100% of what was hidden"))
    assert sent == []  # no new connection, and the picture did not wait for an answer


@pytest.mark.training
def test_a_drawing_is_answered_by_teacher_and_student(page: Page, app: str) -> None:
    page.goto(f"{app}/distillation?scene=draw")
    board = page.locator("canvas").first
    expect(board).to_be_visible()
    place = board.bounding_box()
    assert place is not None
    x, y, side = place["x"], place["y"], place["width"]
    page.mouse.move(x + side / 2, y + side * 0.15)
    page.mouse.down()
    page.mouse.move(x + side / 2, y + side * 0.85, steps=12)
    page.mouse.up()
    claim = page.locator(".dk-claim")
    again = page.get_by_role("button", name="Ask again")
    expect(claim.or_(again).first).to_be_visible(timeout=LONG)
    if again.is_visible():
        again.click()
    expect(claim).to_have_text(re.compile(r"the teacher says \d \(\d+%\), the student \d \(\d+%\)"), timeout=LONG)
    assert len(traces(page, "data")) == 2


@pytest.mark.training
def test_the_gallery_finds_fives_like_nines_and_the_trained_net_warms_up(page: Page, app: str) -> None:
    scene(page, app, "distillation?scene=gallery")
    assert sum("<b>" in written["text"] for written in traces(page, "layout.annotations")) == 8
    expect(page.locator(".dk-claim")).to_have_text(re.compile("First in doubt: a 5"))
    scene(page, app, "temperature?scene=trained")
    cool = traces(page, "data[1].y")
    slider = page.get_by_role("slider", name="Temperature T")
    slider.press("End")
    warm = traces(page, "data[1].y")
    assert max(warm) < max(cool)
    assert np.argmax(warm) == np.argmax(cool)
