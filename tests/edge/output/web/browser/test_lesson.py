"""The lesson of `teach` in a browser."""

import os
from pathlib import Path

import pytest

from emotion_edge.system.texts import LANGUAGES, read_texts
from tests.edge.commands.teach.lessons import STEPS, TONGUE, film, frame
from tests.edge.commands.teach.pages import PageLesson, endless, write_frames
from tests.edge.output.web.browser.sites import NETWORK
from tests.edge.output.web.browser.test_access import LOST_LOGOUT, SLOW_LOGOUT, log_in, wait_path
from tests.edge.waiting import until

keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
pytestmark = pytest.mark.searches
WHOLE_S = 180.0  # generous: the frames of a lesson come as fast as they are analysed
WIDTH = "return [document.documentElement.scrollWidth, innerWidth]"
MIRRORED = "return getComputedStyle(document.getElementById('stream')).transform"
SHOTS = os.environ.get("SCREENSHOTS")  # a folder to keep them in, for somebody to look at


@pytest.fixture(scope="module")
def happy(tmp_path_factory):
    return endless(tmp_path_factory.mktemp("happy") / "recording")


@pytest.fixture(scope="module")
def nobody(tmp_path_factory):
    return endless(tmp_path_factory.mktemp("nobody") / "recording", "nobody")


@pytest.fixture
def begin(tmp_path):
    """A function that starts a lesson with a page, which is killed after the test."""
    pytest.importorskip("tornado")
    lessons = []

    def start(source, *options):
        lessons.append(PageLesson(source, tmp_path / "out" / "taught.json", *options))
        return lessons[-1]

    yield start
    for each in lessons:
        each.kill()


def look(browser, name: str) -> None:
    """Check that the page fits and axe finds nothing wrong."""
    if SHOTS:
        browser.screenshot(Path(SHOTS) / f"{name}.png")
    width = browser.run(WIDTH)
    assert width[0] == width[1]
    assert browser.violations() == []


def agree(browser) -> None:
    """Say that everybody has agreed."""
    until(lambda: browser.find("#consent").is_displayed(), "the question")
    browser.find("#agreed").click()
    browser.find("#agreement [type=submit]").click()


def has_picture(browser) -> bool:
    return browser.find("#stream").is_displayed()


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_whole_lesson(browser, begin, tmp_path, width, scheme):
    browser.look(width, scheme)
    lesson = begin(film(tmp_path / "right.mkv", STEPS))
    browser.driver.get(lesson.url)
    until(lambda: browser.find("#consent").is_displayed(), "the question")
    assert not has_picture(browser)
    assert "from right.mkv, and no picture is kept" in browser.text("#consent")
    look(browser, f"consent-{width}-{scheme}")
    agree(browser)
    browser.wait_text("#label", "happy")
    until(lambda: has_picture(browser), "the picture")
    browser.wait_text("#label", TONGUE)
    look(browser, f"lesson-{width}-{scheme}")
    written = "It is better on your face now. taught.json has been written."
    until(lambda: browser.text("#outcome") == written, "the end", timeout_s=WHOLE_S)
    assert lesson.end().returncode == 0
    assert not browser.find("#stream").is_displayed()
    assert "Taught 24 faces in 4 bursts" in browser.text("#report")
    assert browser.texts("#report tr")[1] == "happy\t12\t12 (100 %)\t12 (100 %)"
    assert browser.text("#command") == "emotion-edge run --taught taught.json"
    look(browser, f"end-{width}-{scheme}")


def test_buttons_and_keys_lead_through_it(browser, begin, nobody):
    """Nobody is in view, so that each step stays until something is pressed."""
    lesson = begin(nobody, "--label", "sad")
    browser.look(360, "light", height=740)
    browser.driver.get(lesson.url)
    agree(browser)
    browser.wait_text("#advice", "o face in view")
    assert browser.texts("#label, #step") == ["1 of 6", "happy"]
    assert browser.text("#hint").lower() == "smile"
    until(lambda: has_picture(browser), "the picture")
    assert browser.run(MIRRORED) == "matrix(-1, 0, 0, 1, 0, 0)"
    body = browser.find("body")
    until(lambda: browser.text("#countdown") == "", "the end of the countdown")
    body.send_keys("r")
    until(lambda: browser.text("#countdown") != "", "another countdown")
    browser.find("#skip").click()
    browser.wait_text("#step", "1 of 4")
    assert browser.texts("#label, #hint") == [TONGUE, ""]
    look(browser, "skipped")
    browser.find("#keys").click()
    body.send_keys("s")  # is switched off
    browser.find("#keys").click()
    assert lesson.state["step"]["label"] == TONGUE
    body.send_keys("s")
    browser.wait_text("#label", "sad")
    body.send_keys("q")
    browser.wait_text("#outcome", "Teaching has failed. Nothing has been written.")
    assert browser.text("#error") == "no face was taken: nothing is written"
    assert lesson.end().returncode == 1


def test_a_stop_is_asked_for_twice(browser, begin, happy):
    lesson = begin(happy)
    browser.driver.get(lesson.url)
    agree(browser)
    browser.wait_text("#label", "happy")
    browser.find("#stop").click()
    browser.driver.switch_to.alert.dismiss()
    taken = "return document.getElementById('progress').value"
    until(lambda: browser.run(taken) > 0, "a face")
    browser.find("#stop").click()
    browser.driver.switch_to.alert.accept()
    browser.wait_text("#outcome", "Stopped. Nothing has been written.")
    assert lesson.end().returncode == 1
    look(browser, "stopped")


def test_who_does_not_agree_is_not_looked_at(browser, begin, happy):
    lesson = begin(happy)
    browser.driver.get(lesson.url)
    until(lambda: browser.find("#consent").is_displayed(), "the question")
    browser.find("#agreement [type=submit]").click()  # without the tick
    assert lesson.state["phase"] == "consent"
    browser.find("#decline").click()
    browser.wait_text("#outcome", "Not everybody has agreed. No picture was taken.")
    assert not has_picture(browser)
    assert lesson.end().returncode == 2


def test_logging_out_holds_no_connection_and_the_lesson_goes_on_if_it_fails(
    browser, begin, happy, password
):
    lesson = begin(happy, "--web-password-file", password)
    browser.driver.get(lesson.url)
    log_in(browser, "correct horse")
    agree(browser)
    until(lambda: has_picture(browser), "the picture")
    browser.run(LOST_LOGOUT)
    browser.find("#logout").click()
    browser.wait_text("#message", "does not answer")
    until(lambda: has_picture(browser), "the picture again")
    browser.driver.refresh()
    until(lambda: has_picture(browser), "the picture after a reload")
    browser.run(SLOW_LOGOUT)
    browser.find("#logout").click()
    until(lambda: not has_picture(browser), "the end of the picture")
    wait_path(browser, "/login")
    assert browser.run("return sessionStorage.asked").split() == ["/logout"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_four_languages_and_says_what_is_wrong(browser, begin, tmp_path, language):
    lesson = begin(write_frames(tmp_path / "recording", [frame("two people", 0)]))
    browser.look(360, "light")
    browser.driver.get(f"{lesson.url}?lang={language}")
    agree(browser)
    texts = read_texts(language, "teach")
    browser.wait_text("#advice", texts["problem_several_faces"][1:])
    assert browser.text("#label") == read_texts(language, "page")["label_happy"]
    assert browser.text("#hint")[1:] == texts["hint_happy"][1:]
    look(browser, f"problem-{language}")
    lesson.post("/api/end")
    browser.wait_text("#outcome", texts["outcome_failed"])


def test_a_program_that_is_gone_is_named(browser, begin, happy):
    browser.expect(*NETWORK)
    lesson = begin(happy)
    browser.driver.get(lesson.url)
    agree(browser)
    browser.wait_text("#label", "happy")
    lesson.kill()
    browser.wait_text("#connection", "Connection lost. Trying again")
    assert not browser.find("#stream").is_displayed()
    expected = "the end of attempts"
    until(lambda: "cannot be reached" in browser.text("#connection"), expected, timeout_s=90)
    look(browser, "gone")
