"""The page for everybody: screen readers, small screens, dark rooms, keyboards, languages."""

import pytest

from emotion_edge.output.contact_sheet import MAX_PICTURES
from emotion_edge.system.texts import LANGUAGES, read_texts
from tests.edge.waiting import until

keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
WIDTH = "return [document.documentElement.scrollWidth, innerWidth]"


def wait_whole(browser) -> None:
    """Wait until the page has everything that it will show."""
    until(lambda: browser.texts("#faces .bars"), "the scores")
    until(lambda: browser.texts("#log li"), "a change")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_page_fits_and_axe_finds_nothing_wrong(
    browser, site, changing, recorded, scheme, width
):
    browser.look(width, scheme)
    browser.driver.get(site("--source", changing, "--history", recorded).url)
    wait_whole(browser)
    until(lambda: browser.texts("#shares tbody tr"), "the history")
    browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert browser.run(WIDTH) == [width, width]
    assert browser.violations() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_login_page_fits_and_axe_finds_nothing_wrong(
    browser, site, changing, password, scheme, width
):
    browser.look(width, scheme)
    browser.driver.get(site("--source", changing, "--web-password-file", password).url)
    assert browser.find("#password").is_displayed()
    assert browser.run(WIDTH) == [width, width]
    assert browser.violations() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_four_languages(browser, colours, language):
    browser.look(360, "light")
    browser.driver.get(colours.url)
    browser.find(f'nav a[hreflang="{language}"]').click()
    wait_whole(browser)
    assert browser.run("return document.documentElement.lang") == language
    texts, sign = read_texts(language, "page"), read_texts(language, "sign")
    assert browser.texts("h2")[:2] == [texts["picture"], texts["aim"]]
    assert browser.text("#sign") == sign["title"]
    assert browser.text(".sign summary").endswith(texts["sign_short"])
    assert browser.text("nav [aria-current]") == browser.text(f'nav [lang="{language}"]')
    assert browser.run(WIDTH) == [360, 360]
    assert browser.violations() == []


def test_the_browser_s_language_is_taken(browser, colours):
    browser.command("Network.enable")
    headers = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
    browser.command("Network.setExtraHTTPHeaders", headers=headers)
    try:
        browser.driver.get(colours.url)
        assert browser.run("return document.documentElement.lang") == "de"
    finally:
        browser.command("Network.setExtraHTTPHeaders", headers={})


def test_the_sign_says_what_runs(browser, colours):
    browser.driver.get(colours.url)
    sign = read_texts("en", "sign")
    assert "AI system" in browser.text(".sign")
    browser.find(".sign summary").click()
    shown = browser.text(".sign")
    assert sign["running_text"] in shown
    assert "discards it" in shown
    assert sign["law"] in shown
    assert sign["purpose"] not in shown
    assert sign["contact"] not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_says_what_for_and_whom_to_ask(browser, site, changing, tmp_path, language):
    (tmp_path / "run.toml").write_text('purpose = "Kunst & <b>Spiel</b>"\n')
    settings = ("--config", tmp_path / "run.toml", "--contact", "詢問處")
    browser.driver.get(f"{site('--source', changing, *settings).url}?lang={language}")
    browser.find(".sign summary").click()
    sign, shown = read_texts(language, "sign"), browser.text(".sign")
    assert f"{sign['purpose']}\nKunst & <b>Spiel</b>\n" in shown
    assert f"{sign['contact']}\n{sign['contact_text']}\n詢問處\n" in shown
    assert browser.violations() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_says_that_draw_keeps_pictures(browser, site, changing, tmp_path, language):
    drawn = site("--source", changing, "--draw", tmp_path / "kept.jpg")
    browser.driver.get(f"{drawn.url}?lang={language}")
    browser.find(".sign summary").click()
    texts, shown = read_texts(language, "page"), browser.text(".sign")
    assert texts["sign_pictures_kept"] in shown
    assert texts["sign_pictures"] not in shown
    assert str(MAX_PICTURES) in shown
    browser.driver.get("about:blank")
    assert drawn.daemon.end()[0] == 0
    assert (tmp_path / "kept.jpg").exists()  # as the sign has said


def test_the_keyboard_is_enough(browser, colours):
    browser.driver.get(colours.url)
    wait_whole(browser)
    order = list(focused_in_turn(browser))
    assert order[0] == "skip"
    assert order.index("pause") < order.index("snapshot")
    browser.run("document.getElementById('pause').focus()")
    browser.driver.switch_to.active_element.send_keys(keys.ENTER)
    browser.wait_text("#no-picture", "Paused")
    assert browser.run("return document.activeElement.id") == "pause"
    browser.driver.switch_to.active_element.send_keys(keys.SPACE)
    until(lambda: browser.find("#stream").is_displayed(), "the picture")


def focused_in_turn(browser):
    """Yield id or class of each element that the tab key reaches; each must show its focus."""
    for _ in range(20):
        browser.driver.switch_to.active_element.send_keys(keys.TAB)
        script = """const each = document.activeElement;
            return [each.tagName, each.id || each.className, getComputedStyle(each).outlineStyle]"""
        tag, name, outline = browser.run(script)
        if tag == "BODY":
            return
        assert outline == "solid", f"{tag} {name} does not show that it has the focus"
        yield name


def test_changes_are_read_out_and_scores_are_not(browser, colours):
    browser.driver.get(colours.url)
    wait_whole(browser)
    live = "return document.querySelector(arguments[0]).closest('[role=log],[aria-live]') !== null"
    assert browser.run(live, "#log li")
    for quiet in ("#faces .label", "#faces .value", "#figures dd"):
        assert not browser.run(live, quiet)
