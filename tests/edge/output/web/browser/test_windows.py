"""Several windows of one browser, which opens six connections to a server for all of them."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.edge.output.web.browser.sites import NETWORK
from tests.edge.output.web.browser.test_access import log_in, wait_page, wait_path
from tests.edge.waiting import until

ELSEWHERE = "Two other windows of this browser show this page."


@contextmanager
def windows(browser, url: str, count: int) -> Iterator[list[str]]:
    """Open windows side by side, the last of them in front; yields their handles."""
    driver, handles = browser.driver, []
    for number in range(count):
        if number:
            driver.switch_to.new_window("window")
        driver.get(url)
        handles.append(driver.current_window_handle)
        until(lambda: browser.find("#pause").is_enabled(), f"the button in window {number + 1}")
    try:
        yield handles
    finally:
        for handle in handles[1:]:
            driver.switch_to.window(handle)
            driver.close()
        driver.switch_to.window(handles[0])


def shows_picture(browser) -> bool:
    return browser.find("#stream").is_displayed()


def use(browser, handle: str) -> None:
    browser.driver.switch_to.window(handle)
    browser.find("h1").click()


@pytest.mark.parametrize("count", [2, 3, 4, 7])
def test_pause_works_in_each_of_many_windows(browser, colours, count):
    with windows(browser, colours.url, count) as handles:
        browser.find("#pause").click()
        until(lambda: colours.get("/api/state")["paused"], "the pause")
        assert browser.text("#message") == ""
        for handle in handles:
            use(browser, handle)
            browser.wait_text("#no-picture", "Paused")
        browser.wait_text("#pause", "Resume")
        browser.find("#pause").click()
        until(lambda: shows_picture(browser), "the picture")


def test_two_windows_are_live_and_the_others_say_why_they_are_not(browser, colours):
    with windows(browser, colours.url, 4) as handles:
        driver = browser.driver
        for handle in handles[:2]:
            driver.switch_to.window(handle)
            browser.wait_text("#connection", ELSEWHERE)
            assert not shows_picture(browser)
            assert not browser.find("#pause").is_enabled()
        until(lambda: colours.get("/api/state")["viewers"] == 2, "two viewers")
        use(browser, handles[0])
        until(lambda: shows_picture(browser), "the picture")
        assert not browser.find("#connection").is_displayed()
        driver.switch_to.window(handles[2])
        browser.wait_text("#connection", ELSEWHERE)
        driver.switch_to.window(handles.pop())
        driver.close()
        driver.switch_to.window(handles[2])
        until(lambda: shows_picture(browser), "the turn of another when one has gone")


def test_snapshots_that_wait_do_not_keep_a_pause_back(browser, site, changing):
    run = site("--source", changing, "--every", 100)
    with windows(browser, run.url, 2) as handles:
        for handle in handles:
            use(browser, handle)
            browser.find("#snapshot").click()
            browser.wait_text("#message", "Waiting for the next picture")
            assert not browser.find("#snapshot").is_enabled()
        browser.find("#pause").click()
        until(lambda: run.get("/api/state")["paused"], "the pause")
        browser.wait_text("#message", "There is no picture.")


def test_who_logs_out_of_one_of_four_windows_is_out_of_all(browser, guarded):
    browser.expect("status of 401")
    browser.driver.get(guarded.url)
    log_in(browser, "correct horse")
    wait_page(browser)
    with windows(browser, guarded.url, 4) as handles:
        browser.find("#logout").click()
        wait_path(browser, "/login")
        for handle in handles[:-1]:
            use(browser, handle)
            wait_path(browser, "/login")


def test_a_daemon_that_hangs_is_named_and_so_is_an_answer_that_does_not_come(browser, colours):
    browser.expect(*NETWORK)
    browser.driver.get(colours.url)
    until(lambda: shows_picture(browser), "the picture")
    colours.daemon.process.send_signal(signal.SIGSTOP)
    try:
        browser.find("#pause").click()
        browser.wait_text("#connection", "Connection lost.")
        assert not shows_picture(browser)
        browser.wait_text("#message", "The program does not answer.")
    finally:
        colours.daemon.process.send_signal(signal.SIGCONT)
    until(lambda: not browser.find("#connection").is_displayed(), "the connection")
