"""Log in, log out, be thrown out."""

from tests.edge.output.web.browser.sites import NETWORK
from tests.edge.waiting import until

# Lets a request to log out wait, and keeps what the page asks for in the meantime.
SLOW_LOGOUT = """const ask = window.fetch;
sessionStorage.asked = "";
window.fetch = async (path, options) => {
  sessionStorage.asked += `${path} `;
  if (path === "/logout") await new Promise((later) => setTimeout(later, 2000));
  return ask(path, options);
};"""

LOST_LOGOUT = """const ask = window.fetch;
window.fetch = (path, options) =>
  path === "/logout" ? Promise.reject(new TypeError("lost")) : ask(path, options);"""


def log_in(browser, text: str) -> None:
    field = browser.find("#password")
    field.clear()
    field.send_keys(text)
    browser.find("#login button").click()


def path_of(browser) -> str:
    return browser.run("return location.pathname + location.search")


def wait_path(browser, path: str) -> None:
    until(lambda: path_of(browser) == path, f"the page at {path}")


def wait_page(browser) -> None:
    wait_path(browser, "/")
    until(lambda: browser.texts("#faces article"), "the labels")


def test_only_the_password_opens_the_page(browser, guarded):
    browser.expect("status of 403", "status of 429")  # guesses are slowed
    browser.driver.get(guarded.url)
    wait_path(browser, "/login")
    log_in(browser, "wrong")
    browser.wait_text("#message", "That is not the password.")
    assert path_of(browser) == "/login"
    until(lambda: log_in_once(browser), "the page")
    wait_page(browser)
    until(lambda: browser.find("#stream").is_displayed(), "the picture")


def log_in_once(browser) -> bool:
    """Give the right password; return whether that was not too soon."""
    log_in(browser, "correct horse")
    until(lambda: path_of(browser) == "/" or browser.text("#message"), "an answer")
    return path_of(browser) == "/"


def test_the_login_page_is_for_the_keyboard_and_keeps_the_language(browser, guarded):
    browser.driver.get(guarded.url + "?lang=de")
    wait_path(browser, "/login?lang=de")
    assert browser.text("#login button") == "Anmelden"
    field = browser.driver.switch_to.active_element
    assert field.get_attribute("id") == "password"
    field.send_keys("correct horse\n")
    wait_path(browser, "/?lang=de")
    browser.wait_text("#logout", "Abmelden")


def test_who_logs_out_is_out(browser, guarded):
    browser.driver.get(guarded.url)
    log_in(browser, "correct horse")
    wait_page(browser)
    browser.find("#logout").click()
    wait_path(browser, "/login")
    browser.driver.get(guarded.url)
    wait_path(browser, "/login")


def test_while_it_logs_out_the_page_asks_for_nothing_else(browser, guarded):
    browser.driver.get(guarded.url)
    log_in(browser, "correct horse")
    wait_page(browser)
    until(lambda: browser.find("#stream").is_displayed(), "the picture")
    browser.run(SLOW_LOGOUT)
    browser.find("#logout").click()
    wait_path(browser, "/login")
    assert browser.run("return sessionStorage.asked").split() == ["/logout"]


def test_a_page_that_could_not_log_out_goes_on(browser, guarded):
    browser.driver.get(guarded.url)
    log_in(browser, "correct horse")
    wait_page(browser)
    browser.run(LOST_LOGOUT)
    browser.find("#logout").click()
    browser.wait_text("#message", "does not answer")
    until(lambda: browser.find("#stream").is_displayed(), "the picture")
    assert browser.texts("#faces article")


def test_who_logs_out_in_one_window_is_thrown_out_of_the_others(browser, guarded):
    browser.expect("status of 401")
    browser.driver.get(guarded.url)
    log_in(browser, "correct horse")
    wait_page(browser)
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("window")
    browser.driver.get(guarded.url)
    wait_page(browser)
    browser.find("#logout").click()
    wait_path(browser, "/login")
    browser.driver.close()
    browser.driver.switch_to.window(first)
    wait_path(browser, "/login")


def test_who_is_logged_in_is_thrown_out_by_another_password(browser, guarded, password):
    browser.expect(*NETWORK)
    browser.driver.get(guarded.url)
    log_in(browser, "correct horse")
    wait_page(browser)
    guarded.daemon.end()
    browser.wait_text("#connection", "Connection lost")
    assert not browser.find("#stream").is_displayed()
    password.write_text("other horse\n")
    guarded.start()
    wait_path(browser, "/login")
    log_in(browser, "other horse")
    wait_page(browser)
