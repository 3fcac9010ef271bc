"""The connection to the daemon: lost and found again, and which daemon it is."""

from tests.edge.output.web.browser.sites import NETWORK
from tests.edge.waiting import until


def test_the_page_connects_again_after_the_daemon_was_restarted(browser, colours):
    browser.expect(*NETWORK)
    browser.driver.get(colours.url)
    until(lambda: browser.texts("#faces article"), "the labels")
    colours.daemon.end()
    browser.wait_text("#connection", "Connection lost. Trying again")
    assert browser.texts("#faces article") == browser.texts("#figures dd") == []
    assert not browser.find("#pause").is_enabled()
    assert not browser.find("#stream").is_displayed()
    colours.start()
    until(lambda: not browser.find("#connection").is_displayed(), "the connection")
    until(lambda: browser.texts("#faces article"), "the labels")
    until(lambda: browser.find("#stream").is_displayed(), "the picture")


def test_a_hidden_page_does_not_watch(browser, colours):
    browser.driver.get(colours.url)
    until(lambda: colours.get("/api/state")["viewers"] >= 1, "a viewer")
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    until(lambda: colours.get("/api/state")["viewers"] == 0, "no viewer")
    browser.driver.close()
    browser.driver.switch_to.window(first)
    until(lambda: colours.get("/api/state")["viewers"] >= 1, "the viewer again")


def test_one_page_too_many_says_so_and_gets_in_later(browser, site, changing):
    browser.expect(*NETWORK)
    small = site("--source", changing, "--web-viewers", 1)
    browser.driver.get(small.url)
    until(lambda: browser.texts("#faces article"), "the labels")
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("window")
    browser.driver.get(small.url)
    browser.wait_text("#connection", "Too many pages are open")
    second = browser.driver.current_window_handle
    browser.driver.switch_to.window(first)
    browser.driver.close()
    browser.driver.switch_to.window(second)
    until(lambda: browser.texts("#faces article"), "the labels")


def test_the_titles_tell_two_daemons_apart(browser, site, changing):
    titles = set()
    for name in ("kitchen", "hall"):
        one = site("--source", changing, "--to", "-", "--to", f"mqtt://127.0.0.1:9/home/{name}")
        browser.driver.get(one.url)
        titles.add(browser.driver.title)
        assert browser.text("h1") == browser.driver.title
        assert name in browser.driver.title
    assert len(titles) == 2


def test_a_camera_that_is_gone_is_named(browser, site, tmp_path):
    from tests.edge.recordings import write_colours

    rows = [("red", i / 10, "vanish" if i == 10 else "") for i in range(3000)]
    browser.driver.get(site("--source", f"replay:{write_colours(tmp_path / 'gone', rows)}").url)
    browser.wait_text("#no-picture", "No camera.")
    assert not browser.find("#stream").is_displayed()


def test_a_picture_whose_stream_has_ended_comes_back(browser, colours):
    """A fetch that ends at once stands for a viewer whom the daemon has dropped for slowness."""
    browser.command("Page.enable")
    script = """const real = window.fetch; let count = 0; window.streams = () => count;
        window.fetch = (path, options) => path !== "/stream.mjpg" || count++
          ? real(path, options) : Promise.resolve(new Response("--end"));"""
    added = browser.command("Page.addScriptToEvaluateOnNewDocument", source=script)
    browser.driver.get(colours.url)
    browser.command("Page.removeScriptToEvaluateOnNewDocument", **added)
    until(lambda: browser.find("#stream").is_displayed(), "the picture")
    assert browser.run("return window.streams()") == 2
