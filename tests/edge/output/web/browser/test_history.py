"""The plots of the history, which the test writes."""

import time

import pytest

from emotion_edge.output.history.database import Row, add_rows
from emotion_edge.pipeline.label_times import Seen
from tests.edge.output.history.rows import rows_of
from tests.edge.output.web.browser.conftest import ZONES
from tests.edge.output.web.browser.sites import NETWORK
from tests.edge.waiting import until

TITLES = """return [...document.querySelector(arguments[0]).querySelectorAll("rect title")].map(
  (each) => each.textContent)"""
FILLS = "return [...document.querySelectorAll(arguments[0])].map((e) => getComputedStyle(e).fill)"


def test_without_a_history_there_is_no_plot(browser, colours):
    browser.driver.get(colours.url)
    until(lambda: browser.texts("#faces article"), "the labels")
    assert not browser.find("#history").is_displayed()


def test_a_history_that_cannot_be_read_is_not_an_empty_one(browser, with_history, recorded):
    content = recorded.read_bytes()
    recorded.write_bytes(b"x" * 9000)
    browser.expect(*NETWORK)
    browser.driver.get(with_history.url)
    browser.wait_text("#history-unreadable", "The history cannot be read at the moment.")
    assert not browser.find("#no-history").is_displayed()
    assert not browser.find("#plots").is_displayed()
    assert browser.violations() == []
    recorded.write_bytes(content)
    browser.driver.get(with_history.url)
    until(lambda: browser.texts("#shares tbody tr"), "the plots")
    assert not browser.find("#history-unreadable").is_displayed()


@pytest.fixture
def plotted(browser, with_history):
    """A browser that shows the plots of `recorded`."""
    browser.driver.get(with_history.url)
    until(lambda: browser.texts("#shares tbody tr"), "the plots")
    return browser


def test_the_shares_are_those_of_the_file(plotted):
    assert plotted.texts("#shares tbody th") == ["blue", "red", "happy", "unknown"]
    week = plotted.texts("#shares tbody td:last-child")
    assert [text.split("\n")[-1] for text in week] == [
        "20% · 20 min",
        "40% · 40 min",
        "10% · 10 min",
        "30% · 30 min",
    ]


def test_today_s_bars_are_as_high_as_the_minutes(plotted, recorded):
    bars = plotted.run(
        """return [...document.querySelectorAll("#hours rect")].map((each) => [
          each.lastChild.textContent, Number(each.getAttribute("height"))])"""
    )
    heights = {title.split(", ")[1]: height for title, height in bars}
    assert heights.keys() == {"blue: 20 min", "unknown: 10 min"}
    assert heights["blue: 20 min"] == pytest.approx(2 * heights["unknown: 10 min"])
    last = rows_of(recorded)[-1][0]
    hour = f"{time.localtime(last).tm_hour:02}:00"
    assert all(title.startswith(hour) for title, _ in bars)


def test_the_week_s_grid_tells_minutes_and_the_most_frequent_label(plotted):
    titles = plotted.run(TITLES, "#week")
    assert len(titles) == 7 * 24
    found = sorted(title.split(": ")[1] for title in titles if not title.endswith(": 0 min"))
    assert found == ["30 min, mostly blue", "70 min, mostly red"]


def test_a_week_without_a_second_of_faces_is_light(browser, site, changing, tmp_path):
    path, minute = tmp_path / "labels.db", int(time.time()) // 60 * 60 - 3600
    add_rows(
        path, [Row(minute, 60, "happy", Seen(0.0, 1)), Row(minute, 60, "no_face", Seen(60, 9))]
    )
    browser.driver.get(site("--source", changing, "--history", path).url)
    kinds = "return [...document.querySelectorAll('#week rect')].map((e) => e.className.baseVal)"
    *cells, _, _, _, _, _ = until(lambda: browser.run(kinds), "the plots")
    assert cells == ["heat-0"] * 7 * 24
    assert set(browser.texts("#week td")) <= {"0 min", ""}  # "": they are folded


def test_the_tables_say_what_the_plots_show(plotted):
    plotted.run("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    heads = plotted.texts("#hours th[scope=col]")
    assert heads == ["Hour", "blue", "red", "happy", "unknown"]
    assert plotted.texts("#hours tbody td") == ["20 min", "0 min", "0 min", "10 min"]
    assert "70 min, mostly red" in plotted.texts("#week tbody td")


def test_the_colours_of_labels_differ_and_agree_everywhere(plotted):
    legend = plotted.run(FILLS, "#shares .swatch rect")
    assert len(set(legend)) == 4
    bars = plotted.run(FILLS, "#hours rect")
    assert bars == [legend[0], legend[3]]
    assert plotted.run(FILLS, "#faces .swatch rect")[0] == legend[0]


@pytest.mark.parametrize("zone", ZONES)
def test_days_and_hours_are_the_device_s_not_the_browser_s(
    browser, site, changing, recorded, monkeypatch, zone
):
    monkeypatch.setenv("TZ", f"DEV{-zone:+}")
    there = time.gmtime(rows_of(recorded)[-1][0] + zone * 3600)
    browser.driver.get(site("--source", changing, "--history", recorded).url)
    titles = until(lambda: browser.run(TITLES, "#week"), "the plots")
    (last,) = (title for title in titles if title.endswith(": 30 min, mostly blue"))
    assert last.startswith(time.strftime("%A %H:00", there))
    assert titles.index(last) == 6 * 24 + there.tm_hour
    today = browser.run(TITLES, "#hours")
    assert [title.split(",")[0] for title in today] == [time.strftime("%H:00", there)] * 2
